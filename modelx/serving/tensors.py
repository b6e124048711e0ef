"""The Open Inference Protocol's tensors without a transport: a request of them.

gRPC and REST use the same functions, so that their checks and texts are the same. A transport fills an `Inference`,
calls `check`, finds the model, and calls `fill`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.serving import tensor_texts
from modelx.serving.answering import check_rows
from modelx.serving.messages import LONGEST_LIST, listed, quoted
from modelx.serving.requests import INVERSE, PREDICT, Request
from modelx.serving.status import ServingError
from modelx.serving.tensor_texts import BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.serving.models import Method, Served
    from modelx.serving.requests import Make

# Those that are taken as doubles, as they are raw. Texts are BYTES.
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

# How much a dimension may be, and as much as texts name.
_LARGEST = 2**63 - 1
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
        datatype is. Anything that numpy makes a flat array of; texts are bytes, or JSON's strings and None.
    has_contents : bool
        Whether any typed contents are there, also in another field.
    raw : bytes-like or None
        Little-endian values; texts with their lengths before them.
    missing : object
        The parameter of this name; None without it.
    """

    name: str
    datatype: str
    shape: Sequence[int]
    values: Any = ()
    has_contents: bool = False
    raw: bytes | memoryview | None = None
    missing: Any = None

    def check(self, texts: int) -> int:
        """Look at all that can be said without a model.

        Parameters
        ----------
        texts : int
            How many the inputs before this one have.

        Returns
        -------
        int
            The same with this one.

        Raises
        ------
        ServingError
            `not_numeric`, `bad_request` or `too_large`.
        """
        check_datatype(self.name, self.datatype)
        if min(self.shape, default=0) < 0:
            raise _bad(
                f"input {quoted(self.name)} has shape {shape_text(self.shape)}; expected dimensions of 0 or more"
            )
        if self.raw is not None and self.has_contents:
            raise _bad(f"input {quoted(self.name)} has both contents and raw_input_contents; expected one of them")
        if self.datatype == BYTES:
            if self.raw is not None:
                self.values = tensor_texts.cut(self.raw, self.name, tensor_texts.MOST_TEXTS - texts)
            texts += len(self.values)
        if self.raw is None or self.datatype == BYTES:
            wanted = _product(1, self.shape)
            if len(self.values) != wanted:
                text = f"input {quoted(self.name)} has {len(self.values)} values; expected {_number(wanted)}"
                raise _bad(text)
            return texts
        wanted = _product(DATATYPES[self.datatype].itemsize, self.shape)
        if len(self.raw) != wanted:
            raise _bad(f"input {quoted(self.name)} has {len(self.raw)} bytes; expected {_number(wanted)}")
        return texts

    def doubles(self) -> NDArray[np.float64]:
        """Give the numbers of an input that was checked, as a new flat array, with NaN for gaps."""
        if self.raw is None:
            out = np.array(self.values, dtype=np.float64).reshape(-1)
        else:
            values = np.frombuffer(self.raw, dtype=DATATYPES[self.datatype])
            out = np.array(values != 0 if self.datatype == "BOOL" else values, dtype=np.float64)
        if self.missing is not None:
            out[self.places()] = np.nan
        return out

    def texts(self, gap: float | None) -> list[Any]:
        """Give the texts of an input that was checked, with `gap` for gaps. Raises ServingError, `not_text`."""
        missing = np.zeros(len(self.values), dtype=bool)
        missing[self.places()] = True
        return tensor_texts.decoded(self.values, self.name, missing, gap)

    def places(self) -> NDArray[np.int64]:
        """Give the places of the gaps that the parameter `missing` names. Raises ServingError, `bad_request`."""
        return tensor_texts.missing(self.missing, self.name, math.prod(self.shape))


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
    gaps : object
        The parameter of this name; None without it.
    """

    inputs: list[Input]
    outputs: list[str] = field(default_factory=list)
    raw_contents: Sequence[bytes] = ()
    model: str = ""
    version: str = ""
    gaps: Any = None

    def is_raw(self) -> bool:
        """Whether the values are raw, so that those of the answer are."""
        return bool(self.inputs) and self.inputs[0].raw is not None

    def check(self) -> None:
        """Look at the form of the request: all that can be said without a model.

        Raises
        ------
        ServingError
            `bad_request`, `not_numeric` or `too_large`.
        """
        if not self.inputs:
            raise _bad("no inputs; expected at least one")
        if self.raw_contents:
            if len(self.raw_contents) != len(self.inputs):
                raise _bad(f"raw_input_contents has {len(self.raw_contents)} items; expected {len(self.inputs)}")
            for each, raw in zip(self.inputs, self.raw_contents, strict=True):
                each.raw = raw
        texts = 0
        for each in self.inputs:
            texts = each.check(texts)
        seen = set()
        for name in self.outputs:
            if name in seen:
                raise _bad(f"output {quoted(name)} is there twice; expected it once")
            seen.add(name)
        tensor_texts.gap(self.gaps)

    def values(self) -> int:
        """Count the values of a request that was checked."""
        return sum(math.prod(each.shape) for each in self.inputs)

    def fill(self, served: Served) -> Request:
        """Make a request of the data plane for a model, once `check` has passed.

        Raises
        ------
        ServingError
            `unsupported_method`, `missing_column`, `wrong_width`, `bad_request`, `no_rows`, `too_many_rows`,
            `not_numeric`, `not_text`.
        """
        request = Request(methods=_methods(served, self.outputs), model=self.model, version=self.version)
        features, texts = served.features, served.features.texts
        if INVERSE in request.methods:
            if texts and len(request.methods) > 1:
                raise _bad(f"output {quoted(INVERSE)} takes numbers, and others take strings; expected it alone")
            if len(self.inputs) > 1:
                raise _bad("inverse_transform takes numbers; expected one tensor")
            texts = False
        first = self.inputs[0]
        of_one = len(first.shape) == 1 and first.name in features.places and texts == features.texts
        if len(self.inputs) > 1 or of_one:
            request.make = self._columns(served)
            return request
        if texts and features.mixed:
            raise ServingError(
                "missing_column",
                f"input {quoted(first.name)} is there for all features; "
                "expected one tensor for each, as some are strings",
            )
        if len(first.shape) != 2 or first.shape[1] != served.n_features:
            raise _wrong_shape(first, f"[-1,{served.n_features}]")
        check_rows(served, first.shape[0])
        _check_type(first, text=texts)
        first.places()
        if texts:
            request.make = self._whole
        else:
            request.features = first.doubles()
            request.rows = first.shape[0]
        return request

    def _whole(self, served: Served, _methods: Sequence[Method]) -> NDArray[Any]:
        """Make rows of one tensor of texts for all features."""
        first, features = self.inputs[0], served.features
        gap = tensor_texts.gap(self.gaps)
        missing = np.zeros(len(first.values), dtype=bool)
        missing[first.places()] = True
        columns = {}
        for place in features.read:
            of_one = slice(place, None, served.n_features)
            columns[place] = tensor_texts.decoded(first.values[of_one], first.name, missing[of_one], gap)
        return features.rows(columns, first.shape[0])

    def _columns(self, served: Served) -> Make:
        """Take each tensor as one feature."""
        features = served.features
        self._check_names(served)
        for each in self.inputs:
            if len(each.shape) != 1 and (len(each.shape) != 2 or each.shape[1] != 1):
                raise _wrong_shape(each, "[-1] or [-1,1]")
        rows = self.inputs[0].shape[0]
        for each in self.inputs:
            if each.shape[0] != rows:
                raise _bad(f"inputs have {rows} and {each.shape[0]} rows; expected the same number")
        check_rows(served, rows)
        read = {features.places[each.name]: each for each in self.inputs if not _is_unread(served, each)}
        for place, each in read.items():
            _check_type(each, text=features.types[place] == "string")
        for each in read.values():
            each.places()
        gap = tensor_texts.gap(self.gaps)

        def make(_served: Served, _methods: Sequence[Method]) -> NDArray[Any]:
            columns = {
                place: each.texts(gap) if each.datatype == BYTES else each.doubles() for place, each in read.items()
            }
            return features.rows(columns, rows)

        return make

    def _check_names(self, served: Served) -> None:
        """Compare the inputs with the features: unknown and doubled ones go before missing ones."""
        features = served.features
        there: set[int] = set()
        for each in self.inputs:
            place = features.places.get(each.name)
            if place is None:
                raise ServingError("missing_column", f"unknown input {quoted(each.name)}; {_HINT}")
            if place in there:
                raise ServingError("missing_column", f"input {quoted(each.name)} is there twice; expected it once")
            there.add(place)
        for place in features.read:
            if place not in there:
                raise ServingError("missing_column", f"no input {quoted(features.called[place])}; {_HINT}")


def check_datatype(name: str, datatype: str) -> None:
    """Refuse a datatype that there is not.

    `Inference.check` does so anyway; a transport asks that must know before it reads the values.

    Raises
    ------
    ServingError
        `not_numeric`.
    """
    if datatype not in DATATYPES and datatype != BYTES:
        raise _wrong_type(name, datatype, "BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES")


def _check_type(each: Input, *, text: bool) -> None:
    """Refuse numbers for a feature of strings, and the other way round."""
    if text and each.datatype != BYTES:
        raise ServingError(
            "not_text", f"input {quoted(each.name)} has datatype {quoted(each.datatype)}; expected {BYTES}"
        )
    if not text and each.datatype == BYTES:
        raise _wrong_type(each.name, BYTES, "BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64")


def _wrong_type(name: str, datatype: str, expected: str) -> ServingError:
    return ServingError("not_numeric", f"input {quoted(name)} has datatype {quoted(datatype)}; expected {expected}")


def _methods(served: Served, names: Sequence[str]) -> tuple[str, ...]:
    """Give the methods for outputs, the default one where none is named. Raises ServingError, `unsupported_method`."""
    given = [method.name for method in served.methods.values() if method.is_tensor]
    if not given:
        raise ServingError(
            "unsupported_method", "no method of the model gives tensors; expected Predict or POST /predict"
        )
    for name in names:
        if name not in given:
            raise ServingError(
                "unsupported_method", f"the model has no method {quoted(name)}; expected one of {listed(given)}"
            )
    return tuple(names) or (PREDICT if PREDICT in given else given[0],)


def _is_unread(served: Served, each: Input) -> bool:
    return served.features.types[served.features.places[each.name]] == "none"


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
