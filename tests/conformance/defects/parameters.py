"""Parameters that contradict each other, in every family: counts, ranges, numbers that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, edited

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
    (
        "linear_regression",
        "too_few_coefficients",
        "nine values for ten features",
        "shape",
        "coefficients",
        drop("coefficients"),
    ),
    (
        "linear_regression",
        "too_many_coefficients",
        "eleven for ten",
        "shape",
        "coefficients",
        more("coefficients", 1.0),
    ),
    (
        "linear_regression",
        "no_coefficients",
        "an empty list, as of a cut file",
        "shape",
        "coefficients",
        drop("coefficients", 10),
    ),
    (
        "linear_regression",
        "nan_coefficient",
        "NaN in the middle of a list",
        "non_finite",
        "coefficients",
        put("coefficients", 4, NAN),
    ),
    (
        "linear_regression",
        "infinite_coefficient",
        "an infinity at the end",
        "non_finite",
        "coefficients",
        put("coefficients", 9, -INF),
    ),
    (
        "linear_regression",
        "nan_intercept",
        "the optional field may be absent, not NaN",
        "non_finite",
        "intercept",
        assign("intercept", NAN),
    ),
    ("linear_regression", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    (
        "linear_regression",
        "negative_width",
        "a product of two negative counts is positive",
        "shape",
        "",
        assign("n_features", -10),
    ),
    (
        "linear_regression",
        "huge_width",
        "2^31 - 1 features declared, ten there: nothing may be allocated",
        "shape",
        "coefficients",
        assign("n_features", 2**31 - 1),
    ),
    ("linear_regression", "negative_outputs", "outputs below none", "shape", "n_outputs", assign("n_outputs", -1)),
    (
        "linear_regression",
        "huge_outputs",
        "a product that overflows 32 bits",
        "shape",
        "coefficients",
        assign("n_outputs", 2**31 - 1),
    ),
    (
        "linear_regression",
        "intercepts_without_outputs",
        "a list of intercepts beside the single one",
        "shape",
        "intercepts",
        more("intercepts", 1.0),
    ),
    (
        "linear_regression",
        "missing_intercepts",
        "one output of shape (rows, 1) needs its intercept in the list",
        "shape",
        "intercepts",
        assign("n_outputs", 1),
    ),
    ("linear_regression", "unknown_link", "a link of a later schema", "shape", "link", assign("link", 7)),
    (
        "sgd_classifier",
        "too_few_coefficients",
        "a row of coefficients is cut",
        "shape",
        "coefficients",
        drop("coefficients"),
    ),
    (
        "sgd_classifier",
        "nan_coefficient",
        "NaN among the coefficients",
        "non_finite",
        "coefficients",
        put("coefficients", 3, NAN),
    ),
    (
        "sgd_classifier",
        "infinite_intercept",
        "an infinity among the intercepts",
        "non_finite",
        "intercepts",
        put("intercepts", 1, INF),
    ),
    (
        "sgd_classifier",
        "too_few_intercepts",
        "two intercepts for three rows",
        "shape",
        "coefficients",
        drop("intercepts"),
    ),
    ("sgd_classifier", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("sgd_classifier", "negative_width", "a negative width", "shape", "", assign("n_features", -4)),
    (
        "sgd_classifier",
        "huge_width",
        "2^31 - 1 features, twelve values",
        "shape",
        "coefficients",
        assign("n_features", 2**31 - 1),
    ),
    ("sgd_classifier", "unknown_probability", "a probability of a later schema", "shape", "", assign("probability", 9)),
    ("sgd_classifier", "unknown_target", "a target of a later schema", "shape", "", assign("target", 5)),
    (
        "sgd_one_class_svm",
        "too_many_coefficients",
        "five values for four features",
        "shape",
        "coefficients",
        more("coefficients", 0.0),
    ),
    (
        "sgd_one_class_svm",
        "nan_coefficient",
        "NaN among the coefficients",
        "non_finite",
        "coefficients",
        put("coefficients", 0, NAN),
    ),
    (
        "sgd_one_class_svm",
        "infinite_offset",
        "an offset that makes every row an outlier",
        "non_finite",
        "offset",
        assign("offset", INF),
    ),
    ("sgd_one_class_svm", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    ("sgd_one_class_svm", "negative_width", "a negative width", "shape", "", assign("n_features", -1)),
    ("kmeans", "too_few_centers", "a center is cut", "shape", "centers", drop("centers")),
    (
        "kmeans",
        "nan_center",
        "NaN is near nothing, and is the argmin in some languages",
        "non_finite",
        "centers",
        put("centers", 5, NAN),
    ),
    ("kmeans", "zero_clusters", "no cluster to be in", "shape", "", assign("n_clusters", 0)),
    (
        "kmeans",
        "negative_clusters",
        "two negative counts have a positive product",
        "shape",
        "",
        lambda m: (assign("n_clusters", -3)(m), assign("n_features", -4)(m)),
    ),
    ("kmeans", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    (
        "kmeans",
        "swapped_counts_overflow",
        "65536 x 65536 is 0 in 32 bits",
        "shape",
        "centers",
        lambda m: (arm(m).ClearField("centers"), assign("n_clusters", 65536)(m), assign("n_features", 65536)(m)),
    ),
    ("bisecting_kmeans", "too_few_centers", "a center is cut", "shape", "centers", drop("centers")),
    (
        "bisecting_kmeans",
        "infinite_center",
        "an infinity among the centers",
        "non_finite",
        "centers",
        put("centers", 7, INF),
    ),
    ("bisecting_kmeans", "too_few_children", "one index is missing", "shape", "", drop("left")),
    ("bisecting_kmeans", "too_many_clusters", "more clusters than leaves", "shape", "", assign("n_clusters", 8)),
    ("bisecting_kmeans", "zero_width", "no row has no value", "shape", "", assign("n_features", 0)),
    (
        "bisecting_kmeans",
        "no_nodes",
        "an empty tree has no root to start at",
        "shape",
        "",
        lambda m: [arm(m).ClearField(f) for f in ("centers", "left", "right", "labels")],
    ),
    (
        "affine_scaler",
        "too_few_subtrahends",
        "a list is neither empty nor whole",
        "shape",
        "subtract",
        drop("subtract"),
    ),
    ("affine_scaler", "too_many_divisors", "four values for three features", "shape", "divide", more("divide", 1.0)),
    ("affine_scaler", "wrong_multiply", "one value for three features", "shape", "multiply", more("multiply", 1.0)),
    ("affine_scaler", "wrong_add", "two values for three features", "shape", "add", more("add", 1.0, 2.0)),
    ("affine_scaler", "zero_divisor", "a division by 0.0", "non_finite", "divide", put("divide", 0, 0.0)),
    ("affine_scaler", "negative_zero_divisor", "a division by -0.0", "non_finite", "divide", put("divide", 2, -0.0)),
    (
        "affine_scaler",
        "infinite_subtrahend",
        "NaN is legal here, an infinity is not",
        "non_finite",
        "subtract",
        put("subtract", 1, INF),
    ),
    ("affine_scaler", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    (
        "affine_scaler",
        "clip_upside_down",
        "low is over high",
        "shape",
        "clip",
        lambda m: (setattr(m.affine_scaler.clip, "low", 2.0), setattr(m.affine_scaler.clip, "high", 1.0)),
    ),
    (
        "affine_scaler",
        "nan_clip",
        "a limit that bounds nothing",
        "non_finite",
        "clip",
        lambda m: setattr(m.affine_scaler.clip, "low", NAN),
    ),
    ("passthrough", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("passthrough", "negative_width", "a negative width", "shape", "n_features", assign("n_features", -2)),
]


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
