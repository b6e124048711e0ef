"""Sets of labels as columns of 0 and 1: every result is equal to scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import MultiLabelBinarizer

from cases.case import Cases, Fitted

CASES = Cases("multi_label_binarizer")
NAN = float("nan")


@CASES.add
def words() -> Fitted:
    """Sets of strings in any order, with doubled, unknown and missing ones, full and empty; "" is a label."""
    model = MultiLabelBinarizer().fit([{"comedy", "drama"}, {"drama", "", "e\u0301"}])
    rows = [
        ["drama", "comedy", None, None],
        ["drama", "drama", "western", "drama"],
        [None, None, None, ""],
        ["\u00e9", "e\u0301", np.nan, None],
        ["e\u0301", "drama", "comedy", ""],
        [None] * 4,
    ]
    return Fitted(model, rows)


@CASES.add
def ints_in_an_order_of_their_own() -> Fitted:
    """Classes in the order that the user gave; the way back has them in this order too."""
    model = MultiLabelBinarizer(classes=[7, -2, 0], sparse_output=True).fit([])
    return Fitted(model, [[0.0, 7.0, NAN], [-0.0, -2.0, 7.0], [NAN, NAN, NAN], [7.5, NAN, 0.0], [np.inf, 7.0, 7.0]])


@CASES.add
def floats() -> Fitted:
    """Floats and ints among objects, a subnormal and a huge one; one ulp beside a label there is none."""
    model = MultiLabelBinarizer().fit([{0.5, 2}, {5e-324, 1e300}])
    beside = float(np.nextafter(0.5, 1.0))
    return Fitted(model, [[2.0, 0.5, NAN, NAN], [beside, 1e300, NAN, 5e-324], [0.0, NAN, NAN, NAN]])
