"""The transformer that says which values are missing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import MissingIndicator

from modelx import source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import missing
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, check_width, spec
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]


class MissingIndicatorFamily(Family):
    """``missing_indicator``."""

    arm = "missing_indicator"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"MissingIndicator": MissingIndicator}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.missing_indicator
        proto.missing = missing.value_of(estimator)
        if not len(estimator.features_):
            reason = (
                "no value was missing when the MissingIndicator was fitted, so that transform gives no column; fit "
                "with features='all'"
            )
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes, computed=("features_",))
        model.source.layouts.pop("features_", None)
        proto.n_features = estimator.n_features_in_
        proto.columns.extend(np.asarray(estimator.features_).tolist())
        proto.refuses_others = _refuses(estimator)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.missing_indicator
        check_width(proto.n_features, path)
        missing.check_value(proto.missing, path)
        missing.check_columns(proto.columns, proto.n_features, f"{path}.columns")
        if not len(proto.columns):
            raise ShapeError("no column; expected at least one", path=f"{path}.columns")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.missing_indicator.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", len(model.missing_indicator.columns), DataType.DATA_TYPE_BOOL)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.missing_indicator, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(model)
        estimator = self.build(described, model, place, ("features_",))
        missing.check_rebuilt(estimator, proto.missing, place)
        missing.set_indicator(estimator, proto, precomputed=False)
        whole = len(proto.columns) == proto.n_features
        if (
            estimator.features not in ("all", "missing-only")
            or _refuses(estimator) != proto.refuses_others
            or (estimator.features == "all" and not whole)
        ):
            # scikit-learn would refuse other rows, or give other columns.
            raise SourceError("MissingIndicator with these parameters gives other columns than the model", path=place)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: Rows,  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> NDArray[np.bool_]:
        return missing.decided(x, err, model.missing_indicator.missing)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: Rows,  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.missing_indicator
        columns = np.asarray(proto.columns) if proto.refuses_others else None
        return missing.rows_with_gaps(rng, n, proto.n_features, proto.missing, columns)


def _refuses(estimator: Any) -> bool:
    return bool(estimator.features == "missing-only" and estimator.error_on_new)


def _default_source(model: model_pb2.ModelProto) -> source_pb2.Source:
    """Describe a model that names no class: one that was built in Go."""
    proto, described = model.missing_indicator, source_pb2.Source(class_name="MissingIndicator")
    described.params["missing_values"].double_value = proto.missing
    described.params["error_on_new"].bool_value = proto.refuses_others
    return described
