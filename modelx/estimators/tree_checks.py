"""Checking a tree before it is rebuilt: scikit-learn follows the indices of its nodes unchecked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx import wire
from modelx.errors import NonFiniteError, ShapeError, TreeError
from modelx.estimators.base import check_count, check_finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.v1 import tree_pb2

    Ints = NDArray[np.int64]

_MOST_SAMPLES = 2**31 - 1


def check_tree(proto: tree_pb2.TreeProto, n_features: int, width: int, path: str) -> None:
    """Check a tree before anything is done with it.

    Parameters
    ----------
    proto : TreeProto
    n_features, width : int
        The columns of a row, and the values of a leaf, both >= 1 and checked.
    path : str
        The tree's place, such as ``forest.trees[2]``.

    Raises
    ------
    ShapeError
        For lists whose lengths contradict each other, or a feature or count out of range.
    NonFiniteError
    TreeError
        For no nodes, a cycle, an orphan, or a child before its parent.
    """
    features = np.asarray(proto.features, dtype=np.int64)
    n = features.size
    if n < 1:
        raise TreeError("there are no nodes; expected at least one", path=f"{path}.features")
    if int(features.min()) < -1 or int(features.max()) >= n_features:
        at = int(np.flatnonzero((features < -1) | (features >= n_features))[0])
        raise ShapeError(
            f"node {at} asks for feature {features[at]}; expected one of {n_features}, or -1 for a leaf",
            path=f"{path}.features",
        )
    inner = np.flatnonzero(features >= 0)
    m, leaves = inner.size, n - inner.size
    for name in ("thresholds", "left", "right"):
        check_count(getattr(proto, name), m, f"{path}.{name}", "one for each internal node")
    if len(proto.missing_left) not in (0, m):
        check_count(proto.missing_left, m, f"{path}.missing_left", "one for each internal node, or none")
    thresholds = wire.doubles(proto.thresholds)
    if not (thresholds > -np.inf).all():
        at = int(np.flatnonzero(~(thresholds > -np.inf))[0])
        raise NonFiniteError(
            f"threshold {at} is {thresholds[at]}; expected a finite number or Infinity", path=f"{path}.thresholds"
        )
    _check_children(proto, inner, n, path)
    check_count(proto.values, leaves * width, f"{path}.values", "leaves x width")
    check_finite(wire.doubles(proto.values), f"{path}.values")
    _check_rest(proto, n, m, width, path)


def _check_children(proto: tree_pb2.TreeProto, inner: Ints, n: int, path: str) -> None:
    """Check that children come after their parents and that all nodes but the first have one parent."""
    parents = np.zeros(n, dtype=np.int64)
    for name in ("left", "right"):
        offsets = np.asarray(getattr(proto, name), dtype=np.int64)
        wrong = (offsets < 1) | (offsets >= n - inner)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise TreeError(
                f"node {inner[at]} of {n} has a child {offsets[at]} nodes after it; expected a later node of the tree",
                path=f"{path}.{name}",
            )
        parents += np.bincount(inner + offsets, minlength=n)
    parents[0] += 1
    if (parents != 1).any():
        at = int(np.flatnonzero(parents != 1)[0])
        raise TreeError(f"node {at} has {parents[at]} parents; expected one", path=f"{path}.left")


def _check_rest(proto: tree_pb2.TreeProto, n: int, m: int, width: int, path: str) -> None:
    """Check what no output needs, where it is given: files that were built in other languages may lack it."""
    differences = wire.count(proto.inner_differences)
    name, other = ("inner_differences", "inner_values") if differences else ("inner_values", "inner_differences")
    given = wire.count(getattr(proto, name))
    if given:
        check_count(getattr(proto, name), m * width, f"{path}.{name}", "internal nodes x width")
        check_count(getattr(proto, other), 0, f"{path}.{other}", f"none beside {name}")
    check_finite(wire.doubles(proto.inner_values), f"{path}.inner_values")
    for name, expected, meaning in (
        ("impurities", n, "one for each node, or none"),
        ("n_node_samples", n - m, "one for each leaf, or none"),
        ("weighted_n_node_samples", n, "one for each node, or none"),
    ):
        if wire.count(getattr(proto, name)):
            check_count(getattr(proto, name), expected, f"{path}.{name}", meaning)
    check_finite(wire.doubles(proto.weighted_n_node_samples), f"{path}.weighted_n_node_samples")
    counts = np.asarray(proto.n_node_samples, dtype=np.uint64)
    if counts.size and int(counts.max()) > _MOST_SAMPLES:
        raise ShapeError(
            f"a leaf has {int(counts.max())} rows; expected at most {_MOST_SAMPLES}", path=f"{path}.n_node_samples"
        )
