"""Forests."""

import io

import joblib
import numpy as np
import pytest
import roundtrip
from data import load
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor

import modelx
from modelx.calling import call
from modelx.errors import ShapeError, SourceError, TreeError, UnsupportedEstimatorError
from modelx.estimators.trees import decode_trees


def check(fitted, x):
    """Compare what `roundtrip.check` does, and what the trees inside give."""
    loaded = roundtrip.check(fitted, x)
    assert len(loaded) == len(fitted)
    roundtrip.same_array(fitted.feature_importances_, loaded.feature_importances_)
    roundtrip.same_array(fitted.apply(x), loaded.apply(x))
    assert (fitted.decision_path(x)[0] != loaded.decision_path(x)[0]).nnz == 0
    for before, after in zip(fitted.estimators_, loaded.estimators_, strict=True):
        assert set(vars(after)) == set(vars(before))
        assert after.max_features_ == before.max_features_
        roundtrip.same_array(before.tree_.value, after.tree_.value)
        roundtrip.same_array(np.asarray(after.predict(x)), np.asarray(before.predict(x)))
    return loaded


@pytest.mark.parametrize("cls", [RandomForestClassifier, ExtraTreesClassifier])
@pytest.mark.parametrize("weight", [None, "balanced", "balanced_subsample", {0: 1.0, 1: 3.0, 2: 0.5}])
def test_classifiers(cls, weight):
    x, y = load("wine")
    check(cls(9, class_weight=weight, bootstrap=True, random_state=0).fit(x, y), x)


@pytest.mark.parametrize("cls", [RandomForestRegressor, ExtraTreesRegressor])
@pytest.mark.parametrize("criterion", ["squared_error", "absolute_error", "poisson"])
def test_regressors(cls, criterion):
    x, y = load("diabetes")
    x, y = x[:120], y[:120]
    check(cls(5, criterion=criterion, random_state=0).fit(x, y), x)


@pytest.mark.parametrize(
    "options",
    [
        {"max_leaf_nodes": 9},
        {"ccp_alpha": 0.01},
        {"max_features": 0.4, "max_samples": 0.5},
        {"max_features": "log2"},
        {"max_features": None, "max_depth": 3},
        {"max_features": 2, "criterion": "entropy"},
        {"n_estimators": 1},
        {"monotonic_cst": [1, -1, *[0] * 28]},
    ],
    ids=str,
)
def test_forms_of_growing(options):
    x, y = load("breast_cancer")
    check(RandomForestClassifier(**{"n_estimators": 4, **options}, random_state=0).fit(x, y), x)


@pytest.mark.parametrize("labels", [["a", "b", "ü"], [5, -3, 2**60], [2.0, 1.0, -4.0]], ids=str)
def test_labels(labels):
    x, y = load("iris")
    labels = np.array(labels)
    check(RandomForestClassifier(3, random_state=0).fit(x, labels[y]), x)
    targets = labels[np.column_stack([y, np.minimum(y, 1)])]
    loaded = check(ExtraTreesClassifier(3, random_state=0).fit(x, targets), x)
    assert loaded.n_classes_ == [3, 2]


def test_truth_values():
    x, y = load("breast_cancer")
    check(RandomForestClassifier(3, random_state=0).fit(x, y == 1), x)


def test_several_outputs_of_numbers():
    x, y = load("linnerud")
    check(RandomForestRegressor(6, random_state=0).fit(x, y), x)


def test_one_class_and_trees_of_one_leaf():
    x, _ = load("iris")
    check(RandomForestClassifier(3).fit(x, np.zeros(len(x), dtype=int)), x)
    check(RandomForestRegressor(7).fit(x, np.full(len(x), 0.1)), x)


def test_missing_values():
    x, y = load("wine")
    x = x.copy()
    x[np.random.default_rng(0).random(x.shape) < 0.3] = np.nan
    check(RandomForestClassifier(5, random_state=0).fit(x, y), x)


def test_training_rows_of_each_tree():
    x, y = load("wine")
    for options in ({}, {"bootstrap": False}, {"max_samples": 40}):
        fitted = RandomForestClassifier(3, random_state=0, **options).fit(x, y)
        loaded = modelx.loads(modelx.dumps(fitted))
        for before, after in zip(fitted.estimators_samples_, loaded.estimators_samples_, strict=True):
            roundtrip.same_array(before, after)


def test_what_is_known_of_each_training_row_is_left_out():
    x, y = load("diabetes")
    fitted = RandomForestRegressor(20, oob_score=True, random_state=0).fit(x, y)
    loaded = check(fitted, x)
    assert loaded.oob_score_ == fitted.oob_score_
    assert not hasattr(loaded, "oob_prediction_")


def test_fit_goes_on():
    x, y = load("iris")
    fitted = RandomForestClassifier(4, random_state=0, warm_start=True).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    for forest in (fitted, loaded):
        forest.set_params(n_estimators=7).fit(x, y)
    roundtrip.same_array(fitted.predict_proba(x), loaded.predict_proba(x))
    assert len(loaded.estimators_) == 7


def test_threads_do_not_change_what_is_recorded():
    x, y = load("diabetes")
    one = RandomForestRegressor(40, random_state=0).fit(x, y)
    many = RandomForestRegressor(40, random_state=0, n_jobs=2).fit(x, y)
    expected = call(one, "predict", x)
    for _ in range(3):
        roundtrip.same_array(call(many, "predict", x), expected)
    assert modelx.to_proto(many).evidence.outputs == modelx.to_proto(one).evidence.outputs
    assert modelx.loads(modelx.dumps(many)).n_jobs == 2


@pytest.fixture(scope="module")
def deep():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1200, 12))
    y = x[:, 0] * 2 + np.sin(3 * x[:, 1]) + x[:, 2] * x[:, 3] + rng.standard_normal(1200) * 0.3
    return x, y


@pytest.mark.parametrize("classifies", [True, False])
def test_size(deep, classifies):
    x, y = deep
    if classifies:
        fitted = RandomForestClassifier(40, random_state=0).fit(x, np.digitize(y, [-1.0, 1.0]))
    else:
        fitted = RandomForestRegressor(40, random_state=0).fit(x, y)
    plain, small = modelx.dumps(fitted), modelx.dumps(fitted, compression="zstd")
    pickled = io.BytesIO()
    joblib.dump(fitted, pickled, compress=3)
    assert len(small) < 0.4 * len(plain)
    assert len(small) < 0.7 * len(pickled.getvalue())


def test_rebuilt_nodes_are_those_of_the_original(deep):
    x, y = deep
    fitted = RandomForestRegressor(5, random_state=0).fit(x, y, np.linspace(0.1, 1.0, len(y)))
    proto = modelx.to_proto(fitted).forest
    for tree, member in zip(decode_trees(list(proto.trees), 12, [1], ""), fitted.estimators_, strict=True):
        before, after = member.tree_.__getstate__(), tree.__getstate__()
        assert before["max_depth"] == after["max_depth"]
        for name in before["nodes"].dtype.names:
            assert before["nodes"][name].tobytes() == after["nodes"][name].tobytes(), name
        assert before["values"].tobytes() == after["values"].tobytes()


def spoiled(edit):
    x, y = load("iris")
    model = modelx.to_proto(RandomForestClassifier(3, max_depth=3, random_state=0).fit(x, y))
    edit(model.forest, model)
    return model


@pytest.mark.parametrize(
    ("edit", "error", "match"),
    [
        (lambda p, _: p.ClearField("trees"), TreeError, r"forest\.trees: there are no trees"),
        (lambda p, _: p.trees[1].Clear(), TreeError, r"forest\.trees\[1\]\.features: there are no nodes"),
        (lambda p, _: p.trees[2].left.__setitem__(0, 2**32 - 1), TreeError, r"forest\.trees\[2\]\.left: node 0"),
        (lambda p, _: p.seeds.pop(), ShapeError, r"there are 2 seeds for 3 trees"),
        (lambda _, m: setattr(m.source, "class_name", "RandomForestRegressor"), SourceError, "the model has classes"),
        (lambda _, m: m.source.attributes["estimators_"].SetInParent(), SourceError, r"attributes\[estimators_\]"),
        (
            lambda _, m: setattr(m.source.attributes["_n_samples"], "string_value", "many"),
            SourceError,
            "expected counts",
        ),
        (lambda _, m: setattr(m.source.attributes["_n_samples"], "int_value", -1), SourceError, "expected counts"),
    ],
)
def test_a_hostile_forest_is_refused(edit, error, match):
    with pytest.raises(error, match=match):
        modelx.from_proto(spoiled(edit))


def test_rows_of_any_width_cost_nothing():
    model = spoiled(lambda p, _: setattr(p, "n_features", 2**31 - 1))
    model.ClearField("signature")
    model.ClearField("evidence")
    assert modelx.from_proto(model).n_features_in_ == 2**31 - 1


def test_parameters_that_the_trees_were_not_grown_with():
    x, y = load("iris")
    fitted = RandomForestClassifier(3, max_depth=3, random_state=0).fit(x, y)
    fitted.set_params(max_depth=5)
    with pytest.raises(UnsupportedEstimatorError, match=r"max_depth of estimators_\[0\] is 3, that of the whole 5"):
        modelx.dumps(fitted)


def test_a_model_without_a_source_is_a_random_forest():
    x, y = load("diabetes")
    fitted = RandomForestRegressor(3, max_features=2, random_state=0).fit(x, y)
    model = modelx.to_proto(fitted)
    model.ClearField("source")
    model.forest.ClearField("seeds")
    loaded = modelx.from_proto(model)
    assert type(loaded) is RandomForestRegressor
    roundtrip.same_array(loaded.predict(x), fitted.predict(x))
    assert loaded.get_params()["n_estimators"] == 3
