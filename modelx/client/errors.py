"""What a call may end with, by what a caller can do about it; `kind` is the exact one of docs/serving.md."""

from __future__ import annotations

from modelx.errors import ModelxError


class CallError(ModelxError):
    """Base of the errors of calls. Those of codes that no class below stands for are of this class.

    Parameters
    ----------
    kind : str
        As docs/serving.md lists them, such as "wrong_width"; "unavailable" where no server answered, and the code in
        small letters where a server, or what is between, names no kind.
    message : str
        The server's text, or what grpc says where no server answered.
    code : str
        The gRPC status code, such as "INVALID_ARGUMENT".
    detail : str
        What the engine's own reader has to say beyond it; may be empty.
    request_id : str
        Names the request in the server's log.
    """

    def __init__(
        self, kind: str, message: str, *, code: str = "UNKNOWN", detail: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.kind = kind  # type: ignore[misc] # of a call, the kind is the instance's
        self.code = code
        self.detail = detail
        self.request_id = request_id

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.message}{detail} [{self.code}, {self.kind}]"

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel between processes with their results.
        return _rebuild, (type(self), self.kind, self.message, self.code, self.detail, self.request_id)


class InvalidRequestError(CallError, ValueError):
    """The request is wrong, and will be: rows, method, names of inputs (INVALID_ARGUMENT)."""


class UnknownMethodError(InvalidRequestError, AttributeError):
    """The model has no such method (INVALID_ARGUMENT, of kind unsupported_method)."""


class NotFoundError(CallError, LookupError):
    """There is no such model, version or file (NOT_FOUND)."""


class RefusedFileError(CallError):
    """The file is refused, or has another version, or there is nothing to go back to (FAILED_PRECONDITION).

    The model of before goes on serving.
    """


class AuthenticationError(CallError):
    """The token is missing or unknown (UNAUTHENTICATED)."""


class RightsError(CallError):
    """The token has no such right, or the path leads outside of the model root (PERMISSION_DENIED)."""


class OverloadedError(CallError):
    """The server has as many requests as it takes, or the message is too large (RESOURCE_EXHAUSTED)."""


class UnavailableError(CallError, ConnectionError):
    """No server answered, or it is shutting down (UNAVAILABLE).

    A reload that ends so may have happened: ask `info` what serves.
    """


class TimedOutError(CallError, TimeoutError):
    """The answer was not there in time (DEADLINE_EXCEEDED)."""


class CancelledError(CallError):
    """The call was given up, by the caller or on the way (CANCELLED)."""


class FailedServerError(CallError):
    """The server failed, and its log tells more, or it is another one (INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED)."""


BY_CODE: dict[str, type[CallError]] = {
    "CANCELLED": CancelledError,
    "UNKNOWN": FailedServerError,
    "INVALID_ARGUMENT": InvalidRequestError,
    "DEADLINE_EXCEEDED": TimedOutError,
    "NOT_FOUND": NotFoundError,
    "PERMISSION_DENIED": RightsError,
    "RESOURCE_EXHAUSTED": OverloadedError,
    "FAILED_PRECONDITION": RefusedFileError,
    "UNIMPLEMENTED": FailedServerError,
    "INTERNAL": FailedServerError,
    "UNAVAILABLE": UnavailableError,
    "DATA_LOSS": FailedServerError,
    "UNAUTHENTICATED": AuthenticationError,
}


def error_of(code: str, message: str, *, kind: str = "", detail: str = "", request_id: str = "") -> CallError:
    """Make the error of a gRPC status."""
    cls = UnknownMethodError if kind == "unsupported_method" else BY_CODE.get(code, CallError)
    return cls(kind or code.lower(), message, code=code, detail=detail, request_id=request_id)


def _rebuild(cls: type[CallError], kind: str, message: str, code: str, detail: str, request_id: str) -> CallError:
    return cls(kind, message, code=code, detail=detail, request_id=request_id)
