"""IterativeImputer: orders, limits, estimators inside, columns without values, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.impute._iterative import IterativeImputer
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx import conversion, estimators
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnknownFamilyError, UnsupportedEstimatorError
from modelx.v1 import model_pb2

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Skipping features:UserWarning"),
]
FAMILY = estimators.FAMILIES["iterative_imputer"]
IMPUTERS = [
    IterativeImputer(max_iter=3),
    IterativeImputer(Ridge(), max_iter=3, imputation_order="roman"),
    IterativeImputer(LinearRegression(), max_iter=2, imputation_order="descending", initial_strategy="most_frequent"),
    IterativeImputer(Ridge(), max_iter=2, imputation_order="random", random_state=0, skip_complete=True),
    IterativeImputer(Ridge(), max_iter=2, n_nearest_features=2, random_state=1),
    IterativeImputer(Ridge(), max_iter=2, min_value=0.5, max_value=6.5, add_indicator=True),
    IterativeImputer(PoissonRegressor(alpha=0.1), max_iter=2),
    IterativeImputer(make_pipeline(StandardScaler(), Ridge()), max_iter=2),
    IterativeImputer(Ridge(), max_iter=2, initial_strategy="constant", fill_value=1.5),
    IterativeImputer(Ridge(), max_iter=2, keep_empty_features=True, add_indicator=True),
    IterativeImputer(max_iter=0),
]


def gappy(value=np.nan, *, empty=False):
    rng = np.random.default_rng(3)
    x, y = load("iris")
    x[rng.random(x.shape) < 0.2] = value
    return (np.insert(x, [0, 3], value, axis=1) if empty else x), y


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("imputer", IMPUTERS, ids=repr)
def test_every_imputer(imputer, empty):
    # scikit-learn 1.5 cannot fit on a column without values that is filled with a constant.
    x, _ = gappy(empty=empty and imputer.initial_strategy != "constant")
    fitted = clone(imputer).fit(x)
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    assert len(loaded.imputation_sequence_) == len(fitted.imputation_sequence_)
    for before, after in zip(fitted.imputation_sequence_, loaded.imputation_sequence_, strict=True):
        roundtrip.same_value(before.feat_idx, after.feat_idx)
        roundtrip.same_value(before.neighbor_feat_idx, after.neighbor_feat_idx)
        roundtrip.same_estimator(before.estimator, after.estimator)
    if imputer.random_state is None:
        assert loaded.fit(x).transform(x).tobytes() == clone(fitted).fit(x).transform(x).tobytes()


@pytest.mark.parametrize("missing", [0, -1.5])
def test_numbers_that_count_as_missing(missing):
    x, _ = gappy(float(missing))
    roundtrip.check(IterativeImputer(Ridge(), missing_values=missing, max_iter=2, add_indicator=True).fit(x), x)


def test_fits_on_float32():
    x, _ = gappy()
    fitted = IterativeImputer(BayesianRidge(), max_iter=2).fit(x.astype(np.float32))
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_answers(fitted, loaded, x)
    roundtrip.same_answers(fitted, loaded, x.astype(np.float32))


def test_a_row_of_gaps_alone_is_no_evidence():
    """Whether it is predicted hangs on the other rows of the batch."""
    x, _ = gappy()
    fitted = IterativeImputer(Ridge(), max_iter=2).fit(x)
    rows = np.array([[np.nan] * 4, [1.0, np.nan, np.nan, np.nan], [1.0, 2.0, 3.0, 4.0]])
    assert FAMILY.decided(modelx.to_proto(fitted), fitted, rows, None).tolist() == [False, True, True]
    assert not np.array_equal(fitted.transform(rows)[:1], fitted.transform(rows[:1]))


def test_errors_add_up_from_round_to_round():
    x, _ = gappy()
    bounds = []
    for rounds in (1, 4):
        fitted = IterativeImputer(LinearRegression(), max_iter=rounds, tol=0.0).fit(x)
        bounds.append(FAMILY.tolerances(modelx.to_proto(fitted), fitted, x, None)["transform"].per_row.max())
    assert 0 < bounds[0] < bounds[1] < 1e-6


def test_in_pipelines():
    x, y = gappy()
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    imputer = IterativeImputer(Ridge(), max_iter=2, add_indicator=True)
    roundtrip.check(make_pipeline(StandardScaler(), imputer, LogisticRegression()).fit(frame, y), x)
    numbers = IterativeImputer(Ridge(), missing_values=0.0, max_iter=1)
    whole = load("iris")[0]
    roundtrip.check(make_pipeline(KMeans(4, n_init=1, random_state=0), numbers).fit(whole), whole)


@pytest.mark.parametrize(
    ("imputer", "reason"),
    [
        (IterativeImputer(sample_posterior=True, max_iter=1), "sample_posterior=True draws what it fills in at random"),
        (IterativeImputer(KNeighborsRegressor(), max_iter=1), r"imputation_sequence_\[0\]: KNeighborsRegressor is not"),
    ],
    ids=["random", "unknown estimator"],
)
def test_what_no_file_carries(imputer, reason):
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        modelx.dumps(imputer.fit(gappy()[0]))


def edited(edit, imputer=None):
    model = modelx.to_proto((imputer or IterativeImputer(Ridge(), max_iter=2, tol=0.0)).fit(gappy()[0]))
    model.ClearField("evidence")
    edit(model)
    return model


def rounds(value):
    def edit(model):
        model.source.attributes["n_iter_"].Clear()
        if isinstance(value, str):
            model.source.attributes["n_iter_"].string_value = value
        else:
            model.source.attributes["n_iter_"].int_value = value

    return edit


def text():
    value = type(model_pb2.ModelProto().source.params["x"])()
    value.string_value = "Ridge"
    return value


def says(name):
    def edit(model):
        model.source.params[name].bool_value = True

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (rounds(0), "n_iter_ is 0 for 8 models"),
        (rounds(-1), "n_iter_ is -1 for 8 models"),
        (rounds(9), "n_iter_ is 9 for 8 models"),
        (rounds("2"), "n_iter_ is '2' for 8 models"),
        (lambda m: m.source.attributes.pop("n_iter_"), "n_iter_ is None for 8 models"),
        (says("sample_posterior"), "sample_posterior says otherwise"),
        (lambda m: m.source.params["estimator"].CopyFrom(text()), "estimator says otherwise"),
        (says("add_indicator"), "add_indicator says otherwise"),
        (says("keep_empty_features"), "keep_empty_features says otherwise"),
        (lambda m: m.iterative_imputer.unchanged.append(1), "keep_empty_features says otherwise"),
        (lambda m: setattr(m.source, "class_name", "Ridge"), "'Ridge' is no IterativeImputer"),
    ],
)
def test_a_source_that_contradicts_the_model(edit, message):
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(edited(edit))


@pytest.mark.parametrize(
    ("edit", "error", "path"),
    [
        (lambda p: p.ClearField("model"), UnknownFamilyError, "model"),
        (lambda p: setattr(p, "missing", 1.0), ShapeError, "model"),
        (lambda p: p.low.pop(), ShapeError, "low"),
        (lambda p: p.high.__setitem__(2, np.nan), NonFiniteError, "high"),
        (lambda p: p.low.append(0.0), ShapeError, "low"),
        (lambda p: (p.low.__setitem__(2, 1.0), p.high.__setitem__(2, 0.5)), ShapeError, "low"),
        (lambda p: p.unchanged.extend([2, 1]), ShapeError, "unchanged[1]"),
        (lambda p: p.updates.pop(), ShapeError, "updates"),
        (lambda p: setattr(p.updates[0], "column", -1), ShapeError, "updates[0].column"),
        (lambda p: p.updates[2].inputs.append(4), ShapeError, "updates[2].inputs"),
        (lambda p: p.updates[2].inputs.append(3), ShapeError, "members[2]"),
    ],
)
def test_hostile_messages(edit, error, path):
    with pytest.raises(error) as caught:
        conversion.check(edited(lambda m: edit(m.iterative_imputer)))
    assert caught.value.path == f"iterative_imputer.{path}"


def test_a_model_that_no_class_is_named_for():
    model = model_pb2.ModelProto()
    proto = model.iterative_imputer
    proto.n_features, proto.missing = 2, np.nan
    first = proto.model.simple_imputer
    first.n_features, first.missing = 2, np.nan
    first.fill.doubles.extend([1.0, 2.0])
    member = proto.members.add().linear_regression
    member.n_features, member.intercept = 1, 1.0
    member.coefficients.append(3.0)
    update = proto.updates.add(column=1)
    update.inputs.append(0)
    proto.low.extend([-np.inf, -np.inf])
    proto.high.extend([np.inf, 12.5])
    loaded = modelx.from_proto(model)
    filled = loaded.transform([[2.0, np.nan], [np.nan, 5.0], [9.0, np.nan]])
    assert filled.tolist() == [[2.0, 7.0], [1.0, 5.0], [9.0, 12.5]]


def test_a_model_without_class_that_keeps_empty_columns():
    fitted = IterativeImputer(Ridge(), max_iter=2, keep_empty_features=True).fit(gappy(empty=True)[0])
    if not hasattr(fitted, "_is_empty_feature"):
        return  # scikit-learn 1.5 predicts nothing then
    model = modelx.to_proto(fitted)
    for part in (model, model.iterative_imputer.model):
        part.ClearField("source")
    loaded = modelx.from_proto(model)
    assert loaded._is_empty_feature.tolist() == fitted._is_empty_feature.tolist()
