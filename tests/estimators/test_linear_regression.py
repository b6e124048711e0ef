"""Every linear regressor, on the diabetes data: class, parameters, attributes, bits, and the schema's formula."""

import inspect

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from scipy.sparse import csr_matrix
from sklearn import linear_model
from sklearn.linear_model import (
    RANSACRegressor,
    Ridge,
    SGDRegressor,
    TweedieRegressor,
)
from sklearn.tree import DecisionTreeRegressor

import modelx
from modelx import estimators
from modelx.errors import SourceError, UnsupportedEstimatorError

FAMILY = estimators.FAMILIES["linear_regression"]
NAMES = sorted(FAMILY.classes)


def make(name, **params):
    """Build a class with a fixed seed where it has one."""
    cls = FAMILY.classes[name]
    if "random_state" in inspect.signature(cls).parameters:
        params = {"random_state": 0} | params
    return cls(**params)


def takes_several(name):
    return name in {"LinearRegression", "Ridge", "RidgeCV", "ElasticNet", "Lasso", "Lars", "LassoLars"} | {
        "OrthogonalMatchingPursuit",
        "RANSACRegressor",
    } or name.startswith("MultiTask")


@pytest.fixture(scope="module")
def diabetes():
    x, y = load("diabetes")
    return x * 20.0, y


def targets(name, y):
    return np.column_stack([y, -2.0 * y, np.sqrt(y)]) if name.startswith("MultiTask") else y


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_class(diabetes, name, intercept):
    x, y = diabetes
    params = (
        {"fit_intercept": intercept} if "fit_intercept" in inspect.signature(FAMILY.classes[name]).parameters else {}
    )
    if name == "RANSACRegressor":
        params = {"estimator": Ridge(fit_intercept=intercept), "min_samples": 30}
    roundtrip.check(make(name, **params).fit(x, targets(name, y)), x)


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("name", [name for name in NAMES if takes_several(name)])
def test_outputs_in_columns(diabetes, name, columns):
    x, y = diabetes
    loaded = roundtrip.check(make(name).fit(x, np.column_stack([y, -y, y * y])[:, :columns]), x)
    assert loaded.predict(x).shape in ((len(x), columns), (len(x),))


@pytest.mark.parametrize("name", ["LinearRegression", "Ridge", "ElasticNet", "Lars"])
def test_outputs_in_columns_without_intercept(diabetes, name):
    x, y = diabetes
    roundtrip.check(make(name, fit_intercept=False).fit(x, np.column_stack([y, -y])), x)


@pytest.mark.parametrize("name", ["LinearRegression", "Ridge", "ElasticNet", "SGDRegressor", "LinearSVR", "RidgeCV"])
def test_fits_on_float32(diabetes, name):
    x, y = diabetes
    loaded = roundtrip.check(make(name).fit(x.astype(np.float32), y.astype(np.float32)), x)
    x32 = x.astype(np.float32)
    assert loaded.predict(x32).tobytes() == make(name).fit(x32, y.astype(np.float32)).predict(x32).tobytes()


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_order_of_coefficients(diabetes, order):
    x, y = diabetes
    fitted = Ridge().fit(x, np.column_stack([y, -y, y * 0.5]))
    fitted.coef_ = np.array(fitted.coef_, order=order)
    loaded = roundtrip.check(fitted, x)
    assert loaded.coef_.flags[f"{order}_CONTIGUOUS"]


@pytest.mark.parametrize("step", [2, 5])
def test_coefficients_with_gaps(diabetes, step):
    x, y = diabetes
    fitted = Ridge().fit(x, y)
    fitted.coef_ = np.repeat(fitted.coef_, step)[::step]
    loaded = roundtrip.check(fitted, x)
    assert loaded.coef_.strides == (8 * step,)


@pytest.mark.parametrize("loss", ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"])
@pytest.mark.parametrize("penalty", ["l2", "l1", "elasticnet", None])
def test_sgd(diabetes, loss, penalty):
    x, y = diabetes
    roundtrip.check(SGDRegressor(loss=loss, penalty=penalty, random_state=1, max_iter=20).fit(x, y), x)


@pytest.mark.parametrize(
    ("power", "link", "arm"),
    [
        (0, "auto", 0),
        (0, "log", 1),
        (1, "auto", 1),
        (1.5, "auto", 1),
        (2, "log", 1),
        (3, "auto", 1),
        (1, "identity", 0),
    ],
)
def test_links(diabetes, power, link, arm):
    x, y = diabetes
    fitted = TweedieRegressor(power=power, link=link, max_iter=10, alpha=10.0).fit(x * 0.01, y)
    assert modelx.to_proto(fitted).linear_regression.link == arm
    roundtrip.check(fitted, x * 0.01)


def test_names_of_columns(diabetes):
    x, y = diabetes
    frame = pd.DataFrame(x, columns=[f"é {i}" for i in range(x.shape[1])])
    loaded = roundtrip.check(Ridge().fit(frame, y), x)
    assert loaded.feature_names_in_.tolist() == list(frame.columns)
    assert loaded.feature_names_in_.dtype == object
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(frame[list(frame.columns)[::-1]])


@pytest.mark.parametrize("inner", [None, linear_model.Lasso(alpha=0.1), linear_model.HuberRegressor()])
def test_ransac_is_rebuilt_over_its_inner_regressor(diabetes, inner):
    x, y = diabetes
    fitted = RANSACRegressor(inner, min_samples=30, random_state=0).fit(pd.DataFrame(x).rename(columns=str), y)
    loaded = roundtrip.check(fitted, x)
    assert type(loaded.estimator_) is type(fitted.estimator_)


def test_ransac_over_another_regressor_is_refused(diabetes):
    x, y = diabetes
    with pytest.raises(UnsupportedEstimatorError, match="estimator_: DecisionTreeRegressor is no linear regressor"):
        modelx.dumps(RANSACRegressor(DecisionTreeRegressor(), min_samples=30, random_state=0).fit(x, y))


def test_another_link_than_the_class_has_is_refused(diabetes):
    x, y = diabetes
    model = modelx.to_proto(linear_model.PoissonRegressor().fit(x * 0.01, y))
    model.linear_regression.link = 0
    model.ClearField("evidence")
    with pytest.raises(SourceError, match="another link"):
        modelx.from_proto(model)


def test_sparse_coefficients_are_refused_with_what_to_do(diabetes):
    x, y = diabetes
    fitted = Ridge().fit(x, y)
    fitted.coef_ = csr_matrix(fitted.coef_)
    with pytest.raises(UnsupportedEstimatorError, match=r"coef_ of Ridge is sparse; set it to coef_.toarray\(\)"):
        modelx.dumps(fitted)


def test_partial_fit_goes_on_as_the_original_would(diabetes):
    x, y = diabetes
    fitted = SGDRegressor(random_state=3).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.partial_fit(x, y).coef_.tobytes() == fitted.partial_fit(x, y).coef_.tobytes()


@pytest.mark.parametrize("name", ["Ridge", "LassoCV", "TheilSenRegressor", "SGDRegressor"])
def test_refits_to_the_same(diabetes, name):
    x, y = diabetes
    fitted = make(name).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.fit(x, y).coef_.tobytes() == fitted.fit(x, y).coef_.tobytes()
