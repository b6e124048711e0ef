"""Inference of the Open Inference Protocol over REST: JSON, with tensors as JSON or as bytes behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelx.serving.http_exchange import Answer
from modelx.serving.http_fields import bad, check, check_items, object_of
from modelx.serving.http_json import BYTES_OF_NUMBER, dumps, kind_of, plain_array
from modelx.serving.http_numbers import Wrong, flattened, numbers_of
from modelx.serving.messages import quoted
from modelx.serving.status import ServingError
from modelx.serving.tensor_outputs import datatype_of, gaps_of, raw_of, texts_of
from modelx.serving.tensor_texts import BYTES, MOST_TEXTS, too_many
from modelx.serving.tensors import Inference, Input

if TYPE_CHECKING:
    from modelx.serving.http_exchange import Exchange
    from modelx.serving.models import Served
    from modelx.serving.requests import Request, Response

LENGTH_HEADER = b"inference-header-content-length"

# A tensor takes much more memory than the body has for it.
MOST_TENSORS = 100_000


@dataclass(slots=True)
class _Given:
    """What a body holds.

    Attributes
    ----------
    sizes : list of int or None
        Of each input: its bytes in the binary part, or None where it has its values in JSON.
    wrong : list of Wrong or None
        Of each input: the first value that is no number, or no text.
    data : dict of int to list
        The values of each input, by its place, that has a wrong one.
    texts : int
        In JSON.
    binary : dict of str to bool
        Of each output that is asked for: whether it shall be binary, where the request says so.
    all_binary : bool
        Whether outputs are binary of which nothing is said.
    """

    inference: Inference
    id: str | None = None
    sizes: list[int | None] = field(default_factory=list)
    wrong: list[Wrong | None] = field(default_factory=list)
    data: dict[int, list[Any]] = field(default_factory=dict)
    texts: int = 0
    binary: dict[str, bool] = field(default_factory=dict)
    all_binary: bool = False


async def infer(exchange: Exchange) -> Answer:
    """Answer POST /v2/models/NAME[/versions/VERSION]/infer."""
    body = await exchange.body()
    length = _json_length(exchange, body)
    given = await exchange.work(length, _read, body[:length])
    inference = given.inference
    _cut(given, memoryview(body)[length:])
    await exchange.work(len(body) - length, inference.check)
    served = exchange.find(exchange.names["name"], exchange.names.get("version", ""))
    request = _filled(inference, served)
    exchange.rows = inference.inputs[0].shape[0]
    wrong = _first_wrong(given, served)
    if wrong is not None:
        # All that is looked at before the values is right.
        exchange.services.admission.look()
        served.served.add()
        raise wrong
    response = await exchange.compute(served, request, inference.values())
    size = BYTES_OF_NUMBER * sum(output.values.size for output in response.outputs)
    return await exchange.work(size, _answer, response, given)


def _filled(inference: Inference, served: Served) -> Request:
    try:
        return inference.fill(served)
    except ServingError:
        served.served.add()
        raise


def _json_length(exchange: Exchange, body: bytes) -> int:
    header = exchange.headers.get(LENGTH_HEADER)
    if header is None:
        return len(body)
    text = exchange.header(LENGTH_HEADER)
    length = int(header) if header.isdigit() and len(header) < 20 else -1
    if not 0 <= length <= len(body):
        raise bad(f"Inference-Header-Content-Length is {quoted(text)}; expected the number of bytes of the JSON part")
    return length


def _read(text: bytes) -> _Given:
    """Read the JSON part, field by field in the order sent. Raises ServingError, `bad_request`."""
    given = _Given(Inference([]))
    for name, value in object_of(text).items():
        if value is None:
            continue
        match name:
            case "id":
                check(name, value, str)
                given.id = value
            case "parameters":
                given.all_binary = _flag(name, value, "binary_data_output") or False
                given.inference.gaps = value.get("gaps")
            case "inputs":
                check(name, value, list)
                for place, each in enumerate(value):
                    _check_count(name, place)
                    _read_input(given, f"inputs[{place}]", each)
            case "outputs":
                check(name, value, list)
                for place, each in enumerate(value):
                    _check_count(name, place)
                    _read_output(given, f"outputs[{place}]", each)
    return given


def _check_count(name: str, place: int) -> None:
    if place == MOST_TENSORS:
        raise ServingError("too_large", f"the body has more than {MOST_TENSORS} {name}")


def _read_input(given: _Given, place: str, value: Any) -> None:
    check(place, value, dict)
    size: int | None = None
    missing: Any = None
    there: dict[str, Any] = {}
    for name, item in value.items():
        if item is None:
            continue
        at = f"{place}.{name}"
        match name:
            case "name" | "datatype":
                check(at, item, str)
            case "shape":
                check(at, item, list)
                check_items(at, item, int)
            case "data":
                check(at, item, list)
            case "parameters":
                size = _size(at, item)
                missing = item.get("missing")
                continue
            case _:
                continue
        there[name] = item
    for name in ("name", "shape", "datatype"):
        if name not in there:
            raise bad(f"no field {quoted(f'{place}.{name}')}")
    if size is None and "data" not in there:
        raise bad(f"no field {quoted(f'{place}.data')}")
    if size is not None and "data" in there:
        raise bad(f"input {quoted(there['name'])} has both data and binary_data_size; expected one of them")
    tensor = Input(there["name"], there["datatype"], there["shape"], missing=missing)
    wrong = None
    if size is None:
        data, tensor.has_contents = flattened(there["data"]), True
        if tensor.datatype == BYTES:
            given.texts += len(data)
            if given.texts > MOST_TEXTS:
                raise too_many()
            tensor.values, wrong = data, _not_text(data)
        else:
            numbers = numbers_of(data, booleans=tensor.datatype == "BOOL")
            tensor.values, wrong = numbers.values, numbers.wrong
        if wrong is not None:
            given.data[len(given.wrong)] = data
    given.inference.inputs.append(tensor)
    given.sizes.append(size)
    given.wrong.append(wrong)


def _not_text(values: list[Any]) -> Wrong | None:
    """Find the first value that is neither a string nor null."""
    if set(map(type, values)) <= {str, type(None)}:
        return None
    place = next(i for i, value in enumerate(values) if type(value) is not str and value is not None)
    return Wrong(place, kind_of(values[place]), "not_text", "a string or null")


def _read_output(given: _Given, place: str, value: Any) -> None:
    check(place, value, dict)
    binary: bool | None = None
    title: str | None = None
    for name, item in value.items():
        if item is None:
            continue
        if name == "name":
            check(f"{place}.name", item, str)
            title = item
        elif name == "parameters":
            binary = _flag(f"{place}.parameters", item, "binary_data")
    if title is None:
        raise bad(f"no field {quoted(f'{place}.name')}")
    given.inference.outputs.append(title)
    if binary is not None:
        given.binary[title] = binary


def _flag(place: str, parameters: Any, name: str) -> bool | None:
    check(place, parameters, dict)
    value = parameters.get(name)
    if value is None:
        return None
    check(f"{place}.{name}", value, bool)
    return bool(value)


def _size(place: str, parameters: Any) -> int | None:
    check(place, parameters, dict)
    value = parameters.get("binary_data_size")
    if value is None:
        return None
    check(f"{place}.binary_data_size", value, int)
    return int(value)


def _cut(given: _Given, binary: memoryview) -> None:
    """Give each binary input its bytes. Raises ServingError, `bad_request`."""
    sizes = [size for size in given.sizes if size is not None]
    wanted = sum(sizes)
    if wanted != len(binary) or any(size < 0 for size in sizes):
        raise bad(f"the binary part has {len(binary)} bytes; expected {wanted}")
    start = 0
    for tensor, size in zip(given.inference.inputs, given.sizes, strict=True):
        if size is not None:
            tensor.raw = binary[start : start + size]
            start += size


def _first_wrong(given: _Given, served: Served) -> ServingError | None:
    """Give the error of the first value of another type, row by row, of a request that fits the model."""
    inputs, features = given.inference.inputs, served.features
    columns = len(inputs) > 1 or len(inputs[0].shape) == 1
    found = []
    for place, (tensor, wrong) in enumerate(zip(inputs, given.wrong, strict=True)):
        if wrong is None:
            continue
        if columns:
            feature = features.places[tensor.name]
            if features.types[feature] != "none":
                found.append((wrong.place, feature, wrong))
        elif "none" not in features.types:
            found.append((*divmod(wrong.place, served.n_features), wrong))
        else:
            found += _wrong_of_read(tensor, given.data[place], served)
    if not found:
        return None
    row, feature, wrong = min(found, key=lambda each: each[:2])
    return wrong.error(row, feature)


def _wrong_of_read(tensor: Input, data: list[Any], served: Served) -> list[tuple[int, int, Wrong]]:
    """Find the first wrong value of a tensor for all features, of which no method reads some."""
    features, width = served.features, served.n_features
    blank = "" if tensor.datatype == BYTES else 0
    read = [blank if features.types[i % width] == "none" else value for i, value in enumerate(data)]
    wrong = _not_text(read) if tensor.datatype == BYTES else numbers_of(read, booleans=tensor.datatype == "BOOL").wrong
    return [] if wrong is None else [(*divmod(wrong.place, width), wrong)]


def _answer(response: Response, given: _Given) -> Answer:
    outputs: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for output in response.outputs:
        tensor: dict[str, Any] = {
            "name": output.method,
            "datatype": datatype_of(output),
            "shape": list(output.values.shape),
        }
        if given.binary.get(output.method, given.all_binary):
            raw = raw_of(output)
            tensor["parameters"] = {"binary_data_size": len(raw)}
            parts.append(raw)
        else:
            tensor["data"] = texts_of(output) if output.columns else plain_array(output.values.ravel())
        gaps = gaps_of(output)
        if gaps:
            tensor.setdefault("parameters", {})["missing"] = gaps
        outputs.append(tensor)
    fields: dict[str, object] = {"model_name": response.model, "model_version": response.version}
    if given.id is not None:
        fields["id"] = given.id
    head = dumps(fields | {"outputs": outputs})
    if not parts:
        return Answer(head)
    length = (LENGTH_HEADER, str(len(head)).encode())
    return Answer(b"".join([head, *parts]), content_type=b"application/octet-stream", headers=[length])
