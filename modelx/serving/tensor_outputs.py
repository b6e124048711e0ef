"""The Open Inference Protocol's tensors without a transport: what metadata tell, and those of a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelx.serving import tensor_texts
from modelx.serving.tensor_texts import BYTES

if TYPE_CHECKING:
    from modelx.serving.models import Served
    from modelx.serving.requests import Output

PLATFORM = "modelx"
EXTENSIONS = ("binary_tensor_data", "model_repository")

_NAMES = {"float64": "FP64", "int64": "INT64", "bool": "BOOL", "string": "BYTES"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """What metadata tell of a tensor; -1 in the shape stands for the number of rows."""

    name: str
    datatype: str
    shape: list[int]


def input_metadata(served: Served) -> list[Tensor]:
    """Describe the tensor that stands for all features, or one for each that is read where some are strings."""
    features = served.features
    if not features.texts:
        return [Tensor("X", "FP64", [-1, served.n_features])]
    return [Tensor(features.called[place], _NAMES[features.types[place]], [-1]) for place in features.read]


def output_metadata(served: Served) -> list[Tensor]:
    """Describe one tensor for each method of the model that gives one, in its order."""
    return [
        Tensor(
            each.name, BYTES if each.columns else _NAMES[each.type], [-1, each.n_columns] if each.n_columns else [-1]
        )
        for each in served.methods.values()
        if each.is_tensor
    ]


def gaps_of(output: Output) -> str:
    """Name the places of what is missing among texts, as the parameter `missing` does; nothing where there is none."""
    if not output.columns:
        return ""
    return ",".join(str(place) for place, value in enumerate(output.values.ravel()) if not isinstance(value, str))


def texts_of(output: Output) -> list[str]:
    """Give an output that is text, flat, with empty text for gaps."""
    flat: list[Any] = output.values.ravel().tolist()
    return [value if isinstance(value, str) else "" for value in flat] if output.columns else flat


def datatype_of(output: Output) -> str:
    """Name the datatype of an output. Its shape is that of ``output.values``, its name that of the method."""
    kind = output.values.dtype.kind
    return "FP64" if kind == "f" else "BYTES" if kind in "OU" else "BOOL" if kind == "b" else "INT64"


def raw_of(output: Output) -> bytes:
    """Write an output as little-endian values, text with its length in four bytes before it."""
    values = output.values
    match datatype_of(output):
        case "FP64":
            return values.astype("<f8", copy=False).tobytes()
        case "INT64":
            return values.astype("<i8", copy=False).tobytes()
        case "BOOL":
            return values.tobytes()
        case _:
            return tensor_texts.joined([text.encode() for text in texts_of(output)])
