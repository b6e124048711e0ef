"""inference.GRPCInferenceService: the Open Inference Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import modelx
from modelx.inference import open_inference_pb2 as pb
from modelx.serving import grpc_fields, tensor_outputs, tensors
from modelx.serving.auth import Right
from modelx.serving.grpc_rpc import Method, unary
from modelx.serving.grpc_streams import each
from modelx.serving.tensor_texts import BYTES
from modelx.wire import fill

if TYPE_CHECKING:
    import grpc

    from modelx.serving.grpc_rpc import Rpc
    from modelx.serving.grpc_streams import Streams
    from modelx.serving.requests import Output, Response
    from modelx.serving.services import Services
    from modelx.serving.status import ServingError

NAME = "inference.GRPCInferenceService"

# The field of InferTensorContents for each datatype; FP16 has none.
_FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
# Texts whose reading would hold the event loop up.
_LONG = 512 * 1024


class InferenceService:
    """Answers the methods of the service.

    Parameters
    ----------
    services : Services
    streams : Streams
    """

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services = services
        self._streams = streams

    def handlers(self) -> dict[str, grpc.RpcMethodHandler[Any, Any]]:
        """Give the library's handlers by the methods' full names."""
        services = self._services
        infer = Method(f"{NAME}/ModelInfer", "infer", Right.PREDICT, pb.ModelInferRequest, gated=True)
        stream = Method(f"{NAME}/ModelStreamInfer", "infer_stream", Right.PREDICT, pb.ModelInferRequest, gated=True)
        others = {
            Method(f"{NAME}/ServerLive", "other", Right.OPEN, pb.ServerLiveRequest): self._live,
            Method(f"{NAME}/ServerReady", "other", Right.OPEN, pb.ServerReadyRequest): self._ready,
            Method(f"{NAME}/ModelReady", "other", Right.OPEN, pb.ModelReadyRequest): self._model_ready,
            Method(f"{NAME}/ServerMetadata", "other", Right.PREDICT, pb.ServerMetadataRequest): self._metadata,
            Method(f"{NAME}/ModelMetadata", "other", Right.PREDICT, pb.ModelMetadataRequest): self._model_metadata,
            Method(f"{NAME}/RepositoryIndex", "other", Right.PREDICT, pb.RepositoryIndexRequest): self._index,
            Method(f"{NAME}/RepositoryModelLoad", "reload", Right.RELOAD, pb.RepositoryModelLoadRequest): self._load,
            Method(
                f"{NAME}/RepositoryModelUnload", "reload", Right.RELOAD, pb.RepositoryModelUnloadRequest
            ): self._unload,
        }
        return {
            infer.name: unary(services, self._streams.hold, infer, self._infer),
            stream.name: each(services, self._streams, stream, self._infer_one, _refuse_one),
            **{method.name: unary(services, self._streams.hold, method, work) for method, work in others.items()},
        }

    async def _infer(self, rpc: Rpc, raw: bytes) -> bytes:
        return (await self._inferred(rpc, raw)).SerializeToString()

    async def _infer_one(self, rpc: Rpc, raw: bytes) -> bytes:
        answer = await self._inferred(rpc, raw)
        return pb.ModelStreamInferResponse(infer_response=answer).SerializeToString()

    async def _inferred(self, rpc: Rpc, raw: bytes) -> pb.ModelInferResponse:
        services = self._services
        message = grpc_fields.parse(pb.ModelInferRequest, raw)
        rpc.message_id = message.id
        inference = tensors.Inference(
            inputs=[_input(each) for each in message.inputs],
            outputs=[each.name for each in message.outputs],
            raw_contents=message.raw_input_contents,
            model=message.model_name,
            version=message.model_version,
            gaps=_parameter(message.parameters, "gaps"),
        )
        if len(raw) >= _LONG and any(each.datatype == BYTES for each in inference.inputs):
            await services.offload.run(inference.check)
        else:
            inference.check()
        served = services.plane.find(message.model_name, message.model_version)
        rpc.answered_by(served)
        try:
            request = inference.fill(served)
        except Exception:
            served.served.add()
            raise
        rpc.check_deadline()
        response = await services.offload.respond(served, request, inference.values())
        rpc.rows = response.rows
        return _answer(response, message.id, raw=inference.is_raw())

    async def _live(self, _rpc: Rpc, raw: bytes) -> bytes:
        grpc_fields.parse(pb.ServerLiveRequest, raw)
        return pb.ServerLiveResponse(live=True).SerializeToString()

    async def _ready(self, _rpc: Rpc, raw: bytes) -> bytes:
        grpc_fields.parse(pb.ServerReadyRequest, raw)
        services = self._services
        ready = not services.shutting_down and services.plane.readiness().ready
        return pb.ServerReadyResponse(ready=ready).SerializeToString()

    async def _model_ready(self, _rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(pb.ModelReadyRequest, raw)
        ready = self._services.plane.model_ready(message.name, message.version)
        return pb.ModelReadyResponse(ready=ready).SerializeToString()

    async def _metadata(self, _rpc: Rpc, raw: bytes) -> bytes:
        grpc_fields.parse(pb.ServerMetadataRequest, raw)
        return pb.ServerMetadataResponse(
            name="modelx", version=modelx.__version__, extensions=tensor_outputs.EXTENSIONS
        ).SerializeToString()

    async def _model_metadata(self, rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(pb.ModelMetadataRequest, raw)
        plane = self._services.plane
        served = plane.find(message.name, message.version)
        rpc.answered_by(served)
        return pb.ModelMetadataResponse(
            name=served.name,
            versions=plane.ready_versions(served.name),
            platform=tensor_outputs.PLATFORM,
            inputs=[_tensor(each) for each in tensor_outputs.input_metadata(served)],
            outputs=[_tensor(each) for each in tensor_outputs.output_metadata(served)],
        ).SerializeToString()

    async def _index(self, _rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(pb.RepositoryIndexRequest, raw)
        entries = await self._services.offload.run(self._services.plane.index)
        return pb.RepositoryIndexResponse(
            models=[
                pb.RepositoryIndexResponse.ModelIndex(
                    name=each.name,
                    version=each.version,
                    state="READY" if each.ready else "UNAVAILABLE",
                    reason=each.reason,
                )
                for each in entries
                if each.ready or not message.ready
            ]
        ).SerializeToString()

    async def _load(self, rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(pb.RepositoryModelLoadRequest, raw)
        await self._services.coordinator.load(message.model_name)
        rpc.model = message.model_name
        return pb.RepositoryModelLoadResponse().SerializeToString()

    async def _unload(self, rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(pb.RepositoryModelUnloadRequest, raw)
        await self._services.coordinator.unload(message.model_name)
        rpc.model = message.model_name
        return pb.RepositoryModelUnloadResponse().SerializeToString()


def _input(message: pb.ModelInferRequest.InferInputTensor) -> tensors.Input:
    contents = message.contents
    field = _FIELDS.get(message.datatype)
    return tensors.Input(
        name=message.name,
        datatype=message.datatype,
        shape=list(message.shape),
        values=getattr(contents, field) if field else (),
        has_contents=message.HasField("contents") and bool(contents.ByteSize()),
        missing=_parameter(message.parameters, "missing"),
    )


def _parameter(parameters: Any, name: str) -> Any:
    """Give the value of a parameter; None where it is not there."""
    # To ask a map for what it lacks would put it there.
    if name not in parameters:
        return None
    found = parameters[name]
    choice = found.WhichOneof("parameter_choice")
    return None if choice is None else getattr(found, choice)


def _tensor(tensor: tensor_outputs.Tensor) -> pb.ModelMetadataResponse.TensorMetadata:
    return pb.ModelMetadataResponse.TensorMetadata(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)


def _answer(response: Response, request_id: str, *, raw: bool) -> pb.ModelInferResponse:
    answer = pb.ModelInferResponse(model_name=response.model, model_version=response.version, id=request_id)
    for output in response.outputs:
        tensor = answer.outputs.add(
            name=output.method, datatype=tensor_outputs.datatype_of(output), shape=output.values.shape
        )
        gaps = tensor_outputs.gaps_of(output)
        if gaps:
            tensor.parameters["missing"].string_param = gaps
        if raw:
            answer.raw_output_contents.append(tensor_outputs.raw_of(output))
        else:
            _fill(tensor.contents, output)
    return answer


def _fill(contents: pb.InferTensorContents, output: Output) -> None:
    match tensor_outputs.datatype_of(output):
        case "FP64":
            fill(contents, "fp64_contents", output.values)
        case "INT64":
            contents.int64_contents.extend(output.values.ravel().tolist())
        case "BOOL":
            contents.bool_contents.extend(output.values.ravel().tolist())
        case _:
            contents.bytes_contents.extend(text.encode() for text in tensor_outputs.texts_of(output))


def _refuse_one(_rpc: Rpc, error: ServingError) -> bytes:
    return pb.ModelStreamInferResponse(error_message=str(error)).SerializeToString()
