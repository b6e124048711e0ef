"""Scalers: every switch, columns that are constant or missing, both directions."""

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from data import load
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

import modelx
from modelx import estimators
from modelx.errors import NonFiniteError, ShapeError, SourceError

SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False, with_std=False),
    StandardScaler(copy=False),
    RobustScaler(),
    RobustScaler(with_centering=False),
    RobustScaler(with_scaling=False),
    RobustScaler(with_centering=False, with_scaling=False),
    RobustScaler(quantile_range=(10.0, 80.0), unit_variance=True),
    MinMaxScaler(),
    MinMaxScaler(feature_range=(-3, 7)),
    MinMaxScaler(feature_range=(-0.1, 0.3), clip=True),
    MaxAbsScaler(),
]
if "clip" in MaxAbsScaler().get_params():
    SCALERS.append(MaxAbsScaler(clip=True))


def test_classes():
    assert set(estimators.FAMILIES["affine_scaler"].classes) == {type(scaler).__name__ for scaler in SCALERS}


def columns_of_all_kinds():
    """Wine, and columns that are constant, zero, missing in part, huge, tiny."""
    x, _ = load("wine")
    extra = np.zeros((len(x), 5))
    extra[:, 1] = 7.25
    extra[:, 2] = np.where(np.arange(len(x)) % 3 == 0, np.nan, x[:, 0])
    extra[:, 3] = x[:, 1] * 1e200
    extra[:, 4] = x[:, 2] * 1e-300
    return np.hstack([x, extra])


@pytest.mark.parametrize("scaler", SCALERS, ids=repr)
def test_every_scaler(scaler):
    x = columns_of_all_kinds()
    fitted = scaler.__class__(**scaler.get_params()).fit(x.copy())
    loaded = roundtrip.check(fitted, x)
    strange = np.array([np.nan, -0.0, 5e-324, 1e308, -1e308, 1.0])
    rows = np.repeat(strange[:, None], x.shape[1], axis=1)
    with np.errstate(all="ignore"):
        for method in ("transform", "inverse_transform"):
            before, after = (getattr(estimator, method)(rows.copy()) for estimator in (fitted, loaded))
            roundtrip.same_array(before, after)


@pytest.mark.parametrize("scaler", SCALERS, ids=repr)
def test_the_inverse_has_the_bits_of_the_schema(scaler):
    x = columns_of_all_kinds()
    fitted = scaler.__class__(**scaler.get_params()).fit(x.copy())
    model = modelx.to_proto(fitted)
    with np.errstate(all="ignore"):
        computed = reference.compute(model, x)
        inverse = fitted.inverse_transform(fitted.transform(x.copy()))
    assert reference.agree(computed["transform"], fitted.transform(x.copy()), 0, None).all()
    assert reference.agree(computed["inverse_transform"], inverse, 0, None).all()


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), RobustScaler(), MaxAbsScaler()], ids=repr)
def test_fits_on_float32(scaler):
    x, _ = load("wine")
    x32 = x.astype(np.float32)
    fitted = scaler.fit(x32)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_answers(fitted, loaded, x)
    roundtrip.same_answers(fitted, loaded, x32)


def test_a_column_that_is_missing_altogether():
    x, _ = load("iris")
    x = np.hstack([x, np.full((len(x), 1), np.nan)])
    with np.errstate(all="ignore"):
        for scaler in (StandardScaler(), MinMaxScaler(), MaxAbsScaler()):
            roundtrip.check(scaler.fit(x), x)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), MaxAbsScaler()], ids=repr)
def test_partial_fit_goes_on_as_the_original_would(scaler):
    x, _ = load("wine")
    fitted = scaler.fit(x[:100])
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.partial_fit(x[100:]).scale_.tobytes() == fitted.partial_fit(x[100:]).scale_.tobytes()


def test_names_of_columns():
    x, _ = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    loaded = roundtrip.check(StandardScaler().fit(frame), x)
    assert list(loaded.get_feature_names_out()) == ["a", "b", "c", "d"]


def test_other_steps_than_the_class_has_are_refused():
    x, _ = load("iris")
    model = modelx.to_proto(StandardScaler().fit(x))
    model.source.params["with_mean"].bool_value = False
    with pytest.raises(SourceError, match="has other steps than the model"):
        modelx.from_proto(model)


def test_zero_divisor_and_wrong_counts_are_refused():
    x, _ = load("iris")
    model = modelx.to_proto(StandardScaler().fit(x))
    model.affine_scaler.divide[1] = 0.0
    with pytest.raises(NonFiniteError, match=r"affine_scaler.divide: value 1 is 0.0"):
        modelx.from_proto(model)
    model.affine_scaler.divide.pop()
    with pytest.raises(ShapeError, match=r"affine_scaler.divide: there are 3 values; expected 4"):
        modelx.from_proto(model)


def test_limits_that_contradict_are_refused():
    x, _ = load("iris")
    model = modelx.to_proto(MinMaxScaler(clip=True).fit(x))
    model.affine_scaler.clip.low = 2.0
    with pytest.raises(ShapeError, match=r"low is 2.0, over high, 1.0"):
        modelx.from_proto(model)
