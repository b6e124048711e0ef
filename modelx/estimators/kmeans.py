"""Assignment to the nearest of k centers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import cluster
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from modelx import source, wire
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    Comparison,
    DataType,
    Error,
    Family,
    Tolerance,
    available,
    check_count,
    check_finite,
    check_width,
    generic_rows,
    spec,
)
from modelx.estimators.rounding import decided_by_margin, squared_distance, squared_distance_tolerance
from modelx.v1 import kmeans_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_COMPUTED = ("cluster_centers_",)
# What MiniBatchKMeans.partial_fit goes on from: the weight of the rows that each center stands for, and two counters.
_STATE = ("_batch_size", "_counts", "_n_since_last_reassign")


class KMeansFamily(Family):
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

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("predict", 0, DataType.DATA_TYPE_INT64), spec("transform", model.kmeans.n_clusters)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        place = f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name="KMeans")
            described.params["n_clusters"].int_value = model.kmeans.n_clusters
        if described.class_name not in self.classes:
            raise SourceError(f"the class {described.class_name!r} is no k-means of this scikit-learn", path=place)
        estimator = source.construct(described.class_name, described.params, self.classes, place)
        source.set_attributes(estimator, described, _COMPUTED, place, _STATE)
        centers = _centers(model.kmeans)
        _check_state(estimator, len(centers), place)
        set_centers(estimator, described, centers, place)
        source.set_signature(estimator, centers.shape[1], model.signature.feature_names)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        return distance_tolerances(_centers(model.kmeans), x, err)

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        centers = _centers(model.kmeans)
        if len(centers) == 1:
            return np.ones(len(x), dtype=bool)
        return decided_by_margin(-squared_distance(x, centers), squared_distance_tolerance(x, err, centers))

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        return distance_error(_centers(model.kmeans), x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        return rows_among_centers(rng, n, _centers(model.kmeans))


def _centers(proto: kmeans_pb2.KMeansProto) -> NDArray[np.float64]:
    return wire.doubles(proto.centers).reshape(proto.n_clusters, proto.n_features)


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


def double_centers(estimator: Any) -> NDArray[np.float64]:
    """Give cluster_centers_, refusing those of a fit on float32.

    Raises
    ------
    UnsupportedEstimatorError
    """
    centers = estimator.cluster_centers_
    if centers.dtype != np.float64:
        reason = (
            f"{type(estimator).__name__} was fitted on {centers.dtype} and refuses float64 rows; "
            "refit it on X.astype('float64')"
        )
        raise UnsupportedEstimatorError([("", reason)])
    return np.asarray(centers)


def set_centers(estimator: Any, described: source_pb2.Source, centers: NDArray[np.float64], path: str) -> None:
    """Set what fit sets and predict and transform need."""
    estimator.cluster_centers_ = source.restore(described, "cluster_centers_", centers.reshape(-1), centers.shape, path)
    estimator._n_features_out = len(centers)  # noqa: SLF001 - fit sets it
    estimator._n_threads = _openmp_effective_n_threads()  # noqa: SLF001 - as above


def distance_tolerances(centers: NDArray[np.float64], x: NDArray[np.float64], err: Error) -> dict[str, Tolerance]:
    """Say how exactly labels and distances are determined."""
    per_row = squared_distance_tolerance(x, err, centers).max(axis=1)
    return {"predict": EQUAL, "transform": Tolerance(Comparison.COMPARISON_SQUARED, per_row)}


def distance_error(centers: NDArray[np.float64], x: NDArray[np.float64], err: Error) -> NDArray[np.float64]:
    """Bound how far a distance may be off, shape (n_rows, k): |a - b| <= |a^2 - b^2| / a, and <= its root."""
    squared = np.maximum(squared_distance(x, centers), 0.0)
    tolerance = squared_distance_tolerance(x, err, centers)
    root = np.sqrt(tolerance)
    return np.asarray(np.minimum(root, tolerance / np.maximum(np.sqrt(squared), root)))


def rows_among_centers(rng: np.random.Generator, n: int, centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make rows on centers, where distances cancel, just off the middle between two, and far away."""
    k, d = centers.shape
    spread = float(np.abs(centers).max()) or 1.0
    out = []
    for i in range(max(n, 1)):
        first, second = centers[i % k], centers[(i + 1 + i // k) % k]
        if i % 3 == 0:
            out.append(first + (0.0 if i % 2 else 1e-9) * spread * rng.standard_normal(d))
        elif i % 3 == 1:
            weight = 0.5 + (1e-7 if i % 2 else -1e-7)
            out.append(weight * first + (1.0 - weight) * second)
        else:
            out.append(generic_rows(rng, i + 1, d)[i % 6] * spread)
    return np.array(out)
