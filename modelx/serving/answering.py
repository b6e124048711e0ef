"""From rows to outputs: the path of every prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelx.serving.models import Method, Served
    from modelx.serving.requests import Request, Response


def respond(served: Served, request: Request) -> Response:
    """Answer a request with a model that `Plane.find` gave, and count it.

    The model and version of the request are not looked at again.

    Raises
    ------
    ServingError
    """
    raise NotImplementedError


def method_of(served: Served, name: str) -> Method:
    """Give a method of a model, the default one for an empty name. Raises ServingError, `unsupported_method`."""
    raise NotImplementedError
