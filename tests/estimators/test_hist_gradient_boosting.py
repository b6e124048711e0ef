import warnings

import numpy as np
import pytest
import roundtrip
import sklearn
from data import load
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.inspection import partial_dependence
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx import estimators
from modelx.errors import (
    LabelsError,
    ModelxWarning,
    NonFiniteError,
    ShapeError,
    SourceError,
    TreeError,
    UnsupportedEstimatorError,
)
from modelx.estimators import hist_trees

ROWS, PROGRESSION = load("diabetes")
IRIS, SPECIES = load("iris")
FAMILY = estimators.FAMILIES["hist_gradient_boosting"]
LOSSES = ["squared_error", "absolute_error", "gamma", "poisson", "quantile"]


def regressor(**parameters):
    return HistGradientBoostingRegressor(**{"max_iter": 5, "random_state": 0} | parameters)


def classifier(**parameters):
    return HistGradientBoostingClassifier(**{"max_iter": 5, "random_state": 0} | parameters)


def mixed(n=300, dtype=np.float64):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((n, 4)).astype(dtype)
    x[:, 1] = rng.choice([-3.5, 0.0, 0.1, 4.0], n)
    x[:, 3] = rng.integers(0, 9, n)
    x[rng.random((n, 4)) < 0.1] = np.nan
    y = np.nan_to_num(x[:, 0]) + np.cos(np.nan_to_num(x[:, 1])) + np.nan_to_num(x[:, 3]) % 2
    return x, y.astype(np.float64)


def odd(x):
    """Give rows, and rows of unknown categories, missing and endless values."""
    more = np.array([[np.inf, 9.0, -np.inf, -1.0], [np.nan, 0.5, np.nan, np.nan], [0.0, -0.0, 1e300, 1e300]])
    return np.concatenate([x, more])


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss):
    quantile = 0.3 if loss == "quantile" else None
    roundtrip.check(regressor(loss=loss, quantile=quantile).fit(ROWS, PROGRESSION), ROWS)


@pytest.mark.parametrize("labels", [SPECIES, SPECIES.astype(np.uint8), np.array(["a", "b", "c"])[SPECIES], SPECIES > 0])
def test_classes(labels):
    roundtrip.check(classifier().fit(IRIS, labels), IRIS)


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_leaf_nodes": None, "min_samples_leaf": 1},
        {"max_depth": 1},
        {"max_bins": 2},
        {"learning_rate": 1.0, "l2_regularization": 3.0},
        {"max_features": 0.5},
        {"monotonic_cst": [1, -1] + [0] * 8},
        {"interaction_cst": "no_interactions"},
        {"interaction_cst": [[0, 1], (2, 3)]},
        {"interaction_cst": ((0, 1), [2, 3])},
        {"early_stopping": True, "n_iter_no_change": 1, "max_iter": 40},
        {"early_stopping": True, "scoring": "neg_mean_absolute_error", "validation_fraction": None},
        {"warm_start": True},
        {"max_iter": 1},
    ],
    ids=str,
)
def test_parameters(parameters):
    roundtrip.check(regressor(**parameters).fit(ROWS, PROGRESSION), ROWS)


def test_interactions_of_sets_come_back_as_lists():
    fitted = regressor(interaction_cst=[{3, 1}, {0}]).fit(ROWS, PROGRESSION)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.interaction_cst == [[1, 3], [0]]
    again = loaded.fit(ROWS, PROGRESSION)
    assert again.predict(ROWS).tobytes() == fitted.predict(ROWS).tobytes()


@pytest.mark.parametrize("which", [[1, 3], [False, True, False, True], np.array([3]), [0, 1, 2, 3]], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_categories(which, dtype):
    x, y = mixed()
    if dtype == np.int64 or len(which) == 4:
        x = np.nan_to_num(x).round()
    given = x.astype(dtype)
    fitted = regressor(categorical_features=which, min_samples_leaf=3).fit(given, y)
    rows = odd(np.asarray(given, dtype=np.float64))
    taken = np.isfinite(rows[:, fitted.is_categorical_]) | np.isnan(rows[:, fitted.is_categorical_])
    loaded = roundtrip.check(fitted, rows[taken.all(axis=1)])
    encoders = [one._preprocessor.named_transformers_["encoder"] for one in (fitted, loaded)]
    for before, after in zip(*(encoder.categories_ for encoder in encoders), strict=True):
        roundtrip.same_array(before, after)
    assert encoders[0]._missing_indices == encoders[1]._missing_indices
    with pytest.raises(ValueError, match="infinity"):
        loaded.predict(np.full((1, 4), np.inf))


def test_categories_by_name_and_by_dtype():
    pd = pytest.importorskip("pandas")
    x, y = mixed()
    frame = pd.DataFrame(x, columns=list("abcd"))
    frame["b"] = frame["b"].fillna(0.0).mul(10).astype("int64").astype("category")
    for which in (["b", "d"], "from_dtype"):
        fitted = classifier(categorical_features=which).fit(frame, y > y.mean())
        loaded = modelx.loads(modelx.dumps(fitted))
        roundtrip.same_estimator(fitted, loaded)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert loaded.predict_proba(frame).tobytes() == fitted.predict_proba(frame).tobytes()


def test_frames_do_not_warn_when_a_model_is_written_or_read():
    pd = pytest.importorskip("pandas")
    x, y = mixed()
    fitted = regressor(categorical_features=["b"]).fit(pd.DataFrame(x, columns=list("abcd")), y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        modelx.loads(modelx.dumps(fitted))


def words(n):
    """Give strings, None and NaN."""
    return [["x", "", None, "é", np.nan, "e\u0301"][i] for i in np.random.default_rng(2).integers(0, 6, n)]


# scikit-learn 1.5 knows no categories of polars.
@pytest.mark.parametrize("container", ["pandas", *(["polars"] if sklearn.__version__ >= "1.6" else [])])
def test_categories_of_strings(container):
    module = pytest.importorskip(container)
    x, y = mixed()
    columns = {"a": x[:, 0], "b": [word if isinstance(word, str) else None for word in words(len(x))]}
    frame = module.DataFrame(columns)
    if container == "pandas":
        frame["b"] = frame["b"].astype("category")
    else:
        frame = frame.with_columns(module.col("b").cast(module.Categorical))
    fitted = regressor(categorical_features="from_dtype").fit(frame, y)
    rows = np.array([[0.5, "x"], [0.5, "unseen"], [np.nan, None], [np.inf, np.nan], [0.0, ""]], dtype=object)
    loaded = roundtrip.check(fitted, rows)
    assert loaded.predict(frame).tobytes() == fitted.predict(frame).tobytes()
    assert list(modelx.to_proto(fitted).signature.feature_types) == [1, 4]


def test_categories_of_strings_by_position():
    """None is a category, NaN is what is missing; a loss with a link asks the estimator for its rows too."""
    x, y = mixed()
    rows = x[:, :3].astype(object)
    rows[:, 1] = words(len(x))
    rows[:, 2] = np.array(["u", "v"])[np.arange(len(x)) % 2]
    for fitted in (
        regressor(categorical_features=[1, 2], loss="poisson").fit(rows, np.abs(y)),
        classifier(categorical_features=[1]).fit(rows[:, :2], y > 0),
    ):
        given = rows[:40, : fitted.n_features_in_].copy()
        given[:3, 1] = ["unseen", None, np.nan]
        loaded = roundtrip.check(fitted, given)
        known = loaded._preprocessor.named_transformers_["encoder"].categories_[0].tolist()
        assert known[:3] == ["", "e\u0301", "x"]
        model = modelx.to_proto(fitted)
        model.ClearField("source")
        again = modelx.from_proto(model)
        assert again._raw_predict(given).tobytes() == fitted._raw_predict(given).tobytes()


def test_numbers_among_objects_are_categories():
    """A step that hands on numbers and bools gives an array of objects, and the categories are such too."""
    x, y = mixed()
    rows = x[:, :3].astype(object)
    rows[:, 2] = [bool(value > 0) for value in x[:, 2]]
    loaded = roundtrip.check(regressor(categorical_features=[1]).fit(rows, y), rows[:40])
    (known,) = loaded._preprocessor.named_transformers_["encoder"].categories_
    assert known.dtype == object
    assert {type(value) for value in known} == {float}


def test_categories_that_are_neither_strings_nor_numbers_are_refused_by_name():
    pd = pytest.importorskip("pandas")
    x, y = mixed()
    frame = pd.DataFrame(x, columns=list("abcd"))
    frame["b"] = pd.Series([True, False, True] * 100)
    fitted = regressor(categorical_features=["b"]).fit(frame, y)
    with pytest.raises(UnsupportedEstimatorError, match="categories of feature 'b' have the dtype bool"):
        modelx.dumps(fitted)


def test_behind_a_step_that_is_not_exact():
    fitted = make_pipeline(StandardScaler(), classifier()).fit(IRIS, SPECIES)
    roundtrip.check(fitted, IRIS)


def test_rows_near_a_threshold_are_not_decided_when_they_may_be_off():
    fitted = regressor().fit(ROWS, PROGRESSION)
    model = modelx.to_proto(fitted)
    proto = model.hist_gradient_boosting
    feature = next(f for f in proto.features if f >= 0)
    x = ROWS[:3].copy()
    x[1, feature] = proto.thresholds[0]
    err = np.zeros_like(x)
    assert FAMILY.decided(model, fitted, x, err).all()
    err[:, feature] = 1e-300
    assert FAMILY.decided(model, fitted, x, err).tolist() == [True, False, True]


@pytest.mark.parametrize("early", [False, True])
def test_a_warm_start_goes_on_where_the_original_would(early):
    given = {"warm_start": True, "early_stopping": early, "n_iter_no_change": 20, "scoring": "r2"}
    fitted = regressor(**given).fit(ROWS, PROGRESSION)
    loaded = modelx.loads(modelx.dumps(fitted))
    for one in (fitted, loaded):
        one.set_params(max_iter=12).fit(ROWS, PROGRESSION)
    roundtrip.same_estimator(fitted, loaded)
    assert loaded.n_iter_ == 12
    assert loaded.predict(ROWS).tobytes() == fitted.predict(ROWS).tobytes()


def test_stages_and_partial_dependence_are_the_same():
    x, y = mixed()
    fitted = classifier(categorical_features=[1]).fit(x, np.digitize(y, [0.0, 1.0]))
    loaded = modelx.loads(modelx.dumps(fitted))
    for before, after in zip(fitted.staged_predict_proba(x), loaded.staged_predict_proba(x), strict=True):
        roundtrip.same_array(before, after)
    fitted = regressor().fit(ROWS, PROGRESSION)
    loaded = modelx.loads(modelx.dumps(fitted))
    before, after = (partial_dependence(one, ROWS, [2], method="recursion")["average"] for one in (fitted, loaded))
    assert before.tobytes() == after.tobytes()


def test_what_scikit_learn_reads_of_the_nodes_is_the_same():
    x, y = mixed()
    fitted = regressor(categorical_features=[1, 3]).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    known = ["count", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right", "depth", "is_leaf"]
    known += ["bin_threshold", "is_categorical", "bitset_idx"]
    for [before], [after] in zip(fitted._predictors, loaded._predictors, strict=True):
        assert before.nodes.dtype == after.nodes.dtype
        for name in known:
            assert before.nodes[name].tolist() == after.nodes[name].tolist(), name
        leaves = before.nodes["is_leaf"] == 1
        assert before.nodes["value"][leaves].tolist() == after.nodes["value"][leaves].tolist()
        roundtrip.same_array(before.raw_left_cat_bitsets, after.raw_left_cat_bitsets)


@pytest.mark.parametrize(
    ("inner", "starts", "right", "last", "depth"),
    [
        ([False], [0], [0], [0], [0]),
        ([True, False, False], [0], [2, 0, 0], [2, 1, 2], [0, 1, 1]),
        ([False, True, True, False, False, False], [0, 1], [0, 5, 4, 0, 0, 0], [0, 5, 4, 3, 4, 5], [0, 0, 1, 2, 2, 1]),
    ],
)
def test_the_structure_of_nodes_in_preorder(inner, starts, right, last, depth):
    found = hist_trees.structure(np.array(inner))
    assert [found.starts.tolist(), found.right.tolist(), found.last.tolist(), found.depth.tolist()] == [
        starts,
        right,
        last,
        depth,
    ]


@pytest.mark.parametrize("inner", [[], [True], [True, False], [False, True, False], [True, True, True]])
def test_nodes_that_do_not_end_have_no_structure(inner):
    assert hist_trees.structure(np.array(inner, dtype=bool)) is None


def test_a_loss_that_is_an_object_is_refused():
    fitted = regressor().fit(ROWS, PROGRESSION)
    fitted.loss = fitted._loss
    with pytest.raises(UnsupportedEstimatorError, match="its loss is an object"):
        modelx.dumps(fitted)


def test_a_single_class_is_refused():
    with pytest.raises(UnsupportedEstimatorError, match="a single class"):
        modelx.dumps(classifier().fit(IRIS, np.zeros(len(IRIS))))


def test_nodes_in_another_order_are_refused():
    fitted = regressor(max_iter=1).fit(ROWS, PROGRESSION)
    nodes = fitted._predictors[0][0].nodes
    nodes["left"][0], nodes["right"][0] = nodes["right"][0], nodes["left"][0]
    with pytest.raises(UnsupportedEstimatorError, match="not in the order"):
        modelx.dumps(fitted)


def test_a_threshold_that_is_no_number_is_refused():
    fitted = regressor(max_iter=1).fit(ROWS, PROGRESSION)
    fitted._predictors[0][0].nodes["num_threshold"][0] = np.nan
    with pytest.raises(UnsupportedEstimatorError, match="a threshold is NaN"):
        modelx.dumps(fitted)


def test_what_a_file_cannot_carry_is_told():
    fitted = regressor(scoring=lambda *_: 0.0, early_stopping=True).fit(ROWS, PROGRESSION)
    data = modelx.dumps(fitted)
    with pytest.warns(ModelxWarning, match="scoring"):
        assert modelx.loads(data).scoring == "loss"


EDITS = [
    (lambda p: p.features.append(0), TreeError, "features"),
    (lambda p: p.features.__setitem__(0, 10), TreeError, "features"),
    (lambda p: p.features.__setitem__(0, -2), TreeError, "features"),
    (lambda p: p.thresholds.append(0.0), ShapeError, "thresholds"),
    (lambda p: p.thresholds.__setitem__(0, np.nan), NonFiniteError, "thresholds"),
    (lambda p: p.missing_left.pop(), ShapeError, "missing_left"),
    (lambda p: p.values.append(0.0), ShapeError, "values"),
    (lambda p: p.values.__setitem__(0, np.inf), NonFiniteError, "values"),
    (lambda p: p.left_categories.append(0), ShapeError, "left_categories"),
    (lambda p: p.bin_thresholds.__setitem__(0, 255), ShapeError, "bin_thresholds"),
    (lambda p: p.leaf_counts.pop(), ShapeError, "leaf_counts"),
    (lambda p: p.baseline.append(0.0), ShapeError, "baseline"),
    (lambda p: p.ClearField("baseline"), ShapeError, "baseline"),
    (lambda p: p.baseline.__setitem__(0, -np.inf), NonFiniteError, "baseline"),
    (lambda p: setattr(p, "link", 7), ShapeError, "link"),
    (lambda p: setattr(p, "n_features", 0), ShapeError, "n_features"),
    (lambda p: p.categorical.append(True), ShapeError, "categorical"),
    (lambda p: p.categories.add(), ShapeError, "categories"),
    (lambda p: p.classes.ints.append(1), LabelsError, "classes"),
]


@pytest.mark.parametrize(("edit", "error", "path"), EDITS)
def test_defects_have_errors_of_their_own(edit, error, path):
    model = modelx.to_proto(regressor().fit(ROWS, PROGRESSION))
    edit(model.hist_gradient_boosting)
    with pytest.raises(error, match=rf"hist_gradient_boosting\.{path}"):
        modelx.from_proto(model)


SOURCES = [
    (lambda s: setattr(s, "class_name", "HistGradientBoostingClassifier"), "does not suit"),
    (lambda s: setattr(s, "class_name", "RandomForestRegressor"), "none of those"),
    (lambda s: setattr(s.params["loss"], "string_value", "poisson"), "loss is 'poisson'"),
    (lambda s: setattr(s.params["loss"], "string_value", "none"), "loss is 'none'"),
    (lambda s: setattr(s.params["loss"], "string_value", "quantile"), "loss cannot be made"),
    (lambda s: setattr(s.params["max_bins"], "int_value", 256), "max_bins is 256"),
    (lambda s: setattr(s.params["max_bins"], "string_value", "a"), "max_bins is 'a'"),
    (lambda s: setattr(s.attributes["_random_seed"], "int_value", -1), "the seed is no int"),
    (lambda s: setattr(s.attributes["_predictors"], "int_value", 1), "no fitted attribute"),
    (lambda s: setattr(s.attributes["is_categorical_"], "int_value", 1), "no fitted attribute"),
]


@pytest.mark.parametrize(("edit", "message"), SOURCES)
def test_sources_from_which_nothing_can_be_rebuilt(edit, message):
    model = modelx.to_proto(regressor().fit(ROWS, PROGRESSION))
    edit(model.source)
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(model)


def test_a_scoring_that_no_version_knows():
    fitted = regressor(early_stopping=True, scoring="r2").fit(ROWS, PROGRESSION)
    model = modelx.to_proto(fitted)
    model.source.params["scoring"].string_value = "none"
    with pytest.raises(SourceError, match="scoring is none"):
        modelx.from_proto(model)


@pytest.mark.parametrize("dtype", ["int64", "bool", "float16"])
def test_a_dtype_that_does_not_suit_the_categories(dtype):
    x, y = mixed()
    model = modelx.to_proto(regressor(categorical_features=[1]).fit(x, y))
    model.hist_gradient_boosting.categories[0].dtype = dtype
    with pytest.raises(SourceError, match=r"categories\[0\]\.dtype"):
        modelx.from_proto(model)


@pytest.mark.parametrize("link", [0, 1])
def test_a_model_without_a_source(link):
    model = modelx.to_proto(regressor(loss="poisson" if link else "squared_error").fit(ROWS, PROGRESSION))
    before = modelx.from_proto(model).predict(ROWS)
    model.ClearField("source")
    for field in ("bin_thresholds", "leaf_counts"):
        model.hist_gradient_boosting.ClearField(field)
    loaded = modelx.from_proto(model)
    assert loaded.predict(ROWS).tobytes() == before.tobytes()
    assert loaded.fit(ROWS, PROGRESSION).n_iter_ == 100
