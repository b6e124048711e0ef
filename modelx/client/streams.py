"""Requests and errors of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.client import errors
from modelx.client.rows import is_frame, matrix

if TYPE_CHECKING:
    from modelx.client.plans import Wanted
    from modelx.v1 import service_pb2


def request(X: Any, wanted: Wanted) -> service_pb2.PredictRequest:
    """Make the request for one batch.

    Raises
    ------
    InvalidRequestError
        For what is no matrix of numbers, and for data frames.
    """
    if is_frame(X):
        # Which columns the model takes may change on the way, when answers to other columns are under way already.
        raise errors.InvalidRequestError(
            "not_numeric",
            "a stream takes arrays; choose the frame's columns, and give to_numpy()",
            code="INVALID_ARGUMENT",
        )
    return wanted.request(matrix(X))


def error_of(grpc: Any, error: service_pb2.StreamError, request_id: str) -> errors.CallError:
    """Make the typed error of one request that was refused."""
    names = {code.value[0]: code.name for code in grpc.StatusCode}
    return errors.error_of(names.get(error.code, "UNKNOWN"), error.message, kind=error.kind, request_id=request_id)
