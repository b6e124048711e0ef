"""Models made of models, nested, with everything that the last step has."""

import time

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

import modelx
from modelx.errors import PipelineError, SourceError, TooDeepError

LAST = [
    LogisticRegression(),
    SGDClassifier(loss="log_loss", random_state=0),
    SGDClassifier(loss="modified_huber", random_state=0),
    RidgeClassifier(),
    SGDOneClassSVM(random_state=0),
    KMeans(3, random_state=0, n_init=1),
    BisectingKMeans(4, random_state=0),
    LinearRegression(),
    PoissonRegressor(),
    RobustScaler(),
]


@pytest.mark.parametrize("last", LAST, ids=repr)
@pytest.mark.parametrize(
    "first", [StandardScaler(), MinMaxScaler(clip=True), KMeans(4, random_state=0, n_init=1)], ids=repr
)
def test_every_last_step(first, last):
    x, y = load("iris")
    roundtrip.check(make_pipeline(first, last).fit(x, y), x)


def test_nested_pipelines():
    x, y = load("wine")
    inner = Pipeline([("robust", RobustScaler()), ("again", make_pipeline(MaxAbsScaler(), StandardScaler()))])
    fitted = Pipeline([("inner", inner), ("outer", make_pipeline(MinMaxScaler(), LogisticRegression()))]).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert [name for name, _ in loaded.steps] == ["inner", "outer"]
    assert loaded["inner"]["again"][0].scale_.tobytes() == fitted["inner"]["again"][0].scale_.tobytes()


def test_the_whole_inverse():
    x, _ = load("wine")
    fitted = make_pipeline(StandardScaler(), make_pipeline(MinMaxScaler(), "passthrough"), RobustScaler()).fit(x)
    loaded = roundtrip.check(fitted, x)
    np.testing.assert_allclose(loaded.inverse_transform(loaded.transform(x)), x, rtol=1e-12)


def test_names_of_columns_and_labels():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["sepal l", "sepal w", "petal l", "petal w"])
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, np.array(["a", "b", "c"])[y])
    loaded = roundtrip.check(fitted, x)
    assert loaded.feature_names_in_.tolist() == list(frame.columns)
    assert loaded.predict(frame).tobytes() == fitted.predict(frame).tobytes()
    model = modelx.to_proto(fitted)
    assert list(model.signature.feature_names) == list(frame.columns)


def test_hyper_parameters_of_the_pipeline():
    x, y = load("iris")
    loaded = roundtrip.check(
        Pipeline([("a", StandardScaler()), ("b", LogisticRegression())], verbose=True).fit(x, y), x
    )
    assert loaded.verbose is True
    loaded.set_params(b__C=3.0)
    assert loaded.fit(x, y)["b"].C == 3.0


def test_sixteen_levels_and_no_more():
    x, y = load("iris")
    fitted = LogisticRegression().fit(x, y)
    model = modelx.to_proto(fitted)
    for _ in range(15):
        outer = type(model)(name="outer", evidence=model.evidence)
        model.ClearField("evidence")
        outer.pipeline.steps.append(model)
        model = outer
    # scikit-learn's own Pipeline.predict takes minutes at this depth; checking a file must not.
    start = time.monotonic()
    loaded = modelx.from_proto(model)
    assert time.monotonic() - start < 5.0
    for _ in range(15):
        ((_, loaded),) = loaded.steps
    assert loaded.coef_.tobytes() == fitted.coef_.tobytes()
    outer = type(model)(name="outer")
    outer.pipeline.steps.append(model)
    with pytest.raises(TooDeepError, match="over 16 deep"):
        modelx.from_proto(outer)


def spoiled(change):
    x, y = load("iris")
    model = modelx.to_proto(make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pipeline.ClearField("steps"), "there are no steps"),
        (lambda m: setattr(m.pipeline.steps[0], "name", ""), "expected distinct ones"),
        (lambda m: setattr(m.pipeline.steps[0], "name", "logisticregression"), "expected distinct ones"),
        (lambda m: m.pipeline.steps.add(name="x").CopyFrom(_named(m.pipeline.steps[1])), "has no transform"),
        (
            lambda m: m.pipeline.steps[0].CopyFrom(_wide(m.pipeline.steps[0])),
            "gives 5 columns; 'logisticregression' takes 4",
        ),
    ],
)
def test_pipelines_that_do_not_fit_together_are_refused(change, message):
    with pytest.raises(PipelineError, match=message):
        modelx.from_proto(spoiled(change))


def _named(step):
    out = type(step)()
    out.CopyFrom(step)
    out.name = "another"
    return out


def _wide(step):
    out = modelx.to_proto(StandardScaler().fit(np.random.default_rng(0).normal(size=(9, 5))), name=step.name)
    out.ClearField("evidence")
    return out


def test_steps_among_the_hyper_parameters_are_refused():
    with pytest.raises(SourceError, match="is no pipeline"):
        modelx.from_proto(spoiled(lambda m: m.source.params["steps"].list.SetInParent()))
