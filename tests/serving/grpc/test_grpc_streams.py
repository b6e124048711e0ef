"""Streams: each request is answered by itself, and none of them is in the way of anything else."""

from __future__ import annotations

import gc
import threading

import grpc
import numpy as np
import pytest
from data import load
from grpc_running import PATIENCE, Feed, failure, refused, running

from modelx.inference import open_inference_pb2 as oip
from modelx.inference import open_inference_pb2_grpc
from modelx.v1 import service_pb2 as pb
from modelx.v1 import service_pb2_grpc

ROW = [5.1, 3.5, 1.4, 0.2]


def iris(**fields):
    return pb.PredictRequest(model_name="iris", **fields)


def infer(x, name="iris"):
    tensor = oip.ModelInferRequest.InferInputTensor(name="X", datatype="FP64", shape=x.shape)
    tensor.contents.fp64_contents.extend(x.ravel())
    return oip.ModelInferRequest(model_name=name, inputs=[tensor], id="q")


def test_a_refused_request_does_not_end_the_stream(service, estimators):
    x = load("iris")[0]
    requests = [
        iris(features=x[:3].ravel()),
        iris(features=x[0, :3]),
        iris(features=[*x[0, :3], float("nan")]),
        pb.PredictRequest(model_name="two", features=x[3]),
        iris(),
        iris(features=x[4], method="decision_function"),
    ]
    answers = list(service.PredictStream(iter(requests), timeout=PATIENCE))
    assert [each.WhichOneof("result") for each in answers] == [
        "response", "error", "error", "response", "error", "response",
    ]  # fmt: skip
    assert list(answers[0].response.labels) == estimators["iris"].predict(x[:3]).tolist()
    assert (answers[3].response.model_name, answers[3].response.model_version) == ("two", "2")
    assert np.array_equal(answers[5].response.predictions, estimators["iris"].decision_function(x[4:5])[0])
    errors = [(each.error.code, each.error.message, each.error.kind) for each in answers if each.HasField("error")]
    assert errors == [
        (3, "features has 3 values; expected a multiple of 4", "wrong_width"),
        (3, "row 1, feature 4 is NaN; expected a finite number", "non_finite_input"),
        (3, "no rows; expected at least one", "no_rows"),
    ]


def test_bytes_that_are_no_message_do_not_end_the_stream(channel):
    stream = channel.stream_stream("/modelx.v1.ModelService/PredictStream")
    good = iris(features=ROW).SerializeToString()
    answers = [pb.PredictStreamResponse.FromString(raw) for raw in stream(iter([b"\xff", good]), timeout=PATIENCE)]
    assert answers[0].error.message == "the message is not a modelx.v1.PredictRequest"
    assert answers[1].response.rows == 1


def test_streamed_inferences(inference, estimators):
    x = load("iris")[0]
    bad = infer(x[:2, :3])
    answers = list(inference.ModelStreamInfer(iter([infer(x[:2]), bad, infer(x[2:9])]), timeout=PATIENCE))
    assert [each.error_message for each in answers] == ["", 'input "X" has shape [2,3]; expected [-1,4]', ""]
    texts = [text.decode() for text in answers[2].infer_response.outputs[0].contents.bytes_contents]
    assert texts == estimators["iris"].predict(x[2:9]).tolist()
    assert answers[0].infer_response.id == "q"


def test_each_request_is_answered_before_the_next_is_sent(service):
    feed = Feed()
    answers = service.PredictStream(feed, timeout=PATIENCE)
    for rows in (1, 2, 3):
        feed.send(iris(features=ROW * rows))
        assert next(answers).response.rows == rows
    feed.end()
    assert list(answers) == []


def test_each_request_of_a_stream_counts(server, service):
    before = server.metrics()
    list(service.PredictStream(iter([iris(features=ROW)] * 5 + [iris()]), timeout=PATIENCE))

    def new(code):
        labels = f'code="{code}",method="predict_stream",model="iris",protocol="grpc",version="1"'
        name = f"modelx_requests_total{{{labels}}}"
        return server.metrics().get(name, 0) - before.get(name, 0)

    assert (new("OK"), new("INVALID_ARGUMENT")) == (5, 1)
    assert server.metrics()["modelx_requests_in_flight"] == 0


def test_streams_that_never_end_stop_nobody(server, service):
    stop = threading.Event()

    def endless():
        while not stop.is_set():
            yield iris(features=ROW)

    with server.channel() as busy:
        greedy = service_pb2_grpc.ModelServiceStub(busy)
        streams = [greedy.PredictStream(endless(), timeout=PATIENCE * 5) for _ in range(4)]
        readers = [threading.Thread(target=_drain, args=(each,)) for each in streams]
        for each in readers:
            each.start()
        for _ in range(50):
            assert service.Predict(iris(features=ROW), timeout=PATIENCE).rows == 1
        stop.set()
        for each in readers:
            each.join(PATIENCE)
            assert not each.is_alive()


def _drain(stream):
    for _ in stream:
        pass


def test_a_stream_holds_no_memory(server, service):
    """What was answered is gone: as many objects are there after many requests as after few."""
    feed = Feed()
    answers = service.PredictStream(feed, timeout=PATIENCE * 5)

    def objects():
        feed.send(iris(features=ROW))
        next(answers)
        return server.call(lambda: (gc.collect(), len(gc.get_objects()))[1])

    for _ in range(200):
        feed.send(iris(features=ROW * 100))
        next(answers)
    few = objects()
    for _ in range(2000):
        feed.send(iris(features=ROW * 100))
        next(answers)
    assert objects() - few < 500
    feed.end()


def test_a_client_that_breaks_off_leaves_nothing_behind(server, service):
    for _ in range(20):
        answers = service.PredictStream(Feed(), timeout=PATIENCE)
        answers.cancel()
    feed = Feed()
    answers = service.PredictStream(feed, timeout=PATIENCE)
    feed.send(iris(features=ROW))
    next(answers)
    answers.cancel()
    server.wait_for(lambda: server.services.admission.in_flight == 0)
    assert service.Predict(iris(features=ROW), timeout=PATIENCE).rows == 1


@pytest.mark.parametrize("idle", [True, False], ids=["idle", "has answered"])
def test_streams_end_when_the_server_stops(cancer_file, idle):
    with running(cancer_file) as server, server.channel() as channel:
        feed = Feed()
        answers = service_pb2_grpc.ModelServiceStub(channel).PredictStream(feed, timeout=PATIENCE)
        if not idle:
            feed.send(pb.PredictRequest(features=[0.0] * 30))
            assert next(answers).response.rows == 1
        else:
            # A stream is there once its headers are: another call on the connection comes after it.
            open_inference_pb2_grpc.GRPCInferenceServiceStub(channel).ServerLive(oip.ServerLiveRequest())
            server.wait_for(lambda: server.engine._grpc._streams._idle)
        stopping = server.begin_stop()
        with pytest.raises(grpc.RpcError) as caught:
            next(answers)
        assert (caught.value.code().name, caught.value.details()) == ("UNAVAILABLE", "the server is shutting down")
        assert dict(caught.value.trailing_metadata())["modelx-error-kind"] == "shutting_down"
        # It does not wait for the client to end the stream, nor for the grace.
        stopping.result(10)


def test_a_stream_is_refused_as_a_whole_without_a_token(cancer_file, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("t\n")
    with running(cancer_file, predict_token_file=str(tokens)) as server, server.channel() as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        assert refused(stub.PredictStream, iter([pb.PredictRequest()]))[0] == "UNAUTHENTICATED"
        assert failure(stub.PredictStream, Feed()).code() is grpc.StatusCode.UNAUTHENTICATED
        answers = stub.PredictStream(
            iter([pb.PredictRequest(features=[0.0] * 30)]), metadata=[("authorization", "Bearer t")], timeout=PATIENCE
        )
        assert [each.response.rows for each in answers] == [1]
