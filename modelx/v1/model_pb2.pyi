from google.protobuf import struct_pb2 as _struct_pb2
from modelx.v1 import affine_scaler_pb2 as _affine_scaler_pb2
from modelx.v1 import binarizer_pb2 as _binarizer_pb2
from modelx.v1 import bisecting_kmeans_pb2 as _bisecting_kmeans_pb2
from modelx.v1 import decision_tree_pb2 as _decision_tree_pb2
from modelx.v1 import evidence_pb2 as _evidence_pb2
from modelx.v1 import forest_pb2 as _forest_pb2
from modelx.v1 import function_pb2 as _function_pb2
from modelx.v1 import hist_gradient_boosting_pb2 as _hist_gradient_boosting_pb2
from modelx.v1 import isolation_forest_pb2 as _isolation_forest_pb2
from modelx.v1 import k_bins_discretizer_pb2 as _k_bins_discretizer_pb2
from modelx.v1 import kernel_centerer_pb2 as _kernel_centerer_pb2
from modelx.v1 import kmeans_pb2 as _kmeans_pb2
from modelx.v1 import knn_imputer_pb2 as _knn_imputer_pb2
from modelx.v1 import label_binarizer_pb2 as _label_binarizer_pb2
from modelx.v1 import label_encoder_pb2 as _label_encoder_pb2
from modelx.v1 import labels_pb2 as _labels_pb2
from modelx.v1 import linear_regression_pb2 as _linear_regression_pb2
from modelx.v1 import missing_indicator_pb2 as _missing_indicator_pb2
from modelx.v1 import multi_label_binarizer_pb2 as _multi_label_binarizer_pb2
from modelx.v1 import normalizer_pb2 as _normalizer_pb2
from modelx.v1 import one_hot_encoder_pb2 as _one_hot_encoder_pb2
from modelx.v1 import ordinal_encoder_pb2 as _ordinal_encoder_pb2
from modelx.v1 import polynomial_features_pb2 as _polynomial_features_pb2
from modelx.v1 import power_transformer_pb2 as _power_transformer_pb2
from modelx.v1 import quantile_transformer_pb2 as _quantile_transformer_pb2
from modelx.v1 import random_trees_embedding_pb2 as _random_trees_embedding_pb2
from modelx.v1 import sgd_classifier_pb2 as _sgd_classifier_pb2
from modelx.v1 import sgd_one_class_svm_pb2 as _sgd_one_class_svm_pb2
from modelx.v1 import simple_imputer_pb2 as _simple_imputer_pb2
from modelx.v1 import source_pb2 as _source_pb2
from modelx.v1 import spline_transformer_pb2 as _spline_transformer_pb2
from modelx.v1 import target_encoder_pb2 as _target_encoder_pb2
from modelx.v1 import tree_pb2 as _tree_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DataType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_TYPE_UNSPECIFIED: _ClassVar[DataType]
    DATA_TYPE_FLOAT64: _ClassVar[DataType]
    DATA_TYPE_INT64: _ClassVar[DataType]
    DATA_TYPE_BOOL: _ClassVar[DataType]
    DATA_TYPE_STRING: _ClassVar[DataType]
DATA_TYPE_UNSPECIFIED: DataType
DATA_TYPE_FLOAT64: DataType
DATA_TYPE_INT64: DataType
DATA_TYPE_BOOL: DataType
DATA_TYPE_STRING: DataType

class ModelProto(_message.Message):
    __slots__ = ("name", "version", "linear_regression", "sgd_classifier", "kmeans", "bisecting_kmeans", "sgd_one_class_svm", "affine_scaler", "pipeline", "passthrough", "decision_tree", "forest", "gradient_boosting", "isolation_forest", "random_trees_embedding", "ada_boost", "bagging", "voting", "stacking", "column_transformer", "transformed_target", "delegate", "one_hot_encoder", "ordinal_encoder", "target_encoder", "label_encoder", "label_binarizer", "multi_label_binarizer", "k_bins_discretizer", "polynomial_features", "spline_transformer", "power_transformer", "quantile_transformer", "normalizer", "binarizer", "simple_imputer", "knn_imputer", "iterative_imputer", "missing_indicator", "feature_selector", "function", "hist_gradient_boosting", "threshold_classifier", "kernel_centerer", "metadata", "schema_version", "signature", "source", "evidence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LINEAR_REGRESSION_FIELD_NUMBER: _ClassVar[int]
    SGD_CLASSIFIER_FIELD_NUMBER: _ClassVar[int]
    KMEANS_FIELD_NUMBER: _ClassVar[int]
    BISECTING_KMEANS_FIELD_NUMBER: _ClassVar[int]
    SGD_ONE_CLASS_SVM_FIELD_NUMBER: _ClassVar[int]
    AFFINE_SCALER_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    PASSTHROUGH_FIELD_NUMBER: _ClassVar[int]
    DECISION_TREE_FIELD_NUMBER: _ClassVar[int]
    FOREST_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_BOOSTING_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FOREST_FIELD_NUMBER: _ClassVar[int]
    RANDOM_TREES_EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    ADA_BOOST_FIELD_NUMBER: _ClassVar[int]
    BAGGING_FIELD_NUMBER: _ClassVar[int]
    VOTING_FIELD_NUMBER: _ClassVar[int]
    STACKING_FIELD_NUMBER: _ClassVar[int]
    COLUMN_TRANSFORMER_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMED_TARGET_FIELD_NUMBER: _ClassVar[int]
    DELEGATE_FIELD_NUMBER: _ClassVar[int]
    ONE_HOT_ENCODER_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_ENCODER_FIELD_NUMBER: _ClassVar[int]
    TARGET_ENCODER_FIELD_NUMBER: _ClassVar[int]
    LABEL_ENCODER_FIELD_NUMBER: _ClassVar[int]
    LABEL_BINARIZER_FIELD_NUMBER: _ClassVar[int]
    MULTI_LABEL_BINARIZER_FIELD_NUMBER: _ClassVar[int]
    K_BINS_DISCRETIZER_FIELD_NUMBER: _ClassVar[int]
    POLYNOMIAL_FEATURES_FIELD_NUMBER: _ClassVar[int]
    SPLINE_TRANSFORMER_FIELD_NUMBER: _ClassVar[int]
    POWER_TRANSFORMER_FIELD_NUMBER: _ClassVar[int]
    QUANTILE_TRANSFORMER_FIELD_NUMBER: _ClassVar[int]
    NORMALIZER_FIELD_NUMBER: _ClassVar[int]
    BINARIZER_FIELD_NUMBER: _ClassVar[int]
    SIMPLE_IMPUTER_FIELD_NUMBER: _ClassVar[int]
    KNN_IMPUTER_FIELD_NUMBER: _ClassVar[int]
    ITERATIVE_IMPUTER_FIELD_NUMBER: _ClassVar[int]
    MISSING_INDICATOR_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SELECTOR_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    HIST_GRADIENT_BOOSTING_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_CLASSIFIER_FIELD_NUMBER: _ClassVar[int]
    KERNEL_CENTERER_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    linear_regression: _linear_regression_pb2.LinearRegressionProto
    sgd_classifier: _sgd_classifier_pb2.SGDClassifierProto
    kmeans: _kmeans_pb2.KMeansProto
    bisecting_kmeans: _bisecting_kmeans_pb2.BisectingKMeansProto
    sgd_one_class_svm: _sgd_one_class_svm_pb2.SGDOneClassSVMProto
    affine_scaler: _affine_scaler_pb2.AffineScalerProto
    pipeline: PipelineProto
    passthrough: PassthroughProto
    decision_tree: _decision_tree_pb2.DecisionTreeProto
    forest: _forest_pb2.ForestProto
    gradient_boosting: GradientBoostingProto
    isolation_forest: _isolation_forest_pb2.IsolationForestProto
    random_trees_embedding: _random_trees_embedding_pb2.RandomTreesEmbeddingProto
    ada_boost: AdaBoostProto
    bagging: BaggingProto
    voting: VotingProto
    stacking: StackingProto
    column_transformer: ColumnTransformerProto
    transformed_target: TransformedTargetProto
    delegate: DelegateProto
    one_hot_encoder: _one_hot_encoder_pb2.OneHotEncoderProto
    ordinal_encoder: _ordinal_encoder_pb2.OrdinalEncoderProto
    target_encoder: _target_encoder_pb2.TargetEncoderProto
    label_encoder: _label_encoder_pb2.LabelEncoderProto
    label_binarizer: _label_binarizer_pb2.LabelBinarizerProto
    multi_label_binarizer: _multi_label_binarizer_pb2.MultiLabelBinarizerProto
    k_bins_discretizer: _k_bins_discretizer_pb2.KBinsDiscretizerProto
    polynomial_features: _polynomial_features_pb2.PolynomialFeaturesProto
    spline_transformer: _spline_transformer_pb2.SplineTransformerProto
    power_transformer: _power_transformer_pb2.PowerTransformerProto
    quantile_transformer: _quantile_transformer_pb2.QuantileTransformerProto
    normalizer: _normalizer_pb2.NormalizerProto
    binarizer: _binarizer_pb2.BinarizerProto
    simple_imputer: _simple_imputer_pb2.SimpleImputerProto
    knn_imputer: _knn_imputer_pb2.KNNImputerProto
    iterative_imputer: IterativeImputerProto
    missing_indicator: _missing_indicator_pb2.MissingIndicatorProto
    feature_selector: FeatureSelectorProto
    function: _function_pb2.FunctionProto
    hist_gradient_boosting: _hist_gradient_boosting_pb2.HistGradientBoostingProto
    threshold_classifier: ThresholdClassifierProto
    kernel_centerer: _kernel_centerer_pb2.KernelCentererProto
    metadata: Metadata
    schema_version: int
    signature: Signature
    source: _source_pb2.Source
    evidence: _evidence_pb2.Evidence
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., linear_regression: _Optional[_Union[_linear_regression_pb2.LinearRegressionProto, _Mapping]] = ..., sgd_classifier: _Optional[_Union[_sgd_classifier_pb2.SGDClassifierProto, _Mapping]] = ..., kmeans: _Optional[_Union[_kmeans_pb2.KMeansProto, _Mapping]] = ..., bisecting_kmeans: _Optional[_Union[_bisecting_kmeans_pb2.BisectingKMeansProto, _Mapping]] = ..., sgd_one_class_svm: _Optional[_Union[_sgd_one_class_svm_pb2.SGDOneClassSVMProto, _Mapping]] = ..., affine_scaler: _Optional[_Union[_affine_scaler_pb2.AffineScalerProto, _Mapping]] = ..., pipeline: _Optional[_Union[PipelineProto, _Mapping]] = ..., passthrough: _Optional[_Union[PassthroughProto, _Mapping]] = ..., decision_tree: _Optional[_Union[_decision_tree_pb2.DecisionTreeProto, _Mapping]] = ..., forest: _Optional[_Union[_forest_pb2.ForestProto, _Mapping]] = ..., gradient_boosting: _Optional[_Union[GradientBoostingProto, _Mapping]] = ..., isolation_forest: _Optional[_Union[_isolation_forest_pb2.IsolationForestProto, _Mapping]] = ..., random_trees_embedding: _Optional[_Union[_random_trees_embedding_pb2.RandomTreesEmbeddingProto, _Mapping]] = ..., ada_boost: _Optional[_Union[AdaBoostProto, _Mapping]] = ..., bagging: _Optional[_Union[BaggingProto, _Mapping]] = ..., voting: _Optional[_Union[VotingProto, _Mapping]] = ..., stacking: _Optional[_Union[StackingProto, _Mapping]] = ..., column_transformer: _Optional[_Union[ColumnTransformerProto, _Mapping]] = ..., transformed_target: _Optional[_Union[TransformedTargetProto, _Mapping]] = ..., delegate: _Optional[_Union[DelegateProto, _Mapping]] = ..., one_hot_encoder: _Optional[_Union[_one_hot_encoder_pb2.OneHotEncoderProto, _Mapping]] = ..., ordinal_encoder: _Optional[_Union[_ordinal_encoder_pb2.OrdinalEncoderProto, _Mapping]] = ..., target_encoder: _Optional[_Union[_target_encoder_pb2.TargetEncoderProto, _Mapping]] = ..., label_encoder: _Optional[_Union[_label_encoder_pb2.LabelEncoderProto, _Mapping]] = ..., label_binarizer: _Optional[_Union[_label_binarizer_pb2.LabelBinarizerProto, _Mapping]] = ..., multi_label_binarizer: _Optional[_Union[_multi_label_binarizer_pb2.MultiLabelBinarizerProto, _Mapping]] = ..., k_bins_discretizer: _Optional[_Union[_k_bins_discretizer_pb2.KBinsDiscretizerProto, _Mapping]] = ..., polynomial_features: _Optional[_Union[_polynomial_features_pb2.PolynomialFeaturesProto, _Mapping]] = ..., spline_transformer: _Optional[_Union[_spline_transformer_pb2.SplineTransformerProto, _Mapping]] = ..., power_transformer: _Optional[_Union[_power_transformer_pb2.PowerTransformerProto, _Mapping]] = ..., quantile_transformer: _Optional[_Union[_quantile_transformer_pb2.QuantileTransformerProto, _Mapping]] = ..., normalizer: _Optional[_Union[_normalizer_pb2.NormalizerProto, _Mapping]] = ..., binarizer: _Optional[_Union[_binarizer_pb2.BinarizerProto, _Mapping]] = ..., simple_imputer: _Optional[_Union[_simple_imputer_pb2.SimpleImputerProto, _Mapping]] = ..., knn_imputer: _Optional[_Union[_knn_imputer_pb2.KNNImputerProto, _Mapping]] = ..., iterative_imputer: _Optional[_Union[IterativeImputerProto, _Mapping]] = ..., missing_indicator: _Optional[_Union[_missing_indicator_pb2.MissingIndicatorProto, _Mapping]] = ..., feature_selector: _Optional[_Union[FeatureSelectorProto, _Mapping]] = ..., function: _Optional[_Union[_function_pb2.FunctionProto, _Mapping]] = ..., hist_gradient_boosting: _Optional[_Union[_hist_gradient_boosting_pb2.HistGradientBoostingProto, _Mapping]] = ..., threshold_classifier: _Optional[_Union[ThresholdClassifierProto, _Mapping]] = ..., kernel_centerer: _Optional[_Union[_kernel_centerer_pb2.KernelCentererProto, _Mapping]] = ..., metadata: _Optional[_Union[Metadata, _Mapping]] = ..., schema_version: _Optional[int] = ..., signature: _Optional[_Union[Signature, _Mapping]] = ..., source: _Optional[_Union[_source_pb2.Source, _Mapping]] = ..., evidence: _Optional[_Union[_evidence_pb2.Evidence, _Mapping]] = ...) -> None: ...

class Metadata(_message.Message):
    __slots__ = ("created_timestamp", "training_samples", "metrics", "properties")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TRAINING_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    created_timestamp: int
    training_samples: int
    metrics: _containers.ScalarMap[str, float]
    properties: _struct_pb2.Struct
    def __init__(self, created_timestamp: _Optional[int] = ..., training_samples: _Optional[int] = ..., metrics: _Optional[_Mapping[str, float]] = ..., properties: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class Signature(_message.Message):
    __slots__ = ("n_features", "feature_names", "outputs", "feature_types")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    FEATURE_NAMES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_TYPES_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    feature_names: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedCompositeFieldContainer[OutputSpec]
    feature_types: _containers.RepeatedScalarFieldContainer[DataType]
    def __init__(self, n_features: _Optional[int] = ..., feature_names: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[_Union[OutputSpec, _Mapping]]] = ..., feature_types: _Optional[_Iterable[_Union[DataType, str]]] = ...) -> None: ...

class OutputSpec(_message.Message):
    __slots__ = ("method", "n_columns", "type", "column_types")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    N_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_TYPES_FIELD_NUMBER: _ClassVar[int]
    method: str
    n_columns: int
    type: DataType
    column_types: _containers.RepeatedScalarFieldContainer[DataType]
    def __init__(self, method: _Optional[str] = ..., n_columns: _Optional[int] = ..., type: _Optional[_Union[DataType, str]] = ..., column_types: _Optional[_Iterable[_Union[DataType, str]]] = ...) -> None: ...

class PipelineProto(_message.Message):
    __slots__ = ("steps",)
    STEPS_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[ModelProto]
    def __init__(self, steps: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ...) -> None: ...

class PassthroughProto(_message.Message):
    __slots__ = ("n_features", "strings")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    strings: _containers.RepeatedScalarFieldContainer[bool]
    def __init__(self, n_features: _Optional[int] = ..., strings: _Optional[_Iterable[bool]] = ...) -> None: ...

class DelegateProto(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: ModelProto
    def __init__(self, model: _Optional[_Union[ModelProto, _Mapping]] = ...) -> None: ...

class GradientBoostingProto(_message.Message):
    __slots__ = ("trees", "n_features", "n_outputs", "learning_rate", "link", "classes", "init", "model", "clip")
    class Link(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LINK_UNSPECIFIED: _ClassVar[GradientBoostingProto.Link]
        LINK_IDENTITY: _ClassVar[GradientBoostingProto.Link]
        LINK_LOGIT: _ClassVar[GradientBoostingProto.Link]
        LINK_HALF_LOGIT: _ClassVar[GradientBoostingProto.Link]
        LINK_SOFTMAX: _ClassVar[GradientBoostingProto.Link]
    LINK_UNSPECIFIED: GradientBoostingProto.Link
    LINK_IDENTITY: GradientBoostingProto.Link
    LINK_LOGIT: GradientBoostingProto.Link
    LINK_HALF_LOGIT: GradientBoostingProto.Link
    LINK_SOFTMAX: GradientBoostingProto.Link
    TREES_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    N_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    INIT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    CLIP_FIELD_NUMBER: _ClassVar[int]
    trees: _containers.RepeatedCompositeFieldContainer[_tree_pb2.TreeProto]
    n_features: int
    n_outputs: int
    learning_rate: float
    link: GradientBoostingProto.Link
    classes: _labels_pb2.Labels
    init: _containers.RepeatedScalarFieldContainer[float]
    model: ModelProto
    clip: float
    def __init__(self, trees: _Optional[_Iterable[_Union[_tree_pb2.TreeProto, _Mapping]]] = ..., n_features: _Optional[int] = ..., n_outputs: _Optional[int] = ..., learning_rate: _Optional[float] = ..., link: _Optional[_Union[GradientBoostingProto.Link, str]] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., init: _Optional[_Iterable[float]] = ..., model: _Optional[_Union[ModelProto, _Mapping]] = ..., clip: _Optional[float] = ...) -> None: ...

class ColumnTransformerProto(_message.Message):
    __slots__ = ("n_features", "selections", "members")
    class Selection(_message.Message):
        __slots__ = ("columns", "weight")
        COLUMNS_FIELD_NUMBER: _ClassVar[int]
        WEIGHT_FIELD_NUMBER: _ClassVar[int]
        columns: _containers.RepeatedScalarFieldContainer[int]
        weight: float
        def __init__(self, columns: _Optional[_Iterable[int]] = ..., weight: _Optional[float] = ...) -> None: ...
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    SELECTIONS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    selections: _containers.RepeatedCompositeFieldContainer[ColumnTransformerProto.Selection]
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    def __init__(self, n_features: _Optional[int] = ..., selections: _Optional[_Iterable[_Union[ColumnTransformerProto.Selection, _Mapping]]] = ..., members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ...) -> None: ...

class FeatureSelectorProto(_message.Message):
    __slots__ = ("n_features", "selected", "any_number", "model", "members")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    ANY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    selected: _containers.RepeatedScalarFieldContainer[int]
    any_number: bool
    model: ModelProto
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    def __init__(self, n_features: _Optional[int] = ..., selected: _Optional[_Iterable[int]] = ..., any_number: _Optional[bool] = ..., model: _Optional[_Union[ModelProto, _Mapping]] = ..., members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ...) -> None: ...

class VotingProto(_message.Message):
    __slots__ = ("members", "weights", "total", "classes", "vote", "transforms")
    class Vote(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VOTE_UNSPECIFIED: _ClassVar[VotingProto.Vote]
        VOTE_SOFT: _ClassVar[VotingProto.Vote]
        VOTE_HARD: _ClassVar[VotingProto.Vote]
    VOTE_UNSPECIFIED: VotingProto.Vote
    VOTE_SOFT: VotingProto.Vote
    VOTE_HARD: VotingProto.Vote
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    VOTE_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    weights: _containers.RepeatedScalarFieldContainer[float]
    total: float
    classes: _labels_pb2.Labels
    vote: VotingProto.Vote
    transforms: bool
    def __init__(self, members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ..., weights: _Optional[_Iterable[float]] = ..., total: _Optional[float] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., vote: _Optional[_Union[VotingProto.Vote, str]] = ..., transforms: _Optional[bool] = ...) -> None: ...

class IterativeImputerProto(_message.Message):
    __slots__ = ("n_features", "missing", "model", "members", "updates", "low", "high", "unchanged", "indicator")
    class Update(_message.Message):
        __slots__ = ("column", "inputs")
        COLUMN_FIELD_NUMBER: _ClassVar[int]
        INPUTS_FIELD_NUMBER: _ClassVar[int]
        column: int
        inputs: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, column: _Optional[int] = ..., inputs: _Optional[_Iterable[int]] = ...) -> None: ...
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    UPDATES_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    model: ModelProto
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    updates: _containers.RepeatedCompositeFieldContainer[IterativeImputerProto.Update]
    low: _containers.RepeatedScalarFieldContainer[float]
    high: _containers.RepeatedScalarFieldContainer[float]
    unchanged: _containers.RepeatedScalarFieldContainer[int]
    indicator: _missing_indicator_pb2.MissingIndicatorProto
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., model: _Optional[_Union[ModelProto, _Mapping]] = ..., members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ..., updates: _Optional[_Iterable[_Union[IterativeImputerProto.Update, _Mapping]]] = ..., low: _Optional[_Iterable[float]] = ..., high: _Optional[_Iterable[float]] = ..., unchanged: _Optional[_Iterable[int]] = ..., indicator: _Optional[_Union[_missing_indicator_pb2.MissingIndicatorProto, _Mapping]] = ...) -> None: ...

class BaggingProto(_message.Message):
    __slots__ = ("members", "features", "n_features", "classes")
    class Features(_message.Message):
        __slots__ = ("indices",)
        INDICES_FIELD_NUMBER: _ClassVar[int]
        indices: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, indices: _Optional[_Iterable[int]] = ...) -> None: ...
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    features: _containers.RepeatedCompositeFieldContainer[BaggingProto.Features]
    n_features: int
    classes: _labels_pb2.Labels
    def __init__(self, members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ..., features: _Optional[_Iterable[_Union[BaggingProto.Features, _Mapping]]] = ..., n_features: _Optional[int] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ...) -> None: ...

class AdaBoostProto(_message.Message):
    __slots__ = ("members", "weights", "total", "classes", "real")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    REAL_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    weights: _containers.RepeatedScalarFieldContainer[float]
    total: float
    classes: _labels_pb2.Labels
    real: bool
    def __init__(self, members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ..., weights: _Optional[_Iterable[float]] = ..., total: _Optional[float] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., real: _Optional[bool] = ...) -> None: ...

class StackingProto(_message.Message):
    __slots__ = ("members", "methods", "final", "passthrough", "classes", "outputs")
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METHOD_UNSPECIFIED: _ClassVar[StackingProto.Method]
        METHOD_PREDICT: _ClassVar[StackingProto.Method]
        METHOD_PREDICT_PROBA: _ClassVar[StackingProto.Method]
        METHOD_DECISION_FUNCTION: _ClassVar[StackingProto.Method]
    METHOD_UNSPECIFIED: StackingProto.Method
    METHOD_PREDICT: StackingProto.Method
    METHOD_PREDICT_PROBA: StackingProto.Method
    METHOD_DECISION_FUNCTION: StackingProto.Method
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    PASSTHROUGH_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ModelProto]
    methods: _containers.RepeatedScalarFieldContainer[StackingProto.Method]
    final: ModelProto
    passthrough: bool
    classes: _labels_pb2.Labels
    outputs: _containers.RepeatedCompositeFieldContainer[_labels_pb2.Labels]
    def __init__(self, members: _Optional[_Iterable[_Union[ModelProto, _Mapping]]] = ..., methods: _Optional[_Iterable[_Union[StackingProto.Method, str]]] = ..., final: _Optional[_Union[ModelProto, _Mapping]] = ..., passthrough: _Optional[bool] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_labels_pb2.Labels, _Mapping]]] = ...) -> None: ...

class TransformedTargetProto(_message.Message):
    __slots__ = ("model", "final", "inverse", "n_outputs")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    INVERSE_FIELD_NUMBER: _ClassVar[int]
    N_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    model: ModelProto
    final: ModelProto
    inverse: _function_pb2.Function
    n_outputs: int
    def __init__(self, model: _Optional[_Union[ModelProto, _Mapping]] = ..., final: _Optional[_Union[ModelProto, _Mapping]] = ..., inverse: _Optional[_Union[_function_pb2.Function, str]] = ..., n_outputs: _Optional[int] = ...) -> None: ...

class ThresholdClassifierProto(_message.Message):
    __slots__ = ("model", "method", "threshold", "positive")
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METHOD_UNSPECIFIED: _ClassVar[ThresholdClassifierProto.Method]
        METHOD_PREDICT_PROBA: _ClassVar[ThresholdClassifierProto.Method]
        METHOD_DECISION_FUNCTION: _ClassVar[ThresholdClassifierProto.Method]
    METHOD_UNSPECIFIED: ThresholdClassifierProto.Method
    METHOD_PREDICT_PROBA: ThresholdClassifierProto.Method
    METHOD_DECISION_FUNCTION: ThresholdClassifierProto.Method
    MODEL_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    POSITIVE_FIELD_NUMBER: _ClassVar[int]
    model: ModelProto
    method: ThresholdClassifierProto.Method
    threshold: float
    positive: int
    def __init__(self, model: _Optional[_Union[ModelProto, _Mapping]] = ..., method: _Optional[_Union[ThresholdClassifierProto.Method, str]] = ..., threshold: _Optional[float] = ..., positive: _Optional[int] = ...) -> None: ...
