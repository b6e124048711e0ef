"""Stacks: every method of the members, rows passed on, members fitted before, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import LABELS, load
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, StackingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import modelx
from modelx.errors import LabelsError, NotFittedError, PipelineError, ShapeError, SourceError, UnsupportedEstimatorError

CLASSIFIERS = [("logistic", LogisticRegression(max_iter=200)), ("ridge", RidgeClassifier())]
PROBABLE = [("one", LogisticRegression(max_iter=200)), ("two", make_pipeline(StandardScaler(), LogisticRegression()))]
REGRESSORS = [("linear", LinearRegression()), ("log", PoissonRegressor())]


@pytest.mark.parametrize("passthrough", [True, False])
@pytest.mark.parametrize("method", ["auto", "predict", "predict_proba", "decision_function"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classifiers(n_classes, method, passthrough):
    x, y = load("iris")
    x, y = x[y < n_classes], y[y < n_classes]
    members = PROBABLE if method == "predict_proba" else CLASSIFIERS
    fitted = StackingClassifier(
        members, LogisticRegression(max_iter=500), cv=2, stack_method=method, passthrough=passthrough
    ).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()


@pytest.mark.parametrize("labels", sorted(LABELS))
def test_labels_of_every_type(labels):
    x, y = load("iris")
    roundtrip.check(StackingClassifier(CLASSIFIERS, RidgeClassifier(), cv=2).fit(x, LABELS[labels](y)), x)


@pytest.mark.parametrize("passthrough", [True, False])
@pytest.mark.parametrize("final", [Ridge(), make_pipeline(MinMaxScaler(), Ridge())], ids=["ridge", "pipeline"])
def test_regressors(final, passthrough):
    x, y = load("diabetes")
    fitted = StackingRegressor([*REGRESSORS, ("off", "drop")], final, cv=2, passthrough=passthrough).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.fit(x, y).predict(x).tobytes() == fitted.predict(x).tobytes()


def test_the_default_last_models():
    x, y = load("iris")
    loaded = roundtrip.check(StackingClassifier(CLASSIFIERS, cv=2).fit(scaled(x), y), scaled(x))
    assert loaded.final_estimator is None
    roundtrip.check(StackingRegressor(REGRESSORS, cv=2).fit(x, y + 1), x)


def scaled(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def test_members_that_were_fitted_before():
    x, y = load("iris")
    members = [(name, clone(member).fit(x, y)) for name, member in CLASSIFIERS]
    loaded = roundtrip.check(StackingClassifier(members, RidgeClassifier(), cv="prefit").fit(x, y), x)
    assert loaded.estimators[0][1] is loaded.estimators_[0]
    loaded.fit(x, y)


def test_names_of_features():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    fitted = StackingClassifier(CLASSIFIERS, RidgeClassifier(), cv=2).fit(frame, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.feature_names_in_.tolist() == list("abcd")


def test_stacks_in_pipelines_and_stacks():
    x, y = load("diabetes")
    inner = StackingRegressor(REGRESSORS, Ridge(), cv=2)
    outer = StackingRegressor([("stack", inner), ("ridge", Ridge())], Ridge(), cv=2, passthrough=True)
    roundtrip.check(make_pipeline(StandardScaler(), outer).fit(x, y), x)
    roundtrip.check(make_pipeline(StackingRegressor(REGRESSORS, Ridge(), cv=2), Ridge()).fit(x, y), x)


def test_what_is_refused_at_export():
    x, y = load("iris")
    with pytest.raises(NotFittedError, match="StackingClassifier is not fitted"):
        modelx.to_proto(StackingClassifier(CLASSIFIERS))
    with pytest.raises(UnsupportedEstimatorError, match="final_estimator_: SVC is not supported"):
        modelx.to_proto(StackingClassifier(CLASSIFIERS, SVC(), cv=2).fit(x, y))


def spoiled(change):
    x, y = load("iris")
    model = modelx.to_proto(StackingClassifier(CLASSIFIERS, LogisticRegression(max_iter=500), cv=2).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.stacking.methods.pop(), ShapeError, "one for each member"),
        (lambda m: m.stacking.methods.__setitem__(0, 7), ShapeError, "a method is 7"),
        (lambda m: m.stacking.methods.__setitem__(1, 2), PipelineError, "has no predict_proba"),
        (lambda m: m.stacking.methods.__setitem__(1, 1), PipelineError, "takes 6 features; the members give 4"),
        (lambda m: m.stacking.final.sgd_classifier.classes.ints.__setitem__(2, 3), LabelsError, "not among the ints"),
        (lambda m: setattr(m.source.params["passthrough"], "bool_value", True), SourceError, "passthrough"),
        (lambda m: setattr(m.source, "class_name", "StackingRegressor"), SourceError, "not the one"),
        (lambda m: m.source.params["estimators"].list.items.pop(), SourceError, "names of the estimators"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))


def several(x):
    """Give three labels, of which the last one is the same for all rows."""
    return np.column_stack([x[:, 0] > 5.8, x[:, 2] > 3.0, np.ones(len(x), dtype=bool)]).astype(int)


TREES = [("forest", RandomForestClassifier(2, max_depth=2, random_state=0)), ("ridge", RidgeClassifier())]


@pytest.mark.parametrize("final", [DecisionTreeClassifier(max_depth=3, random_state=0), "ridge"], ids=["tree", "ridge"])
@pytest.mark.parametrize("method", ["auto", "predict", "predict_proba"])
def test_several_labels(method, final):
    x, _ = load("iris")
    y = several(x)[:, :2] if final == "ridge" else several(x)
    inside = TREES[:1] if method == "predict_proba" else TREES
    last = RidgeClassifier() if final == "ridge" else final
    fitted = StackingClassifier(inside, last, cv=2, stack_method=method, passthrough=method == "auto").fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded._n_feature_outs == fitted._n_feature_outs
    assert loaded.fit(x, y).predict(x).tolist() == fitted.predict(x).tolist()


def test_several_labels_of_another_type_in_pipelines_and_stacks():
    x, _ = load("iris")
    y = several(x)[:, :2].astype(bool)
    inner = StackingClassifier(TREES, TREES[0][1], cv=2)
    last = make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=2, random_state=0))
    fitted = StackingClassifier([("stack", inner), *TREES], last, cv=2, stack_method="predict").fit(x, y)
    roundtrip.check(make_pipeline(MinMaxScaler(), fitted).fit(x, y), x)
    assert modelx.to_proto(fitted).stacking.outputs[0].bools == [False, True]


def test_several_labels_that_are_refused():
    x, _ = load("iris")
    y = several(x)[:, :2]
    inner = StackingClassifier(TREES, TREES[0][1], cv=2).fit(x, y)
    stacked = StackingClassifier([("stack", inner)], TREES[0][1], cv="prefit").fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match="no probabilities of several labels"):
        modelx.to_proto(stacked)
    constant = StackingClassifier(TREES, RidgeClassifier(), cv=2).fit(x, several(x))
    with pytest.raises(UnsupportedEstimatorError, match="of several labels, trees"):
        modelx.to_proto(constant)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.stacking.outputs.pop(), LabelsError, "predicts 3 labels"),
        (lambda m: m.stacking.outputs.__delitem__(slice(1, None)), LabelsError, "there are 1 labels"),
        (lambda m: m.stacking.classes.ints.append(0), LabelsError, "classes beside them"),
        (lambda m: m.stacking.outputs[1].Clear(), LabelsError, "given as none"),
        (lambda m: m.stacking.final.decision_tree.classes[2].ints.__setitem__(0, 1), LabelsError, "0 ... 0"),
        (lambda m: m.stacking.methods.__setitem__(1, 2), PipelineError, "no predict_proba"),
        (
            lambda m: m.stacking.outputs[0].ClearField("ints") or m.stacking.outputs[0].bools.append(True),
            LabelsError,
            "",
        ),
    ],
)
def test_several_labels_that_contradict_are_refused(change, error, message):
    x, _ = load("iris")
    last = DecisionTreeClassifier(max_depth=2, random_state=0)
    model = modelx.to_proto(StackingClassifier(TREES, last, cv=2).fit(x, several(x)))
    change(model)
    with pytest.raises(error, match=message or None):
        modelx.from_proto(model)
