"""Any changed number of any family is caught on load; the step that diverges is named."""

import numpy as np
import pytest
from data import load
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.linear_model import (
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler, scale

import modelx
from modelx.errors import EvidenceMismatchError

IRIS, SPECIES = load("iris")
ROWS, PROGRESSION = load("diabetes")
FITTED = {
    "linear_regression": Ridge().fit(ROWS, PROGRESSION),
    "several outputs": Ridge().fit(ROWS, np.column_stack([PROGRESSION, -PROGRESSION])),
    "log link": PoissonRegressor().fit(IRIS, SPECIES + 1),
    "sgd_classifier": SGDClassifier(loss="log_loss", random_state=0).fit(scale(IRIS), SPECIES),
    "binary": LogisticRegression().fit(IRIS, SPECIES > 0),
    "multilabel": RidgeClassifier().fit(IRIS, np.column_stack([SPECIES == 0, SPECIES == 1]).astype(int)),
    "kmeans": KMeans(5, random_state=0, n_init=1).fit(IRIS),
    "bisecting_kmeans": BisectingKMeans(5, random_state=0).fit(IRIS),
    "sgd_one_class_svm": SGDOneClassSVM(random_state=0).fit(IRIS),
    "affine_scaler": StandardScaler().fit(IRIS),
    "min max": MinMaxScaler().fit(IRIS),
}
NUMBERS = ("coefficients", "intercepts", "intercept", "centers", "offset", "subtract", "divide", "multiply", "add")


def numbers(message):
    """Give each number of a computation as (name, index), index being None for one that stands alone."""
    for field, value in message.ListFields():
        if field.name in NUMBERS:
            yield from (
                ((field.name, i) for i in range(len(value))) if hasattr(value, "append") else [(field.name, None)]
            )


def change(message, name, index, factor):
    value = getattr(message, name) if index is None else getattr(message, name)[index]
    changed = value * factor if value else 1e-9
    if index is None:
        setattr(message, name, changed)
    else:
        getattr(message, name)[index] = changed


def unused(model):
    """Give the numbers that no method looks at, as the schema says: the root's center."""
    if model.WhichOneof("model") != "bisecting_kmeans":
        return set()
    p = model.bisecting_kmeans
    return {("centers", j) for j in range(p.n_features)}


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("case", sorted(FITTED))
def test_every_number_counts(case, sign):
    model = modelx.to_proto(FITTED[case])
    arm = model.WhichOneof("model")
    found = set(numbers(getattr(model, arm))) - unused(model)
    missed = []
    for name, index in sorted(found, key=str):
        spoiled = type(model)()
        spoiled.CopyFrom(model)
        change(getattr(spoiled, arm), name, index, 1.0 + sign * relative(model, name, index))
        try:
            modelx.from_proto(spoiled)
        except EvidenceMismatchError as error:
            assert error.path == arm  # noqa: PT017 - the others are counted
        else:
            missed.append((name, index))
    assert found
    assert not missed


def relative(model, name, index):
    """Give how much to change: 1e-9, but an inner node of a tree only shows where it changes a decision."""
    if name == "centers" and model.WhichOneof("model") == "bisecting_kmeans":
        p = model.bisecting_kmeans
        if p.labels[index // p.n_features] < 0:
            return 10.0
    return 1e-9


def test_nothing_is_caught_when_nothing_was_changed():
    for fitted in FITTED.values():
        modelx.loads(modelx.dumps(fitted))


def tampered(estimator, *at):
    """Change the first number of the step with these indices."""
    model = modelx.to_proto(estimator)
    step = model
    for i in at:
        step = step.pipeline.steps[i]
    message = getattr(step, step.WhichOneof("model"))
    name, index = next(iter(numbers(message)))
    change(message, name, index, 1.5)
    return model


@pytest.mark.parametrize(
    ("at", "path"),
    [
        ((0,), "pipeline.steps[0].affine_scaler"),
        ((1, 0), "pipeline.steps[1].pipeline.steps[0].affine_scaler"),
        ((1, 1, 0), "pipeline.steps[1].pipeline.steps[1].pipeline.steps[0].affine_scaler"),
        ((2, 0), "pipeline.steps[2].pipeline.steps[0].affine_scaler"),
        ((2, 1), "pipeline.steps[2].pipeline.steps[1].sgd_classifier"),
    ],
)
def test_the_first_step_that_diverges_is_named(at, path):
    inner = Pipeline([("robust", RobustScaler()), ("deeper", make_pipeline(StandardScaler(), "passthrough"))])
    last = make_pipeline(MinMaxScaler(), LogisticRegression())
    fitted = Pipeline([("first", StandardScaler()), ("inner", inner), ("last", last)]).fit(IRIS, SPECIES)
    with pytest.raises(EvidenceMismatchError) as caught:
        modelx.from_proto(tampered(fitted, *at))
    assert caught.value.path == path


def test_swapped_classes_are_caught():
    model = modelx.to_proto(FITTED["sgd_classifier"])
    model.sgd_classifier.classes.ints[:] = [1, 0, 2]
    with pytest.raises(EvidenceMismatchError, match="predict differs"):
        modelx.from_proto(model)


@pytest.mark.parametrize("width", [4097, 70_000])
def test_every_coefficient_of_a_wide_model_counts(width):
    fitted = Ridge().fit(np.random.default_rng(0).normal(size=(3, width)), [1.0, 2.0, 3.0])
    model = modelx.to_proto(fitted)
    rows = model.evidence.rows
    assert rows.eighths
    assert len(rows.eighths) <= rows.n_rows * width
    assert not rows.values
    assert 0 not in rows.eighths
    step = float(np.abs(fitted.coef_).mean()) * 1e-3
    for index in (0, 1, width // 2, width - 1):
        spoiled = type(model)()
        spoiled.CopyFrom(model)
        spoiled.linear_regression.coefficients[index] += step
        with pytest.raises(EvidenceMismatchError):
            modelx.from_proto(spoiled)
