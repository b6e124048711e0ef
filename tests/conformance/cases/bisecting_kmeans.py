"""Assignment by a walk down a binary tree of centers."""

from __future__ import annotations

import numpy as np
from sklearn.cluster import BisectingKMeans

from cases.case import Cases, Fitted
from cases.data import digits, iris, some, wine

CASES = Cases("bisecting_kmeans")


@CASES.add
def iris_flowers() -> Fitted:
    """Seven clusters: a tree whose leaves lie at different depths."""
    x, _ = iris()
    return Fitted(BisectingKMeans(n_clusters=7, random_state=0).fit(x), some(x, 20))


@CASES.add
def largest_cluster_first() -> Fitted:
    """The other strategy numbers the leaves in another order than the tree has them."""
    x, _ = wine()
    model = BisectingKMeans(n_clusters=6, bisecting_strategy="largest_cluster", random_state=0)
    return Fitted(model.fit(x), some(x))


@CASES.add
def one_cluster() -> Fitted:
    """A tree of a leaf: nothing is compared, NaN must be refused all the same."""
    x, _ = iris()
    return Fitted(BisectingKMeans(n_clusters=1, random_state=0).fit(x), some(x))


@CASES.add
def not_the_nearest_center() -> Fitted:
    """Rows whose nearest center is none of the half of the tree that the walk chose: hierarchy is no argmin."""
    x, _ = digits()
    model = BisectingKMeans(n_clusters=9, random_state=3).fit(x[:500])
    differ = x[model.predict(x) != np.argmin(model.transform(x), axis=1)]
    return Fitted(model, np.concatenate([differ[:6], some(x, 4)]))


@CASES.add
def tie_goes_left() -> Fitted:
    """<= at each node: a row in the exact middle goes to the left child."""
    model = BisectingKMeans(n_clusters=2, random_state=0).fit(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    return Fitted(model, exact=[[0.0, 0.0], [0.0, 5.0], [0.5, 1.0], [-0.5, 1.0], [0.0, -2.0], [3.0, 0.25]])


@CASES.add
def data_far_from_the_origin() -> Fitted:
    """scikit-learn subtracts the mean to fit and adds it to the centers again: the file has them with the mean."""
    x, _ = iris()
    return Fitted(BisectingKMeans(n_clusters=4, random_state=0).fit(x + 1e4), some(x + 1e4))
