"""Transformers side by side, and what says which columns each has."""

import warnings

import numpy as np
import pandas as pd
import pytest
import roundtrip
import sklearn
from data import load
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

import modelx
from modelx.errors import PipelineError, SourceError, UnsupportedEstimatorError

X, Y = load("wine")
X = X[:, :6]
NAMES = list("abcdef")
FRAME = pd.DataFrame(X, columns=NAMES)
SELECTIONS = {
    "names": ["c", "a"],
    "an array of names": np.array(["c", "a"], dtype=object),
    "positions": [2, 0],
    "an array of positions": np.array([2, 0]),
    "a mask": [True, False, True, False, False, False],
    "an array of bools": np.array([True, False, True, False, False, False]),
    "a slice": slice(1, 4),
    "a slice to the end": slice(-2, None),
    "a slice of names": slice("b", "d"),
    "negative positions": [-1, 0],
    "a function": make_column_selector(pattern="[ac]"),
}
# scikit-learn 1.5 asks frames of polars for what those of today lack.
CONTAINERS = ["pandas", "default", *(["polars"] if sklearn.__version__ >= "1.6" else [])]
REMAINDERS = {"drop": "drop", "passthrough": "passthrough", "a scaler": MaxAbsScaler()}


def same_transformer(a, b):
    """Compare what scikit-learn keeps of the columns, and the fitted transformers."""
    assert [name for name, *_ in a.transformers_] == [name for name, *_ in b.transformers_]
    for (_, left, _), (_, right, _) in zip(a.transformers_, b.transformers_, strict=True):
        assert type(left) is type(right)
    assert a._transformer_to_input_indices == b._transformer_to_input_indices
    assert a.output_indices_ == b.output_indices_
    assert a.sparse_output_ == b.sparse_output_
    if hasattr(a, "feature_names_in_"):
        assert list(a.get_feature_names_out()) == list(b.get_feature_names_out())
    assert [name for name, *_ in clone(b).transformers] == [name for name, *_ in a.transformers]


def check(estimator, x):
    loaded = modelx.loads(modelx.dumps(estimator))
    for rows in (x, x[:1]):
        roundtrip.same_array(np.asarray(estimator.transform(rows)), np.asarray(loaded.transform(rows)))
    model = modelx.to_proto(estimator)
    roundtrip.meets_the_schema(estimator, model, np.asarray(x))
    same_transformer(estimator, loaded)
    assert loaded.fit(x).transform(x).tobytes() == clone(estimator).fit(x).transform(x).tobytes()
    return loaded


@pytest.mark.parametrize("remainder", REMAINDERS.values(), ids=REMAINDERS)
@pytest.mark.parametrize("columns", SELECTIONS.values(), ids=SELECTIONS)
def test_every_way_to_select(columns, remainder):
    transformer = ColumnTransformer([("x", StandardScaler(), columns)], remainder=remainder)
    check(transformer.fit(FRAME), FRAME)


@pytest.mark.parametrize("columns", [[2, 0], np.array([True] * 3 + [False] * 3), slice(1, 4)], ids=str)
def test_arrays_have_no_names(columns):
    transformer = ColumnTransformer([("x", StandardScaler(), columns)], remainder="passthrough")
    check(transformer.fit(X), X)


def test_a_frame_may_have_more_columns_in_another_order():
    fitted = ColumnTransformer([("x", StandardScaler(), ["c", "a"])]).fit(FRAME)
    loaded = modelx.loads(modelx.dumps(fitted))
    other = FRAME[list("fcba")].assign(z="text")
    assert loaded.transform(other).tobytes() == fitted.transform(FRAME).tobytes()


def test_words_weights_and_empty_selections():
    parts = [
        ("none", StandardScaler(), []),
        ("pass", "passthrough", ["f", "a"]),
        ("no", "drop", ["b"]),
        ("scale", RobustScaler(), ["a"]),
    ]
    weights = {"scale": 0.1, "pass": 3.0}
    fitted = ColumnTransformer(parts, transformer_weights=weights, verbose_feature_names_out=False)
    with pytest.raises(ValueError, match="not unique"):
        fitted.fit(FRAME).get_feature_names_out()
    fitted.set_params(verbose_feature_names_out=True).fit(FRAME)
    loaded = check(fitted, FRAME)
    assert loaded.transformer_weights == weights
    assert loaded.transformers[0][1].get_params() == StandardScaler().get_params()


def test_union():
    parts = [("s", StandardScaler()), ("k", KMeans(3, n_init=1, random_state=0)), ("no", "drop"), ("p", "passthrough")]
    fitted = FeatureUnion(parts, transformer_weights={"k": 0.7}).fit(X)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert [name for name, _ in loaded.transformer_list] == ["s", "k", "no", "p"]
    assert loaded.transform(X).tobytes() == fitted.transform(X).tobytes()
    roundtrip.meets_the_schema(fitted, modelx.to_proto(fitted), X)
    assert clone(loaded).fit(X).transform(X).tobytes() == fitted.transform(X).tobytes()


def test_models_behind_and_inside():
    inner = Pipeline([("union", FeatureUnion([("a", MinMaxScaler()), ("b", StandardScaler())])), ("s", RobustScaler())])
    front = ColumnTransformer([("in", inner, ["a", "d"]), ("m", MaxAbsScaler(), ["b"])], remainder="passthrough")
    for last in (LogisticRegression(max_iter=2000), Ridge()):
        fitted = make_pipeline(front, StandardScaler(), last).fit(FRAME, Y)
        loaded = modelx.loads(modelx.dumps(fitted))
        assert loaded.predict(FRAME).tobytes() == fitted.predict(FRAME).tobytes()
        assert loaded[0].get_feature_names_out().tolist() == fitted[0].get_feature_names_out().tolist()


@pytest.mark.parametrize("container", CONTAINERS)
def test_set_output(container):
    fitted = ColumnTransformer([("x", StandardScaler(), ["c", "a"])], remainder="passthrough")
    fitted.set_output(transform=container).fit(FRAME)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = modelx.loads(modelx.dumps(fitted))
    found = loaded.transform(FRAME)
    assert type(found) is type(fitted.transform(FRAME))
    assert list(getattr(found, "columns", [])) == list(getattr(fitted.transform(FRAME), "columns", []))
    assert np.asarray(found).tobytes() == np.asarray(fitted.transform(FRAME)).tobytes()


def test_what_has_no_output_is_refused():
    with pytest.raises(UnsupportedEstimatorError, match="every column is dropped"):
        modelx.dumps(ColumnTransformer([("x", "drop", ["a"])]).fit(FRAME))


def test_an_inner_class_that_no_file_carries_is_named_with_its_place():
    class Own(StandardScaler):
        pass

    fitted = make_pipeline(ColumnTransformer([("x", Own(), ["a"])]), Ridge()).fit(FRAME, Y)
    with pytest.raises(UnsupportedEstimatorError, match=r"columntransformer\.x"):
        modelx.dumps(fitted)


def entries(model):
    return {entry.key.string_value: entry.value for entry in model.source.params["transformers"].dict.entries}


def index(model, key, number, place):
    return entries(model)[key].list.items[number].tuple.items[place]


HOSTILE = {
    "another member": lambda m: setattr(index(m, "fitted", 0, 1), "int_value", 1),
    "no member": lambda m: setattr(index(m, "fitted", 0, 1), "int_value", 7),
    "a negative member": lambda m: setattr(index(m, "fitted", 0, 1), "int_value", -1),
    "another name": lambda m: setattr(index(m, "fitted", 0, 0), "string_value", "zzz"),
    "a name that is none": lambda m: setattr(index(m, "given", 0, 0), "int_value", 3),
    "a word that is none": lambda m: setattr(index(m, "given", 0, 1), "string_value", "import"),
    "other features": lambda m: setattr(index(m, "indices", 0, 1).list.items[0], "int_value", 5),
    "features out of range": lambda m: setattr(index(m, "indices", 1, 1).list.items[0], "int_value", 600),
    "columns that are a number": lambda m: setattr(index(m, "fitted", 0, 2), "int_value", 1),
    "a tuple less": lambda m: entries(m)["resolved"].list.items.pop(),
    "no list": lambda m: setattr(entries(m)["given"], "int_value", 1),
    "a part more": lambda m: setattr(m.source.params["transformers"].dict.entries[0].key, "string_value", "x"),
}


@pytest.mark.parametrize("edit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_sources_are_refused(edit):
    fitted = ColumnTransformer([("x", StandardScaler(), ["c", "a"]), ("y", MinMaxScaler(), ["b"])]).fit(FRAME)
    model = modelx.to_proto(fitted)
    edit(model)
    with pytest.raises(SourceError, match="transformers"):
        modelx.from_proto(model)


def test_a_union_gives_all_features_to_each():
    model = modelx.to_proto(FeatureUnion([("s", StandardScaler())]).fit(X))
    model.column_transformer.selections[0].columns.extend(range(6))
    with pytest.raises(SourceError, match="all features"):
        modelx.from_proto(model)


def test_a_model_without_a_source_is_a_transformer_of_positions():
    fitted = ColumnTransformer([("x", StandardScaler(), [2, 0]), ("y", MinMaxScaler(), [1])]).fit(X)
    model = modelx.to_proto(fitted)
    model.ClearField("source")
    assert modelx.from_proto(model).transform(X).tobytes() == fitted.transform(X).tobytes()


def test_members_whose_widths_do_not_meet_are_refused():
    model = modelx.to_proto(ColumnTransformer([("x", StandardScaler(), [2, 0])]).fit(X))
    model.column_transformer.selections[0].columns.append(1)
    with pytest.raises(PipelineError, match="3 features are selected for 'x', which takes 2"):
        modelx.from_proto(model)
