"""Defects of the families that choose or fill columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited

NAN, INF = float("nan"), float("inf")


def columns(*values: int) -> Edit:
    """Give an edit that replaces the columns of a selection."""

    def edit(model: Any) -> None:
        model.feature_selector.selected[:] = values

    return edit


def of_selectors() -> Iterator[Defect]:
    """Give selections that no rows have, and models over other rows than they are given."""

    def defect(name: str, why: str, edit: Edit, path: str, kind: str = "shape", of: str = "elimination") -> Defect:
        data = edited(case(f"feature_selector/{of}"), edit)
        return Defect(f"feature_selector/{name}", f"selection: {why}", kind, data, path=f"feature_selector{path}")

    def huge(model: Any) -> None:
        model.feature_selector.n_features = 2**31 - 1
        model.feature_selector.selected[-1] = 2**31 - 1

    def deep(model: Any) -> None:
        inner = model.feature_selector
        for _ in range(16):
            inner.model.Clear()
            inner.model.feature_selector.n_features = len(inner.selected)
            inner.model.feature_selector.selected.extend(range(len(inner.selected)))
            inner = inner.model.feature_selector

    def two(model: Any) -> None:
        model.feature_selector.members.append(model.feature_selector.members[0])

    def narrow(model: Any) -> None:
        model.feature_selector.members[0].linear_regression.coefficients.pop()

    yield defect("no_columns", "a selection of nothing", columns(), ".selected")
    yield defect("negative_column", "a column before the first", columns(-1, 3, 6, 12), ".selected[0]")
    yield defect("column_out_of_range", "a column after the last", columns(0, 3, 6, 13), ".selected[3]")
    yield defect("doubled_column", "a column twice", columns(0, 3, 3, 12), ".selected[2]")
    yield defect("unsorted_columns", "columns in another order", columns(0, 6, 3, 12), ".selected[2]")
    yield defect("huge_column", "the largest width has no such column", huge, ".selected[3]")
    yield defect(
        "zero_width", "no row has no value", lambda m: setattr(m.feature_selector, "n_features", 0), ".n_features"
    )
    yield defect("one_column_more", "a model of four columns is given five", columns(0, 3, 6, 7, 12), ".model")
    yield defect("too_deep", "selectors in selectors, seventeen deep", deep, ".model", "too_deep")
    yield defect(
        "model_without_family",
        "the model that predicts computes nothing",
        lambda m: m.feature_selector.model.ClearField("sgd_classifier"),
        ".model",
        "unknown_family",
    )
    yield defect("two_members", "two models that chose the columns", two, ".members", of="from_a_model")
    yield defect(
        "defect_in_a_member",
        "the model that chose is checked, though no method asks it",
        narrow,
        ".members[0].linear_regression.coefficients",
        of="from_a_model",
    )
    yield Defect(
        "feature_selector/evidence_of_the_model",
        "nobody would replay the evidence of a model inside of another",
        "evidence",
        edited(
            case("feature_selector/elimination"),
            lambda m: setattr(m.feature_selector.model.evidence, "producer", "somebody"),
        ),
        path="feature_selector.model.evidence",
    )


def set_(path: str, value: Any) -> Edit:
    """Give an edit that sets a field; a list is replaced, and a field of a message inside is named after a dot."""

    def edit(model: Any) -> None:
        message = getattr(model, model.WhichOneof("model"))
        *inside, name = path.split(".")
        for field in inside:
            message = getattr(message, field)
        if isinstance(value, list):
            getattr(message, name)[:] = value
        else:
            setattr(message, name, value)

    return edit


def of_imputers() -> Iterator[Defect]:
    """Give imputers and indicators of columns that no rows have."""

    def defect(arm: str, name: str, why: str, edit: Edit, path: str, kind: str = "shape") -> Defect:
        return Defect(f"{arm}/{name}", f"{arm}: {why}", kind, edited(base(arm), edit), path=f"{arm}.{path}")

    def nothing(model: Any) -> None:
        model.simple_imputer.left_out[:] = [0, 1, 2, 3]
        model.simple_imputer.ClearField("indicator")

    arm = "missing_indicator"
    yield defect(arm, "zero_width", "no row has no value", set_("n_features", 0), "n_features")
    yield defect(arm, "infinite_missing", "infinities are refused", set_("missing", INF), "missing", "non_finite")
    yield defect(arm, "no_columns", "nothing is told", set_("columns", []), "columns")
    yield defect(arm, "doubled_column", "a column twice", set_("columns", [2, 2]), "columns[1]")
    yield defect(arm, "column_out_of_range", "a column after the last", set_("columns", [0, 4]), "columns[1]")
    yield defect(arm, "negative_column", "a column before the first", set_("columns", [-5, 0]), "columns[0]")
    arm = "simple_imputer"
    yield defect(arm, "negative_width", "a negative width", set_("n_features", -4), "n_features")
    yield defect(arm, "huge_width", "four values for 2^31 - 1 columns", set_("n_features", 2**31 - 1), "fill.doubles")
    yield defect(arm, "too_few_values", "three values for four", set_("fill.doubles", [0.0] * 3), "fill.doubles")
    yield defect(arm, "infinite_missing", "infinities are refused", set_("missing", -INF), "missing", "non_finite")
    yield defect(arm, "left_out_of_range", "a column after the last", set_("left_out", [4]), "left_out[0]")
    yield defect(arm, "unsorted_left_out", "columns in another order", set_("left_out", [2, 1]), "left_out[1]")
    yield defect(arm, "nothing_remains", "every column is left out", nothing, "left_out")
    inner = "indicator."
    yield defect(arm, "wider_indicator", "another width", set_(f"{inner}n_features", 5), f"{inner}n_features")
    yield defect(arm, "other_missing", "another value is missing", set_(f"{inner}missing", 1.0), f"{inner}missing")
    yield defect(arm, "told_out_of_range", "after the last", set_(f"{inner}columns", [9]), f"{inner}columns[0]")
    refuses = f"{inner}refuses_others"
    yield defect(arm, "refusing_indicator", "imputers refuse no gap", set_(refuses, True), refuses)


def of_strings() -> Iterator[Defect]:
    """Give imputers, indicators and what hands on its input, of other strings than they have features for."""

    def defect(arm: str, name: str, why: str, edit: Edit, path: str, kind: str = "shape", of: str = "") -> Defect:
        sound = case(f"{arm}/{of}") if of else base(arm)
        return Defect(f"{arm}/{name}", f"{arm}: {why}", kind, edited(sound, edit), path=f"{arm}.{path}")

    arm = "passthrough"
    yield defect(arm, "too_few_types", "three features of two types", set_("strings", [True] * 9), "strings")
    arm, words = "missing_indicator", "of_words"
    yield defect(arm, "too_few_types", "one type for two", set_("strings", [True]), "strings", of=words)
    arm, words = "simple_imputer", "most_frequent_words"
    fill = "fill.strings"
    yield defect(arm, "too_many_types", "five for four", set_("strings", [True] * 5), "strings", of=words)
    yield defect(arm, "too_few_words", "a word for two features", set_(fill, ["a"]), fill, of=words)
    yield defect(arm, "words_for_numbers", "a word for no feature", set_(fill, ["a"]), fill)
    yield defect(arm, "place_of_no_word", "None for no feature", set_("fill.none", [3]), "fill.none", of=words)
    yield defect(arm, "doubled_place", "None twice", set_("fill.none", [1, 1]), "fill.none", of=words)
    told = "indicator.strings"
    yield defect(arm, "word_and_none", "both at once", set_(fill, ["b", "c", ""]), fill, "labels", of=words)
    yield defect(arm, "indicator_of_numbers", "others are strings", set_(told, [False] * 4), told, of=words)
    yield defect(
        arm,
        "indicator_of_another_word",
        "other strings count as missing",
        set_("indicator.missing_strings.text", "no"),
        "indicator.missing_strings",
        of="a_word_as_missing",
    )


def of_nearest_rows() -> Iterator[Defect]:
    """Give imputers without donors, or with donors that are none."""
    arm = "knn_imputer"

    def defect(name: str, why: str, edit: Edit, path: str, kind: str = "shape") -> Defect:
        return Defect(f"{arm}/{name}", f"{arm}: {why}", kind, edited(base(arm), edit), path=f"{arm}.{path}")

    def put(field: str, value: float) -> Edit:
        return lambda model: getattr(model.knn_imputer, field).__setitem__(1, value)

    def emptied(model: Any) -> None:
        model.knn_imputer.rows[:] = [NAN] * len(model.knn_imputer.rows)

    yield defect("zero_width", "no row has no value", set_("n_features", 0), "n_features")
    yield defect("no_donors", "nobody to ask", set_("n_rows", 0), "n_rows")
    yield defect("huge_counts", "2^31 - 1 rows of four values", set_("n_rows", 2**31 - 1), "rows")
    yield defect("no_neighbours", "nobody is asked", set_("n_neighbors", 0), "n_neighbors")
    yield defect("infinite_donor", "an infinity among the donors", put("rows", INF), "rows", "non_finite")
    yield defect("too_few_means", "three means for four columns", set_("means", [0.0] * 3), "means")
    yield defect("infinite_mean", "an infinity among the means", put("means", -INF), "means", "non_finite")
    yield defect("unknown_weights", "weights of a later schema", set_("weights", 7), "weights")
    yield defect("infinite_missing", "infinities are refused", set_("missing", INF), "missing", "non_finite")
    yield defect("empty_donors", "no donor has a value, so that no column remains", emptied, "rows")


def of_rounds() -> Iterator[Defect]:
    """Give rounds over columns that are not there, and models that do not suit them."""
    arm = "iterative_imputer"

    def defect(name: str, why: str, edit: Edit, path: str, kind: str = "shape") -> Defect:
        return Defect(f"{arm}/{name}", f"{arm}: {why}", kind, edited(base(arm), edit), path=f"{arm}.{path}")

    def spoiled(change: Callable[[Any], object]) -> Edit:
        return lambda model: change(model.iterative_imputer)

    def classifier(p: Any) -> None:
        p.members[2].CopyFrom(base("kmeans"))
        p.members[2].ClearField("evidence")
        p.updates[2].inputs[:] = [0, 1, 2, 3]

    def scaler(p: Any) -> None:
        p.model.CopyFrom(base("affine_scaler"))
        p.model.ClearField("evidence")

    yield defect("zero_width", "no row has no value", set_("n_features", 0), "n_features")
    yield defect("nothing_fills_first", "no model", spoiled(lambda p: p.ClearField("model")), "model", "unknown_family")
    yield defect("scaler_fills_first", "what fills first must fill", spoiled(scaler), "model")
    yield defect("wider_rows", "five columns where four are filled first", set_("n_features", 5), "model")
    yield defect("other_missing", "another value is missing", set_("missing", 3.0), "model")
    yield defect("too_few_limits", "three limits for four columns", spoiled(lambda p: p.low.pop()), "low")
    yield defect("no_upper_limits", "lower limits alone", spoiled(lambda p: p.ClearField("high")), "high")
    yield defect(
        "nan_limit", "nothing is over NaN", spoiled(lambda p: p.high.__setitem__(1, NAN)), "high", "non_finite"
    )
    turned = spoiled(lambda p: (p.low.__setitem__(0, 1.0), p.high.__setitem__(0, 0.5)))
    yield defect("limits_upside_down", "the lower is over", turned, "low")
    yield defect("unchanged_out_of_range", "after the last", set_("unchanged", [4]), "unchanged[0]")
    yield defect("too_few_updates", "a model that predicts nothing", spoiled(lambda p: p.updates.pop()), "updates")
    yield defect(
        "column_out_of_range",
        "a fifth of four",
        spoiled(lambda p: setattr(p.updates[3], "column", 4)),
        "updates[3].column",
    )
    yield defect(
        "input_out_of_range",
        "an input before the first",
        spoiled(lambda p: p.updates[1].inputs.__setitem__(0, -1)),
        "updates[1].inputs",
    )
    yield defect(
        "more_inputs", "four for a model of three", spoiled(lambda p: p.updates[0].inputs.append(0)), "members[0]"
    )
    yield defect("labels_for_values", "a model that gives numbers of clusters", spoiled(classifier), "members[2]")
    yield defect(
        "defect_in_a_member",
        "each model is checked",
        spoiled(lambda p: p.members[1].linear_regression.coefficients.pop()),
        "members[1].linear_regression.coefficients",
    )


def of_tampering() -> Iterator[Defect]:
    """Give models that were changed after they were recorded."""

    def defect(name: str, why: str, edit: Edit) -> Defect:
        data = edited(base(name), edit)
        return Defect(f"tampered/{name}", why, "evidence_mismatch", data, path=name)

    def other_word(model: Any) -> None:
        model.simple_imputer.fill.strings[0] = "B"
        del model.source.attributes["statistics_"]

    words = edited(case("simple_imputer/most_frequent_words"), other_word)
    yield Defect("tampered/simple_imputer_words", "another word", "evidence_mismatch", words, path="simple_imputer")

    def last_bit(model: Any) -> None:
        recorded = next(o for o in model.evidence.outputs if o.method == "transform")
        at = next(i for i, value in enumerate(recorded.doubles) if abs(value) > 1e-300)
        recorded.doubles[at] *= 1 + 2.0**-52

    def other_told(model: Any) -> None:
        model.missing_indicator.columns[0] = 1

    def other_fill(model: Any) -> None:
        recorded = model.evidence.outputs[0]
        at = next(i for i, value in enumerate(recorded.doubles) if value == model.simple_imputer.fill.doubles[0])
        recorded.doubles[at] *= 1 + 2.0**-52

    def other_donor(model: Any) -> None:
        model.knn_imputer.means[0] += 1e-3
        for i, value in enumerate(model.knn_imputer.rows):
            model.knn_imputer.rows[i] = value * (1 + 1e-3)

    yield defect("knn_imputer", "the donors are a thousandth larger", other_donor)

    def other_coefficient(model: Any) -> None:
        model.iterative_imputer.members[-1].linear_regression.coefficients[0] += 1e-3

    yield defect("iterative_imputer", "a coefficient of the last round is off", other_coefficient)
    yield defect("missing_indicator", "another column is told", other_told)
    yield defect("simple_imputer", "a value that was filled in, in its last bit", other_fill)
    yield defect("feature_selector", "the recorded columns in a last bit: a selection rounds nothing", last_bit)
