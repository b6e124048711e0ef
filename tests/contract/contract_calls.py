"""Making one call of the contract, over gRPC or HTTP, and giving its answer in one form."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format, message_factory
from grpc_health.v1 import health_pb2

from modelx.inference import open_inference_pb2
from modelx.v1 import service_pb2

SERVICES = {
    service.full_name: service
    for service in (
        service_pb2.DESCRIPTOR.services_by_name["ModelService"],
        open_inference_pb2.DESCRIPTOR.services_by_name["GRPCInferenceService"],
        health_pb2.DESCRIPTOR.services_by_name["Health"],
    )
}
TIMEOUT = 30.0


@dataclass
class Answer:
    """What came back: `code` is the gRPC code's name, `status` the HTTP status, `body` the response as JSON values."""

    code: str
    error: str
    kind: str
    body: Any
    headers: dict[str, str]
    status: int = 0
    raw: bytes = b""


def call_grpc(address: str, call: dict[str, Any], channel: grpc.Channel | None = None) -> Answer:
    """Make a unary call, or a stream of several requests, whose answers are a list then.

    The channel is one that is open already, for those who make many calls: to open one takes longer than most calls.
    """
    service, _, method = call["rpc"].partition("/")
    described = SERVICES[service].methods_by_name.get(method) if service in SERVICES else None
    requests = call.get("requests", [call.get("request", {})])
    payloads = [bytes.fromhex(call["hex"])] if "hex" in call else [_encode(described, request) for request in requests]
    metadata = [(k.lower(), v) for k, v in call.get("headers", {}).items()]
    compression = grpc.Compression.Gzip if call.get("gzip") else None
    with contextlib.nullcontext(channel) if channel else grpc.insecure_channel(address) as opened:
        path = f"/{call['rpc']}"
        options = {"metadata": metadata, "timeout": call.get("timeout", TIMEOUT), "compression": compression}
        try:
            if "requests" in call:
                stream = opened.stream_stream(path)(iter(payloads), **options)
                bodies: Any = [_decode(described, raw) for raw in stream]
                return Answer("OK", "", "", bodies, dict(stream.initial_metadata()))
            raw, done = opened.unary_unary(path).with_call(payloads[0], **options)
        except grpc.RpcError as error:
            trailing = dict(error.trailing_metadata() or ())
            return Answer(error.code().name, error.details(), trailing.get("modelx-error-kind", ""), None, trailing)
        return Answer("OK", "", "", _decode(described, raw), dict(done.initial_metadata()))


def _encode(described: Any, request: dict[str, Any]) -> bytes:
    if described is None:
        return b""
    message = message_factory.GetMessageClass(described.input_type)()
    return json_format.ParseDict(request, message).SerializeToString()


def _decode(described: Any, raw: bytes) -> Any:
    message = message_factory.GetMessageClass(described.output_type)()
    message.ParseFromString(raw)
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def call_http(address: str, call: dict[str, Any]) -> Answer:
    """Make an HTTP request: `http` is "METHOD /path", the body one of `json`, `text` and `hex`."""
    verb, _, path = call["http"].partition(" ")
    body = None
    if "json" in call:
        body = json.dumps(call["json"]).encode()
    elif "text" in call:
        body = call["text"].encode()
    elif "hex" in call:
        body = bytes.fromhex(call["hex"])
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=call.get("timeout", TIMEOUT))
    try:
        connection.request(verb, path, body, call.get("headers", {}))
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    headers = {k.lower(): v for k, v in response.getheaders()}
    parsed = json.loads(raw) if raw and headers.get("content-type", "").startswith("application/json") else None
    told = parsed if isinstance(parsed, dict) and "error" in parsed else {}
    code = told.get("code", "OK" if response.status < 400 else "")
    return Answer(code, told.get("error", ""), told.get("kind", ""), parsed, headers, response.status, raw)


def call(grpc_address: str, http_address: str, case: dict[str, Any], channel: grpc.Channel | None = None) -> Answer:
    """Make the call of a case by whichever transport it names."""
    return call_grpc(grpc_address, case, channel) if "rpc" in case else call_http(http_address, case)
