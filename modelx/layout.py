"""The form in memory of numpy arrays: dtype, shape, strides.

BLAS sums in another order for another memory order, so that bit-identical outputs need the very strides.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import SourceError
from modelx.v1 import source_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Scalar = source_pb2.ArrayLayout.Scalar
FLOAT_DTYPES = ("float64", "float32")
# A strided view may leave gaps; a file may not make us allocate much more than it holds.
_MAX_GAP = 64


def strides_of(array: NDArray[Any]) -> tuple[int, ...]:
    """Give an array's strides in elements, or () where it is C-ordered.

    Axes of extent 1 or arrays without elements have no stride that matters.
    """
    if array.flags.c_contiguous or array.size == 0:
        return ()
    strides = tuple(s // array.itemsize for s in array.strides)
    if min(strides) < 0 or any(s % array.itemsize for s in array.strides):
        return ()
    extent = 1 + sum(s * (n - 1) for s, n in zip(strides, array.shape, strict=True))
    # A column of a wide matrix: BLAS reads it through its stride, but a file need not keep so large a gap.
    return strides if extent <= _MAX_GAP * array.size else ()


def capture(value: Any) -> source_pb2.ArrayLayout | None:
    """Describe how a number or an array of numbers is kept.

    Returns
    -------
    ArrayLayout or None
        None for a C-ordered float64 array.
    """
    if value is None:
        return source_pb2.ArrayLayout(scalar=Scalar.SCALAR_NONE)
    if isinstance(value, np.generic):
        return source_pb2.ArrayLayout(scalar=Scalar.SCALAR_NUMPY, dtype=_dtype_name(value.dtype))
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = Scalar.SCALAR_PYTHON_INT if isinstance(value, int) else Scalar.SCALAR_PYTHON_FLOAT
        return source_pb2.ArrayLayout(scalar=kind)
    return source_pb2.ArrayLayout(dtype=_dtype_name(value.dtype), shape=value.shape, strides=strides_of(value))


def _dtype_name(dtype: np.dtype[Any]) -> str:
    return "" if dtype == np.float64 else dtype.name


def check(layout: source_pb2.ArrayLayout, size: int, path: str) -> None:
    """Check that a layout describes an array of `size` elements in a sane amount of memory."""
    shape, strides = tuple(layout.shape), tuple(layout.strides)
    if (layout.dtype or "float64") not in FLOAT_DTYPES:
        raise SourceError(f"dtype is {layout.dtype!r}; expected one of {', '.join(FLOAT_DTYPES)}", path=path)
    if layout.scalar:
        if shape or strides:
            raise SourceError("a scalar has a shape; expected none", path=path)
        return
    if len(shape) > 8 or any(n < 0 for n in shape) or prod(shape) != size:
        raise SourceError(f"shape is {shape}; expected one of {size} values", path=path)
    check_strides(shape, strides, path)


def check_strides(shape: Sequence[int], strides: Sequence[int], path: str) -> None:
    """Check that strides keep elements apart, within 64 times the array's size."""
    if not strides:
        return
    if len(strides) != len(shape):
        raise SourceError(f"{len(strides)} strides for {len(shape)} axes", path=path)
    extent = 1
    # From the smallest stride on, each must step over all that the smaller ones reach.
    for stride, n in sorted((s, n) for s, n in zip(strides, shape, strict=True) if n > 1):
        if stride < extent:
            raise SourceError(f"strides {tuple(strides)} for shape {tuple(shape)} let elements overlap", path=path)
        extent += stride * (n - 1)
    if extent > _MAX_GAP * max(1, prod(shape)):
        raise SourceError(f"strides {tuple(strides)} need {extent} places for {prod(shape)} values", path=path)


def place(values: NDArray[Any], shape: Sequence[int], strides: Sequence[int]) -> NDArray[Any]:
    """Put values, in C order of the indices, into a new array of this shape and these strides in elements."""
    c_ordered = values.reshape(tuple(shape))
    if not strides:
        return c_ordered
    extent = 1 + sum(s * (n - 1) for s, n in zip(strides, shape, strict=True) if n > 1)
    buffer = np.zeros(extent, dtype=values.dtype)
    view = np.lib.stride_tricks.as_strided(buffer, tuple(shape), [s * values.itemsize for s in strides])
    view[...] = c_ordered
    # A view made by as_strided has a wrapper as its base; a Fortran-ordered array needs none.
    return view if not view.flags.f_contiguous else np.asfortranarray(view)


def restore(values: NDArray[np.float64], layout: source_pb2.ArrayLayout | None, shape: Sequence[int]) -> Any:
    """Give values the form that a checked layout describes.

    Parameters
    ----------
    values : ndarray of shape (n,)
    layout : ArrayLayout or None
        None for a C-ordered float64 array of shape `shape`.
    shape : sequence of int
        The family's natural shape.
    """
    if layout is None:
        return values.reshape(tuple(shape))
    dtype = np.dtype(layout.dtype or "float64")
    if layout.scalar == Scalar.SCALAR_NONE:
        return None
    if layout.scalar:
        first = float(values.reshape(-1)[0]) if values.size else 0.0
        if layout.scalar == Scalar.SCALAR_NUMPY:
            return dtype.type(first)
        return int(first) if layout.scalar == Scalar.SCALAR_PYTHON_INT else first
    return place(values.astype(dtype, copy=False), layout.shape, layout.strides)
