"""A bare grpcio server of Predict, without a model: what the Python engine is measured against.

Usage: echo_server.py aio|threads. Prints its address.
"""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent import futures

import grpc
import uvloop

from modelx.v1 import service_pb2, service_pb2_grpc


def answer(request: service_pb2.PredictRequest) -> service_pb2.PredictResponse:
    """Give back the first number, in a response that is filled like the engine's."""
    return service_pb2.PredictResponse(
        predictions=request.features[:1],
        model_version="1.0.0",
        timestamp=int(time.time()),
        model_name="bare",
        rows=1,
        columns=1,
    )


class OnALoop(service_pb2_grpc.ModelServiceServicer):
    """The servicer for grpc.aio."""

    async def Predict(self, request, context):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, ARG002, N802
        return answer(request)


class OnThreads(service_pb2_grpc.ModelServiceServicer):
    """The servicer for threads."""

    def Predict(self, request, context):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, ARG002, N802
        return answer(request)


async def serve_on_a_loop() -> None:
    """Serve until the process is ended."""
    server = grpc.aio.server()
    service_pb2_grpc.add_ModelServiceServicer_to_server(OnALoop(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


def serve_on_threads() -> None:
    """Serve until the process is ended."""
    server = grpc.server(futures.ThreadPoolExecutor(16))
    service_pb2_grpc.add_ModelServiceServicer_to_server(OnThreads(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    if sys.argv[1] == "aio":
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_on_a_loop())
    else:
        serve_on_threads()
