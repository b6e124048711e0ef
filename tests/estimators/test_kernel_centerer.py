"""Centered kernels: of real data, of a single sample, and with sums that cancel or overflow."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import LinearRegression
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KernelCenterer

import modelx
from modelx.errors import NonFiniteError, NonFiniteInputError, NotFittedError, ShapeError, UnsupportedEstimatorError
from modelx.v1 import model_pb2


def kernels(name="wine", metric="linear", step=9):
    """Give the training matrix, and rows of all samples."""
    x, _ = load(name)
    known = x[::step]
    return pairwise_kernels(known, metric=metric), pairwise_kernels(x, known, metric=metric)


@pytest.mark.parametrize("metric", ["linear", "rbf", "laplacian", "cosine"])
@pytest.mark.parametrize("name", ["iris", "wine"])
def test_every_kernel(name, metric):
    known, rows = kernels(name, metric)
    fitted = KernelCenterer().fit(known)
    loaded = roundtrip.check(fitted, rows[::4])
    assert type(loaded.K_fit_all_) is type(fitted.K_fit_all_)
    assert not hasattr(loaded, "inverse_transform")


def test_strange_rows():
    fitted = KernelCenterer().fit(np.array([[1e8, -3.7], [-3.7, 1e-8]]))
    roundtrip.check(fitted, np.array([[0.0, -0.0], [5e-324, 1.0], [1e16, -1e16], [1e300, 1e-300], [-1e307, 1e307]]))
    roundtrip.check(KernelCenterer().fit([[2.5]]), np.array([[2.5], [-0.0], [1e300]]))


def test_a_sum_that_overflows_in_some_orders_is_not_decided():
    known = np.eye(4)
    fitted = KernelCenterer().fit(known)
    model = modelx.to_proto(fitted)
    given = np.array([[1e308, 1e308, -1e308, -1e308], [1e306, 1e306, -1e306, 1e306], [1e308, 1e-9, 0.0, 1.0]])
    family = modelx.estimators.FAMILIES["kernel_centerer"]
    assert family.decided(model, fitted, given, None).tolist() == [False, True, False]
    assert family.decided(model, fitted, given[1:2], np.full((1, 4), 1e308)).tolist() == [False]


def test_what_an_inexact_row_makes_of_the_output_is_bounded():
    known, rows = kernels()
    fitted = KernelCenterer().fit(known)
    model = modelx.to_proto(fitted)
    off = np.abs(rows) * 1e-6
    bound = modelx.estimators.FAMILIES["kernel_centerer"].propagate(model, fitted, rows, off)
    for sign in (1.0, -1.0):
        assert (np.abs(fitted.transform(rows + sign * off) - fitted.transform(rows)) <= bound).all()


def test_names_of_columns():
    known, rows = kernels("iris", step=50)
    loaded = roundtrip.check(KernelCenterer().fit(pd.DataFrame(known, columns=["a", "b", "c"])), rows)
    assert list(loaded.get_feature_names_out()) == ["kernelcenterer0", "kernelcenterer1", "kernelcenterer2"]


def test_before_another_step():
    known, _ = kernels()
    _, y = load("wine")
    roundtrip.check(make_pipeline(KernelCenterer(), LinearRegression()).fit(known, y[::9].astype(float)), known)


def test_what_is_not_finite_is_refused():
    known, rows = kernels("iris", step=50)
    rows[1, 2] = np.nan
    with pytest.raises(NonFiniteInputError, match="row 1"):
        modelx.dumps(KernelCenterer().fit(known), sample=rows)


def test_a_fit_on_float32_is_refused():
    known, _ = kernels()
    with pytest.raises(UnsupportedEstimatorError, match=r"fitted on float32; refit it on K.astype\('float64'\)"):
        modelx.dumps(KernelCenterer().fit(known.astype(np.float32)))


def test_one_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError, match="KernelCenterer"):
        modelx.dumps(KernelCenterer())


def test_a_model_without_a_source_becomes_the_class():
    model = model_pb2.ModelProto()
    model.kernel_centerer.n_features = 2
    model.kernel_centerer.column_means.extend([0.5, 2.0])
    model.kernel_centerer.mean = 1.25
    estimator = modelx.from_proto(model)
    assert type(estimator) is KernelCenterer
    assert type(estimator.K_fit_all_) is np.float64
    assert estimator.transform([[1.0, 4.0]]).tolist() == [[-0.75, 0.75]]


def test_what_contradicts_is_refused():
    model = modelx.to_proto(KernelCenterer().fit(kernels()[0]))
    model.kernel_centerer.mean = np.inf
    with pytest.raises(NonFiniteError, match=r"kernel_centerer.mean"):
        modelx.from_proto(model)
    model.kernel_centerer.n_features = 2**31 - 1
    with pytest.raises(ShapeError, match=r"kernel_centerer.column_means: there are 20 values; expected 2147483647"):
        modelx.from_proto(model)
