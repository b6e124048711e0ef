"""Scalers that treat each feature on its own: subtract, divide, multiply, add, clip."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import preprocessing

from modelx import source, wire
from modelx.errors import NonFiniteError, ShapeError, SourceError
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import affine_scaler_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = affine_scaler_pb2.AffineScalerProto
_STEPS = ("subtract", "divide", "multiply", "add")
# For each class, the attribute that holds a step, and the hyper-parameter that switches it on ("" for always).
_ATTRIBUTES: dict[str, dict[str, tuple[str, str]]] = {
    "StandardScaler": {"subtract": ("mean_", "with_mean"), "divide": ("scale_", "with_std")},
    "RobustScaler": {"subtract": ("center_", "with_centering"), "divide": ("scale_", "with_scaling")},
    "MaxAbsScaler": {"divide": ("scale_", "")},
    "MinMaxScaler": {"multiply": ("scale_", ""), "add": ("min_", "")},
}


class AffineScalerFamily(Family):
    """``affine_scaler``."""

    arm = "affine_scaler"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, tuple(_ATTRIBUTES))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.affine_scaler
        attributes = _active(estimator)
        source.capture(estimator, model.source, self.classes, computed=tuple(attributes.values()))
        proto.n_features = estimator.n_features_in_
        for step, attribute in attributes.items():
            wire.fill(proto, step, getattr(estimator, attribute))
        if (clip := _clip(estimator)) is not None:
            proto.clip.low, proto.clip.high = clip

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.affine_scaler
        check_width(proto.n_features, path)
        for step in _STEPS:
            values = getattr(proto, step)
            if len(values):
                check_count(values, proto.n_features, f"{path}.{step}", "n_features")
                _check_values(wire.doubles(values), f"{path}.{step}", divisor=step == "divide")
        if proto.HasField("clip"):
            low, high = proto.clip.low, proto.clip.high
            if not np.isfinite([low, high]).all():
                raise NonFiniteError(f"limits are {low} and {high}; expected finite ones", path=f"{path}.clip")
            if low > high:
                raise ShapeError(f"low is {low}, over high, {high}", path=f"{path}.clip")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.affine_scaler.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        d = model.affine_scaler.n_features
        return [spec("transform", d), spec("inverse_transform", d)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.affine_scaler, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto, place)
        name = described.class_name
        if name not in self.classes:
            raise SourceError(f"the class {name!r} is no affine scaler", path=place)
        more = {"feature_range": (proto.clip.low, proto.clip.high)} if name == "MinMaxScaler" and _is_new(model) else {}
        estimator = source.construct(name, described.params, self.classes, place, **more)
        attributes = _active(estimator)
        if set(attributes) != {step for step in _STEPS if len(getattr(proto, step))} or _clip(estimator) != _limits(
            proto
        ):
            raise SourceError(f"{name} with these parameters has other steps than the model", path=place)
        source.set_attributes(estimator, described, tuple(attributes.values()), place)
        source.set_signature(estimator, proto.n_features, model.signature.feature_names)
        for step, attribute in attributes.items():
            values = wire.doubles(getattr(proto, step))
            setattr(estimator, attribute, source.restore(described, attribute, values, (proto.n_features,), place))
        for attribute, _ in _ATTRIBUTES[name].values():
            if not hasattr(estimator, attribute):
                setattr(estimator, attribute, None)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        off = self.propagate(model, estimator, x, err)
        # Behind a step that is not exact, this one cannot be either.
        return {"transform": EQUAL if off is None else absolute(off.max(axis=1)), "inverse_transform": EQUAL}

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        if err is None:
            return None
        proto = model.affine_scaler
        subtract, divide, multiply, add = (_values(proto, step) for step in _STEPS)
        factor = np.abs(multiply / divide)
        # What the input is off by, scaled, and a rounding of each step.
        rounding = 4 * 2.0**-53 * ((np.abs(x) + np.abs(subtract)) * factor + np.abs(add))
        return np.asarray(np.nan_to_num(err * factor + rounding))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        d = model.affine_scaler.n_features
        out = generic_rows(rng, n, d)
        pulled = self.pull_back(model, out)
        # Typical rows first, then plain ones; NaN is legal, and so is what overflows or is subnormal.
        out[::2] = pulled[::2]
        if n > 2:
            out[2, rng.integers(d)] = np.nan
        if n > 3:
            out[3] = np.where(rng.random(d) < 0.5, 5e-324, -0.0)
        if n > 5:
            out[5] *= 1e300
        return out

    def pull_back(self, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> NDArray[np.float64]:
        proto = model.affine_scaler
        subtract, divide, multiply, add = (_values(proto, step) for step in _STEPS)
        with np.errstate(all="ignore"):
            out = (x - add) / multiply * divide + subtract
        return np.asarray(np.nan_to_num(out, posinf=0.0, neginf=0.0))


def _active(estimator: Any) -> dict[str, str]:
    """Give the attribute that holds each step that is switched on."""
    table = _ATTRIBUTES[type(estimator).__name__]
    return {step: attribute for step, (attribute, switch) in table.items() if not switch or getattr(estimator, switch)}


def _clip(estimator: Any) -> tuple[float, float] | None:
    # MaxAbsScaler has had this parameter since scikit-learn 1.8.
    if not getattr(estimator, "clip", False):
        return None
    low, high = getattr(estimator, "feature_range", (-1.0, 1.0))
    return float(low), float(high)


def _limits(proto: Proto) -> tuple[float, float] | None:
    return (proto.clip.low, proto.clip.high) if proto.HasField("clip") else None


def _is_new(model: model_pb2.ModelProto) -> bool:
    """Whether the file names no class, so that a clip's limits are not among the hyper-parameters."""
    return not model.source.class_name and model.affine_scaler.HasField("clip")


def _default_source(proto: Proto, path: str) -> source_pb2.Source:
    """Choose a class for a model that names none: one that was built in Go."""
    given = {step for step in _STEPS if len(getattr(proto, step))}
    described = source_pb2.Source()
    if given == {"multiply", "add"}:
        described.class_name = "MinMaxScaler"
        described.params["clip"].bool_value = proto.HasField("clip")
    elif given <= {"subtract", "divide"} and not proto.HasField("clip"):
        described.class_name = "StandardScaler"
        described.params["with_mean"].bool_value = "subtract" in given
        described.params["with_std"].bool_value = "divide" in given
    else:
        raise SourceError(
            f"no scaler of scikit-learn has the steps {', '.join(sorted(given))} and these limits", path=path
        )
    return described


def _values(proto: Proto, step: str) -> NDArray[np.float64]:
    values = wire.doubles(getattr(proto, step))
    return values if values.size else np.full(1, 0.0 if step in ("subtract", "add") else 1.0)


def _check_values(values: NDArray[np.float64], path: str, *, divisor: bool) -> None:
    wrong = np.isinf(values) | ((values == 0.0) & divisor)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise NonFiniteError(
            f"value {at} is {values[at]}; expected a finite one{' but 0' if divisor else ''}", path=path
        )
