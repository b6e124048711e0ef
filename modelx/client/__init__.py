"""Clients of a server of models, ``modelx serve`` or ``modelx-go serve``: typed, and retrying only what is safe.

>>> from modelx.client import Client
>>> with Client("127.0.0.1:8081") as client:                       # doctest: +SKIP
...     client.predict([[5.1, 3.5, 1.4, 0.2]]).values

scikit-learn is not imported. docs/client.md tells more.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelx.client.aio import AsyncClient
    from modelx.client.errors import (
        AuthenticationError,
        CallError,
        CancelledError,
        FailedServerError,
        InvalidRequestError,
        NotFoundError,
        OverloadedError,
        RefusedFileError,
        RightsError,
        TimedOutError,
        UnavailableError,
        UnknownMethodError,
    )
    from modelx.client.results import Evidence, ModelInfo, OutputInfo, Prediction, Reload, ReloadOutcome
    from modelx.client.sync import Client

__all__ = [
    "AsyncClient",
    "AuthenticationError",
    "CallError",
    "CancelledError",
    "Client",
    "Evidence",
    "FailedServerError",
    "InvalidRequestError",
    "ModelInfo",
    "NotFoundError",
    "OutputInfo",
    "OverloadedError",
    "Prediction",
    "RefusedFileError",
    "Reload",
    "ReloadOutcome",
    "RightsError",
    "TimedOutError",
    "UnavailableError",
    "UnknownMethodError",
]

_MODULES = {
    "AsyncClient": "aio",
    "Client": "sync",
    **dict.fromkeys(("Evidence", "ModelInfo", "OutputInfo", "Prediction", "Reload", "ReloadOutcome"), "results"),
}

# Hidden from type checkers, which would take any name from a module that has __getattr__.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # What needs numpy and grpc is imported with its first use: the command line asks for the errors alone.
        if name not in __all__:
            raise AttributeError(f"module 'modelx.client' has no attribute {name!r}")
        value = getattr(import_module(f"modelx.client.{_MODULES.get(name, 'errors')}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
