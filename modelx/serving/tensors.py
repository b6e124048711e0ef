"""The Open Inference Protocol's tensors without a transport: a request of them, and them of a response.

gRPC and REST use the same functions, so that their checks and texts are the same. A transport fills an `Inference`,
calls `check`, finds the model, and calls `fill`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.serving.answering import method_of
from modelx.serving.messages import LONGEST_LIST, quoted
from modelx.serving.requests import Column, Request
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.serving.models import Served
    from modelx.serving.requests import Output

# Those that are taken as doubles, as they are raw.
DATATYPES: dict[str, np.dtype[Any]] = {
    "BOOL": np.dtype("u1"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "UINT8": np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}
PLATFORM = "modelx"
EXTENSIONS = ("binary_tensor_data", "model_repository")

# How much a dimension may be, and as much as texts name.
_LARGEST = 2**63 - 1
_NAMES = {"float64": "FP64", "int64": "INT64", "bool": "BOOL", "string": "BYTES"}
_HINT = "expected one tensor for each feature, or a single one for all"


@dataclass(slots=True)
class Input:
    """One tensor of a request.

    Attributes
    ----------
    name, datatype : str
    shape : sequence of int
    values : sequence of numbers
        Where it is typed: those in the field of its datatype, or JSON's numbers, which may be doubles whatever the
        datatype is. Anything that numpy makes a flat array of.
    has_contents : bool
        Whether any typed contents are there, also in another field.
    raw : bytes-like or None
        Little-endian values.
    """

    name: str
    datatype: str
    shape: Sequence[int]
    values: Any = ()
    has_contents: bool = False
    raw: bytes | memoryview | None = None

    def check(self) -> None:
        """Look at all that can be said without a model. Raises ServingError, `not_numeric` or `bad_request`."""
        check_datatype(self.name, self.datatype)
        if min(self.shape, default=0) < 0:
            raise _bad(
                f"input {quoted(self.name)} has shape {shape_text(self.shape)}; expected dimensions of 0 or more"
            )
        if self.raw is None:
            wanted = _product(1, self.shape)
            if len(self.values) != wanted:
                text = f"input {quoted(self.name)} has {len(self.values)} values; expected {_number(wanted)}"
                raise _bad(text)
            return
        if self.has_contents:
            raise _bad(f"input {quoted(self.name)} has both contents and raw_input_contents; expected one of them")
        wanted = _product(DATATYPES[self.datatype].itemsize, self.shape)
        if len(self.raw) != wanted:
            raise _bad(f"input {quoted(self.name)} has {len(self.raw)} bytes; expected {_number(wanted)}")

    def doubles(self) -> NDArray[np.float64]:
        """Give the values of an input that was checked, as a new flat array."""
        if self.raw is None:
            return np.array(self.values, dtype=np.float64).reshape(-1)
        values = np.frombuffer(self.raw, dtype=DATATYPES[self.datatype])
        return np.array(values != 0 if self.datatype == "BOOL" else values, dtype=np.float64)


@dataclass(slots=True)
class Inference:
    """A request as a transport decoded it.

    Attributes
    ----------
    inputs : list of Input
    outputs : list of str
        The names of those that are asked for, or none.
    raw_contents : sequence of bytes
        One for each input, in their order, or none. REST leaves them out, and fills `Input.raw`.
    model, version : str
        May be empty.
    """

    inputs: list[Input]
    outputs: list[str] = field(default_factory=list)
    raw_contents: Sequence[bytes] = ()
    model: str = ""
    version: str = ""

    def is_raw(self) -> bool:
        """Whether the values are raw, so that those of the answer are."""
        return bool(self.inputs) and self.inputs[0].raw is not None

    def check(self) -> None:
        """Look at the form of the request: all that can be said without a model.

        Raises
        ------
        ServingError
            `bad_request` or `not_numeric`.
        """
        if not self.inputs:
            raise _bad("no inputs; expected at least one")
        if self.raw_contents:
            if len(self.raw_contents) != len(self.inputs):
                raise _bad(f"raw_input_contents has {len(self.raw_contents)} items; expected {len(self.inputs)}")
            for each, raw in zip(self.inputs, self.raw_contents, strict=True):
                each.raw = raw
        for each in self.inputs:
            each.check()
        seen = set()
        for name in self.outputs:
            if name in seen:
                raise _bad(f"output {quoted(name)} is there twice; expected it once")
            seen.add(name)

    def values(self) -> int:
        """Count the numbers of a request that was checked."""
        return sum(math.prod(each.shape) for each in self.inputs)

    def fill(self, served: Served) -> Request:
        """Make a request of the data plane for a model, once `check` has passed.

        Raises
        ------
        ServingError
            `unsupported_method`, `missing_column`, `wrong_width`, `bad_request`, `too_many_rows`.
        """
        for name in self.outputs:
            method_of(served, name)
        request = Request(methods=tuple(self.outputs), model=self.model, version=self.version)
        first = self.inputs[0]
        if len(self.inputs) == 1 and (len(first.shape) != 1 or first.name not in served.feature_names):
            if len(first.shape) != 2 or first.shape[1] != served.n_features:
                raise _wrong_shape(first, f"[-1,{served.n_features}]")
            _check_rows(first.shape[0], served)
            request.features = first.doubles()
            request.rows = first.shape[0]
        else:
            request.columns = self._columns(served)
        return request

    def _columns(self, served: Served) -> list[Column]:
        """Take each tensor as one feature."""
        self._check_names(served.feature_names)
        for each in self.inputs:
            if len(each.shape) != 1 and (len(each.shape) != 2 or each.shape[1] != 1):
                raise _wrong_shape(each, "[-1] or [-1,1]")
        rows = self.inputs[0].shape[0]
        for each in self.inputs:
            if each.shape[0] != rows:
                raise _bad(f"inputs have {rows} and {each.shape[0]} rows; expected the same number")
        _check_rows(rows, served)
        return [Column(each.name, each.doubles()) for each in self.inputs]

    def _check_names(self, names: Sequence[str]) -> None:
        """Compare the inputs with the features: unknown and doubled ones go before missing ones."""
        there = dict.fromkeys(names, False)
        for each in self.inputs:
            known = there.get(each.name)
            if known is None:
                raise ServingError("missing_column", f"unknown input {quoted(each.name)}; {_HINT}")
            if known:
                raise ServingError("missing_column", f"input {quoted(each.name)} is there twice; expected it once")
            there[each.name] = True
        for name in names:
            if not there[name]:
                raise ServingError("missing_column", f"no input {quoted(name)}; {_HINT}")


@dataclass(frozen=True, slots=True)
class Tensor:
    """What metadata tell of a tensor; -1 in the shape stands for the number of rows."""

    name: str
    datatype: str
    shape: list[int]


def input_metadata(served: Served) -> Tensor:
    """Describe the tensor that stands for all features."""
    return Tensor("X", "FP64", [-1, served.n_features])


def output_metadata(served: Served) -> list[Tensor]:
    """Describe one tensor for each method of the model, in its order."""
    return [
        Tensor(each.name, _NAMES[each.type], [-1, each.n_columns] if each.n_columns else [-1])
        for each in served.methods.values()
    ]


def datatype_of(output: Output) -> str:
    """Name the datatype of an output. Its shape is that of ``output.values``, its name that of the method."""
    kind = output.values.dtype.kind
    return "FP64" if kind == "f" else "BYTES" if kind in "OU" else "BOOL" if kind == "b" else "INT64"


def raw_of(output: Output) -> bytes:
    """Write an output as little-endian values, text with its length in four bytes before it."""
    values = output.values
    match datatype_of(output):
        case "FP64":
            return values.astype("<f8", copy=False).tobytes()
        case "INT64":
            return values.astype("<i8", copy=False).tobytes()
        case "BOOL":
            return values.tobytes()
        case _:
            texts = [text.encode() for text in values.ravel().tolist()]
            return b"".join(part for text in texts for part in (len(text).to_bytes(4, "little"), text))


def check_datatype(name: str, datatype: str) -> None:
    """Refuse a datatype that is not taken as doubles.

    `Inference.check` does so anyway; a transport asks that must know before it reads the values.

    Raises
    ------
    ServingError
        `not_numeric`.
    """
    if datatype not in DATATYPES:
        raise ServingError(
            "not_numeric",
            f"input {quoted(name)} has datatype {quoted(datatype)}; "
            "expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64",
        )


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape as the contract does: with at most ten dimensions."""
    shown = [str(n) for n in shape[:LONGEST_LIST]]
    return "[" + ",".join([*shown, "..."] if len(shape) > LONGEST_LIST else shown) + "]"


def _product(size: int, shape: Sequence[int]) -> int:
    """Multiply a size by the dimensions, or give a number over `_LARGEST` for whatever is over it.

    The product of a million dimensions would take minutes.
    """
    if 0 in shape:
        return 0
    for n in shape:
        size *= n
        if size > _LARGEST:
            break
    return size


def _number(wanted: int) -> str:
    return str(wanted) if wanted <= _LARGEST else f"over {_LARGEST}"


def _bad(text: str) -> ServingError:
    return ServingError("bad_request", text)


def _wrong_shape(each: Input, wanted: str) -> ServingError:
    return ServingError(
        "wrong_width", f"input {quoted(each.name)} has shape {shape_text(each.shape)}; expected {wanted}"
    )


def _check_rows(rows: int, served: Served) -> None:
    """Bound the work before it is begun: a small tensor of bools makes doubles of eight times its size."""
    if rows > served.max_rows:
        raise ServingError("too_many_rows", f"{rows} rows; expected at most {served.max_rows}")
