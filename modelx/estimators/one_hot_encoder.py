"""Categories as columns of 0 and 1."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import encoded_features, grouped_encoders, output_dtype, telling_categories
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, available, check_count, spec, typed_spec
from modelx.v1 import model_pb2, one_hot_encoder_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = one_hot_encoder_pb2.OneHotEncoderProto
_UNKNOWN = {
    "error": Proto.UNKNOWN_ERROR,
    "ignore": Proto.UNKNOWN_ZEROS,
    "infrequent_if_exist": Proto.UNKNOWN_INFREQUENT,
    "warn": Proto.UNKNOWN_INFREQUENT,
}
_COMPUTED = ("categories_", "drop_idx_")


class OneHotEncoderFamily(Family):
    """``one_hot_encoder``."""

    arm = "one_hot_encoder"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("OneHotEncoder",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.one_hot_encoder
        source.capture(estimator, model.source, self.classes, skip_params=("dtype",))
        output_dtype.write(estimator, model.source)
        encoded_features.encode(estimator, proto.features, model.source)
        model.source.attributes.pop("drop_idx_", None)
        dropped = estimator._drop_idx_after_grouping
        if dropped is not None:
            proto.dropped.extend(0 if group is None else int(group) + 1 for group in dropped)
        proto.unknown = _UNKNOWN[estimator.handle_unknown]
        if not sum(_widths(proto)):
            raise UnsupportedEstimatorError([("", "every category is dropped, so that there is no output column")])

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.one_hot_encoder
        encoded_features.check(proto.features, path, grouped=True)
        if len(proto.dropped):
            check_count(proto.dropped, len(proto.features), f"{path}.dropped", "one for each feature, or none")
        for j, group in enumerate(proto.dropped):
            found = len(encoded_features.groups(proto.features[j]))
            if group > found:
                raise ShapeError(f"group {group - 1} is dropped; expected one of {found}", path=f"{path}.dropped[{j}]")
        if proto.unknown not in _UNKNOWN.values():
            raise ShapeError(f"unknown is {proto.unknown}; expected 1, 2 or 3", path=f"{path}.unknown")
        if not sum(_widths(proto)):
            raise ShapeError("every group is dropped; expected at least one column", path=f"{path}.dropped")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return len(model.one_hot_encoder.features)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return encoded_features.types(model.one_hot_encoder.features)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return encoded_features.object_columns(estimator)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        features = model.one_hot_encoder.features
        out = [spec("transform", sum(_widths(model.one_hot_encoder)))]
        if grouped_encoders.is_invertible(features):
            types = encoded_features.types(features) or [DataType.DATA_TYPE_FLOAT64] * len(features)
            out.append(typed_spec("inverse_transform", types))
        return out

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.one_hot_encoder, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else _default_source(proto))
        dtype = output_dtype.read(described, place)
        categories = encoded_features.arrays(proto.features, described, place)
        estimator = self.build(described, model, place, _COMPUTED)
        estimator.dtype, estimator.categories_ = dtype, categories
        grouped_encoders.set_groups(estimator, proto.features, f"{place}.params")
        _check_params(estimator, proto, f"{place}.params")
        _set_dropped(estimator, proto)
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
        return telling_categories.decided(model.one_hot_encoder.features, x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        proto = model.one_hot_encoder
        return telling_categories.rows(proto.features, rng, n, unknown=proto.unknown != Proto.UNKNOWN_ERROR)


def _widths(proto: Proto) -> list[int]:
    """Give the number of columns of each feature."""
    dropped = list(proto.dropped) or [0] * len(proto.features)
    return [
        len(encoded_features.groups(feature)) - bool(group)
        for feature, group in zip(proto.features, dropped, strict=True)
    ]


def _check_params(estimator: Any, proto: Proto, path: str) -> None:
    """Check that the hyper-parameters say what the model does."""
    unknown = estimator.handle_unknown
    if not isinstance(unknown, str) or _UNKNOWN.get(unknown) != proto.unknown:
        raise SourceError(f"handle_unknown is {unknown!r}; the model has {proto.unknown}", path=path)
    if (estimator.drop is None) != (not len(proto.dropped)):
        raise SourceError(f"drop is {estimator.drop!r}; the model drops {list(proto.dropped)[:8]}", path=path)
    if not isinstance(estimator.sparse_output, bool | np.bool_):
        raise SourceError(f"sparse_output is {estimator.sparse_output!r}; expected a bool", path=path)
    allowed = type(estimator)._parameter_constraints["handle_unknown"]
    if unknown == "warn" and not any("warn" in getattr(one, "options", ()) for one in allowed):
        estimator.handle_unknown = "infrequent_if_exist"


def _set_dropped(estimator: Any, proto: Proto) -> None:
    """Set what fit sets of the dropped groups, and the number of columns of each feature."""
    estimator._drop_idx_after_grouping = None
    estimator.drop_idx_ = None
    estimator._n_features_outs = _widths(proto)
    if not len(proto.dropped):
        return
    after, before = (np.full(len(proto.features), None, dtype=object) for _ in range(2))
    for j, feature in enumerate(proto.features):
        if proto.dropped[j]:
            group = proto.dropped[j] - 1
            first = encoded_features.groups(feature)[group][0]
            rare = bool(len(feature.infrequent))
            is_last = not rare and encoded_features.is_nan(estimator.categories_[j][first])
            # fit has Python's ints where it counts, and numpy's where it searches.
            after[j] = group if isinstance(estimator.drop, str) or is_last else np.int64(group)
            before[j] = np.int64(first) if rare else after[j]
    estimator._drop_idx_after_grouping, estimator.drop_idx_ = after, before


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="OneHotEncoder")
    names = {value: name for name, value in reversed(_UNKNOWN.items())}
    described.params["handle_unknown"].string_value = names[proto.unknown]
    if len(proto.dropped):
        described.params["drop"].string_value = "first" if all(proto.dropped) else "if_binary"
    grouped_encoders.describe(described, proto.features)
    return described
