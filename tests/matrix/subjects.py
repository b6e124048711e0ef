"""Every estimator of scikit-learn, built and fitted on data that suits it."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_regressor
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils import all_estimators, get_tags

_ROWS, _WIDTH = 90, 4
_RNG = np.random.default_rng(20261121)
NUMBERS = _RNG.normal(size=(_ROWS, _WIDTH)) * [1.0, 2.0, 0.5, 3.0]
CLASSES = (NUMBERS @ [1.0, -0.5, 2.0, 0.1] > 0).astype(int) + (NUMBERS[:, 1] > 1)
TARGET = NUMBERS @ [1.0, -2.0, 0.5, 0.25] + 0.1 * _RNG.normal(size=_ROWS)
WORDS = np.array(["red", "green", "blue", "dark red"])[_RNG.integers(0, 4, (_ROWS, 2))]
GAPS = np.where(_RNG.random(NUMBERS.shape) < 0.1, np.nan, NUMBERS)
TEXTS = [" ".join(row) for row in WORDS]
# What constructors ask for, by the parameter's name. For a regressor, "estimator" is a regressor.
_GIVEN = {
    "estimators": lambda one: [("one", one()), ("two", one())],
    "transformers": lambda _: [("a", StandardScaler(), [0, 1]), ("b", MinMaxScaler(), [3])],
    "transformer_list": lambda _: [("a", StandardScaler()), ("b", MinMaxScaler())],
    "steps": lambda one: [("scale", StandardScaler()), ("last", one())],
    "param_grid": lambda one: {"alpha": [0.5, 1.0]} if one is Ridge else {"C": [0.5, 1.0]},
    "param_distributions": lambda one: {"alpha": [0.5, 1.0]} if one is Ridge else {"C": [0.5, 1.0]},
    "dictionary": lambda _: np.eye(_WIDTH)[:3],
    "estimator": lambda one: one(),
    "base_estimator": lambda one: one(),
    # For the one class whose estimator must be fitted before.
    "frozen": lambda _: LogisticRegression().fit(NUMBERS, CLASSES),
}
# Without functions there is nothing to compute.
_FUNCTIONS = {"FunctionTransformer": {"func": np.arcsinh, "inverse_func": np.sinh}}
# Classes whose parameter has a default that fit refuses.
_NEEDS = ("SelfTrainingClassifier",)
# Classes that the small numbers do not suit.
_AS_IT_IS = ("OrthogonalMatchingPursuitCV", "TSNE", "SpectralBiclustering")
# Small numbers of parts, so that all of them take seconds; none of them changes what is computed.
_SMALL = {
    "n_estimators": 8,
    "max_iter": 200,
    "n_components": 2,
    "n_clusters": 3,
    "random_state": 0,
    "cv": 3,
    "n_init": 1,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A class with a fitted instance and rows that it was fitted on, or the reason why there is none."""

    name: str
    estimator: Any
    rows: Any
    reason: str = ""


def subjects() -> list[Subject]:
    """Give a subject for each class of `all_estimators`, in its order."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return [_subject(name, cls) for name, cls in all_estimators()]


def _subject(name: str, cls: type) -> Subject:
    said = ""
    for one in (LogisticRegression, Ridge, PCA):
        for x, y in _data(cls):
            try:
                estimator = _construct(cls, one)
                estimator.fit(x) if y is None else estimator.fit(x, y)
            except Exception as error:  # noqa: BLE001 - whatever it is, other data may suit
                said = said or str(error).splitlines()[0]
                continue
            return Subject(name, estimator, x)
    return Subject(name, None, None, said)


def _construct(cls: type, one: type) -> Any:
    parameters = inspect.signature(cls).parameters
    if cls.__name__ == "FrozenEstimator":
        return cls(_GIVEN["frozen"](one))
    given = {
        name: _GIVEN[name](one)
        for name, parameter in parameters.items()
        if name in _GIVEN and (parameter.default is inspect.Parameter.empty or cls.__name__ in _NEEDS)
    }
    given |= _FUNCTIONS.get(cls.__name__, {})
    small = {name: value for name, value in _SMALL.items() if name in parameters and name not in given}
    if cls.__name__ in _AS_IT_IS:
        small = {}
    try:
        return cls(**given, **small)
    except TypeError:
        return cls(**given)


def _data(cls: type) -> list[tuple[Any, Any]]:
    """Give data in the order in which it suits a class: with classes, numbers, several targets, words ..."""
    if cls.__name__ == "MultiLabelBinarizer":
        # Each row is a set.
        return [(WORDS, None)]
    positive = np.abs(NUMBERS)
    several = np.column_stack([TARGET, -TARGET])
    classes = [
        (NUMBERS, CLASSES),
        (positive, CLASSES),
        (NUMBERS, CLASSES > 0),
        (NUMBERS, np.eye(3, dtype=int)[CLASSES]),
    ]
    numbers = [(NUMBERS, TARGET), (NUMBERS, np.exp(TARGET / 4)), (NUMBERS, several), (NUMBERS[:, :1], TARGET)]
    others = [
        (positive, None),
        (pd.DataFrame(WORDS.astype(object), columns=["a", "b"]), CLASSES > 0),
        (pd.DataFrame(WORDS.astype(object), columns=["a", "b"]), None),
        (TEXTS, None),
        ([{"a": value, "b": 1.0} for value in TARGET], None),
        (WORDS[:, 0], None),
        ([tuple(row) for row in WORDS], None),
        (NUMBERS @ NUMBERS.T, None),
    ]
    gaps = [(GAPS, CLASSES), (GAPS, TARGET)] if _takes_gaps(cls) else []
    try:
        probe = _construct(cls, LogisticRegression)
        first, second = (numbers, classes) if is_regressor(probe) and not is_classifier(probe) else (classes, numbers)
    except Exception:  # noqa: BLE001 - a class that cannot be built with it
        first, second = numbers, classes
    return [*gaps, *first, *second, *others]


def _takes_gaps(cls: type) -> bool:
    """Whether an estimator of the class says that NaN is among the values that it takes."""
    try:
        return bool(get_tags(_construct(cls, LogisticRegression)).input_tags.allow_nan)
    except Exception:  # noqa: BLE001 - one that cannot be built so says nothing
        return False
