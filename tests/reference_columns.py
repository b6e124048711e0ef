"""The computations of families that choose or fill columns, as the comments of proto/modelx/v1 define them."""

from __future__ import annotations

import numpy as np

_DELEGATED = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def undo_selection(p, t):
    out = np.zeros((len(t), p.n_features))
    out[:, list(p.selected)] = t
    return out


def missing(p, x):
    return (x == p.missing) | (np.isnan(x) & np.isnan(p.missing))


def missing_indicator(p, x):
    return {"transform": missing(p, x)[:, list(p.columns)]}


def simple_imputer(p, x):
    filled = np.where(missing(p, x), np.array(p.fill.doubles), x)
    out = filled[:, [j for j in range(p.n_features) if j not in p.left_out]]
    if p.HasField("indicator"):
        out = np.hstack([out, missing_indicator(p.indicator, x)["transform"]])
    return {"transform": out}


def families(compute):
    """Give the computation of each arm, over what computes any model."""

    def feature_selector(p, x):
        kept = x[:, list(p.selected)]
        inner = compute(p.model, kept) if p.HasField("model") else {}
        out = {method: values for method, values in inner.items() if method in _DELEGATED}
        return out | {"transform": kept, "inverse_transform": undo_selection(p, kept)}

    return {
        "feature_selector": feature_selector,
        "missing_indicator": missing_indicator,
        "simple_imputer": simple_imputer,
    }
