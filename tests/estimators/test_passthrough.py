"""The step that gives its input back."""

import numpy as np
import pytest
import roundtrip
from data import load
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import modelx
from modelx.errors import SourceError, UnsupportedEstimatorError


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


@pytest.mark.parametrize("params", [{"func": np.log1p}, {"inverse_func": np.exp}, {"validate": True}])
def test_functions_are_refused(params):
    x, _ = load("iris")
    with pytest.raises(UnsupportedEstimatorError, match="without func, inverse_func and validate only"):
        modelx.dumps(FunctionTransformer(**params, check_inverse=False).fit(x))


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
