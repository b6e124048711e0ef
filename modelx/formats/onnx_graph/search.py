"""The place of a value among ascending ones, by halves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.estimators.trees import Trees
from modelx.formats.onnx_graph.trees import tree_ensemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph


def count_reached(graph: Graph, x: str, limits: Sequence[NDArray[np.float64]]) -> str:
    """Count, for each feature, the limits that a value is at or above: doubles of shape [N, n_features].

    Parameters
    ----------
    graph : Graph
    x : str
        Doubles of shape [N, n_features]. The count for NaN is any.
    limits : sequence of ndarray
        For each feature, ascending and finite.
    """
    parts = [_tree(own, feature) for feature, own in enumerate(limits)]
    starts = np.cumsum([0, *(len(part.features) for part in parts)])
    trees = Trees(
        starts,
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.thresholds for part in parts]),
        np.concatenate([part.left + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.right + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.missing_left for part in parts]),
    )
    counts = np.concatenate([np.arange(len(own) + 1, dtype=np.float64) for own in limits])
    return tree_ensemble(graph, trees, x, counts, np.arange(len(limits)))


def _tree(limits: NDArray[np.float64], feature: int) -> Trees:
    """Give the tree of one feature, whose leaves stand for 0 ... n limits, from the left."""
    # A value is at a limit or above when it is not at the next double below or less.
    below = np.nextafter(limits, -np.inf)
    n = 2 * len(limits) + 1
    out = Trees(
        np.array([0, n]),
        np.full(n, -1),
        np.full(n, np.nan),
        np.arange(n),
        np.arange(n),
        np.zeros(n, dtype=bool),
    )
    # Nodes in the order of a walk that goes left first. The subtree of k limits has 2 k + 1 nodes.
    pending = [(0, 0, len(limits))]
    while pending:
        node, first, end = pending.pop()
        if first == end:
            continue
        middle = (first + end) // 2
        out.features[node], out.thresholds[node] = feature, below[middle]
        out.left[node], out.right[node] = node + 1, node + 2 * (middle - first) + 2
        pending += [(node + 1, first, middle), (int(out.right[node]), middle + 1, end)]
    return out
