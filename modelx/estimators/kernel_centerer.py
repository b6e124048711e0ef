"""Rows of a kernel matrix, centered in the space of the kernel."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source, wire
from modelx.errors import UnsupportedEstimatorError
from modelx.estimators.base import (
    RELATIVE_TO_SCALE,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_finite,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import kernel_centerer_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_COMPUTED = ("K_fit_rows_", "K_fit_all_")


class KernelCentererFamily(Family):
    """``kernel_centerer``."""

    arm = "kernel_centerer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("KernelCenterer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        means = estimator.K_fit_rows_
        if means.dtype != np.float64:
            reason = f"KernelCenterer was fitted on {means.dtype}; refit it on K.astype('float64')"
            raise UnsupportedEstimatorError([("", reason)])
        proto = model.kernel_centerer
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        proto.n_features = estimator.n_features_in_
        wire.fill(proto, "column_means", means)
        proto.mean = float(estimator.K_fit_all_)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.kernel_centerer
        check_width(proto.n_features, path)
        check_count(proto.column_means, proto.n_features, f"{path}.column_means", "n_features")
        check_finite(wire.doubles(proto.column_means), f"{path}.column_means")
        check_finite(np.array([proto.mean]), f"{path}.mean")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.kernel_centerer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", model.kernel_centerer.n_features)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.kernel_centerer, f"{path}.source"
        described = model.source if model.source.class_name else source_pb2.Source(class_name="KernelCenterer")
        estimator = self.build(described, model, place, _COMPUTED)
        means = wire.doubles(proto.column_means)
        estimator.K_fit_rows_ = source.restore(described, "K_fit_rows_", means, (proto.n_features,), place)
        estimator.K_fit_all_ = np.float64(proto.mean)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        return {"transform": absolute(_error(model.kernel_centerer, x, err).max(axis=1))}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        # A sum may overflow in one order and not in another, but not where that of the magnitudes is far from it.
        proto = model.kernel_centerer
        given = np.abs(x) if err is None else np.abs(x) + err
        sums = (given * 2.0**-60).sum(axis=1)
        largest = np.abs(wire.doubles(proto.column_means)).max() * 2.0**-60 + abs(proto.mean) * 2.0**-60
        return np.asarray(2.0 * sums + largest < 0.999 * np.finfo(np.float64).max * 2.0**-60)

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        return _error(model.kernel_centerer, x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        proto = model.kernel_centerer
        means = wire.doubles(proto.column_means)
        out = generic_rows(rng, n, len(means))
        # Rows as of the training matrix, in which columns that change places show, and a single one among nothing.
        plain = out[::2]
        plain *= 1.0 + np.abs(means).max()
        plain += means
        if n > 1:
            out[1, rng.integers(len(means))] = 1.0 + abs(proto.mean)
        if n > 3:
            out[3] = np.where(rng.random(len(means)) < 0.5, 5e-324, -0.0)
        return np.asarray(np.nan_to_num(out))


def _error(proto: kernel_centerer_pb2.KernelCentererProto, x: NDArray[np.float64], err: Error) -> NDArray[np.float64]:
    """Bound how far transform's output may be off, shape (n_rows, n_features): a part of the sum of absolute terms."""
    magnitudes = np.abs(x)
    means = np.abs(wire.doubles(proto.column_means))
    with np.errstate(over="ignore"):
        off = magnitudes + means + magnitudes.mean(axis=1, keepdims=True) + abs(proto.mean)
        off *= RELATIVE_TO_SCALE
        if err is not None:
            off += err + err.mean(axis=1, keepdims=True)
    return np.asarray(np.nan_to_num(off))
