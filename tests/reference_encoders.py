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


def ordinal_encoder(p, x):
    codes, columns = np.empty(x.shape), []
    for j, feature in enumerate(p.features):
        grouped = present(feature)
        for i, value in enumerate(x[:, j].tolist()):
            k = number_of(feature, value)
            if k is None:
                assert p.HasField("unknown")
                codes[i, j] = p.unknown
            elif feature.categories.nan and k == len(categories(feature)) - 1:
                codes[i, j] = p.missing
            else:
                codes[i, j] = next(g for g, members in enumerate(grouped) if k in members)
        columns.append([_from_code(p, feature, grouped, code) for code in codes[:, j].tolist()])
    out = {"transform": codes}
    mixed = any(feature.categories.nan and feature.infrequent for feature in p.features)
    return out | ({"inverse_transform": table(columns)} if is_invertible(p.features) and not mixed else {})


def present(feature):
    """Give the groups without NaN."""
    last = len(categories(feature)) - 1 if feature.categories.nan else None
    return [members for members in groups(feature) if members != [last]]


def same(a, b):
    return a == b or (is_nan(a) and is_nan(b))


def _from_code(p, feature, grouped, code):
    known = [value for k, value in enumerate(categories(feature)) if k not in feature.infrequent]
    if feature.categories.nan and same(code, p.missing):
        code = len(known) - 1
    if feature.infrequent and code == len(grouped) - 1:
        return "infrequent_sklearn"
    if p.HasField("unknown") and same(code, p.unknown):
        return float("nan") if is_number(feature) else None
    return known[int(code)]


def target_encoder(p, x):
    m, at, columns = len(p.means), 0, []
    for j, feature in enumerate(p.features):
        n = len(categories(feature))
        numbers = [number_of(feature, value) for value in x[:, j].tolist()]
        for c in range(m):
            own = p.encodings[at + c * n : at + (c + 1) * n]
            columns.append([p.means[c] if k is None else own[k] for k in numbers])
        at += m * n
    return {"transform": np.array(columns).T}


def label_encoder(p, x):
    numbers = [number_of(p.features[0], value) for value in x[:, 0].tolist()]
    back = table([[categories(p.features[0])[k] for k in numbers]])
    return {"transform": np.array(numbers, dtype=float).reshape(-1, 1), "inverse_transform": back}


def label_binarizer(p, x):
    (feature,) = p.features
    k, low, high = len(categories(feature)), p.neg_label, p.pos_label
    if p.indicator:
        out = np.where(x == 1, high, low)
        return {"transform": out.astype(float), "inverse_transform": (out > (low + high) / 2).astype(float)}
    numbers = [number_of(feature, value) for value in x[:, 0].tolist()]
    if k > 2:
        out = np.array([[high if number == j else low for j in range(k)] for number in numbers], dtype=float)
        found = out.argmax(axis=1)
    else:
        out = np.array([[high if number == 1 else low] for number in numbers], dtype=float)
        found = (out[:, 0] > (low + high) / 2).astype(int) if k == 2 else np.zeros(len(out), dtype=int)
    return {"transform": out, "inverse_transform": table([[categories(feature)[j] for j in found]])}


def multi_label_binarizer(p, x):
    (feature,) = p.features
    known = categories(feature)
    out = np.array([[float(any(value == one for value in row)) for one in known] for row in x.tolist()])
    missing = float("nan") if is_number(feature) else None
    sets = [[one for one, there in zip(known, row, strict=True) if there] for row in out.tolist()]
    padded = [labels + [missing] * (len(known) - len(labels)) for labels in sets]
    return {"transform": out, "inverse_transform": table(list(zip(*padded, strict=True)))}


FAMILIES = {
    "label_binarizer": label_binarizer,
    "label_encoder": label_encoder,
    "multi_label_binarizer": multi_label_binarizer,
    "one_hot_encoder": one_hot_encoder,
    "ordinal_encoder": ordinal_encoder,
    "target_encoder": target_encoder,
}
