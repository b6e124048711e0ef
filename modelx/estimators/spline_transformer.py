"""B-splines of each feature."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.interpolate import BSpline
from sklearn import preprocessing

from modelx import source, wire
from modelx.calling import call
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
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
from modelx.v1 import model_pb2, source_pb2, spline_transformer_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = spline_transformer_pb2.SplineTransformerProto
_EXTRAPOLATIONS = {
    "error": Proto.EXTRAPOLATION_ERROR,
    "constant": Proto.EXTRAPOLATION_CONSTANT,
    "linear": Proto.EXTRAPOLATION_LINEAR,
    "continue": Proto.EXTRAPOLATION_CONTINUE,
    "periodic": Proto.EXTRAPOLATION_PERIODIC,
}
# What fit makes of the knots.
_COMPUTED = ("bsplines_", "n_features_out_")


class SplineTransformerFamily(Family):
    """``spline_transformer``."""

    arm = "spline_transformer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("SplineTransformer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.spline_transformer
        proto.n_features = estimator.n_features_in_
        proto.degree = estimator.degree
        wire.fill(proto, "knots", np.array([spline.t for spline in estimator.bsplines_]))
        proto.extrapolation = _EXTRAPOLATIONS[estimator.extrapolation]
        proto.include_bias = bool(estimator.include_bias)
        proto.missing_zeros = getattr(estimator, "handle_missing", "error") == "zeros"
        ended = (Proto.EXTRAPOLATION_CONSTANT, Proto.EXTRAPOLATION_LINEAR)
        if (
            proto.missing_zeros
            and estimator.sparse_output
            and proto.extrapolation not in ended
            and proto.n_features > 1
        ):
            reason = (
                f"with sparse_output and extrapolation={estimator.extrapolation!r}, scikit-learn fills missing values "
                "of all features but the first from the other rows; refit with sparse_output=False"
            )
            raise UnsupportedEstimatorError([("", reason)])
        try:
            self.check(model, "")
        except (ShapeError, NonFiniteError) as error:
            reason = f"the splines have no form in a file: {error.message}; refit with more knots, or another degree"
            raise UnsupportedEstimatorError([("", reason)]) from error
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        del model.source.layouts["n_features_out_"]

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.spline_transformer
        check_width(proto.n_features, path)
        k, d, n = proto.degree, proto.n_features, wire.count(proto.knots)
        if proto.extrapolation not in _EXTRAPOLATIONS.values():
            raise ShapeError(f"extrapolation is {proto.extrapolation}; expected 1 to 5", path=f"{path}.extrapolation")
        if k < 0 or (k == 0 and proto.extrapolation == Proto.EXTRAPOLATION_CONSTANT):
            raise ShapeError(f"degree is {k}; expected at least 0, and 1 to stay constant", path=f"{path}.degree")
        least = max(2 * k + 2, 3 * k + 1) if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC else 2 * k + 2
        if n % d or n // d < least:
            raise ShapeError(
                f"there are {n} values; expected as many for each of {d} features, at least {least}",
                path=f"{path}.knots",
            )
        if _columns(proto) - (not proto.include_bias) < 1:
            raise ShapeError(f"{n // d} knots give no column; expected more", path=f"{path}.knots")
        knots = _knots(proto)
        if not np.isfinite(knots).all():
            raise NonFiniteError("a knot is NaN or infinite; expected finite ones", path=f"{path}.knots")
        if (knots[:, 1:] < knots[:, :-1]).any():
            raise ShapeError("knots do not ascend", path=f"{path}.knots")
        if proto.extrapolation == Proto.EXTRAPOLATION_LINEAR:
            m = n // d
            for edge, reach in edges(proto):
                if reach > _columns(proto) or edge > m - k - 1 or m - edge - 1 < k:
                    raise ShapeError(f"{m} knots are too few for {reach} columns to go on", path=f"{path}.knots")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.spline_transformer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", _given(model.spline_transformer))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.spline_transformer, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED)
        _check_parameters(estimator, proto, f"{place}.params")
        k, n_splines = proto.degree, _columns(proto)
        coefficients = np.eye(n_splines)
        if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC:
            coefficients = np.concatenate((coefficients, coefficients[:k, :]))
        extrapolate = estimator.extrapolation in ("periodic", "continue")
        estimator.bsplines_ = [
            BSpline.construct_fast(t.copy(), coefficients, k, extrapolate=extrapolate) for t in _knots(proto)
        ]
        estimator.n_features_out_ = _given(proto)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        return {"transform": absolute(np.asarray(self.propagate(model, estimator, x, err)).max(axis=1))}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        out = np.ones(len(x), dtype=bool)
        if err is None:
            return out
        proto = model.spline_transformer
        knots, k = _knots(proto), proto.degree
        for j, (edge, _) in enumerate(edges(proto)):
            t, own, reach = knots[j], x[:, j], err[:, j]
            if proto.extrapolation == Proto.EXTRAPOLATION_CONTINUE:
                # What goes on as a polynomial of a high degree has slopes of any size.
                out &= (own - reach >= t[k]) & (own + reach <= t[-k - 1])
            # Splines of degree 0, and all where knots repeat, jump; so may the outermost knots.
            repeated = t[:-k][t[k:] == t[:-k]] if k else t
            jumps = np.concatenate([repeated, [t[k], t[-k - 1], t[edge], t[-edge - 1]]])
            if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC:
                continue
            out &= ~(np.abs(own[:, None] - jumps) <= reach[:, None]).any(axis=1)
        return out

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        proto = model.spline_transformer
        with np.errstate(all="ignore"):
            given = call(estimator, "transform", x)
            out = RELATIVE_TO_SCALE * np.maximum(1.0, np.abs(given).max(axis=1, keepdims=True)) + np.zeros(given.shape)
            if err is not None:
                # A spline is made of two of the degree below, each at most 1, over the distances of knots.
                t, k, each = _knots(proto), proto.degree, given.shape[1] // proto.n_features
                gaps = t[:, k:] - t[:, : t.shape[1] - k] if k else np.ones((len(t), 1))
                slope = 2.0 * k / np.where(gaps > 0.0, gaps, np.inf).min(axis=1)
                out += np.repeat(err * slope, each, axis=1)
        return np.asarray(np.nan_to_num(out))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        proto = model.spline_transformer
        k = proto.degree
        out = generic_rows(rng, n, proto.n_features)
        for j, t in enumerate(_knots(proto)):
            low, high = t[k], t[-k - 1]
            inner = t[k : len(t) - k]
            telling = [inner, np.nextafter(inner, np.inf), np.nextafter(inner, -np.inf), rng.uniform(low, high, 6)]
            telling.append(np.array([low - 0.3 * (high - low), high + 0.7 * (high - low), t[0], t[-1]]))
            values = np.concatenate(telling)
            rng.shuffle(values)
            out[:, j] = np.resize(values, len(out))
            if proto.extrapolation == Proto.EXTRAPOLATION_ERROR:
                out[:, j] = np.clip(out[:, j], low, high)
        if proto.missing_zeros and n > 2:
            out[2, rng.integers(proto.n_features)] = np.nan
        return out


def _knots(proto: Proto) -> NDArray[np.float64]:
    """Give the knots, shape (n_features, m)."""
    return wire.doubles(proto.knots).reshape(proto.n_features, -1)


def _columns(proto: Proto) -> int:
    """Count the splines of a feature."""
    periodic = proto.degree if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC else 0
    return wire.count(proto.knots) // proto.n_features - proto.degree - 1 - periodic


def _given(proto: Proto) -> int:
    """Count the columns of transform."""
    return proto.n_features * (_columns(proto) - (0 if proto.include_bias else 1))


def edges(proto: Proto) -> list[tuple[int, int]]:
    """Give, for each feature, the place of the knot at which its columns end, and how many of them go on."""
    edge = reach = proto.degree
    out = []
    for _ in range(proto.n_features):
        if proto.extrapolation == Proto.EXTRAPOLATION_LINEAR:
            # scikit-learn goes one knot further in at each feature, up to the second.
            edge = reach
            reach = edge + 1 if edge <= 1 else edge
        out.append((edge, reach))
    return out


def _check_parameters(estimator: Any, proto: Proto, path: str) -> None:
    """Check that an estimator's hyper-parameters are those of the computation."""
    found = (
        estimator.degree if isinstance(estimator.degree, int | np.integer) else None,
        _EXTRAPOLATIONS.get(estimator.extrapolation) if isinstance(estimator.extrapolation, str) else None,
        bool(estimator.include_bias) if isinstance(estimator.include_bias, bool | np.bool_) else None,
        getattr(estimator, "handle_missing", "error") == "zeros",
    )
    wanted = (proto.degree, proto.extrapolation, proto.include_bias, proto.missing_zeros)
    if found != wanted:
        raise SourceError(
            f"degree, extrapolation, include_bias and whether what is missing is zeros are {found}; the model has "
            f"{wanted}",
            path=path,
        )
    if not isinstance(estimator.order, str) or estimator.order not in ("C", "F"):
        raise SourceError(f"order is {estimator.order!r}; expected 'C' or 'F'", path=f"{path}[order]")


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="SplineTransformer")
    described.params["degree"].int_value = proto.degree
    described.params["extrapolation"].string_value = next(
        name for name, value in _EXTRAPOLATIONS.items() if value == proto.extrapolation
    )
    described.params["include_bias"].bool_value = proto.include_bias
    if proto.missing_zeros:
        described.params["handle_missing"].string_value = "zeros"
    return described
