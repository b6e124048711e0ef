"""Means and votes: every form, every type of labels, what comes back, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import LABELS, load
from sklearn.ensemble import GradientBoostingRegressor, VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import modelx
from modelx.delegates import FROZEN
from modelx.errors import LabelsError, NotFittedError, ShapeError, SourceError, UnsupportedEstimatorError

CLASSIFIERS = [
    ("logistic", LogisticRegression(max_iter=200)),
    ("scaled", make_pipeline(StandardScaler(), LogisticRegression())),
    ("weak", LogisticRegression(C=1e-3)),
]
REGRESSORS = [("linear", LinearRegression()), ("ridge", Ridge()), ("log", PoissonRegressor())]


@pytest.mark.parametrize("weights", [None, [1, 2, 3], [0.1, 0.2, 0.7], np.array([1.0, 0.0, 2.0])], ids=str)
@pytest.mark.parametrize("voting", ["soft", "hard"])
def test_classifiers(voting, weights):
    x, y = load("iris")
    fitted = VotingClassifier(CLASSIFIERS, voting=voting, weights=weights).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert list(loaded.named_estimators_) == ["logistic", "scaled", "weak"]
    assert loaded.score(x, y) == fitted.score(x, y)


@pytest.mark.parametrize("labels", sorted(LABELS))
@pytest.mark.parametrize("voting", ["soft", "hard"])
def test_labels_of_every_type(labels, voting):
    x, y = load("iris")
    fitted = VotingClassifier(CLASSIFIERS, voting=voting).fit(x, LABELS[labels](y))
    loaded = roundtrip.check(fitted, x)
    assert loaded.le_.classes_ is loaded.classes_


@pytest.mark.parametrize("weights", [None, [3, 1, 1], [1e-9, 1e9, 0.3]], ids=str)
def test_regressors(weights):
    x, y = load("diabetes")
    roundtrip.check(VotingRegressor(REGRESSORS, weights=weights).fit(x, y), x)


def test_exact_members_make_an_exact_mean():
    x, y = load("diabetes")
    members = [(str(i), GradientBoostingRegressor(n_estimators=3, random_state=i)) for i in range(5)]
    model = modelx.to_proto(VotingRegressor(members, weights=[0.1, 0.2, 0.3, 0.4, 0.5]).fit(x, y))
    assert [output.comparison for output in model.evidence.outputs] == [0, 0]


def test_members_that_are_dropped():
    x, y = load("iris")
    members = [*CLASSIFIERS, ("off", "drop")]
    loaded = roundtrip.check(VotingClassifier(members, voting="soft", weights=[1, 2, 3, 4]).fit(x, y), x)
    assert loaded.named_estimators_["off"] == "drop"
    assert len(loaded.fit(x, y).estimators_) == 3


def test_probabilities_that_are_no_matrix_are_left_out():
    """Without flatten_transform, transform of soft votes is a cube: the file does not speak of it."""
    x, y = load("iris")
    fitted = VotingClassifier(CLASSIFIERS, voting="soft", flatten_transform=False).fit(x, y)
    model = modelx.to_proto(fitted)
    assert [output.method for output in model.signature.outputs] == ["predict", "predict_proba"]
    assert modelx.from_proto(model).transform(x).tobytes() == fitted.transform(x).tobytes()


def test_names_of_features_reach_the_members():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    fitted = VotingClassifier(CLASSIFIERS, voting="soft").fit(frame, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.feature_names_in_.tolist() == list("abcd")
    assert loaded.predict_proba(frame).tobytes() == fitted.predict_proba(frame).tobytes()


def test_models_of_models():
    x, y = load("iris")
    search = GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2)
    inner = VotingClassifier([("search", search), ("ridge", RidgeClassifier())])
    roundtrip.check(make_pipeline(StandardScaler(), inner).fit(x, y), x)
    votes = VotingRegressor([("a", VotingRegressor(REGRESSORS)), ("b", Ridge())])
    roundtrip.check(make_pipeline(votes, LinearRegression()).fit(x, y + 1), x)


if FROZEN:

    def test_frozen_members_stand_for_themselves():
        x, y = load("iris")
        frozen = FROZEN["FrozenEstimator"](LogisticRegression(max_iter=200).fit(x, y))
        loaded = roundtrip.check(VotingClassifier([("frozen", frozen), ("other", RidgeClassifier())]).fit(x, y), x)
        assert loaded.estimators[0][1] is loaded.estimators_[0]


def test_what_is_refused_at_export():
    x, y = load("iris")
    with pytest.raises(NotFittedError, match="VotingClassifier is not fitted"):
        modelx.to_proto(VotingClassifier(CLASSIFIERS))
    with pytest.raises(UnsupportedEstimatorError, match="svc: SVC is not supported"):
        modelx.to_proto(VotingClassifier([("svc", SVC()), *CLASSIFIERS]).fit(x, y))


def spoiled(change):
    x, y = load("iris")
    model = modelx.to_proto(VotingClassifier(CLASSIFIERS[:2], voting="soft", weights=[1, 2]).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.voting.members.pop(), ShapeError, "one for each member"),
        (lambda m: setattr(m.voting.members[0], "name", "other"), SourceError, "names of the estimators"),
        (lambda m: setattr(m.source.params["voting"], "string_value", "hard"), SourceError, "vote otherwise"),
        (lambda m: m.source.params.__delitem__("weights"), SourceError, "vote otherwise"),
        (lambda m: setattr(m.source, "class_name", "VotingRegressor"), SourceError, "not the one that votes so"),
        (lambda m: setattr(m.source, "class_name", "Ridge"), SourceError, "not the one that votes so"),
        (lambda m: m.voting.classes.ints.pop(), LabelsError, "not among the ints 0 ... 1"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))


def test_pipelines_that_would_take_minutes_are_refused():
    """scikit-learn asks each pipeline of pipelines three times over, which a file may not use."""
    model = spoiled(lambda _: None)
    for _ in range(12):
        inner = type(model)(name="logistic")
        inner.pipeline.steps.add().CopyFrom(model.voting.members[0])
        inner.pipeline.steps[0].name = "inner"
        model.voting.members[0].CopyFrom(inner)
    with pytest.raises(SourceError, match="flatten them"):
        modelx.from_proto(model)
