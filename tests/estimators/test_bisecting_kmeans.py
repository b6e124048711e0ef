"""The walk down a tree of centers."""

import numpy as np
import pytest
import roundtrip
from data import load
from sklearn.cluster import BisectingKMeans

import modelx
from modelx.errors import ShapeError, SourceError, TreeError


def fit(k=5, name="iris", **params):
    x, _ = load(name)
    return BisectingKMeans(k, random_state=0, **params).fit(x), x


@pytest.mark.parametrize("strategy", ["biggest_inertia", "largest_cluster"])
@pytest.mark.parametrize("k", [1, 2, 3, 8, 25])
@pytest.mark.parametrize("name", ["iris", "wine", "diabetes"])
def test_every_tree(name, k, strategy):
    fitted, x = fit(k, name, bisecting_strategy=strategy)
    roundtrip.check(fitted, x)


def test_rows_that_were_not_trained_on():
    fitted, x = fit(6, "wine")
    rng = np.random.default_rng(1)
    roundtrip.check(fitted, x[rng.integers(0, len(x), 300)] * rng.uniform(-2, 2, (300, 1)))


def test_refits_to_the_same():
    fitted, x = fit()
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.fit(x).cluster_centers_.tobytes() == fitted.fit(x).cluster_centers_.tobytes()


def test_wide_rows():
    x, _ = load("digits")
    roundtrip.check(BisectingKMeans(10, random_state=0).fit(x[:400]), x[:200])


def spoil(**lists):
    model = modelx.to_proto(fit()[0])
    for name, changes in lists.items():
        for at, value in changes.items():
            getattr(model.bisecting_kmeans, name)[at] = value
    return model


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"left": {0: 0}}, "node 0 has the child 0"),
        ({"right": {0: 1}}, "node 0 has the child 1"),
        ({"left": {0: 99}}, "node 0 has the child 99"),
        ({"left": {0: -1}}, "node 0 has the child -1"),
    ],
)
def test_a_tree_that_is_none_is_refused(lists, message):
    with pytest.raises(TreeError, match=message):
        modelx.from_proto(spoil(**lists))


def test_a_leaf_with_children_or_a_wrong_label_is_refused():
    model = modelx.to_proto(fit()[0])
    leaf = next(i for i, label in enumerate(model.bisecting_kmeans.labels) if label >= 0)
    with pytest.raises(TreeError, match=f"node {leaf} has a label and children"):
        modelx.from_proto(spoil(left={leaf: leaf + 1}))
    with pytest.raises(TreeError, match=r"do not have the labels 0 \.\.\. 4"):
        modelx.from_proto(spoil(labels={leaf: 7}))


def test_counts_that_contradict_are_refused():
    model = modelx.to_proto(fit()[0])
    model.bisecting_kmeans.n_clusters = 6
    with pytest.raises(ShapeError, match="9 nodes for 6 clusters"):
        modelx.from_proto(model)


def test_another_class_is_refused():
    model = modelx.to_proto(fit()[0])
    model.source.class_name = "KMeans"
    with pytest.raises(SourceError, match="none of those that bisecting_kmeans has"):
        modelx.from_proto(model)
