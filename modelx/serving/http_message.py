"""Protobuf messages as JSON: integers are numbers, and all fields are there but messages that are unset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, struct_pb2

from modelx.plain import plain

if TYPE_CHECKING:
    from google.protobuf.message import Message


def fields_of_message(message: Message) -> dict[str, Any]:
    """Give a message's fields, by their names in the schema and in its order."""
    fields = {}
    for each in message.DESCRIPTOR.fields:
        value = getattr(message, each.name)
        if each.message_type is not None and each.message_type.GetOptions().map_entry:
            fields[each.name] = plain(dict(sorted(value.items())))
        elif each.is_repeated:
            fields[each.name] = [_value(each, item) for item in value]
        elif each.message_type is None or message.HasField(each.name):
            fields[each.name] = _value(each, value)
    return fields


def _value(each: Any, value: Any) -> Any:
    if isinstance(value, struct_pb2.Struct):
        return json_format.MessageToDict(value)
    if each.message_type is not None:
        return fields_of_message(value)
    if each.enum_type is not None:
        return each.enum_type.values_by_number[value].name
    return plain(value)
