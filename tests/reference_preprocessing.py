"""The computations of preprocessing as the comments of proto/modelx/v1 define them, in plain numpy."""

from __future__ import annotations

import math
import statistics
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


def kernel_centerer(p, x):
    r = running_sums(x) / p.n_features
    return {"transform": x - np.array(p.column_means) - r[:, None] + p.mean}


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


def power_transformer(p, x):
    columns = []
    for j, exponent in enumerate(p.lambdas):
        own = x[:, j]
        if p.method == p.METHOD_BOX_COX:
            t = np.log(own) if abs(exponent) < 1e-19 else np.expm1(exponent * np.log(own)) / exponent
        else:
            m = 2.0 - exponent
            if p.single_precision:
                m = np.float64(np.float32(2) - np.float32(exponent))
            above = np.log1p(own) if abs(exponent) < 2.0**-52 else np.expm1(exponent * np.log1p(own)) / exponent
            below = -np.log1p(-own) if abs(exponent - 2.0) <= 2.0**-52 else -np.expm1(m * np.log1p(-own)) / m
            t = np.where(own >= 0, above, below)
        columns.append(t)
    out = np.column_stack(columns)
    if p.divide:
        out = (out - np.array(p.subtract)) / np.array(p.divide)
    return {"transform": out, "inverse_transform": _undo_powers(p, out)}


def _undo_powers(p, y):
    t = y * np.array(p.divide) + np.array(p.subtract) if p.divide else y
    columns = []
    for j, exponent in enumerate(p.lambdas):
        own = t[:, j]
        if p.method == p.METHOD_BOX_COX:
            columns.append(np.exp(own) if exponent == 0 else np.exp(np.log1p(exponent * own) / exponent))
            continue
        m, inverse_l, inverse_m = 2.0 - exponent, 1.0 / np.float64(exponent), 1.0 / np.float64(2.0 - exponent)
        if p.single_precision:
            single = np.float32(exponent)
            m, inverse_l, inverse_m = (np.float64(v) for v in (2 - single, 1 / single, 1 / (2 - single)))
        above = np.exp(own) - 1.0 if abs(exponent) < 2.0**-52 else np.power(own * exponent + 1.0, inverse_l) - 1.0
        below = 1.0 - np.exp(-own) if abs(exponent - 2.0) <= 2.0**-52 else 1.0 - np.power(-m * own + 1.0, inverse_m)
        columns.append(np.where(own >= 0, above, below))
    return np.column_stack(columns)


def interp(v, a, b):
    """Give interp of QuantileTransformerProto for one number."""
    i = int((a <= v).sum()) - 1
    if i < 0:
        return b[0]
    if i == len(a) - 1 or a[i] == v:
        return b[i]
    slope = (b[i + 1] - b[i]) / (a[i + 1] - a[i])
    out = slope * (v - a[i]) + b[i]
    if np.isnan(out):
        out = slope * (v - a[i + 1]) + b[i + 1]
        if np.isnan(out) and b[i] == b[i + 1]:
            out = b[i]
    return out


def quantile_transformer(p, x):
    r, q = np.array(p.references), np.array(p.quantiles).reshape(-1, p.n_features)
    normal = p.output == p.OUTPUT_NORMAL
    out, back = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    for i, j in np.ndindex(*x.shape):
        v, own = x[i, j], q[:, j]
        if np.isnan(v):
            continue
        rank = 0.5 * (interp(v, own, r) - interp(-v, -own[::-1], -r[::-1]))
        if (v + 1e-7 > own[-1]) if normal else (v == own[-1]):
            rank = 1.0
        if (v - 1e-7 < own[0]) if normal else (v == own[0]):
            rank = 0.0
        out[i, j] = _normal_point(rank) if normal else rank
        rank = 0.5 * math.erfc(-out[i, j] / math.sqrt(2.0)) if normal else out[i, j]
        back[i, j] = interp(rank, r, own)
        if (rank + 1e-7 > 1.0) if normal else (rank == 1.0):
            back[i, j] = own[-1]
        if (rank - 1e-7 < 0.0) if normal else (rank == 0.0):
            back[i, j] = own[0]
    return {"transform": out, "inverse_transform": back}


def _normal_point(rank):
    low, high = -5.199337582605575, 5.19933758270342
    if not 0.0 < rank < 1.0:
        return low if rank <= 0.0 else high
    return min(max(statistics.NormalDist().inv_cdf(rank), low), high)


def _splines(t, k, x, slope=False):
    """Give the values, or slopes, of all splines with the knots t at x."""
    m = len(t)
    place = k
    while place < m - k - 2 and x >= t[place + 1]:
        place += 1
    h = [1.0] + [0.0] * k
    for j in range(1, k + 1):
        old, h[0] = h[:j], 0.0
        last = slope and j == k
        for n in range(1, j + 1):
            a, b = t[place + n - j], t[place + n]
            if a == b:
                h[1 if last else n] = 0.0
            elif last:
                w = k * old[n - 1] / (b - a)
                h[n - 1] -= w
                h[n] = w
            else:
                w = old[n - 1] / (b - a)
                h[n - 1] += w * (b - x)
                h[n] = w * (x - a)
    out = np.zeros(m - k - 1)
    if not slope or k:
        out[place - k : place + 1] += h
    return out


def spline_transformer(p, x):
    t, k, out = np.array(p.knots).reshape(p.n_features, -1), p.degree, []
    edge = reach = k
    for j in range(p.n_features):
        own, m = t[j], t.shape[1]
        if p.extrapolation == p.EXTRAPOLATION_LINEAR:
            edge = reach
            reach = edge + 1 if edge <= 1 else edge
        columns = np.array([_spline_columns(p, own, v, edge, reach) for v in x[:, j]])
        out.append(columns if p.include_bias else columns[:, :-1])
        assert out[-1].shape[1] <= m - k - 1
    return {"transform": np.hstack(out)}


def _spline_columns(p, t, v, edge, reach):
    k, s = p.degree, len(t) - p.degree - 1
    first, last = t[k], t[-k - 1]
    if p.extrapolation == p.EXTRAPOLATION_PERIODIC:
        v = first + (v - first) % (last - first) if last > first else 0.0 * v
        if np.isnan(v):
            return np.zeros(s - k)
        columns = _splines(t, k, v)
        out = columns[: s - k].copy()
        out[:k] += columns[s - k :]
        return out
    if np.isnan(v):
        return np.zeros(s)
    out = np.zeros(s)
    if p.extrapolation == p.EXTRAPOLATION_CONSTANT and not first <= v <= last:
        at = first if v < first else last
        ends = slice(0, k) if v < first else slice(s - k, s)
        out[ends] = _splines(t, k, at)[ends]
        return out
    low, high = t[edge], t[-edge - 1]
    if p.extrapolation == p.EXTRAPOLATION_LINEAR and not low <= v <= high:
        for j in range(reach):
            if v < low:
                out[j] = _splines(t, k, low)[j] + (v - low) * _splines(t, k, low, slope=True)[j]
            if v > high:
                c = s - 1 - j
                out[c] = _splines(t, k, high)[c] + (v - high) * _splines(t, k, high, slope=True)[c]
        return out
    return _splines(t, k, v)


FAMILIES = {
    "binarizer": binarizer,
    "normalizer": normalizer,
    "kernel_centerer": kernel_centerer,
    "polynomial_features": polynomial_features,
    "k_bins_discretizer": k_bins_discretizer,
    "power_transformer": power_transformer,
    "quantile_transformer": quantile_transformer,
    "spline_transformer": spline_transformer,
}
