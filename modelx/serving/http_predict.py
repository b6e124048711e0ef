"""POST /predict: the fields of PredictRequest and PredictResponse as JSON."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.serving.http_exchange import Answer
from modelx.serving.http_fields import bad, check_values, fields_of
from modelx.serving.http_json import BYTES_OF_NUMBER, dumps, mixed_rows, plain_array
from modelx.serving.http_numbers import numbers_of, rows_of
from modelx.serving.http_rows import TypedRows
from modelx.serving.messages import quoted
from modelx.serving.requests import INVERSE, Request, predict_methods
from modelx.serving.status import ServingError
from modelx.tables import GAPS

if TYPE_CHECKING:
    from modelx.serving.http_exchange import Exchange
    from modelx.serving.http_numbers import Numbers, Rows
    from modelx.serving.models import Served
    from modelx.serving.requests import Response

_FIELDS: dict[str, type] = {
    "features": list,
    "gaps": str,
    "include_probabilities": bool,
    "metadata": dict,
    "method": str,
    "model_name": str,
    "model_version": str,
    "rows": int,
}


async def predict(exchange: Exchange) -> Answer:
    """Answer POST /predict."""
    body = await exchange.body()
    fields, given = await exchange.work(len(body), _read, body)
    exchange.called = fields.get("metadata", {}).get("request_id", "")
    served = exchange.find(fields.get("model_name", ""), fields.get("model_version", ""))
    methods = predict_methods(fields.get("method", ""), probabilities=fields.get("include_probabilities", False))
    request = Request(methods=methods, rows=fields.get("rows", 0))
    if given.objects or (served.features.texts and given.given and INVERSE not in methods):
        response = await _respond_typed(exchange, served, given, request, fields.get("gaps", "none"))
    else:
        response = await _respond(exchange, served, given, request)
    return Answer(await exchange.work(_size(response), _written, response))


def _read(body: bytes) -> tuple[dict[str, Any], Rows]:
    """Take a body apart. Raises ServingError, `bad_request`."""
    given: Rows | None = None

    def look(name: str, value: Any) -> None:
        nonlocal given
        if name == "features":
            given = rows_of(value)
        elif name == "gaps" and value not in GAPS:
            raise bad(f'gaps is {quoted(value)}; expected "none" or "nan"')
        elif name == "metadata":
            check_values(name, value, str)
        elif name == "rows" and value < 0:
            raise bad(f"rows is {value}; expected 0 or more")

    fields = fields_of(body, _FIELDS, look)
    if given is None:
        raise bad('no field "features"')
    return fields, given


async def _respond_typed(exchange: Exchange, served: Served, given: Rows, request: Request, gaps: str) -> Response:
    """Compute for rows that are objects, or that have strings. Raises ServingError."""
    size = len(given.given)
    many = given.objects or given.widths is not None
    exchange.rows = size if many else size // served.n_features if size % served.n_features == 0 else 0
    request.make = TypedRows(given.given, request.rows, gaps).make
    return await exchange.compute(served, request, size * served.n_features if many else size)


async def _respond(exchange: Exchange, served: Served, given: Rows, request: Request) -> Response:
    """Compute, or find out what is wrong with the rows: form goes before values.

    Raises
    ------
    ServingError
    """
    numbers, widths = given.numbers, given.widths
    if numbers.wrong and "none" in served.features.types and request.methods != (INVERSE,):
        numbers = _without_unread(served, given)
    size = len(numbers.values)
    other = next((row for row, width in enumerate(widths) if width != widths[0]), 0) if widths else 0
    if widths and other:
        # All that is looked at before the widths of rows, and then the first row's.
        request.features, request.rows = np.zeros((1, widths[0])), 0
        await exchange.compute(served, request, widths[0])
        raise ServingError("wrong_width", f"row {other + 1} has {widths[other]} values; expected {widths[0]}")
    exchange.rows = len(widths) if widths else size // served.n_features if size % served.n_features == 0 else 0
    values = np.zeros(size) if numbers.wrong else numbers.values
    request.features = values.reshape(len(widths), -1 if size else 0) if widths else values
    response = await exchange.compute(served, request, size)
    if numbers.wrong:
        # All that is looked at before the values is right.
        raise numbers.wrong.error(*divmod(numbers.wrong.place, size // response.rows))
    return response


def _without_unread(served: Served, given: Rows) -> Numbers:
    """Read the values again with 0 for those of features that no method reads, if all rows have the model's width."""
    width = served.n_features
    flat = given.given if given.widths is None else list(chain.from_iterable(given.given))
    if len(flat) % width or (given.widths is not None and set(given.widths) != {width}):
        return given.numbers
    unread = [type_ == "none" for type_ in served.features.types]
    return numbers_of([0 if unread[i % width] else value for i, value in enumerate(flat)])


def _size(response: Response) -> int:
    """Guess how many bytes a response takes in JSON."""
    return BYTES_OF_NUMBER * sum(output.values.size for output in response.outputs)


def _written(response: Response) -> bytes:
    output = response.outputs[0]
    shape = output.values.shape
    fields: dict[str, object] = {
        "predictions": mixed_rows(output) if output.columns else plain_array(output.values),
        "model_version": response.version,
        "timestamp": int(time.time()),
        "model_name": response.model,
        "rows": response.rows,
        "columns": shape[1] if len(shape) > 1 else 1,
    }
    if len(response.outputs) > 1:
        fields["probabilities"] = plain_array(response.outputs[1].values)
    return dumps(fields)
