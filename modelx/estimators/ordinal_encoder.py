"""Categories as numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import encoded_features, grouped_encoders, output_dtype, telling_categories
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, available, spec, typed_spec
from modelx.v1 import model_pb2, ordinal_encoder_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = ordinal_encoder_pb2.OrdinalEncoderProto
_COMPUTED = ("categories_",)
_MAX_EXACT = 2**53


class OrdinalEncoderFamily(Family):
    """``ordinal_encoder``."""

    arm = "ordinal_encoder"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("OrdinalEncoder",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.ordinal_encoder
        source.capture(estimator, model.source, self.classes, skip_params=("dtype",))
        output_dtype.write(estimator, model.source)
        encoded_features.encode(estimator, proto.features, model.source)
        proto.missing = _number(estimator.encoded_missing_value, "encoded_missing_value")
        if estimator.handle_unknown == "use_encoded_value":
            proto.unknown = _number(estimator.unknown_value, "unknown_value")
        _refuse_narrow(estimator, proto)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.ordinal_encoder
        encoded_features.check(proto.features, path, grouped=True, nan=False)
        for name in ("missing", "unknown"):
            value = getattr(proto, name)
            if not np.isnan(value) and not (abs(value) <= _MAX_EXACT and value == np.trunc(value)):
                raise ShapeError(f"{name} is {value}; expected NaN or an integer within 2^53", path=f"{path}.{name}")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return len(model.ordinal_encoder.features)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return encoded_features.types(model.ordinal_encoder.features)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return encoded_features.object_columns(estimator)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        features = model.ordinal_encoder.features
        out = [spec("transform", len(features))]
        # scikit-learn takes one number for another where a feature has both NaN and infrequent categories.
        mixed = any(feature.categories.nan and len(feature.infrequent) for feature in features)
        if grouped_encoders.is_invertible(features) and not mixed:
            types = encoded_features.types(features) or [DataType.DATA_TYPE_FLOAT64] * len(features)
            out.append(typed_spec("inverse_transform", types))
        return out

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.ordinal_encoder, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else _default_source(proto))
        dtype = output_dtype.read(described, place)
        categories = encoded_features.arrays(proto.features, described, place)
        estimator = self.build(described, model, place, _COMPUTED)
        estimator.dtype, estimator.categories_ = dtype, categories
        estimator._missing_indices = {
            j: len(categories[j]) - 1 for j, feature in enumerate(proto.features) if feature.categories.nan
        }
        grouped_encoders.set_groups(estimator, proto.features, f"{place}.params")
        _check_params(estimator, proto, f"{place}.params")
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {output.method: EQUAL for output in self.outputs(model)}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],
        err: Error,
    ) -> NDArray[np.bool_]:
        return telling_categories.decided(model.ordinal_encoder.features, x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        proto = model.ordinal_encoder
        return telling_categories.rows(proto.features, rng, n, unknown=proto.HasField("unknown"))


def _number(value: Any, name: str) -> float:
    if not np.isnan(value) and abs(int(value)) > _MAX_EXACT:
        raise UnsupportedEstimatorError([("", f"{name} is {value}, which no float64 holds; give a smaller one")])
    return float(value)


def _refuse_narrow(estimator: Any, proto: Proto) -> None:
    """Refuse a type that does not hold every number that the encoder gives."""
    given = [float(max(len(encoded_features.groups(one, nan=False)) - 1, 0)) for one in proto.features]
    if any(feature.categories.nan for feature in proto.features):
        given.append(proto.missing)
    if proto.HasField("unknown"):
        given.append(proto.unknown)
    with np.errstate(all="ignore"):
        held = np.array(given).astype(estimator.dtype).astype(np.float64)
    if not np.array_equal(held, np.array(given), equal_nan=True):
        reason = f"dtype {estimator.dtype!r} does not hold all of the numbers up to {max(given)}; refit with np.float64"
        raise UnsupportedEstimatorError([("", reason)])


def _check_params(estimator: Any, proto: Proto, path: str) -> None:
    """Check that the hyper-parameters say what the model does."""
    encodes = isinstance(estimator.handle_unknown, str) and estimator.handle_unknown == "use_encoded_value"
    if encodes != proto.HasField("unknown"):
        raise SourceError(f"handle_unknown is {estimator.handle_unknown!r}, which the model does not do", path=path)
    pairs = [("encoded_missing_value", proto.missing)] + ([("unknown_value", proto.unknown)] if encodes else [])
    for name, expected in pairs:
        value = getattr(estimator, name)
        known = isinstance(value, int | float | np.number)
        if not known or not (value == expected or (encoded_features.is_nan(value) and np.isnan(expected))):
            raise SourceError(f"{name} is {value!r}; the model has {expected}", path=path)


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="OrdinalEncoder")
    names = {"encoded_missing_value": proto.missing}
    if proto.HasField("unknown"):
        described.params["handle_unknown"].string_value = "use_encoded_value"
        names["unknown_value"] = proto.unknown
    for name, value in names.items():
        if np.isnan(value):
            described.params[name].double_value = value
        else:
            described.params[name].int_value = int(value)
    grouped_encoders.describe(described, proto.features)
    return described
