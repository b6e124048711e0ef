"""Boosted members: votes and medians, early ends, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import reference
import roundtrip
import sklearn
from data import LABELS, load
from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.preprocessing import scale
from sklearn.svm import SVC

import modelx
from modelx.errors import (
    LabelsError,
    NonFiniteError,
    NotFittedError,
    PipelineError,
    ShapeError,
    SourceError,
    UnsupportedEstimatorError,
)
from modelx.evidence import table

# scikit-learn 1.5 has another algorithm, by default; later versions have this one alone.
OLD = sklearn.__version__.startswith("1.5.")
SAMME = {"algorithm": "SAMME"} if OLD else {}


def boosted(member, n, **more):
    return AdaBoostClassifier(member, n_estimators=n, random_state=0, **SAMME, **more)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("rate", [1.0, 0.3])
@pytest.mark.parametrize("member", [LogisticRegression(C=0.01), SGDClassifier(alpha=0.1, random_state=0)], ids=repr)
def test_classifiers(member, rate, n_classes):
    x, y = load("wine")
    x, y = scale(x)[y < n_classes], y[y < n_classes]
    fitted = boosted(member, 6, learning_rate=rate).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    staged = [one.tolist() for one in fitted.staged_decision_function(x)]
    assert [one.tolist() for one in loaded.staged_decision_function(x)] == staged


@pytest.mark.parametrize("labels", sorted(LABELS))
def test_labels_of_every_type(labels):
    x, y = load("iris")
    roundtrip.check(boosted(LogisticRegression(C=0.01, max_iter=100), 3).fit(x, LABELS[labels](y)), x)


def test_an_early_end():
    x, y = load("iris")
    fitted = boosted(LogisticRegression(), 9).fit(x[y < 2], y[y < 2])
    assert len(fitted.estimators_) < 9
    loaded = roundtrip.check(fitted, x)
    assert loaded.estimator_weights_.tolist() == fitted.estimator_weights_.tolist()


@pytest.mark.parametrize("loss", ["linear", "square", "exponential"])
@pytest.mark.parametrize("member", [LinearRegression(), Ridge(alpha=0.1), PoissonRegressor()], ids=repr)
def test_regressors(member, loss):
    x, y = load("diabetes")
    fitted = AdaBoostRegressor(member, n_estimators=7, loss=loss, random_state=0).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    again = loaded.fit(x, y).predict(x)
    assert again.tobytes() == fitted.predict(x).tobytes()


def test_the_default_member_is_known():
    x, y = load("iris")
    fitted = boosted(LogisticRegression(C=0.01), 2).fit(x, y)
    model = modelx.to_proto(fitted)
    model.source.params["estimator"].none = True
    assert modelx.from_proto(model).estimator_.max_depth == 1


def test_what_is_refused_at_export():
    x, y = load("iris")
    with pytest.raises(NotFittedError, match="AdaBoostRegressor is not fitted"):
        modelx.to_proto(AdaBoostRegressor())
    with pytest.raises(UnsupportedEstimatorError, match="0: SVC is not supported"):
        modelx.to_proto(boosted(SVC(), 2).fit(x, y))


def spoiled(change):
    x, y = load("iris")
    model = modelx.to_proto(boosted(LogisticRegression(C=0.01), 3).fit(x, np.array(["a", "b", "c"])[y]))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.ada_boost.weights.pop(), ShapeError, "one for each member"),
        (lambda m: setattr(m.ada_boost, "total", 0.0), NonFiniteError, "total is 0.0"),
        (lambda m: setattr(m.ada_boost, "total", 9.0), SourceError, "total is 9.0"),
        (lambda m: m.ada_boost.classes.strings.__delitem__(slice(1, 3)), LabelsError, "two at least"),
        (lambda m: m.ada_boost.classes.strings.pop(), LabelsError, "none of the model's"),
        (lambda m: setattr(m.source, "class_name", "AdaBoostRegressor"), SourceError, "not the one"),
        (lambda m: setattr(m.source.attributes["estimator_weights_"], "int_value", -1), SourceError, "there are -1"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))


# An AdaBoostClassifier with algorithm='SAMME.R', written by scikit-learn 1.5.
REAL = Path(__file__).parents[2] / "interop" / "testdata" / "samme_r.pb"


def test_the_schema_is_what_the_algorithm_of_before_computes():
    model = modelx.read(REAL).proto
    computed = reference.compute(model, table.read_rows(model.evidence.rows))
    for output in model.evidence.outputs:
        recorded = table.read_output(output, model.evidence.rows.n_rows)
        assert np.all(reference.agree(computed[output.method], recorded, output.comparison, output.tolerances))


def test_the_algorithm_of_before_loads_where_it_is():
    if not OLD:
        with pytest.raises(SourceError, match=r"load it with 1\.5, or in Go"):
            modelx.load(REAL)
        return
    loaded = modelx.load(REAL)
    assert loaded.algorithm == "SAMME.R"
    x, y = load("wine")
    for n_classes in (2, 3):
        for member in (None, LogisticRegression(C=0.01)):
            rows, labels = scale(x)[y < n_classes], y[y < n_classes]
            with pytest.warns(FutureWarning, match=r"SAMME\.R"):
                fitted = AdaBoostClassifier(member, n_estimators=4, random_state=0).fit(rows, labels)
            roundtrip.check(fitted, rows)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.ada_boost.members[1].decision_tree.classes[0].ints.reverse(), LabelsError, "not just the model's"),
        (
            lambda m: (m.ada_boost.ClearField("classes"), m.ada_boost.ClearField("total")),
            LabelsError,
            "without classes",
        ),
        (lambda m: m.ada_boost.members[2].CopyFrom(ridge()), PipelineError, "no predict_proba"),
    ],
)
def test_probabilities_that_contradict_are_refused(change, error, message):
    model = modelx.read(REAL).proto
    change(model)
    with pytest.raises(error, match=message):
        modelx.from_proto(model)


def ridge():
    x, y = load("iris")
    model = modelx.to_proto(RidgeClassifier().fit(x, y), name="2")
    model.ClearField("evidence")
    return model
