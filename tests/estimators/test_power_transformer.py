"""Both methods, scaled or not; exponents at which the formula changes; rows of all signs and sizes."""

import warnings

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from data import load
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

import modelx
from modelx.errors import NonFiniteError, ShapeError, SourceError
from modelx.estimators import FAMILIES
from modelx.evidence import recording


def columns_of_all_kinds():
    x, _ = load("wine")
    extra = np.zeros((len(x), 4))
    extra[:, 0] = 3.5
    extra[:, 1] = np.where(np.arange(len(x)) % 3 == 0, np.nan, x[:, 0])
    extra[:, 2] = np.exp(x[:, 1] * 3.0)
    extra[:, 3] = 1.0 / x[:, 2]
    return np.hstack([x[:, :5], extra])


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_every_form(method, standardize, copy):
    x = columns_of_all_kinds()
    if method == "box-cox":
        x = np.delete(x, 5, axis=1)  # It takes no constant column.
    fitted = PowerTransformer(method=method, standardize=standardize, copy=copy).fit(x.copy())
    rows = np.concatenate([x[::9], x[::30] * 10.0, -x[::40] if method == "yeo-johnson" else x[::40] * 1e-9])
    loaded = roundtrip.check(fitted, rows)
    assert loaded.fit(x.copy()).lambdas_.tobytes() == fitted.lambdas_.tobytes()


@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_fits_on_float32(method):
    x = load("wine")[0].astype(np.float32)
    fitted = PowerTransformer(method=method).fit(x)
    rows = x.astype(np.float64)[::7]
    roundtrip.same_answers(fitted, roundtrip.check(fitted, rows), x)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_the_inverse_is_the_schema_s(method, single):
    x = load("wine")[0]
    x = x.astype(np.float32) if single else x
    fitted = PowerTransformer(method=method).fit(x if method == "box-cox" else x - x.mean(axis=0))
    model = modelx.to_proto(fitted)
    rows = np.asarray(x if method == "box-cox" else x - x.mean(axis=0), dtype=np.float64)
    answers = recording.answers(fitted, model, rows)["inverse_transform"]
    tolerance = FAMILIES["power_transformer"].tolerances(model, fitted, rows, None)["inverse_transform"]
    computed = reference.compute(model, rows)["inverse_transform"]
    # The reference undoes its own transform, which is as far off as that, and the slope of the inverse.
    assert reference.agree(computed, answers, tolerance.comparison, tolerance.per_row * 1e3).all()
    assert tolerance.per_row.max() < 1e-8


def test_names_of_columns():
    x, _ = load("iris")
    loaded = roundtrip.check(PowerTransformer().fit(pd.DataFrame(x, columns=["a", "b", "c", "d"])), x)
    assert list(loaded.get_feature_names_out()) == ["a", "b", "c", "d"]


def test_between_other_steps():
    x, y = load("wine")
    roundtrip.check(make_pipeline(StandardScaler(), PowerTransformer(), LogisticRegression()).fit(x, y), x)


def test_tolerances_are_tight():
    x, _ = load("wine")
    fitted = PowerTransformer().fit(x)
    model = modelx.to_proto(fitted)
    tolerances = FAMILIES["power_transformer"].tolerances(model, fitted, x, None)
    assert tolerances["transform"].per_row.max() < 1e-10
    assert tolerances["inverse_transform"].per_row.max() < 1e-9


def test_what_is_not_exact_before_it_grows_with_the_slope():
    x, _ = load("iris")
    for method in ("yeo-johnson", "box-cox"):
        fitted = PowerTransformer(method=method).fit(x)
        model = modelx.to_proto(fitted)
        family = FAMILIES["power_transformer"]
        err = np.full(x.shape, 1e-6)
        off = family.propagate(model, fitted, x, err)
        found = np.abs(fitted.transform(x + err) - fitted.transform(x))
        assert (found <= off).all()
        assert (off <= found * 1.5 + 1e-9).all()
    assert family.decided(model, fitted, np.array([[1.0, 1.0, 1.0, 1e-7]]), err[:1]).tolist() == [False]


def edited(edit):
    x, _ = load("iris")
    model = modelx.to_proto(PowerTransformer().fit(x))
    edit(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        modelx.from_proto(model)


@pytest.mark.parametrize(
    ("edit", "error", "message"),
    [
        (lambda m: setattr(m.power_transformer, "method", 2), SourceError, "method is 'yeo-johnson'"),
        (lambda m: m.power_transformer.divide.pop(), ShapeError, "there are 3 values"),
        (lambda m: m.power_transformer.divide.__setitem__(1, 0.0), NonFiniteError, "value 1 is 0.0"),
        (lambda m: m.power_transformer.lambdas.__setitem__(0, float("nan")), NonFiniteError, "value 0 is nan"),
        (lambda m: setattr(m.power_transformer, "single_precision", True), ShapeError, "no float32"),
        (lambda m: m.source.params["standardize"].ClearField("kind"), SourceError, "has no kind"),
        (lambda m: m.source.delegate.attributes["transform"].SetInParent(), SourceError, "no fitted attribute"),
    ],
)
def test_what_contradicts_is_refused(edit, error, message):
    with pytest.raises(error, match=message):
        edited(edit)
