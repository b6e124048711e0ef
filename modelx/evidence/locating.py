"""Which of the models inside of another gave an answer that is not the recorded one.

A file holds what the whole answered, and what each step of a pipeline made of the rows. Beyond that, the column that
differs may tell: a column transformer puts what its members give side by side, and a search answers with one model.
Where several models share in a value, nothing tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from modelx.conversion import family_of, place_of
from modelx.estimators.pipeline import is_word
from modelx.evidence import comparing, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.evidence.comparing import Mismatch
    from modelx.v1 import evidence_pb2, model_pb2

_MOST_NAMED = 5
_LONGEST_NAME = 40


class Place(NamedTuple):
    """The innermost model that is known to differ: its path, and the models from the outermost to it."""

    path: str
    trail: list[model_pb2.ModelProto]

    def describe(self) -> str:
        """Name all models on the way, and those inside of the last, of which any may be off; the text is Go's as well.

        It is empty where a path says as much.
        """
        inside = [model for _, model in family_of(self.trail[-1]).nested(self.trail[-1])]
        if len(self.trail) == 1 and not inside:
            return ""
        way = " > ".join([str(self.trail[0].WhichOneof("model")), *(_name(model) for model in self.trail[1:])])
        if not inside:
            return f"is in what {way} gives"
        named = ", ".join(_name(model) for model in inside[:_MOST_NAMED])
        more = f" and {len(inside) - _MOST_NAMED} more" if len(inside) > _MOST_NAMED else ""
        return f"is in what {way} gives, which is made of {named}{more}; the file does not tell where in it"


class _Differing(NamedTuple):
    """A model with what was recorded of it, the rows that it was given, and how it differs."""

    model: model_pb2.ModelProto
    estimator: Any
    evidence: evidence_pb2.Evidence
    x: NDArray[Any]
    mismatch: Mismatch


def locate(model: model_pb2.ModelProto, estimator: Any, x: NDArray[Any], mismatch: Mismatch) -> Place:
    """Find the innermost model that is known to differ, in a model that does."""
    place = Place(place_of(model, ""), [model])
    here = _Differing(model, estimator, model.evidence, x, mismatch)
    while (found := _step(here)) is not None:
        i, here = found
        place = _into(place, f"steps[{i}]", here.model)
    return _by_column(place, here)


def _into(place: Place, field: str, model: model_pb2.ModelProto) -> Place:
    return Place(place_of(model, f"{place.path}.{field}"), [*place.trail, model])


def _step(whole: _Differing) -> tuple[int, _Differing] | None:
    """Give the first step of a pipeline that does not make of its recorded input what was recorded.

    None for other models, and where steps cannot be told apart: on the way back, and where another writer's file does
    not say what a step gave.
    """
    family = family_of(whole.model)
    steps = list(zip(family.steps(whole.model), family.step_estimators(whole.estimator), strict=True))
    x = whole.x
    for i, (step, (_, fitted)) in enumerate(steps):
        if i == len(steps) - 1:
            if whole.mismatch.method == "inverse_transform" and i:
                return None
            return i, whole._replace(model=step, estimator=fitted, x=x)
        if is_word(fitted):
            continue
        if not len(step.evidence.outputs):
            return None
        mismatch = comparing.compare(fitted, step.evidence, x)
        if mismatch is not None:
            return i, _Differing(step, fitted, step.evidence, x, mismatch)
        x = table.read_output(step.evidence.outputs[0], len(x))
    return None


def _by_column(place: Place, here: _Differing) -> Place:
    """Go on into the model that alone gives the column that differs, as long as there is one."""
    mismatch, transformed = here.mismatch, False
    if mismatch.method not in ("transform", "inverse_transform") and not is_word(here.estimator):
        # What is predicted from transformed rows differs wherever these do.
        transformed = any(output.method == "transform" for output in here.evidence.outputs)
        before = comparing.compare(here.estimator, here.evidence, here.x, only="transform")
        if before is not None:
            mismatch, transformed = before, False
    method, column = mismatch.method, mismatch.column
    while column is not None:
        model = place.trail[-1]
        giver = family_of(model).giver(model, method, column, transformed=transformed)
        if giver is None:
            break
        # Of what a member gives for it, only a delegate's transform is its model's.
        transformed = transformed and model.WhichOneof("model") == "delegate"
        place, method, column = _into(place, giver.field, giver.model), giver.method, giver.column
    return place


def _name(model: model_pb2.ModelProto) -> str:
    """Give a model's name and family.

    A file may be hostile: names are cut, and nothing of them moves a cursor.
    """
    name = model.name[:_LONGEST_NAME] + ("..." if len(model.name) > _LONGEST_NAME else "")
    shown = "".join(c if c.isprintable() else "?" for c in name)
    return f"{shown} ({model.WhichOneof('model')})" if shown else str(model.WhichOneof("model"))
