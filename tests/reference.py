"""The computations as the comments of proto/modelx/v1 define them, in plain numpy: the specification, executable.

Nothing here uses scikit-learn or modelx's own converters, so that agreement with scikit-learn proves the comments.
"""

from __future__ import annotations

import numpy as np
import reference_columns
import reference_encoders
import reference_ensembles
import reference_functions
import reference_histograms
import reference_models
import reference_preprocessing
import reference_side_by_side
import reference_trees

from modelx.v1 import evidence_pb2

Comparison = evidence_pb2.Output.Comparison


def dot(x, w):
    """Give the four running sums of LinearRegressionProto, shape (n, m), for x of (n, d) and w of (m, d)."""
    sums = np.zeros((4, len(x), len(w)))
    for j in range(x.shape[1]):
        sums[j % 4] += np.multiply.outer(x[:, j], w[:, j])
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


def compute(model, x):
    """Give every method's output by name."""
    with np.errstate(all="ignore"):
        arm = model.WhichOneof("model")
        return _FAMILIES[arm](getattr(model, arm), x if x.dtype == object else np.asarray(x, dtype=np.float64))


def _linear_regression(p, x):
    w = np.array(p.coefficients).reshape(-1, p.n_features)
    z = dot(x, w) + (np.array(p.intercepts) if p.n_outputs else p.intercept)
    if p.link == p.LINK_LOG:
        z = np.exp(z)
    return {"predict": z if p.n_outputs else z[:, 0]}


def _labels(p):
    if p.classes.strings:
        return np.array(p.classes.strings, dtype=object)
    return np.array(p.classes.ints or p.classes.doubles or p.classes.bools)


def _sgd_classifier(p, x):
    m = len(p.intercepts)
    s = dot(x, np.array(p.coefficients).reshape(m, p.n_features)) + np.array(p.intercepts)
    out = {"decision_function": s if m > 1 else s[:, 0]}
    if p.target == p.TARGET_MULTILABEL:
        return out | {"predict": (s > 0).astype(np.int64)}
    out["predict"] = _labels(p)[(s[:, 0] > 0).astype(int) if m == 1 else s.argmax(axis=1)]
    if p.probability:
        out["predict_proba"] = _probabilities(p, s)
        out["predict_log_proba"] = np.log(out["predict_proba"])
    return out


def _sum(columns):
    total = np.zeros(len(columns))
    for k in range(columns.shape[1]):
        total += columns[:, k]
    return total[:, None]


def _probabilities(p, s):
    if p.probability == p.PROBABILITY_SOFTMAX:
        e = np.exp(s - s.max(axis=1, keepdims=True))
        return e / _sum(e)
    logistic = p.probability == p.PROBABILITY_LOGISTIC
    each = 1.0 / (1.0 + np.exp(-s)) if logistic else (np.minimum(np.maximum(s, -1.0), 1.0) + 1.0) / 2.0
    if s.shape[1] == 1:
        return np.hstack([1.0 - each, each])
    total = _sum(each)
    return np.where(total == 0.0, 1.0 / s.shape[1], each / np.where(total == 0.0, 1.0, total))


def _distances(x, c):
    squared = ((-2.0 * dot(x, c)) + _own(x)[:, None]) + _own(c)
    return np.sqrt(np.maximum(squared, 0.0))


def _own(rows):
    return np.array([dot(row[None], row[None])[0, 0] for row in rows])


def _kmeans(p, x):
    c = np.array(p.centers).reshape(p.n_clusters, p.n_features)
    return {"predict": (_own(c) + (-2.0 * dot(x, c))).argmin(axis=1), "transform": _distances(x, c)}


def _bisecting_kmeans(p, x):
    c = np.array(p.centers).reshape(-1, p.n_features)
    score = _own(c) + (-2.0 * dot(x, c))
    labels = []
    for row in score:
        i = 0
        while p.labels[i] < 0:
            left, right = p.left[i], p.right[i]
            i = left if row[left] <= row[right] else right
        labels.append(p.labels[i])
    leaf = [list(p.labels).index(q) for q in range(p.n_clusters)]
    return {"predict": np.array(labels), "transform": _distances(x, c[leaf])}


def _sgd_one_class_svm(p, x):
    s = dot(x, np.array(p.coefficients)[None])[:, 0] - p.offset
    return {"decision_function": s, "score_samples": s + p.offset, "predict": np.where(s >= 0, 1, -1)}


def _affine_scaler(p, x):
    t = x
    for step, apply in (("subtract", np.subtract), ("divide", np.divide), ("multiply", np.multiply), ("add", np.add)):
        if getattr(p, step):
            t = apply(t, np.array(getattr(p, step)))
    if p.HasField("clip"):
        t = np.where(np.isnan(t), t, np.minimum(np.maximum(t, p.clip.low), p.clip.high))
    return {"transform": t, "inverse_transform": _unscale(p, t)}


def _unscale(p, t):
    for step, undo in (("add", np.subtract), ("multiply", np.divide), ("divide", np.multiply), ("subtract", np.add)):
        if getattr(p, step):
            t = undo(t, np.array(getattr(p, step)))
    return t


def _passthrough(p, x):
    return {"transform": x} if any(p.strings) else {"transform": x, "inverse_transform": x}


def _inverse(model, t):
    """Give inverse_transform of a model for rows of its own output; None where a step has none."""
    arm = model.WhichOneof("model")
    if arm == "pipeline":
        for step in reversed(model.pipeline.steps):
            if t is not None:
                t = _inverse(step, t)
        return t
    if arm == "affine_scaler":
        return _unscale(model.affine_scaler, t)
    if arm == "feature_selector":
        return reference_columns.undo_selection(model.feature_selector, t)
    if arm == "function":
        p = model.function
        return reference_functions.apply(p.inverse, t) if p.HasField("inverse") else t
    return t if arm == "passthrough" and not any(model.passthrough.strings) else None


def _pipeline(p, x):
    out = {"transform": x}
    for step in p.steps:
        out = compute(step, out["transform"])
    out.pop("inverse_transform", None)
    if "transform" in out:
        back = out["transform"]
        for step in reversed(p.steps):
            back = None if back is None else _inverse(step, back)
        if back is not None:
            out["inverse_transform"] = back
    return out


_FAMILIES = {
    "linear_regression": _linear_regression,
    "sgd_classifier": _sgd_classifier,
    "kmeans": _kmeans,
    "bisecting_kmeans": _bisecting_kmeans,
    "sgd_one_class_svm": _sgd_one_class_svm,
    "affine_scaler": _affine_scaler,
    "passthrough": _passthrough,
    "pipeline": _pipeline,
}


_FAMILIES |= reference_columns.families(compute)
_FAMILIES |= reference_ensembles.families(compute)
_FAMILIES |= reference_side_by_side.families(compute)
_FAMILIES |= reference_models.families(compute)
_FAMILIES |= reference_functions.FAMILIES
_FAMILIES |= reference_histograms.FAMILIES
_FAMILIES |= reference_preprocessing.FAMILIES
_FAMILIES |= reference_trees.FAMILIES
_FAMILIES |= reference_encoders.FAMILIES


def agree(found, recorded, comparison, tolerance):
    """Compare as evidence.proto says, elementwise; tolerance has one value for each row, or is None."""
    if recorded.dtype.kind != "f":
        # Among objects, NaN is the one value that is not itself.
        return (found == recorded) | ((found != found) & (recorded != recorded))  # noqa: PLR0124
    same = (found == recorded) | (np.isnan(found) & np.isnan(recorded))
    if comparison == Comparison.COMPARISON_UNSPECIFIED:
        return same & ((np.signbit(found) == np.signbit(recorded)) | np.isnan(found))
    t = np.asarray(tolerance).reshape((-1,) + (1,) * (recorded.ndim - 1))
    with np.errstate(all="ignore"):
        off = np.abs(found - recorded)
        if comparison == Comparison.COMPARISON_ABSOLUTE:
            near = off <= t
        elif comparison == Comparison.COMPARISON_RELATIVE:
            near = (off <= t * np.abs(recorded)) & np.isfinite(recorded)
        elif comparison == Comparison.COMPARISON_SQUARED:
            near = np.abs(found * found - recorded * recorded) <= t
        else:
            near = (off <= t * np.maximum(1.0, np.abs(recorded))) | (np.abs(np.exp(found) - np.exp(recorded)) <= t)
    return same | near
