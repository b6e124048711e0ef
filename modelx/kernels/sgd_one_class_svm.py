"""The linear novelty detector."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, finite_only, is_float


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``, ``decision_function`` or ``score_samples``."""
    coef, offset = estimator.coef_, estimator.offset_
    if not is_float(coef, offset):
        return None
    weights = coef.T

    def decide(x: Rows) -> NDArray[Any]:
        scores: NDArray[Any] = x @ weights - offset
        return scores.ravel()

    computations: dict[str, Kernel] = {
        "decision_function": decide,
        "score_samples": lambda x: decide(x) + offset,
        "predict": lambda x: _signs(decide(x)),
    }
    return finite_only(computations[method]) if method in computations else None


def _signs(scores: NDArray[Any]) -> NDArray[np.int32]:
    out = (scores >= 0).astype(np.int32)
    out[out == 0] = -1
    return out
