"""Histogram gradient boosting: regressors and classifiers, with native categories and missing values."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import ensemble
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
from sklearn.metrics import check_scoring

from modelx import frames, labels, source, values, wire
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import hist_categories, hist_rows, hist_trees
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
    Comparison,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_finite,
    check_width,
    spec,
)
from modelx.v1 import hist_gradient_boosting_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = hist_gradient_boosting_pb2.HistGradientBoostingProto
Link = Proto.Link
_COMPUTED = ("classes_", "is_categorical_", "n_trees_per_iteration_")
# A fit with warm_start goes on from the seed; partial dependence asks about the weights.
_STATE = ("_random_seed", "_fitted_with_sw")
_CLASSIFIER, _REGRESSOR = "HistGradientBoostingClassifier", "HistGradientBoostingRegressor"
_LINKS = {
    "squared_error": Link.LINK_UNSPECIFIED,
    "absolute_error": Link.LINK_UNSPECIFIED,
    "quantile": Link.LINK_UNSPECIFIED,
    "gamma": Link.LINK_LOG,
    "poisson": Link.LINK_LOG,
    "log_loss": Link.LINK_UNSPECIFIED,
}
# exp leaves the normal float64 numbers below: there its relative precision is lost.
_LEAST_EXPONENT = -700.0


class HistGradientBoostingFamily(Family):
    """``hist_gradient_boosting``."""

    arm = "hist_gradient_boosting"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, (_CLASSIFIER, _REGRESSOR))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        if not isinstance(estimator.loss, str):
            reason = "its loss is an object, which a file cannot carry; refit with the name of a loss"
            raise UnsupportedEstimatorError([("", reason)])
        proto = model.hist_gradient_boosting
        source.capture(
            estimator, model.source, self.classes, computed=_COMPUTED, skip_params=("interaction_cst",), state=_STATE
        )
        # What is computed has its dtype in the message itself.
        model.source.ClearField("layouts")
        _write_interactions(estimator.interaction_cst, model.source)
        proto.n_features = estimator.n_features_in_
        wire.fill(proto, "baseline", estimator._baseline_prediction)
        if type(estimator).__name__ == _CLASSIFIER:
            _write_classes(np.asarray(estimator.classes_), proto)
        else:
            proto.link = _LINKS[estimator.loss]
        hist_categories.encode(estimator, proto)
        categorical = hist_categories.mask(proto)
        order = hist_categories.order(categorical) if categorical.size else np.arange(proto.n_features)
        hist_trees.encode(estimator._predictors, order, proto)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.hist_gradient_boosting
        check_width(proto.n_features, path)
        if not proto.baseline:
            raise ShapeError("there is no baseline; expected one for each output", path=f"{path}.baseline")
        check_finite(wire.doubles(proto.baseline), f"{path}.baseline")
        if proto.link not in Link.values():
            raise ShapeError("link is none that this version knows", path=f"{path}.link")
        _check_outputs(proto, path)
        hist_categories.check(proto, path)
        hist_trees.check(proto, hist_categories.mask(proto), path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.hist_gradient_boosting.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return hist_categories.types(model.hist_gradient_boosting)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return hist_categories.object_columns(estimator)

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        proto = model.hist_gradient_boosting
        return labels.values(proto.classes) if proto.HasField("classes") else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.hist_gradient_boosting
        if not proto.HasField("classes"):
            return [spec("predict")]
        k = len(proto.baseline)
        return [
            spec("predict", 0, labels.data_type(proto.classes)),
            spec("predict_proba", max(k, 2)),
            spec("decision_function", k if k > 1 else 0),
        ]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.hist_gradient_boosting, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED, _STATE)
        if (type(estimator).__name__ == _CLASSIFIER) != proto.HasField("classes"):
            raise SourceError(f"{described.class_name} does not suit a model with or without classes", path=place)
        if proto.HasField("classes"):
            estimator.classes_ = labels.decode(proto.classes, f"{path}.classes")
        estimator.n_trees_per_iteration_ = len(proto.baseline)
        estimator._baseline_prediction = wire.doubles(proto.baseline).reshape(1, -1)
        hist_categories.rebuild(estimator, proto, model.signature.feature_names, path)
        categorical = hist_categories.mask(proto)
        # Of each feature the column in what the trees see.
        remapped = np.argsort(hist_categories.order(categorical)) if categorical.any() else None
        estimator._predictors = hist_trees.decode(proto, remapped, categorical)
        _set_state(estimator, proto, place)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,  # noqa: ARG002 - where it could change the leaf, a row is not decided
    ) -> dict[str, Tolerance]:
        proto = model.hist_gradient_boosting
        k = len(proto.baseline)
        if proto.HasField("classes"):
            rounding = np.full(len(x), FEW_ULP * k)
            return {"predict": EQUAL, "predict_proba": absolute(rounding), "decision_function": EQUAL}
        if proto.link == Link.LINK_LOG:
            return {"predict": Tolerance(Comparison.COMPARISON_RELATIVE, np.full(len(x), FEW_ULP))}
        return {"predict": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        proto = model.hist_gradient_boosting
        out = np.ones(len(x), dtype=bool) if err is None else hist_rows.away_from_thresholds(proto, x, err)
        if proto.link == Link.LINK_LOG and len(x):
            out &= estimator._raw_predict(frames.framed(estimator, x))[:, 0] > _LEAST_EXPONENT
        return out

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        return hist_rows.telling(model.hist_gradient_boosting, rng, n)


def _write_interactions(given: Any, out: source_pb2.Source) -> None:
    """Write the parameter interaction_cst, groups of features; what are sets becomes lists, which mean the same."""
    if given is None:
        return
    groups = given
    if not isinstance(given, str):
        groups = type(given)(sorted(group) if isinstance(group, set | frozenset) else group for group in given)
    out.params["interaction_cst"].CopyFrom(values.encode(groups, lambda _: None))


def _write_classes(classes: NDArray[Any], proto: Proto) -> None:
    if len(classes) < 2:
        reason = "it was fitted on a single class, for which predict may fail; refit on two at least"
        raise UnsupportedEstimatorError([("", reason)])
    try:
        labels.encode(classes, proto.classes)
    except LabelsError as error:
        raise UnsupportedEstimatorError([("", str(error))]) from error


def _check_outputs(proto: Proto, path: str) -> None:
    k = len(proto.baseline)
    if not proto.HasField("classes"):
        if k != 1:
            raise ShapeError(f"there are {k} values for a regressor; expected 1", path=f"{path}.baseline")
        return
    c = labels.check(proto.classes, f"{path}.classes")
    if c < 2 or k != (1 if c == 2 else c):
        raise LabelsError(f"{c} classes for {k} outputs; expected as many, or 2 for 1", path=f"{path}.classes")
    if proto.link:
        raise ShapeError("a classifier has a link; expected none", path=f"{path}.link")


def _default_source(proto: Proto) -> source_pb2.Source:
    """Choose a class for a model that names none, such as one built in Go."""
    if proto.HasField("classes"):
        return source_pb2.Source(class_name=_CLASSIFIER)
    described = source_pb2.Source(class_name=_REGRESSOR)
    if proto.link == Link.LINK_LOG:
        described.params["loss"].string_value = "poisson"
    return described


def _set_state(estimator: Any, proto: Proto, place: str) -> None:
    """Set the private attributes that methods read, and those that a fit with warm_start goes on from."""
    max_bins, seed = estimator.max_bins, getattr(estimator, "_random_seed", None)
    if not isinstance(max_bins, int | np.integer) or not 2 <= max_bins <= 255:
        raise SourceError(f"max_bins is {max_bins!r}; expected an int from 2 to 255", path=f"{place}.params[max_bins]")
    if seed is not None and not (isinstance(seed, int | np.integer) and 0 <= seed < 2**32):
        raise SourceError("the seed is no int of 32 bits", path=f"{place}.attributes[_random_seed]")
    for name, value in (
        ("do_early_stopping_", False),
        ("train_score_", np.empty(0)),
        ("validation_score_", np.empty(0)),
    ):
        # A model that was built elsewhere has none of them.
        if not hasattr(estimator, name):
            setattr(estimator, name, value)
    vars(estimator).update(
        _in_fit=False,
        _n_features=proto.n_features,
        _loss=_loss(estimator, proto, place),
        _bin_mapper=_bin_mapper(estimator, proto, seed),
        _random_seed=np.uint64(0 if seed is None else seed),
        _feature_subsample_rng=np.random.default_rng(seed),
        _scorer=_scorer(estimator, place),
    )


def _scorer(estimator: Any, place: str) -> Any:
    """Give what measures when to stop; None for the loss."""
    if estimator.do_early_stopping_ is not True or estimator.scoring == "loss":
        return None
    try:
        return check_scoring(estimator, estimator.scoring)
    except (ValueError, TypeError) as error:
        raise SourceError(f"scoring is none that can be found: {error}", path=f"{place}.params[scoring]") from error


def _loss(estimator: Any, proto: Proto, place: str) -> Any:
    """Make the loss, whose link gives predictions; it must be the model's."""
    name = estimator.loss
    if not isinstance(name, str) or (name == "log_loss") != proto.HasField("classes") or _LINKS.get(name) != proto.link:
        raise SourceError(f"loss is {name!r}, whose link is not the model's", path=f"{place}.params[loss]")
    try:
        return estimator._get_loss(sample_weight=None)
    except (ValueError, TypeError) as error:
        raise SourceError(f"the loss cannot be made: {error}", path=f"{place}.params") from error


def _bin_mapper(estimator: Any, proto: Proto, seed: Any) -> Any:
    """Give what knows the categories: predict asks it.

    The edges of the bins of numbers are left out: no method but fit reads them, and it finds them anew.
    """
    remapped = estimator._is_categorical_remapped
    known = [np.arange(n, dtype=np.float64) for n in hist_categories.counts(proto)]
    out = _BinMapper(n_bins=estimator.max_bins + 1, is_categorical=remapped, random_state=seed)
    out.is_categorical_ = np.zeros(proto.n_features, dtype=np.uint8)
    if remapped is not None:
        out.is_categorical_[: len(known)] = 1
        out.known_categories = [*known, *([None] * (proto.n_features - len(known)))]
    # Those of numbers follow the categorical ones.
    out.bin_thresholds_ = known
    out.missing_values_bin_idx_ = estimator.max_bins
    return out
