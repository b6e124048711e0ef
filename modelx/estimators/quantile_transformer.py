"""Ranks among the training rows, even or normal."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy import stats
from sklearn import preprocessing

from modelx import source, wire
from modelx.calling import call
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import model_pb2, quantile_transformer_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = quantile_transformer_pb2.QuantileTransformerProto
_OUTPUTS = {"uniform": Proto.OUTPUT_UNIFORM, "normal": Proto.OUTPUT_NORMAL}
_COMPUTED = ("references_", "quantiles_")
# A few roundings of each operation: compilers for some processors fuse a product and a sum.
_ROUNDING = 2.0**-50
# How near to the outermost quantiles a value counts as one of them.
_MARGIN = 1e-7


class QuantileTransformerFamily(Family):
    """``quantile_transformer``."""

    arm = "quantile_transformer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("QuantileTransformer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.quantile_transformer
        quantiles = estimator.quantiles_
        wrong = np.isnan(quantiles).any(axis=0) | (quantiles[1:] < quantiles[:-1]).any(axis=0)
        if wrong.any():
            reason = (
                f"feature {int(np.flatnonzero(wrong)[0])} has quantiles that are NaN or do not ascend: it was missing "
                "in all rows, or overflowed; leave it out, or rescale it, and refit"
            )
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        proto.n_features = estimator.n_features_in_
        wire.fill(proto, "references", estimator.references_)
        wire.fill(proto, "quantiles", quantiles)
        proto.output = _OUTPUTS[estimator.output_distribution]

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.quantile_transformer
        check_width(proto.n_features, path)
        n = len(proto.references)
        if n == 0:
            raise ShapeError("there are no references; expected at least one", path=f"{path}.references")
        _check_ascending(wire.doubles(proto.references), f"{path}.references")
        check_count(proto.quantiles, n * proto.n_features, f"{path}.quantiles", "references x n_features")
        _check_ascending(_quantiles(proto), f"{path}.quantiles")
        if proto.output not in _OUTPUTS.values():
            raise ShapeError(f"output is {proto.output}; expected 1 or 2", path=f"{path}.output")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.quantile_transformer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        d = model.quantile_transformer.n_features
        return [spec("transform", d), spec("inverse_transform", d)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.quantile_transformer, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED)
        found = estimator.output_distribution
        if not isinstance(found, str) or _OUTPUTS.get(found) != proto.output:
            raise SourceError(
                f"output_distribution is {found!r}; the model has the output {proto.output}", path=f"{place}.params"
            )
        n = len(proto.references)
        estimator.references_ = source.restore(described, "references_", wire.doubles(proto.references), (n,), place)
        estimator.quantiles_ = source.restore(
            described, "quantiles_", wire.doubles(proto.quantiles), (n, proto.n_features), place
        )
        if np.shape(estimator.quantiles_) != (n, proto.n_features) or np.shape(estimator.references_) != (n,):
            raise SourceError(f"quantiles_ or references_ has another shape than {n} references", path=place)
        if not hasattr(estimator, "n_quantiles_"):
            estimator.n_quantiles_ = n
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        proto = model.quantile_transformer
        back = np.zeros(len(x))
        with np.errstate(all="ignore"):
            off = self.propagate(model, estimator, x, err)
            given = call(estimator, "transform", x)
            references, quantiles = wire.doubles(proto.references), _quantiles(proto)
            ranks = stats.norm.cdf(given) if proto.output == Proto.OUTPUT_NORMAL else given
            for j in range(proto.n_features):
                own = quantiles[:, j]
                wide = _ROUNDING if proto.output == Proto.OUTPUT_NORMAL else 0.0
                moved = np.interp(ranks[:, j] + wide, references, own) - np.interp(ranks[:, j] - wide, references, own)
                undone = moved + _ROUNDING * max(abs(own[0]), abs(own[-1]))
                back = np.maximum(back, np.where(np.isnan(x[:, j]), 0.0, undone))
        return {"transform": absolute(np.asarray(off).max(axis=1)), "inverse_transform": absolute(back)}

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
        # At the outermost quantiles, and at repeated ones, ranks jump.
        quantiles = _quantiles(model.quantile_transformer)
        margin = _MARGIN if model.quantile_transformer.output == Proto.OUTPUT_NORMAL else 0.0
        for j in range(x.shape[1]):
            own = quantiles[:, j]
            jumps = np.concatenate([[own[0] + margin, own[-1] - margin], own[1:][own[1:] == own[:-1]]])
            out &= ~(np.abs(x[:, [j]] - jumps) <= err[:, [j]]).any(axis=1)
        return out

    def propagate(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: NDArray[np.float64],
        err: Error,
    ) -> Error:
        normal = model.quantile_transformer.output == Proto.OUTPUT_NORMAL
        with np.errstate(all="ignore"):
            given = call(estimator, "transform", x)
            if normal:
                # A rank that is off by its rounding moves the point by that over the density.
                rank = stats.norm.cdf(given)
                out = _ROUNDING * (rank / stats.norm.pdf(given) + 1.0 + np.abs(given))
            else:
                out = _ROUNDING * np.ones(x.shape)
            if err is not None:
                # Ranks ascend: what lies between two values has a rank between theirs.
                out = out + call(estimator, "transform", x + err) - call(estimator, "transform", x - err)
        return np.where(np.isnan(x), 0.0, out)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        proto = model.quantile_transformer
        out = generic_rows(rng, n, proto.n_features)
        quantiles = _quantiles(proto)
        with np.errstate(all="ignore"):
            for j in range(proto.n_features):
                own = quantiles[:, j]
                ends = np.array([own[0], own[-1], own[len(own) // 2]])
                # The outermost quantiles, their neighbours, places within the margin, and any between quantiles.
                near = [ends, np.nextafter(ends, np.inf), np.nextafter(ends, -np.inf), ends + 0.5e-7, ends - 0.5e-7]
                between = rng.choice(own, (3, 2)) @ [0.25, 0.75]
                telling = np.concatenate([*near, between])
                rng.shuffle(telling)
                at = np.arange(len(out)) % 4 != 3
                out[at, j] = np.resize(telling, int(at.sum()))
        if n > 2:
            out[2, rng.integers(proto.n_features)] = np.nan
        return np.where(np.isinf(out), 0.0, out)


def _quantiles(proto: Proto) -> NDArray[np.float64]:
    return wire.doubles(proto.quantiles).reshape(len(proto.references), proto.n_features)


def _check_ascending(values: NDArray[np.float64], path: str) -> None:
    if not np.isfinite(values).all():
        raise NonFiniteError("a value is NaN or infinite; expected finite ones", path=path)
    if (values[1:] < values[:-1]).any():
        raise ShapeError("the values do not ascend", path=path)


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="QuantileTransformer")
    described.params["output_distribution"].string_value = next(n for n, o in _OUTPUTS.items() if o == proto.output)
    described.params["n_quantiles"].int_value = len(proto.references)
    return described
