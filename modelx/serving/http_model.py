"""What a server tells of itself and of its models, and how models are changed, over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import modelx
from modelx.plain import plain
from modelx.serving.http_exchange import Answer
from modelx.serving.http_fields import check, fields_of, object_of
from modelx.serving.http_json import dumps
from modelx.serving.http_message import fields_of_message
from modelx.serving.http_text import parameter
from modelx.serving.requests import ReloadRequest
from modelx.serving.tensor_outputs import EXTENSIONS, PLATFORM, input_metadata, output_metadata

if TYPE_CHECKING:
    from modelx.serving.http_exchange import Exchange
    from modelx.serving.requests import Info, ReloadResult

_TEXT = b"text/plain; version=0.0.4; charset=utf-8"
_RELOAD_FIELDS: dict[str, type] = {"model_name": str, "path": str, "rollback": bool, "version": str}


async def healthz(_exchange: Exchange) -> Answer:
    """Answer GET /healthz."""
    return Answer(b'{"status":"ok"}')


async def live(_exchange: Exchange) -> Answer:
    """Answer GET /v2/health/live."""
    return Answer()


async def readyz(exchange: Exchange) -> Answer:
    """Answer GET /readyz."""
    readiness = exchange.services.plane.readiness()
    ready = _is_ready(exchange)
    models = [
        {"name": each.name, "version": each.version, "ready": each.ready} | _last_reload(each.last_reload)
        for each in readiness.models
    ]
    return Answer(dumps({"ready": ready, "models": models}), 200 if ready else 503)


async def server_ready(exchange: Exchange) -> Answer:
    """Answer GET /v2/health/ready."""
    return Answer(status=200 if _is_ready(exchange) else 503)


def _is_ready(exchange: Exchange) -> bool:
    return exchange.services.plane.readiness().ready and not exchange.services.shutting_down


async def metrics(exchange: Exchange) -> Answer:
    """Answer GET /metrics."""
    return Answer(await exchange.services.coordinator.metrics(), content_type=_TEXT)


async def model_info(exchange: Exchange) -> Answer:
    """Answer GET /model-info."""
    info = await exchange.services.coordinator.info(
        parameter(exchange.query, "model_name"), parameter(exchange.query, "model_version")
    )
    exchange.model, exchange.version = info.name, info.version
    return Answer(dumps(_info(info)))


def _info(info: Info) -> dict[str, object]:
    return {
        "name": info.name,
        "version": info.version,
        "type": info.type,
        "signature": fields_of_message(info.signature),
        **({"metadata": fields_of_message(info.metadata)} if info.metadata.ListFields() else {}),
        "metrics": plain(dict(sorted(info.metadata.metrics.items()))),
        "sha256": info.sha256,
        "loaded_timestamp": info.loaded_timestamp,
        "requests_served": info.requests_served,
        "evidence": {
            "result": "RESULT_PASSED" if info.evidence_rows else "RESULT_ABSENT",
            "rows": info.evidence_rows,
            "methods": info.evidence_methods,
        },
        "classes": info.classes,
        "class_name": info.class_name,
        "engine": info.engine,
        **_last_reload(info.last_reload),
        "ready_versions": info.ready_versions,
        "rollback_version": info.rollback_version,
        "path": info.path,
    }


def _last_reload(result: ReloadResult | None) -> dict[str, object]:
    return {} if result is None else {"last_reload": asdict(result)}


async def reload(exchange: Exchange) -> Answer:
    """Answer POST /reload."""
    body = await exchange.body()
    given = fields_of(body, _RELOAD_FIELDS) if body else {}
    report = await exchange.services.coordinator.reload(
        ReloadRequest(
            model=given.get("model_name", ""),
            path=given.get("path", ""),
            version=given.get("version", ""),
            rollback=given.get("rollback", False),
            trigger="http",
        )
    )
    exchange.model, exchange.version = report.model, report.version
    return Answer(
        dumps(
            {
                "model_name": report.model,
                "model_version": report.version,
                "previous_version": report.previous_version,
                "sha256": report.sha256,
                "changed": report.changed,
                "load_seconds": report.load_seconds,
            }
        )
    )


async def server_metadata(_exchange: Exchange) -> Answer:
    """Answer GET /v2."""
    return Answer(dumps({"name": "modelx", "version": modelx.__version__, "extensions": list(EXTENSIONS)}))


async def model_metadata(exchange: Exchange) -> Answer:
    """Answer GET /v2/models/NAME[/versions/VERSION]."""
    served = exchange.find(exchange.names["name"], exchange.names.get("version", ""))
    return Answer(
        dumps(
            {
                "name": served.name,
                "versions": exchange.services.plane.ready_versions(served.name),
                "platform": PLATFORM,
                "inputs": [asdict(tensor) for tensor in input_metadata(served)],
                "outputs": [asdict(tensor) for tensor in output_metadata(served)],
            }
        )
    )


async def model_ready(exchange: Exchange) -> Answer:
    """Answer GET /v2/models/NAME[/versions/VERSION]/ready."""
    ready = exchange.services.plane.model_ready(exchange.names["name"], exchange.names.get("version", ""))
    return Answer(status=200 if ready else 404)


async def index(exchange: Exchange) -> Answer:
    """Answer POST /v2/repository/index."""
    body = await exchange.body()
    only_ready = object_of(body).get("ready") if body else None
    if only_ready is not None:
        check("ready", only_ready, bool)
    entries = await asyncio.to_thread(exchange.services.plane.index)
    return Answer(
        dumps(
            [
                {
                    "name": each.name,
                    "version": each.version,
                    "state": "READY" if each.ready else "UNAVAILABLE",
                    "reason": each.reason,
                }
                for each in entries
                if each.ready or not only_ready
            ]
        )
    )


async def load(exchange: Exchange) -> Answer:
    """Answer POST /v2/repository/models/NAME/load."""
    await exchange.services.coordinator.load(exchange.names["name"], "http")
    return Answer()


async def unload(exchange: Exchange) -> Answer:
    """Answer POST /v2/repository/models/NAME/unload."""
    await exchange.services.coordinator.unload(exchange.names["name"])
    return Answer()
