"""Graphs run in onnxruntime, and how far their outputs are from what was recorded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import MissingDependencyError
from modelx.evidence import comparing, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelx.v1 import evidence_pb2

_FATAL = 4


@dataclass(frozen=True, slots=True)
class Deviation:
    """How one output of a graph compares with what was recorded.

    Attributes
    ----------
    flips : int or None
        Labels that differ; None for numbers.
    largest : float or None
        The largest |graph - recorded|; None for labels.
    outside : int
        Values that are off by more than their tolerance; for labels the flips.
    first : str
        What the first of them is.
    """

    flips: int | None
    largest: float | None
    outside: int
    first: str = ""

    def describe(self) -> str:
        """Say in words how many values are off."""
        what = "labels differ" if self.flips else "values are off by more than their tolerance"
        return f"{self.outside} {what} ({self.first})"

    def as_json(self) -> dict[str, Any]:
        """Give what ``modelx.deviation`` has."""
        if self.largest is None:
            return {"flips": self.flips}
        largest = self.largest if math.isfinite(self.largest) else "Infinity"
        return {"largest": largest, "outside_tolerance": self.outside}


def require(*modules: str) -> None:
    """Check that optional packages are installed.

    Raises
    ------
    MissingDependencyError
    """
    for name in modules:
        try:
            import_module(name)
        except ImportError as error:
            raise MissingDependencyError(
                f"ONNX files need the package {name}, which cannot be imported ({error}): pip install 'modelx[onnx]'"
            ) from error


def name() -> str:
    """Name the runtime with its version."""
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__}"


def run(data: bytes, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Run a graph on the values of its inputs, on one thread; give its outputs by name."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # What goes wrong is raised as well.
    options.log_severity_level = _FATAL
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, dict(feeds))
    return {key: np.asarray(value) for key, value in zip(names, values, strict=True)}


def measure(
    found: Mapping[str, NDArray[Any]], evidence: evidence_pb2.Evidence, names: Mapping[str, str]
) -> dict[str, Deviation]:
    """Compare outputs of a graph with checked evidence; `names` gives the output of each method."""
    n_rows = evidence.rows.n_rows
    out = {}
    for recorded in evidence.outputs:
        if recorded.method in names:
            key = names[recorded.method]
            expected = table.read_output(recorded, n_rows)
            out[key] = _compare(found.get(key), expected, recorded)
    return out


def _compare(found: NDArray[Any] | None, expected: NDArray[Any], recorded: evidence_pb2.Output) -> Deviation:
    is_number = expected.dtype.kind == "f"
    if found is None or found.shape != expected.shape or (found.dtype.kind == "f") != is_number:
        given = "nothing" if found is None else f"{found.dtype} of shape {found.shape}"
        return Deviation(0, None, expected.size, f"the graph gives {given}, expected is shape {expected.shape}")
    wrong = ~comparing.agree(found, expected, recorded)
    first = ""
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        first = f"row {at[0]}: the graph gives {found[at]}, recorded is {expected[at]}"
    count = int(wrong.sum())
    if not is_number or (recorded.method == "predict" and not recorded.comparison):
        return Deviation(count, None, count, first)
    return Deviation(None, largest(found, expected), count, first)


def largest(found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Give the largest |found - expected|; equal values, NaN and infinities among them, differ by 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(found - expected)
    off[(found == expected) | (np.isnan(found) & np.isnan(expected))] = 0.0
    return float(np.nan_to_num(off, nan=math.inf, posinf=math.inf).max(initial=0.0))
