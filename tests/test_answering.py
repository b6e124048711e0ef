"""Rows that an estimator refuses are named by their place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelx.answering import answer
from modelx.errors import NonFiniteInputError, UnknownCategoryError

FRAME = pd.DataFrame({"word": pd.Series(["a", "b", "a", "b"], dtype=object), "size": [1.0, 2.0, 3.0, 4.0]})
ENCODED = make_column_transformer((OneHotEncoder(), ["word"]), (StandardScaler(), ["size"]))
PIPE = make_pipeline(ENCODED, LogisticRegression()).fit(FRAME, [0, 1, 1, 0])


def line(i):
    return f"line {i + 2}"


def rows(*given):
    return np.array(given, dtype=object)


def test_an_unknown_category_inside_of_a_pipeline():
    x = rows(["a", 1.0], ["b", 2.0], ["c", 3.0], ["d", 4.0])
    with pytest.raises(UnknownCategoryError, match=r"line 4: Found unknown categories \['c'\] in column 0") as caught:
        answer(PIPE, "predict", x, line)
    assert caught.value.kind == "unknown_category"
    assert isinstance(caught.value, ValueError)


def test_an_infinity_beside_strings():
    with pytest.raises(NonFiniteInputError, match="line 3, feature 2 is inf"):
        answer(PIPE, "predict_proba", rows(["a", 1.0], ["b", np.inf]), line)


def test_what_is_fine_is_answered():
    assert answer(PIPE, "predict", rows(["a", 1.0], ["b", 2.0]), line).tolist() == PIPE.predict(FRAME[:2]).tolist()
