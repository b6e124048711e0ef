"""What is sent again and what is not, against a server that fails as it is told to."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import both_clients
import grpc
import numpy as np
import pytest
import scripted_server
from scripted_server import Refusal, answer, overloaded, unavailable

from modelx.client import (
    InvalidRequestError,
    OverloadedError,
    RefusedFileError,
    TimedOutError,
    UnavailableError,
)
from modelx.client.errors import CallError
from modelx.client.retrying import Attempts
from modelx.v1 import service_pb2

ROW = [[0.5, 1.5]]


@pytest.mark.parametrize("failure", [overloaded, unavailable])
def test_a_prediction_is_asked_for_again(scripted, client, failure):
    server, _ = scripted
    server.scripts["Predict"] = [failure(), failure(), answer((7.0,))]
    assert client.predict(ROW).values.tolist() == [7.0]
    assert server.names() == ["Predict"] * 3 + ["GetModelInfo"]
    ids = {metadata["x-request-id"] for _, _, metadata, _ in server.calls}
    assert len(ids) == 1, "all attempts are one request in the server's log"


@pytest.mark.parametrize("failure", [overloaded, unavailable])
def test_info_is_asked_for_again(scripted, client, failure):
    server, _ = scripted
    server.scripts["GetModelInfo"] = [failure(), scripted_server.info("3")]
    assert client.info().version == "3"
    assert server.names() == ["GetModelInfo"] * 2


def test_retries_end(scripted, kind):
    server, target = scripted
    server.scripts["Predict"] = [overloaded()]
    with both_clients.opened(kind, target, retries=2) as client, pytest.raises(OverloadedError) as caught:
        client.predict(ROW)
    assert caught.value.kind == "overloaded"
    assert len(server.calls) == 3


def test_without_retries(scripted, kind):
    server, target = scripted
    server.scripts["Predict"] = [unavailable(), answer()]
    with both_clients.opened(kind, target, retries=0) as client, pytest.raises(UnavailableError):
        client.predict(ROW)
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "failure",
    [
        # The same code, but as wrong the next time.
        Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER: Received message larger than max (5 vs. 4)"),
        Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much", modelx_error_kind="too_large"),
        Refusal(
            grpc.StatusCode.INTERNAL, "an internal error; the server's log tells more", modelx_error_kind="internal"
        ),
        Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no rows; expected at least one", modelx_error_kind="no_rows"),
        Refusal(grpc.StatusCode.UNAUTHENTICATED, "the bearer token is unknown"),
    ],
    ids=lambda failure: failure.code.name,
)
def test_what_would_fail_again_is_not_sent_again(scripted, client, failure):
    server, _ = scripted
    server.scripts["Predict"] = [failure, answer()]
    with pytest.raises(CallError) as caught:
        client.predict(ROW)
    assert caught.value.code == failure.code.name
    assert caught.value.message == failure.message
    assert len(server.calls) == 1


@pytest.mark.parametrize("failure", [overloaded, unavailable])
def test_a_reload_is_sent_once(scripted, client, failure):
    server, _ = scripted
    server.scripts["ReloadModel"] = [failure(), service_pb2.ReloadModelResponse(model_name="m")]
    with pytest.raises((UnavailableError, OverloadedError)):
        client.reload("b.pb")
    assert server.names() == ["ReloadModel"]


def test_nothing_is_sent_again_after_the_deadline(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [overloaded()]
    began = time.monotonic()
    with pytest.raises(OverloadedError):
        client.predict(ROW, timeout=0.12)
    # The second pause would end after the deadline, so it is not begun.
    assert time.monotonic() - began < 5.0
    assert 1 <= len(server.calls) <= 2
    assert all(remaining <= 0.12 for *_, remaining in server.calls)


def test_all_attempts_have_one_deadline():
    attempts = Attempts(retries=3, timeout=50.0)
    first = attempts.remaining()
    attempts.pause_after(UnavailableError("unavailable", "x", code="UNAVAILABLE"), safe=True)
    assert 0.0 < attempts.remaining() < first < 50.0
    assert Attempts(retries=3, timeout=math.inf).remaining() is None
    assert Attempts(retries=3, timeout=1e-9).remaining() == 0.0


def test_the_server_learns_the_deadline_and_the_caller_that_it_passed(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [lambda _, context: (context.is_active() and time.sleep(0.4), answer())[1]]
    with pytest.raises(TimedOutError) as caught:
        client.predict(ROW, timeout=0.2)
    assert caught.value.code == "DEADLINE_EXCEEDED"
    assert isinstance(caught.value, TimeoutError)


def test_a_server_that_is_not_there(kind):
    with scripted_server.serving() as (_, target):
        pass
    with both_clients.opened(kind, target, retries=1, timeout=20.0) as client:
        with pytest.raises(UnavailableError) as caught:
            client.predict(ROW)
        assert caught.value.kind == "unavailable"
        assert isinstance(caught.value, ConnectionError)
        assert client.ready() is False


def test_a_server_that_comes_back(kind):
    with scripted_server.serving() as (_, target):
        pass
    port = int(target.rpartition(":")[2])
    with both_clients.opened(kind, target, retries=100, timeout=60.0) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.predict, ROW)
        with scripted_server.serving(port):
            assert waiting.result(timeout=60.0).values.tolist() == [1.0]


def test_pauses_grow_and_differ():
    def pauses():
        attempts = Attempts(retries=8, timeout=1e6)
        return [
            attempts.pause_after(UnavailableError("unavailable", "x", code="UNAVAILABLE"), safe=True) for _ in range(8)
        ]

    every = np.array([pauses() for _ in range(50)])
    longest = np.minimum(2.0, 0.1 * 2.0 ** np.arange(8))
    assert (every <= longest).all()
    assert (every >= longest / 2).all()
    assert (every.std(axis=0) > 0.0).all()


def test_attempts_end_with_the_last_error():
    attempts = Attempts(retries=0, timeout=10.0)
    error = UnavailableError("unavailable", "x", code="UNAVAILABLE")
    with pytest.raises(UnavailableError) as caught:
        attempts.pause_after(error, safe=True)
    assert caught.value is error


def test_a_refused_file_is_told_with_what_the_reader_says(scripted, client):
    server, _ = scripted
    server.scripts["ReloadModel"] = [
        Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            'file "bad.pb" is refused (malformed); version "1" goes on serving',
            modelx_error_kind="malformed",
            modelx_error_detail_bin="Länge 7; expected 9".encode(),
            x_request_id="r-1",
        )
    ]
    with pytest.raises(RefusedFileError) as caught:
        client.reload("bad.pb", request_id="r-1")
    error = caught.value
    assert (error.kind, error.detail, error.request_id) == ("malformed", "Länge 7; expected 9", "r-1")
    assert server.calls[0][2]["x-request-id"] == "r-1"
    assert "Länge 7" in str(error)


def test_an_invalid_request_is_a_value_error(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [
        Refusal(grpc.StatusCode.INVALID_ARGUMENT, "features has 1 values", modelx_error_kind="wrong_width")
    ]
    with pytest.raises(ValueError, match="features has 1 values") as caught:
        client.predict(ROW)
    assert isinstance(caught.value, InvalidRequestError)
    assert caught.value.kind == "wrong_width"
