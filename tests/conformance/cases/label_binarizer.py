"""Labels as columns of two numbers: every result is equal to scikit-learn's for each row alone."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from cases.case import Cases, Fitted
from cases.categories import WORDS

CASES = Cases("label_binarizer")


@CASES.add
def words() -> Fitted:
    """A column for each string; an unknown one has the negative number in all of them, a missing one is refused."""
    rows = [[word] for word in [*WORDS, "unseen", "a\0"]]
    return Fitted(LabelBinarizer().fit(WORDS), rows)


@CASES.add
def two_words() -> Fitted:
    """One column for two labels, whatever else the rows have, and numbers that are neither 0 nor 1."""
    model = LabelBinarizer(neg_label=-3, pos_label=0).fit(["no", "yes", "no"])
    return Fitted(model, [["yes"], ["no"], ["perhaps"], [""], ["yes "]])


@CASES.add
def one_int() -> Fitted:
    """A single class, which is told by nothing: the column has the negative number alone."""
    return Fitted(LabelBinarizer(neg_label=2, pos_label=7).fit(np.array([5, 5])), [[5.0], [6.0], [-0.0]])


@CASES.add
def floats() -> Fitted:
    """Whole numbers as floats, 0 of either sign, 2^53, which is the last one with a neighbour; no fractions."""
    rows = [[-0.0], [2.0**53], [2.0**53 - 1], [-4.0], [4.0], [-(2.0**63)], [2.0**62]]
    return Fitted(LabelBinarizer(sparse_output=True).fit([0.0, -4.0, 2.0**53, -4.0]), rows)


@CASES.add
def bools() -> Fitted:
    """False and True, which rows have as 0 and 1; 2 is neither."""
    return Fitted(LabelBinarizer().fit([True, False]), [[1.0], [0.0], [-0.0], [2.0]])


@CASES.add
def several_labels() -> Fitted:
    """Rows of a 0 or 1 for each label, as numbers on both sides of 1.5."""
    given = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    return Fitted(LabelBinarizer(neg_label=-1, pos_label=4).fit(given), [[0.0, -0.0, 1.0], [1.0, 1.0, 1.0]])
