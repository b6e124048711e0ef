"""What an invalid vector is, and the sound models that they are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import vectors
from cases import BY_ID

import modelx

if TYPE_CHECKING:
    from modelx.v1 import model_pb2

# A sound model of each family; small, with evidence of its own.
BASES = {
    "ada_boost": "ada_boost/three_classes",
    "affine_scaler": "affine_scaler/constant_column",
    "bagging": "bagging/logistic",
    "binarizer": "binarizer/petal_length",
    "bisecting_kmeans": "bisecting_kmeans/iris_flowers",
    "column_transformer": "column_transformer/numbers_by_position",
    "decision_tree": "decision_tree/iris_flowers",
    "delegate": "delegate/grid_over_a_pipeline",
    "transformed_target": "transformed_target/logarithm",
    "feature_selector": "feature_selector/percentile_of_chi2",
    "forest": "forest/iris_flowers",
    "function": "function/limits",
    "gradient_boosting": "gradient_boosting/squared_error",
    "isolation_forest": "isolation_forest/iris_flowers",
    "iterative_imputer": "iterative_imputer/ridge_in_two_rounds",
    "k_bins_discretizer": "k_bins_discretizer/uniform_numbers",
    "hist_gradient_boosting": "hist_gradient_boosting/squared_error",
    "kernel_centerer": "kernel_centerer/gram_matrix",
    "kmeans": "kmeans/iris_flowers",
    "knn_imputer": "knn_imputer/five_neighbours",
    "label_binarizer": "label_binarizer/words",
    "label_encoder": "label_encoder/words",
    "linear_regression": "linear_regression/least_squares",
    "missing_indicator": "missing_indicator/of_some_columns",
    "multi_label_binarizer": "multi_label_binarizer/words",
    "normalizer": "normalizer/euclidean",
    "one_hot_encoder": "one_hot_encoder/infrequent_and_dropped",
    "ordinal_encoder": "ordinal_encoder/infrequent",
    "passthrough": "passthrough/named_columns",
    "pipeline": "pipeline/passthrough_first",
    "polynomial_features": "polynomial_features/squares_and_products",
    "power_transformer": "power_transformer/yeo_johnson",
    "quantile_transformer": "quantile_transformer/uniform",
    "random_trees_embedding": "random_trees_embedding/iris_flowers",
    "sgd_classifier": "sgd_classifier/log_loss_multiclass",
    "sgd_one_class_svm": "sgd_one_class_svm/iris_flowers",
    "simple_imputer": "simple_imputer/means_and_indicator",
    "spline_transformer": "spline_transformer/cubic",
    "stacking": "stacking/classifiers",
    "target_encoder": "target_encoder/several_classes",
    "threshold_classifier": "threshold_classifier/tuned_over_a_pipeline",
    "voting": "voting/soft",
}


@dataclass(frozen=True, slots=True)
class Defect:
    """A file that must be refused.

    Attributes
    ----------
    id : str
        "<group>/<name>".
    why : str
    kind : str
        Of docs/errors.md, the same in every language.
    data : bytes
    suffix : str
    path : str
        What the error's path must begin with, if it must.
    says : str
        What the error's text must hold, in every language.
    limits : dict
        Lower limits to read the file with: "expanded_bytes", "file_bytes", "json_depth".
    python_only : bool
        A defect of the source, which only Python reads. Other languages must take the file.
    """

    id: str
    why: str
    kind: str
    data: bytes
    suffix: str = ".pb"
    path: str = ""
    says: str = ""
    limits: dict[str, int] = field(default_factory=dict)
    python_only: bool = False

    @property
    def file(self) -> str:
        return self.id + self.suffix


@lru_cache
def _serialised(case_id: str) -> bytes:
    return vectors.to_proto(BY_ID[case_id].build()).SerializeToString(deterministic=True)


def base(family: str) -> model_pb2.ModelProto:
    """Give a sound model of a family, the caller's to spoil."""
    return case(BASES[family])


def case(case_id: str) -> model_pb2.ModelProto:
    """Give a case's model, the caller's to spoil."""
    return modelx.v1.model_pb2.ModelProto.FromString(_serialised(case_id))


Edit = Callable[["model_pb2.ModelProto"], object]


def edited(model: model_pb2.ModelProto, edit: Edit) -> bytes:
    """Spoil a model, and serialise it.

    Raises
    ------
    ValueError
        When the edit changes nothing.
    """
    before = model.SerializeToString(deterministic=True)
    edit(model)
    after = model.SerializeToString(deterministic=True)
    if after == before:
        raise ValueError("the edit changes nothing")
    return after
