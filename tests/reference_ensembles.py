"""Boosted trees, isolation forests and embeddings as the comments of proto/modelx/v1 define them, in plain numpy."""

from __future__ import annotations

import numpy as np


def leaf_of(tree, row):
    """Give the number of the leaf that a row comes to, among the leaves of a tree in the order of its nodes."""
    inner = np.cumsum([f >= 0 for f in tree.features]) - 1
    node = 0
    while tree.features[node] >= 0:
        i = inner[node]
        v = np.float32(row[tree.features[node]])
        if np.isnan(v):
            goes_left = bool(tree.missing_left) and tree.missing_left[i]
        else:
            goes_left = np.float64(v) <= tree.thresholds[i]
        node += tree.left[i] if goes_left else tree.right[i]
    return sum(f < 0 for f in tree.features[:node])


def _depths(tree):
    """Give how many nodes there are on the way to each leaf, itself among them."""
    depths, inner = [1] * len(tree.features), 0
    for node, feature in enumerate(tree.features):
        if feature >= 0:
            depths[node + tree.left[inner]] = depths[node + tree.right[inner]] = depths[node] + 1
            inner += 1
    return [depth for depth, feature in zip(depths, tree.features, strict=True) if feature < 0]


def families(compute):
    """Give the computations by arm; `compute` gives every method's output of a model inside."""

    def gradient_boosting(p, x):
        return _linked(p, _sums(p, x, compute))

    return {
        "gradient_boosting": gradient_boosting,
        "isolation_forest": _isolation_forest,
        "random_trees_embedding": _random_trees_embedding,
    }


def _sums(p, x, compute):
    if p.HasField("model"):
        raw = _from_model(p, compute(p.model, x.astype(np.float32).astype(np.float64)))
    else:
        raw = np.tile(np.array(p.init), (len(x), 1))
    for i, tree in enumerate(p.trees):
        for row, out in zip(x, raw, strict=True):
            out[i % p.n_outputs] += p.learning_rate * tree.values[leaf_of(tree, row)]
    return raw


def _from_model(p, answers):
    if p.link == p.LINK_IDENTITY:
        return answers["predict"].reshape(-1, 1).copy()
    probabilities = np.minimum(np.maximum(answers["predict_proba"], p.clip), 1.0 - p.clip)
    if p.link == p.LINK_SOFTMAX:
        mean = np.log(probabilities).sum(axis=1) / p.n_outputs
        return np.log(probabilities / np.exp(mean)[:, None])
    second = probabilities[:, 1:]
    return np.log(second / (1.0 - second)) * (0.5 if p.link == p.LINK_HALF_LOGIT else 1.0)


def _linked(p, raw):
    if p.link == p.LINK_IDENTITY:
        return {"predict": raw[:, 0]}
    classes = np.array(p.classes.strings or p.classes.ints or p.classes.doubles or p.classes.bools)
    if p.link == p.LINK_SOFTMAX:
        e = np.exp(raw - raw.max(axis=1, keepdims=True))
        proba = e / e.sum(axis=1, keepdims=True)
        out = {"predict": classes[raw.argmax(axis=1)], "decision_function": raw}
    else:
        second = 1.0 / (1.0 + np.exp(-(2.0 if p.link == p.LINK_HALF_LOGIT else 1.0) * raw))
        proba = np.hstack([1.0 - second, second])
        out = {"predict": classes[(raw[:, 0] >= 0).astype(int)], "decision_function": raw[:, 0]}
    return out | {"predict_proba": proba, "predict_log_proba": np.log(proba)}


def _isolation_forest(p, x):
    length = dict(zip(p.sizes, p.lengths, strict=True))
    depth = np.zeros(len(x))
    for t, tree in enumerate(p.trees):
        rows = x[:, p.columns[t * p.n_columns : (t + 1) * p.n_columns]] if p.n_columns else x
        depths = _depths(tree)
        for i, row in enumerate(rows):
            leaf = leaf_of(tree, row)
            depth[i] += (depths[leaf] + length[tree.n_node_samples[leaf]]) - 1.0
    score = -np.exp2(-(depth / p.normalizer if p.normalizer else np.ones(len(x))))
    decision = score - p.offset
    return {"predict": np.where(decision < 0, -1, 1), "decision_function": decision, "score_samples": score}


def _random_trees_embedding(p, x):
    blocks = []
    for tree in p.trees:
        block = np.zeros((len(x), len(tree.left) + 1))
        for i, row in enumerate(x):
            block[i, leaf_of(tree, row)] = 1.0
        blocks.append(block)
    return {"transform": np.hstack(blocks)}
