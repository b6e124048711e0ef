"""Sets of labels as columns of 0 and 1, one for each class."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import label_calls, source
from modelx import values as plain_values
from modelx.errors import UnsupportedEstimatorError
from modelx.estimators import encoded_features, telling_categories
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, available, spec, typed_spec
from modelx.estimators.label_binarizer import check_classes
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelx.estimators.encoded_features import Feature


class MultiLabelBinarizerFamily(Family):
    """``multi_label_binarizer``: rows of as many labels as there are classes, or fewer and what is missing."""

    arm = "multi_label_binarizer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("MultiLabelBinarizer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        labels = estimator.classes_.tolist()
        if not labels:
            raise UnsupportedEstimatorError([("", "it has no classes, and gives no column; fit it on labels")])
        if any(label is None or encoded_features.is_nan(label) for label in labels):
            reason = (
                "None or NaN is one of its classes, which stands for the end of a set; give it as a string, and refit"
            )
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes)
        model.source.attributes.pop("classes_", None)
        encoded_features.encode(
            SimpleNamespace(categories_=[estimator.classes_]), model.multi_label_binarizer.features, model.source
        )

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        check_classes(model.multi_label_binarizer.features, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return encoded_features.size(_feature(model))

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        feature = _feature(model)
        if encoded_features.is_number(feature):
            return None
        return [DataType.DATA_TYPE_STRING] * encoded_features.size(feature)

    def sample_rows(self, model: model_pb2.ModelProto, sample: Any) -> Any:
        return label_calls.rows_of_sets(sample, encoded_features.in_order(_feature(model)))

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        n = self.n_features(model)
        types = self.input_types(model) or [DataType.DATA_TYPE_FLOAT64] * n
        return [spec("transform", n), typed_spec("inverse_transform", types)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        place = f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source)
        described.class_name = described.class_name or "MultiLabelBinarizer"
        feature = _feature(model)
        if feature.categories.ints and feature.dtype in ("", "int64"):
            # In whatever order the user gave: they are looked up one by one.
            labels = plain_values.decode_ints(feature.categories.ints, "int64", place)
        else:
            (labels,) = encoded_features.arrays([feature], described, place)
        estimator = self.build(described, model, place, ("classes_",))
        # Encoders of labels have no features.
        vars(estimator).pop("n_features_in_", None)
        vars(estimator).pop("feature_names_in_", None)
        estimator.classes_ = labels
        # What fit leaves: transform makes the table of classes.
        estimator._cached_dict = None
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
        return telling_categories.decided([_feature(model)] * x.shape[1], x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        feature = _feature(model)
        width, number = encoded_features.size(feature), encoded_features.is_number(feature)
        missing = np.nan if number else None
        known = [float(value) if number else value for value in encoded_features.in_order(feature)]
        others = telling_categories.rows([feature], rng, width + 12, unknown=True)[:, 0].tolist()
        sets: list[list[Any]] = [
            [],
            known[::-1],
            [missing] * (width - 1) + known[:1],
            [known[-1]] * width,
            *([value] for value in others),
        ]
        while len(sets) < n:
            drawn = [known[k] for k in rng.permutation(width)[: rng.integers(0, width + 1)]]
            sets.append([*drawn, others[len(sets) % len(others)]])
        out = np.full((max(n, 1), width), missing, dtype=np.float64 if number else object)
        for i, labels in enumerate(sets[: len(out)]):
            out[i, : min(len(labels), width)] = labels[:width]
        return out


def _feature(model: model_pb2.ModelProto) -> Feature:
    """Give what all features are like."""
    return model.multi_label_binarizer.features[0]
