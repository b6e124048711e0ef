"""Comparing what an estimator answers now with what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.conversion import family_of
from modelx.errors import EvidenceError, EvidenceMismatchError
from modelx.evidence import comparing, locating, steps, table

if TYPE_CHECKING:
    from modelx.v1 import model_pb2


def check(model: model_pb2.ModelProto) -> None:
    """Check the form of a checked model's evidence, and of its steps'.

    Raises
    ------
    EvidenceError
    """
    if not model.HasField("evidence"):
        return
    family = family_of(model)
    rows = model.evidence.rows
    table.check_rows(rows, family.n_features(model), "evidence.rows", family.input_types(model))
    specs = {spec.method: spec for spec in family.outputs(model)}
    comparing.check_outputs(model.evidence, specs, rows.n_rows, "evidence")
    if [output.method for output in model.evidence.outputs] != list(specs):
        found = ", ".join(output.method for output in model.evidence.outputs)
        raise EvidenceError(f"outputs of {found or 'no method'}; expected {', '.join(specs)}", path="evidence.outputs")
    steps.check(model, rows.n_rows, "")


def replay(estimator: Any, model: model_pb2.ModelProto) -> None:
    """Compare the estimator with the checked evidence of its model.

    Raises
    ------
    EvidenceMismatchError
        Naming the innermost model that is known to differ, such as the first pipeline step that does.
    """
    if not model.HasField("evidence"):
        return
    x = table.read_rows(model.evidence.rows)
    mismatch = comparing.compare(estimator, model.evidence, x)
    if mismatch is not None:
        place = locating.locate(model, estimator, x, mismatch)
        where = place.describe()
        raise EvidenceMismatchError(
            f"{mismatch.text} (recorded by {model.evidence.producer or 'an unknown library'}). "
            + (f"It {where}. " if where else "")
            + "The file was changed after it was written, or this runtime computes something else; do not use it",
            path=place.path,
        )
