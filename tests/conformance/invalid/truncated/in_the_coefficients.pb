
LinearRegression1]
Pﬂ	2$¿≈G¬¿˙m¿{«ªqƒ>Ä@Å–
Ç