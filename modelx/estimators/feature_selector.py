"""Transformers that keep some columns, and regressors and classifiers over those that they kept."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import feature_selection
from sklearn.base import clone

from modelx import conversion, source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Giver,
    Tolerance,
    absolute,
    available,
    check_width,
    generic_rows,
    spec,
)
from modelx.estimators.finite import allows_nan
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = model_pb2.FeatureSelectorProto
_ELIMINATIONS = ("RFE", "RFECV")
# Those that are built over an estimator, which is a hyper-parameter without a default.
_OVER_AN_ESTIMATOR = (*_ELIMINATIONS, "SelectFromModel", "SequentialFeatureSelector")
_BY_SCORE = ("GenericUnivariateSelect", "SelectFdr", "SelectFpr", "SelectFwe", "SelectKBest", "SelectPercentile")
# The functions that a file may name.
_SCORE_FUNCTIONS = (
    "chi2",
    "f_classif",
    "f_oneway",
    "f_regression",
    "mutual_info_classif",
    "mutual_info_regression",
    "r_regression",
)
_DELEGATED = ("predict", "predict_proba", "predict_log_proba", "decision_function")
# Other families' files leave out attributes of this name; here it has a value for each feature, which selects.
_STATE = ("scores_",)
# A file without a source says nothing of most features: a few bytes may not ask for arrays of any size.
_MOST_WITHOUT_SOURCE = 1 << 20


class FeatureSelectorFamily(Family):
    """``feature_selector``."""

    arm = "feature_selector"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(feature_selection, ("VarianceThreshold", *_BY_SCORE, *_OVER_AN_ESTIMATOR))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        name = type(estimator).__name__
        _refuse_functions(estimator)
        selected = np.flatnonzero(estimator.get_support())
        if not len(selected):
            reason = f"{name} keeps no column, so that transform gives none; loosen what it selects by and fit again"
            raise UnsupportedEstimatorError([("", reason)])
        prefit = name == "SelectFromModel" and estimator.prefit
        skipped = {"score_func": name in _BY_SCORE, "estimator": prefit}
        source.capture(
            estimator,
            model.source,
            conversion.known_classes(),
            computed=("estimator_",),
            skip_params=[param for param, skip in skipped.items() if skip],
            state=_STATE,
        )
        if name in _BY_SCORE and estimator.score_func is not feature_selection.f_classif:
            model.source.params["score_func"].string_value = _name_of(estimator.score_func)
        proto = model.feature_selector
        proto.n_features = estimator.n_features_in_
        proto.selected.extend(selected.tolist())
        proto.any_number = allows_nan(estimator)
        if name in _ELIMINATIONS:
            conversion.encode(estimator.estimator_, proto.model, "estimator_")
            proto.model.name = "estimator_"
        elif name == "SelectFromModel":
            member = proto.members.add(name="estimator_")
            conversion.encode(estimator.estimator_, member, "estimator_")
            if conversion.string_columns(conversion.family_of(member).input_types(member)):
                reason = "SelectFromModel chose among columns of strings; encode these before it, and fit again"
                raise UnsupportedEstimatorError([("", reason)])

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.feature_selector
        check_width(proto.n_features, path)
        place = f"{path}.selected"
        selected = np.asarray(proto.selected, dtype=np.int64)
        if not len(selected):
            raise ShapeError("no column is selected; expected at least one", path=place)
        wrong = (selected < 0) | (selected >= proto.n_features) | (np.diff(selected, prepend=-1) < 1)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise ShapeError(
                f"{selected[at]} as column {at}; expected columns in ascending order, each once, under "
                f"{proto.n_features}",
                path=f"{place}[{at}]",
            )
        if len(proto.members) > 1:
            raise ShapeError(f"{len(proto.members)} models; expected at most one", path=f"{path}.members")
        for field, inner in self.nested(model):
            conversion.check(inner, f"{path}.{field}", conversion.depth_of(path) + 1)
            width = len(selected) if field == "model" else proto.n_features
            found = conversion.family_of(inner).n_features(inner)
            if found != width:
                raise ShapeError(f"the model takes {found} columns; it is given {width}", path=f"{path}.{field}")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.feature_selector.n_features

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        inner = _inner(model.feature_selector)
        return None if inner is None else conversion.family_of(inner).class_list(inner)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.feature_selector
        inner = _inner(proto)
        given = [] if inner is None else conversion.family_of(inner).outputs(inner)
        return [
            *(one for one in given if one.method in _DELEGATED),
            spec("transform", len(proto.selected)),
            spec("inverse_transform", proto.n_features),
        ]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        proto = model.feature_selector
        inner = [("model", proto.model)] if proto.HasField("model") else []
        return inner + [(f"members[{i}]", member) for i, member in enumerate(proto.members)]

    def giver(self, model: model_pb2.ModelProto, method: str, column: int, *, transformed: bool) -> Giver | None:
        inner = _inner(model.feature_selector)
        if inner is None or not transformed or method not in _DELEGATED:
            return None
        return Giver("model", inner, method, column)

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        fitted = vars(estimator).get("estimator_")
        return [] if fitted is None else [("estimator_", fitted)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.feature_selector, f"{path}.source"
        fitted = [conversion.decode(inner, f"{path}.{field}") for field, inner in self.nested(model)]
        described = model.source if model.source.class_name else _default_source(proto, place)
        name = described.class_name
        if name not in self.classes:
            raise SourceError(f"the class {name!r} selects no columns", path=place)
        if (proto.HasField("model"), len(proto.members)) != (name in _ELIMINATIONS, name == "SelectFromModel"):
            raise SourceError(f"{name} has another inner model than the file's", path=place)
        estimator = _construct(described, fitted, place)
        source.set_attributes(estimator, described, ("estimator_",), place, _STATE)
        source.set_signature(estimator, proto.n_features, model.signature.feature_names)
        if fitted:
            estimator.estimator_ = fitted[0]
        _check_selection(estimator, proto, place)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        columns, off = self._selected(model, x, err)
        out = {"transform": EQUAL if off is None else absolute(off.max(axis=1)), "inverse_transform": EQUAL}
        inner = _inner(model.feature_selector)
        if inner is not None:
            given = conversion.family_of(inner).tolerances(inner, estimator.estimator_, columns, off)
            out |= {method: tolerance for method, tolerance in given.items() if method in _DELEGATED}
        return out

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        inner = _inner(model.feature_selector)
        if inner is None:
            return np.ones(len(x), dtype=bool)
        columns, off = self._selected(model, x, err)
        return conversion.family_of(inner).decided(inner, estimator.estimator_, columns, off)

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> Error:
        return self._selected(model, x, err)[1]

    @staticmethod
    def _selected(model: model_pb2.ModelProto, x: Rows, err: Error) -> tuple[Rows, Error]:
        selected = np.asarray(model.feature_selector.selected)
        # In the order of memory that scikit-learn's own choice of columns has.
        return x[:, selected], None if err is None else err[:, selected]

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.feature_selector
        inner = _inner(proto)
        if inner is not None:
            return self._around(proto, rng, conversion.family_of(inner).rows(inner, rng, n))
        out = generic_rows(rng, n, proto.n_features)
        if n > 3:
            out[3] = np.where(rng.random(proto.n_features) < 0.5, 5e-324, -0.0)
        left_out = np.setdiff1d(np.arange(proto.n_features), proto.selected)
        if n > 2 and proto.any_number and len(left_out):
            # What is left out may be anything; inverse_transform refuses the same in what is kept.
            out[2, left_out] = rng.choice([np.nan, np.inf, -np.inf], len(left_out))
        return out

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows:
        return self._around(model.feature_selector, np.random.default_rng(20261121), x)

    @staticmethod
    def _around(proto: Proto, rng: np.random.Generator, x: Rows) -> Rows:
        """Put the values of the columns that are left out around those of the selected ones."""
        out = rng.standard_normal((len(x), proto.n_features))
        out[:, np.asarray(proto.selected)] = x
        return out


def _inner(proto: Proto) -> model_pb2.ModelProto | None:
    """Give the model that predicts from the selected columns."""
    return proto.model if proto.HasField("model") else None


def _refuse_functions(estimator: Any) -> None:
    """Refuse functions that get_support needs and no file carries."""
    name = type(estimator).__name__
    reasons = []
    if name in _BY_SCORE and _name_of(estimator.score_func) == "":
        reasons.append(
            f"score_func is a function of your own; fit with one of {', '.join(_SCORE_FUNCTIONS)} of "
            "sklearn.feature_selection, as it is"
        )
    if name == "SelectFromModel" and callable(estimator.max_features):
        reasons.append("max_features is a function; fit with the number that it gives, which is max_features_")
    if name == "SelectFromModel" and callable(estimator.importance_getter):
        reasons.append("importance_getter is a function; fit with the name of an attribute, such as 'coef_'")
    if name in _OVER_AN_ESTIMATOR and source.encode_spec(estimator.estimator, conversion.known_classes()) is None:
        reasons.append(
            f"{name} is over a {type(estimator.estimator).__name__}, which a file of this version cannot name; "
            "docs/estimators.md lists what it can"
        )
    if reasons:
        raise UnsupportedEstimatorError([("", reason) for reason in reasons])


def _name_of(function: Any) -> str:
    """Name a function of scikit-learn's own; empty for others, such as a partial one."""
    return next((name for name in _SCORE_FUNCTIONS if getattr(feature_selection, name, None) is function), "")


def _construct(described: source_pb2.Source, fitted: list[Any], path: str) -> Any:
    """Build the unfitted selector."""
    name, params, more = described.class_name, dict(described.params), {}
    if name in _BY_SCORE and (given := params.pop("score_func", None)) is not None:
        if given.string_value not in _SCORE_FUNCTIONS:
            raise SourceError(
                f"a function {given.string_value!r}; expected one of {', '.join(_SCORE_FUNCTIONS)}",
                path=f"{path}.params[score_func]",
            )
        more["score_func"] = getattr(feature_selection, given.string_value)
    if name == "SelectFromModel" and "prefit" in params and params["prefit"].bool_value:
        params.pop("estimator", None)
        more["estimator"] = deepcopy(fitted[0])
    elif name in _OVER_AN_ESTIMATOR and (
        "estimator" not in params or params["estimator"].WhichOneof("kind") != "estimator"
    ):
        raise SourceError(f"{name} is over no estimator", path=f"{path}.params[estimator]")
    return source.construct(name, params, conversion.known_classes(), path, **more)


def _check_selection(estimator: Any, proto: Proto, path: str) -> None:
    """Compare what the rebuilt selector keeps with what the computation keeps."""
    name = type(estimator).__name__
    support = np.asarray(_asked(estimator.get_support, name, path))
    if support.shape != (proto.n_features,) or not np.array_equal(np.flatnonzero(support), proto.selected):
        raise SourceError(f"{name} with these parameters and attributes keeps other columns than the model", path=path)
    if bool(_asked(lambda: allows_nan(estimator), name, path)) != proto.any_number:
        raise SourceError(f"{name} of this scikit-learn has another rule for NaN than the model", path=path)


def _asked(question: Callable[[], Any], name: str, path: str) -> Any:
    """Ask a rebuilt selector, which may have been given any values."""
    try:
        return question()
    except Exception as error:  # whatever a file makes scikit-learn stumble over
        message = f"{name} cannot be rebuilt from these parameters and attributes: {error}"
        raise SourceError(message, path=path) from error


def _default_source(proto: Proto, path: str) -> source_pb2.Source:
    """Choose a class for a model that names none: one that was built in Go."""
    if proto.members or proto.n_features > _MOST_WITHOUT_SOURCE:
        raise SourceError("the file does not say which class selected these columns", path=path)
    kept = np.zeros(proto.n_features, dtype=bool)
    kept[np.asarray(proto.selected)] = True
    stand_in: Any
    if proto.HasField("model"):
        fitted = conversion.decode(proto.model, f"{path.removesuffix('source')}model")
        stand_in = feature_selection.RFE(clone(fitted), n_features_to_select=len(proto.selected))
        stand_in.support_, stand_in.ranking_ = kept, np.where(kept, 1, 2)
        stand_in.n_features_ = kept.sum()
    elif proto.any_number:
        stand_in = feature_selection.VarianceThreshold()
        stand_in.variances_ = kept.astype(np.float64)
    else:
        stand_in = feature_selection.SelectFpr()
        stand_in.scores_, stand_in.pvalues_ = kept.astype(np.float64), np.where(kept, 0.0, 1.0)
    described = source_pb2.Source()
    source.capture(stand_in, described, conversion.known_classes(), skip_params=("score_func",), state=_STATE)
    return described
