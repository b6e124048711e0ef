"""What all families share that predict a cluster and transform to distances."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from modelx import source
from modelx.errors import UnsupportedEstimatorError
from modelx.estimators.base import EQUAL, Comparison, DataType, Error, Family, Tolerance, generic_rows, spec
from modelx.estimators.rounding import squared_distance, squared_distance_tolerance
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DistanceFamily(Family):
    """A family with centers, one for each cluster."""

    @abstractmethod
    def cluster_centers(self, model: model_pb2.ModelProto) -> NDArray[np.float64]:
        """Give the centers that transform measures distances to, shape (n_clusters, n_features)."""

    @abstractmethod
    def n_clusters(self, model: model_pb2.ModelProto) -> int:
        """Give the number of clusters."""

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("predict", 0, DataType.DATA_TYPE_INT64), spec("transform", self.n_clusters(model))]

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        per_row = squared_distance_tolerance(x, err, self.cluster_centers(model)).max(axis=1)
        return {"predict": EQUAL, "transform": Tolerance(Comparison.COMPARISON_SQUARED, per_row)}

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        return _distance_error(self.cluster_centers(model), x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        return _rows_among_centers(rng, n, self.cluster_centers(model))


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
    estimator._n_features_out = len(centers)
    estimator._n_threads = _openmp_effective_n_threads()


def _distance_error(centers: NDArray[np.float64], x: NDArray[np.float64], err: Error) -> NDArray[np.float64]:
    """Bound how far a distance may be off, shape (n_rows, k): |a - b| <= |a^2 - b^2| / a, and <= its root."""
    squared = np.maximum(squared_distance(x, centers), 0.0)
    tolerance = squared_distance_tolerance(x, err, centers)
    root = np.sqrt(tolerance)
    return np.asarray(np.minimum(root, tolerance / np.maximum(np.sqrt(squared), root)))


def _rows_among_centers(rng: np.random.Generator, n: int, centers: NDArray[np.float64]) -> NDArray[np.float64]:
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
