"""An ONNX graph in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from modelx import wire
from modelx.errors import UnsupportedEstimatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

# What onnxruntime 1.24 and later run; from 18 on, the axes of reductions are inputs.
OPSET = 18
# Another set of operators that graphs may use.
ML_DOMAIN = "ai.onnx.ml"
DOMAINS = {ML_DOMAIN: 5}
IR_VERSION = 8
# The operators that builders may use. None of them loops, and none has a graph or a file of its own.
OPERATORS = frozenset(
    {
        "Abs",
        "Add",
        "And",
        "ArgMax",
        "ArgMin",
        "Cast",
        "Ceil",
        "Clip",
        "Concat",
        "CumSum",
        "Div",
        "Equal",
        "Exp",
        "Floor",
        "Gather",
        "GatherElements",
        "Gemm",
        "Greater",
        "GreaterOrEqual",
        "Identity",
        "IsNaN",
        "LabelEncoder",
        "Less",
        "LessOrEqual",
        "Log",
        "Max",
        "Mod",
        "Mul",
        "Neg",
        "Not",
        "Or",
        "Pow",
        "ReduceMax",
        "ReduceSum",
        "ReduceSumSquare",
        "Reshape",
        "Round",
        "Sign",
        "Softmax",
        "Sqrt",
        "Squeeze",
        "Sub",
        "TopK",
        "TreeEnsemble",
        "Unsqueeze",
        "Where",
    }
)
# A few bytes of a model may ask for a table for each of many members; no ONNX file holds many more values than these.
_MOST_VALUES = 2**27
_ELEMENT_TYPES = {"f": TensorProto.DOUBLE, "i": TensorProto.INT64, "b": TensorProto.BOOL, "O": TensorProto.STRING}


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
        # Rows that have strings among their values: the value of each column, shape [N, 1], "" where nobody reads it.
        self._rows: dict[str, list[str]] = {}
        self._texts: set[str] = set()
        self._size = 0

    def parameter(self, path: str, values: Any, *shape: int) -> str:
        """Add an initializer that stands for a packed ``repeated double``, in the field's own order of elements."""
        array = wire.doubles(values).reshape(shape or -1)
        self._initializers[path] = _tensor(path, array)
        self.parameters.append(path)
        return path

    def constant(self, values: ArrayLike) -> str:
        """Add an initializer of the graph's own: doubles, int64, bools or strings, of any shape."""
        array = np.asarray(values)
        if array.dtype.kind == "U":
            # numpy's own strings lose what they end in where that is a NUL.
            array = np.asarray(values, dtype=object)
        self._grow(array.size)
        name = f"constant_{len(self._initializers)}"
        self._initializers[name] = _tensor(name, array)
        return name

    def _grow(self, count: int) -> None:
        self._size += count
        if self._size > _MOST_VALUES:
            reason = f"the graph would have over {_MOST_VALUES} values of its own; write a .pb or .json file"
            raise UnsupportedEstimatorError([("", reason)])

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output; give the output's name."""
        if operator not in OPERATORS:
            raise ValueError(f"{operator} is not among the operators of modelx's graphs; add it there first")
        name = f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def several(self, operator: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node of so many outputs; give their names."""
        first = self.node(operator, *inputs, **attributes)
        names = [first, *(f"{first}_{i}" for i in range(1, count))]
        self._nodes[-1].output.extend(names[1:])
        return names

    def rows(self, columns: Sequence[str], texts: Iterable[str] = ()) -> str:
        """Put columns, shape [N, 1], together; give a name to hand on, which is no value of the graph itself.

        Parameters
        ----------
        columns : sequence of str
            "" for a column that nobody reads.
        texts : iterable of str
            Those of them that are strings.
        """
        name = f"rows_{len(self._rows)}"
        self._rows[name] = list(columns)
        self._texts.update(texts)
        return name

    def columns(self, x: str, width: int) -> list[str]:
        """Give each column of rows, shape [N, 1]."""
        if x in self._rows:
            return self._rows[x]
        return [self.one(x, j) for j in range(width)]

    def has_texts(self, x: str) -> bool:
        """Whether rows have strings among their values."""
        return x in self._rows

    def one(self, x: str, j: int) -> str:
        """Give one column of rows, shape [N, 1]."""
        return self._rows[x][j] if x in self._rows else self.select(x, [j])

    def select(self, x: str, columns: Sequence[int]) -> str:
        """Give some columns of rows, in this order: a matrix of doubles, or rows where some are strings."""
        if x not in self._rows:
            return self.node("Gather", x, self.constant(np.asarray(columns, dtype=np.int64)), axis=1)
        chosen = [self._rows[x][j] for j in columns]
        if self._texts.intersection(chosen):
            return self.rows(chosen)
        return chosen[0] if len(chosen) == 1 else self.node("Concat", *chosen, axis=1)

    def beside(self, parts: Sequence[tuple[str, int]]) -> str:
        """Put rows, given with their widths, side by side."""
        if any(part in self._rows for part, _ in parts):
            return self.rows([column for part, width in parts for column in self.columns(part, width)])
        return self.node("Concat", *[part for part, _ in parts], axis=1)

    def look_up(self, value: str, keys: Sequence[Any], values: Sequence[float], default: float, *, texts: bool) -> str:
        """Give doubles that stand for doubles, or for strings.

        Parameters
        ----------
        value : str
        keys : sequence of float or str
            Distinct; -0.0 is equal to 0.0, and NaN is found.
        values : sequence of float
            One for each key.
        default : float
            What stands for everything else.
        texts : bool
            Whether the keys are strings.
        """
        if not keys:
            # The operator has no empty table.
            keys, values = [""] if texts else [0.0], [default]
        count = len(keys)
        self._grow(count)
        return self.node(
            "LabelEncoder",
            value,
            domain=ML_DOMAIN,
            keys_tensor=text_tensor("keys", keys, count) if texts else _doubles("keys", keys),
            values_tensor=_doubles("values", values),
            default_tensor=_doubles("default", [default]),
        )

    def column(self, value: str) -> str:
        """Give a matrix of one column, shape [N, 1], as a vector, shape [N]."""
        return self.node("Squeeze", value, self.constant([1]))

    def finish(
        self, inputs: dict[str, tuple[int, int]], outputs: dict[str, str], types: dict[str, tuple[int, int]]
    ) -> Any:
        """Give the whole model.

        Parameters
        ----------
        inputs : dict of str to (int, int)
            For each input of the graph its element type, and its columns.
        outputs : dict of str to str
            For each output of the graph, the value that it gives.
        types : dict of str to (int, int)
            For each output its element type, and its columns; 0 for shape [N].
        """
        nodes = self._nodes + [helper.make_node("Identity", [value], [name]) for name, value in outputs.items()]
        given = [helper.make_tensor_value_info(name, kind, ["N", width]) for name, (kind, width) in inputs.items()]
        results = [
            helper.make_tensor_value_info(name, kind, ["N", columns] if columns else ["N"])
            for name, (kind, columns) in types.items()
        ]
        # onnxruntime warns of constants that no node reads; fields of the model are there for whoever loads it.
        read = {name for node in nodes for name in node.input} | set(self.parameters)
        kept = [tensor for name, tensor in self._initializers.items() if name in read]
        graph = helper.make_graph(nodes, "modelx", given, results, kept)
        domains = {"": OPSET} | {node.domain: DOMAINS[node.domain] for node in nodes if node.domain}
        opsets = [helper.make_opsetid(domain, version) for domain, version in domains.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="modelx")
        onnx.checker.check_model(model, full_check=True)
        return model


def _doubles(name: str, values: Sequence[float]) -> Any:
    return helper.make_tensor(name, TensorProto.DOUBLE, [len(values)], [float(value) for value in values])


def text_tensor(name: str, texts: Sequence[str], *dims: int) -> Any:
    """Give a tensor of strings, as it is: that of ONNX's helper loses a NUL at the end of a string."""
    data = [text.encode() for text in texts]
    return TensorProto(name=name, data_type=TensorProto.STRING, dims=dims, string_data=data)


def _tensor(name: str, array: NDArray[Any]) -> Any:
    kind = _ELEMENT_TYPES[array.dtype.kind]
    if kind == TensorProto.STRING:
        return text_tensor(name, array.reshape(-1).tolist(), *array.shape)
    little = array.astype({"f": "<f8", "i": "<i8", "b": "?"}[array.dtype.kind])
    return helper.make_tensor(name, kind, array.shape, little.tobytes(), raw=True)
