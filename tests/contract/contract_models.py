"""The models that the contract's cases talk to, and the rows that they send.

Estimators are fitted here, by scikit-learn itself, so what a server answers is compared with the real thing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import contract_tables as tables
import numpy as np
from contract_tables import Fitted
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx

if TYPE_CHECKING:
    from pathlib import Path


@cache
def data(name: str) -> np.ndarray[Any, Any]:
    """Give the rows of one of scikit-learn's own data sets."""
    loaders = {"diabetes": load_diabetes, "cancer": load_breast_cancer, "iris": load_iris}
    return np.asarray(loaders[name](return_X_y=True)[0], dtype=np.float64)


def rows(text: str) -> Any:
    """Give rows by a text such as "diabetes[0:2]": an array, or a frame where they are of a table."""
    name, _, span = text.partition("[")
    first, _, end = span.rstrip("]").partition(":")
    every = tables.frames().get(name)
    return (data(name) if every is None else every)[int(first) : int(end)]


def estimator(name: str) -> Any:
    """Give the estimator of any model."""
    return (fitted() | tables.fitted())[name].estimator


@cache
def fitted() -> dict[str, Fitted]:
    """Fit every model of the contract, by name."""
    diabetes = load_diabetes(as_frame=True)
    X_diabetes, y_diabetes = diabetes.data, diabetes.target
    X_iris, y_iris = load_iris(return_X_y=True)
    X_cancer, y_cancer = load_breast_cancer(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    big = np.array([2**53 + 1, 7, -(2**60)])
    holes = np.where(X_iris > 6, np.nan, X_iris)
    return {
        # Features with names.
        "diabetes": Fitted(Ridge(alpha=0.5).fit(X_diabetes, y_diabetes), "1.0.0"),
        # Two steps, labels 0 and 1: what the benchmarks serve.
        "cancer": Fitted(make_pipeline(StandardScaler(), LogisticRegression()).fit(X_cancer, y_cancer), "2.1.0"),
        # Labels that are text.
        "iris": Fitted(LogisticRegression(max_iter=500).fit(X_iris, names[y_iris]), "1.0.0"),
        # Integers that no double holds.
        "big": Fitted(LogisticRegression(max_iter=500).fit(X_iris, big[y_iris]), "1.0.0"),
        "bools": Fitted(LogisticRegression(max_iter=500).fit(X_iris, y_iris == 1), "1.0.0"),
        # No version of its own.
        "clusters": Fitted(KMeans(3, n_init=1, random_state=0).fit(X_iris), ""),
        # Transforms, forth and back, and takes NaN.
        "scaler": Fitted(MinMaxScaler((0, 5)).fit(holes), "1.0.0"),
        # Several numbers for each row.
        "several": Fitted(LinearRegression().fit(X_iris[:, :3], X_iris), "1.0.0"),
    }


def write(folder: Path, *names: str) -> None:
    """Write some models as `<folder>/<name>.pb`."""
    for name in names:
        model = fitted()[name]
        modelx.dump(model.estimator, folder / f"{name}.pb", name=name, version=model.version)


def write_repository(root: Path) -> None:
    """Write a model repository: two versions of diabetes, single files of the others, and one bad version."""
    X, y = load_diabetes(as_frame=True, return_X_y=True)
    for version, alpha in (("1.0.0", 0.5), ("1.10.0", 5.0), ("1.9.0", 50.0)):
        place = root / "diabetes" / version
        place.mkdir(parents=True)
        modelx.dump(Ridge(alpha=alpha).fit(X, y), place / "model.pb", name="anything")
    bad = root / "broken" / "1"
    bad.mkdir(parents=True)
    whole = modelx.dumps(Ridge().fit(X, y))
    (bad / "model.pb").write_bytes(whole[: len(whole) // 2])
    write(root, *(name for name in fitted() if name != "diabetes"))


def answer(name: str, method: str, x: Any) -> np.ndarray[Any, Any]:
    """Ask scikit-learn."""
    return np.asarray(getattr(estimator(name), method)(x))


def tolerance(name: str, method: str, x: Any) -> np.ndarray[Any, Any]:
    """Give how far each number may be from scikit-learn's: 1e-12 of the sum of the absolute terms it is made of."""
    model = estimator(name)
    if isinstance(model, Pipeline):
        x, model = model[:-1].transform(x), model[-1]
    x = np.asarray(x)
    if method in ("transform", "inverse_transform") and not hasattr(model, "cluster_centers_"):
        return np.zeros(x.shape)
    if hasattr(model, "cluster_centers_"):
        return 1e-12 * (np.abs(x).sum(axis=1, keepdims=True) + np.abs(model.cluster_centers_).sum(axis=1))
    terms = np.abs(x) @ np.abs(np.atleast_2d(model.coef_)).T + np.abs(model.intercept_)
    # A probability is a function of sums; its slope is at most 1.
    return 1e-12 * terms.max(axis=1, keepdims=True)
