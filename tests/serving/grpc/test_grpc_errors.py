"""What a refused call is told, and under which id."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from contextlib import suppress

import grpc
import pytest
from grpc_running import PATIENCE, failure, refused, running

from modelx.inference import open_inference_pb2 as oip
from modelx.v1 import service_pb2 as pb

ROW = [5.1, 3.5, 1.4, 0.2]
MODELS = '"big", "bools", "cancer", "diabetes", "iris", "people", "scaler", "several", "slow", "two"'
METHODS = "predict, predict_proba, predict_log_proba, decision_function"
GARBAGE = b"\xff\xff\xff"


def iris(**fields):
    return pb.PredictRequest(model_name="iris", **fields)


@pytest.mark.parametrize(
    ("request_", "code", "text", "kind"),
    [
        (
            iris(features=[1.0] * 29),
            "INVALID_ARGUMENT",
            "features has 29 values; expected a multiple of 4",
            "wrong_width",
        ),
        (
            iris(features=[1.0] * 8, rows=1),
            "INVALID_ARGUMENT",
            "features has 8 values for 1 rows; expected 4",
            "wrong_width",
        ),
        (iris(), "INVALID_ARGUMENT", "no rows; expected at least one", "no_rows"),
        (iris(features=ROW, rows=-1), "INVALID_ARGUMENT", "rows is -1; expected 0 or more", "bad_request"),
        (
            iris(features=[1.0] * 8004),
            "INVALID_ARGUMENT",
            "2001 rows; expected at most 2000",
            "too_many_rows",
        ),
        (
            iris(features=[*ROW, 1.0, float("nan"), 1.0, 1.0]),
            "INVALID_ARGUMENT",
            "row 2, feature 2 is NaN; expected a finite number",
            "non_finite_input",
        ),
        (
            pb.PredictRequest(model_name="diabetes", features=[1.0, 2.0, float("-inf")]),
            "INVALID_ARGUMENT",
            'row 1, feature 3 ("bmi") is -Infinity; expected a finite number',
            "non_finite_input",
        ),
        (
            iris(features=ROW, method="transform"),
            "INVALID_ARGUMENT",
            f'the model has no method "transform"; expected one of {METHODS}',
            "unsupported_method",
        ),
        (
            pb.PredictRequest(model_name='no"ne', features=ROW),
            "NOT_FOUND",
            f'no model "no\\u0022ne"; expected one of {MODELS}',
            "unknown_model",
        ),
        (
            pb.PredictRequest(model_name="two", model_version="9", features=ROW),
            "NOT_FOUND",
            'model "two" has no version "9" in service; expected one of "1", "2"',
            "unknown_version",
        ),
        (
            pb.PredictRequest(features=ROW),
            "INVALID_ARGUMENT",
            f"model_name is empty; expected one of {MODELS}",
            "bad_request",
        ),
    ],
)
def test_texts_of_predict(service, request_, code, text, kind):
    assert refused(service.Predict, request_) == (code, text, kind)


UNARY = {
    "modelx.v1.ModelService/Predict": pb.PredictRequest,
    "modelx.v1.ModelService/GetModelInfo": pb.GetModelInfoRequest,
    "modelx.v1.ModelService/ReloadModel": pb.ReloadModelRequest,
    "inference.GRPCInferenceService/ServerLive": oip.ServerLiveRequest,
    "inference.GRPCInferenceService/ServerReady": oip.ServerReadyRequest,
    "inference.GRPCInferenceService/ModelReady": oip.ModelReadyRequest,
    "inference.GRPCInferenceService/ServerMetadata": oip.ServerMetadataRequest,
    "inference.GRPCInferenceService/ModelMetadata": oip.ModelMetadataRequest,
    "inference.GRPCInferenceService/ModelInfer": oip.ModelInferRequest,
    "inference.GRPCInferenceService/RepositoryIndex": oip.RepositoryIndexRequest,
    "inference.GRPCInferenceService/RepositoryModelLoad": oip.RepositoryModelLoadRequest,
    "inference.GRPCInferenceService/RepositoryModelUnload": oip.RepositoryModelUnloadRequest,
}


def not_a(message):
    return "INVALID_ARGUMENT", f"the message is not a {message.DESCRIPTOR.full_name}", "bad_request"


@pytest.mark.parametrize("name", UNARY)
def test_bytes_that_are_no_message(channel, name):
    assert refused(channel.unary_unary(f"/{name}"), GARBAGE) == not_a(UNARY[name])


@pytest.mark.parametrize("name", UNARY)
def test_a_call_without_a_message(channel, name):
    assert refused(channel.stream_unary(f"/{name}"), iter([])) == not_a(UNARY[name])


def test_every_method_of_the_schemas_answers(channel):
    services = [
        pb.DESCRIPTOR.services_by_name["ModelService"],
        oip.DESCRIPTOR.services_by_name["GRPCInferenceService"],
    ]
    for described in services:
        for method in described.methods:
            call = channel.stream_stream(f"/{described.full_name}/{method.name}")
            answers = call(iter([b""]), timeout=PATIENCE)
            with suppress(grpc.RpcError):
                list(answers)
            assert answers.code() is not grpc.StatusCode.UNIMPLEMENTED, method.full_name


@pytest.mark.parametrize("name", ["/a.B/C", "/modelx.v1.ModelService/predict", "/grpc.health.v1.Health/Nothing"])
def test_methods_that_there_are_not(channel, name):
    text = f'no method "{name}"; reflection lists those there are'
    assert refused(channel.unary_unary(name), b"") == ("UNIMPLEMENTED", text, "no_method")
    assert refused(channel.stream_stream(name), iter([b""] * 3)) == ("UNIMPLEMENTED", text, "no_method")


@pytest.fixture(scope="module")
def small(cancer_file):
    with running(cancer_file, max_message_bytes=2000) as server, server.channel() as channel:
        yield server, channel.unary_unary("/modelx.v1.ModelService/Predict")


def test_a_message_over_the_limit(small):
    _, predict = small
    assert refused(predict, b"\x00" * 2001)[:2] == (
        "RESOURCE_EXHAUSTED",
        "SERVER: Received message larger than max (2001 vs. 2000)",
    )
    assert refused(predict, b"\x00" * 2000)[0] == "INVALID_ARGUMENT"


def row(length):
    """Give a message of so many bytes that gzip makes short."""
    raw = pb.PredictRequest(features=[0.0] * 30).SerializeToString()
    # A field that no schema has, number 100, of the bytes that are left.
    size = length - len(raw) - 4
    assert 128 <= size < 1 << 14
    return raw + b"\xa2\x06" + bytes([size & 0x7F | 0x80, size >> 7]) + bytes(size)


def test_a_message_over_the_limit_once_it_is_expanded(small):
    _, predict = small
    zipped = {"compression": grpc.Compression.Gzip}
    assert pb.PredictResponse.FromString(predict(row(2000), timeout=PATIENCE, **zipped)).rows == 1
    assert refused(predict, row(2001), **zipped) == (
        "RESOURCE_EXHAUSTED",
        "SERVER: Received message larger than max (2001 vs. 2000)",
        "too_large",
    )
    bomb = (("RESOURCE_EXHAUSTED", "Decompressed message larger than max", "too_large"),)
    assert refused(predict, row(3024), **zipped) in bomb
    assert refused(predict, bytes(1_000_000), **zipped) in bomb


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(row(500))[:-9],
        gzip.compress(row(500))[:-1] + b"\x01",
        gzip.compress(row(500)) + b"more",
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08" + b"\xff" * 40,
    ],
    ids=["cut", "wrong length", "more after it", "nothing", "garbage"],
)
def test_damaged_gzip(small, raw):
    _, predict = small
    assert refused(predict, raw) == not_a(pb.PredictRequest)


def test_a_compression_that_is_not_taken(small):
    _, predict = small
    error = failure(predict, row(500), compression=grpc.Compression.Deflate)
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def test_ids_of_requests(server, service):
    trailing = dict(failure(service.Predict, iris(), metadata=[("x-request-id", "a.B_9-")]).trailing_metadata())
    assert trailing["x-request-id"] == "a.B_9-"
    named = iris(metadata={"request_id": "mine"})
    trailing = dict(failure(service.Predict, named).trailing_metadata())
    assert trailing["x-request-id"] == "mine"
    trailing = dict(failure(service.Predict, named, metadata=[("x-request-id", "theirs")]).trailing_metadata())
    assert trailing["x-request-id"] == "theirs"
    for bad in ("a b", "x" * 129, "a/b", "ü".encode().decode("latin-1")):
        trailing = dict(failure(service.Predict, iris(metadata={"request_id": bad})).trailing_metadata())
        assert re.fullmatch("[0-9a-f]{16}", trailing["x-request-id"])
    server.wait_for_log(
        msg="request", request_id="theirs", code="INVALID_ARGUMENT", method="modelx.v1.ModelService/Predict"
    )


def test_a_client_that_names_its_request_gets_the_name_back(service):
    request = iris(features=ROW)
    _, call = service.Predict.with_call(request, timeout=PATIENCE)
    assert "x-request-id" not in dict(call.initial_metadata())
    _, call = service.Predict.with_call(request, timeout=PATIENCE, metadata=[("x-request-id", "n-1")])
    assert dict(call.initial_metadata())["x-request-id"] == "n-1"
    _, call = service.Predict.with_call(request, timeout=PATIENCE, metadata=[("x-request-id", "no/good")])
    assert re.fullmatch("[0-9a-f]{16}", dict(call.initial_metadata())["x-request-id"])
    answers = service.PredictStream(iter([request]), timeout=PATIENCE, metadata=[("x-request-id", "n-2")])
    assert dict(answers.initial_metadata())["x-request-id"] == "n-2"
    assert len(list(answers)) == 1
    error = failure(service.Predict, iris(), metadata=[("x-request-id", "n-3")])
    assert dict(error.initial_metadata())["x-request-id"] == "n-3"


def test_gzipped_requests_get_gzipped_answers(server):
    """The same bytes on the wire tell: what is received grows by less than the answer."""
    request = iris(features=ROW * 500)
    plain = _received(server, request, None)
    zipped = _received(server, request, grpc.Compression.Gzip)
    assert zipped < plain / 10
    assert plain > 500 * 8


def _received(server, request, compression):
    """Count the bytes of an answer between server and client."""
    host, port = server.address.rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0))
    counted = []

    def pump(source, sink, count):
        # Either side may be the first to close.
        with suppress(OSError):
            while data := source.recv(65536):
                if count:
                    counted.append(len(data))
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept():
        client, _ = listener.accept()
        upstream = socket.create_connection((host, int(port)))
        threads = [
            threading.Thread(target=pump, args=(client, upstream, False)),
            threading.Thread(target=pump, args=(upstream, client, True)),
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join(PATIENCE)
        client.close()
        upstream.close()

    relay = threading.Thread(target=accept)
    relay.start()
    with grpc.insecure_channel(f"127.0.0.1:{listener.getsockname()[1]}") as channel:
        predict = channel.unary_unary("/modelx.v1.ModelService/Predict")
        answer = pb.PredictResponse.FromString(
            predict(request.SerializeToString(), timeout=PATIENCE, compression=compression)
        )
        assert answer.rows == 500
    relay.join(PATIENCE)
    listener.close()
    return sum(counted)


def test_an_error_of_the_server_itself(cancer_file):
    """A defect of modelx is told to the log, with its traceback, and not to the client."""
    with running(cancer_file) as server, server.channel() as channel:

        def broken(*_):
            raise RuntimeError("the secret")

        server.services.plane.find = broken
        predict = channel.unary_unary("/modelx.v1.ModelService/Predict")
        text = "an internal error; the server's log tells more"
        assert refused(predict, b"", metadata=[("x-request-id", "bug")]) == ("INTERNAL", text, "internal")
        told = server.wait_for_log(msg="internal error", request_id="bug")
        assert "the secret" in told[0]["detail"]
        assert "Traceback" in told[0]["detail"]
        del server.services.plane.find
        assert refused(predict, b"")[0] == "INVALID_ARGUMENT"
