"""FeatureUnion's own attributes: every transformer has all columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx import conversion, source, values
from modelx.errors import SourceError
from modelx.estimators import column_selection
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = ("transformer_list",)


def members(estimator: Any) -> list[tuple[str, Any]]:
    """Give the fitted transformers with their names, in the order of their outputs."""
    return [(name, fitted) for name, fitted in estimator.transformer_list if fitted != "drop"]


def encode(estimator: Any, model: model_pb2.ModelProto, classes: Mapping[str, type]) -> None:
    """Write a fitted FeatureUnion."""
    proto = model.column_transformer
    source.capture(estimator, model.source, classes, skip_params=_OWN)
    weights = estimator.transformer_weights or {}
    widths = set()
    for name, fitted in members(estimator):
        selection = proto.selections.add()
        if weights.get(name) is not None:
            selection.weight = weights[name]
        member = proto.members.add(name=name)
        conversion.encode(fitted, member, name)
        widths.add(conversion.family_of(member).n_features(member))
    proto.n_features = max(widths, default=0)
    dropped = [(i, name) for i, (name, fitted) in enumerate(estimator.transformer_list) if fitted == "drop"]
    model.source.params["transformer_list"].CopyFrom(values.encode(dropped, lambda _: None))


def decode(model: model_pb2.ModelProto, fitted: list[Any], classes: Mapping[str, type], path: str) -> Any:
    """Rebuild a FeatureUnion from its members' estimators.

    Raises
    ------
    SourceError
    """
    described = source_pb2.Source()
    described.CopyFrom(model.source)
    entries = [(member.name, one) for member, one in zip(model.column_transformer.members, fitted, strict=True)]
    if "transformer_list" in described.params:
        place = f"{path}.params[transformer_list]"
        for found in _dropped(described.params.pop("transformer_list"), place):
            entries.insert(found[0], (found[1], "drop"))
    if any(len(selection.columns) for selection in model.column_transformer.selections):
        raise SourceError("a FeatureUnion gives all features to each member; these select some", path=path)
    estimator = source.construct("FeatureUnion", described.params, classes, path, transformer_list=entries)
    source.set_attributes(estimator, described, (), path)
    column_selection.set_weights(estimator, model)
    return estimator


def _dropped(value: source_pb2.Value, path: str) -> list[tuple[int, str]]:
    found = values.decode(value, _no_estimator, path)
    if not isinstance(found, list):
        raise SourceError("expected a list", path=path)
    for one in found:
        if not (isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], int) and isinstance(one[1], str)):
            raise SourceError("expected pairs of a place and a name", path=path)
    return found


def _no_estimator(spec: source_pb2.EstimatorSpec, path: str) -> Any:
    raise SourceError(f"an estimator {spec.class_name!r} in the place of a word", path=path)
