"""Bins between edges: every result is bit for bit scikit-learn's."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
from sklearn.preprocessing import KBinsDiscretizer

from cases.case import Cases, Fitted
from cases.data import breast_cancer, iris, some, wine

CASES = Cases("k_bins_discretizer")


def fitted(x: np.ndarray, **params: Any) -> KBinsDiscretizer:
    """Fit, with the quantiles of numpy's default rule where the class asks for one."""
    if "quantile_method" in inspect.signature(KBinsDiscretizer).parameters:
        params.setdefault("quantile_method", "linear")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that are constant, and of bins that are removed
        return KBinsDiscretizer(**params).fit(x)


def around_edges(model: KBinsDiscretizer) -> np.ndarray:
    """Give rows of each edge, and of the numbers next to it, in every column."""
    columns = []
    for edges in model.bin_edges_:
        finite = np.where(np.isfinite(edges), edges, 0.0).astype(np.float64)
        columns.append(np.concatenate([finite, np.nextafter(finite, -np.inf), np.nextafter(finite, np.inf)]))
    n = max(len(column) for column in columns)
    return np.column_stack([np.resize(column, n) for column in columns])


@CASES.add
def quantiles_as_columns() -> Fitted:
    """The default, sparse in scikit-learn: a column of 0 and 1 for each bin; an edge belongs to the bin above."""
    x, _ = iris()
    model = fitted(x)
    return Fitted(model, np.concatenate([some(x, 5), around_edges(model)]))


@CASES.add
def uniform_numbers() -> Fitted:
    """The bins' numbers; values beyond the outermost edges are in the outermost bins."""
    x, _ = wine()
    model = fitted(x[:, :6], encode="ordinal", strategy="uniform", n_bins=4)
    return Fitted(model, np.concatenate([around_edges(model), some(x[:, :6], 3) * 1e9, -some(x[:, :6], 3)]))


@CASES.add
def clusters() -> Fitted:
    """Edges in the middle between centers of one dimension, and other counts of bins for each feature."""
    x, _ = iris()
    model = fitted(x, encode="onehot-dense", strategy="kmeans", n_bins=[2, 3, 4, 5])
    return Fitted(model, np.concatenate([some(x, 5), around_edges(model)]))


@CASES.add
def constant_column() -> Fitted:
    """A constant column has one bin from -inf to inf, whose middle is NaN in inverse_transform."""
    x, _ = iris()
    x = np.column_stack([x[:, 0], np.full(len(x), 2.5), x[:, 1]])
    model = fitted(x, encode="ordinal", n_bins=3)
    return Fitted(model, np.concatenate([some(x, 4), around_edges(model)]))


@CASES.add
def constant_column_as_columns() -> Fitted:
    """The one bin of a constant column is a column of ones."""
    x, _ = iris()
    x = np.column_stack([np.full(len(x), -1.0), x[:, 2]])
    model = fitted(x, encode="onehot", strategy="uniform", n_bins=3, dtype=np.float64)
    return Fitted(model, np.concatenate([some(x, 4), around_edges(model)]))


@CASES.add
def removed_bins() -> Fitted:
    """Many equal values make bins without width, which scikit-learn removes: fewer bins than were asked for."""
    x, _ = breast_cancer()
    x = np.where(x[:, :3] < np.median(x[:, :3], axis=0), 0.0, x[:, :3])
    model = fitted(x, encode="ordinal", n_bins=8)
    return Fitted(model, np.concatenate([some(x, 4), around_edges(model)]))


@CASES.add
def single_precision() -> Fitted:
    """Edges of float32 are compared as doubles; the middles of bins are rounded to float32."""
    x, _ = wine()
    model = fitted(x[:, :4].astype(np.float32), encode="ordinal", strategy="uniform", n_bins=5)
    return Fitted(model, np.concatenate([some(x[:, :4], 4), around_edges(model)]))


@CASES.add
def extreme_edges() -> Fitted:
    """Edges among subnormal, and among huge numbers, and zeros of both signs between them."""
    x = np.column_stack([np.arange(9) * 5e-324, np.linspace(-8e307, 8e307, 9), np.linspace(-1.0, 1.0, 9)])
    model = fitted(x, encode="ordinal", strategy="uniform", n_bins=4)
    zeros = np.array([[0.0, -0.0, 0.0], [-0.0, 0.0, -0.0], [-1e-300, 1e308, -5e-324]])
    return Fitted(model, np.concatenate([x, zeros, around_edges(model)]))
