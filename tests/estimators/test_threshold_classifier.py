"""Thresholds of one's own: fixed and tuned ones, over probabilities and scores, for either class."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import modelx
from modelx import delegates
from modelx.calling import call
from modelx.errors import (
    LabelsError,
    ModelxWarning,
    NotFittedError,
    PipelineError,
    SourceError,
    UnsupportedEstimatorError,
)
from modelx.estimators import FAMILIES


def data():
    x, y = load("breast_cancer")
    return x[:, :4], y


def words(y):
    return np.array(["bad", "good"])[y]


@pytest.mark.parametrize(
    ("inner", "options"),
    [
        (LogisticRegression(max_iter=300), {}),
        (LogisticRegression(max_iter=300), {"threshold": 0.9, "response_method": "predict_proba"}),
        (RidgeClassifier(), {"threshold": -0.25, "pos_label": "bad"}),
        (DecisionTreeClassifier(max_depth=2), {"threshold": np.float32(0.1), "pos_label": "good"}),
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            {"response_method": "decision_function", "threshold": 1},
        ),
        (LogisticRegression(max_iter=300), {"threshold": np.nan}),
    ],
)
def test_fixed_thresholds(inner, options):
    x, y = data()
    fitted = FixedThresholdClassifier(inner, **options).fit(x, words(y))
    loaded = roundtrip.check(fitted, x)
    roundtrip.same_estimator(fitted.estimator_, loaded.estimator_)
    assert loaded.fit(x, words(y)).predict(x).tolist() == fitted.predict(x).tolist()


@pytest.mark.parametrize("scoring", ["balanced_accuracy", "f1"])
def test_tuned_thresholds(scoring):
    x, y = data()
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    fitted = TunedThresholdClassifierCV(inner, cv=2, thresholds=10, scoring=scoring, store_cv_results=True).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    roundtrip.same_value(fitted.cv_results_, loaded.cv_results_)
    assert loaded.fit(x, y).best_threshold_ == fitted.best_threshold_


def test_a_threshold_from_a_list_of_ints():
    x, y = data()
    fitted = TunedThresholdClassifierCV(RidgeClassifier(), cv=2, thresholds=[-1, 0, 1]).fit(x, y)
    assert isinstance(roundtrip.check(fitted, x).best_threshold_, np.integer)


def test_a_scorer_of_ones_own_tells_the_positive_class():
    x, y = data()
    scoring = make_scorer(f1_score, pos_label="bad")
    fitted = TunedThresholdClassifierCV(RidgeClassifier(), cv=2, thresholds=10, scoring=scoring).fit(x, words(y))
    model = modelx.to_proto(fitted)
    assert model.threshold_classifier.positive == 0
    with pytest.warns(ModelxWarning, match=r"params\[scoring\]"):
        loaded = modelx.from_proto(model)
    assert loaded.predict(x).tolist() == fitted.predict(x).tolist()


def test_estimators_that_were_fitted_before():
    x, y = data()
    inner = RidgeClassifier().fit(x, y)
    fitted = TunedThresholdClassifierCV(inner, cv="prefit", refit=False, thresholds=10).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.estimator is loaded.estimator_
    if delegates.FROZEN:
        frozen = FixedThresholdClassifier(delegates.FROZEN["FrozenEstimator"](inner), threshold=0.1).fit(x, y)
        loaded = roundtrip.check(frozen, x)
        assert loaded.estimator is loaded.estimator_
    unfitted = FixedThresholdClassifier(inner, threshold=0.1)
    if hasattr(unfitted, "classes_"):
        loaded = roundtrip.check(unfitted, x)
        assert not hasattr(loaded, "estimator_")


def test_columns_by_name_and_threads():
    x, y = data()
    frame = pd.DataFrame({"word": np.where(x[:, 0] > 14, "big", "small"), "a": x[:, 1], "b": x[:, 2]})
    columns = make_column_transformer((OneHotEncoder(), ["word"]), remainder="passthrough")
    inner = make_pipeline(columns, RandomForestClassifier(4, max_depth=2, n_jobs=2, random_state=0))
    fitted = FixedThresholdClassifier(inner, threshold=0.75).fit(frame, y)
    model = modelx.to_proto(fitted, sample=frame[:20])
    assert list(model.signature.feature_names) == ["word", "a", "b"]
    loaded = modelx.from_proto(model)
    assert loaded.predict(frame).tolist() == fitted.predict(frame).tolist()
    rows = frame.to_numpy(dtype=object)
    assert call(loaded, "predict", rows).tolist() == fitted.predict(frame).tolist()


def test_a_model_without_a_source():
    x, y = data()
    fitted = FixedThresholdClassifier(RidgeClassifier(), threshold=0.5, pos_label="bad").fit(x, words(y))
    model = modelx.to_proto(fitted)
    model.ClearField("source")
    assert modelx.from_proto(model).predict(x).tolist() == fitted.predict(x).tolist()


def test_rows_at_the_threshold_are_not_decided():
    x, y = data()
    fitted = FixedThresholdClassifier(RidgeClassifier(), pos_label=0).fit(x, y)
    score = fitted.decision_function(x[:1])[0]
    fitted.threshold = -score
    model = modelx.to_proto(fitted)
    decided = FAMILIES["threshold_classifier"].decided(model, fitted, x, None)
    assert not decided[0]
    assert decided.sum() > len(x) - 5


def test_what_is_refused_at_export():
    x, y = data()
    with pytest.raises(NotFittedError, match="FixedThresholdClassifier is not fitted"):
        modelx.to_proto(FixedThresholdClassifier(RidgeClassifier()))
    fitted = FixedThresholdClassifier(RidgeClassifier()).fit(x, y)
    for changes, says in (
        ({"threshold": 2**60 + 1}, "no float64 holds"),
        ({"threshold": "low"}, "no float64 holds"),
        ({"response_method": "predict_proba"}, "RidgeClassifier does not have"),
        ({"pos_label": 7}, "none of the classes"),
    ):
        original = fitted.get_params(deep=False)
        with pytest.raises(UnsupportedEstimatorError, match=says):
            modelx.to_proto(fitted.set_params(**changes))
        fitted.set_params(**original)


def tuned(model):
    model.source.class_name = "TunedThresholdClassifierCV"
    model.source.params.pop("threshold")


def spoiled(change):
    x, y = data()
    model = modelx.to_proto(FixedThresholdClassifier(RidgeClassifier(), threshold=0.5).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: setattr(m.threshold_classifier, "method", 1), PipelineError, "no predict_proba"),
        (
            lambda m: m.threshold_classifier.model.CopyFrom(modelx.to_proto(Ridge().fit(*data()))),
            LabelsError,
            "two classes",
        ),
        (lambda m: setattr(m.threshold_classifier, "threshold", 0.25), SourceError, "decides by 0.5"),
        (lambda m: m.source.params["estimator"].Clear(), SourceError, "kind"),
        (lambda m: setattr(m.source.params["estimator"], "int_value", 1), SourceError, "is a int"),
        (lambda m: setattr(m.source.params["threshold"], "string_value", "low"), SourceError, "no float64"),
        (tuned, SourceError, "best_threshold_|the threshold is None"),
        (lambda m: setattr(m.source, "class_name", "Ridge"), SourceError, "none that decides"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))
