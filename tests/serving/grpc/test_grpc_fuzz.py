"""Whatever bytes come, by whatever method, the answer is one of the contract's, and the server goes on."""

from __future__ import annotations

import gzip
import random
import re
import socket
import time

import grpc
import pytest
from grpc_running import PATIENCE, running
from hypothesis import given
from hypothesis import strategies as st

from modelx.inference import open_inference_pb2 as oip
from modelx.v1 import service_pb2 as pb

# What a request can be to blame for; anything else is the server's fault.
ALLOWED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
ROW = [1.0] * 30


def tensor(datatype="FP64", shape=(1, 30), **contents):
    return oip.ModelInferRequest.InferInputTensor(
        name="X", datatype=datatype, shape=shape, contents=oip.InferTensorContents(**contents)
    )


SEEDS = [
    pb.PredictRequest(features=ROW),
    pb.PredictRequest(features=ROW * 3, rows=3, include_probabilities=True, method="predict", model_name="cancer"),
    pb.PredictRequest(features=ROW, metadata={"request_id": "x", "y": "z"}, model_version="1"),
    pb.GetModelInfoRequest(model_name="cancer"),
    pb.ReloadModelRequest(path="cancer.pb", version="1"),
    pb.ReloadModelRequest(rollback=True),
    oip.ModelInferRequest(model_name="cancer", inputs=[tensor(fp64_contents=ROW)], id="1"),
    oip.ModelInferRequest(
        model_name="cancer",
        inputs=[oip.ModelInferRequest.InferInputTensor(name="X", datatype="INT16", shape=[2, 30])],
        raw_input_contents=[bytes(120)],
        outputs=[oip.ModelInferRequest.InferRequestedOutputTensor(name="predict_proba")],
    ),
    oip.ModelMetadataRequest(name="cancer", version="1"),
    oip.RepositoryModelLoadRequest(model_name="cancer"),
    oip.RepositoryIndexRequest(ready=True),
]
METHODS = [
    "modelx.v1.ModelService/Predict",
    "modelx.v1.ModelService/PredictStream",
    "modelx.v1.ModelService/GetModelInfo",
    "modelx.v1.ModelService/ReloadModel",
    "inference.GRPCInferenceService/ServerLive",
    "inference.GRPCInferenceService/ServerReady",
    "inference.GRPCInferenceService/ModelReady",
    "inference.GRPCInferenceService/ServerMetadata",
    "inference.GRPCInferenceService/ModelMetadata",
    "inference.GRPCInferenceService/ModelInfer",
    "inference.GRPCInferenceService/ModelStreamInfer",
    "inference.GRPCInferenceService/RepositoryIndex",
    "inference.GRPCInferenceService/RepositoryModelLoad",
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/List",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "no.Such/Method",
]


@pytest.fixture(scope="module")
def fuzzed(cancer_file):
    with running(cancer_file, max_rows=100, max_message_bytes=1 << 16) as server, server.channel() as channel:
        yield server, channel
        good = channel.unary_unary("/modelx.v1.ModelService/Predict")(SEEDS[0].SerializeToString(), timeout=PATIENCE)
        assert pb.PredictResponse.FromString(good).rows == 1
        assert not server.logged(msg="internal error")
        assert not [line for line in server.logged(level="error") if line.get("code") == "INTERNAL"]


def check(channel, method, messages):
    call = channel.stream_stream(f"/{method}")(iter(messages), timeout=PATIENCE)
    try:
        answers = list(call)
    except grpc.RpcError as error:
        assert error.code() in ALLOWED, (method, messages, error.details())  # noqa: PT017 - either is fine
        return
    if method.endswith("PredictStream"):
        assert len(answers) == len(messages)
        codes = {pb.PredictStreamResponse.FromString(answer).error.code for answer in answers}
        assert codes <= {code.value[0] for code in ALLOWED}
    elif method.endswith("ModelStreamInfer"):
        texts = [oip.ModelStreamInferResponse.FromString(answer).error_message for answer in answers]
        assert len(texts) == len(messages)
        assert not any("internal" in text for text in texts)


@given(method=st.sampled_from(METHODS), messages=st.lists(st.binary(max_size=300), max_size=3))
def test_random_bytes(fuzzed, method, messages):
    check(fuzzed[1], method, messages)


def mutated(rng):
    data = bytearray(rng.choice(SEEDS).SerializeToString())
    for _ in range(rng.randrange(1, 6)):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(5):
            case 0 if place < len(data):
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                del data[place : place + rng.randrange(1, 9)]
            case 2:
                data[place:place] = rng.randbytes(rng.randrange(1, 9))
            case 3:
                other = rng.choice(SEEDS).SerializeToString()
                data[place:] = other[rng.randrange(len(other) + 1) :]
            case _:
                data[place : place + 8] = rng.choice([b"\xff" * 8, b"\x00" * 8, b"\x00\x00\x00\x00\x00\x00\xf8\x7f"])
    raw = bytes(data)
    return gzip.compress(raw, 1)[: rng.randrange(1, 400)] if rng.random() < 0.1 else raw


def test_mutated_messages(fuzzed, fuzz_seconds):
    seed = random.randrange(1 << 32)  # noqa: S311 - a seed is no secret
    rng = random.Random(seed)  # noqa: S311
    until = time.monotonic() + fuzz_seconds
    while time.monotonic() < until:
        method = rng.choice(METHODS)
        try:
            check(fuzzed[1], method, [mutated(rng) for _ in range(rng.randrange(1, 4))])
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["x-request-id", "authorization", "traceparent", "grpc-timeout-x", "modelx-error-kind", "x-bin"]
        ),
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200),
    ),
    max_size=4,
)


@given(headers=HEADERS)
def test_random_headers(fuzzed, headers):
    metadata = [(key, value.encode() if key.endswith("-bin") else value) for key, value in headers]
    predict = fuzzed[1].unary_unary("/modelx.v1.ModelService/Predict")
    answer, call = predict.with_call(SEEDS[0].SerializeToString(), timeout=PATIENCE, metadata=metadata)
    assert pb.PredictResponse.FromString(answer).rows == 1
    told = dict(call.initial_metadata()).get("x-request-id")
    assert told is None or re.fullmatch("[A-Za-z0-9._-]{1,128}", told)


def test_bytes_that_are_no_http2(fuzzed):
    server, _ = fuzzed
    host, port = server.address.rsplit(":", 1)
    rng = random.Random(5)  # noqa: S311
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    for i in range(40):
        with socket.create_connection((host, int(port)), PATIENCE) as connection:
            connection.sendall((preface if i % 2 else b"") + rng.randbytes(rng.randrange(1, 200)))
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.settimeout(PATIENCE)
        while connection.recv(4096):
            pass
