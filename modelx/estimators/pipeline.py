"""Models made of models, one after the other."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from modelx import conversion, frames, source
from modelx.calling import call
from modelx.errors import PipelineError, SourceError, UnsupportedEstimatorError
from modelx.estimators import output_dtype
from modelx.estimators.base import DataType, Error, Family, Tolerance, column_types, gives_strings, spec, typed_spec
from modelx.estimators.passthrough import NOTHING, WORD
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[Any]


class PipelineFamily(Family):
    """``pipeline``."""

    arm = "pipeline"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"Pipeline": Pipeline}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        # Captured before the steps, whose own hyper-parameters stand with them.
        source.capture(estimator, model.source, self.classes, skip_params=("steps",))
        for name, step in estimator.steps:
            proto = model.pipeline.steps.add(name=name)
            if is_word(step):
                proto.passthrough.SetInParent()
                proto.source.class_name = WORD if step is not None else NOTHING
            else:
                conversion.encode(step, proto, name)
        output_dtype.refuse_single(estimator.steps)
        _set_widths(list(model.pipeline.steps))
        _note_between(list(model.pipeline.steps))

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        steps = model.pipeline.steps
        names = [step.name for step in steps]
        if not names:
            raise PipelineError("there are no steps; expected at least one", path=f"{path}.steps")
        if "" in names or len(set(names)) != len(names):
            raise PipelineError(f"names of steps are {names}; expected distinct ones", path=f"{path}.steps")
        for i, step in enumerate(steps):
            conversion.check(step, f"{path}.steps[{i}]", conversion.depth_of(path) + 1)
        for i, (step, following) in enumerate(pairwise(steps)):
            place = f"{path}.steps[{i}]"
            columns = _columns(step, "transform")
            if columns is None:
                raise PipelineError(f"the step {step.name!r} has no transform, and is not the last", path=place)
            width = conversion.family_of(following).n_features(following)
            if columns != width:
                raise PipelineError(
                    f"{step.name!r} gives {columns} columns; {following.name!r} takes {width}", path=place
                )
            _check_types(step, following, place)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        first = model.pipeline.steps[0]
        return conversion.family_of(first).input_types(first)

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
        steps = list(model.pipeline.steps)
        conversion.note_strings(steps[-1 if given else 0], columns, given=given)
        _note_between(steps)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        # The rows pass words as they are.
        first = next((step for _, step in estimator.steps if not is_word(step)), None)
        return frozenset() if first is None else frames.object_columns(first)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        first = model.pipeline.steps[0]
        return conversion.family_of(first).n_features(first)

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        last = model.pipeline.steps[-1]
        return conversion.family_of(last).class_list(last)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        # Each step is asked once: twice would double the work with each level that models nest.
        given = [conversion.family_of(step).outputs(step) for step in model.pipeline.steps]
        out = [one for one in given[-1] if one.method != "inverse_transform"]
        if all(any(one.method == "inverse_transform" for one in outputs) for outputs in given):
            inverse = next(one for one in given[0] if one.method == "inverse_transform")
            out.append(
                typed_spec("inverse_transform", column_types(inverse))
                if gives_strings(inverse)
                else spec("inverse_transform", inverse.n_columns)
            )
        return out

    def steps(self, model: model_pb2.ModelProto) -> list[model_pb2.ModelProto]:
        return list(model.pipeline.steps)

    def step_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        return list(estimator.steps)

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        described = model.source
        if described.class_name not in ("", "Pipeline") or "steps" in described.params:
            raise SourceError(f"the class {described.class_name!r} is no pipeline", path=f"{path}.source")
        steps = [
            (step.name, conversion.decode(step, f"{path}.steps[{i}]")) for i, step in enumerate(model.pipeline.steps)
        ]
        return source.construct("Pipeline", described.params, self.classes, f"{path}.source", steps=steps)

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        *_, (last, fitted, x, err) = walk(model, estimator, x, err)
        return conversion.family_of(last).tolerances(last, fitted, x, err)

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        out = np.ones(len(x), dtype=bool)
        for step, fitted, rows, off in walk(model, estimator, x, err):
            out &= conversion.family_of(step).decided(step, fitted, rows, off)
        return out

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        *_, (last, fitted, x, err) = walk(model, estimator, x, err)
        return conversion.family_of(last).propagate(last, fitted, x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        steps = list(model.pipeline.steps)
        x = conversion.family_of(steps[-1]).rows(steps[-1], rng, n)
        for step in reversed(steps[:-1]):
            family = conversion.family_of(step)
            pulled = family.pull_back(step, x)
            x = family.rows(step, rng, n) if pulled is None else pulled
        return x

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows | None:
        pulled: Rows | None = x
        for step in reversed(model.pipeline.steps):
            if pulled is not None:
                pulled = conversion.family_of(step).pull_back(step, pulled)
        return pulled


def is_word(step: Any) -> bool:
    """Whether a pipeline has a word in the place of a step that does nothing."""
    return step is None or (isinstance(step, str) and step == WORD)


def walk(
    model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error
) -> list[tuple[model_pb2.ModelProto, Any, Rows, Error]]:
    """Give each step with its estimator, the rows that reach it, and how far those may be off."""
    out: list[tuple[model_pb2.ModelProto, Any, Rows, Error]] = []
    for step, (_, fitted) in zip(model.pipeline.steps, estimator.steps, strict=True):
        out.append((step, fitted, x, err))
        if len(out) < len(model.pipeline.steps) and not is_word(fitted):
            err = conversion.family_of(step).propagate(step, fitted, x, err)
            given = call(fitted, "transform", x)
            x = given if _gives_strings(step) else frames.plain(given)
    return out


def _gives_strings(step: model_pb2.ModelProto) -> bool:
    """Whether a step gives strings, and so what may be None or NaN in their places."""
    specs = conversion.family_of(step).outputs(step)
    return any(one.method == "transform" and gives_strings(one) for one in specs)


def _check_types(step: model_pb2.ModelProto, following: model_pb2.ModelProto, path: str) -> None:
    """Check that a step takes strings in the columns where the one before it gives them, and only there."""
    specs = conversion.family_of(step).outputs(step)
    transform = next(spec for spec in specs if spec.method == "transform")
    taken = conversion.family_of(following).input_types(following)
    if taken is None and not gives_strings(transform):
        # However wide: a few bytes may declare any number of columns.
        return
    given = column_types(transform)
    for i, (a, b) in enumerate(zip(given, taken or [DataType.DATA_TYPE_FLOAT64] * len(given), strict=True)):
        strings = DataType.DATA_TYPE_STRING
        if b != DataType.DATA_TYPE_UNSPECIFIED and (a == strings) != (b == strings):
            raise PipelineError(
                f"{step.name!r} gives {DataType.Name(a)} in column {i}; {following.name!r} takes {DataType.Name(b)}",
                path=path,
            )


def _columns(step: model_pb2.ModelProto, method: str) -> int | None:
    """Give the columns of a step's output; None where it has no such method."""
    return next((s.n_columns for s in conversion.family_of(step).outputs(step) if s.method == method), None)


def _set_widths(steps: list[model_pb2.ModelProto]) -> None:
    """Give each word the width of what surrounds it: it has none of its own."""
    for before, step in pairwise(steps):
        if _is_open(step) and not _is_open(before):
            step.passthrough.n_features = _columns(before, "transform") or 0
    for step, following in reversed(list(pairwise(steps))):
        if _is_open(step) and not _is_open(following):
            step.passthrough.n_features = conversion.family_of(following).n_features(following)
    for step in steps:
        if _is_open(step):
            raise UnsupportedEstimatorError(
                [("", "every step of the pipeline is a passthrough, so that it has no width")]
            )
        if step.source.class_name in (WORD, NOTHING):
            conversion.sign(step, conversion.family_of(step), [])


def _note_between(steps: list[model_pb2.ModelProto]) -> None:
    """Tell each step which columns are strings for the step after it, and then for the one before it."""
    for step, following in reversed(list(pairwise(steps))):
        taken = conversion.family_of(following).input_types(following)
        conversion.note_strings(step, conversion.string_columns(taken), given=True)
    for step, following in pairwise(steps):
        specs = conversion.family_of(step).outputs(step)
        given = next((column_types(one) for one in specs if one.method == "transform"), None)
        conversion.note_strings(following, conversion.string_columns(given))


def _is_open(step: model_pb2.ModelProto) -> bool:
    return step.WhichOneof("model") == "passthrough" and step.passthrough.n_features == 0
