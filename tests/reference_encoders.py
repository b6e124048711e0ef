"""The computations of encoders as the comments of proto/modelx/v1 define them, in plain Python."""

from __future__ import annotations

import numpy as np


def is_nan(value):
    return value != value  # noqa: PLR0124 - NaN


def is_number(feature):
    c = feature.categories
    return bool(feature.number or len(c.doubles) or len(c.ints) or len(c.bools))


def categories(feature):
    """Give the categories in the order of their numbers."""
    c = feature.categories
    out = [*c.doubles, *c.ints, *c.strings, *c.bools]
    before = len(out) - feature.after_none
    out = [*out[:before], *([None] if c.none else []), *out[before:]]
    return out + [float("nan")] * c.nan


def number_of(feature, value):
    """Give the number of the category that a value is, or None."""
    for k, category in enumerate(categories(feature)):
        if value is None or category is None or isinstance(value, str) or isinstance(category, str):
            same = value is category is None or (isinstance(value, str) and value == category)
        else:
            same = value == category or (is_nan(value) and is_nan(category))
        if same:
            return k
    return None


def groups(feature):
    """Give the categories of each group, by number."""
    rare = list(feature.infrequent)
    common = [[k] for k in range(len(categories(feature))) if k not in rare]
    return common + ([rare] if rare else [])


def group_of(feature, k):
    return next(g for g, members in enumerate(groups(feature)) if k in members)


def back(feature, group):
    members = groups(feature)[group]
    return "infrequent_sklearn" if members == list(feature.infrequent) else categories(feature)[members[0]]


def table(columns):
    """Give columns as an array of objects, or of float64 where there are numbers alone."""
    out = np.empty((len(columns[0]), len(columns)), dtype=object)
    for j, column in enumerate(columns):
        out[:, j] = column
    if any(isinstance(value, str) or value is None for value in out.reshape(-1)):
        return out
    return out.astype(np.float64)


def is_invertible(features):
    return not any(len(feature.infrequent) and is_number(feature) for feature in features)


def one_hot_encoder(p, x):
    dropped = [group - 1 for group in p.dropped] or [-1] * len(p.features)
    blocks, columns = [], []
    for j, feature in enumerate(p.features):
        block = np.zeros((len(x), len(groups(feature))))
        for i, value in enumerate(x[:, j].tolist()):
            k = number_of(feature, value)
            if k is not None:
                block[i, group_of(feature, k)] = 1.0
            elif p.unknown == p.UNKNOWN_INFREQUENT and len(feature.infrequent):
                block[i, -1] = 1.0
            else:
                assert p.unknown != p.UNKNOWN_ERROR
        kept = [g for g in range(block.shape[1]) if g != dropped[j]]
        blocks.append(block[:, kept])
        columns.append([_inverse(p, feature, dropped[j], kept, row) for row in blocks[-1].tolist()])
    out = {"transform": np.hstack(blocks)}
    return out | ({"inverse_transform": table(columns)} if is_invertible(p.features) else {})


def _inverse(p, feature, dropped, kept, row):
    if not row:
        return categories(feature)[dropped]
    if sum(row) != 0:
        return back(feature, kept[row.index(max(row))])
    zeros = p.unknown == p.UNKNOWN_ZEROS or (p.unknown == p.UNKNOWN_INFREQUENT and not feature.infrequent)
    if zeros:
        none = float("nan") if is_number(feature) else None
        return none if dropped < 0 else categories(feature)[dropped]
    return back(feature, dropped)


FAMILIES = {"one_hot_encoder": one_hot_encoder}
