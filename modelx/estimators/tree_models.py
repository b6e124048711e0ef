"""What single trees and forests have in common: classes, outputs, rows, and the attributes that fit leaves behind."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.base import is_classifier

from modelx import labels
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
    Comparison,
    Error,
    Family,
    Tolerance,
    check_width,
    spec,
)
from modelx.estimators.tree_checks import check_tree
from modelx.estimators.tree_rows import rows_at_thresholds
from modelx.estimators.trees import Trees
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from modelx.v1 import decision_tree_pb2, forest_pb2, tree_pb2

    Proto = decision_tree_pb2.DecisionTreeProto | forest_pb2.ForestProto


class TreeModelFamily(Family):
    """One tree, or several, whose leaves have values that regress or classify."""

    schema_version: ClassVar[int] = 2

    @abstractmethod
    def proto(self, model: model_pb2.ModelProto) -> Proto:
        """Give the family's message."""

    @abstractmethod
    def trees(self, model: model_pb2.ModelProto) -> list[tuple[str, tree_pb2.TreeProto]]:
        """Give the trees with their places in the family's message, such as ``trees[0]``."""

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = self.proto(model)
        check_width(proto.n_features, path)
        if proto.n_outputs < 1:
            raise ShapeError(f"n_outputs is {proto.n_outputs}; expected at least 1", path=f"{path}.n_outputs")
        if len(proto.classes) not in (0, proto.n_outputs):
            raise LabelsError(
                f"there are {len(proto.classes)} lists of classes; expected none, or one for each of {proto.n_outputs} "
                "outputs",
                path=f"{path}.classes",
            )
        for k, classes in enumerate(proto.classes):
            labels.check(classes, f"{path}.classes[{k}]")
        if len({labels.data_type(classes) for classes in proto.classes}) > 1:
            raise LabelsError("classes of the outputs have several types; expected one", path=f"{path}.classes")
        width = sum(widths(proto)) if proto.classes else proto.n_outputs
        for place, tree in self.trees(model):
            check_tree(tree, proto.n_features, width, f"{path}.{place}")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return self.proto(model).n_features

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        classes = self.proto(model).classes
        return labels.values(classes[0]) if len(classes) == 1 else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = self.proto(model)
        columns = proto.n_outputs if proto.n_outputs > 1 else 0
        if not proto.classes:
            return [spec("predict", columns)]
        width = sum(widths(proto))
        predict = spec("predict", columns, labels.data_type(proto.classes[0]))
        return [predict, spec("predict_proba", width), spec("predict_log_proba", width)]

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        if not self.proto(model).classes:
            return {"predict": EQUAL}
        logarithms = Tolerance(Comparison.COMPARISON_LOG_PROBABILITY, np.full(len(x), FEW_ULP))
        return {"predict": EQUAL, "predict_proba": EQUAL, "predict_log_proba": logarithms}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        if err is None:
            return np.ones(len(x), dtype=bool)
        return self._walkable(model).decided(x, err)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        proto = self.proto(model)
        return rows_at_thresholds(self._walkable(model), proto.n_features, rng, n, missing=proto.accepts_missing)

    def _walkable(self, model: model_pb2.ModelProto) -> Trees:
        return Trees.of([tree for _, tree in self.trees(model)])


def widths(proto: Proto) -> list[int]:
    """Give how many values a leaf has for each output: its classes, or 1."""
    return [labels.count(classes) for classes in proto.classes] or [1] * proto.n_outputs


def encode_outputs(estimator: Any, proto: Proto) -> None:
    """Write the width of a row, the classes, and whether NaN is taken.

    Raises
    ------
    UnsupportedEstimatorError
    """
    proto.n_features = estimator.n_features_in_
    proto.n_outputs = estimator.n_outputs_
    if is_classifier(estimator):
        for classes in classes_of(estimator):
            try:
                labels.encode(np.asarray(classes), proto.classes.add())
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error


def classes_of(estimator: Any) -> list[NDArray[Any]]:
    """Give the classes of each output."""
    return [estimator.classes_] if estimator.n_outputs_ == 1 else list(estimator.classes_)


def accepts_missing(tree: Any) -> bool:
    """Whether methods of a tree take NaN; that depends on its class and hyper-parameters alone."""
    return bool(tree._support_missing_values(np.empty((1, 1))))


def decoded_classes(proto: Proto, path: str) -> list[NDArray[Any]]:
    """Give the classes of each output as the arrays that they were."""
    return [labels.decode(classes, f"{path}.classes[{k}]") for k, classes in enumerate(proto.classes)]


def drop(model: model_pb2.ModelProto, names: Collection[str]) -> None:
    """Take attributes that the computation has out of the source."""
    for name in names:
        model.source.attributes.pop(name, None)


def check_kind(estimator: Any, proto: Proto, path: str) -> None:
    """Check that a class that classifies has classes, and no other.

    Raises
    ------
    SourceError
    """
    if is_classifier(estimator) != bool(proto.classes):
        what = "classes" if proto.classes else "no classes"
        raise SourceError(f"the model has {what}, and its class is {type(estimator).__name__}", path=path)


def check_missing(tree: Any, proto: Proto, path: str) -> None:
    """Check that the rebuilt tree takes NaN where the model does.

    Raises
    ------
    SourceError
    """
    if accepts_missing(tree) != proto.accepts_missing:
        takes, does = ("refuses", "takes") if proto.accepts_missing else ("takes", "refuses")
        raise SourceError(
            f"{type(tree).__name__} with these parameters {takes} NaN in this scikit-learn; the model {does} it. "
            "Use the version of scikit-learn that wrote it",
            path=path,
        )


def most_features(chosen: Any, n_features: int) -> int:
    """Give max_features_, the number of features that a tree looks at for a split."""
    if chosen == "sqrt":
        return max(1, int(np.sqrt(n_features)))
    if chosen == "log2":
        return max(1, int(np.log2(n_features)))
    if chosen is None:
        return n_features
    if isinstance(chosen, float):
        return max(1, int(chosen * n_features)) if chosen > 0.0 else 0
    return int(chosen)


def set_tree(tree: Any, fitted: Any, n_features: int, n_outputs: int, classes: Sequence[NDArray[Any]]) -> None:
    """Set what fit leaves behind in a single tree."""
    tree.n_features_in_ = n_features
    tree.n_outputs_ = n_outputs
    if classes:
        counts = np.array([len(of_output) for of_output in classes], dtype=np.intp)
        tree.classes_ = list(classes) if n_outputs > 1 else classes[0]
        tree.n_classes_ = counts if n_outputs > 1 else counts[0]
    tree.tree_ = fitted
