"""From rows to outputs: the path of every prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.serving import refusals
from modelx.serving.messages import listed, quoted
from modelx.serving.requests import INVERSE, Output, Response
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.serving.models import Method, Served
    from modelx.serving.requests import Request

_DTYPES = {"float64": np.dtype(np.float64), "int64": np.dtype(np.int64), "bool": np.dtype(np.bool_)}
_DTYPES |= {"mixed": np.dtype(object), "string": np.dtype(object)}


def respond(served: Served, request: Request) -> Response:
    """Answer a request with a model that `Plane.find` gave, and count it.

    The model and version of the request are not looked at again.

    Raises
    ------
    ServingError
    """
    if request.rows < 0:
        raise negative(request.rows)
    served.served.add()
    names = request.methods
    try:
        methods = [served.methods[name] for name in names] if names else [served.methods[served.default_method]]
    except KeyError:
        raise unsupported(served, next(name for name in names if name not in served.methods)) from None
    if request.make is None:
        features = request.features
        if features is None:
            raise AssertionError("a request has features or makes rows")
        given = [_rows(features, method.width, request.rows) for method in methods]
        rows = max(map(len, given))
        check_rows(served, rows)
        if served.features.texts and any(method.name != INVERSE for method in methods):
            place = served.features.first_text
            raise ServingError("not_text", f"row 1, feature {place + 1} is a number; expected a string or null")
    else:
        x = request.make(served, methods)
        rows = len(x)
        given = [x] * len(methods)
    outputs = [_output(served, method, x) for method, x in zip(methods, given, strict=True)]
    return Response(served.name, served.version, rows, outputs)


def check_rows(served: Served, rows: int) -> None:
    """Refuse too few rows and too many. Raises ServingError, `no_rows` or `too_many_rows`."""
    if not rows:
        raise ServingError("no_rows", "no rows; expected at least one")
    if rows > served.max_rows:
        raise ServingError("too_many_rows", f"{rows} rows; expected at most {served.max_rows}")


def method_of(served: Served, name: str) -> Method:
    """Give a method of a model, the default one for an empty name. Raises ServingError, `unsupported_method`."""
    method = served.methods.get(name or served.default_method)
    if method is None:
        raise unsupported(served, name)
    return method


def negative(rows: int) -> ServingError:
    """Give the error of a negative number of rows."""
    return ServingError("bad_request", f"rows is {rows}; expected 0 or more")


def unsupported(served: Served, name: str) -> ServingError:
    """Give the error of a method that a model lacks."""
    return ServingError(
        "unsupported_method", f"the model has no method {quoted(name)}; expected one of {listed(served.methods)}"
    )


def _rows(features: NDArray[np.float64], width: int, rows: int) -> NDArray[np.float64]:
    """Give the rows as a matrix that every method can take.

    Raises
    ------
    ServingError
        `wrong_width`.
    """
    if features.ndim == 1:
        size = len(features)
        if rows:
            if size != rows * width:
                raise ServingError(
                    "wrong_width", f"features has {size} values for {rows} rows; expected {rows * width}"
                )
        elif size % width:
            raise ServingError("wrong_width", f"features has {size} values; expected a multiple of {width}")
        x = features.reshape(-1, width)
    else:
        n, found = features.shape
        if n and found != width:
            raise ServingError("wrong_width", f"row 1 has {found} values; expected {width}")
        if rows and n != rows:
            raise ServingError(
                "wrong_width", f"features has {n * width} values for {rows} rows; expected {rows * width}"
            )
        x = features
    flags = x.flags
    # Bytes of a message may begin anywhere; compiled code wants every number in its place.
    return x if flags.c_contiguous and flags.aligned else x.copy(order="C")


def _output(served: Served, method: Method, x: NDArray[Any]) -> Output:
    try:
        values = method.compute(x)
    except refusals.REFUSALS as error:
        refused = refusals.explain(served, method, x)
        if refused is None:
            raise
        raise refused from error
    if method.labels:
        return _labels(method, values)
    dtype = _DTYPES[method.type]
    if method.columns:
        return Output(method.name, values.astype(dtype, copy=False), columns=method.columns)
    return Output(method.name, values if values.dtype is dtype else values.astype(dtype, copy=False))


def _labels(method: Method, values: NDArray[Any]) -> Output:
    """Give labels that no double holds together with their places among the classes of their outputs."""
    indices = np.empty(values.shape, dtype=np.int64)
    labels = np.empty(values.shape, dtype=method.labels[0].labels.dtype)
    for column, (places, classes) in enumerate(method.labels):
        at = (..., column) if values.ndim > 1 else ...
        found = values[at].tolist()
        indices[at] = np.fromiter((places[label] for label in found), dtype=np.int64, count=len(found))
        labels[at] = classes.take(indices[at])
    return Output(method.name, labels, indices)
