"""Trees of decisions that are none, and models of them that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited
from defects.parameters import INF, NAN

_TREE, _FOREST = "decision_tree", "forest"
_LABELS = "decision_tree/several_labels"


def _first_tree(model: Any) -> Any:
    return model.forest.trees[0] if model.WhichOneof("model") == _FOREST else model.decision_tree.tree


def _put(field: str, index: int, value: Any) -> Edit:
    return lambda m: getattr(_first_tree(m), field).__setitem__(index, value)


def _clear(field: str) -> Edit:
    return lambda m: _first_tree(m).ClearField(field)


def _pop(field: str) -> Edit:
    return lambda m: getattr(_first_tree(m), field).pop()


def of_nodes() -> Iterator[Defect]:
    """Give nodes that a walk would not end at, or would leave the tree by."""
    # Each is a fault of the first tree; the root is an internal node and has a leaf somewhere.
    table: list[tuple[str, str, str, Edit, str]] = [
        ("no_nodes", "a tree of nothing", "tree", lambda m: _first_tree(m).Clear(), "features"),
        ("feature_out_of_range", "a column that no row has", "shape", _put("features", 0, 10_000), "features"),
        ("feature_is_the_width", "a column right behind the last", "shape", _put("features", 0, 4), "features"),
        ("feature_below_leaf", "-2, which is scikit-learn's mark", "shape", _put("features", 0, -2), "features"),
        ("no_leaf", "a last node that asks", "shape", _put("features", -1, 0), "thresholds"),
        ("threshold_nan", "nothing is larger than NaN", "non_finite", _put("thresholds", 0, NAN), "thresholds"),
        ("threshold_low", "nothing is below -Infinity", "non_finite", _put("thresholds", 0, -INF), "thresholds"),
        ("few_thresholds", "a node without a threshold", "shape", _pop("thresholds"), "thresholds"),
        ("few_left", "a node without a left child", "shape", _pop("left"), "left"),
        ("few_right", "a node without a right child", "shape", _pop("right"), "right"),
        ("many_missing", "a way for NaN too many", "shape", _more_missing, "missing_left"),
        ("cycle", "a child that is its own parent: a walk would not end", "tree", _put("left", 0, 0), "left"),
        ("behind_the_end", "a child behind the last node", "tree", _put("right", 0, 2**20), "right"),
        (
            "far_behind_the_end",
            "a child 2^32 - 1 nodes on: no sum may overflow",
            "tree",
            _put("left", 0, 2**32 - 1),
            "left",
        ),
        ("shared_child", "a node with two parents", "tree", _share, ""),
        ("few_values", "a leaf without a value", "shape", _pop("values"), "values"),
        ("value_nan", "a leaf that says NaN", "non_finite", _put("values", 0, NAN), "values"),
        ("value_infinite", "a leaf that says Infinity", "non_finite", _put("values", 0, INF), "values"),
        ("few_differences", "an internal node without its difference", "shape", _pop("inner_differences"), ""),
        ("both_forms", "values of internal nodes in two forms", "shape", _both_forms, "inner_values"),
        ("few_impurities", "a node without its impurity", "shape", _pop("impurities"), "impurities"),
        ("few_samples", "a leaf without its number of rows", "shape", _pop("n_node_samples"), "n_node_samples"),
        ("huge_samples", "2^31 rows in a leaf", "shape", _put("n_node_samples", 0, 2**31), "n_node_samples"),
        ("endless_samples", "2^64 - 1 rows", "shape", _put("n_node_samples", 0, 2**64 - 1), "n_node_samples"),
        ("infinite_weight", "a weight that is infinite", "non_finite", _infinite_weight, "weighted_n_node_samples"),
    ]
    for arm, place in ((_TREE, "tree"), (_FOREST, "trees[0]")):
        for name, why, kind, edit, field in table:
            path = f"{arm}.{place}.{field}" if field else f"{arm}.{place}"
            yield Defect(f"{arm}/{name}", why, kind, edited(base(arm), edit), path=path)


def _more_missing(model: Any) -> None:
    tree = _first_tree(model)
    tree.missing_left[:] = [True] * (len(tree.left) + 1)


def _share(model: Any) -> None:
    tree = _first_tree(model)
    tree.right[0] = tree.left[0]


def _both_forms(model: Any) -> None:
    tree = _first_tree(model)
    tree.inner_values.extend([0.0] * len(tree.inner_differences))


def _infinite_weight(model: Any) -> None:
    tree = _first_tree(model)
    tree.weighted_n_node_samples[:] = [INF] * len(tree.features)


def of_tree_models() -> Iterator[Defect]:
    """Give trees and forests whose outputs and classes contradict each other."""

    def change(arm: str, **fields: Any) -> Edit:
        return lambda m: [setattr(getattr(m, arm), name, value) for name, value in fields.items()]

    for arm in (_TREE, _FOREST):

        def defect(name: str, why: str, kind: str, edit: Edit, path: str, arm: str = arm) -> Defect:
            return Defect(f"{arm}/{name}", why, kind, edited(base(arm), edit), path=f"{arm}.{path}")

        def message(model: Any, arm: str = arm) -> Any:
            return getattr(model, arm)

        yield defect("no_features", "rows of no values", "shape", change(arm, n_features=0), "n_features")
        yield defect("no_outputs", "nothing to predict", "shape", change(arm, n_outputs=0), "n_outputs")
        yield defect("many_outputs", "2^31 - 1 outputs", "labels", change(arm, n_outputs=2**31 - 1), "classes")
        yield defect(
            "outputs_of_a_regressor",
            "2^31 - 1 numbers for each row: nothing may be allocated",
            "shape",
            lambda m, message=message: (
                message(m).ClearField("classes"),
                setattr(message(m), "n_outputs", 2**31 - 1),
            ),
            "tree",
        )
        yield defect(
            "class_too_many",
            "a class that leaves have no value for",
            "shape",
            lambda m, message=message: message(m).classes[0].ints.append(99),
            "tree",
        )
        yield defect(
            "doubled_class",
            "a class twice",
            "labels",
            lambda m, message=message: message(m).classes[0].ints.__setitem__(0, 1),
            "classes[0]",
        )
    yield Defect(
        "decision_tree/classes_of_two_types",
        "ints for one output, strings for another",
        "labels",
        edited(case(_LABELS), _mixed),
        path="decision_tree.classes",
    )
    no_trees: Edit = lambda m: m.forest.ClearField("trees")  # noqa: E731 - as the others
    yield Defect("forest/no_trees", "the mean of nothing", "tree", edited(base(_FOREST), no_trees), path="forest.trees")
    few_seeds: Edit = lambda m: m.forest.seeds.pop()  # noqa: E731
    yield Defect(
        "forest/few_seeds", "a tree without its seed", "shape", edited(base(_FOREST), few_seeds), path="forest.seeds"
    )


def _mixed(model: Any) -> None:
    model.decision_tree.classes[2].Clear()
    model.decision_tree.classes[2].strings.append("zero")


def of_changed_trees() -> Iterator[Defect]:
    """Give trees that were changed after they were recorded."""

    def tampered(name: str, why: str, arm: str, edit: Edit) -> Defect:
        return Defect(f"tampered/{name}", why, "evidence_mismatch", edited(base(arm), edit), path=arm)

    def nudge(model: Any) -> None:
        values = model.forest.trees[3].values
        values[:] = [value * (1 - 2.0**-50) for value in values]

    def swap(model: Any) -> None:
        thresholds = model.decision_tree.tree.thresholds
        thresholds[:] = [threshold + 0.25 for threshold in thresholds]

    yield tampered(_TREE, "thresholds moved by a quarter", _TREE, swap)
    yield tampered(_FOREST, "the values of one tree in their last bits", _FOREST, nudge)
