"""Transformers side by side, each for some of the columns."""

from __future__ import annotations

from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion

from modelx import conversion, frames
from modelx.errors import NonFiniteError, PipelineError, ShapeError, UnsupportedEstimatorError
from modelx.estimators import column_selection, feature_union
from modelx.estimators.base import (
    EQUAL,
    MOST_UNREAD,
    DataType,
    Error,
    Family,
    Giver,
    Tolerance,
    absolute,
    check_width,
    column_types,
    gives_strings,
    spec,
    typed_spec,
)
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[Any]

_MOST_COLUMNS = 2**31 - 1


class ColumnTransformerFamily(Family):
    """``column_transformer``."""

    arm = "column_transformer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"ColumnTransformer": ColumnTransformer, "FeatureUnion": FeatureUnion}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        form = feature_union if isinstance(estimator, FeatureUnion) else column_selection
        form.encode(estimator, model, self.classes)
        if not len(model.column_transformer.members):
            raise UnsupportedEstimatorError([("", "every column is dropped, so that there is no output")])
        self.note_strings(model, ())
        try:
            self.input_types(model)
        except PipelineError as error:
            raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.column_transformer
        check_width(proto.n_features, path)
        names = [member.name for member in proto.members]
        if not names or len(proto.selections) != len(names):
            raise ShapeError(
                f"there are {len(proto.selections)} selections for {len(names)} members; expected one for each",
                path=f"{path}.selections",
            )
        if "" in names or len(set(names)) != len(names):
            raise PipelineError(f"names of members are {names}; expected distinct ones", path=f"{path}.members")
        for i, selection in enumerate(proto.selections):
            _check_selection(selection, proto.n_features, f"{path}.selections[{i}]")
        for i, member in enumerate(proto.members):
            place = f"{path}.members[{i}]"
            conversion.check(member, place, conversion.depth_of(place))
            _check_member(member, _count(proto, i), place)
            _check_weight(member, proto.selections[i], f"{path}.selections[{i}].weight")
        columns = sum(_transform_of(member).n_columns for member in proto.members)
        if columns > _MOST_COLUMNS:
            raise ShapeError(
                f"the members give {columns} columns; expected at most {_MOST_COLUMNS}", path=f"{path}.members"
            )
        self._types(model, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.column_transformer.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return self._types(model, self.arm)

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
        if given:
            at = 0
            for member in model.column_transformer.members:
                width = _transform_of(member).n_columns
                conversion.note_strings(member, [i - at for i in columns if at <= i < at + width], given=True)
                at += width
        # What is a string for one member is one for all.
        strings = set() if given else set(columns)
        for member, chosen, _ in parts(model):
            taken = conversion.string_columns(conversion.family_of(member).input_types(member))
            strings.update(chosen[i] for i in taken)
        for member, chosen, _ in parts(model):
            conversion.note_strings(member, [i for i, column in enumerate(chosen) if column in strings])

    def object_columns(self, estimator: Any) -> frozenset[int]:
        out: set[int] = set()
        for name, fitted in self.nested_estimators(estimator):
            found = frames.object_columns(fitted)
            chosen = getattr(estimator, "_transformer_to_input_indices", {}).get(name)
            out.update(found if chosen is None else (chosen[j] for j in found))
        return frozenset(out)

    def _types(self, model: model_pb2.ModelProto, path: str) -> list[model_pb2.DataType] | None:
        """Give the types that the members take; each feature has one."""
        unread, numbers = DataType.DATA_TYPE_UNSPECIFIED, DataType.DATA_TYPE_FLOAT64
        n = model.column_transformer.n_features
        found: dict[int, model_pb2.DataType] = {}
        # What has no type of its own: numbers, where a member takes all features as such.
        rest = unread
        for i, (member, columns, _) in enumerate(parts(model)):
            taken = conversion.family_of(member).input_types(member)
            if taken is None and len(columns) == n and isinstance(columns, range):
                rest = numbers
                wrong = next((at for at, type_ in found.items() if type_ not in (unread, numbers)), None)
            else:
                wrong = _merge(found, rest, columns, taken or repeat(numbers))
            if wrong is not None:
                raise PipelineError(
                    f"feature {wrong} is a string for one member and a number for another", path=f"{path}.members[{i}]"
                )
        taken_at_all = sum(_count(model.column_transformer, i) for i in range(len(model.column_transformer.members)))
        if rest == unread and n - taken_at_all > MOST_UNREAD:
            raise ShapeError(
                f"the members take {taken_at_all} of {n} features; expected at most {MOST_UNREAD} more",
                path=f"{path}.n_features",
            )
        if all(max(type_, rest) == numbers for type_ in found.values()) and (rest == numbers or len(found) == n):
            return None
        return [max(found.get(i, rest), rest) for i in range(n)]

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        given = [_transform_of(member) for member in model.column_transformer.members]
        if not any(gives_strings(one) for one in given):
            return [spec("transform", sum(one.n_columns for one in given))]
        types = [type_ for member in model.column_transformer.members for type_ in column_types(_transform_of(member))]
        return [typed_spec("transform", types)]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [(f"members[{i}]", member) for i, member in enumerate(model.column_transformer.members)]

    def giver(
        self,
        model: model_pb2.ModelProto,
        method: str,
        column: int,
        *,
        transformed: bool,  # noqa: ARG002
    ) -> Giver | None:
        for i, member in enumerate(model.column_transformer.members):
            columns = _transform_of(member).n_columns
            if column < columns:
                return Giver(f"members[{i}]", member, method, column)
            column -= columns
        return None

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        form = feature_union if isinstance(estimator, FeatureUnion) else column_selection
        return [(name, fitted) for name, fitted in form.members(estimator) if not isinstance(fitted, str)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        fitted = [
            conversion.decode(member, f"{path}.members[{i}]")
            for i, member in enumerate(model.column_transformer.members)
        ]
        form = feature_union if model.source.class_name == "FeatureUnion" else column_selection
        return form.decode(model, fitted, self.classes, f"{path}.source")

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        off = self.propagate(model, estimator, x, err)
        return {"transform": EQUAL if off is None else absolute(off.max(axis=1))}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        out = np.ones(len(x), dtype=bool)
        for member, fitted, rows, off, _ in self._walk(model, estimator, x, err):
            out &= conversion.family_of(member).decided(member, fitted, rows, off)
        return out

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        found: list[Error] = []
        for member, fitted, rows, off, weight in self._walk(model, estimator, x, err):
            given = conversion.family_of(member).propagate(member, fitted, rows, off)
            found.append(given if given is None or weight is None else np.asarray(given * abs(weight) * (1 + 2.0**-52)))
        if all(one is None for one in found):
            return None
        widths = [_transform_of(member).n_columns for member in model.column_transformer.members]
        parts_ = [np.zeros((len(x), n)) if one is None else one for one, n in zip(found, widths, strict=True)]
        return np.hstack(parts_)

    def _walk(
        self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error
    ) -> Iterator[tuple[model_pb2.ModelProto, Any, Rows, Error, float | None]]:
        """Give each member with its estimator, its rows, how far those may be off, and its weight."""
        for (member, columns, weight), (_, fitted) in zip(parts(model), self.nested_estimators(estimator), strict=True):
            rows = _rows_for(member, x[:, columns])
            yield member, fitted, rows, None if err is None else err[:, columns], weight

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        texts = DataType.DATA_TYPE_STRING in (self.input_types(model) or ())
        out: Rows = np.zeros((n, self.n_features(model)), dtype=object if texts else np.float64)
        written: set[int] = set()
        for i, (member, columns, _) in enumerate(parts(model)):
            made = conversion.family_of(member).rows(member, rng, n)
            made = made[np.arange(n) % len(made)]
            fresh = [j for j, column in enumerate(columns) if column not in written]
            out[:, [columns[j] for j in fresh]] = made[:, fresh]
            # Where members share a feature, each has its way in half of the rows.
            out[i % 2 :: 2, columns] = made[i % 2 :: 2]
            written.update(columns)
        return out


def _merge(
    found: dict[int, model_pb2.DataType],
    rest: model_pb2.DataType,
    columns: Sequence[int],
    taken: Iterable[model_pb2.DataType],
) -> int | None:
    """Note the types that a member takes; give the first feature of another type than before."""
    unread = DataType.DATA_TYPE_UNSPECIFIED
    for column, type_ in zip(columns, taken, strict=False):
        before = found.get(column, rest)
        if unread not in (type_, before) and before != type_:
            return column
        found[column] = max(before, type_)
    return None


def parts(model: model_pb2.ModelProto) -> Iterator[tuple[model_pb2.ModelProto, Sequence[int], float | None]]:
    """Give each member with the features that it takes, and its weight or None."""
    proto = model.column_transformer
    for selection, member in zip(proto.selections, proto.members, strict=True):
        columns = list(selection.columns) or range(proto.n_features)
        yield member, columns, selection.weight if selection.HasField("weight") else None


def _rows_for(member: model_pb2.ModelProto, x: Rows) -> Rows:
    """Give a member's rows as float64 where it takes numbers alone."""
    if x.dtype == object and conversion.family_of(member).input_types(member) is None:
        return np.ascontiguousarray(x, dtype=np.float64)
    return np.ascontiguousarray(x)


def _count(proto: model_pb2.ColumnTransformerProto, i: int) -> int:
    return len(proto.selections[i].columns) or proto.n_features


def _transform_of(member: model_pb2.ModelProto) -> model_pb2.OutputSpec:
    return next(spec for spec in conversion.family_of(member).outputs(member) if spec.method == "transform")


def _check_selection(selection: model_pb2.ColumnTransformerProto.Selection, n_features: int, path: str) -> None:
    for i, column in enumerate(selection.columns):
        if column >= n_features:
            raise ShapeError(f"feature {column} of {n_features}", path=f"{path}.columns[{i}]")
    if selection.HasField("weight") and not np.isfinite(selection.weight):
        raise NonFiniteError(f"the weight is {selection.weight}; expected a finite number", path=f"{path}.weight")


def _check_weight(
    member: model_pb2.ModelProto, selection: model_pb2.ColumnTransformerProto.Selection, path: str
) -> None:
    if selection.HasField("weight") and gives_strings(_transform_of(member)):
        raise PipelineError(f"{member.name!r} gives strings, which have no multiples; expected no weight", path=path)


def _check_member(member: model_pb2.ModelProto, selected: int, path: str) -> None:
    family = conversion.family_of(member)
    if not any(spec.method == "transform" for spec in family.outputs(member)):
        raise PipelineError(f"the member {member.name!r} has no transform", path=path)
    if family.n_features(member) != selected:
        raise PipelineError(
            f"{selected} features are selected for {member.name!r}, which takes {family.n_features(member)}", path=path
        )
