"""Regressors that are affine in their input, with an optional inverse link."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import linear_model, svm

from modelx import source, wire
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    FEW_ULP,
    Comparison,
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
from modelx.estimators.rounding import affine_tolerance
from modelx.v1 import linear_regression_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Link = linear_regression_pb2.LinearRegressionProto.Link
_COMPUTED = ("coef_", "intercept_")
_GLM = ("GammaRegressor", "PoissonRegressor", "TweedieRegressor")
_NAMES = (
    "ARDRegression",
    "BayesianRidge",
    "ElasticNet",
    "ElasticNetCV",
    *_GLM,
    "HuberRegressor",
    "Lars",
    "LarsCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "LinearRegression",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "PassiveAggressiveRegressor",
    "QuantileRegressor",
    "RANSACRegressor",
    "Ridge",
    "RidgeCV",
    "SGDRegressor",
    "TheilSenRegressor",
)
# exp leaves the range of normal float64 numbers outside: there its relative precision is lost.
_LOG_RANGE = 700.0


class LinearRegressionFamily(Family):
    """``linear_regression``."""

    arm = "linear_regression"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(linear_model, _NAMES) | {"LinearSVR": svm.LinearSVR}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.linear_regression
        fitted = self._capture(estimator, model.source)
        coef = fitted.coef_
        proto.n_features = coef.shape[-1]
        wire.fill(proto, "coefficients", coef, detach=True)
        intercepts = np.asarray(fitted.intercept_, dtype=np.float64).reshape(-1)
        if coef.ndim == 1:
            proto.intercept = float(intercepts[0])
        else:
            proto.n_outputs = len(coef)
            wire.fill(proto, "intercepts", np.broadcast_to(intercepts, proto.n_outputs))
        proto.link = _link(fitted)

    def _capture(self, estimator: Any, out: source_pb2.Source) -> Any:
        """Write the source; give the estimator that has the coefficients."""
        if not isinstance(getattr(estimator, "coef_", np.empty(0)), np.ndarray):
            reason = f"coef_ of {type(estimator).__name__} is sparse; set it to coef_.toarray() first"
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, out, self.classes, computed=(*_COMPUTED, "estimator_"))
        if type(estimator).__name__ != "RANSACRegressor":
            return estimator
        inner = estimator.estimator_
        if self.classes.get(type(inner).__name__) is not type(inner):
            reason = f"{type(inner).__name__} is no linear regressor; RANSACRegressor is exported over linear ones only"
            raise UnsupportedEstimatorError([("estimator_", reason)])
        fitted = self._capture(inner, out.delegate)
        if out.delegate.params["random_state"].WhichOneof("kind") in ("omitted", None):
            # RANSACRegressor put its generator there, on its own.
            del out.delegate.params["random_state"]
        return fitted

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.linear_regression
        check_width(proto.n_features, path)
        if proto.n_outputs < 0:
            raise ShapeError(f"n_outputs is {proto.n_outputs}; expected at least 0", path=f"{path}.n_outputs")
        m = max(proto.n_outputs, 1)
        check_count(proto.coefficients, m * proto.n_features, f"{path}.coefficients", "outputs x n_features")
        check_finite(wire.doubles(proto.coefficients), f"{path}.coefficients")
        check_finite(np.array([proto.intercept]), f"{path}.intercept")
        check_count(proto.intercepts, proto.n_outputs, f"{path}.intercepts", "n_outputs")
        check_finite(wire.doubles(proto.intercepts), f"{path}.intercepts")
        if proto.link not in Link.values():
            raise ShapeError(f"link is {proto.link}; expected one that this version knows", path=f"{path}.link")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.linear_regression.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("predict", model.linear_regression.n_outputs)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        described = model.source
        if not described.class_name:
            log = model.linear_regression.link == Link.LINK_LOG
            described = source_pb2.Source(class_name="PoissonRegressor" if log else "LinearRegression")
        return self._rebuild(model, described, f"{path}.source")

    def _rebuild(self, model: model_pb2.ModelProto, described: source_pb2.Source, path: str) -> Any:
        proto = model.linear_regression
        name = described.class_name
        estimator = self.build(described, model, path, (*_COMPUTED, "estimator_"))
        if name == "RANSACRegressor":
            if described.delegate.class_name == name:
                raise SourceError("a RANSACRegressor over another", path=f"{path}.delegate")
            estimator.estimator_ = self._rebuild(model, described.delegate, f"{path}.delegate")
            # RANSACRegressor gives its inner estimator arrays, so that this one has no feature names.
            vars(estimator.estimator_).pop("feature_names_in_", None)
            return estimator
        d, m = proto.n_features, proto.n_outputs
        shape, coefficients = ((m, d) if m else (d,)), wire.doubles(proto.coefficients)
        estimator.coef_ = source.restore(described, "coef_", coefficients, shape, path)
        flat = wire.doubles(proto.intercepts) if m else np.array([proto.intercept])
        if not m and "intercept_" not in described.layouts:
            estimator.intercept_ = float(flat[0])
        else:
            estimator.intercept_ = source.restore_repeated(described, "intercept_", flat, (m,), path)
        if name in _GLM:
            estimator._base_loss = estimator._get_loss()
        if _link(estimator) != proto.link:
            raise SourceError(f"{name} with these parameters has another link than the model", path=path)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        proto = model.linear_regression
        w, b = _matrix(proto)
        per_row = affine_tolerance(x, err, w, b).max(axis=1)
        if proto.link == Link.LINK_LOG:
            # Rows whose prediction leaves the range of exp are not `decided`: what stands here for them is not used.
            relative = np.expm1(np.minimum(per_row, _LOG_RANGE)) + FEW_ULP
            return {"predict": Tolerance(Comparison.COMPARISON_RELATIVE, relative)}
        return {"predict": absolute(per_row)}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,  # noqa: ARG002
    ) -> NDArray[np.bool_]:
        proto = model.linear_regression
        if proto.link != Link.LINK_LOG:
            return np.ones(len(x), dtype=bool)
        w, b = _matrix(proto)
        return np.asarray((np.abs(x @ w.T + b) < _LOG_RANGE).all(axis=1))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        return generic_rows(rng, n, model.linear_regression.n_features)


def _matrix(proto: linear_regression_pb2.LinearRegressionProto) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    w = wire.doubles(proto.coefficients).reshape(-1, proto.n_features)
    return w, wire.doubles(proto.intercepts) if proto.n_outputs else np.array([proto.intercept])


def _link(estimator: Any) -> linear_regression_pb2.LinearRegressionProto.Link:
    if type(estimator).__name__ not in _GLM:
        return Link.LINK_UNSPECIFIED
    name = type(estimator._base_loss.link).__name__
    links = {"IdentityLink": Link.LINK_UNSPECIFIED, "LogLink": Link.LINK_LOG}
    if name not in links:
        raise UnsupportedEstimatorError(
            [("", f"{type(estimator).__name__} has the link {name}; known: {', '.join(links)}")]
        )
    return links[name]
