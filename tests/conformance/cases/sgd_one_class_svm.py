"""The linear novelty detector."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import SGDOneClassSVM

from cases.case import Cases, Fitted, with_fitted
from cases.data import breast_cancer, iris, scaled, some

CASES = Cases("sgd_one_class_svm")


@CASES.add
def iris_flowers() -> Fitted:
    """Fitted on real data: both labels, scores and score_samples, which differ by the offset."""
    x, _ = iris()
    return Fitted(SGDOneClassSVM(nu=0.1, random_state=0).fit(x), some(x, 20))


@CASES.add
def fifteen_features() -> Fitted:
    """Rows wider than one block of the sums, and averaged coefficients."""
    x = scaled(breast_cancer()[0])
    return Fitted(SGDOneClassSVM(nu=0.3, average=True, random_state=1).fit(x), some(x))


@CASES.add
def zero_score_is_inside() -> Fitted:
    """A score of exactly 0 is 1: >= here, where a classifier has >."""
    model = with_fitted(SGDOneClassSVM(), 3, coef_=np.array([1.0, -2.0, 0.5]), offset_=np.array([0.25]))
    return Fitted(model, exact=[[0.25, 0, 0], [0, 0, 0.5], [0, 0, 0.25], [1, 0.5, 0.5], [0, 0, 0], [-1, -1, 1]])


@CASES.add
def negative_offset() -> Fitted:
    """decision_function subtracts the offset and score_samples adds it back: both round, and in this order."""
    model = with_fitted(SGDOneClassSVM(), 3, coef_=np.array([0.1, 0.2, 0.3]), offset_=np.array([-1e3]))
    return Fitted(model, [[0.1, 0.2, 0.3], [1e-9, 1e-9, 1e-9], [-3e3, -1e3, -1e3], [-4e3, -4e3, 0.0]])


@CASES.add
def zero_coefficients() -> Fitted:
    """A detector that learned nothing says the same of every row."""
    model = with_fitted(SGDOneClassSVM(), 2, coef_=np.array([0.0, -0.0]), offset_=np.array([0.5]))
    return Fitted(model, exact=[[1.0, 2.0], [0.0, -0.0], [1e300, -1e300], [5e-324, 0.0]])
