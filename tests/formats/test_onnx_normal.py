"""The normal distribution in graphs, which is that of the Go library, and targets that are brought to it and back."""

import re
from pathlib import Path

import numpy as np
import pytest
from data import load
from onnx_running import check
from scipy import stats
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import PowerTransformer, QuantileTransformer

from modelx.formats import onnx_runtime
from modelx.formats.onnx_graph import normal, normal_tables
from modelx.formats.onnx_graph.graph import Graph

GO = Path(__file__).parents[2] / "interop" / "internal" / "elementary" / "normal_tables.go"


def run(function, x):
    graph = Graph()
    value = function(graph, "x")
    built = graph.finish({"x": (11, 1)}, {"y": value}, {"y": (11, 1)})
    return onnx_runtime.run(built.SerializeToString(), {"x": x[:, None]})["y"][:, 0]


@pytest.mark.parametrize(("name", "table"), [("normalTails", "TAILS"), ("normalPoints", "POINTS")])
def test_the_tables_are_those_of_go(name, table):
    (body,) = re.findall(rf"var {name} = [^\n]*\n(.*?)\n\}}", GO.read_text(encoding="utf-8"), re.DOTALL)
    numbers = [float.fromhex(text) for text in re.findall(r"-?0x[^,}]+", body)]
    assert numbers == getattr(normal_tables, table).ravel().tolist()


def test_probabilities_and_points():
    x = np.concatenate([np.linspace(-8.6, 8.6, 2001), [0.0, -0.0, np.inf, -np.inf, np.nan, 8.5, -8.5, 1e300]])
    np.testing.assert_allclose(run(normal.cdf, x), stats.norm.cdf(x), rtol=2.0**-33, atol=2.0**-52)
    p = np.concatenate([np.logspace(-6.999, -0.31, 999), 0.5 + np.linspace(-2e-3, 2e-3, 99), [0.5, 1e-7, np.nan]])
    p = np.concatenate([p, 1.0 - p])
    np.testing.assert_allclose(run(normal.ppf, p), stats.norm.ppf(p), rtol=2.0**-50, atol=2.0**-50)


@pytest.mark.parametrize(
    "transformer",
    [
        QuantileTransformer(n_quantiles=60, output_distribution="normal"),
        QuantileTransformer(n_quantiles=60),
        PowerTransformer(),
        PowerTransformer("box-cox"),
    ],
    ids=repr,
)
def test_transformed_targets(transformer):
    x, y = load("diabetes")
    check(TransformedTargetRegressor(LinearRegression(), transformer=transformer).fit(x, y), x)
