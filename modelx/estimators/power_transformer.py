"""Features bent by a power, so that they look more normal."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source, wire
from modelx.calling import call
from modelx.errors import NonFiniteError, ShapeError, SourceError
from modelx.estimators.base import (
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_finite,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import model_pb2, power_transformer_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = power_transformer_pb2.PowerTransformerProto
_METHODS = {"yeo-johnson": Proto.METHOD_YEO_JOHNSON, "box-cox": Proto.METHOD_BOX_COX}
_COMPUTED = ("lambdas_",)
_SCALE = {"subtract": "mean_", "divide": "scale_"}
_SCALER = {"StandardScaler": preprocessing.StandardScaler}
# What the functions of any good library, and the operations around them, may differ by, relative to what they give.
_ROUNDING = 2.0**-48
# Earlier releases subtract 1 from a power, which leaves less of it than expm1 does.
_SUBTRACTS = hasattr(preprocessing.PowerTransformer, "_yeo_johnson_transform")


class PowerTransformerFamily(Family):
    """``power_transformer``."""

    arm = "power_transformer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("PowerTransformer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.power_transformer
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        proto.n_features = estimator.n_features_in_
        proto.method = _METHODS[estimator.method]
        wire.fill(proto, "lambdas", estimator.lambdas_)
        # Up to numpy 1, a number of Python makes a float64 of a float32.
        proto.single_precision = (2 - estimator.lambdas_[0]).dtype == np.float32
        if estimator.standardize:
            scaler = estimator._scaler
            source.capture(scaler, model.source.delegate, _SCALER, computed=tuple(_SCALE.values()))
            for field, attribute in _SCALE.items():
                wire.fill(proto, field, getattr(scaler, attribute))

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.power_transformer
        check_width(proto.n_features, path)
        if proto.method not in _METHODS.values():
            raise ShapeError(f"method is {proto.method}; expected 1 or 2", path=f"{path}.method")
        check_count(proto.lambdas, proto.n_features, f"{path}.lambdas", "n_features")
        lambdas = wire.doubles(proto.lambdas)
        check_finite(lambdas, f"{path}.lambdas")
        if len(proto.subtract) or len(proto.divide):
            for field in _SCALE:
                check_count(getattr(proto, field), proto.n_features, f"{path}.{field}", "n_features")
                values = wire.doubles(getattr(proto, field))
                wrong = np.isinf(values) | ((values == 0.0) & (field == "divide"))
                if wrong.any():
                    at = int(np.flatnonzero(wrong)[0])
                    raise NonFiniteError(
                        f"value {at} is {values[at]}; expected a finite number, and no divisor 0",
                        path=f"{path}.{field}",
                    )
        with np.errstate(over="ignore"):
            if proto.single_precision and (lambdas.astype(np.float32) != lambdas).any():
                raise ShapeError("an exponent is no float32", path=f"{path}.lambdas")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.power_transformer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        d = model.power_transformer.n_features
        return [spec("transform", d), spec("inverse_transform", d)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.power_transformer, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED)
        standardized = len(proto.divide) > 0
        if (
            not isinstance(estimator.method, str)
            or _METHODS.get(estimator.method) != proto.method
            or not isinstance(estimator.standardize, bool | np.bool_)
            or bool(estimator.standardize) != standardized
        ):
            raise SourceError(
                f"method is {estimator.method!r} and standardize {estimator.standardize!r}; the model has the method "
                f"{proto.method}, and is{'' if standardized else ' not'} standardized",
                path=f"{place}.params",
            )
        lambdas = wire.doubles(proto.lambdas)
        estimator.lambdas_ = source.restore(described, "lambdas_", lambdas, (proto.n_features,), place)
        if proto.single_precision:
            estimator.lambdas_ = lambdas.astype(np.float32)
        if standardized:
            estimator._scaler = _scaler(proto, described.delegate, f"{place}.delegate")
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        back = np.zeros(len(x))
        with np.errstate(all="ignore"):
            off = self.propagate(model, estimator, x, err)
            given = call(estimator, "transform", x)
            for j, column in enumerate((given * self._divisor(model) + self._mean(model)).T):
                undone = _undo_error(model.power_transformer, j, column)
                back = np.maximum(back, np.where(np.isnan(x[:, j]), 0.0, undone))
        return {"transform": absolute(np.asarray(off).max(axis=1)), "inverse_transform": absolute(back)}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        if err is None or model.power_transformer.method != Proto.METHOD_BOX_COX:
            return np.ones(len(x), dtype=bool)
        return np.asarray(~(x <= err).any(axis=1))

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        proto = model.power_transformer
        divisor, mean = np.abs(self._divisor(model)), np.abs(self._mean(model))
        out = np.zeros(x.shape)
        with np.errstate(all="ignore"):
            for j in range(proto.n_features):
                column = x[:, j]
                own, slope, size = _bend_error(proto, j, column, 0.0 if err is None else err[:, j])
                own = own + (0.0 if err is None else err[:, j] * slope)
                out[:, j] = (own + 4 * 2.0**-53 * (size + mean[j % len(mean)])) / divisor[j % len(divisor)]
        return np.where(np.isnan(x), 0.0, out)

    def _divisor(self, model: model_pb2.ModelProto) -> NDArray[np.float64]:
        values = wire.doubles(model.power_transformer.divide)
        return values if values.size else np.ones(1)

    def _mean(self, model: model_pb2.ModelProto) -> NDArray[np.float64]:
        values = wire.doubles(model.power_transformer.subtract)
        return values if values.size else np.zeros(1)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        proto = model.power_transformer
        d = proto.n_features
        out = generic_rows(rng, n, d)
        if n > 3:
            out[3] = np.where(rng.random(d) < 0.5, 5e-324, 1e-9)
        if proto.method == Proto.METHOD_BOX_COX:
            # Of all sizes, the first ones around 1, whose logarithm is 0.
            out = np.exp(out * np.where(np.arange(len(out)) % 3 == 2, 5.0, 0.5)[:, None])
            out[3 % len(out)] = np.where(rng.random(d) < 0.5, 5e-324, 1.0)
        if n > 2:
            out[2, rng.integers(d)] = np.nan
        return np.asarray(np.maximum(out, 5e-324) if proto.method == Proto.METHOD_BOX_COX else out)


def _exponents(proto: Proto, j: int, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the exponent that each value of feature j has in the power, by whether it is on the side of x >= 0."""
    exponent = proto.lambdas[j]
    if proto.method == Proto.METHOD_BOX_COX:
        return np.full(positive.shape, exponent)
    return np.where(positive, exponent, 2.0 - exponent)


def _bend_error(proto: Proto, j: int, x: NDArray[np.float64], reach: Any) -> tuple[Any, Any, Any]:
    """Give how far t of feature j may be off, its largest slope within `reach`, and its size."""
    box_cox = proto.method == Proto.METHOD_BOX_COX
    exponent = _exponents(proto, j, x >= 0)
    magnitude = np.abs(x)
    logarithm = np.log(magnitude) if box_cox else np.log1p(magnitude)
    u = exponent * logarithm
    size = np.where(np.abs(exponent) < 2.0**-52, np.abs(logarithm), np.abs(np.expm1(u) / exponent))
    grown = np.where(np.abs(exponent) < 2.0**-52, np.abs(logarithm), np.abs(u) * np.exp(u) / np.abs(exponent))
    own = _ROUNDING * (size + grown)
    if _SUBTRACTS and not box_cox:
        own = (
            own
            + _ROUNDING * np.exp(u)
            + np.where(np.abs(exponent) < 2.0**-52, 0.0, _ROUNDING * (np.exp(u) + 1.0) / np.abs(exponent))
        )
    ends = [magnitude + reach, np.maximum(magnitude - reach, 0.0)]
    base = 0.0 if box_cox else 1.0
    slope = np.maximum(*((base + end) ** (exponent - 1.0) for end in ends))
    if not box_cox:
        # Across 0, the other side's exponent counts; at 0 itself the slope is 1.
        other = (1.0 + ends[0]) ** (1.0 - exponent)
        slope = np.where(magnitude < reach, np.maximum(np.maximum(slope, other), 1.0), slope)
    return own, slope, size


def _undo_error(proto: Proto, j: int, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound how far the inverse of feature j may be off for t, which is exact."""
    exponent = _exponents(proto, j, t >= 0)
    v = np.where(np.abs(exponent) < 2.0**-52, np.abs(t), np.log1p(exponent * np.abs(t)) / exponent)
    if proto.method == Proto.METHOD_BOX_COX:
        v = np.where(exponent == 0.0, t, np.log1p(exponent * t) / exponent)
    # The sum with 1 is rounded before the power, which takes that to 1 / exponent.
    power = np.exp(v)
    steep = np.where(np.abs(exponent) < 2.0**-52, 0.0, 1.0 / np.abs(exponent))
    return np.asarray(_ROUNDING * ((np.abs(v) + 1.0 + steep) * power + 1.0))


def _scaler(proto: Proto, described: source_pb2.Source, path: str) -> Any:
    """Give the scaler behind the powers, as fit makes it."""
    scaler = preprocessing.StandardScaler(copy=False).set_output(transform="default")
    source.set_attributes(scaler, described, tuple(_SCALE.values()), path)
    for field, attribute in _SCALE.items():
        values = wire.doubles(getattr(proto, field))
        setattr(scaler, attribute, source.restore(described, attribute, values, (proto.n_features,), path))
    source.set_signature(scaler, proto.n_features, ())
    return scaler


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="PowerTransformer")
    described.params["method"].string_value = next(n for n, m in _METHODS.items() if m == proto.method)
    described.params["standardize"].bool_value = len(proto.divide) > 0
    return described
