
model 