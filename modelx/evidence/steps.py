"""Evidence of the steps inside of a model, which serves to name the first that diverges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.conversion import family_of, place_of
from modelx.errors import EvidenceError
from modelx.estimators.base import Error
from modelx.estimators.pipeline import is_word, walk
from modelx.evidence import comparing, recording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.v1 import model_pb2


def attach(model: model_pb2.ModelProto, estimator: Any, x: NDArray[np.float64], err: Error = None) -> None:
    """Record what each step but the last makes of the rows that reach it, at all levels."""
    if model.WhichOneof("model") != "pipeline":
        return
    steps = walk(model, estimator, x, err)
    for i, (step, fitted, rows, off) in enumerate(steps):
        if is_word(fitted):
            continue
        if i < len(steps) - 1:
            tolerances = family_of(step).tolerances(step, fitted, rows, off)
            recording.write(recording.answers(fitted, step, rows, only="transform"), tolerances, step.evidence, step)
        attach(step, fitted, rows, off)


def check(model: model_pb2.ModelProto, n_rows: int, path: str) -> None:
    """Check the form of the steps' evidence, at all levels.

    Raises
    ------
    EvidenceError
    """
    family = family_of(model)
    steps = family.steps(model)
    if not steps:
        _refuse_inside(model, place_of(model, path))
    for i, step in enumerate(steps):
        place = f"{place_of(model, path)}.steps[{i}]"
        if step.HasField("evidence"):
            if step.evidence.HasField("rows"):
                raise EvidenceError("a step has rows of its own; expected none", path=f"{place}.evidence.rows")
            specs = {spec.method: spec for spec in family_of(step).outputs(step) if spec.method == "transform"}
            comparing.check_outputs(step.evidence, specs, n_rows, f"{place}.evidence")
        check(step, n_rows, place)


def _refuse_inside(model: model_pb2.ModelProto, place: str) -> None:
    """Refuse evidence of models that are no steps: nobody would replay it."""
    for field, inner in family_of(model).nested(model):
        at = f"{place}.{field}"
        if inner.HasField("evidence"):
            raise EvidenceError("a model inside of another has evidence; expected none", path=f"{at}.evidence")
        _refuse_inside(inner, place_of(inner, at))
