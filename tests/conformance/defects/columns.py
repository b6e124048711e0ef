"""Defects of the families that choose or fill columns."""

from __future__ import annotations

from collections.abc import Iterator
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


def of_tampering() -> Iterator[Defect]:
    """Give models that were changed after they were recorded."""

    def defect(name: str, why: str, edit: Edit) -> Defect:
        data = edited(base(name), edit)
        return Defect(f"tampered/{name}", why, "evidence_mismatch", data, path=name)

    def last_bit(model: Any) -> None:
        recorded = next(o for o in model.evidence.outputs if o.method == "transform")
        at = next(i for i, value in enumerate(recorded.doubles) if abs(value) > 1e-300)
        recorded.doubles[at] *= 1 + 2.0**-52

    yield defect("feature_selector", "the recorded columns in a last bit: a selection rounds nothing", last_bit)
