"""Model files of several versions, made once."""

from __future__ import annotations

import shutil

import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx


@pytest.fixture(scope="session")
def iris_files(tmp_path_factory):
    """Files of the same model, by version."""
    folder = tmp_path_factory.mktemp("iris")
    x, y = load_iris(return_X_y=True)
    for number in range(1, 4):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1**number)).fit(x, y)
        modelx.dump(model, folder / f"{number}.pb", name="iris", version=str(number))
    (folder / "broken.pb").write_bytes((folder / "1.pb").read_bytes()[:-7])
    return folder


@pytest.fixture
def root(tmp_path):
    """A folder that a server may take files from."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def put(iris_files, root):
    """Put a version of the model in a place, at once as a careful tool does."""

    def place(version, name="iris.pb"):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = root / ".part"
        shutil.copyfile(iris_files / f"{version}.pb", part)
        part.replace(target)
        return target

    return place
