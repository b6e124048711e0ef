"""Values above a threshold: every result is bit for bit scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import Binarizer

from cases.case import Cases, Fitted, grid
from cases.data import iris, some

CASES = Cases("binarizer")


def around(threshold: float) -> list[float]:
    """Give a threshold, the numbers next to it, and its negative."""
    return [threshold, np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf), -threshold]


@CASES.add
def at_zero() -> Fitted:
    """The default: 0.0 and -0.0 are no values above 0, the smallest subnormal number is one."""
    x, _ = iris()
    model = Binarizer().fit(x)
    return Fitted(model, np.concatenate([some(x, 4), grid(0.0, -0.0, 5e-324, -5e-324, width=4)]))


@CASES.add
def petal_length() -> Fitted:
    """A threshold that is itself a value of the data: the comparison is >, not >=."""
    x, _ = iris()
    return Fitted(Binarizer(threshold=1.4).fit(x), np.concatenate([x[:12], grid(*around(1.4), width=4)]))


@CASES.add
def an_integer_as_threshold() -> Fitted:
    """A threshold of Python's type int comes back as one, and a negative one."""
    x, _ = iris()
    return Fitted(Binarizer(threshold=-3).fit(x[:, :2]), grid(*around(-3.0), 0.0, 1e300, -1e300, width=2))


@CASES.add
def subnormal_threshold() -> Fitted:
    """Runtimes that flush subnormal numbers to 0 take both of these for the threshold."""
    model = Binarizer(threshold=1.5e-310).fit(np.ones((2, 3)))
    return Fitted(model, grid(*around(1.5e-310), 0.0, 2.2250738585072014e-308, width=3))


@CASES.add
def largest_threshold() -> Fitted:
    """Nothing finite is above the largest number."""
    largest = np.finfo(np.float64).max
    model = Binarizer(threshold=largest).fit(np.ones((2, 1)))
    return Fitted(model, [[largest], [-largest], [np.nextafter(largest, 0.0)], [0.0]])
