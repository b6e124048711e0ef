"""Regressors of transformed targets: what they predict is transformed back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import compose
from sklearn.preprocessing import FunctionTransformer

from modelx import conversion, frames, functions, source
from modelx.calling import call
from modelx.errors import ShapeError, SourceError
from modelx.estimators import function_bounds as bounds
from modelx.estimators import members
from modelx.estimators.base import FEW_ULP, Error, Family, Tolerance, available, spec
from modelx.v1 import function_pb2, model_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Function = function_pb2.Function
_CALLS = {number: call for call, number in reversed(list(functions.BUILTIN.values()))} | {
    Function.FUNCTION_IDENTITY: None
}
_COMPUTED = ("regressor_", "transformer_")


class TransformedTargetFamily(Family):
    """``transformed_target``."""

    arm = "transformed_target"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(compose, ("TransformedTargetRegressor",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.transformed_target
        source.capture(estimator, model.source, conversion.known_classes(), computed=_COMPUTED)
        if (inverse := _own_inverse(estimator)) is not None:
            proto.inverse = inverse
        else:
            proto.final.name = "transformer_"
            conversion.encode(estimator.transformer_, proto.final, "transformer_")
        proto.model.name = "regressor_"
        conversion.encode(estimator.regressor_, proto.model, "regressor_")
        columns = _columns(proto)
        # The targets had one dimension, and so have the predictions.
        proto.n_outputs = 0 if estimator._training_dim == 1 and columns == 1 else columns

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.transformed_target
        depth = conversion.depth_of(path) + 1
        conversion.check(proto.model, f"{path}.model", depth)
        given = max(members.require(proto.model, "predict", f"{path}.model"), 1)
        known = proto.inverse in Function.values() and proto.inverse not in functions.WITH_PARAMETERS
        if not known or bool(proto.inverse) == proto.HasField("final"):
            raise ShapeError(
                f"inverse is {proto.inverse}; expected a function that this version knows, or a transformer",
                path=f"{path}.inverse",
            )
        if proto.HasField("final"):
            conversion.check(proto.final, f"{path}.final", depth)
            members.require(proto.final, "transform", f"{path}.final", given)
            members.require(proto.final, "inverse_transform", f"{path}.final")
        columns = _columns(proto)
        if proto.n_outputs != columns and (proto.n_outputs, columns) != (0, 1):
            raise ShapeError(
                f"n_outputs is {proto.n_outputs}; the predictions have {columns} columns", path=f"{path}.n_outputs"
            )

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return members.width(model.transformed_target.model)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        inner = model.transformed_target.model
        return conversion.family_of(inner).input_types(inner)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return frames.object_columns(estimator.regressor_) if hasattr(estimator, "regressor_") else frozenset()

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("predict", model.transformed_target.n_outputs)]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        proto = model.transformed_target
        inner = [("model", proto.model)]
        return [*inner, ("final", proto.final)] if proto.HasField("final") else inner

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        attributes = vars(estimator)
        if "regressor_" not in attributes:
            return []
        inner = [("regressor_", attributes["regressor_"])]
        own = _own_inverse(estimator) is not None
        return inner if own else [*inner, ("transformer_", attributes["transformer_"])]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, described, place = model.transformed_target, model.source, f"{path}.source"
        name = described.class_name or "TransformedTargetRegressor"
        if name not in self.classes:
            raise SourceError(f"the class {name!r} is no regressor of transformed targets", path=place)
        estimator = source.construct(name, described.params, conversion.known_classes(), place)
        if not described.params and not proto.HasField("final"):
            # Of a file without a source, what undoes the function is not known: nothing but fit asks for it.
            estimator.func = estimator.inverse_func = _CALLS[proto.inverse]
        source.set_attributes(estimator, described, _COMPUTED, place)
        estimator.regressor_ = members.decode_one(proto.model, f"{path}.model")
        estimator._training_dim = 1 if proto.n_outputs == 0 else 2
        if proto.HasField("final"):
            estimator.transformer_ = members.decode_one(proto.final, f"{path}.final")
        else:
            func, inverse = estimator.func, estimator.inverse_func
            estimator.transformer_ = FunctionTransformer(
                func=func, inverse_func=inverse, validate=True, check_inverse=estimator.check_inverse
            )
            estimator.transformer_.set_output(transform="default")
            estimator.transformer_.n_features_in_ = _columns(proto)
            if _own_inverse(estimator) != proto.inverse:
                found = f"{functions.describe(func)} and {functions.describe(inverse)}"
                raise SourceError(f"functions are {found}; expected those of the model", path=place)
        if model.signature.feature_names:
            estimator.feature_names_in_ = np.array(model.signature.feature_names, dtype=object)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        off, exact = _bound(model, estimator, x, err)
        return {"predict": members.bounded(off, exact=exact)}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        inner = model.transformed_target.model
        out = conversion.family_of(inner).decided(inner, estimator.regressor_, x, err)
        return np.asarray(out & np.isfinite(_bound(model, estimator, x, err)[0]))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        inner = model.transformed_target.model
        return conversion.family_of(inner).rows(inner, rng, n)


def _columns(proto: model_pb2.TransformedTargetProto) -> int:
    """Give the columns of the predictions."""
    if proto.HasField("final"):
        return members.require(proto.final, "inverse_transform", "")
    return max(members.require(proto.model, "predict", ""), 1)


def _own_inverse(estimator: Any) -> Function | None:
    """Give the function that ends a model; None where a transformer does, if only one made of functions."""
    if type(estimator.transformer_) is not FunctionTransformer or estimator.transformer is not None:
        return None
    if estimator.func is None and estimator.inverse_func is None:
        return Function.FUNCTION_IDENTITY
    names = functions.name_of(estimator.func), functions.name_of(estimator.inverse_func)
    if any(name not in functions.BUILTIN for name in names):
        return None
    number = functions.BUILTIN[str(names[1])][1]
    return None if number in functions.WITH_PARAMETERS else number


def _bound(model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> tuple[NDArray[np.float64], bool]:
    """Bound how far predictions may be off, shape (n_rows,), infinite where open, and say whether they are exact."""
    proto = model.transformed_target
    given = members.answer(proto.model, estimator.regressor_, "predict", x, err)
    predicted = np.asarray(given.values, dtype=np.float64).reshape(len(x), -1)
    e = given.off[:, None]
    if proto.inverse:
        applied = function_pb2.AppliedFunction(function=proto.inverse)
        off = bounds.off(applied, predicted, None if given.exact else np.broadcast_to(e, predicted.shape)).max(axis=1)
        return off, given.exact and bounds.has_bits(applied)
    function = _inverse_of(estimator.transformer_)
    back = function(predicted)
    tolerances = conversion.family_of(proto.final).tolerances(proto.final, estimator.transformer_, back, None)
    own, exact = members.off_by(tolerances["inverse_transform"], back)
    with np.errstate(all="ignore"):
        # All of these are monotonic in each column.
        middle, low, high = function(predicted), function(predicted - e), function(predicted + e)
        off = np.maximum(np.abs(low - middle), np.abs(high - middle))
        off = (off + FEW_ULP * np.abs(middle)).max(axis=1) + own
    return np.where(np.isfinite(off), off, np.inf), exact and given.exact


def _inverse_of(transformer: Any) -> Callable[[Rows], Rows]:
    return lambda rows: np.asarray(call(transformer, "inverse_transform", np.nan_to_num(rows)), dtype=np.float64)
