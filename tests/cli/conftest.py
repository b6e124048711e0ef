"""Model files and data that commands are run on, written once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from cli_running import run_command, run_here, write_csv
from sklearn import datasets
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx


@dataclass
class Files:
    """Where the files are, and the estimators that they were made from."""

    folder: Path
    ridge: Ridge
    iris: object
    x: object
    iris_x: object

    def __getitem__(self, name):
        return str(self.folder / name)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    x, y = datasets.load_diabetes(return_X_y=True, as_frame=True)
    ridge = Ridge().fit(x, y)
    joblib.dump(ridge, folder / "ridge.joblib")
    skops.io.dump(ridge, folder / "ridge.skops")
    modelx.dump(ridge, folder / "ridge.pb", version="1", metrics={"r2": 0.5}, metadata={"created_timestamp": 1})
    modelx.dump(Ridge(alpha=2.0).fit(x, y), folder / "ridge2.pb", version="2", metadata={"created_timestamp": 1})
    write_csv(folder / "x.csv", x)
    write_csv(folder / "x_named.csv", x, list(x.columns))
    # Another order, and a column that no model asks for.
    other = x[list(reversed(x.columns))].assign(id=range(len(x)))
    write_csv(folder / "x_shuffled.csv", other, list(other.columns))
    np.save(folder / "x.npy", x.to_numpy())
    iris_x, iris_y = datasets.load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[iris_y]
    iris = make_pipeline(StandardScaler(), LogisticRegression()).fit(iris_x, names)
    modelx.dump(iris, folder / "iris.pb")
    modelx.dump(make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(iris_x, names), folder / "iris2.pb")
    write_csv(folder / "iris.csv", iris_x)
    (folder / "broken.pb").write_bytes((folder / "ridge.pb").read_bytes()[:-7])
    return Files(folder, ridge, iris, x.to_numpy(), iris_x)


@pytest.fixture
def run():
    return run_here


@pytest.fixture(scope="session")
def command():
    return run_command
