"""Categories as what the target was for them."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import labels, source, wire
from modelx.errors import LabelsError, ShapeError, UnsupportedEstimatorError
from modelx.estimators import encoded_features, telling_categories
from modelx.estimators.base import EQUAL, Error, Family, Tolerance, available, check_count, spec
from modelx.v1 import model_pb2, source_pb2, target_encoder_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = target_encoder_pb2.TargetEncoderProto
_TARGETS = {
    "continuous": Proto.TARGET_CONTINUOUS,
    "binary": Proto.TARGET_BINARY,
    "multiclass": Proto.TARGET_MULTICLASS,
}
_COMPUTED = ("categories_", "encodings_", "target_mean_", "target_type_", "classes_")


class TargetEncoderFamily(Family):
    """``target_encoder``."""

    arm = "target_encoder"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("TargetEncoder",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.target_encoder
        source.capture(estimator, model.source, self.classes, computed=("target_mean_",))
        for name in ("encodings_", "target_type_", "classes_"):
            model.source.attributes.pop(name, None)
        encoded_features.encode(estimator, proto.features, model.source)
        wire.fill(proto, "encodings", np.concatenate(estimator.encodings_))
        wire.fill(proto, "means", np.atleast_1d(estimator.target_mean_))
        proto.target = _TARGETS[estimator.target_type_]
        if estimator.classes_ is not None:
            try:
                labels.encode(estimator.classes_, proto.classes)
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.target_encoder
        encoded_features.check(proto.features, path, grouped=False)
        sizes = [encoded_features.size(feature) for feature in proto.features]
        if not len(proto.means):
            raise ShapeError("there are no means; expected at least one", path=f"{path}.means")
        expected = sum(sizes) * len(proto.means)
        check_count(proto.encodings, expected, f"{path}.encodings", "one for each category of each column")
        if proto.target not in _TARGETS.values():
            raise ShapeError(f"target is {proto.target}; expected 1, 2 or 3", path=f"{path}.target")
        if proto.target != Proto.TARGET_MULTICLASS and len(proto.means) != 1:
            raise ShapeError(f"there are {len(proto.means)} means; expected 1", path=f"{path}.means")
        if (proto.target == Proto.TARGET_CONTINUOUS) != (not labels.count(proto.classes)):
            raise LabelsError("there are classes only if the target is one of classes", path=f"{path}.classes")
        if proto.target == Proto.TARGET_CONTINUOUS:
            return
        found = labels.check(proto.classes, f"{path}.classes")
        fits = found == len(proto.means) if proto.target == Proto.TARGET_MULTICLASS else found <= 2
        if not fits:
            raise LabelsError(f"there are {found} classes for {len(proto.means)} means", path=f"{path}.classes")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return len(model.target_encoder.features)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return encoded_features.types(model.target_encoder.features)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return encoded_features.object_columns(estimator)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.target_encoder
        return [spec("transform", len(proto.features) * len(proto.means))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.target_encoder, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else source_pb2.Source(class_name="TargetEncoder"))
        categories = encoded_features.arrays(proto.features, described, place)
        estimator = self.build(described, model, place, _COMPUTED)
        estimator.categories_ = categories
        estimator._infrequent_enabled = False
        estimator.target_type_ = next(name for name, target in _TARGETS.items() if target == proto.target)
        means = wire.doubles(proto.means)
        several = proto.target == Proto.TARGET_MULTICLASS
        mean = source.restore(described, "target_mean_", means, (len(means),) if several else (), place)
        estimator.target_mean_ = mean if several else np.asarray(mean)[()]
        estimator.classes_ = labels.decode(proto.classes, f"{path}.classes") if labels.count(proto.classes) else None
        ends = np.cumsum([0, *(encoded_features.size(one) for one in proto.features for _ in proto.means)])
        flat = wire.doubles(proto.encodings)
        estimator.encodings_ = [flat[start:end].copy() for start, end in pairwise(ends.tolist())]
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],
        err: Error,
    ) -> NDArray[np.bool_]:
        return telling_categories.decided(model.target_encoder.features, x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        return telling_categories.rows(model.target_encoder.features, rng, n, unknown=True)
