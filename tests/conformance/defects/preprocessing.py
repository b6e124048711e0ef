"""Transformers of single rows whose parameters contradict each other, or were changed after they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, edited
from defects.parameters import INF, NAN, arm, assign, drop, more, put

_HUGE = 2**31 - 1


def both(*edits: Edit) -> Edit:
    """Give an edit that makes several."""

    def edit(model: Any) -> None:
        for one in edits:
            one(model)

    return edit


# family, name, why, kind, field, edit
_TABLE: list[tuple[str, str, str, str, str, Edit]] = [
    ("binarizer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("binarizer", "nan_threshold", "nothing is above NaN", "non_finite", "threshold", assign("threshold", NAN)),
    ("binarizer", "infinite_threshold", "all is above it", "non_finite", "threshold", assign("threshold", -INF)),
    ("normalizer", "negative_width", "a negative width", "shape", "n_features", assign("n_features", -4)),
    ("normalizer", "no_norm", "a norm that is not set", "shape", "norm", assign("norm", 0)),
    ("normalizer", "unknown_norm", "a norm of a later schema", "shape", "norm", assign("norm", 9)),
    ("kernel_centerer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("kernel_centerer", "huge_width", "2^31 - 1 samples", "shape", "column_means", assign("n_features", _HUGE)),
    ("kernel_centerer", "too_few_means", "one is missing", "shape", "column_means", drop("column_means")),
    ("kernel_centerer", "nan_column", "all would be NaN", "non_finite", "column_means", put("column_means", 2, NAN)),
    ("kernel_centerer", "infinite_mean", "all would be infinite", "non_finite", "mean", assign("mean", -INF)),
    ("polynomial_features", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("polynomial_features", "negative_degree", "no power below 0", "shape", "min_degree", assign("min_degree", -1)),
    (
        "polynomial_features",
        "degrees_upside_down",
        "the lowest over the highest",
        "shape",
        "min_degree",
        assign("min_degree", 5),
    ),
    (
        "polynomial_features",
        "huge_degree",
        "more terms than any memory holds: nothing may be computed or allocated",
        "shape",
        "max_degree",
        assign("max_degree", _HUGE),
    ),
    (
        "polynomial_features",
        "huge_width",
        "2^31 - 1 features, of which a few bytes speak",
        "shape",
        "max_degree",
        assign("n_features", _HUGE),
    ),
    (
        "polynomial_features",
        "no_columns",
        "triples without repetition of two features, and no bias",
        "shape",
        "max_degree",
        both(
            assign("n_features", 2),
            assign("min_degree", 3),
            assign("max_degree", 3),
            assign("interaction_only", True),
            assign("include_bias", False),
        ),
    ),
    ("k_bins_discretizer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("k_bins_discretizer", "too_few_counts", "no count for a feature", "shape", "n_bins", drop("n_bins")),
    ("k_bins_discretizer", "no_bins", "a feature without a bin", "shape", "n_bins", put("n_bins", 1, 0)),
    ("k_bins_discretizer", "negative_bins", "a count below 0", "shape", "n_bins", put("n_bins", 0, -3)),
    (
        "k_bins_discretizer",
        "huge_bins",
        "2^31 - 1 bins in each feature: a sum over 32 bits, and nothing may be allocated",
        "shape",
        "edges",
        both(*(put("n_bins", j, _HUGE) for j in range(3))),
    ),
    ("k_bins_discretizer", "too_many_edges", "an edge over", "shape", "edges", more("edges", 1e9)),
    ("k_bins_discretizer", "nan_edge", "nothing is beside NaN", "non_finite", "edges", put("edges", 1, NAN)),
    (
        "k_bins_discretizer",
        "infinite_edge",
        "an infinity among several bins",
        "non_finite",
        "edges",
        put("edges", 0, -INF),
    ),
    (
        "k_bins_discretizer",
        "descending_edges",
        "a search by halves would go astray",
        "shape",
        "edges",
        put("edges", 1, 1e9),
    ),
    (
        "k_bins_discretizer",
        "edges_of_more_digits",
        "edges said to be float32 that are not",
        "shape",
        "edges",
        both(assign("single_precision", True), put("edges", 1, 0.1 + 5.0)),
    ),
    ("power_transformer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("power_transformer", "no_method", "a method that is not set", "shape", "method", assign("method", 0)),
    ("power_transformer", "too_few_exponents", "one is missing", "shape", "lambdas", drop("lambdas")),
    ("power_transformer", "nan_exponent", "no power is NaN", "non_finite", "lambdas", put("lambdas", 2, NAN)),
    ("power_transformer", "more_digits", "no float32", "shape", "lambdas", assign("single_precision", True)),
    (
        "power_transformer",
        "half_a_scale",
        "means without deviations",
        "shape",
        "divide",
        lambda m: arm(m).ClearField("divide"),
    ),
    ("power_transformer", "zero_divisor", "a division by 0", "non_finite", "divide", put("divide", 3, 0.0)),
    ("power_transformer", "infinite_mean", "an infinity", "non_finite", "subtract", put("subtract", 0, -INF)),
    ("quantile_transformer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("quantile_transformer", "no_output", "an output that is not set", "shape", "output", assign("output", 0)),
    (
        "quantile_transformer",
        "no_references",
        "ranks of nothing",
        "shape",
        "references",
        lambda m: (arm(m).ClearField("references"), arm(m).ClearField("quantiles")),
    ),
    ("quantile_transformer", "too_few_quantiles", "one is missing", "shape", "quantiles", drop("quantiles")),
    ("quantile_transformer", "huge_width", "2^31 - 1 features", "shape", "quantiles", assign("n_features", _HUGE)),
    (
        "quantile_transformer",
        "nan_quantile",
        "nothing is beside NaN",
        "non_finite",
        "quantiles",
        put("quantiles", 7, NAN),
    ),
    (
        "quantile_transformer",
        "descending_quantiles",
        "a search by halves would go astray",
        "shape",
        "quantiles",
        put("quantiles", 0, 1e9),
    ),
    (
        "quantile_transformer",
        "descending_references",
        "the inverse would go astray",
        "shape",
        "references",
        put("references", 3, 0.9),
    ),
    ("spline_transformer", "zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0)),
    ("spline_transformer", "negative_degree", "no degree below 0", "shape", "degree", assign("degree", -1)),
    ("spline_transformer", "huge_degree", "more knots than there are", "shape", "knots", assign("degree", _HUGE)),
    ("spline_transformer", "huge_width", "2^31 - 1 features", "shape", "knots", assign("n_features", _HUGE)),
    ("spline_transformer", "too_few_knots", "one is missing", "shape", "knots", drop("knots")),
    ("spline_transformer", "nan_knot", "nothing is beside NaN", "non_finite", "knots", put("knots", 5, NAN)),
    (
        "spline_transformer",
        "descending_knots",
        "an interval of a negative length",
        "shape",
        "knots",
        put("knots", 0, 1e9),
    ),
    (
        "spline_transformer",
        "no_extrapolation",
        "an extrapolation that is not set",
        "shape",
        "extrapolation",
        assign("extrapolation", 0),
    ),
    ("k_bins_discretizer", "no_encoding", "an encoding that is not set", "shape", "encoding", assign("encoding", 0)),
]


def of_preprocessing() -> Iterator[Defect]:
    """Give the defects of each family's own fields."""
    for family, name, why, kind, field, edit in _TABLE:
        yield Defect(f"{family}/{name}", f"{family}: {why}", kind, edited(base(family), edit), path=f"{family}.{field}")


def of_changed_preprocessing() -> Iterator[Defect]:
    """Give a model of each family that was changed after it was recorded."""

    def threshold(model: Any) -> None:
        model.binarizer.threshold += 0.5
        model.source.params["threshold"].double_value += 0.5

    def norm(model: Any) -> None:
        model.normalizer.norm = model.normalizer.NORM_L1
        model.source.params["norm"].string_value = "l1"

    def mean(model: Any) -> None:
        model.kernel_centerer.mean *= 1 + 1e-9

    def product(model: Any) -> None:
        recorded = model.evidence.outputs[0]
        recorded.doubles[recorded.n_columns - 1] *= 1 + 2.0**-52

    def edge(model: Any) -> None:
        arm(model).edges[1] *= 1 + 2.0**-50

    def exponent(model: Any) -> None:
        arm(model).lambdas[1] += 1e-9

    def quantile(model: Any) -> None:
        arm(model).quantiles[1] -= 1e-3

    def knot(model: Any) -> None:
        arm(model).knots[4] += 1e-6

    for family, why, edit in (
        ("binarizer", "the threshold is another one", threshold),
        ("normalizer", "another norm divides", norm),
        ("kernel_centerer", "the mean of the matrix is off by a billionth", mean),
        ("polynomial_features", "a recorded product in its last bit", product),
        ("k_bins_discretizer", "an edge between two bins, in its last bits", edge),
        ("power_transformer", "an exponent is off by a billionth", exponent),
        ("quantile_transformer", "the lowest quantile of a feature is lower", quantile),
        ("spline_transformer", "a knot is off by a millionth", knot),
    ):
        yield Defect(f"tampered/{family}", why, "evidence_mismatch", edited(base(family), edit), path=family)
