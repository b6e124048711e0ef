
modelXèº>