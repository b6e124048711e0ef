"""Labels as numbers: every result is equal to scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import LabelEncoder

from cases.case import Cases, Fitted
from cases.categories import WORDS

CASES = Cases("label_encoder")


@CASES.add
def words() -> Fitted:
    """Strings, composed and combining ones, an empty one and one beyond 16 bits; what is no label is refused."""
    model = LabelEncoder().fit(WORDS)
    return Fitted(model, [[word] for word in [*WORDS, *reversed(WORDS)]])


@CASES.add
def objects_with_gaps() -> Fitted:
    """None and NaN among objects are labels, the last ones."""
    labels = np.array(["b", None, "a", np.nan, "", "b"], dtype=object)
    return Fitted(LabelEncoder().fit(labels), [[label] for label in labels])


@CASES.add
def ints() -> Fitted:
    """Ints up to 2^53, and 0, of which -0.0 is one."""
    labels = np.array([7, -3, 0, 2**53, -(2**53), 7])
    return Fitted(LabelEncoder().fit(labels), [[float(label)] for label in labels] + [[-0.0]])


@CASES.add
def floats() -> Fitted:
    """Floats bit by bit, NaN among them, subnormal and huge ones."""
    labels = np.array([0.1, np.nan, -0.0, 5e-324, 1e300, np.nan, 0.30000000000000004])
    return Fitted(LabelEncoder().fit(labels), [[label] for label in labels] + [[0.0], [np.nan]])


@CASES.add
def bools() -> Fitted:
    """False and True, which are 0 and 1 as rows, as labels, and as numbers of labels."""
    return Fitted(LabelEncoder().fit([True, False, True]), [[1.0], [0.0], [-0.0], [1.0], [0.0]])
