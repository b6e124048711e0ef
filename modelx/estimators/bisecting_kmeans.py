"""Assignment by a walk down a binary tree of centers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import cluster
from sklearn.cluster._bisect_k_means import _BisectingTree

from modelx import source, wire
from modelx.errors import ShapeError, TreeError
from modelx.estimators.base import (
    Error,
    available,
    check_count,
    check_finite,
    check_width,
)
from modelx.estimators.distances import DistanceFamily, double_centers, set_centers
from modelx.estimators.rounding import squared_distance, squared_distance_tolerance
from modelx.v1 import bisecting_kmeans_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = bisecting_kmeans_pb2.BisectingKMeansProto
_COMPUTED = ("cluster_centers_",)


class BisectingKMeansFamily(DistanceFamily):
    """``bisecting_kmeans``."""

    arm = "bisecting_kmeans"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(cluster, ("BisectingKMeans",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.bisecting_kmeans
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        proto.n_clusters, proto.n_features = double_centers(estimator).shape
        mean = getattr(estimator, "_X_mean", None)
        centers: list[NDArray[np.float64]] = []
        # Each entry is a node and the place where its parent keeps its index.
        pending: list[tuple[Any, Any, int]] = [(estimator._bisecting_tree, None, 0)]
        while pending:
            node, siblings, parent = pending.pop()
            index = len(proto.labels)
            if siblings is not None:
                siblings[parent] = index
            # predict adds the mean to the centers of each pair of children, one sum for each value.
            centers.append(node.center if mean is None else node.center + mean)
            proto.labels.append(int(node.label) if node.left is None else -1)
            proto.left.append(0)
            proto.right.append(0)
            if node.left is not None:
                pending.append((node.right, proto.right, index))
                pending.append((node.left, proto.left, index))
        wire.fill(proto, "centers", np.array(centers), detach=True)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.bisecting_kmeans
        n = len(proto.labels)
        check_count(proto.centers, n * max(proto.n_features, 0), f"{path}.centers", "nodes x n_features")
        check_finite(wire.doubles(proto.centers), f"{path}.centers")
        check_count(proto.left, n, f"{path}.left", "one for each label")
        check_count(proto.right, n, f"{path}.right", "one for each label")
        if proto.n_clusters < 1 or n != 2 * proto.n_clusters - 1:
            raise ShapeError(
                f"{n} nodes for {proto.n_clusters} clusters; expected twice as many, less one", path=f"{path}.labels"
            )
        check_width(proto.n_features, path)
        _check_tree(proto, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.bisecting_kmeans.n_features

    def n_clusters(self, model: model_pb2.ModelProto) -> int:
        return model.bisecting_kmeans.n_clusters

    def cluster_centers(self, model: model_pb2.ModelProto) -> NDArray[np.float64]:
        labels = np.array(model.bisecting_kmeans.labels)
        leaves = np.flatnonzero(labels >= 0)
        return _centers(model.bisecting_kmeans)[leaves[np.argsort(labels[leaves])]]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.bisecting_kmeans, f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name="BisectingKMeans")
            described.params["n_clusters"].int_value = proto.n_clusters
        estimator = self.build(described, model, place, _COMPUTED)
        set_centers(estimator, described, self.cluster_centers(model), place)
        # The stored centers have the mean already, so that predict has none to add.
        estimator._bisecting_tree = _tree(proto)
        return estimator

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        proto = model.bisecting_kmeans
        centers = _centers(proto)
        distance, tolerance = squared_distance(x, centers), squared_distance_tolerance(x, err, centers)
        left, right = np.array(proto.left), np.array(proto.right)
        left, right = left[left > 0], right[right > 0]
        margin = np.abs(distance[:, left] - distance[:, right])
        return np.asarray((margin > tolerance[:, left] + tolerance[:, right]).all(axis=1))


def _centers(proto: Proto) -> NDArray[np.float64]:
    return wire.doubles(proto.centers).reshape(len(proto.labels), proto.n_features)


def _check_tree(proto: Proto, path: str) -> None:
    """Check that children come after their parents, that each has one parent, and that leaves have the labels."""
    seen = [False] * len(proto.labels)
    for i, (left, right, label) in enumerate(zip(proto.left, proto.right, proto.labels, strict=True)):
        if label >= 0:
            if left or right:
                raise TreeError(f"node {i} has a label and children; expected one of them", path=f"{path}.labels")
            continue
        for child in (left, right):
            if not i < child < len(seen) or seen[child]:
                raise TreeError(
                    f"node {i} has the child {child}; expected a later node of which it is the only parent",
                    path=f"{path}.left",
                )
            seen[child] = True
    if not all(seen[1:]):
        raise TreeError(f"node {seen.index(False, 1)} has no parent", path=f"{path}.left")
    if sorted(label for label in proto.labels if label >= 0) != list(range(proto.n_clusters)):
        raise TreeError(f"the leaves do not have the labels 0 ... {proto.n_clusters - 1}", path=f"{path}.labels")


def _tree(proto: Proto) -> Any:
    centers = _centers(proto)
    nodes = [_BisectingTree(indices=None, center=center, score=0.0) for center in centers]
    for node, left, right, label in zip(nodes, proto.left, proto.right, proto.labels, strict=True):
        node.left, node.right = (nodes[left], nodes[right]) if left else (None, None)
        if label >= 0:
            node.label = label
    return nodes[0]
