"""Rows that an estimator refuses are named by their place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, OneHotEncoder, StandardScaler

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
    with pytest.raises(UnknownCategoryError, match="line 4, feature 1 \\(\"word\"\\): 'c' is no category") as caught:
        answer(PIPE, "predict", x, line)
    assert caught.value.kind == "unknown_category"
    assert isinstance(caught.value, ValueError)


def test_an_infinity_beside_strings():
    with pytest.raises(NonFiniteInputError, match='line 3, feature 2 \\("size"\\) is inf'):
        answer(PIPE, "predict_proba", rows(["a", 1.0], ["b", np.inf]), line)


def refused(estimator, x, kind):
    with pytest.raises(kind) as caught:
        answer(estimator, "predict", x, line)
    return str(caught.value)


def test_a_value_is_named_by_the_outermost_feature():
    """What comes unchanged from a feature is named by it, however many selections it passed; else the step is."""
    front = make_column_transformer(
        (SimpleImputer(strategy="constant", fill_value="gap"), ["word"]),
        (StandardScaler(), ["size"]),
        remainder="passthrough",
    )
    back = make_column_transformer(
        (OneHotEncoder(), [0]), (make_pipeline(FunctionTransformer(), StandardScaler()), [2, 1])
    )
    frame = FRAME.assign(last=[5.0, 6.0, 7.0, 8.0])
    model = make_pipeline(front, back, LogisticRegression()).fit(frame, [0, 1, 1, 0])
    fine = ["a", 1.0, 2.0]
    for row, says in (
        (["a", 1.0, np.inf], 'line 3, feature 3 ("last") is inf'),
        (["a", np.nan, 2.0], 'line 3, feature 2 ("size") is nan'),
        (["ü", 1.0, 2.0], "line 3, feature 1 (\"word\"): 'ü' is no category"),
        ([np.nan, 1.0, 2.0], 'line 3, feature 1 ("word"): what is put in the place of nan is no category'),
    ):
        kind = NonFiniteInputError if " is " in says and "category" not in says else UnknownCategoryError
        assert refused(model, rows(fine, row, fine), kind).startswith(says)


def test_what_a_step_makes_of_a_value_is_named_by_the_step():
    small = make_pipeline(MaxAbsScaler(), SGDRegressor()).fit([[0.0], [1e-9]], [0.0, 1.0])
    with np.errstate(all="ignore"):
        said = refused(small, np.array([[0.0], [1e300]]), NonFiniteInputError)
    assert said.startswith("line 3: column 1 of what 'maxabsscaler' gives is inf")


def test_what_is_fine_is_answered():
    assert answer(PIPE, "predict", rows(["a", 1.0], ["b", 2.0]), line).tolist() == PIPE.predict(FRAME[:2]).tolist()
