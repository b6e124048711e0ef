"""The computations of families that choose or fill columns, as the comments of proto/modelx/v1 define them."""

from __future__ import annotations

import numpy as np

_DELEGATED = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def undo_selection(p, t):
    out = np.zeros((len(t), p.n_features))
    out[:, list(p.selected)] = t
    return out


def missing(p, x):
    if not any(getattr(p, "strings", ())):
        return (x == p.missing) | (np.isnan(x) & np.isnan(p.missing))
    return np.column_stack([_missing_in(p, x[:, j], is_string) for j, is_string in enumerate(p.strings)])


def _missing_in(p, column, is_string):
    if not is_string:
        column = column.astype(np.float64)
        return (column == p.missing) | (np.isnan(column) & np.isnan(p.missing))
    rule = p.missing_strings
    text = rule.text if rule.HasField("text") else object()
    return np.array([rule.none if v is None else v == text if isinstance(v, str) else rule.nan for v in column])


def _fillings(p):
    out = np.array(p.fill.doubles, dtype=object)
    for k, j in enumerate(j for j, is_string in enumerate(p.strings) if is_string):
        out[j] = None if k in p.fill.none else p.fill.strings[k]
    return out if any(p.strings) else out.astype(np.float64)


def missing_indicator(p, x):
    return {"transform": missing(p, x)[:, list(p.columns)]}


def simple_imputer(p, x):
    filled = np.where(missing(p, x), _fillings(p), x)
    out = filled[:, [j for j in range(p.n_features) if j not in p.left_out]]
    if p.HasField("indicator"):
        out = np.hstack([out, missing_indicator(p.indicator, x)["transform"]])
    return {"transform": out}


def knn_imputer(p, x):
    donors = np.array(p.rows).reshape(p.n_rows, p.n_features)
    there = ~missing(p, donors)
    rows = np.array([_filled(p, row, donors, there) for row in x])
    empty = ~there.any(axis=0)
    rows[:, empty] = 0.0
    out = rows if p.keeps_empty else rows[:, ~empty]
    if p.HasField("indicator"):
        out = np.hstack([out, missing_indicator(p.indicator, x)["transform"]])
    return {"transform": out}


def _filled(p, row, donors, there):
    gone = missing(p, row)
    both = there & ~gone
    distances = []
    for donor, shared in zip(donors, both, strict=True):
        s = sum((row[j] - donor[j]) ** 2 for j in np.flatnonzero(shared))
        distances.append(np.sqrt(s / shared.sum() * p.n_features) if shared.any() else np.nan)
    out = row.copy()
    for j in np.flatnonzero(gone & there.any(axis=0)):
        candidates = [i for i in range(p.n_rows) if there[i, j]]
        measured = [i for i in candidates if not np.isnan(distances[i])]
        taken = sorted(sorted(measured, key=lambda i: distances[i])[: p.n_neighbors])
        if not taken:
            out[j] = p.means[j]
            continue
        if p.weights == p.WEIGHTS_DISTANCE and any(distances[i] == 0.0 for i in taken):
            taken = [i for i in taken if distances[i] == 0.0]
            weights = [1.0] * len(taken)
        else:
            weights = [1.0 / distances[i] if p.weights == p.WEIGHTS_DISTANCE else 1.0 for i in taken]
        out[j] = sum(donors[i, j] * w for i, w in zip(taken, weights, strict=True)) / sum(weights)
    return out


def families(compute):
    """Give the computation of each arm, over what computes any model."""

    def feature_selector(p, x):
        kept = x[:, list(p.selected)]
        inner = compute(p.model, kept) if p.HasField("model") else {}
        out = {method: values for method, values in inner.items() if method in _DELEGATED}
        return out | {"transform": kept, "inverse_transform": undo_selection(p, kept)}

    def iterative_imputer(p, x):
        out = compute(p.model, x)["transform"]
        gone = missing(p, x)[:, [j for j in range(p.n_features) if j not in p.model.simple_imputer.left_out]]
        gone[:, list(p.unchanged)] = False
        gone[gone.all(axis=1)] = False
        for update, member in zip(p.updates, p.members, strict=True):
            at = np.flatnonzero(gone[:, update.column])
            if len(at):
                found = compute(member, out[np.ix_(at, update.inputs)])["predict"]
                out[at, update.column] = np.clip(found, p.low[update.column], p.high[update.column])
        if p.HasField("indicator"):
            out = np.hstack([out, missing_indicator(p.indicator, x)["transform"]])
        return {"transform": out}

    return {
        "feature_selector": feature_selector,
        "iterative_imputer": iterative_imputer,
        "knn_imputer": knn_imputer,
        "missing_indicator": missing_indicator,
        "simple_imputer": simple_imputer,
    }
