
model