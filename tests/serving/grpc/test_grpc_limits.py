"""Overload, deadlines and clients that go away, while real predictions take a while."""

from __future__ import annotations

import time

import grpc
import numpy as np
import pytest
from grpc_running import PATIENCE, SLOW_WIDTH, Feed, failure, refused, running

from modelx.inference import open_inference_pb2 as oip
from modelx.v1 import service_pb2 as pb
from modelx.v1 import service_pb2_grpc

ROWS = 60_000
OVERLOADED = ("RESOURCE_EXHAUSTED", "2 requests are in flight, the server's limit; try again later", "overloaded")


@pytest.fixture(scope="module")
def heavy():
    """A request that takes a thread a second or so."""
    return pb.PredictRequest(features=np.random.default_rng(0).normal(size=ROWS * SLOW_WIDTH))


@pytest.fixture(scope="module")
def light():
    return pb.PredictRequest(features=[0.0] * SLOW_WIDTH)


@pytest.fixture
def slow(slow_file):
    with running(slow_file, max_in_flight=2) as server, server.channel(max_receive_message_length=-1) as channel:
        yield server, service_pb2_grpc.ModelServiceStub(channel)


def test_a_burst_over_the_limit_is_refused_at_once(slow, heavy, light):
    server, service = slow
    feed = Feed()
    answers = service.PredictStream(feed, timeout=PATIENCE)
    feed.send(light)
    assert next(answers).response.rows == 1
    busy = [service.Predict.future(heavy, timeout=PATIENCE) for _ in range(2)]
    server.wait_for(lambda: server.services.admission.in_flight == 2)
    for call, request in (
        (service.Predict, light),
        (service.Predict, pb.PredictRequest(features=[1.0])),
        (server.channel().unary_unary("/inference.GRPCInferenceService/ModelInfer"), b"\xff"),
    ):
        assert refused(call, request) == OVERLOADED
    burst = [service.Predict.future(light, timeout=PATIENCE) for _ in range(40)]
    assert {each.exception(PATIENCE).details() for each in burst} == {OVERLOADED[1]}
    assert refused(service.PredictStream, iter([light])) == OVERLOADED
    # A stream that is open goes on.
    feed.send(light)
    error = next(answers).error
    assert (error.code, error.message, error.kind) == (8, OVERLOADED[1], OVERLOADED[2])
    # All of them were refused while those that were let in are still worked on, and these are answered.
    assert not any(each.done() for each in busy)
    # What predicts nothing is not refused.
    assert service.GetModelInfo(pb.GetModelInfoRequest(), timeout=PATIENCE).name == "slow"
    assert [each.result(PATIENCE).rows for each in busy] == [ROWS, ROWS]
    feed.send(light)
    assert next(answers).response.rows == 1
    feed.end()
    assert server.in_flight() == 0


def test_short_requests_are_answered_while_long_ones_are_computed(slow, heavy, light):
    server, service = slow
    busy = service.Predict.future(heavy, timeout=PATIENCE)
    server.wait_for(lambda: server.services.admission.in_flight == 1)
    for _ in range(10):
        assert service.Predict(light, timeout=PATIENCE).rows == 1
    assert not busy.done()
    assert busy.result(PATIENCE).rows == ROWS


def test_a_deadline_that_passes_while_it_is_computed(slow, heavy, light):
    server, service = slow
    service.Predict(light, timeout=PATIENCE)
    began = time.monotonic()
    error = failure(service.Predict, heavy, timeout=0.2)
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < PATIENCE
    told = server.wait_for_log(msg="request", code="DEADLINE_EXCEEDED")
    assert told[0]["error"] == "the deadline passed before the answer was ready"
    # The thread that nobody waits for takes a place until it is done.
    server.wait_for(lambda: server.services.admission.in_flight == 0)
    assert service.Predict(light, timeout=PATIENCE).rows == 1
    assert server.metrics()["modelx_requests_in_flight"] == 0


def test_a_client_that_goes_away(slow, heavy, light):
    server, service = slow
    call = service.Predict.future(heavy, timeout=PATIENCE)
    server.wait_for(lambda: server.services.admission.in_flight == 1)
    call.cancel()
    told = server.wait_for_log(msg="request", code="CANCELLED")
    assert told[0]["error"] == "the client went away"
    server.wait_for(lambda: server.services.admission.in_flight == 0)
    assert service.Predict(light, timeout=PATIENCE).rows == 1


def test_calls_whose_message_never_comes_take_no_place(slow, light):
    server, service = slow
    with server.channel() as channel:
        predict = channel.stream_unary("/modelx.v1.ModelService/Predict")
        stop = []

        def never():
            while not stop:
                time.sleep(0.01)
            return
            yield

        waiting = [predict.future(never(), timeout=PATIENCE) for _ in range(20)]
        server.wait_for(lambda: server.services.telemetry.metrics.snapshot()["modelx_requests_in_flight", ()][0] == 20)
        assert server.in_flight() == 0
        assert service.Predict(light, timeout=PATIENCE).rows == 1
        stop.append(True)
        assert {each.exception(PATIENCE).code() for each in waiting} == {grpc.StatusCode.INVALID_ARGUMENT}


def test_many_at_once_are_all_answered(cancer_file):
    with running(cancer_file) as server, server.channel() as one, server.channel(use_local_subchannel_pool=1) as other:
        stubs = [service_pb2_grpc.ModelServiceStub(channel) for channel in (one, other)]
        request = pb.PredictRequest(features=[0.0] * 30)
        calls = [stubs[i % 2].Predict.future(request, timeout=PATIENCE) for i in range(500)]
        assert {each.result(PATIENCE).rows for each in calls} == {1}
        told = oip.ServerReadyResponse.FromString(
            one.unary_unary("/inference.GRPCInferenceService/ServerReady")(b"", timeout=PATIENCE)
        )
        assert told.ready
        assert server.in_flight() == 0
