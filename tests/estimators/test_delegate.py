"""Searches and frozen estimators: what is exported is the estimator that answers, and the search comes back."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
import scipy.stats
from data import LABELS, load
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

import modelx
from modelx.delegates import FROZEN
from modelx.errors import ModelxWarning, NotFittedError, SourceError, TooDeepError, UnsupportedEstimatorError

SEARCHES = [
    lambda model, grid: GridSearchCV(model, grid, cv=2),
    lambda model, grid: RandomizedSearchCV(model, grid, n_iter=2, cv=2, random_state=0),
    lambda model, grid: HalvingGridSearchCV(model, grid, cv=2, random_state=0, min_resources=40),
    lambda model, grid: HalvingRandomSearchCV(model, grid, cv=2, random_state=0, min_resources=40),
]
MODELS = [
    (LogisticRegression(max_iter=200), {"C": [0.5, 1.0]}),
    (SGDClassifier(random_state=0), {"alpha": [1e-3, 1e-4]}),
    (Ridge(), {"alpha": [0.1, 1.0]}),
    (make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [0.1, 1.0]}),
]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(("model", "grid"), MODELS, ids=lambda given: type(given).__name__)
def test_every_search(search, model, grid):
    x, y = load("iris")
    fitted = search(model, grid).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.score(x, y) == fitted.score(x, y)
    assert loaded.best_params_ == fitted.best_params_
    assert loaded.best_index_ == fitted.best_index_
    assert loaded.refit_time_ == fitted.refit_time_
    assert not hasattr(loaded, "cv_results_")
    assert loaded.n_features_in_ == 4


@pytest.mark.parametrize("labels", sorted(LABELS))
def test_labels_of_every_type(labels):
    x, y = load("iris")
    fitted = GridSearchCV(LogisticRegression(max_iter=20), {"C": [0.1]}, cv=2).fit(x, LABELS[labels](y))
    assert roundtrip.check(fitted, x).classes_.dtype == fitted.classes_.dtype


def test_a_clusterer_has_the_methods_of_a_clusterer():
    x, _ = load("iris")
    roundtrip.check(GridSearchCV(KMeans(n_init=1, random_state=0), {"n_clusters": [2, 3]}, cv=2).fit(x), x)


def test_scores_by_name():
    x, y = load("iris")
    search = GridSearchCV(
        LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2, scoring=["accuracy", "f1_macro"], refit="f1_macro"
    ).fit(x, y)
    loaded = roundtrip.check(search, x)
    assert loaded.score(x, y) == search.score(x, y)
    assert sorted(loaded.scorer_) == ["accuracy", "f1_macro"]


def test_fit_searches_again():
    x, y = load("iris")
    fitted = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    again = loaded.fit(x, y)
    assert again.best_estimator_.coef_.tobytes() == fitted.best_estimator_.coef_.tobytes()
    assert again.cv_results_["mean_test_score"].tolist() == fitted.cv_results_["mean_test_score"].tolist()


def test_names_of_features():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [1.0]}, cv=2)
    loaded = roundtrip.check(search.fit(frame, y), x)
    assert loaded.feature_names_in_.tolist() == list("abcd")
    assert loaded.predict(frame).tolist() == search.predict(frame).tolist()
    assert list(modelx.to_proto(search).signature.feature_names) == list("abcd")


def test_estimators_among_the_values_that_were_tried():
    x, y = load("iris")
    grid = {"scale": [StandardScaler(), MinMaxScaler(), "passthrough"], "model": [Ridge(), Ridge(alpha=1e6)]}
    fitted = GridSearchCV(Pipeline([("scale", StandardScaler()), ("model", LinearRegression())]), grid, cv=2).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert repr(loaded.best_params_) == repr(fitted.best_params_)
    assert repr(loaded.param_grid) == repr(fitted.param_grid)


def test_what_a_file_cannot_carry_is_told_of():
    """Distributions and splitters are objects: the search predicts without them, and cannot fit without the first."""
    x, y = load("iris")
    space = {"C": scipy.stats.loguniform(0.1, 10.0)}
    search = RandomizedSearchCV(LogisticRegression(max_iter=200), space, n_iter=2, cv=KFold(2), random_state=0)
    fitted = search.fit(x, y)
    with pytest.warns(ModelxWarning) as told:
        loaded = modelx.loads(modelx.dumps(fitted))
    messages = " ".join(str(each.message) for each in told)
    assert "params[cv]: a sklearn.model_selection._split.KFold is not in the file" in messages
    assert "RandomizedSearchCV has None instead" in messages
    assert loaded.predict_proba(x).tobytes() == fitted.predict_proba(x).tobytes()
    assert loaded.best_params_ == fitted.best_params_
    with pytest.raises(ValueError, match="param_distributions"):
        loaded.fit(x, y)


def test_a_function_as_scoring_leaves_no_score():
    x, y = load("iris")
    fitted = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2, scoring=lambda model, x, y: model.score(x, y)).fit(x, y)
    with pytest.warns(ModelxWarning, match="scoring"):
        loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.predict(x).tobytes() == fitted.predict(x).tobytes()
    with pytest.raises(AttributeError, match="scorer_"):
        loaded.score(x, y)


def test_a_search_without_a_best_estimator_is_refused():
    x, y = load("iris")
    fitted = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2, refit=False).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match="refit=False, so that it has no best estimator"):
        modelx.to_proto(fitted)
    with pytest.raises(UnsupportedEstimatorError, match="scaled: GridSearchCV was fitted with refit=False") as caught:
        modelx.to_proto(Pipeline([("scaled", fitted)]))
    assert caught.value.reasons[0][0] == "scaled"


def test_a_search_that_was_not_fitted_is_refused():
    with pytest.raises(NotFittedError, match="GridSearchCV is not fitted"):
        modelx.to_proto(GridSearchCV(Ridge(), {}))


def test_an_unsupported_best_estimator_is_named():
    x, y = load("iris")
    fitted = GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1.0]}, cv=2).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match=r"best_estimator_\.svc: SVC is not supported"):
        modelx.to_proto(fitted)


def test_a_template_may_hold_what_no_file_carries():
    """Only the best estimator must be one that modelx carries: of the others there is a note."""
    x, y = load("iris")
    grid = {"model": [LogisticRegression(max_iter=200), SVC(C=1e-9)]}
    fitted = GridSearchCV(Pipeline([("model", LogisticRegression())]), grid, cv=2).fit(x, y)
    with pytest.warns(ModelxWarning, match="SVC is not in the file; GridSearchCV has None instead"):
        loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.predict(x).tolist() == fitted.predict(x).tolist()


def spoiled(change):
    x, y = load("iris")
    model = modelx.to_proto(GridSearchCV(LogisticRegression(max_iter=200), {"C": [1.0]}, cv=2).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: setattr(m.source, "class_name", "Ridge"), "none of those that answer"),
        (lambda m: m.source.params.__delitem__("estimator"), "lacks the hyper-parameters estimator"),
        (lambda m: setattr(m.source.attributes["best_estimator_"], "int_value", 1), "no fitted attribute"),
        (lambda m: setattr(m.source.attributes["scorer_"], "int_value", 1), "no fitted attribute"),
        (lambda m: setattr(m.source.attributes["n_features_in_"], "int_value", 1), "no fitted attribute"),
        (lambda m: setattr(m.source.params["estimator"].estimator, "class_name", "os.system"), "os.system"),
    ],
)
def test_sources_that_contradict_are_refused(change, message):
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(spoiled(change))


def test_a_score_that_does_not_exist_is_told_of():
    with pytest.warns(ModelxWarning, match="score"):
        loaded = modelx.from_proto(spoiled(lambda m: setattr(m.source.params["scoring"], "string_value", "nonsense")))
    assert not hasattr(loaded, "scorer_")


def test_delegates_count_as_levels():
    model = spoiled(lambda _: None)
    evidence = model.evidence
    model.ClearField("evidence")
    for _ in range(14):
        outer = type(model)(name="outer")
        outer.source.CopyFrom(model.source)
        outer.delegate.model.CopyFrom(model)
        model = outer
    model.evidence.CopyFrom(evidence)
    loaded = modelx.from_proto(model)
    assert type(loaded.best_estimator_.best_estimator_) is GridSearchCV
    outer = type(model)(name="outer")
    outer.delegate.model.CopyFrom(model)
    outer.delegate.model.ClearField("evidence")
    with pytest.raises(TooDeepError, match="over 16 deep"):
        modelx.from_proto(outer)


def test_large_coefficients_inside():
    """Arrays that are kept beside their message must come into the file inside of other models too."""
    x = np.random.default_rng(0).normal(size=(6, 150_000))
    fitted = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2).fit(x, x[:, 0])
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.best_estimator_.coef_.tobytes() == fitted.best_estimator_.coef_.tobytes()


def frozen(estimator, x, y):
    return FROZEN["FrozenEstimator"](estimator.fit(x, y))


if FROZEN:  # scikit-learn 1.6 and later

    @pytest.mark.parametrize(
        "inner", [LogisticRegression(max_iter=200), Ridge(), StandardScaler(), KMeans(3, n_init=1, random_state=0)]
    )
    def test_every_kind(inner):
        x, y = load("iris")
        fitted = frozen(inner, x, y)
        loaded = roundtrip.check(fitted, x)
        assert loaded.fit(x, y) is loaded

    def test_in_a_pipeline():
        x, y = load("iris")
        steps = [("scale", frozen(StandardScaler(), x, y)), ("model", frozen(Ridge(), x, y))]
        roundtrip.check(Pipeline(steps).fit(x, y), x)

    def test_a_frozen_template_is_told_of():
        x, y = load("iris")
        pipe = Pipeline([("scale", frozen(StandardScaler(), x, y)), ("model", Ridge())])
        fitted = GridSearchCV(pipe, {"model__alpha": [1.0]}, cv=2).fit(x, y)
        with pytest.warns(ModelxWarning) as told:
            loaded = modelx.loads(modelx.dumps(fitted))
        assert "FrozenEstimator is not in the file" in str(told[0].message)
        assert "score() is left out" in str(told[1].message)
        assert loaded.predict(x).tobytes() == fitted.predict(x).tobytes()

    def test_one_that_is_not_fitted_is_refused():
        with pytest.raises(NotFittedError, match="Ridge is not fitted"):
            modelx.to_proto(FROZEN["FrozenEstimator"](Ridge()))

    def test_parameters_of_its_own_are_refused():
        x, y = load("iris")
        model = modelx.to_proto(frozen(Ridge(), x, y))
        model.source.params["estimator"].none = True
        with pytest.raises(SourceError, match="of its own; expected none"):
            modelx.from_proto(model)
