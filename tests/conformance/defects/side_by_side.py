"""Defects of transformers side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited


def of_column_transformers() -> Iterator[Defect]:
    """Give selections, members and types that do not fit together, and the defects of what rebuilds the estimator."""

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "", of: str = "") -> Defect:
        model = case(f"column_transformer/{of}") if of else base("column_transformer")
        place = f"column_transformer.{path}" if path else ""
        return Defect(
            f"column_transformer/{name}", why, kind, edited(model, edit), path=place, python_only=kind == "source"
        )

    def columns(*values: int) -> Edit:
        def edit(model: Any) -> None:
            model.column_transformer.selections[0].columns[:] = values

        return edit

    def member(edit: Edit, index: int = 0) -> Edit:
        return lambda model: edit(model.column_transformer.members[index])

    def no_members(model: Any) -> None:
        del model.column_transformer.members[:]
        del model.column_transformer.selections[:]

    def only_predicts(model: Any) -> None:
        model.ClearField("signature")
        model.sgd_one_class_svm.CopyFrom(base("sgd_one_class_svm").sgd_one_class_svm)

    def swapped(model: Any) -> None:
        numbers, words = model.column_transformer.selections
        numbers.columns[:], words.columns[:] = [1, 2], [3]

    def nested(model: Any) -> None:
        for _ in range(16):
            inner = type(model)()
            inner.CopyFrom(model)
            inner.name = "inner"
            model.Clear()
            model.column_transformer.n_features = 4
            model.column_transformer.selections.add()
            model.column_transformer.members.append(inner)

    def given(edit: Edit) -> Edit:
        return lambda model: edit(model.source.params["transformers"].dict.entries)

    yield defect("no_members", "nothing to give", "shape", no_members, "selections")
    yield defect(
        "a_selection_less",
        "a member without columns",
        "shape",
        lambda m: m.column_transformer.selections.pop(),
        "selections",
    )
    yield defect(
        "zero_width",
        "no row has no value",
        "shape",
        lambda m: setattr(m.column_transformer, "n_features", 0),
        "n_features",
    )
    yield defect("column_out_of_range", "a feature after the last", "shape", columns(2, 4), "selections[0].columns[1]")
    yield defect("huge_column", "the largest number", "shape", columns(2, 2**32 - 1), "selections[0].columns[1]")
    yield defect("a_column_more", "three features for a member of two", "pipeline", columns(2, 0, 1), "members[0]")
    yield defect(
        "weight_nan",
        "a weight that is no number",
        "non_finite",
        lambda m: setattr(m.column_transformer.selections[0], "weight", float("nan")),
        "selections[0].weight",
    )
    yield defect("nameless", "a member without a name", "pipeline", member(lambda m: setattr(m, "name", "")), "members")
    yield defect("doubled_name", "two of one name", "pipeline", member(lambda m: setattr(m, "name", "b")), "members")
    yield defect(
        "member_without_family", "a member that computes nothing", "unknown_family",
        member(lambda m: m.ClearField("affine_scaler")), "members[0]",
    )  # fmt: skip
    yield defect(
        "defect_inside", "the path leads into the member", "shape",
        member(lambda m: m.affine_scaler.subtract.pop()), "members[0].affine_scaler.subtract",
    )  # fmt: skip
    yield defect(
        "no_transform", "a member that only predicts", "pipeline",
        member(only_predicts), "members[0]",
    )  # fmt: skip
    yield defect("nested_17", "members are a level of nesting like any other", "too_deep", nested)
    yield defect(
        "evidence_inside", "evidence of a member, which nobody would replay", "evidence",
        lambda m: m.column_transformer.members[0].evidence.CopyFrom(m.evidence), "members[0].evidence",
    )  # fmt: skip
    yield defect(
        "string_and_number",
        "a feature that one member takes as a string and another as a number",
        "pipeline",
        lambda m: m.column_transformer.selections[0].columns.__setitem__(0, 1),
        "members[1]",
        of="mixed_columns",
    )
    yield defect(
        "types_say_otherwise", "the signature has a number where a string is taken", "signature",
        lambda m: m.signature.feature_types.__setitem__(1, 1), of="mixed_columns",
    )  # fmt: skip
    yield defect(
        "evidence_of_another_type", "evidence with numbers where strings are taken", "evidence",
        lambda m: m.evidence.rows.columns[1].CopyFrom(m.evidence.rows.columns[2]), of="mixed_columns",
    )  # fmt: skip
    yield defect(
        "evidence_of_a_column_less", "evidence without the last column", "evidence",
        lambda m: m.evidence.rows.columns.pop(), of="mixed_columns",
    )  # fmt: skip
    yield defect(
        "evidence_none_out_of_range", "a row that is missing and that there is not", "evidence",
        lambda m: m.evidence.rows.columns[1].none_rows.append(10_000), of="mixed_columns",
    )  # fmt: skip
    yield defect(
        "weight_of_strings", "no string has a multiple", "pipeline",
        lambda m: setattr(m.column_transformer.selections[1], "weight", 2.0), "selections[1].weight", "words_handed_on",
    )  # fmt: skip
    yield defect(
        "columns_of_others",
        "strings are taken where the signature has numbers",
        "signature",
        swapped,
        of="mixed_columns",
    )
    yield defect("source_lacks_a_part", "the source says less than it must", "source", given(lambda e: e.pop()))
    yield Defect(
        "tampered/column_transformer",
        "a weight in its last bits: what is exact agrees bit for bit",
        "evidence_mismatch",
        edited(
            base("column_transformer"),
            lambda m: setattr(m.column_transformer.selections[0], "weight", 0.3 * (1 + 2.0**-51)),
        ),
        path="column_transformer.members[0].affine_scaler",
        says="is in what column_transformer > a (affine_scaler) gives",
    )
