"""What models made of members have in common: writing, checking and rebuilding members, and how exact they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from modelx import conversion, frames, source, values
from modelx.calling import call
from modelx.errors import LabelsError, PipelineError, SourceError
from modelx.estimators.base import Comparison, DataType, Error, Tolerance, absolute
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Members = Sequence[model_pb2.ModelProto]
    Rows = NDArray[np.float64]

# scikit-learn looks at each pipeline of pipelines three times: what a file may make it do must end.
_MOST_PIPELINES = 9
_FITTED = "fitted"


class Answer(NamedTuple):
    """What a member answers, how far each value of a row may be off, shape (n_rows,), and whether it is exact."""

    values: NDArray[Any]
    off: NDArray[np.float64]
    exact: bool


def encode(out: Any, named: Iterable[tuple[str, Any]]) -> None:
    """Write fitted estimators into a repeated field of models."""
    for name, fitted in named:
        conversion.encode(fitted, out.add(name=name), name)


def check(members: Members, path: str, *, one_width: bool = True) -> None:
    """Check members on their own, that they have names, and that all take rows of one width.

    Raises
    ------
    ModelFileError
    """
    names = [member.name for member in members]
    if not names:
        raise PipelineError("there are no members; expected at least one", path=f"{path}.members")
    if "" in names or len(set(names)) != len(names):
        raise PipelineError("names of members are empty or doubled; expected distinct ones", path=f"{path}.members")
    for i, member in enumerate(members):
        conversion.check(member, f"{path}.members[{i}]", conversion.depth_of(path) + 1)
    if one_width:
        expected = width(members[0])
        for i, member in enumerate(members):
            if width(member) != expected:
                raise PipelineError(
                    f"it takes {width(member)} features; the first member takes {expected}", path=f"{path}.members[{i}]"
                )


def width(member: model_pb2.ModelProto) -> int:
    """Give the width of a member's rows."""
    return conversion.family_of(member).n_features(member)


def input_types(members: Members, path: str = "") -> list[model_pb2.DataType] | None:
    """Give the type of each feature that members of one width take; None for numbers alone.

    Raises
    ------
    PipelineError
        For a feature that is a string for one member and a number for another.
    """
    return merged(members, [range(width(member)) for member in members], path)


def merged(members: Members, columns: Sequence[Sequence[int]], path: str) -> list[model_pb2.DataType] | None:
    """Give the type of each feature up to the last, of members that each take some; None for numbers alone.

    Raises
    ------
    PipelineError
        For a feature that is a string for one member and a number for another.
    """
    strings, numbers, unread = DataType.DATA_TYPE_STRING, DataType.DATA_TYPE_FLOAT64, DataType.DATA_TYPE_UNSPECIFIED
    taken = [conversion.family_of(member).input_types(member) for member in members]
    if all(types is None for types in taken):
        return None
    out = [unread] * (max(max(chosen, default=-1) for chosen in columns) + 1)
    for i, (types, chosen) in enumerate(zip(taken, columns, strict=True)):
        for column, type_ in zip(chosen, types or [numbers] * len(chosen), strict=True):
            if unread not in (type_, out[column]) and (type_ == strings) != (out[column] == strings):
                raise PipelineError(
                    f"feature {column} is a string for one member and a number for another",
                    path=f"{path}.members[{i}]",
                )
            out[column] = max(out[column], type_)
    return out


def object_columns(estimators: Iterable[tuple[str, Any]]) -> frozenset[int]:
    """Name the features that fitted members, which take the same rows, take as objects."""
    return frozenset().union(*(frames.object_columns(fitted) for _, fitted in estimators))


def find(member: model_pb2.ModelProto, method: str) -> model_pb2.OutputSpec | None:
    """Give what one of a member's methods gives; None where it has no such method."""
    return next((one for one in conversion.family_of(member).outputs(member) if one.method == method), None)


def require(member: model_pb2.ModelProto, method: str, path: str, columns: int | None = None) -> int:
    """Check that a method of a member gives numbers, in so many columns where this is given; give the columns.

    Raises
    ------
    PipelineError
    """
    found = find(member, method)
    if found is None or found.type not in (DataType.DATA_TYPE_FLOAT64, DataType.DATA_TYPE_INT64):
        raise PipelineError(f"{member.name!r} has no {method} of numbers", path=path)
    if columns is not None and found.n_columns != columns:
        raise PipelineError(f"{method} of {member.name!r} has {found.n_columns} columns; expected {columns}", path=path)
    return int(found.n_columns)


def positions(member: model_pb2.ModelProto, n_classes: int, path: str) -> list[int]:
    """Give the number of the ensemble's class that each class of a member stands for: the member's class itself.

    Raises
    ------
    LabelsError
    """
    found = conversion.family_of(member).class_list(member)
    spec = find(member, "predict")
    if found is None or spec is None or spec.n_columns:
        raise LabelsError(f"{member.name!r} gives no one class for each row; expected a classifier", path=path)
    if any(type(label) is not int or not 0 <= label < n_classes for label in found):
        raise LabelsError(f"classes of {member.name!r} are not among the ints 0 ... {n_classes - 1}", path=path)
    return [int(label) for label in found]


def decode(members: Members, path: str) -> list[Any]:
    """Rebuild the fitted estimators of checked members."""
    return [decode_one(member, f"{path}.members[{i}]") for i, member in enumerate(members)]


def decode_one(member: model_pb2.ModelProto, path: str) -> Any:
    """Rebuild the fitted estimator of a checked model inside of an ensemble.

    Raises
    ------
    SourceError
        Also for pipelines of pipelines that scikit-learn would take minutes to ask.
    """
    if _pipelines(member) > _MOST_PIPELINES:
        raise SourceError(
            f"over {_MOST_PIPELINES} pipelines stand in one another, which takes scikit-learn minutes; flatten them",
            path=path,
        )
    return conversion.decode(member, path)


def _pipelines(model: model_pb2.ModelProto) -> int:
    """Count how many pipelines stand in one another."""
    inner = max((_pipelines(one) for _, one in conversion.family_of(model).nested(model)), default=0)
    return int(inner + (model.WhichOneof("model") == "pipeline"))


def encode_estimators(given: Sequence[tuple[str, Any]], out: source_pb2.Value, *, fitted: bool = False) -> None:
    """Write the hyper-parameter ``estimators``: names, and unfitted estimators or words.

    With `fitted`, and in the place of frozen estimators, there is a note that the members themselves stand there.
    """
    known = conversion.known_classes()
    out.list.SetInParent()
    for name, estimator in given:
        pair = out.list.items.add().tuple
        pair.items.add(string_value=name)
        spec = None if fitted and not isinstance(estimator, str) else source.encode_spec(estimator, known)
        if isinstance(estimator, str):
            pair.items.add(string_value=estimator)
        elif spec is not None:
            pair.items.add().estimator.CopyFrom(spec)
        else:
            pair.items.add(omitted=_FITTED)


def decode_estimators(
    params: Mapping[str, source_pb2.Value], fitted: Mapping[str, Any], path: str
) -> list[tuple[str, Any]]:
    """Give the hyper-parameter ``estimators``; without one, the fitted ones.

    Raises
    ------
    SourceError
        For names, without those that are dropped, that are not the members'.
    """
    if "estimators" not in params:
        return list(fitted.items())
    place, known = f"{path}.params[estimators]", conversion.known_classes()
    out: list[tuple[str, Any]] = []
    for item in params["estimators"].list.items:
        pair = item.tuple.items
        if len(pair) != 2 or pair[0].WhichOneof("kind") != "string_value":
            raise SourceError("expected pairs of a name and an estimator", path=place)
        name = pair[0].string_value
        if pair[1].WhichOneof("kind") == "omitted":
            out.append((name, fitted.get(name)))
        else:
            out.append((name, values.decode(pair[1], lambda spec, at: source.decode_spec(spec, known, at), place)))
    kept = [name for name, estimator in out if not (isinstance(estimator, str) and estimator == "drop")]
    if kept != list(fitted):
        raise SourceError("the names of the estimators are not those of the members", path=place)
    return out


def answer(member: model_pb2.ModelProto, fitted: Any, method: str, x: Rows, err: Error) -> Answer:
    """Give what a member answers, and how far that may be off in another runtime."""
    given = call(fitted, method, x)
    off, exact = off_by(conversion.family_of(member).tolerances(member, fitted, x, err)[method], given)
    return Answer(given, off, exact)


def off_by(tolerance: Tolerance, given: NDArray[Any]) -> tuple[NDArray[np.float64], bool]:
    """Turn a tolerance of any kind into a bound of the difference, shape (n_rows,)."""
    n = len(given)
    if tolerance.comparison == Comparison.COMPARISON_UNSPECIFIED or tolerance.per_row is None:
        return np.zeros(n), True
    per_row = np.broadcast_to(tolerance.per_row, (n,)).astype(np.float64)
    if tolerance.comparison == Comparison.COMPARISON_RELATIVE:
        per_row = per_row * largest(given)
    elif tolerance.comparison == Comparison.COMPARISON_SQUARED:
        # |a - b|^2 <= |a^2 - b^2| for numbers >= 0.
        per_row = np.sqrt(per_row)
    return per_row, False


def largest(given: NDArray[Any]) -> NDArray[np.float64]:
    """Give the largest absolute value of each row."""
    return np.asarray(np.abs(given.reshape(len(given), -1).astype(np.float64)).max(axis=1))


def bounded(off: NDArray[np.float64], *, exact: bool) -> Tolerance:
    """Give the tolerance of what is equal, or off by so much."""
    return Tolerance() if exact else absolute(off)


def decided(members: Members, estimators: Sequence[Any], x: Rows, err: Error) -> NDArray[np.bool_]:
    """Say in which rows every member's labels are decided."""
    out = np.ones(len(x), dtype=bool)
    for member, fitted in zip(members, estimators, strict=True):
        out &= conversion.family_of(member).decided(member, fitted, x, err)
    return out


def clear(scores: NDArray[np.float64], off: NDArray[np.float64], *, exact: bool) -> NDArray[np.bool_]:
    """Say in which rows the largest of the scores, shape (n_rows, k), stays the largest."""
    if exact or scores.shape[1] < 2:
        return np.ones(len(scores), dtype=bool)
    ordered = np.sort(scores, axis=1)
    return np.asarray((ordered[:, -1] - ordered[:, -2] > 2.0 * off) | (off == 0.0))


def rows(members: Members, rng: np.random.Generator, n: int) -> Rows:
    """Make rows that tell for one member after the other."""
    used = list(members)[: max(n, 1)]
    each = -(-max(n, 1) // len(used))
    made = [conversion.family_of(member).rows(member, rng, each)[:each] for member in used]
    mixed = [part[i] for i in range(each) for part in made if i < len(part)]
    return as_rows(mixed[: max(n, 1)])


def as_rows(made: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Give single rows of members as one array: float64, or objects where some have strings."""
    return np.array(made, dtype=object if any(row.dtype == object for row in made) else np.float64)
