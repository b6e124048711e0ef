"""The imputer that asks the nearest of the rows that it was fitted on."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import KNNImputer

from modelx import source, wire
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import knn_rounding, missing
from modelx.estimators.base import Error, Family, Tolerance, absolute, check_count, check_width, spec
from modelx.v1 import knn_imputer_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = knn_imputer_pb2.KNNImputerProto
Weights = Proto.Weights
_COMPUTED = ("indicator_", "_fit_X")
_WEIGHTS = {
    None: Weights.WEIGHTS_UNSPECIFIED,
    "uniform": Weights.WEIGHTS_UNSPECIFIED,
    "distance": Weights.WEIGHTS_DISTANCE,
}


class KNNImputerFamily(Family):
    """``knn_imputer``."""

    arm = "knn_imputer"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"KNNImputer": KNNImputer}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.knn_imputer
        proto.missing = missing.value_of(estimator)
        _refuse(estimator)
        donors, gone = estimator._fit_X, estimator._mask_fit_X
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        model.source.layouts.pop("indicator_", None)
        proto.n_rows, proto.n_features = donors.shape
        wire.fill(proto, "rows", donors, detach=True)
        # As transform takes them, in the type of the rows.
        means = [float(np.ma.array(donors[:, j], mask=gone[:, j]).mean()) if v else np.nan for j, v in valid(estimator)]
        wire.fill(proto, "means", means)
        proto.n_neighbors = min(estimator.n_neighbors, 2**31 - 1)
        proto.weights = _WEIGHTS[estimator.weights]
        proto.keeps_empty = bool(estimator.keep_empty_features)
        if estimator.indicator_ is not None:
            missing.write_indicator(estimator.indicator_, proto.missing, proto.indicator)
        if not _columns(proto):
            reason = "every column was empty when KNNImputer was fitted, so that transform gives none"
            raise UnsupportedEstimatorError([("", reason)])

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.knn_imputer
        check_width(proto.n_features, path)
        missing.check_value(proto.missing, path)
        for field, value in (("n_rows", proto.n_rows), ("n_neighbors", proto.n_neighbors)):
            if value < 1:
                raise ShapeError(f"{field} is {value}; expected at least 1", path=f"{path}.{field}")
        check_count(proto.rows, proto.n_rows * proto.n_features, f"{path}.rows", "n_rows x n_features")
        donors = wire.doubles(proto.rows)
        _refuse_values(donors, ~(np.isfinite(donors) | missing.is_missing(donors, proto.missing)), f"{path}.rows")
        check_count(proto.means, proto.n_features, f"{path}.means", "n_features")
        means = wire.doubles(proto.means)
        _refuse_values(means, np.isinf(means), f"{path}.means")
        if proto.weights not in Weights.values():
            raise ShapeError(
                f"weights is {proto.weights}; expected one that this version knows", path=f"{path}.weights"
            )
        if proto.HasField("indicator"):
            missing.check_indicator(proto.indicator, proto.n_features, proto.missing, f"{path}.indicator")
        if not _columns(proto):
            raise ShapeError("every column is empty; expected one to remain", path=f"{path}.rows")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.knn_imputer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", _columns(model.knn_imputer))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.knn_imputer, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED)
        missing.check_rebuilt(estimator, proto.missing, place)
        _check_params(estimator, proto, place)
        shape = (proto.n_rows, proto.n_features)
        donors = source.restore(described, "_fit_X", wire.doubles(proto.rows), shape, place)
        if not isinstance(donors, np.ndarray) or donors.shape != shape:
            raise SourceError(f"the rows are not of shape {shape}", path=f"{place}.layouts[_fit_X]")
        estimator._fit_X = donors
        estimator._mask_fit_X = np.isnan(donors) if isnan(proto.missing) else donors == estimator.missing_values
        estimator._valid_mask = ~np.all(estimator._mask_fit_X, axis=0)
        estimator.indicator_ = None
        if proto.HasField("indicator"):
            estimator.indicator_ = missing.read_indicator(proto.indicator, estimator.missing_values)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> dict[str, Tolerance]:
        return {"transform": absolute(self._off(model, x, err).max(axis=1))}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> NDArray[np.bool_]:
        proto = model.knn_imputer
        _, sure = knn_rounding.bounds(proto, x, err, all_taken_count=_all_taken_count())
        return missing.decided(x, err, proto.missing) & sure

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> Error:
        return self._off(model, x, err)

    @staticmethod
    def _off(model: model_pb2.ModelProto, x: Rows, err: Error) -> Rows:
        proto = model.knn_imputer
        off, _ = knn_rounding.bounds(proto, x, err, all_taken_count=_all_taken_count())
        empty = knn_rounding.empty_columns(proto)
        off[:, empty] = 0.0
        told = np.zeros((len(x), len(proto.indicator.columns)))
        return np.hstack([off if proto.keeps_empty else off[:, ~empty], told])

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        """Make rows near the donors, with gaps: far from all of them, nothing would tell their values apart."""
        proto = model.knn_imputer
        donors = wire.doubles(proto.rows).reshape(proto.n_rows, proto.n_features)
        gaps = missing.is_missing(missing.rows_with_gaps(rng, n, proto.n_features, proto.missing), proto.missing)
        means = np.nan_to_num(wire.doubles(proto.means))
        chosen = donors[rng.integers(proto.n_rows, size=len(gaps))]
        base = np.where(missing.is_missing(chosen, proto.missing), means, chosen)
        filled = np.where(missing.is_missing(donors, proto.missing), means, donors)
        with np.errstate(all="ignore"):
            noise = 0.3 * np.nan_to_num(filled.std(axis=0)) * rng.standard_normal(base.shape)
            out = base + noise + 1e-3 * rng.standard_normal(base.shape)
        out[out == proto.missing] += 1e-3
        return np.where(gaps, proto.missing, np.nan_to_num(out))


def valid(estimator: Any) -> list[tuple[int, bool]]:
    """Give each column with whether some donor has a value there."""
    return list(enumerate(np.asarray(estimator._valid_mask).tolist()))


def _columns(proto: Proto) -> int:
    kept = proto.n_features if proto.keeps_empty else int((~knn_rounding.empty_columns(proto)).sum())
    return kept + len(proto.indicator.columns)


@lru_cache(maxsize=1)
def _all_taken_count() -> bool:
    """Whether uniform weights count donors without a distance: up to scikit-learn 1.5 they do, if they are taken."""
    nan = np.nan
    probe = KNNImputer(n_neighbors=2).fit([[0.0, nan, 1.0], [nan, 0.0, 3.0]])
    return bool(probe.transform([[0.0, nan, nan]])[0, 2] != 1.0)


def _refuse(estimator: Any) -> None:
    """Refuse functions, and types whose sums another runtime does not have."""
    reasons = []
    if callable(estimator.weights):
        reasons.append("weights is a function; fit with weights='uniform' or 'distance'")
    if estimator.metric != "nan_euclidean":
        reasons.append("metric is a function; fit with metric='nan_euclidean'")
    dtype = estimator._fit_X.dtype
    if dtype not in (np.float64, np.float32) or (dtype == np.float32 and _all_taken_count()):
        reasons.append(
            f"KNNImputer was fitted on {dtype.name}, in which this scikit-learn adds; refit on X.astype('float64')"
        )
    if reasons:
        raise UnsupportedEstimatorError([("", reason) for reason in reasons])


def _refuse_values(values: Rows, wrong: NDArray[np.bool_], path: str) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise NonFiniteError(f"value {at} is {values[at]}; expected a finite number, or a missing one", path=path)


def _check_params(estimator: Any, proto: Proto, path: str) -> None:
    """Compare the hyper-parameters that transform looks at with the computation."""
    said = (estimator.n_neighbors, estimator.weights, estimator.keep_empty_features, estimator.add_indicator)
    known = isinstance(estimator.weights, str | None) and estimator.weights in _WEIGHTS
    if (
        not known
        or type(estimator.n_neighbors) not in (int, np.int64, np.int32)
        or estimator.metric != "nan_euclidean"
        or (min(estimator.n_neighbors, 2**31 - 1), _WEIGHTS[estimator.weights]) != (proto.n_neighbors, proto.weights)
        or (bool(said[2]), bool(said[3])) != (proto.keeps_empty, proto.HasField("indicator"))
    ):
        raise SourceError(
            f"n_neighbors, weights, keep_empty_features and add_indicator are {said}, which is not what the model "
            "computes",
            path=path,
        )


def _default_source(proto: Proto) -> source_pb2.Source:
    """Describe a model that names no class: one that was built in Go."""
    described = source_pb2.Source(class_name="KNNImputer")
    described.params["missing_values"].double_value = proto.missing
    described.params["n_neighbors"].int_value = proto.n_neighbors
    described.params["weights"].string_value = next(
        name for name, kind in _WEIGHTS.items() if name and kind == proto.weights
    )
    described.params["keep_empty_features"].bool_value = proto.keeps_empty
    described.params["add_indicator"].bool_value = proto.HasField("indicator")
    return described
