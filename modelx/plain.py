"""Values of a model file as plain data that JSON has, for people and for other programs to read."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelx.v1 import source_pb2

# What stands in JSON for the numbers that it lacks, as in protobuf's mapping.
WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def word(value: float) -> str:
    """Name a value that is no finite number, by its word in `WORDS`."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def plain(value: Any) -> Any:
    """Replace what JSON lacks: NaN and infinities become their words."""
    if isinstance(value, float) and not math.isfinite(value):
        return word(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def value_of(value: source_pb2.Value) -> Any:
    """Give a hyper-parameter or an attribute; arrays by their type and shape, estimators by class and parameters."""
    kind = value.WhichOneof("kind")
    if kind in (None, "none"):
        return None
    if kind in ("bool_value", "int_value", "double_value", "string_value"):
        return plain(getattr(value, kind))
    if kind == "array":
        return {"array": {"dtype": value.array.dtype, "shape": list(value.array.shape)}}
    if kind == "numpy_scalar":
        numbers = numbers_of(value.numpy_scalar)
        return plain(numbers[0]) if len(numbers) == 1 else None
    if kind in ("list", "tuple"):
        return [value_of(item) for item in getattr(value, kind).items]
    if kind == "dict":
        return {"dict": [[value_of(entry.key), value_of(entry.value)] for entry in value.dict.entries]}
    if kind == "estimator":
        spec = value.estimator
        return {"estimator": spec.class_name, "params": {k: value_of(v) for k, v in sorted(spec.params.items())}}
    if kind == "function":
        return {"function": value.function}
    return {"omitted": value.omitted}


def numbers_of(array: source_pb2.NdArray) -> list[Any]:
    """Give an array's values, whatever their type, in C order."""
    return [*array.doubles, *array.floats, *array.ints, *array.strings, *array.bools]


def brief(value: Any) -> str:
    """Write a plain value in one line; long lists by their length, arrays by their type and shape."""
    if isinstance(value, dict) and set(value) == {"count"}:
        return f"{value['count']:,} values"
    if isinstance(value, dict) and set(value) == {"array"}:
        return f"{value['array']['dtype']} array of shape {tuple(value['array']['shape'])}"
    if isinstance(value, list) and len(value) > 12:
        first = ", ".join(json.dumps(item, ensure_ascii=False) for item in value[:12])
        return f"[{first}, ... {len(value) - 12:,} more]"
    return json.dumps(value, ensure_ascii=False)
