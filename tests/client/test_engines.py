"""The client against both engines, as their users start them."""

from __future__ import annotations

import time

import both_clients
import contract_engines
import numpy as np
import pandas as pd
import pytest
from data import load
from engine_models import KINDS_OF_LABELS
from sklearn.linear_model import LogisticRegression

import modelx
from modelx.client import (
    AuthenticationError,
    CallError,
    InvalidRequestError,
    NotFoundError,
    Prediction,
    RefusedFileError,
    RightsError,
    UnknownMethodError,
)


@pytest.fixture
def client(kind, server):
    with both_clients.opened(kind, server.grpc) as opened:
        yield opened


def same(found, expected, engine):
    """Compare types, shapes and labels; numbers to the bit in Python, and to 1e-9 in Go: its own tests know more."""
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    if expected.dtype.kind in "UO":
        assert found.tolist() == expected.tolist()
        return
    assert found.dtype == (np.int64 if expected.dtype.kind == "i" else expected.dtype)
    if engine == "python" or expected.dtype.kind != "f":
        assert np.array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("labels", KINDS_OF_LABELS)
def test_labels_of_every_type(client, engine, models, labels):
    estimator, (x, _) = models[1][labels], load("iris")
    found = client.predict(x, model=labels, probabilities=True)
    same(found.values, estimator.predict(x), engine)
    same(found.probabilities, estimator.predict_proba(x), engine)
    assert (found.model, found.version) == (labels, "1")
    assert abs(found.timestamp - time.time()) < 600
    assert client.info(labels).classes == estimator.classes_.tolist()


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("string", "predict_proba"),
        ("string", "predict_log_proba"),
        ("string", "decision_function"),
        ("bool", "decision_function"),
        ("column", "predict"),
        ("scaler", "transform"),
        ("scaler", "inverse_transform"),
        ("several", "predict"),
    ],
)
def test_methods_of_every_shape(client, engine, models, name, method):
    estimator, (x, _) = models[1][name], load("iris" if name in ("string", "bool") else "diabetes")
    same(client.predict(x, method, model=name).values, getattr(estimator, method)(x), engine)


def test_frames(client, engine, models):
    x, _ = load("diabetes")
    estimator = models[1]["named"]
    frame = pd.DataFrame(x, columns=[f"f {i}" for i in range(x.shape[1])])
    shuffled = frame[list(reversed(frame.columns))].assign(id="x")
    same(client.predict(shuffled, model="named").values, estimator.predict(frame), engine)


def test_info(client, engine):
    info = client.info("string", "1")
    assert (info.name, info.version, info.type, info.class_name) == ("string", "1", "pipeline", "Pipeline")
    assert (info.engine, info.n_features, info.ready_versions) == (engine, 4, ["1"])
    assert info.metrics == {"accuracy": 0.5}
    assert (info.evidence.result, info.last_reload, info.path) == ("passed", None, "string.pb")
    assert info.outputs["predict"].type == "string"
    assert info.outputs["predict_proba"].n_columns == 3


def test_errors(client):
    with pytest.raises(NotFoundError) as caught:
        client.info("nobody")
    assert (caught.value.kind, caught.value.code) == ("unknown_model", "NOT_FOUND")
    with pytest.raises(UnknownMethodError, match='the model has no method "transform"'):
        client.predict([[0.0] * 4], "transform", model="string")
    with pytest.raises(InvalidRequestError, match="features has 3 values for 1 rows; expected 4") as caught:
        client.predict([[0.0] * 3], model="string", request_id="wrong.width")
    assert (caught.value.kind, caught.value.request_id) == ("wrong_width", "wrong.width")
    with pytest.raises(InvalidRequestError, match="row 2, feature 3 is NaN; expected a finite number"):
        client.predict([[0.0] * 4, [0.0, 0.0, np.nan, 0.0]], model="string")
    with pytest.raises(CallError, match="model_name is empty"):
        client.predict([[0.0] * 4])


def test_stream(client, engine, models):
    x, _ = load("iris")
    batches = [x[:3], x[3:3], [[1.0]], x[100:101], np.full((1, 4), np.nan), x]
    found = list(client.predict_stream(batches, model="string"))
    kinds = [one.kind if isinstance(one, CallError) else "" for one in found]
    assert kinds == ["", "no_rows", "wrong_width", "", "non_finite_input", ""]
    for one, rows in zip(found, batches, strict=True):
        if isinstance(one, Prediction):
            same(one.values, models[1]["string"].predict(rows), engine)
        else:
            assert one.code == "INVALID_ARGUMENT"


def test_a_stream_of_many_batches(client, engine, models):
    x, _ = load("iris")
    found = list(client.predict_stream((x[i : i + 1] for i in range(150)), "decision_function", model="string"))
    estimator = models[1]["string"]
    for i, one in enumerate(found):
        # One row at a time: BLAS may round the last bit of many rows otherwise.
        same(one.values, estimator.decision_function(x[i : i + 1]), engine)
    assert len(found) == len(x)


def test_a_stream_that_its_reader_leaves(client):
    x, _ = load("iris")
    stream = client.predict_stream((x[:1] for _ in range(10**9)), model="string")
    assert isinstance(next(stream), Prediction)
    # Not read on: closing the client must not wait for a thousand million rows.


def test_what_a_stream_is_not_given(client):
    def batches():
        yield [[0.0] * 4]
        yield [["a", "b", "c", "d"]]

    stream = client.predict_stream(batches(), model="string")
    assert isinstance(next(stream), Prediction)
    with pytest.raises(InvalidRequestError, match="the rows are no numbers"):
        next(stream)


def test_what_goes_wrong_in_the_batches_is_told(client):
    def batches():
        yield [[0.0] * 4]
        raise KeyError("lost")

    stream = client.predict_stream(batches(), model="string")
    assert isinstance(next(stream), Prediction)
    with pytest.raises(KeyError, match="lost"):
        next(stream)


def test_a_stream_of_a_model_that_is_not_there(client):
    found = list(client.predict_stream([[[0.0]]], model="nobody"))
    assert [one.kind for one in found] == ["unknown_model"]


def test_compressed_requests(kind, server, engine, models):
    x, _ = load("iris")
    with both_clients.opened(kind, server.grpc, gzip=True) as client:
        same(client.predict(x, model="string").values, models[1]["string"].predict(x), engine)


def test_ready(client):
    assert client.ready() is True


@pytest.fixture(scope="module")
def changing(engine, tmp_path_factory):
    """Give a server of one file with tokens. What changes it brings the first model back."""
    tmp_path = tmp_path_factory.mktemp("changing")
    x, y = load("iris")
    modelx.dump(LogisticRegression(max_iter=500).fit(x, y), tmp_path / "m.pb", name="m", version="1")
    modelx.dump(
        LogisticRegression(max_iter=500).fit(x, np.array(["a", "b", "c"])[y]), tmp_path / "n.pb", name="m", version="2"
    )
    (tmp_path / "bad.pb").write_bytes((tmp_path / "n.pb").read_bytes()[:-9])
    (tmp_path / "predict.tokens").write_text("reader\n")
    (tmp_path / "reload.tokens").write_text("writer\n")
    tokens = {
        "predict-token-file": str(tmp_path / "predict.tokens"),
        "reload-token-file": str(tmp_path / "reload.tokens"),
    }
    running = contract_engines.start(engine, tmp_path / "m.pb", tokens)
    yield running
    assert running.stop() == 0


def test_a_change_of_model_is_seen_in_the_types(kind, changing):
    x, y = load("iris")
    with (
        both_clients.opened(kind, changing.grpc, token="reader") as reader,  # noqa: S106 - of this test alone
        both_clients.opened(kind, changing.grpc, token="writer") as writer,  # noqa: S106
    ):
        assert reader.predict(x[:1]).values.dtype == np.int64  # noqa: PD011 - no data frame
        done = writer.reload("n.pb", version="2")
        assert (done.version, done.previous_version, done.changed) == ("2", "1", True)
        found = reader.predict(x)
        assert found.version == "2"
        assert np.mean(found.values == np.array(["a", "b", "c"])[y]) > 0.9  # noqa: PD011 - no data frame
        with pytest.raises(RefusedFileError) as caught:
            writer.reload("bad.pb")
        assert caught.value.kind == "malformed"
        assert 'file "bad.pb" is refused (malformed); version "2" goes on serving' in caught.value.message
        info = reader.info()
        assert info.last_reload is not None
        assert (info.last_reload.ok, info.last_reload.kind, info.rollback_version) == (False, "malformed", "1")
        assert writer.reload(rollback=True).version == "1"
        assert reader.predict(x[:1]).values.dtype == np.int64  # noqa: PD011 - no data frame


def test_rights(kind, changing):
    with both_clients.opened(kind, changing.grpc) as client:
        with pytest.raises(AuthenticationError) as caught:
            client.predict([[0.0] * 4])
        assert caught.value.kind == "unauthenticated"
        assert client.ready() is True
    with (
        both_clients.opened(kind, changing.grpc, token="reader") as client,  # noqa: S106 - of this test alone
        pytest.raises(RightsError, match="the bearer token has no right to reload"),
    ):
        client.reload()


def test_a_path_outside_of_the_root(kind, changing):
    with (
        both_clients.opened(kind, changing.grpc, token="writer") as client,  # noqa: S106 - of this test alone
        pytest.raises(RightsError) as caught,
    ):
        client.reload("../x.pb")
    assert caught.value.kind == "outside_root"
