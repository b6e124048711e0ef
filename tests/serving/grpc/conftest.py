"""Models of every kind of output, served once for the whole folder's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from data import load
from grpc_running import FEATURES, SLOW_WIDTH, running
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.inference import open_inference_pb2_grpc
from modelx.v1 import service_pb2_grpc

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))

import contract_tables


@pytest.fixture(scope="session")
def estimators():
    import pandas as pd

    x, y = load("iris")
    cancer, sick = load("breast_cancer")
    diabetes, target = load("diabetes")
    names = np.array(["setosa", "versicolor", "virginica"])
    big = np.array([2**53 + 1, 7, -(2**60)])
    rng = np.random.default_rng(3)
    centers = rng.normal(size=(1500, SLOW_WIDTH))
    return {
        "people": contract_tables.fitted()["people"].estimator,
        "iris": LogisticRegression(max_iter=500).fit(x, names[y]),
        "big": LogisticRegression(max_iter=500).fit(x, big[y]),
        "bools": LogisticRegression(max_iter=500).fit(x, y == 1),
        "cancer": make_pipeline(StandardScaler(), LogisticRegression()).fit(cancer, sick),
        "scaler": StandardScaler().fit(x),
        "several": LinearRegression().fit(x[:, :3], x),
        "diabetes": Ridge(alpha=0.5).fit(pd.DataFrame(diabetes[:, :3], columns=FEATURES), target),
        # Where the nearest of many centers is looked for in many rows, a thread is busy for a while.
        "slow": KMeans(1500, init=centers, n_init=1, max_iter=1).fit(centers),
    }


@pytest.fixture(scope="session")
def repository(estimators, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for name, estimator in estimators.items():
        modelx.dump(estimator, root / f"{name}.pb", name=name, version="1")
    for version in ("1", "2"):
        (root / "two" / version).mkdir(parents=True)
        modelx.dump(estimators["iris"], root / "two" / version / "model.pb", name="two", version=version)
    return root


@pytest.fixture(scope="session")
def cancer_file(estimators, tmp_path_factory):
    file = tmp_path_factory.mktemp("single") / "cancer.pb"
    modelx.dump(estimators["cancer"], file, name="cancer", version="1")
    return file


@pytest.fixture(scope="session")
def slow_file(estimators, tmp_path_factory):
    file = tmp_path_factory.mktemp("single") / "slow.pb"
    modelx.dump(estimators["slow"], file, name="slow", version="1")
    return file


@pytest.fixture(scope="session")
def server(repository):
    """Serves every model."""
    with running(repository, max_rows=2000) as engine:
        yield engine


@pytest.fixture(scope="session")
def channel(server):
    with server.channel() as opened:
        yield opened


@pytest.fixture(scope="session")
def service(channel):
    return service_pb2_grpc.ModelServiceStub(channel)


@pytest.fixture(scope="session")
def inference(channel):
    return open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)
