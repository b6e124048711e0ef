"""Models made of models as the comments of proto/modelx/v1/model.proto define them, in plain numpy."""

from __future__ import annotations

from functools import partial

import numpy as np
import reference_functions

_METHODS = {1: "predict", 2: "predict_proba", 3: "decision_function"}


def _labels(p):
    if p.strings:
        return np.array(p.strings, dtype=object)
    return np.array(p.ints or p.doubles or p.bools)


def _total(terms):
    """Add from +0 on, in order."""
    out = 0.0
    for term in terms:
        out = out + term
    return out


def _first_largest(scores):
    return scores.argmax(axis=1)


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / _total(e.T)[:, None]


def _delegate(compute, p, x):
    return compute(p.model, x)


def _voting(compute, p, x):
    answers = [compute(member, x) for member in p.members]
    w = list(p.weights) or [1.0] * len(answers)
    given = [one["predict_proba" if p.vote == p.VOTE_SOFT else "predict"] for one in answers]
    if p.vote == p.VOTE_HARD:
        k = len(_labels(p.classes))
        votes = _total([v * (one[:, None] == np.arange(k)) for v, one in zip(w, given, strict=True)])
        stacked = np.column_stack(given)
        votes = np.where(np.arange(k) <= stacked.max(axis=1)[:, None], votes, -np.inf)
        out = {"predict": _labels(p.classes)[_first_largest(votes)]}
    else:
        mean = _total([v * one for v, one in zip(w, given, strict=True)]) / (p.total or len(answers))
        stacked = np.column_stack(given)
        out = {"predict": mean}
        if p.vote == p.VOTE_SOFT:
            out = {"predict": _labels(p.classes)[_first_largest(mean)], "predict_proba": mean}
    return out | ({"transform": stacked} if p.transforms else {})


def _bagging(compute, p, x):
    taken = [list(one.indices) for one in p.features] or [list(range(p.n_features))] * len(p.members)
    answers = [compute(member, x[:, part]) for member, part in zip(p.members, taken, strict=True)]
    n = len(answers)
    if not p.HasField("classes"):
        return {"predict": _total([one["predict"] for one in answers]) / n}
    k = len(_labels(p.classes))
    shares, logs = [], np.full((len(x), k), -np.inf)
    for member, one in zip(p.members, answers, strict=True):
        share = np.zeros((len(x), k))
        if "predict_proba" in one:
            own = _own(member)
            share[:, own] = one["predict_proba"]
            for j, position in enumerate(own if "predict_log_proba" in answers[0] else ()):
                logs[:, position] = np.logaddexp(logs[:, position], one["predict_log_proba"][:, j])
        else:
            share[np.arange(len(x)), one["predict"]] = 1.0
        shares.append(share)
    mean = _total(shares) / n
    has_logs = "predict_log_proba" in answers[0]
    out = {
        "predict": _labels(p.classes)[_first_largest(mean)],
        "predict_proba": mean,
        "predict_log_proba": logs - np.log(n) if has_logs else np.log(mean),
    }
    whole = all(len(_own(member)) == k for member in p.members)
    if whole and all("decision_function" in one for one in answers):
        out["decision_function"] = _total([one["decision_function"] for one in answers]) / n
    return out


def _ada_boost(compute, p, x):
    given = [compute(member, x)["predict"] for member in p.members]
    if not p.HasField("classes"):
        return {"predict": np.array([_median(row, p.weights) for row in np.column_stack(given)])}
    labels = _labels(p.classes)
    k = len(labels)
    if p.real:
        logs = [np.log(np.maximum(compute(one, x)["predict_proba"], 2.0**-52)) for one in p.members]
        terms = [(k - 1) * (one - (1 / k) * _total(one.T)[:, None]) for one in logs]
    else:
        terms = _votes(p, labels, given)
    f = _total(terms) / p.total
    if k == 2:
        d = -f[:, 0] + f[:, 1]
        proba = _softmax(np.column_stack([-d / 2, d / 2]))
        out = {"decision_function": d, "predict": labels[(d > 0).astype(int)]}
    else:
        proba = _softmax(f / (k - 1))
        out = {"decision_function": f, "predict": labels[_first_largest(f)]}
    return out | {"predict_proba": proba, "predict_log_proba": np.log(proba)}


def _votes(p, labels, given):
    k = len(labels)
    return [np.where(one[:, None] == labels, w, -1 / (k - 1) * w) for one, w in zip(given, p.weights, strict=True)]


def _stacking(compute, p, x):
    two = p.HasField("classes") and len(_labels(p.classes)) == 2
    parts = []
    for member, method in zip(p.members, p.methods, strict=True):
        given = compute(member, x)[_METHODS[method]]
        given = given.reshape(len(x), -1)
        if p.outputs and _METHODS[method] == "predict_proba":
            given = np.delete(given, _first_columns(member), axis=1)
        parts.append(given[:, 1:] if two and _METHODS[method] == "predict_proba" else given)
    stacked = np.hstack([*parts, x] if p.passthrough else parts)
    final = compute(p.final, stacked)
    if p.outputs:
        predicted = [_labels(one)[numbers] for one, numbers in zip(p.outputs, final["predict"].T, strict=True)]
        out = {"predict": np.column_stack(predicted), "transform": stacked}
        if "predict_proba" in final:
            out["predict_proba"] = final["predict_proba"][:, _first_columns(p.final)]
        return out | ({"decision_function": final["decision_function"]} if "decision_function" in final else {})
    if not p.HasField("classes"):
        return {"predict": final["predict"], "transform": stacked}
    kept = {name: final[name] for name in ("predict_proba", "decision_function") if name in final}
    return kept | {"predict": _labels(p.classes)[final["predict"]], "transform": stacked}


def _first_columns(model):
    """Give the column of the first class of each label, of trees."""
    message = getattr(model, model.WhichOneof("model"))
    if hasattr(message, "steps"):
        return _first_columns(message.steps[-1])
    return np.cumsum([0, *(len(_labels(one)) for one in message.classes)])[:-1]


def _threshold_classifier(compute, p, x):
    given = compute(p.model, x)
    if p.method == p.METHOD_PREDICT_PROBA:
        scores = given["predict_proba"][:, p.positive]
    else:
        scores = given["decision_function"] if p.positive else -given["decision_function"]
    reached = np.where(scores >= p.threshold, p.positive, 1 - p.positive)
    handed_on = ("predict_proba", "predict_log_proba", "decision_function")
    kept = {name: given[name] for name in handed_on if name in given}
    return {"predict": _classes(p.model)[reached]} | kept


def _classes(model):
    """Give the classes of a classifier, or of what is in it."""
    message = getattr(model, model.WhichOneof("model"))
    if hasattr(message, "steps"):
        return _classes(message.steps[-1])
    if not hasattr(message, "classes"):
        return _classes(message.model)
    return _labels(message.classes[0] if hasattr(message.classes, "__len__") else message.classes)


def _transformed_target(compute, p, x):
    given = compute(p.model, x)["predict"].reshape(len(x), -1)
    back = reference_functions.FUNCTIONS[p.inverse](given) if p.inverse else _back(p.final, given)
    return {"predict": back if p.n_outputs else back[:, 0]}


def _back(model, rows):
    """Give inverse_transform of scalers, and of pipelines of them."""
    if model.WhichOneof("model") == "pipeline":
        for step in reversed(model.pipeline.steps):
            rows = _back(step, rows)
        return rows
    p = model.affine_scaler
    for step, undo in (("add", np.subtract), ("multiply", np.divide), ("divide", np.multiply), ("subtract", np.add)):
        if getattr(p, step):
            rows = undo(rows, np.array(getattr(p, step)))
    return rows


def _own(model):
    """Give the classes of a member, which are ints."""
    arm = model.WhichOneof("model")
    if arm == "pipeline":
        return _own(model.pipeline.steps[-1])
    if arm == "delegate":
        return _own(model.delegate.model)
    message = getattr(model, arm)
    classes = message.classes
    # Trees have the classes of each output.
    return list(classes[0].ints if hasattr(classes, "__len__") else classes.ints)


def _median(row, weights):
    order = np.argsort(row, kind="stable")
    sums = np.cumsum(np.array(weights)[order])
    return row[order[int((sums >= 0.5 * sums[-1]).argmax())]]


def families(compute):
    """Give the computations by arm; `compute` gives every method's output of a model inside."""
    found = {
        "ada_boost": _ada_boost,
        "bagging": _bagging,
        "delegate": _delegate,
        "stacking": _stacking,
        "threshold_classifier": _threshold_classifier,
        "transformed_target": _transformed_target,
        "voting": _voting,
    }
    return {arm: partial(one, compute) for arm, one in found.items()}
