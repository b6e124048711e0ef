"""Graphs of models that take strings: an input for each column, and scikit-learn's numbers."""

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from onnx_running import check, export, parse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

import modelx
from modelx import errors
from modelx.formats import onnx_graph
from modelx.formats.onnx_graph.graph import text_tensor

CITIES = ["Oslo", "Paris", "Rome", "", "São Paulo", "\U0001f600", "a\0"]


def people(n=60, gaps=()):
    """Give a table of numbers with gaps beside strings, and a target."""
    rng = np.random.default_rng(1)
    city = np.array([*CITIES, *gaps] * n, dtype=object)[rng.permutation(n)]
    frame = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(40, 15, n)),
            "city": pd.Series(city, dtype=object),
            "income": rng.normal(0, 1e3, n),
            "label": pd.Series(rng.choice(["x", "y"], n).astype(object), dtype=object),
        }
    )
    return frame, (rng.random(n) < 0.4).astype(int) + 2 * (frame["city"] == "Oslo").to_numpy().astype(int)


def columns(encoder=None):
    encoder = encoder or OneHotEncoder(handle_unknown="ignore")
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return ColumnTransformer([("texts", encoder, ["city", "label"]), ("numbers", numbers, ["age", "income"])])


def others(frame):
    """Give rows with what was not seen before."""
    out = frame.copy()
    out.loc[:4, "city"] = ["nowhere", "oslo", "Oslo ", "None", "nan"]
    out.loc[5, ["age", "income"]] = [np.nan, 1e12]
    return out


def test_a_mixed_pipeline_of_probabilities():
    x, y = people()
    found = check(make_pipeline(columns(), LogisticRegression(max_iter=200)).fit(x, y), others(x))
    assert set(found) == {"label", "probabilities", "scores"}


def test_a_mixed_pipeline_of_trees_has_scikit_learns_bits():
    x, y = people()
    fitted = make_pipeline(columns(), RandomForestClassifier(8, max_depth=4, random_state=0)).fit(x, y)
    rows = others(x)
    found = check(fitted, rows)
    assert found["probabilities"].tobytes() == np.ascontiguousarray(fitted.predict_proba(rows)).tobytes()


@pytest.mark.parametrize(
    "encoder",
    [
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-5, encoded_missing_value=-7),
        OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=6, drop="first"),
        TargetEncoder(random_state=0),
    ],
    ids=repr,
)
def test_encoders_of_strings(encoder):
    x, y = people()
    check(make_pipeline(columns(encoder), Ridge()).fit(x, y % 2), others(x))


def test_the_session_takes_a_tensor_for_each_column():
    x, y = people()
    fitted = make_pipeline(columns(), LogisticRegression(max_iter=200)).fit(x, y)
    session = onnxruntime.InferenceSession(export(fitted)[0])
    assert [(i.name, i.type, i.shape) for i in session.get_inputs()] == [
        ("age", "tensor(double)", ["N", 1]),
        ("city", "tensor(string)", ["N", 1]),
        ("income", "tensor(double)", ["N", 1]),
        # The graph has an output of the name.
        ("_label", "tensor(string)", ["N", 1]),
    ]
    feeds = {i.name: x[[i.name.strip("_")]].to_numpy() for i in session.get_inputs()}
    (found,) = session.run(["probabilities"], feeds)
    assert abs(found - fitted.predict_proba(x)).max() < 1e-12


def test_texts_stand_for_none_and_nan():
    x, y = people(gaps=(None, np.nan))
    fitted = make_pipeline(columns(), LogisticRegression(max_iter=200)).fit(x, y)
    check(fitted, x)
    model = modelx.to_proto(fitted)
    rows = np.array([[1.0, None, 2.0, "x"], [1.0, np.nan, 2.0, "x"], [1.0, "None", 2.0, "x"]], dtype=object)
    assert onnx_graph.feeds(model, rows)["city"].tolist() == [["\x1aNone"], ["\x1aNaN"], ["None"]]


def test_a_category_that_is_such_a_text_is_refused():
    x, y = people()
    x.loc[0, "city"] = "\x1aNaN"
    fitted = make_pipeline(columns(), LogisticRegression(max_iter=200)).fit(x, y)
    with pytest.raises(errors.UnsupportedEstimatorError, match="stands for None or NaN"):
        modelx.dumps(fitted, "onnx")
    assert modelx.loads(modelx.dumps(fitted, "protobuf")).predict(x).tolist() == fitted.predict(x).tolist()


def test_a_column_that_nobody_reads_is_no_input():
    x, y = people()
    fitted = make_pipeline(columns(), LogisticRegression(max_iter=200)).fit(x.assign(note="?", more=1.0), y)
    names = [i.name for i in parse(export(fitted)[0]).graph.input]
    assert names == ["age", "city", "income", "_label"]


def test_models_side_by_side_and_strings_that_are_passed_on():
    x, y = people()
    vote = VotingClassifier([("a", make_pipeline(columns(), LogisticRegression(max_iter=200)))], voting="soft")
    check(vote.fit(x, y), others(x))
    through = ColumnTransformer([("city", "passthrough", ["city"]), ("age", SimpleImputer(), ["age", "income"])])
    again = ColumnTransformer([("first", OneHotEncoder(handle_unknown="ignore"), [0]), ("rest", "passthrough", [2, 1])])
    check(make_pipeline(through, again, LogisticRegression(max_iter=200)).fit(x, y), others(x))


@pytest.mark.parametrize("gap", [np.nan, None], ids=repr)
def test_gaps_among_strings_are_filled_and_told(gap):
    x, y = people(gaps=(gap,))
    filled = SimpleImputer(strategy="most_frequent", missing_values=gap, add_indicator=True)
    texts = make_pipeline(filled, OneHotEncoder(handle_unknown="ignore"))
    told = MissingIndicator(missing_values=gap, features="all")
    parts = [("texts", texts, ["city", "label"]), ("told", told, ["city"]), ("age", SimpleImputer(), ["age"])]
    check(make_pipeline(ColumnTransformer(parts), LogisticRegression(max_iter=200)).fit(x, y), others(x))


def test_histogram_boosting_over_strings():
    x, y = people(gaps=(None, np.nan))
    model = HistGradientBoostingClassifier(categorical_features=["city", "label"], max_iter=4, min_samples_leaf=3)
    rows = others(x)
    fitted = model.fit(x, y)
    found = check(fitted, rows)
    assert found["scores"].tobytes() == np.ascontiguousarray(fitted.decision_function(rows)).tobytes()


def test_strings_that_come_out_are_refused():
    x, _ = people()
    parts = [("first", OneHotEncoder(), ["city"]), ("again", "passthrough", ["city", "age"])]
    fitted = ColumnTransformer(parts).fit(x)
    with pytest.raises(errors.UnsupportedEstimatorError, match="gives strings"):
        modelx.dumps(fitted, "onnx")


def test_columns_without_names():
    x, y = people()
    rows = x[["city", "label"]].to_numpy(dtype=object)
    fitted = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(rows, y)
    check(fitted, rows)
    assert [i.name for i in parse(export(fitted)[0]).graph.input] == ["x0", "x1"]


def test_inputs_have_names_of_their_own():
    names = ["label", "_label", "value_3", "pipeline.steps[0]", "constant_0"]
    rows = np.array([[1, "a", 0.5, 2.5, 1.5], [2, "b", 0.0, 1.0, 2.0]], dtype=object)
    x = pd.DataFrame(
        {name: rows[:, j] if name == "_label" else rows[:, j].astype(float) for j, name in enumerate(names)}
    )
    given = ColumnTransformer([("texts", OrdinalEncoder(), ["_label"])], remainder="passthrough").fit(x)
    check(given, x)
    found = [i.name for i in parse(export(given)[0]).graph.input]
    assert found == ["__label", "_label", "_value_3", "_pipeline.steps[0]", "_constant_0"]


def test_no_text_is_cut():
    assert list(text_tensor("keys", CITIES, 7).string_data) == [city.encode() for city in CITIES]
    x, y = people()
    labels = np.array(["a\0", "a"], dtype=object)[y % 2]
    fitted = LogisticRegression().fit(x[["income"]].to_numpy(), labels)
    assert set(check(fitted, x[["income"]])["label"]) <= {"a\0", "a"}
