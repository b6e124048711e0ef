"""Whatever is sent: an answer of the contract, or a closed connection, and the server goes on."""

from __future__ import annotations

import http.client
import json

from data import load
from http_running import everything, reply_of
from hypothesis import example, given
from hypothesis import strategies as st

from modelx.serving.status import STATUSES

X, _ = load("iris")
PATHS = ["/predict", "/reload", "/v2/models/iris/infer", "/v2/repository/index", "/model-info?model_name=%"]

scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["NaN", "Infinity", "predict", "iris", "X", "FP64", "BOOL", ""]) | st.text(max_size=5)
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
numbers = st.lists(scalars, max_size=9) | st.lists(st.lists(scalars, min_size=3, max_size=4), max_size=4)


def fields(known, **special):
    """Make objects of known fields, mostly with values that they may have."""
    wild = dict.fromkeys(known, values)
    return st.fixed_dictionaries({}, optional={name: special.get(name, wild[name]) | values for name in known})


predictions = fields(
    ["features", "rows", "method", "model_name", "model_version", "metadata", "include_probabilities", "x"],
    features=numbers,
    rows=st.integers(-1, 3),
    method=st.sampled_from(["predict", "predict_proba", "transform", ""]),
    model_name=st.sampled_from(["iris", "scaler", "diabetes"]),
    model_version=st.sampled_from(["", "1"]),
    metadata=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    include_probabilities=st.booleans(),
)
tensors = fields(
    ["name", "shape", "datatype", "data", "parameters"],
    name=st.sampled_from(["X", "age", "sex", "bmi"]),
    shape=st.lists(st.integers(-1, 4), max_size=3),
    datatype=st.sampled_from(["FP64", "BOOL", "INT64", "FP16", "BYTES"]),
    data=numbers,
    parameters=st.fixed_dictionaries({"binary_data_size": st.integers(-8, 64)}),
)
inferences = fields(
    ["id", "inputs", "outputs", "parameters"],
    inputs=st.lists(tensors, max_size=3),
    outputs=st.lists(fields(["name", "parameters"], name=st.sampled_from(["predict", "predict_proba"])), max_size=2),
)


def check(reply):
    assert reply.status in {200} | {status.http for kind, status in STATUSES.items() if kind != "internal"}, reply
    if reply.status != 200:
        body = json.loads(reply.body)
        assert body["code"] != "INTERNAL"
        assert body["request_id"] == reply.headers["x-request-id"]


def ask(server, path, body, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("POST", path, body, headers or {})
        return reply_of(connection)
    finally:
        connection.close()


@given(predictions)
@example({"model_name": "iris", "features": [[]], "rows": 0})
@example({"model_name": "iris", "features": [], "rows": 1})
def test_predictions(server, body):
    check(ask(server, "/predict", json.dumps(body)))


@given(st.sampled_from(["iris", "diabetes", "none"]), inferences, st.binary(max_size=64), st.booleans())
def test_inferences(server, model, body, raw, has_length):
    head = json.dumps(body).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))} if has_length else {}
    check(ask(server, f"/v2/models/{model}/infer", head + raw if has_length else head, headers))


@given(
    st.sampled_from(PATHS),
    st.binary(max_size=80),
    st.sampled_from(["", "gzip", "deflate", "identity", "br"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=10),
)
def test_bodies(server, path, body, encoding, header):
    headers = {"Content-Encoding": encoding, "Accept-Encoding": header, "X-Request-Id": header, "Authorization": header}
    check(ask(server, path, body, {name: value.encode("latin-1") for name, value in headers.items()}))


pieces = st.sampled_from([
    b"GET /healthz HTTP/1.1\r\n", b"POST /predict HTTP/1.1\r\n", b"Host: x\r\n", b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Connection: Upgrade, close\r\n", b"Upgrade: h2c\r\n",
    b"Expect: 100-continue\r\n",
    b"\r\n", b"5\r\n12345\r\n", b"0\r\n\r\n", b"{}", b"\x00", b"%", b":", b"HEAD * HTTP/1.0\r\n",
])  # fmt: skip


@given(st.lists(pieces | st.binary(max_size=8), min_size=1, max_size=12))
@example([b"POST /predict HTTP/1.1\r\n", b"Host: x\r\n", b"Upgrade: h2c\r\n", b"Connection: Upgrade\r\n", b"\r\n"])
@example([b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"])
@example([b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_raw_bytes(small, data):
    with small.raw() as connection:
        try:
            connection.sendall(b"".join(data))
            connection.shutdown(1)
        except OSError:
            pass
        answer = everything(connection)
    assert b"HTTP/1.1 500" not in answer
    reply = small.post("/predict", {"features": X[0].tolist()})
    assert reply.status == 200
