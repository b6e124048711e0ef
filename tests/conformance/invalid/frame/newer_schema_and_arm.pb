
modelXÊ