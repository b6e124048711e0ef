"""ONNX graphs of all families, in one table. This package imports onnx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnx import TensorProto

from modelx.conversion import family_of, place_of
from modelx.errors import UnsupportedEstimatorError
from modelx.estimators.base import DataType
from modelx.formats.onnx_graph import inputs
from modelx.formats.onnx_graph.ada_boost import AdaBoostBuilder
from modelx.formats.onnx_graph.affine_scaler import AffineScalerBuilder
from modelx.formats.onnx_graph.bagging import BaggingBuilder
from modelx.formats.onnx_graph.binarizer import BinarizerBuilder
from modelx.formats.onnx_graph.bisecting_kmeans import BisectingKMeansBuilder
from modelx.formats.onnx_graph.column_transformer import ColumnTransformerBuilder
from modelx.formats.onnx_graph.delegate import DelegateBuilder
from modelx.formats.onnx_graph.feature_selector import FeatureSelectorBuilder
from modelx.formats.onnx_graph.function import FunctionBuilder
from modelx.formats.onnx_graph.gradient_boosting import GradientBoostingBuilder
from modelx.formats.onnx_graph.graph import Graph
from modelx.formats.onnx_graph.hist_gradient_boosting import HistGradientBoostingBuilder
from modelx.formats.onnx_graph.isolation_forest import IsolationForestBuilder
from modelx.formats.onnx_graph.iterative_imputer import IterativeImputerBuilder
from modelx.formats.onnx_graph.k_bins_discretizer import KBinsDiscretizerBuilder
from modelx.formats.onnx_graph.kernel_centerer import KernelCentererBuilder
from modelx.formats.onnx_graph.kmeans import KMeansBuilder
from modelx.formats.onnx_graph.knn_imputer import KNNImputerBuilder
from modelx.formats.onnx_graph.label_binarizer import LabelBinarizerBuilder, MultiLabelBinarizerBuilder
from modelx.formats.onnx_graph.label_encoder import LabelEncoderBuilder
from modelx.formats.onnx_graph.linear_regression import LinearRegressionBuilder
from modelx.formats.onnx_graph.missing_indicator import MissingIndicatorBuilder
from modelx.formats.onnx_graph.normalizer import NormalizerBuilder
from modelx.formats.onnx_graph.one_hot_encoder import OneHotEncoderBuilder
from modelx.formats.onnx_graph.ordinal_encoder import OrdinalEncoderBuilder
from modelx.formats.onnx_graph.passthrough import PassthroughBuilder
from modelx.formats.onnx_graph.pipeline import PipelineBuilder
from modelx.formats.onnx_graph.polynomial_features import PolynomialFeaturesBuilder
from modelx.formats.onnx_graph.power_transformer import PowerTransformerBuilder
from modelx.formats.onnx_graph.quantile_transformer import QuantileTransformerBuilder
from modelx.formats.onnx_graph.random_trees_embedding import RandomTreesEmbeddingBuilder
from modelx.formats.onnx_graph.sgd_classifier import SGDClassifierBuilder
from modelx.formats.onnx_graph.sgd_one_class_svm import SGDOneClassSVMBuilder
from modelx.formats.onnx_graph.simple_imputer import SimpleImputerBuilder
from modelx.formats.onnx_graph.spline_transformer import SplineTransformerBuilder
from modelx.formats.onnx_graph.stacking import StackingBuilder
from modelx.formats.onnx_graph.target_encoder import TargetEncoderBuilder
from modelx.formats.onnx_graph.threshold_classifier import ThresholdClassifierBuilder
from modelx.formats.onnx_graph.transformed_target import TransformedTargetBuilder
from modelx.formats.onnx_graph.tree_models import TreeModelBuilder
from modelx.formats.onnx_graph.voting import VotingBuilder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.base import Builder
    from modelx.v1 import model_pb2

BUILDERS: dict[str, Builder] = {
    "affine_scaler": AffineScalerBuilder(),
    "binarizer": BinarizerBuilder(),
    "bisecting_kmeans": BisectingKMeansBuilder(),
    "function": FunctionBuilder(),
    "isolation_forest": IsolationForestBuilder(),
    "hist_gradient_boosting": HistGradientBoostingBuilder(),
    "k_bins_discretizer": KBinsDiscretizerBuilder(),
    "kernel_centerer": KernelCentererBuilder(),
    "kmeans": KMeansBuilder(),
    "linear_regression": LinearRegressionBuilder(),
    "normalizer": NormalizerBuilder(),
    "passthrough": PassthroughBuilder(),
    "polynomial_features": PolynomialFeaturesBuilder(),
    "random_trees_embedding": RandomTreesEmbeddingBuilder(),
    "sgd_classifier": SGDClassifierBuilder(),
    "sgd_one_class_svm": SGDOneClassSVMBuilder(),
    "simple_imputer": SimpleImputerBuilder(),
    "knn_imputer": KNNImputerBuilder(),
    "spline_transformer": SplineTransformerBuilder(),
    "quantile_transformer": QuantileTransformerBuilder(),
    "target_encoder": TargetEncoderBuilder(),
    "power_transformer": PowerTransformerBuilder(),
    "ordinal_encoder": OrdinalEncoderBuilder(),
    "one_hot_encoder": OneHotEncoderBuilder(),
    "missing_indicator": MissingIndicatorBuilder(),
    "label_encoder": LabelEncoderBuilder(),
    "label_binarizer": LabelBinarizerBuilder(),
    "multi_label_binarizer": MultiLabelBinarizerBuilder(),
}
BUILDERS["decision_tree"] = BUILDERS["forest"] = TreeModelBuilder()
BUILDERS["column_transformer"] = ColumnTransformerBuilder(BUILDERS)
BUILDERS["voting"] = VotingBuilder(BUILDERS)
BUILDERS["bagging"] = BaggingBuilder(BUILDERS)
BUILDERS["stacking"] = StackingBuilder(BUILDERS)
BUILDERS["delegate"] = DelegateBuilder(BUILDERS)
BUILDERS["feature_selector"] = FeatureSelectorBuilder(BUILDERS)
BUILDERS["gradient_boosting"] = GradientBoostingBuilder(BUILDERS)
BUILDERS["ada_boost"] = AdaBoostBuilder(BUILDERS)
BUILDERS["iterative_imputer"] = IterativeImputerBuilder(BUILDERS)
BUILDERS["transformed_target"] = TransformedTargetBuilder(BUILDERS)
BUILDERS["threshold_classifier"] = ThresholdClassifierBuilder(BUILDERS)
BUILDERS["pipeline"] = PipelineBuilder(BUILDERS)
# Families that have no graph of ours yet: a .onnx file of them, or of a model that has one inside, comes from skl2onnx.
NO_GRAPH: frozenset[str] = frozenset({})

_ELEMENT_TYPES = {
    DataType.DATA_TYPE_FLOAT64: TensorProto.DOUBLE,
    DataType.DATA_TYPE_INT64: TensorProto.INT64,
    DataType.DATA_TYPE_BOOL: TensorProto.BOOL,
    DataType.DATA_TYPE_STRING: TensorProto.STRING,
}


def output_names(model: model_pb2.ModelProto) -> dict[str, str]:
    """Give, for each method that the graph of a checked model has, the name of its output."""
    family = family_of(model)
    names = BUILDERS[family.arm].names_of(model)
    return {
        spec.method: names[spec.method]
        for spec in family.outputs(model)
        if spec.method in names and not _gives_texts(spec)
    }


def lacking(model: model_pb2.ModelProto, place: str = "") -> list[tuple[str, str]]:
    """Say which models, in a model and all that it is made of, have no graph, and why."""
    family = family_of(model)
    if family.arm in NO_GRAPH:
        return [(place, f"the family {family.arm} has no ONNX graph in this version; write a .pb or .json file")]
    if not place and any(map(_gives_texts, family.outputs(model))) and not output_names(model):
        return [("", "transform gives strings, which graphs do not; write a .pb or .json file")]
    reason = BUILDERS[family.arm].lacks(model)
    inner = [(model.name if not place else f"{place}.{model.name}", model) for _, model in family.nested(model)]
    return [(place, reason)] * bool(reason) + [reason for at, model in inner for reason in lacking(model, at)]


def _gives_texts(spec: model_pb2.OutputSpec) -> bool:
    """Whether a method's output has strings, or gaps among them, that are no labels."""
    return spec.method == "transform" and DataType.DATA_TYPE_STRING in (spec.type, *spec.column_types)


def feeds(model: model_pb2.ModelProto, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Give rows, float64 or objects, as the inputs of the graph of a checked model."""
    return inputs.feeds(model, rows)


def build(model: model_pb2.ModelProto) -> tuple[Any, list[str]]:
    """Build the graph of a checked model; give the ONNX model, and the paths of the fields that it has as initializers.

    Raises
    ------
    UnknownFamilyError
    UnsupportedEstimatorError
        For a family, of the model or inside of it, that has no graph.
    """
    if reasons := lacking(model):
        raise UnsupportedEstimatorError(reasons)
    family = family_of(model)
    graph = Graph()
    values = BUILDERS[family.arm].outputs(graph, model, place_of(model, ""), inputs.value(graph, model))
    names = output_names(model)
    specs = {spec.method: spec for spec in family.outputs(model)}
    finished = graph.finish(
        inputs.shapes(model),
        {name: values[method] for method, name in names.items()},
        {name: (_ELEMENT_TYPES[specs[method].type], specs[method].n_columns) for method, name in names.items()},
    )
    return finished, graph.parameters
