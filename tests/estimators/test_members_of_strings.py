"""Ensembles whose members take strings, as scikit-learn hands them rows: frames, or arrays of objects."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import modelx
from modelx import conversion
from modelx.errors import PipelineError

N = 60
CELLS = ["a", "", None, "é", np.nan]
RNG = np.random.default_rng(3)
X = pd.DataFrame(
    {
        "number": RNG.normal(size=N),
        "word": pd.Series([CELLS[i] for i in RNG.integers(0, 5, N)], dtype=object),
        "code": pd.Series([("u", "v")[i] for i in RNG.integers(0, 2, N)], dtype=object),
    }
)
Y = X["number"].to_numpy() + np.array([len(str(cell)) for cell in X["word"]])
LABELS = np.where(np.median(Y) < Y, "high", "low")
ROWS = pd.concat([X.head(8), X.tail(8)], ignore_index=True)
ROWS.loc[0, "word"], ROWS.loc[1, "code"], ROWS.loc[2, "code"] = "unseen", None, "U"
SMALL = {"max_iter": 2, "max_depth": 3, "min_samples_leaf": 4, "random_state": 0}


def encoded(last, columns=("word", "code")):
    fill = make_pipeline(SimpleImputer(strategy="constant"), OneHotEncoder(handle_unknown="ignore"))
    rest = ["number"] if columns[0] == "word" else [0]
    return make_pipeline(ColumnTransformer([("words", fill, list(columns)), ("rest", "passthrough", rest)]), last)


def classifiers():
    boosts = HistGradientBoostingClassifier(categorical_features=["word", "code"], **SMALL)
    return [("encoded", encoded(LogisticRegression())), ("boosts", boosts)]


def regressors():
    boosts = HistGradientBoostingRegressor(categorical_features=["word", "code"], **SMALL)
    return [("encoded", encoded(Ridge())), ("boosts", boosts)]


@pytest.mark.parametrize(
    "ensemble",
    [
        VotingClassifier(classifiers(), voting="soft"),
        StackingClassifier(classifiers(), cv=2),
        # These two turn frames into arrays of objects, so that members go by position.
        BaggingClassifier(encoded(LogisticRegression(), (1, 2)), n_estimators=2, random_state=0),
        BaggingClassifier(
            HistGradientBoostingClassifier(categorical_features=[0, 1], **SMALL),
            n_estimators=2,
            max_features=2,
            random_state=1,
        ),
        AdaBoostClassifier(
            HistGradientBoostingClassifier(categorical_features=[1], **SMALL), n_estimators=2, random_state=0
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_classifiers(ensemble):
    frame, rows = X, ROWS
    if isinstance(ensemble, AdaBoostClassifier | BaggingClassifier) and "steps" not in vars(ensemble.estimator):
        # Neither AdaBoost nor numbers as categories take NaN and floats among objects.
        names = ["number", "code"] if isinstance(ensemble, AdaBoostClassifier) else ["word", "code"]
        frame, rows = X[names].replace({np.nan: None}), ROWS[names].replace({np.nan: None})
    fitted = ensemble.fit(frame, LABELS)
    roundtrip.check(fitted, rows)
    assert 4 in modelx.to_proto(fitted).signature.feature_types


@pytest.mark.parametrize(
    "ensemble",
    [
        VotingRegressor(regressors()),
        StackingRegressor(regressors(), cv=2),
        TransformedTargetRegressor(regressors()[1][1], func=np.log1p, inverse_func=np.expm1),
    ],
    ids=lambda one: type(one).__name__,
)
def test_regressors(ensemble):
    fitted = ensemble.fit(X, np.abs(Y))
    roundtrip.check(fitted, ROWS)


def test_ada_boost_of_regressors():
    boosts = HistGradientBoostingRegressor(categorical_features=[1], **SMALL)
    frame = X[["number", "code"]]
    roundtrip.check(AdaBoostRegressor(boosts, n_estimators=2, random_state=0).fit(frame, Y), frame.head(9))


def test_members_agree_on_what_is_a_string():
    model = modelx.to_proto(VotingRegressor(regressors()).fit(X, Y))
    model.ClearField("signature")
    categories = model.voting.members[1].hist_gradient_boosting.categories
    del categories[1].categories.strings[:]
    categories[1].dtype = "float64"
    model.voting.members[1].ClearField("signature")
    with pytest.raises(PipelineError, match="feature 2 is a string for one member and a number for another") as caught:
        conversion.check(model)
    assert caught.value.path == "voting.members[1]"


def test_strings_are_not_stacked():
    final = make_pipeline(ColumnTransformer([("same", "passthrough", [0])]), Ridge())
    stack = StackingRegressor(regressors(), final, cv=2, passthrough=True).fit(X, Y)
    with pytest.raises(PipelineError, match="strings of the rows"):
        modelx.dumps(stack)
