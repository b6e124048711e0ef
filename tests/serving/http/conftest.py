"""Models of every kind of output, served once for the whole folder's tests."""

from __future__ import annotations

import numpy as np
import pytest
from data import load
from http_running import serving
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx

FEATURES = ["age", "sex", "bmi"]


@pytest.fixture(scope="session")
def estimators():
    import pandas as pd

    x, y = load("iris")
    names = np.array(["setosa", "versicolor", "virginica"])
    big = np.array([2**53 + 1, 7, -(2**60)])
    diabetes, target = load("diabetes")
    frame = pd.DataFrame(diabetes[:, :3], columns=FEATURES)
    return {
        "iris": LogisticRegression(max_iter=500).fit(x, names[y]),
        "big": LogisticRegression(max_iter=500).fit(x, big[y]),
        "bools": LogisticRegression(max_iter=500).fit(x, y == 1),
        "scaler": MinMaxScaler((0, 5)).fit(np.where(x > 6, np.nan, x)),
        "standard": StandardScaler().fit(x),
        "several": LinearRegression().fit(x[:, :3], x),
        "diabetes": Ridge(alpha=0.5).fit(frame, target),
    }


@pytest.fixture(scope="session")
def repository(estimators, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for name, estimator in estimators.items():
        modelx.dump(estimator, root / f"{name}.pb", name=name, version="1")
    (root / "two").mkdir()
    for version in ("1", "2"):
        (root / "two" / version).mkdir()
        modelx.dump(estimators["iris"], root / "two" / version / "model.pb", name="two", version=version)
    return root


@pytest.fixture(scope="session")
def server(repository):
    """Serves every model."""
    with serving(repository, max_rows=2000) as running:
        yield running


@pytest.fixture(scope="session")
def iris_file(estimators, tmp_path_factory):
    file = tmp_path_factory.mktemp("single") / "iris.pb"
    modelx.dump(estimators["iris"], file, name="iris", version="1")
    return file


@pytest.fixture(scope="session")
def small(iris_file):
    """Serves one model with short times and narrow limits."""
    with serving(
        iris_file, read_timeout=0.5, idle_timeout=0.5, max_message_bytes=2000, max_rows=3, log_level="debug"
    ) as running:
        yield running
