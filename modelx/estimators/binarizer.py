"""Values above a threshold."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source
from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Tolerance,
    available,
    check_finite,
    check_width,
    generic_rows,
    spec,
)
from modelx.estimators.stateless import width_of
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class BinarizerFamily(Family):
    """``binarizer``."""

    arm = "binarizer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("Binarizer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.binarizer
        proto.n_features = width_of(estimator)
        threshold = estimator.threshold
        # scikit-learn compares with the double next to an int; wider floats and fractions it compares as such.
        if not isinstance(threshold, (int, float, np.integer, np.floating)) or float(threshold) != threshold:
            reason = f"threshold is {threshold!r}; expected a finite number that a float64 holds: give float(threshold)"
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes)
        proto.threshold = float(threshold)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        check_width(model.binarizer.n_features, path)
        check_finite(np.array([model.binarizer.threshold]), f"{path}.threshold")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.binarizer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", model.binarizer.n_features)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.binarizer, f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name="Binarizer")
            described.params["threshold"].double_value = proto.threshold
        estimator = self.build(described, model, place, ())
        found = estimator.threshold
        if not isinstance(found, (int, float, np.number)) or not found == proto.threshold:
            raise SourceError(f"threshold is {found!r}; the model has {proto.threshold}", path=f"{place}.params")
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        if err is None:
            return np.ones(len(x), dtype=bool)
        return np.asarray((np.abs(x - model.binarizer.threshold) > err).all(axis=1))

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        threshold, d = model.binarizer.threshold, model.binarizer.n_features
        with np.errstate(all="ignore"):
            near = np.array([threshold, np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf)])
        near = near[np.isfinite(near)]
        out = generic_rows(rng, n, d) + threshold
        # Each column at the threshold, just above and just below it, in turn.
        for i in range(min(len(near), len(out))):
            out[i] = np.resize(np.roll(near, i), d)
        return np.asarray(np.nan_to_num(out))
