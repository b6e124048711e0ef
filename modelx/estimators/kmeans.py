"""Assignment to the nearest of k centers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import cluster

from modelx import source, wire
from modelx.errors import ShapeError, SourceError
from modelx.estimators.base import (
    Error,
    available,
    check_count,
    check_finite,
    check_width,
)
from modelx.estimators.distances import DistanceFamily, double_centers, set_centers
from modelx.estimators.rounding import decided_by_margin, squared_distance, squared_distance_tolerance
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_COMPUTED = ("cluster_centers_",)
# What MiniBatchKMeans.partial_fit goes on from: the weight of the rows that each center stands for, and two counters.
_STATE = ("_batch_size", "_counts", "_n_since_last_reassign")


class KMeansFamily(DistanceFamily):
    """``kmeans``."""

    arm = "kmeans"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(cluster, ("KMeans", "MiniBatchKMeans"))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.kmeans
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED, state=_STATE)
        centers = double_centers(estimator)
        wire.fill(proto, "centers", centers, detach=True)
        proto.n_clusters, proto.n_features = centers.shape

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.kmeans
        size = max(proto.n_clusters, 0) * max(proto.n_features, 0)
        check_count(proto.centers, size, f"{path}.centers", "n_clusters x n_features")
        check_finite(wire.doubles(proto.centers), f"{path}.centers")
        if proto.n_clusters < 1:
            raise ShapeError(f"n_clusters is {proto.n_clusters}; expected at least 1", path=f"{path}.n_clusters")
        check_width(proto.n_features, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.kmeans.n_features

    def n_clusters(self, model: model_pb2.ModelProto) -> int:
        return model.kmeans.n_clusters

    def cluster_centers(self, model: model_pb2.ModelProto) -> NDArray[np.float64]:
        return wire.doubles(model.kmeans.centers).reshape(model.kmeans.n_clusters, model.kmeans.n_features)

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        place = f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name="KMeans")
            described.params["n_clusters"].int_value = model.kmeans.n_clusters
        estimator = self.build(described, model, place, _COMPUTED, _STATE)
        centers = self.cluster_centers(model)
        _check_state(estimator, len(centers), place)
        set_centers(estimator, described, centers, place)
        return estimator

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        centers = self.cluster_centers(model)
        if len(centers) == 1:
            return np.ones(len(x), dtype=bool)
        return decided_by_margin(-squared_distance(x, centers), squared_distance_tolerance(x, err, centers))


def _check_state(estimator: Any, n_clusters: int, path: str) -> None:
    """Check what partial_fit hands on to compiled code, which looks at no lengths."""
    state = {name: vars(estimator)[name] for name in _STATE if name in vars(estimator)}
    counts = state.pop("_counts", np.zeros(n_clusters))
    if (
        not (isinstance(counts, np.ndarray) and counts.dtype == np.float64 and counts.shape == (n_clusters,))
        or not counts.flags.c_contiguous
        or not (np.isfinite(counts) & (counts >= 0.0)).all()
    ):
        raise SourceError(f"_counts must be {n_clusters} finite float64 values >= 0", path=f"{path}.attributes")
    for name, value in state.items():
        if type(value) is not int or value < 0:
            raise SourceError(f"{name} is {value!r}; expected an int >= 0", path=f"{path}.attributes")
