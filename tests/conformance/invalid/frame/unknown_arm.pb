
modelº>