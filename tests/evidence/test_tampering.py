"""Any changed number of any family is caught on load; the step that diverges is named."""

import numpy as np
import pytest
from data import load
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler, TargetEncoder, scale
from sklearn.tree import DecisionTreeClassifier

import modelx
from modelx.errors import EvidenceMismatchError

IRIS, SPECIES = load("iris")
ROWS, PROGRESSION = load("diabetes")
ROOMS = np.column_stack([IRIS[:, :3].astype(object), np.array(["hall", "lab", "attic"], dtype=object)[SPECIES[::-1]]])
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
    "decision_tree": DecisionTreeClassifier(max_depth=2, random_state=0).fit(IRIS, SPECIES),
    "forest": RandomForestRegressor(3, max_depth=1, random_state=0).fit(ROWS, PROGRESSION),
    "gradient_boosting": GradientBoostingRegressor(n_estimators=3, max_depth=1).fit(ROWS, PROGRESSION),
    "hist_gradient_boosting": HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3).fit(IRIS, SPECIES),
    "mixed columns": make_pipeline(
        ColumnTransformer(
            [
                ("room", OneHotEncoder(), [3]),
                ("rate", TargetEncoder(cv=2), [3]),
                ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), [0, 1, 2]),
            ]
        ),
        LogisticRegression(),
    ).fit(ROOMS, SPECIES > 0),
}
NUMBERS = ("coefficients", "intercepts", "intercept", "centers", "offset", "subtract", "divide", "multiply", "add")
NUMBERS += ("thresholds", "values", "baseline", "doubles", "encodings")
NO_COMPUTATION = ("source", "signature", "evidence", "metadata")


def numbers(message, way=()):
    """Give each number of a computation as its way: names of fields, and indices of those that are repeated."""
    for field, value in message.ListFields():
        several = hasattr(value, "extend")
        if field.message_type is not None and field.name not in NO_COMPUTATION:
            for i, inner in enumerate(value) if several else [(None, value)]:
                yield from numbers(inner, (*way, (field.name, i)))
        elif field.name in NUMBERS:
            yield from ((*way, (field.name, i)) for i in (range(len(value)) if several else [None]))


def change(message, way, factor):
    """Change one number."""
    for name, i in way[:-1]:
        message = getattr(message, name) if i is None else getattr(message, name)[i]
    name, index = way[-1]
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
    return {(("bisecting_kmeans", None), ("centers", j)) for j in range(p.n_features)}


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("case", sorted(FITTED))
def test_every_number_counts(case, sign):
    model = modelx.to_proto(FITTED[case])
    arm = model.WhichOneof("model")
    found = set(numbers(model)) - unused(model)
    missed = []
    for way in sorted(found, key=str):
        spoiled = type(model)()
        spoiled.CopyFrom(model)
        change(spoiled, way, 1.0 + sign * relative(model, way))
        try:
            modelx.from_proto(spoiled)
        except EvidenceMismatchError as error:
            assert error.path.startswith(arm)  # noqa: PT017 - the others are counted
        else:
            missed.append(way)
    assert found
    assert not missed


def relative(model, way):
    """Give how much to change: 1e-9, but what only decides shows where a decision changes."""
    name, index = way[-1]
    if name == "thresholds":
        # Classic trees take rows of float32.
        return 1e-9 if model.WhichOneof("model") == "hist_gradient_boosting" else 2.0**-22
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
    change(step, next(numbers(step)), 1.5)
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
