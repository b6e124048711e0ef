"""The one table from kinds of errors to status codes."""

from __future__ import annotations

from typing import NamedTuple

from modelx.errors import ModelxError


class Status(NamedTuple):
    """A gRPC status code, by name and number, and the HTTP status beside it."""

    name: str
    grpc: int
    http: int


OK = Status("OK", 0, 200)
CANCELLED = Status("CANCELLED", 1, 499)
INVALID_ARGUMENT = Status("INVALID_ARGUMENT", 3, 400)
DEADLINE_EXCEEDED = Status("DEADLINE_EXCEEDED", 4, 504)
NOT_FOUND = Status("NOT_FOUND", 5, 404)
PERMISSION_DENIED = Status("PERMISSION_DENIED", 7, 403)
RESOURCE_EXHAUSTED = Status("RESOURCE_EXHAUSTED", 8, 429)
FAILED_PRECONDITION = Status("FAILED_PRECONDITION", 9, 409)
UNIMPLEMENTED = Status("UNIMPLEMENTED", 12, 501)
INTERNAL = Status("INTERNAL", 13, 500)
UNAVAILABLE = Status("UNAVAILABLE", 14, 503)
UNAUTHENTICATED = Status("UNAUTHENTICATED", 16, 401)

STATUSES: dict[str, Status] = {
    "wrong_width": INVALID_ARGUMENT,
    "no_rows": INVALID_ARGUMENT,
    "too_many_rows": INVALID_ARGUMENT._replace(http=413),
    "non_finite_input": INVALID_ARGUMENT,
    "refused_value": INVALID_ARGUMENT,
    "not_numeric": INVALID_ARGUMENT,
    "not_text": INVALID_ARGUMENT,
    "missing_column": INVALID_ARGUMENT,
    "unsupported_method": INVALID_ARGUMENT,
    "bad_request": INVALID_ARGUMENT,
    "no_path": UNIMPLEMENTED._replace(http=404),
    "no_method": UNIMPLEMENTED._replace(http=405),
    "unknown_model": NOT_FOUND,
    "unknown_version": NOT_FOUND,
    "outside_root": PERMISSION_DENIED,
    "no_file": NOT_FOUND,
    "version_mismatch": FAILED_PRECONDITION,
    "no_rollback": FAILED_PRECONDITION,
    "too_large": RESOURCE_EXHAUSTED._replace(http=413),
    "bad_encoding": UNIMPLEMENTED._replace(http=415),
    "slow_body": DEADLINE_EXCEEDED._replace(http=408),
    "overloaded": RESOURCE_EXHAUSTED,
    "unauthenticated": UNAUTHENTICATED,
    "permission_denied": PERMISSION_DENIED,
    "deadline_exceeded": DEADLINE_EXCEEDED,
    "cancelled": CANCELLED,
    "shutting_down": UNAVAILABLE,
    "internal": INTERNAL,
}


class ServingError(ModelxError):
    """A request is refused.

    Parameters
    ----------
    kind : str
        A key of `STATUSES`, or with `refused` the kind of a model file's defect.
    message : str
        The contract's text.
    detail : str
        What the engine's own reader has to say beyond it.
    refused : bool
        Whether a model file is what is refused.
    """

    def __init__(self, kind: str, message: str, *, detail: str = "", refused: bool = False) -> None:
        super().__init__(message)
        self.kind = kind  # type: ignore[misc] # of a request, the kind is the instance's
        self.detail = detail
        self.status = FAILED_PRECONDITION if refused else STATUSES[kind]
