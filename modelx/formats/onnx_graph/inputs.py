"""What a graph takes: one matrix of doubles, or an input for each feature where some are strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto

from modelx.conversion import family_of
from modelx.estimators.base import DataType
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph

MATRIX = "X"
# A tensor of strings holds neither None nor NaN: these texts, which begin with the control character SUBSTITUTE, stand
# for them. They are not texts that people have in columns.
NONE, NAN = "\x1aNone", "\x1aNaN"
_OUTPUTS = frozenset({"label", "predictions", "probabilities", "scores", "score_samples", "transformed", "distances"})
_VALUES = ("value_", "constant_")
_ARMS = frozenset(field.name for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields)


def text_of(value: Any) -> str:
    """Give the text that stands for a string, None or NaN."""
    return value if isinstance(value, str) else NONE if value is None else NAN


def types_of(model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
    """Give the types of the features where some are strings, else None."""
    types = family_of(model).input_types(model)
    return types if types and DataType.DATA_TYPE_STRING in types else None


def shapes(model: model_pb2.ModelProto) -> dict[str, tuple[int, int]]:
    """Give the element type and the number of columns of each input, by name."""
    types = types_of(model)
    if types is None:
        return {MATRIX: (TensorProto.DOUBLE, family_of(model).n_features(model))}
    kinds = {DataType.DATA_TYPE_FLOAT64: TensorProto.DOUBLE, DataType.DATA_TYPE_STRING: TensorProto.STRING}
    return {name: (kinds[type_], 1) for name, type_ in zip(_names(model, types), types, strict=True) if name}


def value(graph: Graph, model: model_pb2.ModelProto) -> str:
    """Give what the builder of the model's family takes."""
    types = types_of(model)
    if types is None:
        return MATRIX
    names = _names(model, types)
    texts = [name for name, type_ in zip(names, types, strict=True) if type_ == DataType.DATA_TYPE_STRING]
    return graph.rows(names, texts)


def feeds(model: model_pb2.ModelProto, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Give rows, shape (n_rows, n_features), as a runtime takes them."""
    types = types_of(model)
    if types is None:
        return {MATRIX: rows}
    out = {}
    for name, type_, column in zip(_names(model, types), types, rows.T, strict=True):
        if type_ == DataType.DATA_TYPE_STRING:
            out[name] = np.array([[text_of(cell)] for cell in column], dtype=object).reshape(-1, 1)
        elif name:
            out[name] = column.astype(np.float64).reshape(-1, 1)
    return out


def _names(model: model_pb2.ModelProto, types: Sequence[model_pb2.DataType]) -> list[str]:
    """Give the name of each input: that of the feature, or x0, x1 ...; "" for a feature that nobody reads."""
    given = list(model.signature.feature_names) or [f"x{j}" for j in range(len(types))]
    used = set(given)
    out: list[str] = []
    for name, type_ in zip(given, types, strict=True):
        chosen = name
        while not chosen or _is_inner(chosen) or (chosen != name and chosen in used):
            chosen = f"_{chosen}"
        used.add(chosen)
        out.append("" if type_ == DataType.DATA_TYPE_UNSPECIFIED else chosen)
    return out


def _is_inner(name: str) -> bool:
    """Whether a graph may have the name for something else: an output, a value of its own, a field of the model."""
    return name in _OUTPUTS or name.startswith(_VALUES) or name.split(".", maxsplit=1)[0] in _ARMS
