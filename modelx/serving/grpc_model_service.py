"""modelx.v1.ModelService."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from modelx.serving import grpc_fields, grpc_predict, grpc_wire
from modelx.serving.auth import Right
from modelx.serving.grpc_rpc import Method, unary
from modelx.serving.grpc_streams import each
from modelx.serving.requests import ReloadRequest, Request, predict_methods
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2
from modelx.wire import varint

if TYPE_CHECKING:
    import grpc

    from modelx.serving.grpc_rpc import Rpc
    from modelx.serving.grpc_streams import Streams
    from modelx.serving.requests import Info, Make, ReloadResult
    from modelx.serving.services import Services

NAME = "modelx.v1.ModelService"

_RESPONSE_TAG = b"\x0a"
# Bytes of columns whose reading would hold the event loop up.
_LONG = 512 * 1024
# About as many bytes a value of a column takes.
_BYTES_OF_VALUE = 4


class ModelService:
    """Answers the methods of the service.

    Parameters
    ----------
    services : Services
    streams : Streams
    """

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services = services
        self._streams = streams
        self._writer = grpc_wire.PredictWriter()

    def handlers(self) -> dict[str, grpc.RpcMethodHandler[Any, Any]]:
        """Give the library's handlers by the methods' full names."""
        services = self._services
        predict = Method(f"{NAME}/Predict", "predict", Right.PREDICT, service_pb2.PredictRequest, gated=True)
        stream = Method(
            f"{NAME}/PredictStream", "predict_stream", Right.PREDICT, service_pb2.PredictRequest, gated=True
        )
        info = Method(f"{NAME}/GetModelInfo", "info", Right.PREDICT, service_pb2.GetModelInfoRequest)
        reload = Method(f"{NAME}/ReloadModel", "reload", Right.RELOAD, service_pb2.ReloadModelRequest)
        return {
            predict.name: unary(services, self._streams.hold, predict, self._predict),
            stream.name: each(services, self._streams, stream, self._predict_one, _refuse_one),
            info.name: unary(services, self._streams.hold, info, self._info),
            reload.name: unary(services, self._streams.hold, reload, self._reload),
        }

    async def _predict(self, rpc: Rpc, raw: bytes) -> bytes:
        services = self._services
        # Large messages of features first are read at once: these are taken as they are.
        is_long = len(raw) >= _LONG and raw[0] != grpc_predict.FEATURES_TAG
        parsed = await services.offload.run(partial(grpc_predict.parse, raw)) if is_long else grpc_predict.parse(raw)
        message, features, typed = parsed
        if message.metadata:
            rpc.message_id = message.metadata.get("request_id", "")
        rows = message.rows
        if rows < 0:
            raise ServingError("bad_request", f"rows is {rows}; expected 0 or more")
        make: Make | None = None
        if typed:
            columns_of = partial(grpc_predict.columns_of, message, features)
            make = (await services.offload.run(columns_of) if is_long else columns_of()).make
        served = services.plane.find(message.model_name, message.model_version)
        rpc.answered_by(served)
        if make is None:
            quick = services.offload.one_row(served, message, features)
            if quick is not None:
                rpc.rows = 1
                return self._writer.write_one(served, quick)
            size = features.size
        else:
            size = len(raw) // _BYTES_OF_VALUE
        methods = predict_methods(message.method, probabilities=message.include_probabilities)
        request = Request(features=features, make=make, methods=methods, rows=rows)
        rpc.check_deadline()
        # A coroutine less, for most requests.
        response = services.offload.at_once(served, request, size)
        if response is None:
            response = await services.offload.in_thread(served, request, size)
        rpc.rows = response.rows
        return self._writer.write(response)

    async def _predict_one(self, rpc: Rpc, raw: bytes) -> bytes:
        answer = await self._predict(rpc, raw)
        return b"".join([_RESPONSE_TAG, varint(len(answer)), answer])

    async def _info(self, rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(service_pb2.GetModelInfoRequest, raw)
        info = await self._services.coordinator.info(message.model_name, message.model_version)
        rpc.model, rpc.version = info.name, info.version
        return _info_message(info).SerializeToString()

    async def _reload(self, rpc: Rpc, raw: bytes) -> bytes:
        message = grpc_fields.parse(service_pb2.ReloadModelRequest, raw)
        report = await self._services.coordinator.reload(
            ReloadRequest(
                model=message.model_name,
                path=message.path,
                version=message.version,
                rollback=message.rollback,
                trigger="rpc",
            )
        )
        rpc.model, rpc.version = report.model, report.version
        return service_pb2.ReloadModelResponse(
            model_name=report.model,
            model_version=report.version,
            previous_version=report.previous_version,
            sha256=report.sha256,
            changed=report.changed,
            load_seconds=report.load_seconds,
        ).SerializeToString()


def _refuse_one(_rpc: Rpc, error: ServingError) -> bytes:
    return service_pb2.PredictStreamResponse(
        error=service_pb2.StreamError(code=error.status.grpc, message=str(error), kind=error.kind)
    ).SerializeToString()


def _info_message(info: Info) -> service_pb2.GetModelInfoResponse:
    absent, passed = service_pb2.EvidenceResult.RESULT_ABSENT, service_pb2.EvidenceResult.RESULT_PASSED
    return service_pb2.GetModelInfoResponse(
        name=info.name,
        version=info.version,
        type=info.type,
        signature=info.signature,
        metadata=info.metadata,
        metrics=info.metadata.metrics,
        sha256=info.sha256,
        loaded_timestamp=info.loaded_timestamp,
        requests_served=info.requests_served,
        evidence=service_pb2.EvidenceResult(
            result=passed if info.evidence_rows else absent, rows=info.evidence_rows, methods=info.evidence_methods
        ),
        classes=info.classes,
        class_name=info.class_name,
        engine=info.engine,
        last_reload=None if info.last_reload is None else _reload_message(info.last_reload),
        ready_versions=info.ready_versions,
        rollback_version=info.rollback_version,
        path=info.path,
    )


def _reload_message(result: ReloadResult) -> service_pb2.ReloadResult:
    return service_pb2.ReloadResult(
        ok=result.ok,
        timestamp=result.timestamp,
        trigger=result.trigger,
        path=result.path,
        version=result.version,
        error=result.error,
        kind=result.kind,
        detail=result.detail,
    )
