"""Health and reflection, as their libraries' clients see them."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_running import PATIENCE, failure, refused, running

from modelx.inference import open_inference_pb2
from modelx.v1 import service_pb2

SERVING, NOT_SERVING = pb.HealthCheckResponse.SERVING, pb.HealthCheckResponse.NOT_SERVING
SERVICES = ["", "modelx.v1.ModelService", "inference.GRPCInferenceService"]


def test_health(channel, server):
    health = health_pb2_grpc.HealthStub(channel)
    for name in SERVICES:
        assert health.Check(pb.HealthCheckRequest(service=name)).status == SERVING
    assert {name: each.status for name, each in health.List(pb.HealthListRequest()).statuses.items()} == dict.fromkeys(
        SERVICES, SERVING
    )
    error = failure(health.Check, pb.HealthCheckRequest(service="x"))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "unknown service")
    assert refused(channel.unary_unary("/grpc.health.v1.Health/Check"), b"\xff")[:2] == (
        "INVALID_ARGUMENT",
        "the message is not a grpc.health.v1.HealthCheckRequest",
    )
    # Probes are neither counted nor logged.
    assert not server.logged(method="grpc.health.v1.Health/Check")


def test_those_who_watch_hear_of_the_end(cancer_file):
    with running(cancer_file) as server, server.channel() as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watches = [health.Watch(pb.HealthCheckRequest(service=name), timeout=PATIENCE) for name in SERVICES]
        unknown = health.Watch(pb.HealthCheckRequest(service="x"), timeout=PATIENCE)
        assert [next(each).status for each in watches] == [SERVING] * 3
        assert next(unknown).status == pb.HealthCheckResponse.SERVICE_UNKNOWN
        stopping = server.begin_stop()
        assert [next(each).status for each in watches] == [NOT_SERVING] * 3
        for each in (*watches, unknown):
            with pytest.raises(grpc.RpcError) as caught:
                next(each)
            assert (caught.value.code().name, caught.value.details()) == ("UNAVAILABLE", "the server is shutting down")
        stopping.result(10)


def test_a_watch_without_a_message(channel):
    watch = channel.stream_stream("/grpc.health.v1.Health/Watch")
    assert refused(watch, iter([]))[1] == "the message is not a grpc.health.v1.HealthCheckRequest"


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection(channel, version):
    reflect = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )

    def ask(**question):
        return next(reflect(iter([reflection_pb2.ServerReflectionRequest(**question)]), timeout=PATIENCE))

    assert [each.name for each in ask(list_services="").list_services_response.service] == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "inference.GRPCInferenceService",
        "modelx.v1.ModelService",
    ]

    def files(symbol):
        answer = ask(file_containing_symbol=symbol).file_descriptor_response
        return [descriptor_pb2.FileDescriptorProto.FromString(each) for each in answer.file_descriptor_proto]

    for symbol, name in (
        ("modelx.v1.ModelService", service_pb2.DESCRIPTOR.name),
        ("inference.GRPCInferenceService", open_inference_pb2.DESCRIPTOR.name),
        ("grpc.reflection.v1.ServerReflection", "grpc/reflection/v1/reflection.proto"),
        ("grpc.health.v1.Health", pb.DESCRIPTOR.name),
    ):
        assert name in [each.name for each in files(symbol)]
    v1 = next(each for each in files("grpc.reflection.v1.ServerReflection") if each.package == "grpc.reflection.v1")
    assert "v1alpha" not in str(v1.message_type)
    assert ask(file_containing_symbol="no.Such").error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert ask(file_by_filename="modelx/v1/model.proto").file_descriptor_response.file_descriptor_proto
    garbage = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
    assert refused(garbage, iter([b"\xff"]))[0] == "INVALID_ARGUMENT"
