"""The hyper-parameter `dtype` of transformers as data: one of a closed table, in the form that it was given."""

from __future__ import annotations

from typing import Any

import numpy as np

from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.v1 import source_pb2

_NAMES = tuple(np.dtype(code).name for code in "fdbhilBHIL?")
_TYPES: dict[str, Any] = {
    **{f"numpy.{name}": np.dtype(name).type for name in _NAMES},
    **{f"numpy.dtype.{name}": np.dtype(name) for name in _NAMES},
    **{f"builtins.{kind.__name__}": kind for kind in (bool, int, float)},
    **{name: name for name in _NAMES},
}


def write(estimator: Any, out: source_pb2.Source) -> None:
    """Write the type that a transformer gives, if it is not the default of float64.

    Raises
    ------
    UnsupportedEstimatorError
    """
    given = estimator.dtype
    if given is np.float64:
        return
    for name, known in _TYPES.items():
        if type(known) is type(given) and known == given:
            out.params["dtype"].string_value = name
            return
    raise UnsupportedEstimatorError(
        [("", f"dtype is {given!r}; refit with dtype=np.float64, np.float32, a type of ints, or bool")]
    )


def read(described: source_pb2.Source, path: str) -> Any:
    """Take the type out of a source's hyper-parameters.

    Raises
    ------
    SourceError
    """
    if "dtype" not in described.params:
        return np.float64
    value = described.params.pop("dtype")
    name = value.string_value
    if value.WhichOneof("kind") != "string_value" or name not in _TYPES:
        raise SourceError(f"dtype is {name[:40]!r}; expected one of {', '.join(_NAMES)}", path=f"{path}.params[dtype]")
    return _TYPES[name]
