"""Classes that are none, and trees that a walk would not leave, or would leave too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited
from defects.parameters import INF, NAN, assign, put


def of_labels() -> Iterator[Defect]:
    """Give classes that are missing, doubled or mixed, or too many or too few."""

    def defect(name: str, why: str, edit: Edit, case_id: str = "sgd_classifier/log_loss_multiclass") -> Defect:
        path = "sgd_classifier.classes"
        return Defect(f"labels/{name}", why, "labels", edited(case(case_id), edit), path=path)

    def replace(kind: str, *values: Any) -> Edit:
        def edit(model: Any) -> None:
            model.sgd_classifier.classes.Clear()
            getattr(model.sgd_classifier.classes, kind).extend(values)

        return edit

    yield defect("none", "no classes for three outputs", replace("ints"))
    yield defect("doubled_ints", "the class 1 twice", replace("ints", 0, 1, 1))
    yield defect("doubled_strings", "the class b twice", replace("strings", "a", "b", "b"))
    yield defect(
        "zeros_of_both_signs", "0.0 and -0.0 are equal, so they are one class", replace("doubles", 0.0, -0.0, 1.0)
    )
    yield defect("nan", "NaN equals nothing, itself included", replace("doubles", 0.0, NAN, 1.0))
    yield defect("infinite", "an infinity as a class", replace("doubles", 0.0, 1.0, INF))
    yield defect("mixed", "ints and strings at once", lambda m: m.sgd_classifier.classes.strings.append("three"))
    yield defect("too_few", "two classes for three outputs", replace("ints", 0, 1))
    yield defect("too_many", "four classes for three outputs", replace("ints", 0, 1, 2, 3))
    yield defect(
        "one_for_one", "one class for one output: two are needed", replace("ints", 0), "sgd_classifier/hinge_binary"
    )
    yield defect(
        "three_for_one", "three classes for one output", replace("ints", 0, 1, 2), "sgd_classifier/hinge_binary"
    )
    multilabel = "sgd_classifier/ridge_multilabel"
    yield defect("multilabel_strings", "multilabel classes are 0 ... m - 1", replace("strings", *"abcd"), multilabel)
    yield defect("multilabel_order", "multilabel classes in another order", replace("ints", 0, 2, 1, 3), multilabel)
    for name, why, field, value, base_id in (
        ("multilabel_probability", "a multilabel model has no probabilities", "probability", 1, multilabel),
        ("softmax_of_one", "a softmax of a single score is 1", "probability", 2, "sgd_classifier/log_loss_binary"),
    ):
        data = edited(case(base_id), assign(field, value))
        yield Defect(f"sgd_classifier/{name}", why, "shape", data, path="sgd_classifier.probability")


def of_trees() -> Iterator[Defect]:
    """Give trees that are none: a walk down them would not end, or would leave them."""

    def defect(name: str, why: str, edit: Edit, n_clusters: int = 3) -> Defect:
        model = base("bisecting_kmeans")
        tree = model.bisecting_kmeans
        for field in ("centers", "left", "right", "labels"):
            tree.ClearField(field)
        # 0 -> 1, 2; 2 -> 3, 4: leaves 1, 3 and 4.
        tree.left.extend([1, 0, 3, 0, 0])
        tree.right.extend([2, 0, 4, 0, 0])
        tree.labels.extend([-1, 0, -1, 1, 2])
        tree.centers.extend([0.0] * 20)
        tree.n_clusters = n_clusters
        return Defect(f"tree/{name}", why, "tree", edited(model, edit), path="bisecting_kmeans")

    yield defect("cycle", "a child that is its own grandparent: the walk would not end", put("left", 2, 0))
    yield defect("self", "a node that is its own child", put("right", 2, 2))
    yield defect("child_before_parent", "an index back up the tree", put("left", 2, 1))
    yield defect("out_of_range", "an index behind the last node", put("right", 2, 5))
    yield defect("negative_child", "an index below 0", put("right", 0, -2))
    yield defect("huge_child", "an index of 2^31 - 1", put("right", 0, 2**31 - 1))
    yield defect("two_parents", "a node that two inner nodes share, so that another has none", put("right", 2, 3))
    yield defect("orphan", "nodes that no walk reaches", lambda m: (put("left", 2, 0)(m), put("right", 2, 0)(m)))
    yield defect("one_child", "an inner node without its right child", put("right", 2, 0))
    yield defect("label_of_inner_node", "a label where the walk goes on", put("labels", 2, 1))
    yield defect("leaf_without_label", "-1 where the walk ends", put("labels", 3, -1))
    yield defect("doubled_label", "two leaves of one cluster", put("labels", 4, 1))
    yield defect("label_too_high", "a label that transform has no column for", put("labels", 4, 3))
