"""Bags of every kind of member, over all rows and features or parts of them."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import LABELS, load
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import modelx
from modelx.errors import LabelsError, NotFittedError, PipelineError, ShapeError, SourceError, UnsupportedEstimatorError

CLASSIFIERS = [
    LogisticRegression(max_iter=200),
    RidgeClassifier(),
    SGDClassifier(loss="modified_huber", random_state=0),
    make_pipeline(StandardScaler(), LogisticRegression()),
]
PARTS = [
    {},
    {"max_features": 0.5},
    {"max_features": 3, "bootstrap_features": True},
    {"max_samples": 0.3, "bootstrap": False},
]


@pytest.mark.parametrize("parts", PARTS, ids=str)
@pytest.mark.parametrize("member", CLASSIFIERS, ids=lambda member: type(member).__name__)
def test_classifiers(member, parts):
    x, y = load("iris")
    fitted = BaggingClassifier(member, 4, random_state=0, **parts).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    for ours, theirs in zip(loaded.estimators_features_, fitted.estimators_features_, strict=True):
        assert ours.tolist() == theirs.tolist()
    assert loaded.fit(x, y).predict_proba(x).tobytes() == fitted.fit(x, y).predict_proba(x).tobytes()


@pytest.mark.parametrize("labels", sorted(LABELS))
def test_labels_of_every_type(labels):
    x, y = load("iris")
    roundtrip.check(BaggingClassifier(LogisticRegression(max_iter=30), 2, random_state=0).fit(x, LABELS[labels](y)), x)


def test_members_that_miss_classes():
    x, y = load("iris")
    rare = np.where(np.arange(len(y)) % 29 == 0, 3, y)
    # A pipeline takes no weights, so that it is fitted on the chosen rows alone.
    member = make_pipeline(StandardScaler(), LogisticRegression())
    fitted = BaggingClassifier(member, 5, max_samples=12, random_state=2).fit(x, rare)
    assert {len(member.classes_) for member in fitted.estimators_} != {4}
    model = modelx.to_proto(fitted)
    methods = [output.method for output in model.signature.outputs]
    assert methods == ["predict", "predict_proba", "predict_log_proba"]
    loaded = modelx.from_proto(model)
    roundtrip.same_estimator(fitted, loaded)
    for method in methods:
        roundtrip.same_array(getattr(fitted, method)(x), getattr(loaded, method)(x))


@pytest.mark.parametrize("parts", PARTS, ids=str)
@pytest.mark.parametrize("member", [Ridge(), PoissonRegressor()], ids=repr)
def test_regressors(member, parts):
    x, y = load("diabetes")
    roundtrip.check(BaggingRegressor(member, 3, random_state=0, **parts).fit(x, y), x)


def test_several_outputs():
    x, y = load("diabetes")
    roundtrip.check(BaggingRegressor(Ridge(), 3, random_state=0).fit(x, np.column_stack([y, -y])), x)


def test_exact_members_make_an_exact_mean():
    x, y = load("diabetes")
    member = GradientBoostingRegressor(n_estimators=2, random_state=0)
    model = modelx.to_proto(BaggingRegressor(member, 9, random_state=0).fit(x, y))
    assert [output.comparison for output in model.evidence.outputs] == [0]


def test_names_of_features_and_threads():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    fitted = BaggingClassifier(LogisticRegression(max_iter=200), 3, n_jobs=2, random_state=0).fit(frame, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.feature_names_in_.tolist() == list("abcd")
    assert loaded.n_jobs == 2
    assert loaded.predict(frame).tolist() == fitted.predict(frame).tolist()


def test_scores_out_of_the_bag():
    """One number comes back; what has a value for each training row does not."""
    x, y = load("iris")
    fitted = BaggingClassifier(LogisticRegression(max_iter=200), 20, oob_score=True, random_state=0).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.oob_score_ == fitted.oob_score_
    assert not hasattr(loaded, "oob_decision_function_")


def test_what_is_refused_at_export():
    x, y = load("iris")
    with pytest.raises(NotFittedError, match="BaggingClassifier is not fitted"):
        modelx.to_proto(BaggingClassifier())
    with pytest.raises(UnsupportedEstimatorError, match="0: SVC is not supported"):
        modelx.to_proto(BaggingClassifier(SVC(), 2).fit(x, y))
    changed = BaggingClassifier(RidgeClassifier(), 2).fit(x, y).set_params(n_estimators=3)
    with pytest.raises(UnsupportedEstimatorError, match="n_estimators is 3 for 2 fitted"):
        modelx.to_proto(changed)


def spoiled(change):
    x, y = load("iris")
    member = LogisticRegression(max_iter=200)
    model = modelx.to_proto(BaggingClassifier(member, 3, max_features=2, random_state=0).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.bagging.features.pop(), ShapeError, "one for each member"),
        (lambda m: m.bagging.features[1].indices.append(0), PipelineError, "it is given 3"),
        (lambda m: m.bagging.features[1].indices.__setitem__(0, 4), ShapeError, "none of the 4"),
        (lambda m: m.bagging.classes.ints.pop(), LabelsError, "not among the ints 0 ... 1"),
        (lambda m: setattr(m.source, "class_name", "BaggingRegressor"), SourceError, "not the one"),
        (lambda m: m.source.params.__delitem__("n_estimators"), SourceError, "n_estimators is 10"),
        (lambda m: setattr(m.source.attributes["estimators_"], "int_value", 1), SourceError, "no fitted attribute"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))
