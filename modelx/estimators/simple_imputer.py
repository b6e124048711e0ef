"""The imputer that puts one value for each column in the place of what is missing."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import SimpleImputer

from modelx import source, wire
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import imputed_strings, missing, missing_strings, string_columns
from modelx.estimators.base import (
    EQUAL,
    DataType,
    Error,
    Family,
    Tolerance,
    absolute,
    check_count,
    check_width,
    typed_spec,
)
from modelx.layout import FLOAT_DTYPES
from modelx.v1 import model_pb2, simple_imputer_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[Any]

Proto = simple_imputer_pb2.SimpleImputerProto
_COMPUTED = ("indicator_", "statistics_")
# The type of the rows that fit saw, which transform asks for: a private attribute, kept by its name.
_FIT_DTYPE = "_fit_dtype"
_DTYPES = {np.dtype(code).name for code in "bhilqBHILQfdO"}


class SimpleImputerFamily(Family):
    """``simple_imputer``."""

    arm = "simple_imputer"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"SimpleImputer": SimpleImputer}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.simple_imputer
        dtype = estimator._fit_dtype
        if dtype.name not in _DTYPES:
            reason = (
                f"SimpleImputer was fitted on values of type {dtype.name}; this version of modelx fills strings, "
                "float64, float32 and integers only: fit on one of these"
            )
            raise UnsupportedEstimatorError([("", reason)])
        left_out, indicator = left_out_of(estimator), estimator.indicator_
        if len(left_out) == len(estimator.statistics_) and (indicator is None or not len(indicator.features_)):
            reason = "every column was empty when SimpleImputer was fitted, so that transform gives none"
            raise UnsupportedEstimatorError([("", reason)])
        if dtype.kind == "O":
            imputed_strings.write(estimator, left_out, proto)
            source.capture(estimator, model.source, self.classes, computed=_COMPUTED[:1])
        else:
            self._encode_numbers(estimator, left_out, model)
        missing_strings.write(missing_strings.rule_of(estimator), proto)
        missing_strings.name_na(estimator, model.source)
        model.source.layouts.pop("indicator_", None)
        model.source.attributes[_FIT_DTYPE].string_value = dtype.name
        if indicator is not None:
            missing.write_indicator(indicator, proto.missing, proto.indicator)
            proto.indicator.strings.extend(proto.strings)
            if proto.HasField("missing_strings"):
                proto.indicator.missing_strings.CopyFrom(proto.missing_strings)

    def _encode_numbers(self, estimator: Any, left_out: NDArray[np.intp], model: model_pb2.ModelProto) -> None:
        proto, fill = model.simple_imputer, fill_of(estimator)
        kept = np.asarray(estimator.statistics_).dtype != object and _same(estimator.statistics_, fill)
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED if kept else _COMPUTED[:1])
        if np.asarray(estimator.statistics_).dtype == object:
            # One constant for all columns, which is a hyper-parameter: each scikit-learn keeps it in its own way.
            model.source.attributes.pop("statistics_", None)
        proto.n_features = len(fill)
        wire.fill(proto.fill, "doubles", fill)
        proto.left_out.extend(left_out.tolist())

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.simple_imputer
        check_width(proto.n_features, path)
        missing_strings.check(proto, path)
        check_count(proto.fill.doubles, proto.n_features, f"{path}.fill.doubles", "n_features")
        imputed_strings.check(proto, path)
        missing.check_columns(proto.left_out, proto.n_features, f"{path}.left_out")
        if proto.HasField("indicator"):
            missing_strings.check_indicator(proto.indicator, proto, f"{path}.indicator")
        if not _columns(proto):
            raise ShapeError("every column is left out; expected one to remain", path=f"{path}.left_out")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.simple_imputer.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return imputed_strings.types(model.simple_imputer)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto, numbers = model.simple_imputer, DataType.DATA_TYPE_FLOAT64
        types = string_columns.types(proto) or [numbers] * proto.n_features
        kept = [types[j] for j in sorted(set(range(proto.n_features)) - set(proto.left_out))]
        return [typed_spec("transform", kept + [numbers] * len(proto.indicator.columns))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.simple_imputer, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else _default_source(proto))
        dtype = _pop_dtype(described, place)
        if (dtype.kind == "O") != any(proto.strings):
            raise SourceError(f"fitted on values of type {dtype.name}, which does not suit the model", path=place)
        fill = wire.doubles(proto.fill.doubles)
        is_na = missing_strings.without_na(described)
        if dtype.kind == "O":
            known = "statistics_" in described.attributes
            estimator = self.build(described, model, place, _COMPUTED[:1])
            if not known:
                estimator.statistics_ = imputed_strings.statistics(proto)
        elif "statistics_" not in described.attributes:
            estimator = self.build(described, model, place, _COMPUTED)
            estimator.statistics_ = _statistics(estimator, described, fill, dtype, place)
        else:
            estimator = self.build(described, model, place, _COMPUTED[:1])
        if is_na:
            missing_strings.set_na(estimator)
        missing_strings.check_rebuilt(estimator, proto, place)
        estimator.indicator_ = None
        if proto.HasField("indicator"):
            estimator.indicator_ = missing.read_indicator(proto.indicator, estimator.missing_values)
        estimator._fit_dtype = dtype
        if _has_fill_dtype():
            estimator._fill_dtype = dtype
        _check_rebuilt(estimator, proto, place)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        off = self.propagate(model, estimator, x, err)
        return {"transform": EQUAL if off is None else absolute(off.max(axis=1))}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> NDArray[np.bool_]:
        return missing_strings.decided(x, err, model.simple_imputer)

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> Error:
        if err is None:
            return None
        proto = model.simple_imputer
        off = np.where(missing_strings.gaps(x, proto), 0.0, err)
        told = np.zeros((len(x), len(proto.indicator.columns)))
        return np.hstack([np.delete(off, np.asarray(proto.left_out, dtype=np.intp), axis=1), told])

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.simple_imputer
        known = [value for value in imputed_strings.values(proto) if isinstance(value, str)]
        return missing_strings.rows(rng, n, proto, known)

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows:
        proto = model.simple_imputer
        strings, gap = string_columns.columns(proto), missing_strings.read(proto).gap()
        out = np.full((len(x), proto.n_features), proto.missing, dtype=object if strings else np.float64)
        remain = np.setdiff1d(np.arange(proto.n_features), proto.left_out)
        out[:, strings] = gap
        empty = out[:1].copy()
        out[:, remain] = x[:, : len(remain)]
        if len(x):
            # One row at least is filled, and another where what stands beside it, in other columns, is refused.
            out[[len(x) // 2, -1]] = empty[0]
        return out


def _columns(proto: Proto) -> int:
    return proto.n_features - len(proto.left_out) + len(proto.indicator.columns)


@lru_cache(maxsize=1)
def _has_fill_dtype() -> bool:
    """Whether this scikit-learn casts what it fills with to the type of the rows that fit saw: since 1.8."""
    probe = SimpleImputer(strategy="constant").fit(np.zeros((1, 1)))
    return "_fill_dtype" in vars(probe)


def left_out_of(estimator: Any) -> NDArray[np.intp]:
    """Give the columns that transform leaves out."""
    if estimator.keep_empty_features or (estimator.strategy == "constant" and not _has_fill_dtype()):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero([isinstance(value, float) and isnan(value) for value in np.asarray(estimator.statistics_)])


def fill_of(estimator: Any) -> Rows:
    """Give what stands in the place of a missing value among float64 values, shape (n_features,)."""
    statistics = np.asarray(estimator.statistics_)
    out = _as_float64(statistics)
    if _has_fill_dtype():
        remain = np.setdiff1d(np.arange(len(out)), left_out_of(estimator))
        out = np.full(len(out), np.nan)
        out[remain] = statistics[remain].astype(estimator._fill_dtype).astype(np.float64)
    return out


def _as_float64(statistics: Any) -> Rows:
    try:
        return np.asarray(statistics).astype(np.float64)
    except (TypeError, ValueError) as error:
        reason = f"SimpleImputer fills with what is no number ({error}); this version of modelx fills numbers only"
        raise UnsupportedEstimatorError([("", reason)]) from error


def _same(a: Any, b: Rows) -> bool:
    """Whether values are the same bits, any NaN being like any other."""
    found = np.asarray(a).astype(np.float64)
    return bool(np.array_equal(found, b, equal_nan=True) and (np.signbit(found) == np.signbit(b))[~np.isnan(b)].all())


def _pop_dtype(described: source_pb2.Source, path: str) -> np.dtype[Any]:
    name = described.attributes[_FIT_DTYPE].string_value if _FIT_DTYPE in described.attributes else "float64"
    described.attributes.pop(_FIT_DTYPE, None)
    if name not in _DTYPES:
        raise SourceError(f"fitted on values of type {name!r}; expected a numpy type of numbers, or object", path=path)
    return np.dtype(name)


def _statistics(estimator: Any, described: source_pb2.Source, fill: Rows, dtype: np.dtype[Any], path: str) -> Any:
    """Rebuild statistics_ from what is filled with; for a constant, from the hyper-parameter."""
    kept = "statistics_" in described.layouts and (described.layouts["statistics_"].dtype or "float64") in FLOAT_DTYPES
    if estimator.strategy != "constant" or kept:
        return source.restore(described, "statistics_", fill, fill.shape, path)
    value = 0 if estimator.fill_value is None else estimator.fill_value
    try:
        if not _has_fill_dtype():
            return np.full(len(fill), value, dtype=dtype)
        out = np.full(len(fill), value, dtype=object)
        out[np.isnan(fill)] = np.nan
    except (TypeError, ValueError) as error:
        raise SourceError(f"{value!r} as fill_value: {error}", path=f"{path}.params[fill_value]") from error
    return out


def _check_rebuilt(estimator: Any, proto: Proto, path: str) -> None:
    """Compare what the rebuilt imputer fills with, and leaves out, with the computation."""
    statistics = np.asarray(estimator.statistics_)
    if statistics.shape != (proto.n_features,):
        raise SourceError(f"statistics_ has shape {statistics.shape}; expected ({proto.n_features},)", path=path)
    try:
        with np.errstate(all="ignore"):
            left_out = left_out_of(estimator)
            if any(proto.strings):
                same = imputed_strings.agree(estimator.statistics_, proto)
            else:
                same = _same(fill_of(estimator), wire.doubles(proto.fill.doubles))
    except (UnsupportedEstimatorError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(f"statistics_ cannot be rebuilt: {error}", path=path) from error
    if not same or left_out.tolist() != list(proto.left_out):
        raise SourceError(
            "SimpleImputer with these parameters and attributes fills with other values, or leaves out other columns, "
            "than the model",
            path=path,
        )
    if bool(estimator.add_indicator) != proto.HasField("indicator"):
        raise SourceError("add_indicator says otherwise than the model", path=f"{path}.params[add_indicator]")


def _default_source(proto: Proto) -> source_pb2.Source:
    """Describe a model that names no class: one that was built in Go."""
    described = source_pb2.Source(class_name="SimpleImputer")
    missing_strings.describe(proto, described)
    if any(proto.strings):
        described.params["strategy"].string_value = "most_frequent"
        described.attributes[_FIT_DTYPE].string_value = "object"
    described.params["add_indicator"].bool_value = proto.HasField("indicator")
    remain = np.delete(wire.doubles(proto.fill.doubles), np.asarray(proto.left_out, dtype=np.intp))
    # Only an imputer that keeps empty columns may fill with NaN.
    kept = bool(np.isnan(remain).any())
    described.params["keep_empty_features"].bool_value = kept
    return described
