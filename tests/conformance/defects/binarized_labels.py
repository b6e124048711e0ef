"""Binarizers of labels whose classes are no labels, or whose numbers contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited


def _feature(model: Any) -> Any:
    return getattr(model, model.WhichOneof("model")).features[0]


def of_binarizers() -> Iterator[Defect]:
    """Give the defects of LabelBinarizer and MultiLabelBinarizer that other encoders cannot have."""

    def defect(name: str, why: str, kind: str, path: str, edit: Edit, of: str = "") -> Defect:
        model = case(f"label_binarizer/{of}") if of else base("label_binarizer")
        place = f"label_binarizer{path}"
        return Defect(
            f"label_binarizer/{name}", why, kind, edited(model, edit), path=place, python_only=kind == "source"
        )

    def numbers(low: int, high: int) -> Edit:
        return lambda m: (setattr(m.label_binarizer, "neg_label", low), setattr(m.label_binarizer, "pos_label", high))

    def fraction(model: Any) -> None:
        _feature(model).categories.doubles[0] = 0.5

    def twice(model: Any) -> None:
        model.label_binarizer.features.append(model.label_binarizer.features[0])

    def indicator(model: Any) -> None:
        model.label_binarizer.indicator = True

    def other_source(model: Any) -> None:
        model.source.params["pos_label"].int_value = 2

    def other_numbers(model: Any) -> None:
        _feature(model).categories.ints[0] = 3

    def sparse(model: Any) -> None:
        model.source.attributes["sparse_input_"].bool_value = True

    place = ".features[0].categories"
    yield defect("two_features", "two labels in a row", "shape", ".features", twice)
    yield defect("missing_class", "None as a label", "labels", place, _missing("none"))
    yield defect("fraction", "half a class, which no labels have", "labels", place, fraction, of="floats")
    yield defect("indicator_of_words", "columns that are strings", "labels", place, indicator)
    yield defect(
        "indicator_of_others", "a column 3 in the place of 0", "labels", place, other_numbers, "several_labels"
    )
    yield defect("equal_numbers", "one number for yes and no", "shape", ".pos_label", numbers(1, 1))
    yield defect("huge_number", "a number beyond 2^53", "shape", ".pos_label", numbers(0, 2**53 + 1))
    yield defect("other_numbers", "the source has another number", "source", ".source", other_source)
    yield defect("sparse_labels", "labels that were a sparse matrix", "source", ".source", sparse)
    for name, why in (("none", "None as a label"), ("nan", "NaN as a label")):
        data = edited(base("multi_label_binarizer"), _missing(name))
        yield Defect(f"multi_label_binarizer/{name}", why, "labels", data, path=f"multi_label_binarizer{place}")


def _missing(field: str) -> Edit:
    return lambda model: setattr(_feature(model).categories, field, True)
