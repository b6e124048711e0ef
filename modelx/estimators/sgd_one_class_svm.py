"""The linear novelty detector."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import linear_model

from modelx import source, wire
from modelx.errors import UnsupportedEstimatorError
from modelx.estimators import linear_rows
from modelx.estimators.base import (
    EQUAL,
    DataType,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_finite,
    check_width,
    spec,
)
from modelx.estimators.rounding import affine_tolerance
from modelx.v1 import model_pb2, sgd_one_class_svm_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_COMPUTED = ("coef_", "offset_")


class SGDOneClassSVMFamily(Family):
    """``sgd_one_class_svm``."""

    arm = "sgd_one_class_svm"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(linear_model, ("SGDOneClassSVM",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        if not isinstance(estimator.coef_, np.ndarray):
            raise UnsupportedEstimatorError([("", "coef_ is sparse; call densify() on the estimator first")])
        proto = model.sgd_one_class_svm
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        wire.fill(proto, "coefficients", estimator.coef_)
        proto.offset = float(np.asarray(estimator.offset_).reshape(-1)[0])
        proto.n_features = estimator.coef_.size

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.sgd_one_class_svm
        check_count(proto.coefficients, max(proto.n_features, 0), f"{path}.coefficients", "n_features")
        check_finite(wire.doubles(proto.coefficients), f"{path}.coefficients")
        check_finite(np.array([proto.offset]), f"{path}.offset")
        check_width(proto.n_features, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.sgd_one_class_svm.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:  # noqa: ARG002 - always the same
        return [spec("predict", 0, DataType.DATA_TYPE_INT64), spec("decision_function"), spec("score_samples")]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.sgd_one_class_svm, f"{path}.source"
        described = model.source if model.source.class_name else source_pb2.Source(class_name="SGDOneClassSVM")
        estimator = self.build(described, model, place, _COMPUTED)
        coefficients = wire.doubles(proto.coefficients)
        estimator.coef_ = source.restore(described, "coef_", coefficients, (proto.n_features,), place)
        estimator.offset_ = source.restore(described, "offset_", np.array([proto.offset]), (1,), place)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        tolerance = absolute(affine_tolerance(x, err, *_matrix(model.sgd_one_class_svm))[:, 0])
        return {"predict": EQUAL, "decision_function": tolerance, "score_samples": tolerance}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        w, b = _matrix(model.sgd_one_class_svm)
        return np.asarray((np.abs(x @ w.T + b) > affine_tolerance(x, err, w, b))[:, 0])

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        return linear_rows.near_boundaries(rng, n, *_matrix(model.sgd_one_class_svm))


def _matrix(
    proto: sgd_one_class_svm_pb2.SGDOneClassSVMProto,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return wire.doubles(proto.coefficients).reshape(1, -1), np.array([-proto.offset])
