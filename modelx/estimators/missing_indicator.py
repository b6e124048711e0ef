"""The transformer that says which values are missing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import MissingIndicator

from modelx import source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import missing, missing_strings, string_columns
from modelx.estimators.base import EQUAL, DataType, Error, Family, Tolerance, check_width, spec
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[Any]


class MissingIndicatorFamily(Family):
    """``missing_indicator``."""

    arm = "missing_indicator"
    schema_version = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"MissingIndicator": MissingIndicator}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.missing_indicator
        rule = missing_strings.rule_of(estimator)
        if rule.none and rule.nan:
            reason = (
                "missing_values of MissingIndicator is pandas.NA, which takes None alone for missing; fit with None"
            )
            raise UnsupportedEstimatorError([("", reason)])
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
        proto.strings.extend([True] * (proto.n_features if rule.of_strings_alone() else 0))
        missing_strings.write(rule, proto)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.missing_indicator
        check_width(proto.n_features, path)
        missing_strings.check(proto, path)
        missing.check_columns(proto.columns, proto.n_features, f"{path}.columns")
        if not len(proto.columns):
            raise ShapeError("no column; expected at least one", path=f"{path}.columns")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.missing_indicator.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return string_columns.types(model.missing_indicator)

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
        proto = model.missing_indicator
        rule = missing_strings.read(proto)
        # What it gives is no string, whatever follows.
        string_columns.note(proto, () if given else columns)
        missing_strings.write(rule, proto)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        return [spec("transform", len(model.missing_indicator.columns), DataType.DATA_TYPE_BOOL)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.missing_indicator, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(model)
        estimator = self.build(described, model, place, ("features_",))
        missing_strings.check_rebuilt(estimator, proto, place)
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
        return missing_strings.decided(x, err, model.missing_indicator)

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
        return missing_strings.rows(rng, n, proto, (), columns)


def _refuses(estimator: Any) -> bool:
    return bool(estimator.features == "missing-only" and estimator.error_on_new)


def _default_source(model: model_pb2.ModelProto) -> source_pb2.Source:
    """Describe a model that names no class: one that was built in Go."""
    proto, described = model.missing_indicator, source_pb2.Source(class_name="MissingIndicator")
    missing_strings.describe(proto, described)
    described.params["error_on_new"].bool_value = proto.refuses_others
    return described
