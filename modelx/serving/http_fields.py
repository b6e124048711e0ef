"""Fields of JSON objects: what they may be called, and what may stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.serving.http_json import is_integer, kind_of, loads
from modelx.serving.messages import listed, quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TYPES: dict[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    list: "an array",
    dict: "an object",
}


def bad(text: str) -> ServingError:
    """Make the error of a body's form."""
    return ServingError("bad_request", text)


def object_of(body: bytes) -> dict[str, Any]:
    """Read a body that is an object. Raises ServingError, `bad_request`."""
    value = loads(body)
    if type(value) is not dict:
        raise bad(f"the body is {kind_of(value)}; expected an object")
    return value


def fields_of(
    body: bytes, expected: Mapping[str, type], look: Callable[[str, Any], None] | None = None
) -> dict[str, Any]:
    """Read a body that is an object of known fields.

    Parameters
    ----------
    body : bytes
    expected : dict
        The type of each field: str, bool, int, list or dict.
    look : callable or None
        Looks further at each name and value, in the order sent, and raises ServingError.

    Raises
    ------
    ServingError
        `bad_request`.
    """
    fields = object_of(body)
    for name, value in fields.items():
        wanted = expected.get(name)
        if wanted is None:
            raise bad(f"unknown field {quoted(name)}; expected one of {listed(sorted(expected))}")
        check(name, value, wanted)
        if look is not None:
            look(name, value)
    return fields


def check(place: str, value: object, wanted: type) -> None:
    """Refuse a value of another type. Raises ServingError, `bad_request`."""
    if type(value) is not wanted or (wanted is int and not is_integer(value)):
        raise bad(f"field {quoted(place)} is {kind_of(value)}; expected {_TYPES[wanted]}")


def check_values(place: str, values: Mapping[str, object], wanted: type) -> None:
    """Refuse an object that holds values of another type. Raises ServingError, `bad_request`."""
    for name, value in values.items():
        check(f"{place}.{name}", value, wanted)


def check_items(place: str, values: Sequence[object], wanted: type) -> None:
    """Refuse an array that holds values of another type. Raises ServingError, `bad_request`."""
    for i, value in enumerate(values):
        check(f"{place}[{i}]", value, wanted)
