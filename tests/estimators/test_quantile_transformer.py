"""Both outputs; quantiles that repeat, are few, or were fitted on float32 or sparse rows; rows at them and beside."""

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from data import load
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

import modelx
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import FAMILIES
from modelx.evidence import recording


def columns_of_all_kinds():
    x, _ = load("wine")
    extra = np.zeros((len(x), 5))
    extra[:, 0] = 3.5
    extra[:, 1] = np.where(np.arange(len(x)) % 3 == 0, np.nan, x[:, 0])
    extra[:, 2] = np.round(x[:, 1])
    extra[:, 3] = x[:, 1] * 1e300
    extra[:, 4] = x[:, 1] * 1e-310
    return np.hstack([x[:, :3], extra])


def around(model):
    quantiles = model.quantiles_.astype(np.float64)
    some = quantiles[:: max(1, len(quantiles) // 5)]
    ends = quantiles[[0, -1]]
    parts = [some, np.nextafter(some, np.inf), np.nextafter(some, -np.inf), ends + 0.9e-7, ends - 1.1e-7, ends * 1.5]
    return np.concatenate(parts)


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("n_quantiles", [1, 2, 4, 50, 178])
@pytest.mark.parametrize("output", ["uniform", "normal"])
def test_every_form(output, n_quantiles, copy):
    x = columns_of_all_kinds()
    fitted = QuantileTransformer(n_quantiles=n_quantiles, output_distribution=output, copy=copy).fit(x)
    loaded = roundtrip.check(fitted, np.concatenate([x[::9], around(fitted)]))
    assert loaded.n_quantiles_ == fitted.n_quantiles_


@pytest.mark.parametrize("output", ["uniform", "normal"])
def test_the_inverse_is_the_schema_s(output):
    x, _ = load("wine")
    fitted = QuantileTransformer(n_quantiles=30, output_distribution=output).fit(x)
    model = modelx.to_proto(fitted)
    rows = np.concatenate([x[::9], around(fitted)])
    answers = recording.answers(fitted, model, rows)["inverse_transform"]
    tolerance = FAMILIES["quantile_transformer"].tolerances(model, fitted, rows, None)["inverse_transform"]
    computed = reference.compute(model, rows)["inverse_transform"]
    # The reference undoes its own transform, which is a little off.
    assert reference.agree(computed, answers, tolerance.comparison, tolerance.per_row * 100.0 + 1e-9).all()
    assert tolerance.per_row.max() < 1e-9


@pytest.mark.parametrize("output", ["uniform", "normal"])
def test_the_transform_s_tolerances_are_tight(output):
    x, _ = load("wine")
    fitted = QuantileTransformer(n_quantiles=30, output_distribution=output).fit(x)
    tolerances = FAMILIES["quantile_transformer"].tolerances(modelx.to_proto(fitted), fitted, x, None)
    assert tolerances["transform"].per_row.max() < 1e-8
    assert np.median(tolerances["transform"].per_row) < 1e-12


def test_fits_on_float32():
    x = load("wine")[0].astype(np.float32)
    fitted = QuantileTransformer(n_quantiles=30).fit(x)
    loaded = roundtrip.check(fitted, x.astype(np.float64)[::7])
    roundtrip.same_answers(fitted, loaded, x)


@pytest.mark.filterwarnings("ignore:'ignore_implicit_zeros':UserWarning")
@pytest.mark.parametrize("ignore", [True, False])
def test_fits_on_sparse_rows(ignore):
    x = np.where(load("wine")[0] > 2.0, load("wine")[0], 0.0)
    fitted = QuantileTransformer(n_quantiles=30, ignore_implicit_zeros=ignore).fit(sparse.csc_matrix(x))
    loaded = roundtrip.check(fitted, x[::7])
    given = sparse.csr_matrix(x)
    assert (loaded.transform(given) != fitted.transform(given)).nnz == 0


def test_names_of_columns():
    x, _ = load("iris")
    fitted = QuantileTransformer(n_quantiles=9).fit(pd.DataFrame(x, columns=["a", "b", "c", "d"]))
    assert list(roundtrip.check(fitted, x).get_feature_names_out()) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("output", ["uniform", "normal"])
def test_between_other_steps(output):
    x, y = load("wine")
    ranks = QuantileTransformer(n_quantiles=40, output_distribution=output)
    roundtrip.check(make_pipeline(StandardScaler(), ranks, LogisticRegression()).fit(x, y), x)


@pytest.mark.parametrize("output", ["uniform", "normal"])
def test_what_is_not_exact_before_it_moves_ranks(output):
    x, _ = load("iris")
    fitted = QuantileTransformer(n_quantiles=20, output_distribution=output).fit(x)
    model = modelx.to_proto(fitted)
    family = FAMILIES["quantile_transformer"]
    rows = x + np.random.default_rng(0).normal(size=x.shape) * 0.1
    err = np.full(x.shape, 1e-7)
    off = family.propagate(model, fitted, rows, err)
    for moved in (rows + err * 0.9, rows - err * 0.9):
        assert (np.abs(fitted.transform(moved) - fitted.transform(rows)) <= off).all()
    at_the_end = fitted.quantiles_[[0]] + (1e-7 if output == "normal" else 0.0)
    decided = family.decided(model, fitted, at_the_end, err[:1])
    assert decided.tolist() == [False]
    assert family.decided(model, fitted, rows, None).all()


def test_a_column_without_values_is_refused():
    x, _ = load("iris")
    x = np.where(np.arange(4) == 2, np.nan, x)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="All-NaN"):
        fitted = QuantileTransformer(n_quantiles=9).fit(x)
    with pytest.raises(UnsupportedEstimatorError, match="feature 2 has quantiles"):
        modelx.dumps(fitted)


@pytest.mark.parametrize(
    ("edit", "error", "message"),
    [
        (lambda m: setattr(m.quantile_transformer, "output", 2), SourceError, "output_distribution is 'uniform'"),
        (lambda m: m.quantile_transformer.quantiles.pop(), ShapeError, "there are 35 values"),
        (lambda m: m.quantile_transformer.quantiles.__setitem__(9, 1e9), ShapeError, "do not ascend"),
        (lambda m: m.quantile_transformer.references.__setitem__(0, float("nan")), NonFiniteError, "NaN or infinite"),
        (lambda m: m.source.layouts["quantiles_"].shape.__setitem__(slice(None), [4, 9]), SourceError, "another shape"),
    ],
)
def test_what_contradicts_is_refused(edit, error, message):
    x, _ = load("iris")
    model = modelx.to_proto(QuantileTransformer(n_quantiles=9).fit(x))
    edit(model)
    with pytest.raises(error, match=message):
        modelx.from_proto(model)
