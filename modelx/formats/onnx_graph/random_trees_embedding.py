"""A column for each leaf of random trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.trees import leaf_numbers, single

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class RandomTreesEmbeddingBuilder(Builder):
    """``random_trees_embedding``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        trees = list(model.random_trees_embedding.trees)
        leaves = leaf_numbers(graph, trees, single(graph, x))
        blocks, end = [], 0
        for i, tree in enumerate(trees):
            start, end = end, end + len(tree.left) + 1
            own = graph.node("Gather", leaves, graph.constant([i]), axis=1)
            is_here = graph.node("Equal", own, graph.constant(np.arange(start, end)))
            blocks.append(graph.node("Cast", is_here, to=TensorProto.DOUBLE))
        return {"transform": graph.node("Concat", *blocks, axis=1)}
