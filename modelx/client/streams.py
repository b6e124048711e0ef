"""Requests and errors of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.client import errors, rows
from modelx.client.plans import info

if TYPE_CHECKING:
    from collections.abc import Generator

    from modelx.client.plans import Call, Known, Wanted
    from modelx.v1 import service_pb2


def request(known: Known, X: Any, wanted: Wanted) -> Generator[Call, Any, service_pb2.PredictRequest]:
    """Make the request for one batch.

    Which columns a model takes may change on the way, when answers to other columns are under way already. So what has
    names goes by these, and the server puts it in order.

    Raises
    ------
    InvalidRequestError
        For what is no table of numbers and strings.
    """
    X = rows.read(X)
    if wanted.method == "inverse_transform" or not rows.is_typed(X):
        return wanted.request(rows.matrix(X))
    expected = known.last(wanted.model, wanted.version) or (yield from info(known, wanted.model, wanted.version))
    return wanted.request(rows.given(X, expected, by_name=True))


def error_of(grpc: Any, error: service_pb2.StreamError, request_id: str) -> errors.CallError:
    """Make the typed error of one request that was refused."""
    names = {code.value[0]: code.name for code in grpc.StatusCode}
    return errors.error_of(names.get(error.code, "UNKNOWN"), error.message, kind=error.kind, request_id=request_id)
