"""Functions of one number in graphs: numpy's values, in all their ranges."""

import numpy as np
import pytest
from onnx_running import check
from scipy.special import expit
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import modelx
from modelx import errors
from modelx.formats import onnx_runtime
from modelx.formats.onnx_graph import functions
from modelx.formats.onnx_graph.graph import Graph
from modelx.v1 import function_pb2

Function = function_pb2.Function
SIZES = np.concatenate([np.logspace(-307, 300, 400), np.linspace(0, 30, 601), [0.0, np.inf, 5e-324, 1 + 2**-52, 709.9]])
X = np.concatenate([SIZES, -SIZES, 1.0 - SIZES[:300], [np.nan, 0.5, 710.2, 1e200]])
NAMES = {
    "EXP": np.exp, "EXPM1": np.expm1, "LOG": np.log, "LOG1P": np.log1p, "SQRT": np.sqrt, "SQUARE": np.square,
    "EXP2": np.exp2, "RECIPROCAL": np.reciprocal, "NEGATIVE": np.negative, "LOG2": np.log2, "LOG10": np.log10,
    "ABSOLUTE": np.absolute, "SIGN": np.sign, "FLOOR": np.floor, "CEIL": np.ceil, "TRUNC": np.trunc, "RINT": np.rint,
    "IS_NAN": np.isnan, "IS_INFINITE": np.isinf, "IS_FINITE": np.isfinite, "RADIANS": np.radians,
    "DEGREES": np.degrees, "CBRT": np.cbrt, "SINH": np.sinh, "COSH": np.cosh, "TANH": np.tanh, "ARCSINH": np.arcsinh,
    "ARCCOSH": np.arccosh, "ARCTANH": np.arctanh, "EXPIT": expit,
}  # fmt: skip
ROUNDED_MORE = {"CBRT", "SINH", "COSH", "TANH", "ARCSINH", "ARCCOSH", "ARCTANH", "EXPIT"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_function_has_numpys_values(name):
    applied = function_pb2.AppliedFunction(function=Function.Value(f"FUNCTION_{name}"))
    assert functions.lacks(applied) == ""
    graph = Graph()
    built = graph.finish({"x": (11, 1)}, {"y": functions.apply(graph, applied, "x")}, {"y": (11, 1)})
    found = onnx_runtime.run(built.SerializeToString(), {"x": X[:, None]})["y"][:, 0]
    expected = NAMES[name](X).astype(np.float64)
    np.testing.assert_allclose(found, expected, rtol=1e-12 if name in ROUNDED_MORE else 2.0**-50, atol=2.0**-1020)


def test_what_onnxruntime_has_no_digits_of_is_refused():
    for name in ("SIN", "COS", "TAN", "ARCSIN", "ARCCOS", "ARCTAN"):
        with pytest.raises(errors.UnsupportedEstimatorError, match=f"FUNCTION_{name}"):
            modelx.dumps(FunctionTransformer(getattr(np, name.lower())).fit(X[:, None]), "onnx")


def test_in_front_of_a_model():
    x = np.abs(X[np.isfinite(X) & (np.abs(X) < 1e9)])[:, None]
    check(make_pipeline(FunctionTransformer(np.log1p, np.expm1), Ridge()).fit(x, x[:, 0]), x)
