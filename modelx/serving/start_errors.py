"""Errors of the start, which a worker meets and the supervisor ends with."""

from __future__ import annotations

from typing import Any

from modelx.errors import MissingDependencyError, ModelFileError, ModelxError
from modelx.serving.settings import SettingsError


class WorkerError(ModelxError):
    """A worker ended before it served, or hung."""

    kind = "internal"


_CLASSES: tuple[type[ModelxError], ...] = (ModelFileError, SettingsError, MissingDependencyError, WorkerError)


def to_values(error: BaseException) -> dict[str, Any]:
    """Write an error as JSON values."""
    if isinstance(error, OSError):
        filename = None if error.filename is None else str(error.filename)
        return {"class": "OSError", "arguments": [error.errno, error.strerror or str(error), filename]}
    for cls in _CLASSES:
        if isinstance(error, cls):
            return {"class": cls.__name__, "kind": error.kind, "message": error.message, "path": error.path}
    return {"class": "", "message": f"{type(error).__name__}: {error}"}


def from_values(values: dict[str, Any]) -> Exception:
    """Read what `to_values` wrote, as an error that has the same exit code."""
    if values["class"] == "OSError":
        return OSError(*values["arguments"])
    for cls in _CLASSES:
        if values["class"] == cls.__name__:
            error = cls(values["message"], path=values["path"])
            error.kind = values["kind"]  # type: ignore[misc] # the worker's error had a class of its own
            return error
    return WorkerError(values["message"])
