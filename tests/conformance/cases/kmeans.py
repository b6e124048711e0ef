"""Assignment to the nearest of k centers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans

from cases.case import Cases, Fitted
from cases.data import breast_cancer, digits, iris, some

CASES = Cases("kmeans")


def around(centers: Any) -> KMeans:
    """Fit on the centers themselves, then put them where they are wanted to the last bit."""
    array = np.array(centers, dtype=float)
    model = KMeans(n_clusters=len(array), init=np.arange(array.size, dtype=float).reshape(array.shape), n_init=1)
    model.fit(np.arange(array.size, dtype=float).reshape(array.shape))
    model.cluster_centers_ = array
    return model


@CASES.add
def iris_flowers() -> Fitted:
    """Three clusters of real data: labels of numpy's int32, and distances."""
    x, _ = iris()
    return Fitted(KMeans(n_clusters=3, n_init=4, random_state=0).fit(x), some(x, 20))


@CASES.add
def handwritten_digits() -> Fitted:
    """Ten centers in 16 dimensions, and rows of small integers with many zeros."""
    x, _ = digits()
    return Fitted(KMeans(n_clusters=10, n_init=1, random_state=0).fit(x[:600]), some(x, 8))


@CASES.add
def mini_batches() -> Fitted:
    """Another class with other fitted attributes and the same computation; an odd number of clusters."""
    x, _ = breast_cancer()
    return Fitted(MiniBatchKMeans(n_clusters=5, n_init=2, random_state=0).fit(x), some(x, 8))


@CASES.add
def one_cluster() -> Fitted:
    """With one center there is nothing to compare, and transform has one column and not none."""
    x, _ = iris()
    return Fitted(KMeans(n_clusters=1, n_init=1, random_state=0).fit(x), some(x))


@CASES.add
def exact_tie_goes_to_the_first() -> Fitted:
    """Rows in the middle of two or four centers: the first of the nearest, as numpy's argmin has it."""
    model = around([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 0]])
    return Fitted(model, exact=[[0, 0], [0.5, 0.5], [-0.5, 0.5], [0, -3], [2, 0], [-0.5, -0.5], [0.5, -0.5], [-4, 4]])


@CASES.add
def rows_on_their_centers() -> Fitted:
    """A distance near 0 comes from a difference of large squares, and is compared in squares."""
    x, _ = iris()
    model = KMeans(n_clusters=3, n_init=4, random_state=0).fit(x)
    centers = model.cluster_centers_
    return Fitted(model, np.concatenate([centers, centers + 1e-9, centers * (1 + 1e-15), centers - 1e-5]))


@CASES.add
def far_from_the_origin() -> Fitted:
    """Centers at a million, a thousandth apart: the squares have nearly nothing in common with the distances."""
    model = around(1e6 + np.array([[0.0, 0.0, 0.0], [1e-3, 0.0, 0.0], [0.0, 10.0, 0.0]]))
    return Fitted(model, 1e6 + np.array([[0.0, 8.0, 0.0], [3.0, 900.0, 1.0], [100.0, -900.0, 0.0]]))


@CASES.add
def tiny_and_huge() -> Fitted:
    """Centers at 1e-160, whose squares vanish, and at 1e150, whose squares are nearly the largest number."""
    model = around([[1e-160, 0.0], [1e150, 1e150], [-1e150, 1e-320]])
    return Fitted(model, [[1e150, 1e149], [-1e149, 0.0], [-9e149, 1.0]])


@CASES.add
def one_feature() -> Fitted:
    """The narrowest row, and thirteen clusters on a line."""
    x, _ = iris()
    return Fitted(KMeans(n_clusters=13, n_init=1, random_state=0).fit(x[:, [2]]), some(x[:, [2]], 20))
