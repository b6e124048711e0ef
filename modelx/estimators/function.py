"""Functions of rows: numpy's, by their number, and the user's own, by the name that they are registered under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from modelx import functions, source, values
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import function_bounds as bounds
from modelx.estimators.base import EQUAL, Error, Family, Tolerance, absolute, check_width, generic_rows, spec
from modelx.estimators.function_arguments import MOST_OUTPUTS, applied_of, check_applied
from modelx.v1 import function_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Applied = function_pb2.AppliedFunction


class FunctionFamily(Family):
    """``function``: FunctionTransformer with functions, which `PassthroughFamily` hands over."""

    arm = "function"
    schema_version: ClassVar[int] = 2

    @property
    def classes(self) -> Mapping[str, type]:
        # The class stands with the family of those that have no functions.
        return {}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        if not hasattr(estimator, "n_features_in_"):
            reason = "FunctionTransformer was fitted on data without a width; fit it on a matrix"
            raise UnsupportedEstimatorError([("", reason)])
        proto = model.function
        proto.n_features = estimator.n_features_in_
        proto.finite_only = bool(estimator.validate)
        if (applied := applied_of(estimator.func, estimator.kw_args, "func")) is not None:
            proto.transform.CopyFrom(applied)
        if (applied := applied_of(estimator.inverse_func, estimator.inv_kw_args, "inverse_func")) is not None:
            proto.inverse.CopyFrom(applied)
        _measure(proto)
        source.capture(estimator, model.source, {})

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.function
        check_width(proto.n_features, path)
        if proto.HasField("transform"):
            check_applied(proto.transform, f"{path}.transform")
        if proto.HasField("inverse"):
            check_applied(proto.inverse, f"{path}.inverse")
            given = proto.inverse.n_outputs or _columns(proto)
            if given != proto.n_features:
                raise ShapeError(
                    f"it gives {given} values; expected {proto.n_features}, as many as a row has",
                    path=f"{path}.inverse.n_outputs",
                )

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.function.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.function
        out = [spec("transform", _columns(proto))]
        return [*out, spec("inverse_transform", proto.n_features)] if _has_inverse(proto) else out

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.function, f"{path}.source"
        described = model.source if model.source.class_name else _described(proto)
        if described.class_name != "FunctionTransformer":
            raise SourceError(f"the class {described.class_name!r} applies no functions", path=place)
        # A function that is not registered is named where the computation needs it.
        for name in ("transform", "inverse"):
            applied = getattr(proto, name)
            if applied.name:
                functions.of_pair(applied.name, undoes=applied.undoes, path=f"{path}.{name}.name")
        classes = {"FunctionTransformer": FunctionTransformer}
        estimator = source.construct(described.class_name, described.params, classes, place)
        _check_source(estimator, proto, place)
        source.set_attributes(estimator, described, (), place)
        source.set_signature(estimator, proto.n_features, model.signature.feature_names)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> dict[str, Tolerance]:
        proto = model.function
        transform, inverse = _message(proto, "transform"), _message(proto, "inverse")
        out = {"transform": _tolerance(transform, x, err)}
        if _has_inverse(proto):
            # It is given what was recorded, which is exact.
            out["inverse_transform"] = _tolerance(inverse, bounds.apply(transform, x), None)
        return out

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> NDArray[np.bool_]:
        off = bounds.off(_message(model.function, "transform"), x, err)
        return np.asarray(np.isfinite(off).all(axis=1))

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> Error:
        applied = _message(model.function, "transform")
        if err is None and bounds.is_exact(applied):
            return None
        return np.nan_to_num(bounds.off(applied, x, err))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.function
        d, transform = proto.n_features, _message(proto, "transform")
        if any(applied is not None and applied.name for applied in (transform, _message(proto, "inverse"))):
            return _answered(proto, np.concatenate([generic_rows(rng, n, d), np.abs(generic_rows(rng, n, d))]))[:n]
        out = bounds.plain(transform, rng, max(n, 1), d)
        telling = _usable(proto, bounds.telling(transform))
        for i in range(1, len(out), 2):
            first = i // 2 * d
            out[i] = [telling[(first + j) % len(telling)] for j in range(d)]
        return out

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows | None:
        return bounds.undo(_message(model.function, "transform"), x)


def _message(proto: function_pb2.FunctionProto, name: str) -> Applied | None:
    return getattr(proto, name) if proto.HasField(name) else None


def _columns(proto: function_pb2.FunctionProto) -> int:
    """Give the columns of transform."""
    return int(proto.transform.n_outputs or proto.n_features)


def _has_inverse(proto: function_pb2.FunctionProto) -> bool:
    return proto.HasField("inverse") or _columns(proto) == proto.n_features


def _tolerance(applied: Applied | None, x: Rows, err: Error) -> Tolerance:
    if err is None and bounds.has_bits(applied):
        return EQUAL
    return absolute(bounds.off(applied, x, err).max(axis=1))


def _usable(proto: function_pb2.FunctionProto, candidates: list[float]) -> list[float]:
    """Leave out values that overflow, which evidence has not, and those that are refused on the way there or back."""
    out = []
    for value in candidates:
        y = bounds.apply(_message(proto, "transform"), np.array([[value]]))[0, 0]
        back = bounds.apply(_message(proto, "inverse"), np.array([[y]]))[0, 0]
        refused = proto.finite_only and not (np.isfinite(value) and np.isfinite(y))
        if not (refused or np.isposinf(y) or np.isposinf(back)):
            out.append(value)
    return out or [1.0]


def _answered(proto: function_pb2.FunctionProto, x: Rows) -> Rows:
    """Leave out rows that functions of the user's own do not take, or make no finite number of."""
    keep = []
    for i in range(len(x)):
        try:
            y = bounds.apply(_message(proto, "transform"), x[i : i + 1])
            back = bounds.apply(_message(proto, "inverse"), y)
        except Exception:  # noqa: BLE001, S112 - the function is the user's, and may raise whatever it wants
            continue
        if np.isfinite(y).all() and np.isfinite(back).all():
            keep.append(i)
    return x[keep] if keep else x[:1]


def _measure(proto: function_pb2.FunctionProto) -> None:
    """Find out how many values functions of the user's own give for a row, and that they give them for rows alone.

    Raises
    ------
    UnsupportedEstimatorError
    """
    x = np.abs(generic_rows(np.random.default_rng(0), 6, proto.n_features))
    for name, parameter in (("transform", "func"), ("inverse", "inverse_func")):
        applied = _message(proto, name)
        if applied is None:
            continue
        if applied.name:
            x = _asked(applied, parameter, x)
            applied.n_outputs = x.shape[1]
        else:
            x = bounds.apply(applied, x)
    if proto.HasField("inverse") and (proto.inverse.n_outputs or _columns(proto)) != proto.n_features:
        given = proto.inverse.n_outputs or _columns(proto)
        reason = f"inverse_func gives {given} values for a row; expected {proto.n_features}, as many as func takes"
        raise UnsupportedEstimatorError([("", reason)])


def _asked(applied: Applied, parameter: str, x: Rows) -> Rows:
    """Ask a function of the user's own about all rows, and about each on its own."""
    try:
        given = bounds.apply(applied, x)
        single = [bounds.apply(applied, x[i : i + 1]) for i in range(len(x))]
    except Exception as error:
        reason = (
            f"{parameter}, registered as {applied.name!r}, failed on rows of {x.shape[1]} float64 values: "
            f"{type(error).__name__}: {error}"
        )
        raise UnsupportedEstimatorError([("", reason[:500])]) from error
    wanted = f"expected an array of shape ({len(x)}, n) with n from 1 to {MOST_OUTPUTS}"
    if given.ndim != 2 or len(given) != len(x) or not 1 <= given.shape[1] <= MOST_OUTPUTS:
        reason = f"{parameter}, registered as {applied.name!r}, gave the shape {given.shape}; {wanted}"
        raise UnsupportedEstimatorError([("", reason)])
    if any(one.shape != (1, given.shape[1]) for one in single) or not np.allclose(
        np.concatenate(single), given, rtol=1e-9, atol=0.0, equal_nan=True
    ):
        reason = (
            f"{parameter}, registered as {applied.name!r}, answers otherwise for a row when others stand beside it; "
            "only functions of single rows can be exported"
        )
        raise UnsupportedEstimatorError([("", reason)])
    return given


def _check_source(estimator: Any, proto: function_pb2.FunctionProto, path: str) -> None:
    """Check that the hyper-parameters say what the computation says."""
    for name, func, kw_args in (
        ("transform", estimator.func, estimator.kw_args),
        ("inverse", estimator.inverse_func, estimator.inv_kw_args),
    ):
        applied = _message(proto, name)
        try:
            said = applied_of(func, kw_args, name)
        except (UnsupportedEstimatorError, TypeError, ValueError) as error:
            raise SourceError(f"the function of {name} is none of a file's: {error}", path=f"{path}.params") from error
        if said is not None and applied is not None:
            said.n_outputs = applied.n_outputs
            if said.name and functions.same(said, applied):
                # What undoes itself is both functions of its pair.
                said.undoes = applied.undoes
        if (said is None) != (applied is None) or (
            said is not None and applied is not None and _bytes(said) != _bytes(applied)
        ):
            raise SourceError(f"the function of {name} is another than the model's", path=f"{path}.params")
    if bool(estimator.validate) != proto.finite_only:
        raise SourceError("validate is not what the model has", path=f"{path}.params[validate]")


def _bytes(applied: Applied) -> bytes:
    return applied.SerializeToString(deterministic=True)


def _described(proto: function_pb2.FunctionProto) -> source_pb2.Source:
    """Give the source of an estimator that computes what a model says, where a file has none."""
    out = source_pb2.Source(class_name="FunctionTransformer")
    for name, func, kw_args in (("transform", "func", "kw_args"), ("inverse", "inverse_func", "inv_kw_args")):
        applied = _message(proto, name)
        if applied is not None:
            out.params[func].function = functions.written(applied)
            if given := bounds.parameters(applied):
                out.params[kw_args].CopyFrom(values.encode(given, lambda _: None))
    out.params["validate"].bool_value = proto.finite_only
    return out
