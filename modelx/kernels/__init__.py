"""The arithmetic of scikit-learn's methods without their checks, for callers that checked the rows already."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from modelx.calling import call
from modelx.delegates import innermost
from modelx.kernels import (
    affine_scaler,
    binarizer,
    bisecting_kmeans,
    feature_selector,
    function,
    gradient_boosting,
    hist_gradient_boosting,
    kernel_centerer,
    kmeans,
    linear_regression,
    normalizer,
    passthrough,
    pipeline,
    sgd_classifier,
    sgd_one_class_svm,
    simple_imputer,
    tree_models,
)
from modelx.kernels.agreement import agrees
from modelx.kernels.base import Kernel, Rows, arm_of
from modelx.kernels.one_row import OneRow, one_row_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["BUILDERS", "Kernel", "OneRow", "kernel_for", "one_row_for"]

# By family. Each gives a computation, or None for a method, or a fitted attribute, that it does not know.
BUILDERS: Mapping[str, Callable[[Any, str], Kernel | None]] = {
    "affine_scaler": affine_scaler.kernel,
    "binarizer": binarizer.kernel,
    "bisecting_kmeans": bisecting_kmeans.kernel,
    "decision_tree": tree_models.kernel,
    "delegate": lambda estimator, method: _find(innermost(estimator), method),
    "forest": tree_models.kernel,
    "function": function.kernel,
    "gradient_boosting": gradient_boosting.kernel,
    "feature_selector": lambda estimator, method: feature_selector.kernel(estimator, method, _find),
    "hist_gradient_boosting": hist_gradient_boosting.kernel,
    "kernel_centerer": kernel_centerer.kernel,
    "kmeans": kmeans.kernel,
    "linear_regression": linear_regression.kernel,
    "normalizer": normalizer.kernel,
    "passthrough": passthrough.kernel,
    "pipeline": lambda estimator, method: pipeline.kernel(estimator, method, _find),
    "sgd_classifier": sgd_classifier.kernel,
    "sgd_one_class_svm": sgd_one_class_svm.kernel,
    "simple_imputer": simple_imputer.kernel,
}

# Families whose methods are called as they are.
NO_KERNEL: frozenset[str] = frozenset(
    {
        "ada_boost",
        "bagging",
        "column_transformer",
        "isolation_forest",
        "iterative_imputer",
        "k_bins_discretizer",
        "knn_imputer",
        "label_binarizer",
        "label_encoder",
        "missing_indicator",
        "multi_label_binarizer",
        "one_hot_encoder",
        "ordinal_encoder",
        "polynomial_features",
        "power_transformer",
        "quantile_transformer",
        "random_trees_embedding",
        "spline_transformer",
        "stacking",
        "target_encoder",
        "threshold_classifier",
        "transformed_target",
        "voting",
    }
)


def kernel_for(estimator: Any, method: str) -> Kernel | None:
    """Give a function that computes a method's output, to the bit, faster than the method itself.

    Parameters
    ----------
    estimator : object
        Fitted. It must not change as long as the kernel is used.
    method : str

    Returns
    -------
    callable or None
        Takes float64 rows in C order, of shape (n, n_features) with n > 0, which it leaves as they are (and may give
        back as its output), and gives what the method gives; raises ValueError for NaN and infinities where the method
        does. It warns of nothing. Any number of threads may call it. None where there is no kernel: use
        `modelx.calling.call` then.
    """
    compute = _find(estimator, method)
    if compute is None:
        return None

    def kernel(x: Rows) -> NDArray[Any]:
        # Numbers that overflow, and the logarithm of an impossible class, are answers.
        with np.errstate(all="ignore"):
            return compute(x)

    return kernel if _agrees(estimator, method, kernel) else None


def _find(estimator: Any, method: str) -> Kernel | None:
    arm = arm_of(estimator)
    return None if arm is None or arm in NO_KERNEL else BUILDERS[arm](estimator, method)


def _agrees(estimator: Any, method: str, kernel: Kernel) -> bool:
    """Compare with the method on some rows: another version of scikit-learn may compute in another way."""
    rows = np.random.default_rng(0).standard_normal((5, _width(estimator)))
    rows[1] = 0.0
    rows[2:] *= [[1e-3], [30.0], [1e6]]
    if method == "inverse_transform":
        rows = np.ascontiguousarray(call(estimator, "transform", rows), dtype=np.float64)
    return agrees(kernel, partial(call, estimator, method), rows)


def _width(estimator: Any) -> int:
    """Give the width of a row. A pipeline that begins with a word has none in scikit-learn, so its steps are asked."""
    estimator = innermost(estimator)
    if isinstance(estimator, Pipeline):
        return next((_width(step) for _, step in estimator.steps if step is not None and not isinstance(step, str)), 1)
    return int(estimator.n_features_in_)
