"""Comparing what two models compute with, field by field of their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.conversion import family_of, place_of
from modelx.differences import numbers
from modelx.differences.records import Change, ParameterChange
from modelx.differences.sources import compare_sources
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from modelx.differences.records import Difference


def compare_models(a: model_pb2.ModelProto, b: model_pb2.ModelProto, path: str, out: Difference) -> None:
    """Add what differs in the computations and sources of two checked models, and of their steps."""
    arm_a, arm_b = a.WhichOneof("model"), b.WhichOneof("model")
    here = f"{path}." if path else ""
    compare_sources(a.source, b.source, f"{here}source", out)
    if arm_a != arm_b:
        out.computation.append(Change(f"{here}family", "changed", arm_a, arm_b))
        return
    place = place_of(a, path)
    _compare_fields(getattr(a, arm_a), getattr(b, arm_b), place, _Labels(a), out, inner=bool(path))


def _compare_named(
    a: list[model_pb2.ModelProto], b: list[model_pb2.ModelProto], place: str, out: Difference
) -> ParameterChange | None:
    """Compare steps, or members, of one name, wherever they stand."""
    names_a, names_b = [one.name for one in a], [one.name for one in b]
    if names_a != names_b:
        out.computation.append(Change(place, "changed", names_a, names_b))
    later = {one.name: one for one in b}
    for i, one in enumerate(a):
        if one.name in later:
            compare_models(one, later[one.name], f"{place}[{i}]", out)
    return None


class _Labels:
    """What the index of a number stands for."""

    def __init__(self, model: model_pb2.ModelProto) -> None:
        family = family_of(model)
        self.width = family.n_features(model)
        names = list(model.signature.feature_names)
        self.names = names if len(names) == self.width else []
        self.classes = family.class_list(model) or []

    def shape(self, n: int) -> tuple[int, ...]:
        """Give n values the shape (outputs, n_features), where they are a multiple of the width."""
        return (n // self.width, self.width) if n > self.width > 1 and n % self.width == 0 else (n,)

    def label(self, index: list[int], shape: tuple[int, ...]) -> str:
        """Name the feature, and the class, that a number belongs to."""
        parts = []
        if (len(shape) == 2 and shape[0] == len(self.classes)) or (
            len(shape) == 1 and shape[0] == len(self.classes) != self.width
        ):
            parts.append(f"class {self.classes[index[0]]!r}")
        if shape[-1] == self.width and self.names:
            parts.append(f"feature {self.names[index[-1]]!r}")
        return ", ".join(parts)


def _compare_fields(a: Message, b: Message, path: str, labels: _Labels, out: Difference, *, inner: bool) -> None:
    for field in a.DESCRIPTOR.fields:
        place = f"{path}.{field.name}"
        # The outermost width and the classes belong to the schema, which is compared as such.
        if field.name == "classes" or (field.name == "n_features" and not inner):
            continue
        before, after = getattr(a, field.name), getattr(b, field.name)
        if field.message_type is not None and field.is_repeated and field.message_type.name == "ModelProto":
            found = _compare_named(list(before), list(after), place, out)
        elif field.message_type is not None and field.is_repeated:
            found = _compare_messages(list(before), list(after), place, labels, out)
        elif field.cpp_type == field.CPPTYPE_STRING:
            one = [before], [after]
            found = _compare_texts(*((list(before), list(after)) if field.is_repeated else one), place)
        elif field.is_repeated:
            found = _compare_arrays(np.asarray(before), np.asarray(after), place, labels)
        elif field.message_type is not None:
            if a.HasField(field.name) and b.HasField(field.name):
                _compare_message(before, after, place, labels, out)
                continue
            found = _compare_presence(a.HasField(field.name), b.HasField(field.name), place)
        elif field.enum_type is not None:
            words = field.enum_type.values_by_number
            message = f"{words[before].name} became {words[after].name}"
            found = None if before == after else ParameterChange(place, 1, 1, message=message)
        else:
            found = _compare_arrays(np.asarray([before]), np.asarray([after]), place, labels)
        if found is not None:
            out.parameters.append(found)


def _compare_messages(
    a: list[Message], b: list[Message], path: str, labels: _Labels, out: Difference
) -> ParameterChange | None:
    """Add what differs in messages one by one, or tell that there are more or less of them."""
    if len(a) != len(b):
        n = max(len(a), len(b))
        return ParameterChange(path, n, n, message=f"{len(a)} values became {len(b)}")
    for i, (before, after) in enumerate(zip(a, b, strict=True)):
        _compare_message(before, after, f"{path}[{i}]", labels, out)
    return None


def _compare_message(a: Message, b: Message, path: str, labels: _Labels, out: Difference) -> None:
    if isinstance(a, model_pb2.ModelProto) and isinstance(b, model_pb2.ModelProto):
        compare_models(a, b, path, out)
    else:
        _compare_fields(a, b, path, labels, out, inner=True)


def _compare_texts(a: list[str], b: list[str], path: str) -> ParameterChange | None:
    if len(a) != len(b):
        n = max(len(a), len(b))
        return ParameterChange(path, n, n, message=f"{len(a)} values became {len(b)}")
    changed = [(before, after) for before, after in zip(a, b, strict=True) if before != after]
    if not changed:
        return None
    return ParameterChange(path, len(a), len(changed), message=f"{changed[0][0]!r} became {changed[0][1]!r}")


def _compare_presence(before: bool, after: bool, path: str) -> ParameterChange | None:
    if before == after:
        return None
    return ParameterChange(path, 1, 1, message="was added" if after else "was removed")


def _compare_arrays(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], path: str, labels: _Labels) -> Any:
    if len(a) != len(b):
        n = max(len(a), len(b))
        return ParameterChange(path, n, n, message=f"{len(a)} values became {len(b)}")
    shape = labels.shape(len(a))
    before = a.astype(np.float64).reshape(shape)
    after = b.astype(np.float64).reshape(shape)
    n_changed = int(numbers.changed(before, after).sum())
    if not n_changed:
        return None
    absolute, relative = numbers.largest(before, after, lambda index: labels.label(index, shape))
    return ParameterChange(path, len(a), n_changed, absolute, relative)
