"""A real gRPC server that fails as it is told to."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

from modelx.v1 import model_pb2, service_pb2, service_pb2_grpc


class Refusal(Exception):  # noqa: N818 - it is what the server shall say
    """A status that the server ends a call with."""

    def __init__(self, code, message="", **trailing):
        super().__init__(message)
        self.code, self.message = code, message
        self.trailing = tuple((name.replace("_", "-"), value) for name, value in trailing.items())


def overloaded():
    return Refusal(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "4 requests are in flight, the server's limit; try again later",
        modelx_error_kind="overloaded",
    )


def unavailable():
    return Refusal(grpc.StatusCode.UNAVAILABLE, "the server is shutting down", modelx_error_kind="shutting_down")


def answer(values=(1.0,), *, version="1", **fields):
    fields = {"model_name": "m", "rows": len(values), "columns": 1} | fields
    return service_pb2.PredictResponse(predictions=values, model_version=version, **fields)


def info(version="1", kind=model_pb2.DATA_TYPE_FLOAT64, n_columns=0, names=()):
    signature = model_pb2.Signature(n_features=2, feature_names=names)
    signature.outputs.add(method="predict", n_columns=n_columns, type=kind)
    return service_pb2.GetModelInfoResponse(name="m", version=version, signature=signature)


class Scripted(service_pb2_grpc.ModelServiceServicer):
    """Answers each call with the next line of its script; the last one again and again."""

    def __init__(self):
        self.scripts = {"Predict": [answer()], "GetModelInfo": [info()], "ReloadModel": []}
        self.calls = []
        self.lock = threading.Lock()

    def _next(self, rpc, request, context):
        with self.lock:
            self.calls.append((rpc, request, dict(context.invocation_metadata()), context.time_remaining()))
            script = self.scripts[rpc]
            line = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(line, Refusal):
            context.set_trailing_metadata(line.trailing)
            context.abort(line.code, line.message)
        return line(request, context) if callable(line) else line

    def Predict(self, request, context):  # noqa: N802 - the stub's name
        return self._next("Predict", request, context)

    def GetModelInfo(self, request, context):  # noqa: N802
        return self._next("GetModelInfo", request, context)

    def ReloadModel(self, request, context):  # noqa: N802
        return self._next("ReloadModel", request, context)

    def names(self):
        return [rpc for rpc, *_ in self.calls]


@contextmanager
def serving(port=0):
    """Run a scripted server; give it and its address."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    scripted = Scripted()
    service_pb2_grpc.add_ModelServiceServicer_to_server(scripted, server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield scripted, f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
