"""Answers become arrays of the type and the shape that the model's own method gives."""

import asyncio
import pickle
import threading

import both_clients
import grpc
import numpy as np
import pytest
import scripted_server
from scripted_server import Refusal, answer, info

from modelx.client import AsyncClient, Client, InvalidRequestError, errors, results
from modelx.client.errors import BY_CODE, error_of
from modelx.v1 import model_pb2, service_pb2

ROWS = [[0.5, 1.5], [2.5, 3.5]]
TYPES = [
    (model_pb2.DATA_TYPE_FLOAT64, (0.0, 1.5), [], np.float64, [0.0, 1.5]),
    (model_pb2.DATA_TYPE_INT64, (0.0, -7.0), [], np.int64, [0, -7]),
    (model_pb2.DATA_TYPE_INT64, (0.0, 1.0), [str(2**62), "-3"], np.int64, [2**62, -3]),
    (model_pb2.DATA_TYPE_BOOL, (0.0, 1.0), [], np.bool_, [False, True]),
    (model_pb2.DATA_TYPE_STRING, (1.0, 0.0), ["ja", "nein\0"], np.object_, ["ja", "nein\0"]),
]


@pytest.mark.parametrize(("kind_of_value", "predictions", "labels", "dtype", "expected"), TYPES)
def test_labels_have_their_own_type(scripted, client, kind_of_value, predictions, labels, dtype, expected):
    server, _ = scripted
    server.scripts["Predict"] = [answer(predictions, labels=labels)]
    server.scripts["GetModelInfo"] = [info(kind=kind_of_value)]
    found = client.predict(ROWS)
    assert found.values.dtype == dtype
    assert found.values.tolist() == expected
    assert found.values.shape == (2,)


@pytest.mark.parametrize(("columns", "shape"), [(0, (2,)), (1, (2, 1))])
def test_one_column_is_not_no_column(scripted, client, columns, shape):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0))]
    server.scripts["GetModelInfo"] = [info(n_columns=columns)]
    assert client.predict(ROWS).values.shape == shape


def test_several_columns_and_probabilities(scripted, client):
    server, _ = scripted
    message = answer(
        (1.0, 2.0, 3.0, 4.0), rows=2, columns=2, probabilities=[0.1, 0.2, 0.7, 0.5, 0.25, 0.25], timestamp=9
    )
    server.scripts["Predict"] = [message]
    server.scripts["GetModelInfo"] = [info(n_columns=2)]
    found = client.predict(ROWS, probabilities=True)
    assert found.values.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert found.probabilities.tolist() == [[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]
    assert (found.model, found.version, found.timestamp) == ("m", "1", 9)
    request = server.calls[0][1]
    assert (request.rows, list(request.features), request.include_probabilities) == (2, [0.5, 1.5, 2.5, 3.5], True)


def test_what_is_asked_goes_over(scripted, client):
    server, _ = scripted
    server.scripts["GetModelInfo"] = [info()]
    client.predict(ROWS[:1], model="m", version="1", metadata={"shop": "7"}, request_id="r.1")
    _, request, metadata, _ = server.calls[0]
    assert (request.model_name, request.model_version, dict(request.metadata)) == ("m", "1", {"shop": "7"})
    assert metadata["x-request-id"] == "r.1"
    assert "authorization" not in metadata


def test_the_token_goes_over(scripted, kind):
    server, target = scripted
    with both_clients.opened(kind, target, token="s3cret") as client:  # noqa: S106 - of this test alone
        client.info()
    assert server.calls[0][2]["authorization"] == "Bearer s3cret"


def test_a_version_is_asked_about_once(scripted, client):
    server, _ = scripted
    for _ in range(3):
        client.predict(ROWS[:1])
    server.scripts["Predict"] = [answer(version="2")]
    server.scripts["GetModelInfo"] = [info("2")]
    client.predict(ROWS[:1])
    client.predict(ROWS[:1])
    assert server.names() == ["Predict", "GetModelInfo", *["Predict"] * 3, "GetModelInfo", "Predict"]


def test_a_version_that_is_gone_when_it_is_asked_about_is_asked_again(scripted, client):
    """A reload between the two calls is no failure, and no reason for another type."""
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0,)), answer((2.0,), version="2")]
    gone = Refusal(
        grpc.StatusCode.NOT_FOUND, 'model "m" has no version "1" in service', modelx_error_kind="unknown_version"
    )
    server.scripts["GetModelInfo"] = [gone, info("2", kind=model_pb2.DATA_TYPE_INT64)]
    found = client.predict(ROWS[:1])
    assert (found.version, found.values.dtype, found.values.tolist()) == ("2", np.int64, [2])


def test_models_that_never_stay_are_told_by_their_answers(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0,), labels=["ja"])]
    server.scripts["GetModelInfo"] = [Refusal(grpc.StatusCode.NOT_FOUND, "gone", modelx_error_kind="unknown_version")]
    assert client.predict(ROWS[:1]).values.tolist() == ["ja"]


def test_another_file_under_the_same_version_is_noticed(scripted, client):
    server, _ = scripted
    assert client.predict(ROWS[:1]).values.dtype == np.float64
    server.scripts["Predict"] = [answer((0.0,), labels=["ja"])]
    server.scripts["GetModelInfo"] = [info(kind=model_pb2.DATA_TYPE_STRING)]
    assert client.predict(ROWS[:1]).values.tolist() == ["ja"]


def test_a_reload_forgets_what_was_known(scripted, client):
    server, _ = scripted
    client.predict(ROWS[:1])
    server.scripts["ReloadModel"] = [
        service_pb2.ReloadModelResponse(model_name="m", model_version="1", sha256="ab", changed=True, load_seconds=0.5)
    ]
    done = client.reload("b.pb", version="1", model="m")
    assert done == results.Reload("m", "1", "", "ab", changed=True, load_seconds=0.5)
    request = server.calls[-1][1]
    assert (request.path, request.version, request.model_name, request.rollback) == ("b.pb", "1", "m", False)
    server.scripts["GetModelInfo"] = [info(kind=model_pb2.DATA_TYPE_INT64)]
    assert client.predict(ROWS[:1]).values.dtype == np.int64


def test_every_code_has_a_class_and_every_error_survives_a_pickle():
    for code in grpc.StatusCode:
        error = error_of(code.name, "m", kind="k", detail="d", request_id="r")
        assert type(error) is BY_CODE.get(code.name, errors.CallError)
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made a line above
        assert type(again) is type(error)
        assert vars(again) == vars(error)
    assert set(BY_CODE) <= {code.name for code in grpc.StatusCode}
    assert set(BY_CODE.values()) == {
        cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.CallError)
    } - {errors.CallError, errors.UnknownMethodError}
    assert type(error_of("INVALID_ARGUMENT", "m", kind="unsupported_method")) is errors.UnknownMethodError


def test_calls_at_the_same_time(scripted):
    _, target = scripted

    async def many():
        async with AsyncClient(target) as client:
            return await asyncio.gather(*(client.predict(ROWS[:1]) for _ in range(50)))

    assert [found.values.tolist() for found in asyncio.run(many())] == [[1.0]] * 50


def test_giving_up_is_told_to_the_server(scripted):
    server, target = scripted
    began, ended = threading.Event(), threading.Event()

    def wait(_, context):
        context.add_callback(ended.set)
        began.set()
        ended.wait(60.0)
        return answer()

    server.scripts["Predict"] = [wait]

    async def give_up():
        async with AsyncClient(target, timeout=60.0) as client:
            task = asyncio.create_task(client.predict(ROWS[:1]))
            assert await asyncio.to_thread(began.wait, 60.0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(ended.wait, 30.0)

    asyncio.run(give_up())


@pytest.mark.parametrize(
    ("X", "kind_of_error"),
    [
        ([0.5, 1.5], "wrong_width"),
        (1.0, "wrong_width"),
        (np.zeros((1, 2, 3)), "wrong_width"),
        ([["a", "b"]], "not_numeric"),
        ([[None, 1.0]], None),
        ([[1.0], [1.0, 2.0]], "not_numeric"),
        ([[{}, 1.0]], "not_numeric"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_not_sent(scripted, client, X, kind_of_error):
    server, _ = scripted
    if kind_of_error is None:
        # numpy takes None for NaN, and so does the server's JSON.
        client.predict(X)
        assert np.isnan(next(request.features[0] for rpc, request, *_ in server.calls if rpc == "Predict"))
        return
    with pytest.raises(InvalidRequestError) as caught:
        client.predict(X)
    assert caught.value.kind == kind_of_error
    assert "Predict" not in server.names()


def test_no_rows_are_for_the_server_to_refuse(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [
        Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no rows; expected at least one", modelx_error_kind="no_rows")
    ]
    with pytest.raises(InvalidRequestError, match="no rows"):
        client.predict(np.empty((0, 2)))


def test_settings_that_contradict_each_other():
    for options in ({"cert": "c.pem"}, {"timeout": 0.0}, {"retries": -1}):
        with pytest.raises(ValueError, match="expected"):
            Client("127.0.0.1:1", **options)
    with pytest.raises(FileNotFoundError):
        Client("127.0.0.1:1", ca="/nowhere/ca.pem")


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("models", "models:8081"),
        ("models:9000", "models:9000"),
        ("[::1]", "[::1]:8081"),
        ("[::1]:9000", "[::1]:9000"),
        ("unix:/run/m.sock", "unix:/run/m.sock"),
        ("dns:///models:9000", "dns:///models:9000"),
    ],
)
def test_targets(target, address):
    from modelx.client.connection import Connection

    assert Connection(target).address == address


def test_something_else_than_a_server_of_models(kind):
    with scripted_server.serving() as (_, target), both_clients.opened(kind, target) as client:
        with pytest.raises(errors.FailedServerError) as caught:
            client.ready()
        assert caught.value.code == "UNIMPLEMENTED"
