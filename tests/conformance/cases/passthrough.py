"""The step that gives its input back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.preprocessing import FunctionTransformer

from cases.case import Cases, Fitted
from cases.data import diabetes, some

CASES = Cases("passthrough")
_ODD = [[np.nan, np.inf, -np.inf], [-0.0, 0.0, 5e-324], [1e308, -1e308, 2.2250738585072014e-308]]


@CASES.add
def any_value() -> Fitted:
    """NaN, infinities, -0.0 and subnormals come out as they went in: nothing is looked at."""
    return Fitted(FunctionTransformer().fit(np.zeros((2, 3))), exact=_ODD)


@CASES.add
def named_columns() -> Fitted:
    """Fitted on a data frame: a transformer of no computation still has feature names."""
    x, _ = diabetes()
    frame = pd.DataFrame(x[:, :2], columns=["age", "sex"])
    return Fitted(FunctionTransformer(check_inverse=False).fit(frame), some(x[:, :2]))
