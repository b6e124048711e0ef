"""Calling a fitted estimator's methods on plain arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder

from modelx.delegates import SEARCHES, THRESHOLDS, innermost
from modelx.frames import framed
from modelx.label_calls import ENCODERS, call_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Where the estimators stand that get the very rows of the one around them, and so know the names of features as well.
_HANDED_ON = {
    "ColumnTransformer": ("transformers_",),
    "FixedThresholdClassifier": ("estimator", "estimator_"),
    "FrozenEstimator": ("estimator",),
    "HistGradientBoostingClassifier": ("_preprocessor",),
    "HistGradientBoostingRegressor": ("_preprocessor",),
    "Pipeline": ("steps",),
    "StackingClassifier": ("estimators_",),
    "StackingRegressor": ("estimators_",),
    "TransformedTargetRegressor": ("regressor_",),
    "TunedThresholdClassifierCV": ("estimator_",),
    "VotingClassifier": ("estimators_",),
    "VotingRegressor": ("estimators_",),
} | dict.fromkeys(SEARCHES, ("best_estimator_",))


def call(estimator: Any, method: str, x: NDArray[Any]) -> NDArray[Any]:
    """Give a method's output for rows, shape (n_rows, n_features), as a numpy array.

    Rows are float64, or objects where features take strings; see `modelx.frames`.
    """
    # Rows are made to overflow, and an impossible class has the logarithm -inf: neither is worth a warning.
    with np.errstate(all="ignore"):
        return _dense(_compose(estimator, method, x.copy() if _writes(estimator) else x))


def _dense(out: Any) -> NDArray[Any]:
    """Give an output as an array; some transformers give sparse matrices, and some classifiers a list of matrices."""
    if isinstance(out, list):
        # The probabilities of several outputs, side by side.
        return np.hstack(out)
    return np.asarray(out.toarray() if issparse(out) else out)


def _writes(estimator: Any) -> bool:
    """Whether an estimator writes into what it is given, as a scaler with copy=False does."""
    estimator = innermost(estimator)
    if type(estimator) is Pipeline:
        return any(_writes(step) for _, step in estimator.steps)
    # OrdinalEncoder's inverse_transform puts numbers in the places of what is missing. A function may do anything.
    return getattr(estimator, "copy", True) is False or type(estimator) in (FunctionTransformer, OrdinalEncoder)


def _compose(estimator: Any, method: str, x: Any) -> Any:
    """Do what Pipeline's methods do, without its checks: their cost is 3 ** depth, which a file may set to 16."""
    estimator = innermost(estimator)
    if type(estimator) is not Pipeline:
        # Of the words that stand for a step that does nothing there is transform and inverse_transform alone.
        if estimator is None or isinstance(estimator, str):
            return x
        if type(estimator) in ENCODERS:
            return call_labels(estimator, method, x)
        if type(estimator) in THRESHOLDS:
            return _decide(estimator, method, x)
        given = framed(estimator, x) if method != "inverse_transform" else x
        return getattr(_on_one_thread(_silent(estimator, named=not isinstance(given, np.ndarray))), method)(given)
    steps = [step for _, step in estimator.steps]
    if method == "inverse_transform":
        for step in reversed(steps):
            x = _compose(step, method, x)
        return x
    for step in steps[:-1]:
        x = _numbers(_compose(step, "transform", x))
    return _compose(steps[-1], method, x)


def _decide(estimator: Any, method: str, x: Any) -> Any:
    """Give what a classifier with a threshold of its own gives: labels, and all else as the one inside gives it."""
    inner = vars(estimator).get("estimator_", estimator.estimator)
    if method != "predict":
        return _compose(inner, method, x)
    given = framed(inner, x)
    silent = _on_one_thread(_silent(inner, named=not isinstance(given, np.ndarray)))
    return _with(estimator, vars(estimator) | {"estimator_": silent}).predict(given)


def _numbers(x: Any) -> Any:
    """Give the bools of a step as 1 and 0: the next one may hand them on, and its columns are numbers."""
    return x.astype(np.float64) if getattr(x, "dtype", None) == np.bool_ else x


def _on_one_thread(estimator: Any) -> Any:
    """Give an ensemble with n_jobs=1: with more, it adds in the order in which its threads are done."""
    attributes = vars(estimator)
    if "estimators_" not in attributes or attributes.get("n_jobs", 1) == 1:
        return estimator
    return _with(estimator, attributes | {"n_jobs": 1})


def _with(estimator: Any, attributes: dict[str, Any]) -> Any:
    other = object.__new__(type(estimator))
    other.__dict__.update(attributes)
    return other


def _silent(estimator: Any, *, named: bool) -> Any:
    """Give the estimator in a form that warns of nothing in rows; `named` says whether these have names.

    One that was fitted on a data frame warns of each plain array that it has no names, and an encoder may warn of
    unknown categories; rows of an exporter or of a file have those by intent. Filters of warnings are the whole
    process's, and other threads would lose theirs.
    """
    changed = {} if type(estimator) is not OneHotEncoder else _unwarned(estimator)
    if not named:
        changed |= _nameless_inside(estimator)
    nameless = not named and "feature_names_in_" in vars(estimator)
    if not nameless and not changed:
        return estimator
    left_out = {"feature_names_in_"} if nameless else set()
    return _with(estimator, {name: value for name, value in vars(estimator).items() if name not in left_out} | changed)


def _nameless_inside(estimator: Any) -> dict[str, Any]:
    """Give the attributes whose estimators are handed the rows as they came, with those estimators made silent."""
    out = {}
    for name in _HANDED_ON.get(type(estimator).__name__, ()):
        value = vars(estimator).get(name)
        silent = _silenced(value)
        if silent is not value:
            out[name] = silent
    return out


def _silenced(value: Any) -> Any:
    if isinstance(value, list | tuple):
        items = [_silenced(item) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else type(value)(items)
    return _silent(value, named=False) if hasattr(value, "get_params") else value


def _unwarned(encoder: Any) -> dict[str, Any]:
    """Give the hyper-parameters of an encoder that make it warn, with values that compute alike."""
    out = {} if encoder.drop is None else {"drop": None}  # What is dropped stands in fitted attributes.
    return out | {"handle_unknown": "infrequent_if_exist"} if encoder.handle_unknown == "warn" else out
