"""Reflection, under both names that clients ask for: the messages of v1 and v1alpha are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.reflection import ReflectionServicer

from modelx.inference import open_inference_pb2
from modelx.serving import grpc_wire
from modelx.serving.auth import Right
from modelx.serving.grpc_rpc import Method
from modelx.serving.grpc_streams import stream
from modelx.v1 import service_pb2

if TYPE_CHECKING:
    import grpc
    from google.protobuf.descriptor import FileDescriptor

    from modelx.serving.grpc_rpc import Rpc
    from modelx.serving.grpc_streams import Streams
    from modelx.serving.services import Services

_ALPHA = "grpc.reflection.v1alpha"
_V1 = "grpc.reflection.v1"
_SERVICE = "ServerReflection"


class ReflectionService:
    """Tells clients what services there are.

    Parameters
    ----------
    services : Services
    streams : Streams
    """

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services = services
        self._streams = streams
        described = [service_pb2.DESCRIPTOR, open_inference_pb2.DESCRIPTOR, health_pb2.DESCRIPTOR, pb.DESCRIPTOR]
        names = [service.full_name for file in described for service in file.services_by_name.values()]
        self._reflection = ReflectionServicer([*names, f"{_V1}.{_SERVICE}"], pool=_pool(described))

    def handlers(self) -> dict[str, grpc.RpcMethodHandler[Any, Any]]:
        """Give the library's handlers by the methods' full names."""
        methods = [
            Method(f"{package}.{_SERVICE}/ServerReflectionInfo", "other", Right.PREDICT, pb.ServerReflectionRequest)
            for package in (_V1, _ALPHA)
        ]
        return {method.name: stream(self._services, method, self._reflect) for method in methods}

    async def _reflect(self, rpc: Rpc) -> None:
        while (raw := await self._streams.read(rpc)) is not None:
            request = grpc_wire.parse(pb.ServerReflectionRequest, raw)
            for response in self._reflection.ServerReflectionInfo(iter([request]), None):
                await rpc.greet()
                await rpc.context.write(response.SerializeToString())


def _pool(files: list[FileDescriptor]) -> descriptor_pool.DescriptorPool:
    """Put the files, and all that they import, into a pool, and v1 of reflection beside v1alpha."""
    pool = descriptor_pool.DescriptorPool()
    added: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in added:
            return
        added.add(file.name)
        for each in file.dependencies:
            add(each)
        pool.AddSerializedFile(file.serialized_pb)

    for file in files:
        add(file)
    described = descriptor_pb2.FileDescriptorProto.FromString(pb.DESCRIPTOR.serialized_pb)
    described.name = f"{_V1.replace('.', '/')}/reflection.proto"
    described.package = _V1
    for message in described.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = field.type_name.replace(f".{_ALPHA}.", f".{_V1}.")
    for service in described.service:
        for method in service.method:
            method.input_type = method.input_type.replace(f".{_ALPHA}.", f".{_V1}.")
            method.output_type = method.output_type.replace(f".{_ALPHA}.", f".{_V1}.")
    pool.AddSerializedFile(described.SerializeToString())
    return pool
