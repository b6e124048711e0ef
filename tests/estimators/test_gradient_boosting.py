"""Boosted trees: every loss and beginning, and what a file must not say of them."""

import numpy as np
import pytest
import roundtrip
from data import LABELS, load
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import (
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import modelx
from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.estimators import boosting_start


def regressor(**params):
    return GradientBoostingRegressor(**{"n_estimators": 5, "random_state": 0} | params)


def classifier(**params):
    return GradientBoostingClassifier(**{"n_estimators": 4, "random_state": 0} | params)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "quantile"])
@pytest.mark.parametrize("subsample", [1.0, 0.6])
def test_every_loss_of_a_regressor(loss, subsample):
    x, y = load("diabetes")
    roundtrip.check(regressor(loss=loss, subsample=subsample, alpha=0.8).fit(x, y), x[:40])


@pytest.mark.parametrize("loss", ["log_loss", "exponential"])
@pytest.mark.parametrize("init", [None, "zero"])
def test_two_classes(loss, init):
    x, y = load("breast_cancer")
    roundtrip.check(classifier(loss=loss, init=init).fit(x, y), x[::20])


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_type(kind):
    x, y = load("iris")
    roundtrip.check(classifier(n_estimators=2, max_depth=1).fit(x, LABELS[kind](y)), x[::10])


@pytest.mark.parametrize(
    "params",
    [
        {"max_leaf_nodes": 3, "max_depth": None},
        {"max_features": "sqrt", "min_samples_leaf": 5},
        {"ccp_alpha": 0.01, "min_impurity_decrease": 0.001},
        {"learning_rate": 1, "n_estimators": 1},
        {"n_iter_no_change": 2, "validation_fraction": 0.3, "n_estimators": 30, "tol": 0.1},
        {"warm_start": True, "subsample": 0.5},
    ],
)
def test_parameters_of_the_trees(params):
    x, y = load("wine")
    roundtrip.check(classifier(**params).fit(x, y), x[::9])
    roundtrip.check(regressor(**params).fit(x, y), x[::9])


@pytest.mark.parametrize(
    "init",
    [
        DummyRegressor(),
        DummyRegressor(strategy="quantile", quantile=0.2),
        DummyRegressor(strategy="constant", constant=-7),
        DecisionTreeRegressor(max_depth=2),
        LinearRegression(),
        Ridge(),
        SGDRegressor(random_state=0),
        HuberRegressor(max_iter=1000),
        PoissonRegressor(max_iter=1000),
        GradientBoostingRegressor(n_estimators=2),
    ],
    ids=repr,
)
def test_every_beginning_of_a_regressor(init):
    x, y = load("diabetes")
    loaded = roundtrip.check(regressor(init=init).fit(x, y), x[:30])
    assert loaded.init is loaded.init_


@pytest.mark.parametrize(
    "init",
    [
        DummyClassifier(),
        DummyClassifier(strategy="most_frequent"),
        DummyClassifier(strategy="uniform"),
        DecisionTreeClassifier(max_depth=2),
        RandomForestClassifier(3, max_depth=3, random_state=0),
        LogisticRegression(max_iter=1000),
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", ["iris", "breast_cancer"])
def test_every_beginning_of_a_classifier(init, name):
    x, y = load(name)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    roundtrip.check(classifier(init=init).fit(x, y), x[::10])
    if name == "breast_cancer":
        roundtrip.check(classifier(init=init, loss="exponential").fit(x, y), x[::20])


def test_one_vs_rest_in_float32_to_begin_with():
    x, y = load("breast_cancer")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    roundtrip.check(classifier(init=SGDClassifier(loss="log_loss", random_state=0)).fit(x, y), x[::10])


def test_a_class_without_weight_begins_with_a_clipped_probability():
    x, y = load("iris")
    roundtrip.check(classifier().fit(x, y, sample_weight=np.where(y == 2, 0.0, 1.0)), x[::10])


def test_stages_leaves_and_importances_are_the_same():
    x, y = load("wine")
    fitted = classifier().fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_array(fitted.feature_importances_, loaded.feature_importances_)
    roundtrip.same_array(fitted.apply(x), loaded.apply(x))
    for method in ("staged_predict", "staged_predict_proba", "staged_decision_function"):
        for a, b in zip(getattr(fitted, method)(x), getattr(loaded, method)(x), strict=True):
            roundtrip.same_array(a, b)


def test_a_warm_start_goes_on_with_the_same_random_numbers():
    x, y = load("diabetes")
    fitted = regressor(warm_start=True, subsample=0.5, max_features=3).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    for model in (fitted, loaded):
        model.set_params(n_estimators=9).fit(x, y)
    roundtrip.same_array(fitted.predict(x), loaded.predict(x))
    again = modelx.loads(modelx.dumps(regressor(subsample=0.5).fit(x, y)))
    roundtrip.same_array(again.fit(x, y).predict(x), regressor(subsample=0.5).fit(x, y).predict(x))


def test_the_shared_generator_of_numpy_is_not_carried():
    x, y = load("diabetes")
    fitted = regressor(warm_start=True, subsample=0.5, random_state=None).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.set_params(n_estimators=7).fit(x, y).n_estimators_ == 7


@pytest.mark.parametrize(
    ("position", "keys"), [(0, 625), (2, 5000), (2, -1), (1, None)], ids=["keys", "far", "before", "no keys"]
)
def test_a_generator_that_reads_beyond_its_keys_is_refused(position, keys):
    x, y = load("iris")
    model = modelx.to_proto(regressor(warm_start=True).fit(x, y))
    items = model.source.attributes["_rng"].tuple.items
    if keys is None:
        items[1].Clear()
        items[1].none = True
    elif position == 0:
        items[1].array.ints.append(1)
        items[1].array.shape[0] = keys
    else:
        items[2].int_value = keys
    with pytest.raises(SourceError, match="_rng"):
        modelx.from_proto(model)


def test_an_init_that_computes_in_float32_is_refused_and_named():
    x, y = load("diabetes")
    fitted = regressor(init=make_pipeline(StandardScaler(), Ridge())).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match="init: gradient boosting gives its init rows of float32"):
        modelx.dumps(fitted)


def test_an_init_that_draws_at_random_is_refused():
    x, y = load("iris")
    fitted = classifier(init=DummyClassifier(strategy="stratified", random_state=0)).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match="draws at random"):
        modelx.dumps(fitted)


def test_an_init_that_was_changed_after_the_fit_is_refused():
    x, y = load("diabetes")
    with pytest.raises(UnsupportedEstimatorError, match="after the fit"):
        modelx.dumps(regressor().fit(x, y).set_params(init=LinearRegression()))


def test_an_init_of_no_supported_class_is_named():
    x, y = load("diabetes")

    class Own(LinearRegression):
        pass

    with pytest.raises(UnsupportedEstimatorError, match=r"init: .*Own"):
        modelx.dumps(regressor(init=Own()).fit(x, y))


def test_constants_with_other_last_bits_than_this_machine_s_logarithm_are_kept():
    x, y = load("breast_cancer")
    model = modelx.to_proto(classifier().fit(x, y))
    model.ClearField("evidence")
    moved = float(np.nextafter(model.gradient_boosting.init[0], 9.0))
    model.gradient_boosting.init[0] = moved
    loaded = modelx.from_proto(model)
    assert boosting_start.of_row(loaded, x[:2]).tolist() == [[moved], [moved]]
    loaded.fit(x, y)
    assert boosting_start.of_row(loaded, x[:1])[0, 0] != moved


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (lambda m: m.gradient_boosting.init.__setitem__(0, 3.0), "other constants"),
        (lambda m: setattr(m.source.delegate, "class_name", "DummyRegressor"), "expected DummyClassifier"),
        (lambda m: setattr(m.source.delegate.attributes["n_classes_"], "int_value", 10**15), "other outputs"),
        (lambda m: setattr(m.source.delegate.attributes["n_outputs_"], "int_value", 10**15), "other outputs"),
        (lambda m: m.source.delegate.attributes.pop("class_prior_", None), "no constants"),
        (lambda m: setattr(m.source.delegate.params["strategy"], "string_value", "none"), "has no constants"),
        (lambda m: setattr(m.source.params["init"], "string_value", "zero"), "begin elsewhere"),
        (lambda m: setattr(m.source.params["loss"], "string_value", "exponential"), "adds or links otherwise"),
        (lambda m: setattr(m.source.params["loss"], "string_value", "deviance"), "adds or links otherwise"),
        (lambda m: setattr(m.source.params["learning_rate"], "double_value", 0.2), "adds or links otherwise"),
        (lambda m: setattr(m.source, "class_name", "GradientBoostingRegressor"), "adds or links otherwise"),
        (lambda m: setattr(m.source, "class_name", "RandomForestClassifier"), "none of those"),
    ],
)
def test_a_source_that_contradicts_the_sums_is_refused(edit, match):
    x, y = load("breast_cancer")
    model = modelx.to_proto(classifier().fit(x, y))
    edit(model)
    with pytest.raises(SourceError, match=match):
        modelx.from_proto(model)


def test_a_quantile_that_is_none_is_refused():
    x, y = load("diabetes")
    model = modelx.to_proto(regressor(loss="quantile").fit(x, y))
    model.source.params["alpha"].double_value = 7.0
    with pytest.raises(SourceError, match="make no loss"):
        modelx.from_proto(model)


def test_another_clip_than_this_version_s_is_refused():
    x, y = load("iris")
    model = modelx.to_proto(classifier(init=DecisionTreeClassifier(max_depth=2)).fit(x, y))
    model.gradient_boosting.clip = 1e-3
    with pytest.raises(SourceError, match=r"kept 0\.001 from 0 and 1"):
        modelx.from_proto(model)


@pytest.mark.parametrize(
    "fitted",
    [lambda x, y: regressor().fit(x, y), lambda x, y: classifier().fit(x, y), lambda x, y: classifier().fit(x, y > 0)],
)
def test_a_model_that_names_no_class_is_rebuilt(fitted):
    x, y = load("iris")
    original = fitted(x, y)
    model = modelx.to_proto(original)
    model.ClearField("source")
    loaded = modelx.from_proto(model)
    roundtrip.same_array(loaded.apply(x), original.apply(x))
    np.testing.assert_array_equal(loaded.predict(x), original.predict(x))


def test_sums_in_a_pipeline_are_held_to_what_the_scaler_leaves_open():
    x, y = load("diabetes")
    roundtrip.check(make_pipeline(StandardScaler(), regressor()).fit(x, y), x[:20])
    roundtrip.check(make_pipeline(StandardScaler(), regressor(init=LinearRegression())).fit(x, y), x[:20])


def test_a_width_that_a_file_claims_costs_no_memory():
    x, y = load("iris")
    model = modelx.to_proto(classifier().fit(x, y))
    model.ClearField("evidence")
    model.ClearField("signature")
    model.gradient_boosting.n_features = 2**31 - 1
    assert modelx.from_proto(model).n_features_in_ == 2**31 - 1
