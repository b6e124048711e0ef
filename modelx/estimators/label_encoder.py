"""Labels as numbers."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import label_calls, source
from modelx.errors import ShapeError
from modelx.estimators import encoded_features, telling_categories
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, available, spec, typed_spec
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class LabelEncoderFamily(Family):
    """``label_encoder``: rows of one label."""

    arm = "label_encoder"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("LabelEncoder",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        source.capture(estimator, model.source, self.classes)
        model.source.attributes.pop("classes_", None)
        labels = SimpleNamespace(categories_=[estimator.classes_])
        encoded_features.encode(labels, model.label_encoder.features, model.source)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        features = model.label_encoder.features
        encoded_features.check(features, path, grouped=False)
        if len(features) != 1:
            raise ShapeError(f"there are {len(features)} features; expected 1", path=f"{path}.features")

    def n_features(self, model: model_pb2.ModelProto) -> int:  # noqa: ARG002
        return 1

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return encoded_features.types(model.label_encoder.features)

    def sample_rows(self, model: model_pb2.ModelProto, sample: Any) -> Any:  # noqa: ARG002
        return label_calls.rows_of_labels(sample)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        types = self.input_types(model) or [DataType.DATA_TYPE_FLOAT64]
        return [spec("transform", 1), typed_spec("inverse_transform", types)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        place = f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else source_pb2.Source(class_name="LabelEncoder"))
        (labels,) = encoded_features.arrays(model.label_encoder.features, described, place)
        estimator = self.build(described, model, place, ("classes_",))
        # Encoders of labels have no features.
        vars(estimator).pop("n_features_in_")
        vars(estimator).pop("feature_names_in_", None)
        estimator.classes_ = labels
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL, "inverse_transform": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],
        err: Error,
    ) -> NDArray[np.bool_]:
        return telling_categories.decided(model.label_encoder.features, x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        return telling_categories.rows(model.label_encoder.features, rng, n, unknown=False)
