"""The computations of preprocessing as the comments of proto/modelx/v1 define them, in plain numpy."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np


def running_sums(terms):
    """Give the four running sums of LinearRegressionProto, shape (n,), of terms of shape (n, d)."""
    sums = np.zeros((4, len(terms)))
    for j in range(terms.shape[1]):
        sums[j % 4] += terms[:, j]
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


def binarizer(p, x):
    return {"transform": np.where(x > p.threshold, 1.0, 0.0)}


def normalizer(p, x):
    if p.norm == p.NORM_L1:
        n = running_sums(np.abs(x))
    elif p.norm == p.NORM_L2:
        n = np.sqrt(running_sums(x * x))
    else:
        n = np.abs(x).max(axis=1)
    return {"transform": x / np.where(n < 10 * 2.0**-52, 1.0, n)[:, None]}


def polynomial_features(p, x):
    choose = combinations if p.interaction_only else combinations_with_replacement
    columns = [np.ones(len(x))] if p.include_bias else []
    for degree in range(max(p.min_degree, 1), p.max_degree + 1):
        for features in choose(range(p.n_features), degree):
            product = x[:, features[-1]]
            for i in reversed(features[:-1]):
                product = product * x[:, i]
            columns.append(product)
    return {"transform": np.column_stack(columns)}


def k_bins_discretizer(p, x):
    edges = np.split(np.array(p.edges), np.cumsum(np.array(p.n_bins) + 1)[:-1])
    bins = np.column_stack([(own[1:-1] <= x[:, [j]]).sum(axis=1) for j, own in enumerate(edges)])
    middles = [(own[1:] + own[:-1]) * 0.5 for own in edges]
    if p.single_precision:
        single = [own.astype(np.float32) for own in edges]
        middles = [((own[1:] + own[:-1]) * np.float32(0.5)).astype(np.float64) for own in single]
    back = np.column_stack([own[bins[:, j]] for j, own in enumerate(middles)])
    if p.encoding == p.ENCODING_ORDINAL:
        return {"transform": bins.astype(np.float64), "inverse_transform": back}
    columns = [bins[:, [j]] == np.arange(n) for j, n in enumerate(p.n_bins)]
    return {"transform": np.hstack(columns).astype(np.float64), "inverse_transform": back}


FAMILIES = {
    "binarizer": binarizer,
    "normalizer": normalizer,
    "polynomial_features": polynomial_features,
    "k_bins_discretizer": k_bins_discretizer,
}
