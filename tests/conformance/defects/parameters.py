"""Parameters that contradict each other, in every family: counts, ranges, numbers that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited

NAN, INF = float("nan"), float("inf")


def put(field: str, index: int, value: Any) -> Edit:
    """Give an edit that sets one element of a list of the arm's message."""

    def edit(model: Any) -> None:
        getattr(arm(model), field)[index] = value

    return edit


def assign(field: str, value: Any) -> Edit:
    """Give an edit that sets a single field of the arm's message."""
    return lambda model: setattr(arm(model), field, value)


def drop(field: str, n: int = 1) -> Edit:
    """Give an edit that takes the last `n` elements off a list."""

    def edit(model: Any) -> None:
        del getattr(arm(model), field)[-n:]

    return edit


def more(field: str, *values: Any) -> Edit:
    """Give an edit that appends to a list."""
    return lambda model: getattr(arm(model), field).extend(values)


def arm(model: Any) -> Any:
    """Give the message of the family."""
    return getattr(model, model.WhichOneof("model"))


# family, name, why, kind, field, edit
_TABLE: list[tuple[str, str, str, str, str, Edit]] = [
    ("linear_regression", "too_few_coefficients", "nine values for ten features", "shape", "coefficients", drop("coefficients")),
    ("linear_regression", "too_many_coefficients", "eleven for ten", "shape", "coefficients", more("coefficients", 1.0)),
    ("linear_regression", "no_coefficients", "an empty list, as of a cut file", "shape", "coefficients", drop("coefficients", 10)),
    ("linear_regression", "nan_coefficient", "NaN in the middle of a list", "non_finite", "coefficients", put("coefficients", 4, NAN)),
    ("linear_regression", "infinite_coefficient", "an infinity at the end", "non_finite", "coefficients", put("coefficients", 9, -INF)),
    ("linear_regression", "nan_intercept", "the optional field may be absent, not NaN", "non_finite", "intercept", assign("intercept", NAN)),
    ("linear_regression", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("linear_regression", "negative_width", "a product of two negative counts is positive", "shape", "", assign("n_features", -10)),
    ("linear_regression", "huge_width", "2^31 - 1 features declared, ten there: nothing may be allocated", "shape", "coefficients", assign("n_features", 2**31 - 1)),
    ("linear_regression", "negative_outputs", "outputs below none", "shape", "n_outputs", assign("n_outputs", -1)),
    ("linear_regression", "huge_outputs", "a product that overflows 32 bits", "shape", "coefficients", assign("n_outputs", 2**31 - 1)),
    ("linear_regression", "intercepts_without_outputs", "a list of intercepts beside the single one", "shape", "intercepts", more("intercepts", 1.0)),
    ("linear_regression", "missing_intercepts", "one output of shape (rows, 1) needs its intercept in the list", "shape", "intercepts", assign("n_outputs", 1)),
    ("linear_regression", "unknown_link", "a link of a later schema", "shape", "link", assign("link", 7)),
    ("sgd_classifier", "too_few_coefficients", "a row of coefficients is cut", "shape", "coefficients", drop("coefficients")),
    ("sgd_classifier", "nan_coefficient", "NaN among the coefficients", "non_finite", "coefficients", put("coefficients", 3, NAN)),
    ("sgd_classifier", "infinite_intercept", "an infinity among the intercepts", "non_finite", "intercepts", put("intercepts", 1, INF)),
    ("sgd_classifier", "too_few_intercepts", "two intercepts for three rows", "shape", "coefficients", drop("intercepts")),
    ("sgd_classifier", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("sgd_classifier", "negative_width", "a negative width", "shape", "", assign("n_features", -4)),
    ("sgd_classifier", "huge_width", "2^31 - 1 features, twelve values", "shape", "coefficients", assign("n_features", 2**31 - 1)),
    ("sgd_classifier", "unknown_probability", "a probability of a later schema", "shape", "", assign("probability", 9)),
    ("sgd_classifier", "unknown_target", "a target of a later schema", "shape", "", assign("target", 5)),
    ("sgd_one_class_svm", "too_many_coefficients", "five values for four features", "shape", "coefficients", more("coefficients", 0.0)),
    ("sgd_one_class_svm", "nan_coefficient", "NaN among the coefficients", "non_finite", "coefficients", put("coefficients", 0, NAN)),
    ("sgd_one_class_svm", "infinite_offset", "an offset that makes every row an outlier", "non_finite", "offset", assign("offset", INF)),
    ("sgd_one_class_svm", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("sgd_one_class_svm", "negative_width", "a negative width", "shape", "", assign("n_features", -1)),
    ("kmeans", "too_few_centers", "a center is cut", "shape", "centers", drop("centers")),
    ("kmeans", "nan_center", "NaN is near nothing, and is the argmin in some languages", "non_finite", "centers", put("centers", 5, NAN)),
    ("kmeans", "zero_clusters", "no cluster to be in", "shape", "", assign("n_clusters", 0)),
    ("kmeans", "negative_clusters", "two negative counts have a positive product", "shape", "", lambda m: (assign("n_clusters", -3)(m), assign("n_features", -4)(m))),
    ("kmeans", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("kmeans", "swapped_counts_overflow", "65536 x 65536 is 0 in 32 bits", "shape", "centers", lambda m: (arm(m).ClearField("centers"), assign("n_clusters", 65536)(m), assign("n_features", 65536)(m))),
    ("bisecting_kmeans", "too_few_centers", "a center is cut", "shape", "centers", drop("centers")),
    ("bisecting_kmeans", "infinite_center", "an infinity among the centers", "non_finite", "centers", put("centers", 7, INF)),
    ("bisecting_kmeans", "too_few_children", "one index is missing", "shape", "", drop("left")),
    ("bisecting_kmeans", "too_many_clusters", "more clusters than leaves", "shape", "", assign("n_clusters", 8)),
    ("bisecting_kmeans", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("bisecting_kmeans", "no_nodes", "an empty tree has no root to start at", "shape", "", lambda m: [arm(m).ClearField(f) for f in ("centers", "left", "right", "labels")]),
    ("affine_scaler", "too_few_subtrahends", "a list is neither empty nor whole", "shape", "subtract", drop("subtract")),
    ("affine_scaler", "too_many_divisors", "four values for three features", "shape", "divide", more("divide", 1.0)),
    ("affine_scaler", "wrong_multiply", "one value for three features", "shape", "multiply", more("multiply", 1.0)),
    ("affine_scaler", "wrong_add", "two values for three features", "shape", "add", more("add", 1.0, 2.0)),
    ("affine_scaler", "zero_divisor", "a division by 0.0", "non_finite", "divide", put("divide", 0, 0.0)),
    ("affine_scaler", "negative_zero_divisor", "a division by -0.0", "non_finite", "divide", put("divide", 2, -0.0)),
    ("affine_scaler", "infinite_subtrahend", "NaN is legal here, an infinity is not", "non_finite", "subtract", put("subtract", 1, INF)),
    ("affine_scaler", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("affine_scaler", "clip_upside_down", "low is over high", "shape", "clip", lambda m: (setattr(m.affine_scaler.clip, "low", 2.0), setattr(m.affine_scaler.clip, "high", 1.0))),
    ("affine_scaler", "nan_clip", "a limit that bounds nothing", "non_finite", "clip", lambda m: setattr(m.affine_scaler.clip, "low", NAN)),
    ("passthrough", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("passthrough", "negative_width", "a negative width", "shape", "n_features", assign("n_features", -2)),
]  # fmt: skip


def of_families() -> Iterator[Defect]:
    """Give the defects of each family's own fields."""
    for family, name, why, kind, field, edit in _TABLE:
        path = f"{family}.{field}" if field else family
        yield Defect(f"{family}/{name}", f"{family}: {why}", kind, edited(base(family), edit), path=path)
    step = base("pipeline")
    step.pipeline.steps[1].affine_scaler.divide[0] = 0.0
    yield Defect(
        "pipeline/defect_in_a_step",
        "the path leads to the step whose parameter is wrong",
        "non_finite",
        step.SerializeToString(deterministic=True),
        path="pipeline.steps[1].affine_scaler.divide",
    )


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
    yield defect("zeros_of_both_signs", "0.0 and -0.0 are equal, so they are one class", replace("doubles", 0.0, -0.0, 1.0))
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
