"""Models that answer with another one's answers: searches for hyper-parameters, and frozen estimators."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelx import conversion, delegates, frames, source, values
from modelx.errors import ModelxWarning, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import Error, Family, Giver, Tolerance
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

_FROZEN = "FrozenEstimator"
# What a search was told to compare by; without one of them it has no score of its own.
_SCORING = ("estimator", "refit", "scoring")


class DelegateFamily(Family):
    """``delegate``."""

    arm = "delegate"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return {**delegates.SEARCHES, **delegates.FROZEN}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        name = delegates.attribute_of(type(estimator)) or ""
        if name not in vars(estimator):
            reason = (
                f"{type(estimator).__name__} was fitted with refit={estimator.refit!r}, so that it has no best "
                "estimator; fit it with refit=True, or export an estimator that is fitted with best_params_"
            )
            raise UnsupportedEstimatorError([("", reason)])
        known = conversion.known_classes()
        skip = ("estimator",) if name == "estimator" else ()
        source.capture(estimator, model.source, known, computed=(name,), skip_params=skip)
        if "best_params_" in vars(estimator):
            # Among the values that were tried may be estimators.
            found = values.encode(estimator.best_params_, lambda inner: source.encode_spec(inner, known))
            model.source.attributes["best_params_"].CopyFrom(found)
        inner = model.delegate.model
        inner.name = name
        conversion.encode(getattr(estimator, name), inner, name)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        conversion.check(model.delegate.model, f"{path}.model", conversion.depth_of(path) + 1)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        inner = model.delegate.model
        return conversion.family_of(inner).n_features(inner)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        inner = model.delegate.model
        return conversion.family_of(inner).input_types(inner)

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
        conversion.note_strings(model.delegate.model, columns, given=given)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return frozenset().union(*(frames.object_columns(inner) for _, inner in self.nested_estimators(estimator)))

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        inner = model.delegate.model
        return conversion.family_of(inner).class_list(inner)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        inner = model.delegate.model
        return conversion.family_of(inner).outputs(inner)

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [("model", model.delegate.model)]

    def giver(self, model: model_pb2.ModelProto, method: str, column: int, *, transformed: bool) -> Giver:  # noqa: ARG002
        return Giver("model", model.delegate.model, method, column)

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        name = delegates.attribute_of(type(estimator)) or ""
        return [(name, vars(estimator)[name])] if name in vars(estimator) else []

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        described = model.source if model.source.class_name else source_pb2.Source(class_name=_FROZEN)
        name, place = described.class_name, f"{path}.source"
        if name not in self.classes:
            raise SourceError(
                f"the class {name!r} is none of those that answer with another one's answers in this scikit-learn: "
                f"{', '.join(self.classes)}",
                path=place,
            )
        inner = conversion.decode(model.delegate.model, f"{path}.model")
        if name == _FROZEN:
            if described.params or described.attributes:
                raise SourceError(f"{_FROZEN} has parameters or attributes of its own; expected none", path=place)
            return self.classes[name](inner)
        return _decode_search(model, described, inner, place)

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        inner, fitted = _inside(model, estimator)
        return conversion.family_of(inner).tolerances(inner, fitted, x, err)

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        inner, fitted = _inside(model, estimator)
        return conversion.family_of(inner).decided(inner, fitted, x, err)

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        inner, fitted = _inside(model, estimator)
        return conversion.family_of(inner).propagate(inner, fitted, x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        inner = model.delegate.model
        return conversion.family_of(inner).rows(inner, rng, n)

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows | None:
        inner = model.delegate.model
        return conversion.family_of(inner).pull_back(inner, x)


def _inside(model: model_pb2.ModelProto, estimator: Any) -> tuple[model_pb2.ModelProto, Any]:
    return model.delegate.model, getattr(estimator, delegates.attribute_of(type(estimator)) or "")


def _decode_search(model: model_pb2.ModelProto, described: source_pb2.Source, inner: Any, path: str) -> Any:
    known = conversion.known_classes()
    attributes = source_pb2.Source()
    attributes.CopyFrom(described)
    best = described.attributes.get("best_params_")
    if best is not None:
        del attributes.attributes["best_params_"]
    search = source.construct(described.class_name, described.params, known, path)
    source.set_attributes(search, attributes, ("best_estimator_", "scorer_"), path)
    if best is not None and values.is_known(best):
        place = f"{path}.attributes[best_params_]"
        search.best_params_ = values.decode(best, lambda spec, at: source.decode_spec(spec, known, at), place)
    search.best_estimator_ = inner
    if model.signature.feature_names:
        search.feature_names_in_ = np.array(model.signature.feature_names, dtype=object)
    _set_scorer(search, described, path)
    return search


def _set_scorer(search: Any, described: source_pb2.Source, path: str) -> None:
    """Set what the search's own `score` asks, where its parameters say it."""
    if all(name not in described.params or values.is_known(described.params[name]) for name in _SCORING):
        try:
            scorers, _ = search._get_scorers()
        except (AttributeError, TypeError, ValueError) as error:
            warnings.warn(
                f"{path}: score() is left out, for the parameters make none ({error}); score the predictions instead",
                ModelxWarning,
                stacklevel=2,
            )
        else:
            # With several scores, fit keeps them by name.
            search.scorer_ = getattr(scorers, "_scorers", scorers)
