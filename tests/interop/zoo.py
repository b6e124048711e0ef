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
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
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


def table(rng: np.random.Generator) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Make a frame; give it with the names of its numbers and of its strings."""
    numbers, strings = int(rng.integers(1, 6)), int(rng.integers(0, 4))
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
            cells = [None if rng.random() < 0.1 else cell for cell in cells]
        columns[f"string {i}"] = pd.Series(cells, dtype=object)
    names = list(columns)
    rng.shuffle(names)
    frame = pd.DataFrame({name: columns[name] for name in names})
    return frame, [name for name in names if name[0] == "n"], [name for name in names if name[0] == "s"]


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


def prepare(rng: np.random.Generator, numbers: list[str], strings: list[str]) -> BaseEstimator:
    """Give a ColumnTransformer for a frame's columns."""
    parts: list[Any] = []
    fill = SimpleImputer(strategy=_pick(rng, lambda: "mean", lambda: "median", lambda: "most_frequent"))
    split = int(rng.integers(len(numbers) + 1))
    for i, names in enumerate((numbers[:split], numbers[split:])):
        if names:
            parts.append((f"numbers {i}", make_pipeline(fill, _of_numbers(rng)), names))
    if strings:
        options = [{}, {"min_frequency": 5}, {"max_categories": 3}, {"drop": "if_binary"}]
        given = options[int(rng.integers(len(options)))]
        parts.append(("strings", OneHotEncoder(handle_unknown="ignore", sparse_output=False, **given), strings))
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


def draw(seed: int) -> tuple[BaseEstimator, pd.DataFrame]:
    """Give a fitted pipeline and the frame that it was fitted on."""
    rng = np.random.default_rng(seed)
    frame, numbers, strings = table(rng)
    score = rng.normal(size=ROWS) + frame[numbers[0]].rank(pct=True).fillna(0).to_numpy()
    for name in strings:
        score += frame[name].map(lambda cell: len(str(cell)) % 3).to_numpy()
    classify = bool(rng.integers(2))
    y: Any = score
    if classify:
        labels = [np.array([0, 1]), np.array(["no", "yes", "vielleicht"]), np.array([-1, 5, 7])]
        chosen = labels[int(rng.integers(len(labels)))]
        y = chosen[np.searchsorted(np.quantile(score, np.linspace(0, 1, len(chosen) + 1)[1:-1]), score)]
    steps: list[Any] = [prepare(rng, numbers, strings)]
    if rng.random() < 0.3:
        steps.append(SelectKBest(k=1))
    if rng.random() < 0.2:
        steps.append(FeatureUnion([("same", "passthrough"), ("scaled", StandardScaler())]))
    return make_pipeline(*steps, last(rng, classify=classify)).fit(frame, y), frame
