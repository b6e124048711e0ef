"""Selectors of columns: every class, what they select by, the models over them, and what they refuse."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    r_regression,
)
from sklearn.linear_model import (
    Lasso,
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import modelx
from modelx import conversion, estimators
from modelx.errors import ModelxWarning, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.v1 import model_pb2

SELECTORS = [
    VarianceThreshold(),
    VarianceThreshold(0.5),
    SelectKBest(k=4),
    SelectKBest(k="all"),
    SelectKBest(chi2, k=3),
    SelectKBest(r_regression, k=3),
    SelectPercentile(percentile=35),
    SelectPercentile(mutual_info_classif, percentile=100),
    SelectFpr(alpha=1e-30),
    SelectFpr(f_regression, alpha=0.01),
    SelectFdr(alpha=1e-25),
    SelectFwe(alpha=1e-28),
    GenericUnivariateSelect(mode="k_best", param=5),
    GenericUnivariateSelect(chi2, mode="percentile", param=40),
    GenericUnivariateSelect(mode="fdr", param=1e-20),
    SelectFromModel(Ridge()),
    SelectFromModel(Lasso(0.05)),
    SelectFromModel(RidgeClassifier(), threshold="0.5*median", norm_order=np.inf),
    SelectFromModel(LinearRegression(), threshold=-np.inf, max_features=4),
    SelectFromModel(SGDClassifier(random_state=0), threshold=0.5, norm_order=2, importance_getter="coef_"),
    RFE(Ridge(), n_features_to_select=5),
    RFE(RidgeClassifier(), step=0.3),
    RFE(LogisticRegression(max_iter=300), n_features_to_select=6, step=3),
    RFE(SGDClassifier(loss="modified_huber", random_state=0), n_features_to_select=0.5),
    RFECV(Ridge(), min_features_to_select=3, cv=3),
    RFECV(RidgeClassifier(), step=4, cv=3, scoring="balanced_accuracy"),
    SequentialFeatureSelector(RidgeClassifier(), n_features_to_select=3, cv=2),
    SequentialFeatureSelector(Ridge(), n_features_to_select=2, direction="forward", cv=2, scoring="r2"),
]


def told(selector):
    """Name a selector without the address of its function, which is another in each process."""
    return re.sub(r"<function (\w+) at \w+>", r"\1", repr(selector))


def wine():
    x, y = load("wine")
    # Positive, for chi2; of one size, for solvers.
    return x / x.max(axis=0), y


def two(rows):
    return min(2, len(rows))


def own_score(x, y):
    scores, values = f_classif(x, y)
    return scores * 2.0, values


def test_classes():
    assert set(estimators.FAMILIES["feature_selector"].classes) == {type(selector).__name__ for selector in SELECTORS}


@pytest.mark.parametrize("selector", SELECTORS, ids=told)
def test_every_selector(selector):
    x, y = wine()
    if type(selector) is VarianceThreshold:
        x = np.column_stack([x * 4, np.ones(len(x))])
    fitted = clone(selector).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_support().tolist() == fitted.get_support().tolist()
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    for name in ("scores_", "pvalues_", "ranking_", "threshold_", "variances_", "n_features_"):
        assert hasattr(loaded, name) == hasattr(fitted, name)
        if hasattr(fitted, name):
            roundtrip.same_value(getattr(fitted, name), getattr(loaded, name))
    if not isinstance(selector, SelectPercentile):  # whose mutual information is drawn at random
        assert loaded.fit(x, y).get_support().tolist() == fitted.get_support().tolist()


@pytest.mark.parametrize("selector", [SelectKBest(k=2), RFE(LogisticRegression()), SelectFromModel(Ridge())], ids=repr)
def test_fits_on_float32(selector):
    x, y = load("iris")
    fitted = clone(selector).fit(x.astype(np.float32), y)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_answers(fitted, loaded, x)
    roundtrip.same_answers(fitted, loaded, x.astype(np.float32))


def test_names_of_columns():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    for selector in (SelectKBest(k=2), SelectFromModel(Ridge()), RFE(Ridge(), n_features_to_select=1)):
        fitted = clone(selector).fit(frame, y)
        loaded = roundtrip.check(fitted, x)
        assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
        assert loaded.feature_names_in_.tolist() == ["a", "b", "c", "d"]


def test_a_model_that_was_fitted_before():
    x, y = load("iris")
    fitted = SelectFromModel(Ridge().fit(x, y), prefit=True).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.estimator.coef_.tolist() == fitted.estimator.coef_.tolist()
    assert loaded.estimator is not loaded.estimator_


def test_selectors_inside_of_pipelines_and_pipelines_inside_of_selectors():
    x, y = wine()
    inner = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression(max_iter=300))])
    over = RFE(inner, n_features_to_select=4, importance_getter="named_steps.model.coef_")
    fitted = make_pipeline(StandardScaler(), SelectKBest(k=8), over).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded[-1].support_.tolist() == fitted[-1].support_.tolist()
    roundtrip.check(make_pipeline(SelectKBest(k=8), StandardScaler(), VarianceThreshold()).fit(x, y), x)


@pytest.mark.parametrize(
    "selector",
    [
        RFE(DecisionTreeClassifier(random_state=0), n_features_to_select=4),
        SelectFromModel(RandomForestClassifier(5, random_state=0), max_features=3),
        SequentialFeatureSelector(HistGradientBoostingClassifier(max_iter=2), n_features_to_select=1, cv=2),
    ],
    ids=lambda selector: type(selector).__name__,
)
def test_over_trees(selector):
    """Their estimators take NaN, and so the selectors do, infinities among what they leave out as well."""
    x, y = wine()
    fitted = clone(selector).fit(x[:, :8], y)
    roundtrip.check(fitted, x[:, :8])
    assert modelx.to_proto(fitted).feature_selector.any_number


def test_what_one_class_refuses_another_takes():
    """VarianceThreshold takes anything, wherever it is; SelectKBest refuses it where it is left out, too."""
    x, y = load("iris")
    odd = x[:4].copy()
    odd[0, 1], odd[1, 1], odd[2, 0] = np.nan, np.inf, np.nan
    taking = modelx.loads(modelx.dumps(VarianceThreshold(0.5).fit(x)))
    np.testing.assert_array_equal(taking.transform(odd), odd[:, taking.get_support()])
    refusing = modelx.loads(modelx.dumps(SelectKBest(k=2).fit(x, y)))
    assert not refusing.get_support()[1]
    for row in odd[:3]:
        with pytest.raises(ValueError, match="contains"):
            refusing.transform([row])
    assert modelx.to_proto(VarianceThreshold().fit(x)).feature_selector.any_number
    assert not modelx.to_proto(SelectKBest(k=2).fit(x, y)).feature_selector.any_number


def test_an_imprecise_step_before_is_carried_on():
    """Distances to centers are inexact, and so are the columns of them that are kept."""
    x, y = load("iris")
    fitted = make_pipeline(KMeans(6, n_init=1, random_state=0), SelectKBest(k=3)).fit(x, y)
    model = modelx.to_proto(fitted)
    (transform,) = model.evidence.outputs
    assert transform.method == "transform"
    assert max(transform.tolerances) > 0
    roundtrip.check(fitted, x)


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        (SelectKBest(own_score, k=2), "score_func is a function of your own; fit with one of chi2"),
        (SelectFromModel(Ridge(), max_features=two), "max_features is a function; fit with the number"),
        (SelectFromModel(Ridge(), importance_getter=lambda e: abs(e.coef_)), "importance_getter is a function"),
        (SelectKBest(k=0), "SelectKBest keeps no column"),
        (SequentialFeatureSelector(KNeighborsClassifier(), n_features_to_select=1), "is over a KNeighborsClassifier"),
        (SelectFromModel(SGDOneClassSVM(random_state=0).fit(load("iris")[0]), threshold=1e9), "keeps no column"),
    ],
    ids=["score_func", "max_features", "importance_getter", "no column", "unknown estimator", "threshold"],
)
def test_what_no_file_carries(selector, reason):
    x, y = load("iris")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = selector.fit(x, y)
        with pytest.raises(UnsupportedEstimatorError, match=reason):
            modelx.dumps(fitted)


def test_an_inner_estimator_without_family_is_named():
    x, y = load("iris")

    class Own(Ridge):
        """Could compute anything."""

    with pytest.raises(UnsupportedEstimatorError, match=r"estimator_: .*Own is a class of its own over Ridge"):
        modelx.dumps(RFE(Own()).fit(x, y))


def test_functions_for_the_fit_alone_are_told_of():
    x, y = load("iris")
    data = modelx.dumps(RFE(Ridge(), importance_getter=lambda e: e.coef_).fit(x, y))
    with pytest.warns(ModelxWarning, match="importance_getter"):
        loaded = modelx.loads(data)
    assert loaded.importance_getter == "auto"


def edited(selector, edit, x=None):
    given, y = load("iris")
    model = modelx.to_proto(clone(selector).fit(given if x is None else x, y))
    model.ClearField("evidence")
    edit(model)
    return model


def other_score(model):
    model.source.attributes["scores_"].array.doubles[0] = 1e9


def text_scores(model):
    array = model.source.attributes["scores_"].array
    array.Clear()
    array.dtype, array.shape[:], array.strings[:] = "<U1", [4], list("abcd")


def no_estimator(model):
    del model.source.params["estimator"]


def other_function(model):
    model.source.params["score_func"].string_value = "eval"


def without_inner(model):
    model.ClearField("signature")
    model.feature_selector.ClearField("model")


def unknown_inner(model):
    spec = model.source.params["estimator"].estimator
    spec.class_name = "VotingClassifierThatNobodyHas"


@pytest.mark.parametrize(
    ("selector", "edit", "message"),
    [
        (SelectKBest(k=2), lambda m: m.feature_selector.selected.__setitem__(0, 1), "keeps other columns"),
        (SelectKBest(k=2), other_score, "keeps other columns than the model"),
        (SelectKBest(k=2), text_scores, "cannot be rebuilt from these parameters and attributes"),
        (SelectKBest(k=2), other_function, "a function 'eval'; expected one of chi2"),
        (SelectKBest(k=2), lambda m: setattr(m.feature_selector, "any_number", True), "another rule for NaN"),
        (RFE(Ridge()), no_estimator, "RFE is over no estimator"),
        (RFE(Ridge()), unknown_inner, "VotingClassifierThatNobodyHas"),
        (RFE(Ridge()), without_inner, "another inner model"),
        (SelectKBest(k=2), lambda m: setattr(m.source, "class_name", "Ridge"), "selects no columns"),
    ],
)
def test_a_source_that_contradicts_the_model(selector, edit, message):
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(edited(selector, edit))


@pytest.mark.parametrize(
    ("columns", "path"),
    [([], ""), ([1, 0], "[1]"), ([1, 1], "[1]"), ([-1, 2], "[0]"), ([0, 4], "[1]")],
)
def test_columns_out_of_order_or_range(columns, path):
    def edit(model):
        model.feature_selector.selected[:] = columns

    with pytest.raises(ShapeError) as caught:
        conversion.check(edited(SelectKBest(k=2), edit))
    assert caught.value.path == f"feature_selector.selected{path}"


def test_inner_models_of_another_width():
    model = edited(RFE(Ridge()), lambda m: m.feature_selector.selected.__setitem__(slice(None), [0, 1, 2]))
    with pytest.raises(ShapeError, match=r"feature_selector.model: the model takes 2 columns; it is given 3"):
        conversion.check(model)
    model = edited(SelectFromModel(Ridge()), lambda m: m.feature_selector.members.append(m.feature_selector.members[0]))
    with pytest.raises(ShapeError, match=r"feature_selector.members: 2 models; expected at most one"):
        conversion.check(model)


def test_a_model_that_no_class_is_named_for():
    """As Go builds them; a few bytes may not make us allocate for two billion features."""
    for any_number in (False, True):
        model = model_pb2.ModelProto()
        model.feature_selector.n_features, model.feature_selector.any_number = 4, any_number
        model.feature_selector.selected.extend([1, 3])
        loaded = modelx.from_proto(model)
        assert loaded.transform([[1.0, 2.0, 3.0, 4.0]]).tolist() == [[2.0, 4.0]]
        model.feature_selector.n_features = 2**31 - 1
        with pytest.raises(SourceError, match="does not say which class"):
            modelx.from_proto(model)


def test_columns_of_strings_are_not_chosen():
    x = np.array([["a", "u"], ["b", "u"], ["a", "v"], ["b", "v"]], dtype=object)
    model = make_pipeline(OrdinalEncoder(), Ridge())
    chosen = SelectFromModel(model, importance_getter="named_steps.ridge.coef_").fit(x, [0.0, 3.0, 0.0, 3.0])
    with pytest.raises(UnsupportedEstimatorError, match="chose among columns of strings"):
        modelx.dumps(chosen)
