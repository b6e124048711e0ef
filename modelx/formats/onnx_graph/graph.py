"""An ONNX graph in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from modelx import wire

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# What onnxruntime 1.20 and later run; from 18 on, the axes of reductions are inputs.
OPSET = 18
# Other sets of operators that graphs may use.
DOMAINS = {"ai.onnx.ml": 5}
IR_VERSION = 8
INPUT = "X"
# The operators that builders may use. None of them loops, and none has a graph or a file of its own.
OPERATORS = frozenset(
    {
        "Add",
        "ArgMax",
        "ArgMin",
        "Cast",
        "Clip",
        "Concat",
        "Div",
        "Equal",
        "Exp",
        "Gather",
        "Gemm",
        "Greater",
        "GreaterOrEqual",
        "Identity",
        "IsNaN",
        "LessOrEqual",
        "Log",
        "Max",
        "Mul",
        "Neg",
        "Pow",
        "ReduceMax",
        "ReduceSum",
        "ReduceSumSquare",
        "Softmax",
        "Sqrt",
        "Squeeze",
        "Sub",
        "TreeEnsemble",
        "Unsqueeze",
        "Where",
    }
)
_ELEMENT_TYPES = {"f": TensorProto.DOUBLE, "i": TensorProto.INT64, "b": TensorProto.BOOL, "U": TensorProto.STRING}


class Graph:
    """Nodes and initializers, float64 throughout. Values are known by their names.

    Attributes
    ----------
    parameters : list of str
        The paths of the fields that stand in the graph as initializers.
    """

    def __init__(self) -> None:
        self.parameters: list[str] = []
        self._nodes: list[Any] = []
        self._initializers: dict[str, Any] = {}

    def parameter(self, path: str, values: Any, *shape: int) -> str:
        """Add an initializer that stands for a packed ``repeated double``, in the field's own order of elements."""
        array = wire.doubles(values).reshape(shape or -1)
        self._initializers[path] = _tensor(path, array)
        self.parameters.append(path)
        return path

    def constant(self, values: ArrayLike) -> str:
        """Add an initializer of the graph's own: doubles, int64, bools or strings, of any shape."""
        array = np.asarray(values)
        name = f"constant_{len(self._initializers)}"
        self._initializers[name] = _tensor(name, array)
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output; give the output's name."""
        if operator not in OPERATORS:
            raise ValueError(f"{operator} is not among the operators of modelx's graphs; add it there first")
        name = f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def column(self, value: str) -> str:
        """Give a matrix of one column, shape [N, 1], as a vector, shape [N]."""
        return self.node("Squeeze", value, self.constant([1]))

    def finish(self, n_features: int, outputs: dict[str, str], types: dict[str, tuple[int, int]]) -> Any:
        """Give the whole model.

        Parameters
        ----------
        n_features : int
            Width of the input.
        outputs : dict of str to str
            For each output of the graph, the value that it gives.
        types : dict of str to (int, int)
            For each output its element type, and its columns; 0 for shape [N].
        """
        nodes = self._nodes + [helper.make_node("Identity", [value], [name]) for name, value in outputs.items()]
        given = [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, ["N", n_features])]
        results = [
            helper.make_tensor_value_info(name, kind, ["N", columns] if columns else ["N"])
            for name, (kind, columns) in types.items()
        ]
        graph = helper.make_graph(nodes, "modelx", given, results, list(self._initializers.values()))
        domains = {"": OPSET} | {node.domain: DOMAINS[node.domain] for node in nodes if node.domain}
        opsets = [helper.make_opsetid(domain, version) for domain, version in domains.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="modelx")
        onnx.checker.check_model(model, full_check=True)
        return model


def _tensor(name: str, array: NDArray[Any]) -> Any:
    kind = _ELEMENT_TYPES[array.dtype.kind]
    if kind == TensorProto.STRING:
        return helper.make_tensor(name, kind, array.shape, [text.encode() for text in array.reshape(-1).tolist()])
    little = array.astype({"f": "<f8", "i": "<i8", "b": "?"}[array.dtype.kind])
    return helper.make_tensor(name, kind, array.shape, little.tobytes(), raw=True)
