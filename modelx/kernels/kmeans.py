"""Assignment to the nearest of k centers."""

from __future__ import annotations

from typing import Any

from modelx.kernels.base import Kernel, finite_only
from modelx.kernels.distances import distances, is_usable, nearest


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict`` or ``transform``."""
    centers = estimator.cluster_centers_
    if not is_usable(centers):
        return None
    if method == "transform":
        return finite_only(distances(centers))
    if method != "predict" or not hasattr(estimator, "_n_threads"):
        return None
    find = nearest(centers, estimator._n_threads)  # the number that predict uses
    return None if find is None else finite_only(find)
