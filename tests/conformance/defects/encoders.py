"""Encoders whose categories, groups or outputs contradict each other, or were changed after they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited

NAN, INF = float("nan"), float("inf")


def arm(model: Any) -> Any:
    """Give the message of the family."""
    return getattr(model, model.WhichOneof("model"))


def feature(edit: Edit, j: int = 0) -> Edit:
    """Give an edit of one feature."""
    return lambda model: edit(arm(model).features[j])


def assign(field: str, value: Any) -> Edit:
    """Give an edit that sets a field, of a list all values."""

    def edit(message: Any) -> None:
        found = getattr(message, field)
        if hasattr(found, "append"):
            found[:] = value
        else:
            setattr(message, field, value)

    return edit


def known(field: str, *values: Any, j: int = 0) -> Edit:
    """Give an edit that adds categories to a list."""
    return feature(lambda one: getattr(one.categories, field).extend(values), j)


def no_category(model: Any) -> None:
    """Take all categories of the first feature away."""
    arm(model).features[0].Clear()


def none_again(model: Any) -> None:
    """Let more categories come after None than there are."""
    one = arm(model).features[0]
    one.categories.none, one.after_none = True, 2**31


def number_beside(model: Any) -> None:
    """Let a feature of strings be one of numbers."""
    arm(model).features[0].number = True


def two_features(model: Any) -> None:
    """Add a feature."""
    arm(model).features.append(arm(model).features[0])


def nothing(model: Any) -> None:
    """Take all features away."""
    del arm(model).features[:]


# name, why, kind, place, edit
_FEATURES: list[tuple[str, str, str, str, Edit]] = [
    ("no_features", "no row has no value", "shape", ".features", nothing),
    ("no_categories", "a feature of which nothing is known", "labels", ".features[0].categories", no_category),
    ("two_lists", "strings and numbers", "labels", ".features[0].categories", known("ints", 1)),
    ("doubled_string", "one string as two categories", "labels", ".features[0].categories", known("strings", "x", "x")),
    ("after_none", "2^31 categories after None", "shape", ".features[0].after_none", none_again),
    ("number_with_strings", "a number that is a string", "shape", ".features[0].number", number_beside),
]
# Of a model whose first feature has floats, and whose second has ints.
_NUMBERS: list[tuple[str, str, str, str, Edit]] = [
    ("nan_category", "NaN in the list", "non_finite", ".features[0].categories", known("doubles", NAN)),
    ("infinite_category", "an infinity in the list", "non_finite", ".features[0].categories", known("doubles", -INF)),
    ("doubled_zero", "0.0 and -0.0, which are equal", "labels", ".features[0].categories", known("doubles", 0.0, -0.0)),
    ("huge_int", "2^53 + 1 is no float64", "shape", ".features[1].categories", known("ints", 2**53 + 1, j=1)),
    (
        "none_among_numbers",
        "None, which no float64 is",
        "labels",
        ".features[0].categories",
        feature(lambda one: setattr(one.categories, "none", True)),
    ),
]
_GROUPS: list[tuple[str, str, str, str, Edit]] = [
    ("infrequent_out_of_range", "no such category", "shape", ".infrequent", assign("infrequent", [2**32 - 1])),
    ("infrequent_descends", "numbers out of order", "shape", ".infrequent", assign("infrequent", [2, 1])),
    ("infrequent_twice", "one category twice", "shape", ".infrequent", assign("infrequent", [1, 1])),
]


def of_encoders() -> Iterator[Defect]:
    """Give the defects of features, and those of each family's own fields."""
    for family in FAMILIES:
        for name, why, kind, place, edit in _FEATURES:
            yield _defect(family, name, why, kind, place, edit)
    for family, of in NUMBERS.items():
        for name, why, kind, place, edit in _NUMBERS:
            yield _defect(family, name, why, kind, place, edit, of=of)
    for family in GROUPED:
        for name, why, kind, place, edit in _GROUPS:
            yield _defect(family, name, why, kind, f".features[0]{place}", feature(edit))
    yield from _of_one_hot()
    yield from _of_ordinal()
    yield from _of_target()
    yield _defect("label_encoder", "two_features", "two labels in a row", "shape", ".features", two_features)


def _defect(family: str, name: str, why: str, kind: str, place: str, edit: Edit, of: str = "") -> Defect:
    model = case(f"{family}/{of}") if of else base(family)
    return Defect(f"{family}/{name}", f"{family}: {why}", kind, edited(model, edit), path=f"{family}{place}")


# Families with features of categories, and a case of each whose first two features are floats and ints.
NUMBERS = dict.fromkeys(("one_hot_encoder", "ordinal_encoder", "target_encoder"), "floats_and_ints")
FAMILIES = (*NUMBERS, "label_binarizer", "label_encoder", "multi_label_binarizer")
GROUPED = ("one_hot_encoder", "ordinal_encoder")


def _of_one_hot() -> Iterator[Defect]:
    family = "one_hot_encoder"

    def everything(model: Any) -> None:
        for j, one in enumerate(arm(model).features):
            one.infrequent[:] = range(len(one.categories.strings) + one.categories.none + one.categories.nan)
            arm(model).dropped[j] = 1

    def dropped(*values: int) -> Edit:
        return lambda model: assign("dropped", values)(arm(model))

    def unknown(value: int) -> Edit:
        return lambda model: setattr(arm(model), "unknown", value)

    yield _defect(family, "too_few_dropped", "one for two features", "shape", ".dropped", dropped(1))
    yield _defect(family, "dropped_out_of_range", "no such group", "shape", ".dropped[1]", dropped(1, 2**32 - 1))
    yield _defect(family, "no_columns", "every group is dropped", "shape", ".dropped", everything)
    yield _defect(family, "no_unknown", "what is unknown is not said", "shape", ".unknown", unknown(0))
    yield _defect(family, "unknown_of_later", "a value of a later schema", "shape", ".unknown", unknown(9))


def _of_ordinal() -> Iterator[Defect]:
    family = "ordinal_encoder"

    def number(name: str, value: float) -> Edit:
        return lambda model: setattr(arm(model), name, value)

    def nan_too(model: Any) -> None:
        one = arm(model).features[0]
        one.categories.nan = True
        one.infrequent.append(len(one.categories.strings) + one.categories.none)

    yield _defect(family, "half_missing", "a number between two", "shape", ".missing", number("missing", 0.5))
    yield _defect(family, "infinite_unknown", "an infinity as a number", "shape", ".unknown", number("unknown", INF))
    yield _defect(family, "huge_unknown", "beyond 2^53", "shape", ".unknown", number("unknown", 2.0**60))
    yield _defect(family, "infrequent_nan", "NaN in a group", "shape", ".features[0].infrequent", nan_too)


def _of_target() -> Iterator[Defect]:
    family = "target_encoder"

    def change(field: str, values: Any) -> Edit:
        return lambda model: assign(field, values)(arm(model))

    def one_class_less(model: Any) -> None:
        del arm(model).classes.ints[-1]

    def two_columns(model: Any) -> None:
        p = arm(model)
        p.target, p.means[:] = p.TARGET_BINARY, [0.5, 0.5]
        p.encodings[:] = [0.25] * (2 * len(p.encodings) // 4)

    def no_classes(model: Any) -> None:
        arm(model).ClearField("classes")

    def rare(model: Any) -> None:
        arm(model).features[0].infrequent.append(0)

    yield _defect(family, "too_few_encodings", "a category without", "shape", ".encodings", change("encodings", [0.5]))
    yield _defect(family, "no_means", "columns of no number", "shape", ".means", change("means", []))
    yield _defect(family, "no_target", "a target that is not set", "shape", ".target", change("target", 0))
    yield _defect(family, "two_means", "two columns for two classes", "shape", ".means", two_columns)
    yield _defect(family, "one_class_less", "three classes of four", "labels", ".classes", one_class_less)
    yield _defect(family, "no_classes", "classes of which none is told", "labels", ".classes", no_classes)
    yield _defect(
        family,
        "classes_of_numbers",
        "classes of a target of numbers",
        "labels",
        ".classes",
        lambda model: arm(model).classes.ints.extend([0, 1]),
        of="floats_and_ints",
    )
    yield _defect(family, "infrequent", "groups, which it has not", "shape", ".features[0].infrequent", rare)


def of_changed_encoders() -> Iterator[Defect]:
    """Give a model of each family that was changed after it was recorded."""

    def other_word(model: Any) -> None:
        strings = arm(model).features[0].categories.strings
        strings[0] += "x"

    for family in FAMILIES:
        why = "another string is the first category"
        yield Defect(f"tampered/{family}", why, "evidence_mismatch", edited(base(family), other_word), path=family)
