"""The step that gives its input back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from modelx import source
from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.estimators import string_columns
from modelx.estimators.base import (
    EQUAL,
    Error,
    Family,
    Tolerance,
    absolute,
    check_width,
    generic_rows,
    spec,
    typed_spec,
)
from modelx.estimators.function import FunctionFamily
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[Any]

# What a pipeline has in the place of a step that does nothing; None says the same.
WORD = "passthrough"
NOTHING = "None"


# FunctionTransformer is of two families, of which this one has the class.
FUNCTIONS = FunctionFamily()


def applies_functions(estimator: Any) -> bool:
    """Whether a FunctionTransformer does anything with its rows, if only a check."""
    return bool(estimator.func is not None or estimator.inverse_func is not None or estimator.validate)


class PassthroughFamily(Family):
    """``passthrough``: the word in a pipeline, and FunctionTransformer without functions."""

    arm = "passthrough"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {"FunctionTransformer": FunctionTransformer}

    def of(self, estimator: Any) -> Family:
        return FUNCTIONS if applies_functions(estimator) else self

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        if not hasattr(estimator, "n_features_in_"):
            reason = "FunctionTransformer was fitted on data without a width; fit it on a matrix"
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes)
        model.passthrough.n_features = estimator.n_features_in_

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        check_width(model.passthrough.n_features, path)
        string_columns.check(model.passthrough, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.passthrough.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return string_columns.types(model.passthrough)

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:  # noqa: ARG002
        string_columns.note(model.passthrough, columns)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        d, types = model.passthrough.n_features, self.input_types(model)
        # What inverse_transform is given are numbers, in all families.
        return [typed_spec("transform", types)] if types else [spec("transform", d), spec("inverse_transform", d)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        if path and model.source.class_name in (WORD, NOTHING):
            return WORD if model.source.class_name == WORD else None
        described = model.source if model.source.class_name else source_pb2.Source(class_name="FunctionTransformer")
        if described.class_name not in self.classes:
            raise SourceError(f"the class {described.class_name!r} gives back no input", path=f"{path}.source")
        estimator = source.construct(described.class_name, described.params, self.classes, f"{path}.source")
        if applies_functions(estimator):
            raise SourceError("a function as a hyper-parameter", path=f"{path}.source")
        source.set_attributes(estimator, described, (), f"{path}.source")
        source.set_signature(estimator, model.passthrough.n_features, model.signature.feature_names)
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,  # noqa: ARG002
        err: Error,
    ) -> dict[str, Tolerance]:
        tolerances = {"transform": EQUAL if err is None else absolute(err.max(axis=1)), "inverse_transform": EQUAL}
        return {one.method: tolerances[one.method] for one in self.outputs(model)}

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        out = generic_rows(rng, n, model.passthrough.n_features)
        strings = string_columns.columns(model.passthrough)
        return string_columns.fill(out, strings, rng) if strings else out

    def pull_back(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        x: Rows,
    ) -> Rows:
        return x
