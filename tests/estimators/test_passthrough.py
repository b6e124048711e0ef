"""The step that gives its input back."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

import modelx
from modelx.errors import PipelineError, SourceError, UnsupportedEstimatorError


def test_a_function_transformer_without_functions():
    x, _ = load("iris")
    roundtrip.check(FunctionTransformer().fit(x), x)
    roundtrip.check(FunctionTransformer(check_inverse=False, accept_sparse=True).fit(x), x)


@pytest.mark.parametrize("word", ["passthrough", None])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_word_in_a_pipeline(word, at):
    x, y = load("diabetes")
    steps = [("scale", StandardScaler()), ("ridge", Ridge())]
    steps.insert(at, ("nothing", word))
    if at == 2 and word == "passthrough":
        steps = steps[:1] + steps[2:]
    elif at == 2:
        steps = [("first", None), *steps[:1], ("last", None)]
    roundtrip.check(Pipeline(steps).fit(x, y), x)


def test_no_word_that_a_file_brings_becomes_a_function():
    x, _ = load("iris")
    model = modelx.to_proto(FunctionTransformer().fit(x))
    model.source.params["func"].string_value = "print"
    with pytest.raises(SourceError, match="a function as a hyper-parameter"):
        modelx.from_proto(model)


def test_pipelines_of_words_alone_are_refused():
    x, _ = load("iris")
    with pytest.raises(UnsupportedEstimatorError, match="every step of the pipeline is a passthrough"):
        modelx.dumps(Pipeline([("a", "passthrough"), ("b", None)]).fit(x))


WORDS = pd.DataFrame(
    {
        "age": [1.0, np.nan, -0.0, 4.0] * 3,
        "city": pd.Series(["é", None, "", "e\u0301"] * 3, dtype=object),
        "code": pd.Series(["b", np.nan, "a", "b"] * 3, dtype=object),
    }
)
FORMS = {
    "an encoder beside it": ColumnTransformer(
        [("one", OneHotEncoder(sparse_output=False), ["city"]), ("same", "passthrough", ["age", "city"])]
    ),
    "an encoder behind it": make_pipeline(
        ColumnTransformer([("age", FunctionTransformer(), ["age"])], remainder="passthrough"),
        ColumnTransformer([("words", OneHotEncoder(sparse_output=False), [2, 1])], remainder="passthrough"),
    ),
    "words in front of an encoder": Pipeline(
        [("a", "passthrough"), ("b", None), ("c", ColumnTransformer([("d", OrdinalEncoder(), [1, 2])]))]
    ),
    "a union": Pipeline(
        [
            ("words", ColumnTransformer([("words", "passthrough", ["code", "city"])])),
            ("union", FeatureUnion([("same", "passthrough"), ("numbers", OrdinalEncoder())])),
        ]
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_strings_are_handed_on(form):
    """None, NaN and an empty string come out as they went in; what is beside or behind tells which are strings."""
    fitted = form.fit(WORDS)
    roundtrip.check(fitted, WORDS)
    types = list(modelx.to_proto(fitted).signature.feature_types)
    assert types[1] == 4
    assert types[0] != 4


def test_a_sample_tells_what_nothing_else_does():
    fitted = ColumnTransformer([("same", "passthrough", ["code", "age"])]).fit(WORDS)
    assert not modelx.to_proto(fitted).signature.outputs[0].column_types
    loaded = roundtrip.check(fitted, WORDS, sample=WORDS)
    assert loaded.transform(WORDS)[2].tolist() == ["a", -0.0]
    function = FunctionTransformer().fit(WORDS[["city"]])
    model = modelx.to_proto(function, sample=WORDS[["city"]])
    assert (model.schema_version, [one.method for one in model.signature.outputs]) == (2, ["transform"])
    roundtrip.check(function, WORDS[["city"]], sample=WORDS[["city"]])


def test_a_search_over_strings():
    """What a search is over has features of strings, which the search then takes as well."""
    front = ColumnTransformer(
        [("words", OneHotEncoder(handle_unknown="ignore"), ["city"]), ("same", "passthrough", ["age"])]
    )
    x, y = WORDS.fillna({"age": 0.0}), np.arange(12.0)
    search = GridSearchCV(make_pipeline(front, Ridge()), {"ridge__alpha": [0.1, 1.0]}, cv=2).fit(x, y)
    roundtrip.check(search, x)


def test_strings_have_no_multiples():
    form = ColumnTransformer(
        [("one", OneHotEncoder(sparse_output=False), ["city"]), ("same", "passthrough", ["city"])],
        transformer_weights={"same": 1},
    )
    with pytest.raises(PipelineError, match="gives strings, which have no multiples"):
        modelx.dumps(form.fit(WORDS))
