"""Bins between edges, as numbers or as columns."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import preprocessing

from modelx import source, wire
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Tolerance,
    available,
    check_count,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import k_bins_discretizer_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = k_bins_discretizer_pb2.KBinsDiscretizerProto
_ENCODINGS = {
    "ordinal": Proto.ENCODING_ORDINAL,
    "onehot": Proto.ENCODING_ONE_HOT,
    "onehot-dense": Proto.ENCODING_ONE_HOT,
}
_COMPUTED = ("bin_edges_", "n_bins_")


class KBinsDiscretizerFamily(Family):
    """``k_bins_discretizer``."""

    arm = "k_bins_discretizer"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(preprocessing, ("KBinsDiscretizer",))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.k_bins_discretizer
        _refuse(estimator)
        # The type is no data; its name is.
        source.capture(estimator, model.source, self.classes, skip_params=("dtype",))
        if estimator.dtype is not None:
            model.source.params["dtype"].string_value = "float64"
        del model.source.attributes["n_bins_"]
        proto.n_features = estimator.n_features_in_
        proto.n_bins.extend(len(edges) - 1 for edges in estimator.bin_edges_)
        wire.fill(proto, "edges", np.concatenate(list(estimator.bin_edges_)))
        proto.encoding = _ENCODINGS[estimator.encode]
        proto.single_precision = any(edges.dtype == np.float32 for edges in estimator.bin_edges_)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.k_bins_discretizer
        check_width(proto.n_features, path)
        check_count(proto.n_bins, proto.n_features, f"{path}.n_bins", "n_features")
        bins = np.asarray(proto.n_bins, dtype=np.int64)
        if (bins < 1).any():
            raise ShapeError(f"a feature has {bins.min()} bins; expected at least 1", path=f"{path}.n_bins")
        check_count(proto.edges, int(bins.sum()) + len(bins), f"{path}.edges", "n_bins + 1 for each feature")
        for j, edges in enumerate(_edges(proto)):
            _check_edges(edges, j, f"{path}.edges", single=proto.single_precision)
        if proto.encoding not in _ENCODINGS.values():
            raise ShapeError(f"encoding is {proto.encoding}; expected 1 or 2", path=f"{path}.encoding")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.k_bins_discretizer.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.k_bins_discretizer
        columns = proto.n_features if proto.encoding == Proto.ENCODING_ORDINAL else sum(proto.n_bins)
        return [spec("transform", columns), spec("inverse_transform", proto.n_features)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.k_bins_discretizer, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else _default_source(proto))
        dtype = ""
        if "dtype" in described.params:
            dtype = described.params["dtype"].string_value or "no name"
            del described.params["dtype"]
        estimator = self.build(described, model, place, _COMPUTED)
        estimator.dtype = np.float64 if dtype else None
        if not isinstance(estimator.encode, str) or _ENCODINGS.get(estimator.encode) != proto.encoding:
            raise SourceError(
                f"encode is {estimator.encode!r}; the model has the encoding {proto.encoding}", path=f"{place}.params"
            )
        if dtype not in ("", "float64"):
            raise SourceError(f"dtype is {dtype!r}; expected 'float64' or none", path=f"{place}.params[dtype]")
        estimator.bin_edges_ = np.zeros(proto.n_features, dtype=object)
        for j, edges in enumerate(_edges(proto)):
            single = proto.single_precision and bool(np.isfinite(edges[0]))
            estimator.bin_edges_[j] = edges.astype(np.float32 if single else np.float64)
        estimator.n_bins_ = np.array(proto.n_bins, dtype=int)
        if proto.encoding == Proto.ENCODING_ONE_HOT:
            estimator._encoder = _encoder(estimator)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL, "inverse_transform": EQUAL}

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
        for j, edges in enumerate(_edges(model.k_bins_discretizer)):
            inner = edges[1:-1]
            out &= np.searchsorted(inner, x[:, j] - err[:, j], "right") == np.searchsorted(
                inner, x[:, j] + err[:, j], "right"
            )
        return out

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        out = generic_rows(rng, n, model.k_bins_discretizer.n_features)
        for j, edges in enumerate(_edges(model.k_bins_discretizer)):
            finite = edges[np.isfinite(edges)]
            if not len(finite):
                continue
            # Each edge, and the numbers next to it; then places between the outermost ones and beyond.
            near = np.concatenate([finite, np.nextafter(finite, -np.inf), np.nextafter(finite, np.inf)])
            near = near[np.isfinite(near)]
            rng.shuffle(near)
            spread = finite[0] * 0.5 + finite[-1] * 0.5 + 0.7 * (finite[-1] * 0.5 - finite[0] * 0.5) * out[:, j]
            spread[: len(near)] = near[: len(out)]
            out[:, j] = np.nan_to_num(spread)
        return out


def _refuse(estimator: Any) -> None:
    """Refuse what has no bins, and what gives float32."""
    reason = ""
    if estimator.dtype is not None and estimator.dtype is not np.float64:
        reason = (
            f"dtype is {estimator.dtype!r}: the next step of a pipeline would compute in float32; "
            "refit with dtype=np.float64 or None"
        )
    for j, edges in enumerate(estimator.bin_edges_):
        if len(edges) < 2 or np.isnan(edges).any():
            reason = f"feature {j} has the edges {edges}; expected at least two, none of them NaN: rescale it and refit"
    if reason:
        raise UnsupportedEstimatorError([("", reason)])


def _edges(proto: Proto) -> list[NDArray[np.float64]]:
    """Give the edges of each feature."""
    ends = np.cumsum(np.asarray(proto.n_bins, dtype=np.int64) + 1)
    return np.split(wire.doubles(proto.edges), ends[:-1])


def _check_edges(edges: NDArray[np.float64], feature: int, path: str, *, single: bool) -> None:
    open_bin = len(edges) == 2 and edges[0] == -np.inf and edges[1] == np.inf
    if not open_bin and not np.isfinite(edges).all():
        raise NonFiniteError(f"feature {feature} has the edges {edges[:8]}; expected finite ones", path=path)
    if (edges[1:] < edges[:-1]).any():
        raise ShapeError(f"the edges of feature {feature} do not ascend", path=path)
    with np.errstate(over="ignore"):
        if single and (edges.astype(np.float32) != edges).any():
            raise ShapeError(f"an edge of feature {feature} is no float32", path=path)


def _encoder(estimator: Any) -> Any:
    """Give the encoder of the bins' numbers that fit makes."""
    encoder = preprocessing.OneHotEncoder(
        categories=[np.arange(n) for n in estimator.n_bins_],
        sparse_output=estimator.encode == "onehot",
        dtype=np.float64,
    )
    return encoder.fit(np.zeros((1, len(estimator.n_bins_))))


def _default_source(proto: Proto) -> source_pb2.Source:
    described = source_pb2.Source(class_name="KBinsDiscretizer")
    described.params["encode"].string_value = "ordinal" if proto.encoding == Proto.ENCODING_ORDINAL else "onehot-dense"
    return described
