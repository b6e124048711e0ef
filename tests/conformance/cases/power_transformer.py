"""Features bent by powers, whose functions other runtimes may round in another way."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import PowerTransformer

from cases.case import Cases, Fitted, with_fitted
from cases.data import breast_cancer, diabetes, iris, some, wine

CASES = Cases("power_transformer")


def bent(method: str, *lambdas: float) -> PowerTransformer:
    """Give a transformer with these exponents, without scale."""
    model = PowerTransformer(method=method, standardize=False)
    return with_fitted(model, len(lambdas), lambdas_=np.array(lambdas))


@CASES.add
def yeo_johnson() -> Fitted:
    """The default, on values of both signs, standardized; NaN stays NaN."""
    x, _ = diabetes()
    rows = np.concatenate([some(x, 6), some(x, 3) * 20.0, np.where(np.arange(10) == 4, np.nan, some(x, 2))])
    return Fitted(PowerTransformer().fit(x), rows)


@CASES.add
def box_cox() -> Fitted:
    """Of positive values only: 0 and below are refused."""
    x, _ = wine()
    return Fitted(PowerTransformer(method="box-cox").fit(x), np.concatenate([some(x, 6), some(x, 3) * 1e-9]))


@CASES.add
def without_scale() -> Fitted:
    """The powers alone: the scaler behind them is not there."""
    x, _ = iris()
    return Fitted(PowerTransformer(standardize=False).fit(x), np.concatenate([some(x, 6), -some(x, 3)]))


@CASES.add
def special_exponents() -> Fitted:
    """Exponents 0 and 2 are logarithms on one side, 1 gives the value back, and those next to them must not jump."""
    model = bent("yeo-johnson", 0.0, 2.0, 1.0, 1e-17, 2.0 + 2.0**-51, 1e-9)
    values = [0.0, -0.0, 1e-320, -1e-320, 1e-9, -1e-9, 0.5, -0.5, 3.0, -3.0, 1e5, -1e5]
    return Fitted(model, np.repeat(np.array(values)[:, None], 6, axis=1))


@CASES.add
def steep_exponents() -> Fitted:
    """Exponents of training on odd data: powers that nearly overflow, or that leave nothing but -1 / lambda."""
    model = bent("yeo-johnson", -8.25, 12.5, 5.0)
    values = [1e-8, 0.3, -0.3, 2.5, -2.5, 40.0, -40.0, 1e9, -1e9]
    return Fitted(model, np.repeat(np.array(values)[:, None], 3, axis=1))


@CASES.add
def special_exponents_of_box_cox() -> Fitted:
    """The logarithm at 0 and next to it, the value less 1, the square, and the reciprocal."""
    model = bent("box-cox", 0.0, 1e-20, 1e-12, 1.0, 2.0, -1.0)
    values = [1.0, np.nextafter(1.0, 2.0), np.nextafter(1.0, 0.0), 0.25, 3.0, 1e-5, 1e5, 5e-324, 1e150]
    return Fitted(model, np.repeat(np.array(values)[:, None], 6, axis=1))


@CASES.add
def powers_next_to_overflow() -> Fitted:
    """Over e^709.78, scikit-learn takes the logarithm of the exponent into the power before it overflows."""
    model = bent("box-cox", 2.0, 300.0)
    return Fitted(model, [[1.1e154, 10.65], [1.5e154, 10.7], [1.3e154, 1.0], [1e154, 0.5]])


@CASES.add
def single_precision() -> Fitted:
    """Fitted on float32: 2 - lambda and 1 / lambda are rounded to float32 before they are computed with."""
    x, _ = breast_cancer()
    x = (x[:, :5] - x[:, :5].mean(axis=0)).astype(np.float32)
    return Fitted(PowerTransformer().fit(x), some(x, 8).astype(np.float64))


@CASES.add
def constant_column() -> Fitted:
    """A constant column has the exponent 1 and the divisor 1."""
    x, _ = iris()
    x = np.column_stack([x[:, 0], np.full(len(x), 7.5)])
    return Fitted(PowerTransformer().fit(x), some(x, 6))
