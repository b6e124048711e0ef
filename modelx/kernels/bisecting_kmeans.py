"""Assignment by a walk down a binary tree of centers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, finite_only
from modelx.kernels.distances import Nearest, distances, is_usable, nearest


@dataclass(slots=True)
class _Node:
    """A leaf has a label; another node finds which child is nearer."""

    label: int = -1
    nearer: Nearest | None = None
    left: int = -1
    right: int = -1


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict`` or ``transform``."""
    if not is_usable(estimator.cluster_centers_):
        return None
    if method == "transform":
        return finite_only(distances(estimator.cluster_centers_))
    if method != "predict" or not hasattr(estimator, "_bisecting_tree") or not hasattr(estimator, "_n_threads"):
        return None
    nodes = _nodes(estimator)
    return None if nodes is None else finite_only(lambda x: _walk(nodes, x))


def _nodes(estimator: Any) -> list[_Node] | None:
    """Give the tree as a list: a recursion would be as deep as there are clusters."""
    nodes = [_Node()]
    pending: list[tuple[Any, int]] = [(estimator._bisecting_tree, 0)]
    while pending:
        found, index = pending.pop()
        if found.left is None:
            nodes[index].label = int(found.label)
            continue
        centers = np.vstack((found.left.center, found.right.center))
        if hasattr(estimator, "_X_mean"):
            centers += estimator._X_mean  # as predict does
        nearer = nearest(centers, estimator._n_threads) if is_usable(centers) else None
        if nearer is None:
            return None
        nodes[index] = _Node(nearer=nearer, left=len(nodes), right=len(nodes) + 1)
        pending += [(found.left, len(nodes)), (found.right, len(nodes) + 1)]
        nodes += [_Node(), _Node()]
    return nodes


def _walk(nodes: list[_Node], x: Rows) -> NDArray[np.int32]:
    labels = np.empty(len(x), dtype=np.int32)
    # Each entry is a node, the rows that reach it, and their places.
    pending = [(nodes[0], x, np.arange(len(x)))]
    while pending:
        node, rows, places = pending.pop()
        if node.nearer is None:
            labels[places] = node.label
            continue
        is_left = node.nearer(rows) == 0
        for child, chosen in ((node.left, is_left), (node.right, ~is_left)):
            if chosen.all():
                pending.append((nodes[child], rows, places))
            elif chosen.any():
                pending.append((nodes[child], rows[chosen], places[chosen]))
    return labels
