"""Histogram gradient boosting whose trees are none, whose lists do not fit them, or whose categories are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited
from defects.parameters import INF, NAN, assign, drop, more, put

_ARM = "hist_gradient_boosting"
_MIXED = f"{_ARM}/categories_by_mask"
_CLASSES = f"{_ARM}/multiclass_strings"


def _defect(name: str, why: str, kind: str, path: str, edit: Edit, of: str = "") -> Defect:
    model = case(of) if of else base(_ARM)
    return Defect(f"{_ARM}/{name}", why, kind, edited(model, edit), path=f"{_ARM}.{path}")


def _lists(**fields: list[Any]) -> Edit:
    """Give an edit that puts a model of one feature and one tree in the place of the base's."""

    def edit(model: Any) -> None:
        arm = model.hist_gradient_boosting
        for field in ("thresholds", "missing_left", "values", "features", "bin_thresholds", "leaf_counts"):
            arm.ClearField(field)
        given = {"features": [0, -1, -1], "thresholds": [0.5], "missing_left": [True], "values": [1.0, 2.0]} | fields
        for field, values in given.items():
            getattr(arm, field).extend(values)

    return edit


def of_trees() -> Iterator[Defect]:
    """Give lists in preorder that make no trees, and properties that have no node."""

    def tree(name: str, why: str, features: list[int], of: str = "") -> Defect:
        return _defect(name, why, "tree", "features", _lists(features=features), of)

    yield tree("no_trees", "a sum of nothing but the baseline", [])
    yield tree("without_end", "an inner node whose right subtree is missing", [0, -1])
    yield tree("inner_nodes_alone", "a tree that never comes to a leaf", [0] * 5)
    yield tree("second_without_end", "a whole tree, and the beginning of another", [0, -1, -1, 0, -1])
    yield tree("feature_too_high", "the feature behind the last", [10, -1, -1])
    yield tree("feature_too_low", "a feature of -2, which is neither a leaf nor a column", [-2, -1, -1])
    yield tree("huge_feature", "the feature 2^31 - 1", [2**31 - 1, -1, -1])
    yield tree("trees_for_some_outputs", "one tree for three outputs", [0, -1, -1], _CLASSES)
    yield _defect("too_few_thresholds", "a split without a threshold", "shape", "thresholds", drop("thresholds"))
    yield _defect("too_many_thresholds", "a threshold without a split", "shape", "thresholds", more("thresholds", 0.0))
    yield _defect("nan_threshold", "nothing is <= NaN", "non_finite", "thresholds", put("thresholds", 1, NAN))
    yield _defect("few_directions", "a split that NaN does not pass", "shape", "missing_left", drop("missing_left"))
    yield _defect("too_few_values", "a leaf without a value", "shape", "values", drop("values"))
    yield _defect("too_many_values", "a value without a leaf", "shape", "values", more("values", 0.5))
    yield _defect("nan_value", "a leaf of NaN", "non_finite", "values", put("values", 2, NAN))
    yield _defect("infinite_value", "a leaf of -Inf", "non_finite", "values", put("values", 2, -INF))
    yield _defect("few_bins", "a split without its bin", "shape", "bin_thresholds", drop("bin_thresholds"))
    yield _defect("bin_of_255", "the bin of missing values", "shape", "bin_thresholds", put("bin_thresholds", 0, 255))
    yield _defect("few_counts", "a leaf that counts no rows", "shape", "leaf_counts", drop("leaf_counts"))


def of_outputs() -> Iterator[Defect]:
    """Give widths, baselines, links and classes that do not fit each other."""
    yield _defect("zero_width", "no row has no value", "shape", "n_features", assign("n_features", 0))
    yield _defect("negative_width", "a negative width", "shape", "n_features", assign("n_features", -1))
    yield _defect("no_baseline", "no output", "shape", "baseline", drop("baseline"))
    yield _defect("two_baselines", "a regressor of two outputs", "shape", "baseline", more("baseline", 1.0))
    yield _defect("nan_baseline", "a sum that begins with NaN", "non_finite", "baseline", put("baseline", 0, NAN))
    yield _defect("unknown_link", "a link of a later schema", "shape", "link", assign("link", 9))
    yield _defect("link_of_a_classifier", "scores are no logarithms", "shape", "link", assign("link", 1), _CLASSES)
    yield _defect(
        "too_few_classes",
        "two classes for three outputs",
        "labels",
        "classes",
        lambda m: m.hist_gradient_boosting.classes.strings.pop(),
        _CLASSES,
    )
    yield _defect(
        "no_classes_at_all",
        "a classifier of nothing",
        "labels",
        "classes",
        lambda m: m.hist_gradient_boosting.classes.ClearField("strings"),
        _CLASSES,
    )


def of_categories() -> Iterator[Defect]:
    """Give categories that are no numbers, not in order, or not there."""

    def known(name: str, why: str, edit: Edit, kind: str = "shape") -> Defect:
        def of_first(model: Any) -> None:
            edit(model.hist_gradient_boosting.categories[0].categories)

        return _defect(name, why, kind, "categories[0].categories", of_first, _MIXED)

    def ints(*values: int) -> Edit:
        return lambda known: (known.ClearField("doubles"), known.ints.extend(values))

    def doubles(*values: float) -> Edit:
        return lambda known: (known.ClearField("doubles"), known.doubles.extend(values))

    def strings(*values: str) -> Edit:
        return lambda known: (known.ClearField("doubles"), known.strings.extend(values))

    yield _defect("too_few_flags", "a feature of no kind", "shape", "categorical", drop("categorical"), _MIXED)
    yield _defect("flags_alone", "features without categories", "shape", "categories", drop("categories"), _MIXED)
    yield _defect(
        "categories_alone",
        "categories without a feature",
        "shape",
        "categories",
        lambda m: m.hist_gradient_boosting.categories.add(),
    )
    yield _defect("too_few_sets", "half a set", "shape", "left_categories", drop("left_categories", 4), _MIXED)
    yield _defect("set_of_a_number", "sets nobody asks", "shape", "left_categories", more("left_categories", *range(8)))
    yield known("not_in_order", "a search would miss them", lambda known: known.doubles.reverse())
    yield known("doubled", "a category twice", lambda known: known.doubles.append(known.doubles[-1]))
    yield known("zeros_of_both_signs", "0.0 and -0.0 are one", doubles(-0.0, 0.0))
    yield known("nan", "NaN is missing, and no category", lambda known: known.doubles.append(NAN), "non_finite")
    yield known("infinite", "infinities are refused", lambda known: known.doubles.append(INF), "non_finite")
    yield known("two_types", "ints and doubles at once", lambda known: known.ints.append(1))
    yield known("strings", "strings beside numbers", lambda known: known.strings.append("a"))
    yield known("none", "None beside numbers, of which no row has it", lambda known: setattr(known, "none", True))
    yield known("doubled_strings", "a word twice", strings("a", "b", "a"), "labels")
    yield known("too_many_strings", "256 words", strings(*map(str, range(256))))
    yield known("bools", "bools, which a later version may take", lambda known: known.bools.append(True))
    yield known("too_many", "256 categories, over eight words", ints(*range(256)))
    yield known("ints_over_two_to_53", "ints that are one float64", ints(2**53, 2**53 + 1))


def of_tampering() -> Iterator[Defect]:
    """Give models that were changed after they were recorded."""

    def defect(name: str, why: str, edit: Edit, of: str = "") -> Defect:
        model = case(of) if of else base(_ARM)
        return Defect(f"tampered/{_ARM}{name}", why, "evidence_mismatch", edited(model, edit), path=_ARM)

    def turn(model: Any) -> None:
        flags = model.hist_gradient_boosting.missing_left
        flags[:] = [not flag for flag in flags]

    def swap(model: Any) -> None:
        words = model.hist_gradient_boosting.left_categories
        words[:] = [word ^ 0xFFFFFFFF for word in words]

    def rename(model: Any) -> None:
        model.hist_gradient_boosting.categories[1].categories.strings.reverse()

    yield defect("_words", "each word has the number of another", rename, f"{_ARM}/categories_of_words")
    yield defect("", "the baseline in its last bits: sums agree bit for bit", _last_bits)
    yield defect("_missing", "NaN goes the other way", turn, f"{_ARM}/missing_values")
    yield defect("_categories", "each set has what it had not", swap, _MIXED)


def _last_bits(model: Any) -> None:
    model.hist_gradient_boosting.baseline[0] *= 1.0 + 2.0**-51
