"""Rows divided by their norms."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source
from modelx.errors import ShapeError, SourceError
from modelx.estimators.base import (
    EQUAL,
    RELATIVE_TO_SCALE,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_width,
    generic_rows,
    spec,
)
from modelx.estimators.stateless import width_of
from modelx.v1 import model_pb2, normalizer_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = normalizer_pb2.NormalizerProto
_NORMS = {"l1": Proto.NORM_L1, "l2": Proto.NORM_L2, "max": Proto.NORM_MAX}
# Rows whose norm is below are left as they are.
SMALLEST = 10 * 2.0**-52


class NormalizerFamily(Family):
    """``normalizer``."""

    arm = "normalizer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("Normalizer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.normalizer
        proto.n_features = width_of(estimator)
        source.capture(estimator, model.source, self.classes)
        proto.norm = _NORMS[estimator.norm]

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        check_width(model.normalizer.n_features, path)
        if model.normalizer.norm not in _NORMS.values():
            raise ShapeError(f"norm is {model.normalizer.norm}; expected one of 1 to 3", path=f"{path}.norm")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.normalizer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", model.normalizer.n_features)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.normalizer, f"{path}.source"
        name = next(name for name, norm in _NORMS.items() if norm == proto.norm)
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name="Normalizer")
            described.params["norm"].string_value = name
        estimator = self.build(described, model, place, ())
        if not isinstance(estimator.norm, str) or estimator.norm != name:
            raise SourceError(f"norm is {estimator.norm!r}; the model has {name!r}", path=f"{place}.params")
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        off = self.propagate(model, estimator, x, err)
        return {"transform": EQUAL if off is None else absolute(off.max(axis=1))}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        norm = model.normalizer.norm
        if err is None and norm == Proto.NORM_MAX:
            return np.ones(len(x), dtype=bool)
        with np.errstate(all="ignore"):
            norms = _norms(x, norm)
            off = _norm_error(x, norms, norm, err)
            # A sum may overflow in one order and not in another; one term that does overflows in all.
            terms = x * x if norm == Proto.NORM_L2 else np.abs(x)
            overflows = np.isinf(terms).any(axis=1)
            sums = (terms * 2.0**-60).sum(axis=1) * 2.0**60
        clear = overflows | (sums < 0.999 * np.finfo(np.float64).max)
        return np.asarray(clear & (overflows | (np.abs(norms - SMALLEST) > off)))

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        norm = model.normalizer.norm
        if err is None and norm == Proto.NORM_MAX:
            return None
        with np.errstate(all="ignore"):
            norms = _norms(x, norm)
            off = _norm_error(x, norms, norm, err)
            divisor = np.where(norms < SMALLEST, 1.0, norms)
            off = np.where(norms < SMALLEST, 0.0, off)
            out = np.abs(x) * (off / divisor / divisor)[:, None]
            # Two roundings of the quotient, and the least that it can be off where it is subnormal.
            out += np.abs(x / divisor[:, None]) * 2.0**-52 + 2.0**-1073
            if err is not None:
                out += err / divisor[:, None]
        return np.asarray(np.nan_to_num(out))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        d = model.normalizer.n_features
        out = generic_rows(rng, n, d)
        # Norms on both sides of the smallest that divides, of subnormal numbers, and one that overflows.
        first = np.zeros(d)
        first[rng.integers(d)] = 1.0
        telling = [first * SMALLEST, -first * np.nextafter(SMALLEST, 0.0), first * 5e-324, out[-1] * 1e-15]
        telling += [first * 1e300, rng.standard_normal(d) * 1e-300]
        for i, row in enumerate(telling):
            if 2 * i + 1 < len(out):
                out[2 * i + 1] = row
        return out


def _norms(x: NDArray[np.float64], norm: int) -> NDArray[np.float64]:
    if norm == Proto.NORM_MAX:
        return np.asarray(np.abs(x).max(axis=1))
    if norm == Proto.NORM_L1:
        return np.asarray(np.abs(x).sum(axis=1))
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", x, x)))


def _norm_error(x: NDArray[np.float64], norms: NDArray[np.float64], norm: int, err: Error) -> NDArray[np.float64]:
    """Bound how far the norms of rows may be off, shape (n_rows,)."""
    out = np.zeros(len(x)) if norm == Proto.NORM_MAX else RELATIVE_TO_SCALE * norms
    if err is not None:
        # No norm moves by more than the same norm of what the row moves by.
        out = out + _norms(err, norm) * (1.0 + RELATIVE_TO_SCALE)
    return np.asarray(out)
