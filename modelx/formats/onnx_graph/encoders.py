"""Categories looked up in a table, which all encoders have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.estimators import encoded_features
from modelx.formats.onnx_graph import inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import encoded_feature_pb2

    Feature = encoded_feature_pb2.EncodedFeature


def lacks(features: Sequence[Feature]) -> str:
    """Say why encoders of these features have no graph; nothing where they have one."""
    for feature in features:
        if {inputs.NONE, inputs.NAN}.intersection(feature.categories.strings):
            return (
                "a category is a text that stands for None or NaN in ONNX, whose strings hold neither; rename the "
                "category, or write a .pb or .json file"
            )
    return ""


def lookup(graph: Graph, column: str, feature: Feature, values: Sequence[float], default: float) -> str:
    """Give what stands for each value of a column, shape [N, 1], as doubles of that shape.

    Parameters
    ----------
    graph : Graph
    column : str
        Doubles or strings, as the feature is.
    feature : EncodedFeature
    values : sequence of float
        One for each category.
    default : float
        What stands for any other value.
    """
    known = encoded_features.in_order(feature)
    if encoded_features.is_number(feature):
        return graph.look_up(column, known, values, default, texts=False)
    return graph.look_up(column, [inputs.text_of(value) for value in known], values, default, texts=True)


def group_of(feature: Feature, *, nan: bool = True) -> list[int]:
    """Give, for each category, the number of its group; -1 for one that is in none."""
    out = [-1] * encoded_features.size(feature)
    for number, group in enumerate(encoded_features.groups(feature, nan=nan)):
        for category in group:
            out[category] = number
    return out
