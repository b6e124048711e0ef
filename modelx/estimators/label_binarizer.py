"""Labels as columns of two numbers, one for each class."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import label_calls, source
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import encoded_features, telling_categories
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, available, spec, typed_spec
from modelx.v1 import label_binarizer_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelx.estimators.encoded_features import Feature

_INDICATOR = "multilabel-indicator"
_COMPUTED = ("classes_", "y_type_", "sparse_input_")
# Whole numbers from here on, and below its negative, are no labels in scikit-learn.
_INT_LIMIT = 2.0**63
_MAX_EXACT = 2**53


class LabelBinarizerFamily(Family):
    """``label_binarizer``: rows of one label, or of a 0 or 1 for each of several."""

    arm = "label_binarizer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("LabelBinarizer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.label_binarizer
        _check_numbers(estimator)
        source.capture(estimator, model.source, self.classes)
        for name in ("classes_", "y_type_"):
            model.source.attributes.pop(name, None)
        labels = SimpleNamespace(categories_=[estimator.classes_])
        encoded_features.encode(labels, proto.features, model.source)
        proto.neg_label, proto.pos_label = int(estimator.neg_label), int(estimator.pos_label)
        proto.indicator = estimator.y_type_ == _INDICATOR

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.label_binarizer
        check_classes(proto.features, path)
        found, place = proto.features[0].categories, f"{path}.features[0].categories"
        if any(value != np.floor(value) or not -_INT_LIMIT <= value < _INT_LIMIT for value in found.doubles):
            raise LabelsError("a class is no whole number within 2^63; expected labels", path=place)
        n = encoded_features.size(proto.features[0])
        if proto.indicator and (n < 2 or list(found.ints) != list(range(n))):
            raise LabelsError("the classes are not the numbers of the columns, 0, 1 ...", path=place)
        if not -_MAX_EXACT <= proto.neg_label < proto.pos_label <= _MAX_EXACT:
            raise ShapeError(
                f"neg_label is {proto.neg_label} and pos_label {proto.pos_label}; expected a lower and a higher number "
                "within 2^53",
                path=f"{path}.pos_label",
            )

    def sample_rows(self, model: model_pb2.ModelProto, sample: Any) -> Any:  # noqa: ARG002
        return label_calls.rows_of_labels(sample)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        proto = model.label_binarizer
        return encoded_features.size(proto.features[0]) if proto.indicator else 1

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return encoded_features.types(model.label_binarizer.features)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.label_binarizer
        n = encoded_features.size(proto.features[0])
        if proto.indicator:
            return [spec("transform", n), spec("inverse_transform", n)]
        types = self.input_types(model) or [DataType.DATA_TYPE_FLOAT64]
        return [spec("transform", n if n > 2 else 1), typed_spec("inverse_transform", types)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.label_binarizer, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source)
        if not described.class_name:
            described.class_name = "LabelBinarizer"
            described.params["neg_label"].int_value = proto.neg_label
            described.params["pos_label"].int_value = proto.pos_label
        (labels,) = encoded_features.arrays(proto.features, described, place)
        sparse = _sparse_input(described, proto, place)
        estimator = self.build(described, model, place, _COMPUTED)
        # Encoders of labels have no features.
        vars(estimator).pop("n_features_in_", None)
        vars(estimator).pop("feature_names_in_", None)
        try:
            _check_numbers(estimator)
        except UnsupportedEstimatorError as error:
            raise SourceError(error.reasons[0][1], path=place) from error
        if (int(estimator.neg_label), int(estimator.pos_label)) != (proto.neg_label, proto.pos_label):
            raise SourceError("neg_label and pos_label are others than the model's", path=f"{place}.params")
        estimator.y_type_ = _INDICATOR if proto.indicator else "multiclass" if len(labels) > 2 else "binary"
        estimator.sparse_input_ = sparse
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
        features = list(model.label_binarizer.features) * x.shape[1]
        return telling_categories.decided(features, x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[Any],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[Any]:
        proto = model.label_binarizer
        feature, n = proto.features[0], max(n, 1)
        if proto.indicator:
            width = encoded_features.size(feature)
            mixed = rng.integers(0, 2, (n, width)).astype(np.float64)
            return np.vstack([np.zeros((1, width)), np.ones((1, width)), np.eye(width)[:n], mixed])[:n]
        if encoded_features.is_number(feature):
            return _telling_numbers(feature, rng)[np.arange(n) % (len(encoded_features.in_order(feature)) + 5), None]
        made = telling_categories.rows(proto.features, rng, 2 * n, unknown=True)
        # None and NaN are no labels.
        return made[[isinstance(value, str) for value in made[:, 0]]][:n]


def check_classes(features: Any, path: str) -> None:
    """Check that there is one list of labels, of which none is missing.

    Raises
    ------
    ModelFileError
    """
    encoded_features.check(features, path, grouped=False)
    if len(features) != 1:
        raise ShapeError(f"there are {len(features)} features; expected 1", path=f"{path}.features")
    found = features[0].categories
    if found.none or found.nan:
        raise LabelsError("a class is missing; expected numbers or strings", path=f"{path}.features[0].categories")


def _check_numbers(estimator: Any) -> None:
    """Check that scikit-learn takes the hyper-parameters, as they are now, and that every runtime does.

    Raises
    ------
    UnsupportedEstimatorError
    """
    low, high = estimator.neg_label, estimator.pos_label
    for value in (low, high):
        if not isinstance(value, int | np.integer) or abs(int(value)) > _MAX_EXACT:
            reason = f"neg_label and pos_label are {low!r} and {high!r}; expected integers within 2^53"
            raise UnsupportedEstimatorError([("", reason)])
    if low >= high or (estimator.sparse_output and (low != 0 or high == 0)):
        reason = (
            f"scikit-learn refuses neg_label={low!r} with pos_label={high!r} and "
            f"sparse_output={estimator.sparse_output!r}; set them as they were when it was fitted"
        )
        raise UnsupportedEstimatorError([("", reason)])


def _sparse_input(described: source_pb2.Source, proto: label_binarizer_pb2.LabelBinarizerProto, path: str) -> bool:
    """Take out of the source whether the labels were a sparse matrix when it was fitted; only indicators are."""
    if "sparse_input_" not in described.attributes:
        return False
    given = described.attributes.pop("sparse_input_")
    if given.WhichOneof("kind") != "bool_value" or (given.bool_value and not proto.indicator):
        raise SourceError(
            f"expected a bool, False without indicators; found {given.WhichOneof('kind')}",
            path=f"{path}.attributes[sparse_input_]",
        )
    return given.bool_value


def _telling_numbers(feature: Feature, rng: np.random.Generator) -> NDArray[np.float64]:
    """Give each label, and whole numbers that are none, or hardly."""
    known = np.array([float(value) for value in encoded_features.in_order(feature)])
    others = np.array([known[0] + 1.0, known[-1] - 1.0, -0.0, 12345.0, -(2.0**53)])
    mixed = rng.permutation(known)
    return np.concatenate([mixed[:2], others, mixed[2:]])
