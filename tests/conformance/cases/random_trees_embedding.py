"""Random trees as an encoding: one column for each leaf, small trees, so that there are few."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomTreesEmbedding

from cases.case import Cases, Fitted, grid
from cases.data import diabetes, iris, some

CASES = Cases("random_trees_embedding")


@CASES.add
def iris_flowers() -> Fitted:
    """Several trees, whose columns follow each other; scikit-learn gives a sparse matrix."""
    x, _ = iris()
    model = RandomTreesEmbedding(n_estimators=4, max_depth=3, random_state=0).fit(x)
    at = [row.copy() for row in some(x, 6)]
    for i, row in enumerate(at):
        tree = model.estimators_[i % 4].tree_
        row[tree.feature[0]] = np.nextafter(tree.threshold[0], np.inf) if i % 2 else tree.threshold[0]
    return Fitted(model, np.concatenate([some(x, 6), at]))


@CASES.add
def dense_output() -> Fitted:
    """The same as an array, of a tree that is grown to a number of leaves."""
    x, _ = diabetes()
    model = RandomTreesEmbedding(n_estimators=2, max_leaf_nodes=5, sparse_output=False, random_state=1).fit(x)
    return Fitted(model, some(x, 6))


@CASES.add
def a_single_leaf() -> Fitted:
    """Rows that are all equal: a tree of one leaf, whose column is 1 for every row."""
    model = RandomTreesEmbedding(n_estimators=2, random_state=0).fit(np.ones((5, 3)))
    return Fitted(model, grid(0.0, -1.0, 3e38, width=3))


@CASES.add
def fitted_on_missing_values() -> Fitted:
    """Splits that were made for NaN."""
    x = np.array(iris()[0])
    x[::4, 0] = np.nan
    x[::7, 3] = np.nan
    return Fitted(RandomTreesEmbedding(n_estimators=3, max_depth=3, random_state=2).fit(x), some(x, 12))
