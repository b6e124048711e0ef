"""Products of features."""

from __future__ import annotations

from functools import cached_property
from math import comb
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source
from modelx.calling import call
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import model_pb2, polynomial_features_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = polynomial_features_pb2.PolynomialFeaturesProto
MAX_TERMS = 1 << 20
# What scikit-learn counts from the hyper-parameters and the width.
_COMPUTED = ("n_output_features_",)


class PolynomialFeaturesFamily(Family):
    """``polynomial_features``."""

    arm = "polynomial_features"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("PolynomialFeatures",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.polynomial_features
        proto.n_features = estimator.n_features_in_
        low, high = int(estimator._min_degree), int(estimator._max_degree)
        terms = n_terms(proto.n_features, high, interaction_only=bool(estimator.interaction_only))
        if terms > MAX_TERMS or high >= 2**31 or estimator.n_output_features_ < 1:
            reason = (
                f"gives {estimator.n_output_features_} columns of at least {terms} terms; expected at least one column "
                f"of at most {MAX_TERMS} terms: choose a lower degree, or fewer features"
            )
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        del model.source.layouts["n_output_features_"]
        proto.min_degree, proto.max_degree = low, high
        proto.interaction_only = bool(estimator.interaction_only)
        proto.include_bias = bool(estimator.include_bias)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.polynomial_features
        check_width(proto.n_features, path)
        if not 0 <= proto.min_degree <= proto.max_degree:
            raise ShapeError(
                f"degrees are {proto.min_degree} to {proto.max_degree}; expected 0 <= min_degree <= max_degree",
                path=f"{path}.min_degree",
            )
        terms = n_terms(proto.n_features, proto.max_degree, interaction_only=proto.interaction_only)
        if terms > MAX_TERMS or n_columns(proto) < 1:
            raise ShapeError(
                f"degree {proto.max_degree} of {proto.n_features} features has {terms} terms or more, or none; "
                f"expected 1 to {MAX_TERMS}",
                path=f"{path}.max_degree",
            )

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.polynomial_features.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", n_columns(model.polynomial_features))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.polynomial_features, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED)
        found = (*_degrees(estimator.degree), _switch(estimator.interaction_only), _switch(estimator.include_bias))
        wanted = (proto.min_degree, proto.max_degree, proto.interaction_only, proto.include_bias)
        if found != wanted:
            raise SourceError(
                f"degrees, interaction_only and include_bias are {found}; the model has {wanted}",
                path=f"{place}.params",
            )
        if not isinstance(estimator.order, str) or estimator.order not in ("C", "F"):
            raise SourceError(f"order is {estimator.order!r}; expected 'C' or 'F'", path=f"{place}.params[order]")
        estimator._min_degree, estimator._max_degree = proto.min_degree, proto.max_degree
        terms = n_terms(proto.n_features, proto.max_degree, interaction_only=proto.interaction_only)
        estimator._n_out_full = terms + proto.include_bias
        estimator.n_output_features_ = n_columns(proto)
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

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        if err is None:
            return None
        # A product moves by no more than that of the largest factors, less that of the factors.
        factors = np.abs(x)
        largest = call(estimator, "transform", factors + err)
        rounding = (model.polynomial_features.max_degree + 1) * 2.0**-52
        with np.errstate(all="ignore"):
            return np.asarray(largest - call(estimator, "transform", factors) + rounding * largest)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        d = model.polynomial_features.n_features
        out = generic_rows(rng, n, d)
        # Products that are subnormal, or -0.0.
        if n > 3:
            out[3] = np.where(rng.random(d) < 0.5, 1e-160, -1e-165)
        if n > 6:
            out[6] = np.where(rng.random(d) < 0.5, -0.0, -1.5)
        return out


def n_terms(n_features: int, degree: int, *, interaction_only: bool) -> int:
    """Count the terms of the degrees 1 to `degree`; over `MAX_TERMS`, give just any number over it."""
    if interaction_only:
        total = 0
        for k in range(1, min(degree, n_features) + 1):
            total += comb(n_features, k)
            if total > MAX_TERMS:
                break
        return total
    few, many = sorted((n_features, degree))
    total = 1
    # comb(many + few, few), which at least doubles with each factor.
    for k in range(1, few + 1):
        total = total * (many + k) // k
        if total - 1 > MAX_TERMS:
            break
    return total - 1


def n_columns(proto: Proto) -> int:
    """Count the columns of transform of a message whose degrees are checked."""
    below = max(proto.min_degree - 1, 0)
    of_degree = [
        n_terms(proto.n_features, k, interaction_only=proto.interaction_only) for k in (proto.max_degree, below)
    ]
    return of_degree[0] - of_degree[1] + int(proto.include_bias)


def _degrees(degree: Any) -> tuple[int | None, int | None]:
    """Give the lowest and the highest degree that a hyper-parameter asks for."""
    if isinstance(degree, int | np.integer):
        return 0, int(degree)
    if isinstance(degree, tuple | list | np.ndarray) and len(degree) == 2:
        low, high = degree
        if isinstance(low, int | np.integer) and isinstance(high, int | np.integer):
            return int(low), int(high)
    return None, None


def _switch(value: Any) -> bool | None:
    """Give a hyper-parameter that is true or false; None for another."""
    return bool(value) if isinstance(value, bool | np.bool_) else None


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="PolynomialFeatures")
    items = described.params["degree"].tuple.items
    items.add().int_value = proto.min_degree
    items.add().int_value = proto.max_degree
    described.params["interaction_only"].bool_value = proto.interaction_only
    described.params["include_bias"].bool_value = proto.include_bias
    return described
