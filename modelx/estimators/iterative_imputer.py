"""The imputer that predicts each column from others, round after round."""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

# Where they are defined: sklearn.impute has the class for programs only that ask for what is experimental.
from sklearn.impute._iterative import IterativeImputer, _ImputerTriplet
from sklearn.linear_model import BayesianRidge

from modelx import conversion, source, wire
from modelx.calling import call
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import missing
from modelx.estimators.base import (
    Comparison,
    DataType,
    Error,
    Family,
    Tolerance,
    absolute,
    check_count,
    check_width,
    spec,
)
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = model_pb2.IterativeImputerProto
_COMPUTED = ("imputation_sequence_", "indicator_", "initial_imputer_")
# A generator, from which only random imputations draw.
_LEFT_OUT = ("random_state_",)


class IterativeImputerFamily(Family):
    """``iterative_imputer``."""

    arm = "iterative_imputer"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"IterativeImputer": IterativeImputer}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        if estimator.sample_posterior:
            reason = "sample_posterior=True draws what it fills in at random; fit with sample_posterior=False"
            raise UnsupportedEstimatorError([("", reason)])
        proto = model.iterative_imputer
        proto.n_features, proto.missing = estimator.n_features_in_, missing.value_of(estimator)
        conversion.encode(estimator.initial_imputer_, proto.model, "initial_imputer_")
        proto.model.name = "initial_imputer_"
        for i, (column, inputs, fitted) in enumerate(estimator.imputation_sequence_):
            place = f"imputation_sequence_[{i}]"
            member = proto.members.add(name=place)
            conversion.encode(fitted, member, place)
            if not _predicts_numbers(member):
                reason = f"{type(fitted).__name__} does not predict one float64 for each row"
                raise UnsupportedEstimatorError([(place, reason)])
            proto.updates.add(column=int(column), inputs=np.asarray(inputs).tolist())
        if estimator.imputation_sequence_:
            wire.fill(proto, "low", estimator._min_value)
            wire.fill(proto, "high", estimator._max_value)
        if estimator.keep_empty_features:
            proto.unchanged.extend(np.flatnonzero(getattr(estimator, "_is_empty_feature", ())).tolist())
        if estimator.indicator_ is not None:
            missing.write_indicator(estimator.indicator_, proto.missing, proto.indicator)
        source.capture(estimator, model.source, conversion.known_classes(), computed=_COMPUTED)
        model.source.ClearField("layouts")

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.iterative_imputer
        check_width(proto.n_features, path)
        missing.check_value(proto.missing, path)
        depth = conversion.depth_of(path) + 1
        conversion.check(proto.model, f"{path}.model", depth)
        _check_initial(proto, f"{path}.model")
        k = _kept(proto)
        for field in ("low", "high"):
            values = wire.doubles(getattr(proto, field))
            if len(proto.members) or len(values):
                check_count(values, k, f"{path}.{field}", "columns of the initial imputer")
            if np.isnan(values).any():
                raise NonFiniteError("a limit is NaN; expected a number or an infinity", path=f"{path}.{field}")
        if len(proto.low) != len(proto.high) or (wire.doubles(proto.low) > wire.doubles(proto.high)).any():
            raise ShapeError("a lower limit is over the upper one", path=f"{path}.low")
        missing.check_columns(proto.unchanged, k, f"{path}.unchanged")
        if len(proto.updates) != len(proto.members):
            raise ShapeError(f"{len(proto.updates)} updates for {len(proto.members)} models", path=f"{path}.updates")
        for i, (update, member) in enumerate(zip(proto.updates, proto.members, strict=True)):
            conversion.check(member, f"{path}.members[{i}]", depth)
            _check_update(update, member, k, path, i)
        if proto.HasField("indicator"):
            missing.check_indicator(proto.indicator, proto.n_features, proto.missing, f"{path}.indicator")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.iterative_imputer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.iterative_imputer
        return [spec("transform", _kept(proto) + len(proto.indicator.columns))]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        proto = model.iterative_imputer
        return [("model", proto.model), *((f"members[{i}]", member) for i, member in enumerate(proto.members))]

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        initial = vars(estimator).get("initial_imputer_")
        if initial is None:
            return []
        sequence = (triplet.estimator for triplet in estimator.imputation_sequence_)
        members = ((f"imputation_sequence_[{i}]", fitted) for i, fitted in enumerate(sequence))
        return list(chain([("initial_imputer_", initial)], members))

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.iterative_imputer, f"{path}.source"
        initial = conversion.decode(proto.model, f"{path}.model")
        described = model.source if model.source.class_name else _default_source(proto, initial)
        if described.class_name not in self.classes:
            raise SourceError(f"the class {described.class_name!r} is no IterativeImputer", path=place)
        estimator = source.construct("IterativeImputer", described.params, conversion.known_classes(), place)
        source.set_attributes(estimator, described, (*_COMPUTED, *_LEFT_OUT), place)
        source.set_signature(estimator, proto.n_features, model.signature.feature_names)
        missing.check_rebuilt(estimator, proto.missing, place)
        estimator.initial_imputer_ = initial
        _check_params(estimator, proto, place)
        estimator.imputation_sequence_ = [
            _ImputerTriplet(
                np.int64(update.column),
                np.asarray(update.inputs, dtype=np.int64),
                conversion.decode(member, f"{path}.members[{i}]"),
            )
            for i, (update, member) in enumerate(zip(proto.updates, proto.members, strict=True))
        ]
        if len(proto.low):
            estimator._min_value, estimator._max_value = wire.doubles(proto.low), wire.doubles(proto.high)
        empty = proto.unchanged if estimator.keep_empty_features else proto.model.simple_imputer.left_out
        estimator._is_empty_feature = np.isin(np.arange(proto.n_features), np.asarray(empty, dtype=np.intp))
        estimator._estimator = BayesianRidge() if estimator.estimator is None else clone(estimator.estimator)
        estimator.indicator_ = None
        if proto.HasField("indicator"):
            estimator.indicator_ = missing.read_indicator(proto.indicator, estimator.missing_values)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        return {"transform": absolute(_walk(model.iterative_imputer, estimator, x, err)[0].max(axis=1))}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        return _walk(model.iterative_imputer, estimator, x, err)[1]

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        proto = model.iterative_imputer
        off, _ = _walk(proto, estimator, x, err)
        return np.hstack([off, np.zeros((len(x), len(proto.indicator.columns)))])

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        """Make rows around what is filled in first, with gaps."""
        proto = model.iterative_imputer
        gaps = missing.is_missing(missing.rows_with_gaps(rng, n, proto.n_features, proto.missing), proto.missing)
        center = np.nan_to_num(wire.doubles(proto.model.simple_imputer.fill.doubles))
        out = center + (0.1 + 0.25 * np.abs(center)) * rng.standard_normal(gaps.shape)
        out[out == proto.missing] += 1e-3
        return np.where(gaps, proto.missing, out)


def _predicts_numbers(member: model_pb2.ModelProto) -> bool:
    """Whether a model has predict, with one float64 for each row."""
    given = conversion.family_of(member).outputs(member)
    return any((o.method, o.n_columns, o.type) == ("predict", 0, DataType.DATA_TYPE_FLOAT64) for o in given)


def _kept(proto: Proto) -> int:
    """Count the columns that the initial imputer gives."""
    return proto.n_features - len(proto.model.simple_imputer.left_out)


def _check_initial(proto: Proto, path: str) -> None:
    """Check that the initial imputer is one, for the same rows."""
    if proto.model.WhichOneof("model") != "simple_imputer":
        found = proto.model.WhichOneof("model")
        raise ShapeError(f"a model of the family {found} fills first; expected simple_imputer", path=path)
    first = proto.model.simple_imputer
    if first.n_features != proto.n_features:
        raise ShapeError(f"the model takes {first.n_features} columns; it is given {proto.n_features}", path=path)
    others = not missing.same_value(first.missing, proto.missing) or any(first.strings)
    if others or first.HasField("indicator"):
        raise ShapeError("the model fills other values, or tells of them; expected to fill the same alone", path=path)


def _check_update(
    update: model_pb2.IterativeImputerProto.Update, member: model_pb2.ModelProto, k: int, path: str, i: int
) -> None:
    """Check what one model predicts, and from what."""
    place = f"{path}.updates[{i}]"
    if not 0 <= update.column < k:
        raise ShapeError(f"column {update.column}; expected one of {k}", path=f"{place}.column")
    inputs = np.asarray(update.inputs, dtype=np.int64)
    if ((inputs < 0) | (inputs >= k)).any():
        raise ShapeError(f"a column that is none of {k}", path=f"{place}.inputs")
    width = conversion.family_of(member).n_features(member)
    if width != len(inputs):
        raise ShapeError(f"the model takes {width} columns; it is given {len(inputs)}", path=f"{path}.members[{i}]")
    if not _predicts_numbers(member):
        raise ShapeError("the model does not predict one float64 for each row", path=f"{path}.members[{i}]")


@lru_cache(maxsize=1)
def _knows_empty_columns() -> bool:
    """Whether this scikit-learn imputes although it keeps empty columns: up to 1.5 it stops after the first filling."""
    return "_is_empty_feature" in vars(IterativeImputer(max_iter=0).fit(np.eye(2)))


def _check_params(estimator: Any, proto: Proto, path: str) -> None:
    """Compare what transform looks at with the computation."""
    rounds, n_members = vars(estimator).get("n_iter_"), len(proto.members)
    if (
        type(rounds) not in (int, np.int64)
        or rounds < 0
        or bool(rounds) < bool(n_members)
        or (n_members and n_members < rounds)
    ):
        raise SourceError(f"n_iter_ is {rounds!r} for {n_members} models", path=f"{path}.attributes[n_iter_]")
    keeps = bool(estimator.keep_empty_features)
    wrong = {
        "estimator": estimator.estimator is not None and not hasattr(estimator.estimator, "get_params"),
        "sample_posterior": bool(estimator.sample_posterior),
        "add_indicator": bool(estimator.add_indicator) != proto.HasField("indicator"),
        "keep_empty_features": keeps != bool(estimator.initial_imputer_.keep_empty_features)
        or (bool(proto.unchanged) and not keeps)
        or (keeps and n_members > 0 and not _knows_empty_columns()),
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise SourceError(f"{name} says otherwise than the model", path=f"{path}.params[{name}]")


@np.errstate(all="ignore")
def _walk(proto: Proto, estimator: Any, x: Rows, err: Error) -> tuple[Rows, NDArray[np.bool_]]:
    """Bound how far each value may be off, shape (n_rows, columns), and say which rows have one answer.

    Each model is asked as transform asks it, for the rows that it fills; what it gives is off by its own tolerance, of
    which that of its inputs is a part.
    """
    first = conversion.family_of(proto.model)
    off = first.propagate(proto.model, estimator.initial_imputer_, x, err)
    filled = np.asarray(call(estimator.initial_imputer_, "transform", x), dtype=np.float64)
    off = np.zeros(filled.shape) if off is None else off.copy()
    sure = missing.decided(x, err, proto.missing)
    gone = np.delete(
        missing.is_missing(x, proto.missing), np.asarray(proto.model.simple_imputer.left_out, dtype=np.intp), axis=1
    )
    gone[:, np.asarray(proto.unchanged, dtype=np.intp)] = False
    if not len(proto.members):
        return off, sure
    # scikit-learn stops after the first filling where a whole batch has nothing: such a row hangs on the others.
    sure = sure & ~gone.all(axis=1)
    for update, member, (_, _, fitted) in zip(
        proto.updates, proto.members, estimator.imputation_sequence_, strict=True
    ):
        at = np.flatnonzero(gone[:, update.column] & sure)
        if not len(at):
            continue
        given = np.ix_(at, np.asarray(update.inputs, dtype=np.intp))
        family, rows = conversion.family_of(member), filled[given]
        inexact: Error = off[given]
        inexact = inexact if inexact is not None and inexact.any() else None
        found = np.asarray(call(fitted, "predict", rows), dtype=np.float64)
        tolerance = family.tolerances(member, fitted, rows, inexact)["predict"]
        sure[at] &= family.decided(member, fitted, rows, inexact)
        filled[at, update.column] = np.clip(found, proto.low[update.column], proto.high[update.column])
        off[at, update.column] = _as_absolute(tolerance, found)
    return off, sure & np.isfinite(off).all(axis=1)


def _as_absolute(tolerance: Tolerance, found: Rows) -> Rows:
    """Give a tolerance of predict as a bound on the difference."""
    if tolerance.comparison == Comparison.COMPARISON_UNSPECIFIED or tolerance.per_row is None:
        return np.zeros(len(found))
    if tolerance.comparison == Comparison.COMPARISON_RELATIVE:
        return np.asarray(tolerance.per_row * np.abs(found))
    return tolerance.per_row


def _default_source(proto: Proto, initial: Any) -> source_pb2.Source:
    """Describe a model that names no class: one that was built in Go."""
    if proto.unchanged and not proto.model.source.class_name and not proto.model.simple_imputer.left_out:
        # What leaves no column out may as well be said to keep them all.
        initial.keep_empty_features = True
    described = source_pb2.Source(class_name="IterativeImputer")
    described.params["missing_values"].double_value = proto.missing
    described.params["add_indicator"].bool_value = proto.HasField("indicator")
    described.params["keep_empty_features"].bool_value = bool(initial.keep_empty_features)
    described.attributes["n_iter_"].int_value = int(bool(proto.members))
    return described
