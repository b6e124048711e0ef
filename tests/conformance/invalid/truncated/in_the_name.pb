
Linear