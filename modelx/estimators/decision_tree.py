"""Single trees."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sklearn import tree

from modelx import source
from modelx.estimators.base import available
from modelx.estimators.tree_models import (
    TreeModelFamily,
    accepts_missing,
    check_kind,
    check_missing,
    decoded_classes,
    drop,
    encode_outputs,
    set_tree,
    widths,
)
from modelx.estimators.trees import decode_trees, encode_tree
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.v1 import decision_tree_pb2, tree_pb2

_COMPUTED = ("tree_", "classes_", "n_classes_", "n_outputs_")
_NAMES = ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor")


class DecisionTreeFamily(TreeModelFamily):
    """``decision_tree``."""

    arm = "decision_tree"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(tree, _NAMES)

    def proto(self, model: model_pb2.ModelProto) -> decision_tree_pb2.DecisionTreeProto:
        return model.decision_tree

    def trees(self, model: model_pb2.ModelProto) -> list[tuple[str, tree_pb2.TreeProto]]:
        return [("tree", model.decision_tree.tree)]

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.decision_tree
        source.capture(estimator, model.source, self.classes)
        drop(model, _COMPUTED)
        encode_outputs(estimator, proto)
        proto.accepts_missing = accepts_missing(estimator)
        encode_tree(estimator.tree_, proto.tree, widths(proto))

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.decision_tree, f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name=_default_class(classifies=bool(proto.classes)))
        estimator = self.build(described, model, place, _COMPUTED)
        check_kind(estimator, proto, place)
        check_missing(estimator, proto, place)
        [fitted] = decode_trees([proto.tree], proto.n_features, widths(proto), path)
        set_tree(estimator, fitted, proto.n_features, proto.n_outputs, decoded_classes(proto, path))
        return estimator


def _default_class(*, classifies: bool) -> str:
    """Choose a class for a model that names none: one that was built in Go."""
    return "DecisionTreeClassifier" if classifies else "DecisionTreeRegressor"
