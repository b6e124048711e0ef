"""Products of features."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class PolynomialFeaturesBuilder(Builder):
    """``polynomial_features``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.polynomial_features
        parts = []
        if proto.include_bias:
            # Whatever the row is, it is not above infinity.
            first = graph.node("Gather", x, graph.constant([0]), axis=1)
            above = graph.node("Greater", first, graph.constant(np.inf))
            parts.append(graph.node("Where", above, graph.constant([[0.0]]), graph.constant([[1.0]])))
        # For each term of the degree its first feature; the term itself is the value's column.
        features = np.arange(proto.n_features)
        terms = x
        for degree in range(1, proto.max_degree + 1):
            if degree > 1:
                factors, kept = _products(features, proto.n_features, strict=proto.interaction_only)
                if not len(factors):
                    break
                terms = graph.node(
                    "Mul",
                    graph.node("Gather", terms, graph.constant(kept), axis=1),
                    graph.node("Gather", x, graph.constant(factors), axis=1),
                )
                features = factors
            if degree >= proto.min_degree:
                parts.append(terms)
        return {"transform": parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)}


def _products(features: np.ndarray, width: int, *, strict: bool) -> tuple[np.ndarray, np.ndarray]:
    """Give, for each term of the next degree, the feature and the column of the term that it is the product of.

    `features` are the first features of the terms of this degree, in their order.
    """
    columns = [np.flatnonzero(features > i if strict else features >= i) for i in range(width)]
    return np.repeat(np.arange(width), [len(c) for c in columns]), np.concatenate(columns)
