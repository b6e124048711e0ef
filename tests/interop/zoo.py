"""Pipelines as people might build them, drawn at random from what modelx carries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ROWS = 120
WORDS = ["red", "", "blau", "緑", "a\u0301", "\U0001f600", "None", "nan"]


def table(rng: np.random.Generator) -> tuple[pd.DataFrame, list[str], list[str], Any]:
    """Make a frame; give it with the names of its numbers and of its strings, and what is missing among these."""
    numbers, strings = int(rng.integers(1, 6)), int(rng.integers(0, 4))
    gap = gap_of(rng)
    columns: dict[str, Any] = {}
    for i in range(numbers):
        values = rng.normal(size=ROWS) * 10.0 ** rng.integers(-3, 4)
        kind = rng.integers(4)
        if kind == 0:
            values = np.round(values)
        elif kind == 1:
            values[rng.random(ROWS) < 0.15] = np.nan
        columns[f"number {i}"] = values
    for i in range(strings):
        known = rng.choice(len(WORDS), int(rng.integers(2, len(WORDS))), replace=False)
        cells: list[Any] = [WORDS[k] for k in rng.choice(known, ROWS)]
        if rng.random() < 0.5:
            cells = [gap if rng.random() < 0.1 else cell for cell in cells]
        columns[f"string {i}"] = pd.Series(cells, dtype=object)
    names = list(columns)
    rng.shuffle(names)
    frame = pd.DataFrame({name: columns[name] for name in names})
    return frame, [name for name in names if name[0] == "n"], [name for name in names if name[0] == "s"], gap


def gap_of(rng: np.random.Generator) -> Any:
    """Give what stands for a missing string: one of the two that scikit-learn knows."""
    return None if rng.random() < 0.5 else np.nan


def _pick(rng: np.random.Generator, *choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]()


def _of_numbers(rng: np.random.Generator) -> BaseEstimator:
    """Give a transformer of numbers without gaps."""
    return _pick(
        rng,
        StandardScaler,
        RobustScaler,
        MaxAbsScaler,
        lambda: MinMaxScaler(clip=True),
        lambda: KBinsDiscretizer(int(rng.integers(2, 6)), encode=_pick(rng, lambda: "onehot", lambda: "ordinal")),
        lambda: PolynomialFeatures(2, interaction_only=bool(rng.integers(2))),
        lambda: Binarizer(threshold=float(rng.normal())),
        PowerTransformer,
        VarianceThreshold,
        lambda: make_union(StandardScaler(), Binarizer()),
        lambda: "passthrough",
    )


def _of_strings(rng: np.random.Generator, gap: Any, encoder: BaseEstimator) -> BaseEstimator:
    """Give what makes numbers of strings: an encoder alone, or behind what fills gaps or tells of them."""
    strategy = _pick(rng, lambda: "most_frequent", lambda: "constant")
    fill = SimpleImputer(missing_values=gap, strategy=strategy, add_indicator=bool(rng.integers(2)))
    return _pick(
        rng,
        lambda: encoder,
        lambda: make_pipeline(fill, encoder),
        lambda: make_pipeline(make_union(fill, MissingIndicator(missing_values=gap, features="all")), encoder),
        lambda: make_pipeline(make_union("passthrough", fill), encoder),
    )


def prepare(rng: np.random.Generator, numbers: list[str], strings: list[str], gap: Any) -> BaseEstimator:
    """Give a ColumnTransformer for a frame's columns, in which strings may have such gaps."""
    if strings and rng.random() < 0.2:
        # Strings are handed on, to be encoded by their places in what the first step gives.
        first = ColumnTransformer(
            [("numbers", SimpleImputer(keep_empty_features=True), numbers)], remainder="passthrough"
        )
        places = list(range(len(numbers), len(numbers) + len(strings)))
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        return make_pipeline(
            first, ColumnTransformer([("strings", _of_strings(rng, gap, encoder), places)], remainder="passthrough")
        )
    parts: list[Any] = []
    fill = SimpleImputer(strategy=_pick(rng, lambda: "mean", lambda: "median", lambda: "most_frequent"))
    split = int(rng.integers(len(numbers) + 1))
    for i, names in enumerate((numbers[:split], numbers[split:])):
        if names:
            parts.append((f"numbers {i}", make_pipeline(fill, _of_numbers(rng)), names))
    if strings:
        options = [{}, {"min_frequency": 5}, {"max_categories": 3}, {"drop": "if_binary"}]
        given = options[int(rng.integers(len(options)))]
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, **given)
        parts.append(("strings", _of_strings(rng, gap, encoder), strings))
    weights = {parts[0][0]: 0.25} if rng.random() < 0.3 else None
    order = rng.permutation(len(parts))
    return ColumnTransformer([parts[i] for i in order], transformer_weights=weights)


def last(rng: np.random.Generator, *, classify: bool) -> BaseEstimator:
    """Give a final estimator."""
    seed, trees = int(rng.integers(1000)), int(rng.integers(1, 12))
    if not classify:
        return _pick(
            rng,
            Ridge,
            lambda: DecisionTreeRegressor(max_depth=6, random_state=seed),
            lambda: RandomForestRegressor(trees, random_state=seed),
            lambda: ExtraTreesRegressor(trees, random_state=seed),
            lambda: GradientBoostingRegressor(n_estimators=trees, random_state=seed),
            lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 10.0]}, cv=3),
        )
    return _pick(
        rng,
        LogisticRegression,
        lambda: SGDClassifier(loss="log_loss", random_state=seed),
        lambda: DecisionTreeClassifier(max_depth=6, random_state=seed),
        lambda: RandomForestClassifier(trees, random_state=seed),
        lambda: ExtraTreesClassifier(trees, random_state=seed),
        lambda: GradientBoostingClassifier(n_estimators=trees, random_state=seed),
        lambda: VotingClassifier(
            [("a", LogisticRegression()), ("b", DecisionTreeClassifier(max_depth=3, random_state=seed))], voting="soft"
        ),
        lambda: GridSearchCV(LogisticRegression(), {"C": [0.1, 10.0]}, cv=3),
    )


def boosted(rng: np.random.Generator, frame: pd.DataFrame, strings: list[str], *, classify: bool) -> Any:
    """Give boosted trees that take the frame itself, its strings as categories, and that frame."""
    cls = HistGradientBoostingClassifier if classify else HistGradientBoostingRegressor
    if rng.random() < 0.5:
        return cls(max_iter=5, categorical_features=strings, random_state=0), frame
    return cls(max_iter=5, random_state=0), frame.astype(dict.fromkeys(strings, "category"))


def draw(seed: int) -> tuple[BaseEstimator, pd.DataFrame]:
    """Give a fitted pipeline and the frame that it was fitted on."""
    rng = np.random.default_rng(seed)
    frame, numbers, strings, gap = table(rng)
    score = rng.normal(size=ROWS) + frame[numbers[0]].rank(pct=True).fillna(0).to_numpy()
    for name in strings:
        score += frame[name].map(lambda cell: len(str(cell)) % 3).to_numpy()
    classify = bool(rng.integers(2))
    y: Any = score
    if classify:
        labels = [np.array([0, 1]), np.array(["no", "yes", "vielleicht"]), np.array([-1, 5, 7])]
        chosen = labels[int(rng.integers(len(labels)))]
        y = chosen[np.searchsorted(np.quantile(score, np.linspace(0, 1, len(chosen) + 1)[1:-1]), score)]
    if strings and rng.random() < 0.2:
        model, frame = boosted(rng, frame, strings, classify=classify)
        return model.fit(frame, y), frame
    steps: list[Any] = [prepare(rng, numbers, strings, gap)]
    if rng.random() < 0.3:
        steps.append(SelectKBest(k=1))
    if rng.random() < 0.2:
        steps.append(FeatureUnion([("same", "passthrough"), ("scaled", StandardScaler())]))
    return make_pipeline(*steps, last(rng, classify=classify)).fit(frame, y), frame
