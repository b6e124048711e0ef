"""Histogram gradient boosting as the operator TreeEnsemble, whose nodes may ask for members of a set."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto, helper

from modelx import wire
from modelx.estimators import hist_categories, hist_trees
from modelx.formats.onnx_graph import inputs
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.ensemble import chosen, label_of
from modelx.formats.onnx_graph.graph import ML_DOMAIN
from modelx.formats.onnx_graph.missing_indicator import lacks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import hist_gradient_boosting_pb2, model_pb2

    Proto = hist_gradient_boosting_pb2.HistGradientBoostingProto

_SUM, _NO_TRANSFORM = 1, 0
_LESS_OR_EQUAL, _MEMBER = 0, 6


class HistGradientBoostingBuilder(Builder):
    """``hist_gradient_boosting``."""

    names: ClassVar[dict[str, str]] = {
        "predict": "label",
        "predict_proba": "probabilities",
        "decision_function": "scores",
    }

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        return self.names if model.hist_gradient_boosting.HasField("classes") else {"predict": "predictions"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return lacks(*(text for one in model.hist_gradient_boosting.categories for text in one.categories.strings))

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.hist_gradient_boosting
        raw = _raw(graph, proto, x)
        if not proto.HasField("classes"):
            value = graph.column(raw)
            return {"predict": graph.node("Exp", value) if proto.link == proto.LINK_LOG else value}
        if len(proto.baseline) > 1:
            label, probabilities = chosen(graph, proto.classes, raw), graph.node("Softmax", raw, axis=1)
            return {"predict": label, "predict_proba": probabilities, "decision_function": raw}
        score, one = graph.column(raw), graph.constant(1.0)
        index = graph.node("Cast", graph.node("Greater", score, graph.constant(0.0)), to=TensorProto.INT64)
        # onnxruntime's Sigmoid in double is off by 1e-9 of small probabilities.
        p = graph.node("Div", one, graph.node("Add", one, graph.node("Exp", graph.node("Neg", raw))))
        return {
            "predict": label_of(graph, proto.classes, index),
            "predict_proba": graph.node("Concat", graph.node("Sub", one, p), p, axis=1),
            "decision_function": score,
        }


class _Nodes:
    """The attributes of TreeEnsemble, node by node."""

    def __init__(self, n_leaves: int) -> None:
        self.features: list[int] = []
        self.modes: list[int] = []
        self.splits: list[float] = []
        self.missing_true: list[int] = []
        # Of each node: whether the child is a leaf, and its number.
        self.true: list[tuple[bool, int]] = []
        self.false: list[tuple[bool, int]] = []
        self.roots: list[int] = []
        self.members: list[float] = []
        # The leaves that are a second time there, behind all others.
        self.again: list[int] = []
        self.n_leaves = n_leaves

    def leaf(self, number: int) -> None:
        """Add a tree of a leaf alone: the operator has a node for it, whose right child is a second leaf like it."""
        self.roots.append(len(self.features))
        self.add(0, _LESS_OR_EQUAL, 0.0, missing_true=True)
        self.true[-1], self.false[-1] = (True, number), (True, self.n_leaves + len(self.again))
        self.again.append(number)

    def add(self, feature: int, mode: int, split: float, *, missing_true: bool) -> None:
        self.features.append(feature)
        self.modes.append(mode)
        self.splits.append(split)
        self.missing_true.append(int(missing_true))
        self.true.append((False, 0))
        self.false.append((False, 0))


def _raw(graph: Graph, proto: Proto, x: str) -> str:
    """Give the raw scores, shape [N, K], added in the order of the schema: the baselines are the first trees."""
    outputs = len(proto.baseline)
    features = np.asarray(proto.features, dtype=np.int64)
    found = hist_trees.structure(features >= 0)
    if found is None:
        raise ValueError("the trees were not checked")
    nodes = _Nodes(outputs + int((features < 0).sum()))
    for k in range(outputs):
        nodes.leaf(k)
    x, columns = _numbered(graph, proto, x)
    _add_trees(nodes, proto, columns[features], found)
    weights = np.concatenate([wire.doubles(proto.baseline), wire.doubles(proto.values)])
    tree_of_leaf = np.searchsorted(found.starts, np.flatnonzero(features < 0), side="right") - 1
    targets = np.concatenate([np.arange(outputs), tree_of_leaf % outputs])
    weights, targets = (np.concatenate([values, values[nodes.again]]) for values in (weights, targets))
    attributes = {
        name: helper.make_tensor(name, TensorProto.DOUBLE, [len(values)], values)
        for name, values in (("nodes_splits", nodes.splits), ("membership_values", nodes.members))
        if values
    }
    return graph.node(
        "TreeEnsemble",
        x,
        domain=ML_DOMAIN,
        aggregate_function=_SUM,
        post_transform=_NO_TRANSFORM,
        n_targets=outputs,
        tree_roots=nodes.roots,
        nodes_featureids=nodes.features,
        nodes_modes=helper.make_tensor("nodes_modes", TensorProto.UINT8, [len(nodes.modes)], nodes.modes),
        nodes_missing_value_tracks_true=nodes.missing_true,
        nodes_truenodeids=[number for _, number in nodes.true],
        nodes_trueleafs=[int(is_leaf) for is_leaf, _ in nodes.true],
        nodes_falsenodeids=[number for _, number in nodes.false],
        nodes_falseleafs=[int(is_leaf) for is_leaf, _ in nodes.false],
        leaf_targetids=targets.tolist(),
        leaf_weights=helper.make_tensor("leaf_weights", TensorProto.DOUBLE, [len(weights)], weights),
        **attributes,
    )


def _numbered(graph: Graph, proto: Proto, x: str) -> tuple[str, NDArray[np.int64]]:
    """Put numbers in the place of categories; give the value, and the column of each feature in it.

    The operator takes members of sets for whole numbers. What is no category becomes NaN.
    """
    categorical, known = hist_categories.mask(proto), len(proto.categories)
    # The last element is that of -1, which stands for a leaf.
    if not known:
        return x, np.append(np.arange(proto.n_features), -1)
    order = hist_categories.order(categorical)
    columns = [
        _numbers(graph, graph.one(x, j), feature) for j, feature in zip(order.tolist(), proto.categories, strict=False)
    ]
    if not categorical.all():
        columns.append(graph.select(x, order[known:].tolist()))
    return graph.node("Concat", *columns, axis=1), np.append(np.argsort(order), -1)


def _numbers(graph: Graph, column: str, feature: hist_gradient_boosting_pb2.CategoricalFeature) -> str:
    """Give the numbers of the categories in a column, shape [N, 1]."""
    found = feature.categories
    text = hist_categories.is_text(feature)
    keys = [*found.strings, *[inputs.NONE] * found.none] if text else list(found.ints or found.doubles)
    return graph.look_up(column, keys, range(len(keys)), np.nan, texts=text)


def _add_trees(nodes: _Nodes, proto: Proto, features: NDArray[np.int64], found: hist_trees.Structure) -> None:
    """Add the trees; `features` are the columns that nodes ask for, of which categories come first."""
    outputs, known = len(proto.baseline), hist_categories.counts(proto)
    thresholds, directions, sets = iter(proto.thresholds), iter(proto.missing_left), count()
    inner, is_start = features >= 0, np.zeros(len(features), dtype=bool)
    is_start[found.starts] = True
    # The numbers of the nodes, among which are roots that stand for a leaf, and of the leaves.
    of_node = len(nodes.features) + np.cumsum(inner) - inner + np.cumsum(is_start & ~inner)
    of_leaf = outputs + np.cumsum(~inner) - ~inner
    for i, feature in enumerate(features.tolist()):
        if is_start[i] and not inner[i]:
            nodes.leaf(int(of_leaf[i]))
        if not inner[i]:
            continue
        if is_start[i]:
            nodes.roots.append(len(nodes.features))
        missing_left, swapped = next(directions), False
        if feature < len(known):
            swapped = missing_left
            _add_set(nodes, feature, _members(proto, known[feature], next(sets), among_left=not swapped))
        else:
            nodes.add(feature, _LESS_OR_EQUAL, next(thresholds), missing_true=missing_left)
        left, right = ((not inner[c], int(of_node[c] if inner[c] else of_leaf[c])) for c in (i + 1, found.right[i]))
        nodes.true[-1], nodes.false[-1] = (right, left) if swapped else (left, right)


def _members(proto: Proto, known: int, number: int, *, among_left: bool) -> list[float]:
    """Give the numbers of the known categories that a set sends to the left, or of those that it sends to the right."""
    words = proto.left_categories[number * hist_trees.WORDS : (number + 1) * hist_trees.WORDS]
    return [float(q) for q in range(known) if bool(words[q // 32] >> (q % 32) & 1) == among_left]


def _add_set(nodes: _Nodes, feature: int, members: list[float]) -> None:
    """Add a node that is true for members: what is unknown, or missing, is none, and goes where the node is false."""
    if members:
        nodes.add(feature, _MEMBER, 0.0, missing_true=False)
        # Lists of members follow one another, each of them ended by NaN.
        nodes.members += [*members, float("nan")]
    else:
        nodes.add(feature, _LESS_OR_EQUAL, -np.inf, missing_true=False)
