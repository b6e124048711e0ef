"""SimpleImputer: every strategy, what counts as missing, empty columns, and the columns that tell of gaps."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import roundtrip
from data import load
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import modelx
from modelx import conversion
from modelx.errors import ModelxWarning, NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.v1 import model_pb2

pytestmark = pytest.mark.filterwarnings("ignore:Skipping features:UserWarning")
IMPUTERS = [
    SimpleImputer(),
    SimpleImputer(strategy="median"),
    SimpleImputer(strategy="most_frequent"),
    SimpleImputer(strategy="constant"),
    SimpleImputer(strategy="constant", fill_value=-7.5, copy=False),
    SimpleImputer(strategy="constant", fill_value=3, add_indicator=True),
    SimpleImputer(add_indicator=True),
    SimpleImputer(keep_empty_features=True),
    SimpleImputer(strategy="most_frequent", keep_empty_features=True, add_indicator=True),
]


def gappy(value=np.nan):
    """Iris with gaps in some columns, in one of them often."""
    x, y = load("iris")
    x[::3, 0], x[1::2, 2], x[::50] = value, value, value
    x[::7, 3] = x[0, 3] if np.isnan(value) else value
    return x, y


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("imputer", IMPUTERS, ids=repr)
def test_every_strategy(imputer, empty):
    x, _ = gappy()
    if empty:
        x = np.insert(x, [0, 2, 4], np.nan, axis=1)
    fitted = clone(imputer).fit(x.copy())
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    rows = np.vstack([x[:5], np.full(x.shape[1], np.nan), np.full(x.shape[1], -0.0), np.full(x.shape[1], 5e-324)])
    roundtrip.same_array(fitted.transform(rows.copy()), loaded.transform(rows.copy()))


@pytest.mark.parametrize("missing", [0, -1, -1.0, 3.5, np.float32(2.5), np.int16(-9), 1e300])
@pytest.mark.parametrize("add_indicator", [False, True])
def test_numbers_that_count_as_missing(missing, add_indicator):
    x, _ = gappy(float(missing))
    fitted = SimpleImputer(missing_values=missing, strategy="median", add_indicator=add_indicator).fit(x)
    loaded = roundtrip.check(fitted, x)
    roundtrip.same_value(fitted.missing_values, loaded.missing_values)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.int8, np.uint16])
@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
def test_fits_on_other_types(strategy, dtype):
    x, _ = load("wine")
    x = np.clip(np.round(x[:, [1, 3, 4, 9]] * 3), 0, 100).astype(dtype)
    missing = np.nan if np.issubdtype(dtype, np.floating) else 6
    x[::3, 1] = missing
    fill_value = 0.1 if np.issubdtype(dtype, np.floating) else dtype(5)
    fitted = SimpleImputer(missing_values=missing, strategy=strategy, fill_value=fill_value).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_answers(fitted, loaded, x.astype(np.float64))
    roundtrip.same_answers(fitted, loaded, x)


def test_inverse_transform_of_the_estimator_remains():
    x, _ = gappy()
    fitted = SimpleImputer(add_indicator=True).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_array(fitted.inverse_transform(fitted.transform(x)), loaded.inverse_transform(loaded.transform(x)))
    assert [output.method for output in modelx.to_proto(fitted).signature.outputs] == ["transform"]


def test_a_function_as_strategy_is_told_of():
    """What it gave is in the file; it is not."""
    x, _ = gappy()
    fitted = SimpleImputer(strategy=np.max).fit(x)
    with pytest.warns(ModelxWarning, match="strategy"):
        loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.statistics_.tobytes() == fitted.statistics_.tobytes()
    assert loaded.transform(x).tobytes() == fitted.transform(x).tobytes()


def test_fitted_on_sparse_rows():
    from scipy.sparse import csc_matrix

    x, _ = gappy()
    x[x < 2] = 0.0
    for strategy in ("mean", "median", "constant"):
        roundtrip.check(SimpleImputer(strategy=strategy, add_indicator=True).fit(csc_matrix(x)), x)


def test_names_of_columns():
    x, _ = gappy()
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    loaded = roundtrip.check(SimpleImputer(add_indicator=True).fit(frame), x)
    assert loaded.get_feature_names_out().tolist()[:5] == ["a", "b", "c", "d", "missingindicator_a"]


def test_in_pipelines():
    x, y = gappy()
    imputer = SimpleImputer(add_indicator=True)
    roundtrip.check(make_pipeline(imputer, StandardScaler(), LogisticRegression()).fit(x, y), x)
    roundtrip.check(make_pipeline(StandardScaler(), SimpleImputer(), FunctionTransformer()).fit(x), x)
    signature = modelx.to_proto(make_pipeline(SimpleImputer(), StandardScaler()).fit(x)).signature
    assert [output.method for output in signature.outputs] == ["transform"]


def test_behind_an_inexact_step():
    """Distances are inexact, so that it is open whether one is 1 exactly: such rows are left out."""
    x, _ = load("iris")
    fitted = make_pipeline(KMeans(4, n_init=1, random_state=0), SimpleImputer(missing_values=1.0)).fit(x)
    (transform,) = modelx.to_proto(fitted).evidence.outputs
    assert max(transform.tolerances) > 0
    roundtrip.check(fitted, x)


@pytest.mark.parametrize(
    ("imputer", "x", "reason"),
    [
        (SimpleImputer(strategy="most_frequent"), [[2], [2], [None]], "objects that have no strings"),
        (SimpleImputer(strategy="constant", fill_value=0), [["a"], [None]], "objects that have no strings"),
        (SimpleImputer(missing_values=None, strategy="most_frequent"), [["a", 1], [None, 1]], "takes None for missing"),
        (SimpleImputer(strategy="most_frequent"), [["a", 2**53 + 1]], "neither a string nor a number"),
        (SimpleImputer(strategy="most_frequent"), [["\ud800"]], "surrogate pair"),
        (SimpleImputer(), [[np.nan], [np.nan]], "every column was empty"),
        (SimpleImputer(), [[np.float16(1.5)], [np.float16(2.5)]], "fitted on values of type float16"),
    ],
)
def test_what_no_file_carries(imputer, x, reason):
    numbers = all(isinstance(value, float | np.floating) for row in x for value in row)
    rows = np.array(x, dtype=None if numbers else object)
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        modelx.dumps(imputer.fit(rows))


def words(*columns):
    """Give rows of objects."""
    return np.array(columns, dtype=object).T


GAPS = words(["b", None, "", "b", "é", np.nan], ["?", "u", "", "u", "?", "v"], [1.5, 2, np.nan, 2, True, np.inf])
ROWS = words(["", "unseen", np.nan, None], ["e\u0301", "?", "\0", "u"], [np.inf, np.nan, -0.0, 7.0])


@pytest.mark.parametrize("strategy", ["most_frequent", "constant"])
def test_strings_none_and_nan(strategy):
    """None is a string's value where NaN is missing, and the other way round; an empty string is one like others."""
    names = 3 if strategy == "most_frequent" else 2
    imputer = SimpleImputer(strategy=strategy, add_indicator=True)
    fitted = imputer.fit(GAPS[:, :names])
    loaded = roundtrip.check(fitted, ROWS[:, :names])
    assert loaded.transform(GAPS[:, :names])[5, 0] == ("b" if names == 3 else "missing_value")
    assert loaded.transform(GAPS[:, :names])[1, 0] is None
    signature = modelx.to_proto(fitted).signature
    assert list(signature.feature_types) == [4, 4, 1][:names]
    assert list(signature.outputs[0].column_types)[:2] == [4, 4]


@pytest.mark.parametrize("missing", [None, "?", "", pd.NA], ids=repr)
def test_what_else_counts_as_missing(missing):
    x = np.where(pd.isna(GAPS[:, :2]), "there" if isinstance(missing, str) else None, GAPS[:, :2])
    rows = np.vstack([x, [["unseen", None], ["", "?"]]])
    fitted = SimpleImputer(missing_values=missing, strategy="most_frequent", add_indicator=True).fit(x)
    loaded = roundtrip.check(fitted, rows)
    assert loaded.missing_values is missing or loaded.missing_values == missing
    model = modelx.to_proto(fitted)
    model.ClearField("source")
    again = modelx.from_proto(model)
    assert again.transform(rows).tolist() == fitted.transform(rows).tolist()


def test_frames_of_strings_in_front_of_an_encoder():
    """The most usual pipeline; pandas' own strings have NaN, polars' None, and objects either."""
    columns = {"size": ["s", None, "m", "s"], "color": ["", "red", None, "red"]}
    for frame in (pd.DataFrame(columns), pd.DataFrame(columns, dtype=object), pl.DataFrame(columns)):
        fill = SimpleImputer(
            missing_values=pd.NA if isinstance(frame, pd.DataFrame) else None, strategy="most_frequent"
        )
        numbered = make_pipeline(fill, OneHotEncoder(handle_unknown="ignore", sparse_output=False)).fit(frame)
        loaded = modelx.loads(modelx.dumps(numbered, sample=frame))
        assert loaded.transform(frame).tobytes() == numbered.transform(frame).tobytes()
        assert modelx.to_proto(numbered).signature.feature_types == [4, 4]


def test_an_empty_column_beside_strings():
    x = np.column_stack([GAPS, np.full(6, np.nan, dtype=object)])
    for imputer in (
        SimpleImputer(strategy="most_frequent"),
        SimpleImputer(strategy="most_frequent", add_indicator=True),
    ):
        fitted = imputer.fit(x)
        roundtrip.check(fitted, np.column_stack([ROWS, np.full(4, np.nan, dtype=object)]))
    kept = SimpleImputer(strategy="most_frequent", keep_empty_features=True).fit(x)
    roundtrip.check(kept, np.column_stack([ROWS, np.full(4, 3.0, dtype=object)]))


def edited(imputer, edit):
    model = modelx.to_proto(clone(imputer).fit(gappy()[0]))
    model.ClearField("evidence")
    edit(model)
    return model


def other_type(model):
    model.source.attributes["_fit_dtype"].string_value = "O"


def no_indicator(model):
    model.ClearField("signature")
    model.simple_imputer.ClearField("indicator")


def text(model):
    model.source.layouts.pop("statistics_", None)
    model.source.params["fill_value"].string_value = "a"


def other_constant(model):
    model.source.layouts.pop("statistics_", None)
    model.simple_imputer.fill.doubles[1] = 3.0


@pytest.mark.parametrize(
    ("imputer", "edit", "message"),
    [
        (SimpleImputer(), other_type, "fitted on values of type 'O'"),
        (SimpleImputer(), lambda m: m.source.params["missing_values"].CopyFrom(zero()), "missing_values is 0.0"),
        (SimpleImputer(add_indicator=True), no_indicator, "add_indicator says otherwise"),
        (SimpleImputer(strategy="constant"), text, "statistics_ cannot be rebuilt|as fill_value"),
        (SimpleImputer(strategy="constant", fill_value=2.0), other_constant, "fills with other values"),
        (SimpleImputer(), lambda m: setattr(m.source, "class_name", "KNNImputer"), "none of those that simple_imputer"),
    ],
)
def test_a_source_that_contradicts_the_model(imputer, edit, message):
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(edited(imputer, edit))


def test_a_source_of_other_strings():
    model = modelx.to_proto(SimpleImputer(strategy="most_frequent").fit(GAPS[:, :2]))
    model.ClearField("evidence")
    for edit, message in (
        (lambda m: m.simple_imputer.fill.strings.__setitem__(0, "z"), "fills with other values"),
        (lambda m: m.source.params["missing_values"].CopyFrom(zero()), "missing_values is 0.0"),
        (lambda m: setattr(m.source.attributes["_fit_dtype"], "string_value", "float64"), "does not suit the model"),
    ):
        other = type(model).FromString(model.SerializeToString())
        edit(other)
        with pytest.raises(SourceError, match=message):
            modelx.from_proto(other)


def zero():
    value = type(model_pb2.ModelProto().source.params["x"])()
    value.double_value = 0.0
    return value


def test_hostile_messages():
    for edit, error, path in (
        (lambda p: setattr(p, "n_features", 2**31 - 1), ShapeError, "simple_imputer.fill.doubles"),
        (lambda p: setattr(p, "missing", np.inf), NonFiniteError, "simple_imputer.missing"),
        (lambda p: p.left_out.extend([3, 3]), ShapeError, "simple_imputer.left_out[1]"),
        (lambda p: p.left_out.extend([0, 1, 2, 3]), ShapeError, "simple_imputer.left_out"),
        (lambda p: setattr(p.indicator, "n_features", 9), ShapeError, "simple_imputer.indicator.n_features"),
    ):
        with pytest.raises(error) as caught:
            conversion.check(edited(SimpleImputer(), lambda m, edit=edit: edit(m.simple_imputer)))
        assert caught.value.path == path
