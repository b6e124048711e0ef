"""Every family of estimators, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.estimators.ada_boost import AdaBoostFamily
from modelx.estimators.affine_scaler import AffineScalerFamily
from modelx.estimators.bagging import BaggingFamily
from modelx.estimators.binarizer import BinarizerFamily
from modelx.estimators.bisecting_kmeans import BisectingKMeansFamily
from modelx.estimators.column_transformer import ColumnTransformerFamily
from modelx.estimators.decision_tree import DecisionTreeFamily
from modelx.estimators.delegate import DelegateFamily
from modelx.estimators.feature_selector import FeatureSelectorFamily
from modelx.estimators.forest import ForestFamily
from modelx.estimators.function import FunctionFamily
from modelx.estimators.gradient_boosting import GradientBoostingFamily
from modelx.estimators.hist_gradient_boosting import HistGradientBoostingFamily
from modelx.estimators.isolation_forest import IsolationForestFamily
from modelx.estimators.iterative_imputer import IterativeImputerFamily
from modelx.estimators.k_bins_discretizer import KBinsDiscretizerFamily
from modelx.estimators.kernel_centerer import KernelCentererFamily
from modelx.estimators.kmeans import KMeansFamily
from modelx.estimators.knn_imputer import KNNImputerFamily
from modelx.estimators.label_binarizer import LabelBinarizerFamily
from modelx.estimators.label_encoder import LabelEncoderFamily
from modelx.estimators.linear_regression import LinearRegressionFamily
from modelx.estimators.missing_indicator import MissingIndicatorFamily
from modelx.estimators.multi_label_binarizer import MultiLabelBinarizerFamily
from modelx.estimators.normalizer import NormalizerFamily
from modelx.estimators.one_hot_encoder import OneHotEncoderFamily
from modelx.estimators.ordinal_encoder import OrdinalEncoderFamily
from modelx.estimators.passthrough import PassthroughFamily
from modelx.estimators.pipeline import PipelineFamily
from modelx.estimators.polynomial_features import PolynomialFeaturesFamily
from modelx.estimators.power_transformer import PowerTransformerFamily
from modelx.estimators.quantile_transformer import QuantileTransformerFamily
from modelx.estimators.random_trees_embedding import RandomTreesEmbeddingFamily
from modelx.estimators.sgd_classifier import SGDClassifierFamily
from modelx.estimators.sgd_one_class_svm import SGDOneClassSVMFamily
from modelx.estimators.simple_imputer import SimpleImputerFamily
from modelx.estimators.spline_transformer import SplineTransformerFamily
from modelx.estimators.stacking import StackingFamily
from modelx.estimators.target_encoder import TargetEncoderFamily
from modelx.estimators.threshold_classifier import ThresholdClassifierFamily
from modelx.estimators.transformed_target import TransformedTargetFamily
from modelx.estimators.voting import VotingFamily

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelx.estimators.base import Family


def table(families: Iterable[Family]) -> Mapping[str, Family]:
    """Give families by arm.

    Raises
    ------
    ValueError
        For two families of one arm or one class.
    """
    by_arm: dict[str, Family] = {}
    by_class: dict[str, Family] = {}
    for family in families:
        if family.arm in by_arm:
            raise ValueError(f"two families for the arm {family.arm}")
        by_arm[family.arm] = family
        for name in family.classes:
            if name in by_class:
                raise ValueError(f"two families for the class {name}")
            by_class[name] = family
    return by_arm


FAMILIES: Mapping[str, Family] = table(
    [
        AdaBoostFamily(),
        AffineScalerFamily(),
        BaggingFamily(),
        BinarizerFamily(),
        BisectingKMeansFamily(),
        ColumnTransformerFamily(),
        DecisionTreeFamily(),
        DelegateFamily(),
        TransformedTargetFamily(),
        FeatureSelectorFamily(),
        ForestFamily(),
        FunctionFamily(),
        GradientBoostingFamily(),
        IsolationForestFamily(),
        IterativeImputerFamily(),
        KBinsDiscretizerFamily(),
        HistGradientBoostingFamily(),
        KMeansFamily(),
        KNNImputerFamily(),
        LabelBinarizerFamily(),
        LabelEncoderFamily(),
        LinearRegressionFamily(),
        MissingIndicatorFamily(),
        MultiLabelBinarizerFamily(),
        NormalizerFamily(),
        KernelCentererFamily(),
        OneHotEncoderFamily(),
        OrdinalEncoderFamily(),
        PassthroughFamily(),
        PipelineFamily(),
        PolynomialFeaturesFamily(),
        PowerTransformerFamily(),
        QuantileTransformerFamily(),
        RandomTreesEmbeddingFamily(),
        SGDClassifierFamily(),
        SGDOneClassSVMFamily(),
        SimpleImputerFamily(),
        SplineTransformerFamily(),
        StackingFamily(),
        TargetEncoderFamily(),
        ThresholdClassifierFamily(),
        VotingFamily(),
    ]
)
