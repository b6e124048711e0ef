"""dump, dumps, load, loads, read, verify, to_proto, from_proto: fields, paths, atomic writes, determinism, threads."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data import load
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.errors import (
    EvidenceMismatchError,
    NonFiniteInputError,
    NotNumericError,
    TooLargeError,
    UnknownFormatError,
    WrongWidthError,
)

FIXED = {"metadata": {"created_timestamp": 1_700_000_000}}


@pytest.fixture(scope="module")
def ridge():
    x, y = load("diabetes")
    return Ridge(alpha=0.5).fit(x, y)


def test_every_field_is_kept(ridge, tmp_path):
    metadata = {"training_samples": 442, "created_timestamp": 1_700_000_000, "owner": "é", "tags": ["a", 1.5, None]}
    path = tmp_path / "model.pb"
    modelx.dump(ridge, path, name="risk", version="7", metadata=metadata, metrics={"r2": 0.51, "bad": float("nan")})
    model = modelx.read(path)
    assert (model.name, model.version, model.class_name, model.library) == ("risk", "7", "Ridge", "scikit-learn")
    assert model.metadata.created == datetime.fromtimestamp(1_700_000_000, UTC)
    assert model.metadata.training_samples == 442
    assert model.metadata.metrics["r2"] == 0.51
    assert np.isnan(model.metadata.metrics["bad"])
    assert model.metadata.properties == {"owner": "é", "tags": ["a", 1.5, None]}
    assert (model.n_features, model.family, model.format, model.compression) == (
        10,
        "linear_regression",
        "protobuf",
        None,
    )
    assert model.n_bytes == path.stat().st_size
    assert modelx.verify(path).sha256 == model.sha256


def test_defaults(ridge):
    before = int(time.time())
    model = modelx.to_proto(ridge)
    assert model.name == "Ridge"
    assert before <= model.metadata.created_timestamp <= time.time()
    assert model.evidence.origin == model.evidence.ORIGIN_MADE


@pytest.mark.parametrize("value", [-1, 253402300800])
def test_a_time_that_no_file_can_hold_is_refused(ridge, value):
    with pytest.raises(ValueError, match="expected seconds since 1970"):
        modelx.dumps(ridge, metadata={"created_timestamp": value})


def test_metadata_that_is_no_data_is_refused(ridge):
    with pytest.raises(TypeError, match="metadata can hold strings, numbers"):
        modelx.dumps(ridge, metadata={"f": print})


def test_equal_models_give_equal_bytes(ridge):
    options = {"metrics": {"b": 1.0, "a": 2.0}} | FIXED
    reverse = {"metrics": {"a": 2.0, "b": 1.0}} | FIXED
    for compression in (None, "gzip", "zstd"):
        first = modelx.dumps(ridge, compression=compression, **options)
        assert modelx.dumps(ridge, compression=compression, **reverse) == first


def test_a_load_and_a_dump_give_the_same_bytes(ridge):
    data = modelx.dumps(ridge, **FIXED)
    assert modelx.dumps(modelx.loads(data), **FIXED) == data


@pytest.mark.parametrize("as_frame", [True, False])
def test_sample_rows_come_first_with_the_estimators_answers(as_frame):
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=list("abcd"))
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, y)
    given = frame.iloc[:7] if as_frame else x[:7]
    evidence = modelx.to_proto(fitted, sample=given).evidence
    assert evidence.origin == evidence.ORIGIN_SAMPLE_AND_MADE
    assert np.array(evidence.rows.values[: 7 * 4]).tobytes() == x[:7].tobytes()  # noqa: PD011 - a message, no frame
    recorded = {output.method: output for output in evidence.outputs}
    assert list(recorded["predict"].ints[:7]) == fitted.predict(frame.iloc[:7]).tolist()
    assert np.array(recorded["predict_proba"].doubles[:21]).tobytes() == fitted.predict_proba(frame)[:7].tobytes()


def test_no_row_of_the_training_data_is_stored_unless_it_is_given():
    x, y = load("diabetes")
    data = modelx.dumps(Ridge().fit(x, y))
    assert not any(row.tobytes() in data for row in x)
    assert x[3].tobytes() in modelx.dumps(Ridge().fit(x, y), sample=x[3:4])


def test_nan_in_a_sample_is_kept_where_the_estimator_takes_it(ridge):
    x, _ = load("iris")
    rows = x[:3].copy()
    rows[1, 2] = np.nan
    scaler = StandardScaler().fit(x)
    values = np.array(modelx.to_proto(scaler, sample=rows).evidence.rows.values[:12])  # noqa: PD011 - as above
    assert np.isnan(values[6])
    modelx.loads(modelx.dumps(scaler, sample=rows))
    with pytest.raises(NonFiniteInputError):
        modelx.dumps(ridge, sample=np.full((1, 10), np.inf))


@pytest.mark.parametrize("sample", [np.zeros(10), np.zeros((2, 9)), np.zeros((2, 11)), np.zeros((1, 2, 10))])
def test_a_sample_of_another_width_is_refused(ridge, sample):
    with pytest.raises(WrongWidthError, match=r"expected \(rows, 10\)"):
        modelx.dumps(ridge, sample=sample)


@pytest.mark.parametrize("sample", [[["a"] * 10], [[1.0], [1.0, 2.0]], [[object()] * 10]])
def test_a_sample_that_is_no_numbers_is_refused(ridge, sample):
    with pytest.raises(NotNumericError, match="give a numeric array"):
        modelx.dumps(ridge, sample=sample)


@pytest.mark.parametrize("name", ["m.pb", "m.pb.gz", "m.pb.zst", "m.json", "M.JSON.GZ", "two.dots.pb", "é ü.pb"])
@pytest.mark.parametrize("kind", [str, Path, os.fsencode])
def test_paths(ridge, tmp_path, name, kind):
    path = tmp_path / name
    if kind is os.fsencode:
        kind = lambda given: Path(os.fsdecode(os.fsencode(given)))  # noqa: E731
    modelx.dump(ridge, kind(path))
    assert modelx.load(kind(path)).coef_.tobytes() == ridge.coef_.tobytes()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["model", "model.joblib", "model.gz", "model.pb.xz", ".pb.zip"])
def test_a_suffix_that_names_no_format_is_refused(ridge, tmp_path, name):
    with pytest.raises(UnknownFormatError, match="no suffix that names a format"):
        modelx.dump(ridge, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_and_a_file_that_is_not_there(ridge, tmp_path):
    with pytest.raises(FileNotFoundError):
        modelx.dump(ridge, tmp_path / "none" / "model.pb")
    with pytest.raises(FileNotFoundError):
        modelx.load(tmp_path / "model.pb")


def test_a_place_that_is_a_folder_is_left_alone(ridge, tmp_path):
    (tmp_path / "model.pb").mkdir()
    with pytest.raises(IsADirectoryError):
        modelx.dump(ridge, tmp_path / "model.pb")
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.pb"]


def test_a_link_stays_and_its_target_is_replaced(ridge, tmp_path):
    target, link = tmp_path / "v1.pb", tmp_path / "current.pb"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target.name)
    modelx.dump(ridge, link)
    assert link.is_symlink()
    assert modelx.load(target).coef_.tobytes() == ridge.coef_.tobytes()
    assert target.stat().st_mode & 0o777 == 0o640


def run(code, *args):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)], capture_output=True, text=True, check=False
    )


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_else(ridge, tmp_path):
    path = tmp_path / "model.pb"
    modelx.dump(ridge, path)
    old = path.read_bytes()
    done = run(
        """
        import resource, signal, sys
        import numpy as np
        from sklearn.linear_model import Ridge
        import modelx
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        big = Ridge().fit(np.random.default_rng(0).normal(size=(4, 50_000)), [1, 2, 3, 4])
        try:
            modelx.dump(big, sys.argv[1])
        except OSError as error:
            print("refused", error.errno)
        """,
        path,
    )
    assert done.stdout.split()[0] == "refused", done.stderr
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.pb"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000


def test_a_kill_in_the_middle_of_a_write_leaves_the_old_file_whole(ridge, tmp_path):
    path = tmp_path / "model.pb"
    modelx.dump(ridge, path)
    old = path.read_bytes()
    done = run(
        """
        import os, pathlib, signal, sys
        from modelx import files
        # The moment before the rename: the new bytes are written, the old file has its place.
        pathlib.Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
        files.write(sys.argv[1], b"half of a new model")
        """,
        path,
    )
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == old
    modelx.verify(path)


def test_a_million_coefficients_are_quick(tmp_path):
    x = np.random.default_rng(0).normal(size=(3, 1_000_000))
    fitted = LinearRegression()
    fitted.coef_, fitted.intercept_, fitted.n_features_in_ = x[0].copy(), 0.5, 1_000_000
    start = time.perf_counter()
    modelx.dump(fitted, tmp_path / "big.pb")
    loaded = modelx.load(tmp_path / "big.pb")
    elapsed = time.perf_counter() - start
    assert loaded.coef_.tobytes() == fitted.coef_.tobytes()
    assert elapsed < 5.0, "some hundredths of a second are usual: one value after the other takes far longer"
    with pytest.raises(TooLargeError, match="the limit is 1000"):
        modelx.load(tmp_path / "big.pb", limits=modelx.Limits(file_bytes=1000))


def test_threads_dump_and_load_at_once(ridge, tmp_path):
    def work(i):
        path = tmp_path / f"{i % 3}.pb"
        modelx.dump(ridge, path, version=str(i), **FIXED)
        return modelx.load(path).coef_.tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(48))) == {ridge.coef_.tobytes()}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["0.pb", "1.pb", "2.pb"]


def test_verification_can_be_left_out_on_purpose(ridge, tmp_path):
    model = modelx.to_proto(ridge)
    model.linear_regression.coefficients[0] += 1.0
    data = model.SerializeToString()
    with pytest.raises(EvidenceMismatchError):
        modelx.loads(data)
    assert modelx.loads(data, verify=False).coef_[0] == ridge.coef_[0] + 1.0
    (tmp_path / "m.pb").write_bytes(data)
    assert modelx.read(tmp_path / "m.pb").class_name == "Ridge"
    with pytest.raises(EvidenceMismatchError):
        modelx.verify(tmp_path / "m.pb")
