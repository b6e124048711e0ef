"""Models that answer with another one's answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDOneClassSVM
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

# Taken from where it is defined: sklearn.model_selection has it for those only who ask for experimental classes.
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from cases.affine_scaler import odd_rows
from cases.case import Cases, Fitted
from cases.data import breast_cancer, diabetes, iris, some, wine

CASES = Cases("delegate")


def timeless(search: Any) -> Any:
    """Give a search its time as a constant, so that its files are the same whenever they are written."""
    search.refit_time_ = 0.125
    return search


@CASES.add
def grid_over_a_pipeline() -> Fitted:
    """What is deployed most: a grid search whose best estimator is a scaler and a classifier."""
    x, y = iris()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    search = GridSearchCV(model, {"logisticregression__C": [0.1, 1.0, 10.0]}, cv=3)
    return Fitted(timeless(search.fit(x, y)), some(x, 12))


@CASES.add
def random_search_of_strings() -> Fitted:
    """String classes and names of features come through the search, and the probabilities of the best."""
    x, y = wine()
    frame = pd.DataFrame(x[:, :5], columns=[f"column {i}" for i in range(5)])
    model = make_pipeline(RobustScaler(), SGDClassifier(loss="modified_huber", random_state=0))
    search = RandomizedSearchCV(
        model, {"sgdclassifier__alpha": [1e-4, 1e-2, 1.0]}, n_iter=2, cv=2, random_state=0, scoring="accuracy"
    )
    names = np.array(["Barolo", "Grignolino", "Barbera"])[y]
    return Fitted(timeless(search.fit(frame, names)), some(x[:, :5]))


@CASES.add
def halving_regressor() -> Fitted:
    """Successive halving has fitted attributes of its own; predict is the one method of a regressor."""
    x, y = diabetes()
    search = HalvingGridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1.0, 10.0]}, random_state=0, cv=2, min_resources=60)
    return Fitted(timeless(search.fit(x, y)), some(x))


@CASES.add
def search_of_a_clusterer() -> Fitted:
    """A best estimator with predict and transform, whose labels are no classes."""
    x, _ = iris()
    search = GridSearchCV(KMeans(n_init=1, random_state=0), {"n_clusters": [2, 4]}, cv=2)
    return Fitted(timeless(search.fit(x)), some(x))


@CASES.add
def frozen_detector() -> Fitted:
    """A frozen estimator has all methods of the one inside: here a detector's three."""
    x = breast_cancer()[0][:, :6]
    x = np.asarray((x - x.mean(axis=0)) / x.std(axis=0))
    return Fitted(FrozenEstimator(SGDOneClassSVM(nu=0.3, random_state=0).fit(x)), some(x))


@CASES.add
def frozen_scaler_with_inverse() -> Fitted:
    """transform and inverse_transform of a frozen scaler agree bit for bit, NaN included."""
    x = wine()[0][:, 3:8]
    return Fitted(FrozenEstimator(MinMaxScaler((-1, 1)).fit(x)), np.concatenate([some(x), odd_rows(5)]))


@CASES.add
def inside_and_outside_of_pipelines() -> Fitted:
    """A frozen step in the middle of a pipeline, a search as its last step, and all of it frozen again."""
    x, y = wine()
    x = x[:, :6]
    frozen = FrozenEstimator(RobustScaler().fit(x))
    search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0]}, cv=2)
    model = Pipeline([("scale", StandardScaler()), ("kept", frozen), ("model", search)])
    model.fit(x, y)
    timeless(model[-1])
    return Fitted(FrozenEstimator(model), some(x))


@CASES.add
def several_labels() -> Fitted:
    """A best estimator with several outputs for each row, chosen among estimators as values of the grid."""
    x, y = iris()
    targets = np.column_stack([x[:, 0], -x[:, 1], y])
    grid = {"model": [Ridge(), Ridge(alpha=100.0)], "scale": [StandardScaler(), "passthrough"]}
    search = GridSearchCV(Pipeline([("scale", StandardScaler()), ("model", Ridge())]), grid, cv=2)
    return Fitted(timeless(search.fit(x, targets)), some(x))
