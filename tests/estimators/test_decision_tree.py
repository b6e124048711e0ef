"""Single trees."""

import numpy as np
import pytest
import roundtrip
import sklearn
from data import load
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

import modelx
from modelx.errors import (
    LabelsError,
    NonFiniteError,
    ShapeError,
    SourceError,
    TreeError,
    UnsupportedEstimatorError,
)

COLUMNS = ("children_left", "children_right", "feature", "threshold", "impurity", "n_node_samples", "value")


def check(fitted, x):
    """Compare what `roundtrip.check` does, and the tree itself, its paths and importances."""
    loaded = roundtrip.check(fitted, x)
    for name in (*COLUMNS, "weighted_n_node_samples", "n_classes"):
        roundtrip.same_array(getattr(fitted.tree_, name), getattr(loaded.tree_, name))
    inner = fitted.tree_.children_left >= 0
    assert (fitted.tree_.missing_go_to_left == loaded.tree_.missing_go_to_left)[inner].all()
    assert loaded.tree_.max_depth == fitted.tree_.max_depth
    assert loaded.get_n_leaves() == fitted.get_n_leaves()
    roundtrip.same_array(fitted.feature_importances_, loaded.feature_importances_)
    roundtrip.same_array(fitted.apply(x), loaded.apply(x))
    assert (fitted.decision_path(x) != loaded.decision_path(x)).nnz == 0
    return loaded


@pytest.mark.parametrize("criterion", ["gini", "entropy", "log_loss"])
@pytest.mark.parametrize("cls", [DecisionTreeClassifier, ExtraTreeClassifier])
@pytest.mark.parametrize("weight", [None, "balanced", {0: 1.0, 1: 2.5, 2: 0.1}])
def test_classifiers(criterion, cls, weight):
    x, y = load("wine")
    check(cls(criterion=criterion, class_weight=weight, min_samples_leaf=4, random_state=0).fit(x, y), x)


@pytest.mark.parametrize("criterion", ["squared_error", "absolute_error", "poisson"])
@pytest.mark.parametrize("cls", [DecisionTreeRegressor, ExtraTreeRegressor])
def test_regressors(criterion, cls):
    x, y = load("diabetes")
    x, y = x[:150], y[:150]
    check(cls(criterion=criterion, random_state=0).fit(x, y), x)


@pytest.mark.parametrize(
    "options",
    [
        {"max_leaf_nodes": 12},
        {"ccp_alpha": 0.02},
        {"max_depth": 1},
        {"min_impurity_decrease": 0.05},
        {"splitter": "random", "max_features": "sqrt"},
        {"max_features": 0.5},
        {"min_weight_fraction_leaf": 0.1},
    ],
    ids=str,
)
def test_forms_of_growing(options):
    x, y = load("breast_cancer")
    check(DecisionTreeClassifier(**options, random_state=0).fit(x, y), x)


def test_monotonic_constraints():
    x, y = load("diabetes")
    constraints = np.array([1, -1, *[0] * (x.shape[1] - 2)])
    loaded = check(DecisionTreeRegressor(monotonic_cst=constraints, max_depth=6).fit(x, y), x)
    roundtrip.same_array(loaded.monotonic_cst, constraints)


@pytest.mark.parametrize(
    "labels",
    [
        np.array([3, -5, 2**60]),
        np.array([0, 1, 200], dtype=np.uint8),
        np.array([-1.0, 4.0, 2.0]),
        np.array(["a", "", "a longer one"]),
        np.array(["a", "b", "ü"], dtype=object),
        np.array([True, False, True]),
    ],
    ids=lambda labels: labels.dtype.name,
)
def test_labels(labels):
    x, y = load("iris")
    check(DecisionTreeClassifier(random_state=0, max_depth=3).fit(x, labels[y]), x)


@pytest.mark.parametrize("labels", [[0, 1, 2], ["a", "b", "c"], [0.0, 4.0, -2.0]], ids=str)
def test_several_outputs_of_labels(labels):
    x, y = load("iris")
    targets = np.array(labels)[np.column_stack([y, (y + 1) % 3, np.minimum(y, 1)])]
    loaded = check(DecisionTreeClassifier(random_state=0, max_depth=2).fit(x, targets), x)
    assert [out.shape for out in loaded.predict_proba(x[:4])] == [(4, 3), (4, 3), (4, 2)]


def test_several_outputs_of_numbers():
    x, y = load("linnerud")
    check(DecisionTreeRegressor(random_state=0).fit(x, y), x)


def test_one_column_as_a_matrix():
    x, y = load("diabetes")
    check(DecisionTreeRegressor(max_depth=3).fit(x, y[:, None]), x)


def test_one_class_and_one_leaf():
    x, _ = load("iris")
    check(DecisionTreeClassifier().fit(x, ["same"] * len(x)), x)
    check(DecisionTreeRegressor().fit(x, np.full(len(x), -0.0)), x)


def test_missing_values():
    x, y = load("wine")
    x = x.copy()
    x[np.random.default_rng(0).random(x.shape) < 0.3] = np.nan
    fitted = DecisionTreeClassifier(random_state=0).fit(x, y)
    loaded = check(fitted, x)
    model = modelx.to_proto(fitted)
    assert model.decision_tree.accepts_missing
    assert np.isnan(np.array(model.evidence.rows.values)).any()
    assert len(set(model.decision_tree.tree.missing_left)) == 2
    roundtrip.same_array(
        loaded.predict_proba(np.full_like(x[:3], np.nan)), fitted.predict_proba(np.full_like(x[:3], np.nan))
    )


def test_a_tree_that_refuses_missing_values():
    x, y = load("iris")
    # What takes NaN is another splitter in another version.
    splitter = "random" if sklearn.__version__.startswith("1.5.") else "best"
    fitted = ExtraTreeClassifier(splitter=splitter, random_state=0).fit(x, y)
    model = modelx.to_proto(fitted)
    assert not model.decision_tree.accepts_missing
    check(fitted, x)
    model.decision_tree.accepts_missing = True
    with pytest.raises(SourceError, match="refuses NaN in this scikit-learn"):
        modelx.from_proto(model)


def test_sample_weights():
    x, y = load("diabetes")
    weights = np.random.default_rng(0).random(len(y))
    fitted = DecisionTreeRegressor(random_state=0, min_samples_leaf=2).fit(x, y, weights)
    loaded = check(fitted, x)
    assert (loaded.fit(x, y, weights).tree_.value == fitted.tree_.value).all()


def test_pruning_goes_on_from_the_loaded_tree():
    x, y = load("iris")
    fitted = DecisionTreeClassifier(random_state=0).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    before, after = fitted.cost_complexity_pruning_path(x, y), loaded.cost_complexity_pruning_path(x, y)
    roundtrip.same_array(before.ccp_alphas, after.ccp_alphas)


def test_values_that_are_no_means_are_written_as_they_are():
    x, _ = load("diabetes")
    # Medians of numbers of all sizes are far from their means.
    y = 10.0 ** np.random.default_rng(0).uniform(-200.0, 200.0, len(x))
    proto = modelx.to_proto(
        DecisionTreeRegressor(criterion="absolute_error", random_state=0).fit(x[:80], y[:80])
    ).decision_tree
    assert proto.tree.inner_values
    assert not proto.tree.inner_differences
    proto = modelx.to_proto(DecisionTreeRegressor(random_state=0).fit(x[:80], y[:80])).decision_tree
    assert proto.tree.inner_differences
    assert not proto.tree.inner_values


def test_rows_of_evidence_stand_at_thresholds():
    x, y = load("diabetes")
    model = modelx.to_proto(DecisionTreeRegressor(random_state=0).fit(x, y))
    rows = np.array(model.evidence.rows.values).reshape(-1, x.shape[1])
    thresholds = np.array(model.decision_tree.tree.thresholds)
    on = np.isin(rows, thresholds).any(axis=1)
    beside = np.isin(rows, np.nextafter(thresholds, np.inf)).any(axis=1)
    assert on.sum() >= 2
    assert beside.sum() >= 2


def test_a_model_without_a_source_gets_the_class_that_computes_so():
    x, y = load("iris")
    for fitted, cls in (
        (DecisionTreeClassifier(random_state=0).fit(x, y), DecisionTreeClassifier),
        (DecisionTreeRegressor(max_features=1, random_state=0).fit(x, y), DecisionTreeRegressor),
    ):
        model = modelx.to_proto(fitted)
        model.ClearField("source")
        for field in ("impurities", "n_node_samples", "weighted_n_node_samples", "inner_differences", "inner_values"):
            model.decision_tree.tree.ClearField(field)
        loaded = modelx.from_proto(model)
        assert type(loaded) is cls
        roundtrip.same_array(loaded.predict(x), fitted.predict(x))
        assert loaded.decision_path(x).shape == fitted.decision_path(x).shape


def spoil(edit, error, match):
    x, y = load("iris")
    model = modelx.to_proto(DecisionTreeClassifier(random_state=0).fit(x, y))
    edit(model.decision_tree, model)
    with pytest.raises(error, match=match):
        modelx.from_proto(model)


def cleared(message, field):
    message.ClearField(field)


@pytest.mark.parametrize(
    ("edit", "error", "match"),
    [
        (lambda p, _: cleared(p, "tree"), TreeError, r"decision_tree\.tree\.features: there are no nodes"),
        (lambda p, _: p.tree.left.__setitem__(0, 0), TreeError, r"tree\.left: node 0 of 17 has a child 0 nodes after"),
        (lambda p, _: p.tree.right.__setitem__(0, 1), TreeError, r"node 1 has 2 parents"),
        (lambda p, _: p.tree.right.__setitem__(0, 17), TreeError, r"tree\.right: node 0 of 17"),
        (lambda p, _: p.tree.features.__setitem__(0, 4), ShapeError, r"asks for feature 4; expected one of 4"),
        (lambda p, _: p.tree.features.__setitem__(0, -2), ShapeError, r"asks for feature -2"),
        (lambda p, _: p.tree.thresholds.__setitem__(0, np.nan), NonFiniteError, r"threshold 0 is nan"),
        (lambda p, _: p.tree.thresholds.__setitem__(2, -np.inf), NonFiniteError, r"threshold 2 is -inf"),
        (lambda p, _: p.tree.values.__setitem__(0, np.inf), NonFiniteError, r"tree\.values: value 0 is inf"),
        (lambda p, _: p.tree.values.pop(), ShapeError, r"tree\.values: there are 26 values; expected 27"),
        (lambda p, _: p.tree.n_node_samples.__setitem__(1, 2**31), ShapeError, r"a leaf has 2147483648 rows"),
        (lambda p, _: p.tree.missing_left.append(True), ShapeError, r"tree\.missing_left"),
        (lambda p, _: p.tree.impurities.pop(), ShapeError, r"tree\.impurities"),
        (lambda p, _: setattr(p, "n_outputs", 2), LabelsError, r"there are 1 lists of classes"),
        (lambda p, _: setattr(p, "n_outputs", 0), ShapeError, r"n_outputs is 0"),
        (lambda p, _: p.classes[0].ints.__setitem__(1, 0), LabelsError, r"classes\[0\]: a class is there twice"),
        (lambda _, m: setattr(m.source, "class_name", "DecisionTreeRegressor"), SourceError, "the model has classes"),
        (lambda _, m: setattr(m.source, "class_name", "SVC"), SourceError, "none of those that decision_tree has"),
        (lambda _, m: m.source.attributes["tree_"].SetInParent(), SourceError, r"attributes\[tree_\]"),
        (lambda _, m: m.source.attributes["n_classes_"].SetInParent(), SourceError, r"attributes\[n_classes_\]"),
    ],
)
def test_a_hostile_tree_is_refused(edit, error, match):
    spoil(edit, error, match)


def test_labels_that_no_file_has():
    x, y = load("iris")
    fitted = DecisionTreeClassifier(max_depth=1).fit(x, y)
    fitted.classes_ = np.array([1j, 2j, 3j])
    with pytest.raises(UnsupportedEstimatorError, match="classes of dtype complex128"):
        modelx.dumps(fitted)
