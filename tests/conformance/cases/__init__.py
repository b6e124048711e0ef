"""The cases of every family, in one table."""

from __future__ import annotations

from collections.abc import Mapping

# The second module adds to the first one's cases.
from cases import (
    ada_boost,
    affine_scaler,
    bagging,
    binarizer,
    bisecting_kmeans,
    column_transformer,
    decision_tree,
    delegate,
    feature_selector,
    forest,
    gradient_boosting,
    hist_gradient_boosting,
    isolation_forest,
    iterative_imputer,
    k_bins_discretizer,
    kmeans,
    knn_imputer,
    label_encoder,
    linear_regression,
    missing_indicator,
    normalizer,
    one_hot_encoder,
    ordinal_encoder,
    passthrough,
    pipeline,
    polynomial_features,
    power_transformer,
    quantile_transformer,
    random_trees_embedding,
    sgd_classifier,
    sgd_classifier_extremes,
    sgd_one_class_svm,
    simple_imputer,
    spline_transformer,
    stacking,
    target_encoder,
    transformed_target,
    voting,
)
from cases.case import Case, Fitted

__all__ = ["BY_FAMILY", "BY_ID", "Case", "Fitted"]

_MODULES = (
    ada_boost,
    affine_scaler,
    bagging,
    binarizer,
    bisecting_kmeans,
    column_transformer,
    decision_tree,
    delegate,
    transformed_target,
    feature_selector,
    forest,
    gradient_boosting,
    isolation_forest,
    iterative_imputer,
    k_bins_discretizer,
    hist_gradient_boosting,
    kmeans,
    knn_imputer,
    label_encoder,
    linear_regression,
    missing_indicator,
    normalizer,
    one_hot_encoder,
    ordinal_encoder,
    passthrough,
    pipeline,
    polynomial_features,
    power_transformer,
    quantile_transformer,
    random_trees_embedding,
    sgd_classifier,
    sgd_one_class_svm,
    simple_imputer,
    spline_transformer,
    stacking,
    target_encoder,
    voting,
)
if sgd_classifier_extremes.CASES is not sgd_classifier.CASES:
    raise AssertionError("the extremes belong to the classifiers' cases")
BY_FAMILY: Mapping[str, Mapping[str, Case]] = {module.CASES.family: module.CASES for module in _MODULES}
BY_ID: Mapping[str, Case] = {case_id: case for cases in BY_FAMILY.values() for case_id, case in cases.items()}
