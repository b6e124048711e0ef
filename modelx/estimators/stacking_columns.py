"""Which columns of the members' answers are features of a stack's last model, and what labels that one predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx import labels
from modelx.errors import LabelsError, PipelineError
from modelx.estimators import members
from modelx.estimators.base import DataType
from modelx.v1 import labels_pb2, model_pb2, sgd_classifier_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

Method = model_pb2.StackingProto.Method
METHODS = {
    Method.METHOD_PREDICT: "predict",
    Method.METHOD_PREDICT_PROBA: "predict_proba",
    Method.METHOD_DECISION_FUNCTION: "decision_function",
}
_MULTILABEL = sgd_classifier_pb2.SGDClassifierProto.Target.TARGET_MULTILABEL
_TREES = ("decision_tree", "forest")


def classes_of_outputs(member: model_pb2.ModelProto) -> Sequence[labels_pb2.Labels]:
    """Give the classes of each of several labels that a model predicts; none for any other model."""
    member = _innermost(member)
    arm = member.WhichOneof("model")
    if arm in _TREES:
        found = getattr(member, arm).classes
        return found if len(found) > 1 else ()
    if arm == "sgd_classifier" and member.sgd_classifier.target == _MULTILABEL:
        return [labels_pb2.Labels(ints=[0, 1]) for _ in member.sgd_classifier.intercepts]
    return member.stacking.outputs if arm == "stacking" else ()


def tells_probabilities(member: model_pb2.ModelProto) -> bool:
    """Whether a model of several labels has a probability for each class of each label."""
    return _innermost(member).WhichOneof("model") in _TREES and bool(classes_of_outputs(member))


def _innermost(member: model_pb2.ModelProto) -> model_pb2.ModelProto:
    """Give the last step of pipelines, and what delegates ask."""
    while (arm := member.WhichOneof("model")) in ("pipeline", "delegate"):
        member = member.pipeline.steps[-1] if arm == "pipeline" else member.delegate.model
    return member


def kept(proto: model_pb2.StackingProto) -> list[list[list[int]]]:
    """Give the columns that each checked member adds: of each of its labels' probabilities, or all in one list."""
    return [_kept(proto, member, method) for member, method in zip(proto.members, proto.methods, strict=True)]


def _kept(proto: model_pb2.StackingProto, member: model_pb2.ModelProto, method: Method) -> list[list[int]]:
    columns = max(members.require(member, METHODS[method], ""), 1)
    if method != Method.METHOD_PREDICT_PROBA:
        return [list(range(columns))]
    if not proto.outputs:
        return [list(range(labels.count(proto.classes) == 2, columns))]
    out, start = [], 0
    for classes in classes_of_outputs(member):
        end = start + labels.count(classes)
        out.append(list(range(start + 1, end)))
        start = end
    return out


def check_outputs(proto: model_pb2.StackingProto, path: str) -> None:
    """Check the classes of several labels, and that members which are asked for probabilities have those of each.

    Raises
    ------
    LabelsError, PipelineError
    """
    place = f"{path}.outputs"
    if not proto.outputs:
        return
    if proto.HasField("classes") or len(proto.outputs) < 2:
        raise LabelsError(f"there are {len(proto.outputs)} labels, or classes beside them", path=place)
    for k, classes in enumerate(proto.outputs):
        labels.check(classes, f"{place}[{k}]")
    if len({labels.data_type(classes) for classes in proto.outputs}) > 1:
        raise LabelsError("classes of the labels have several types; expected one", path=place)
    for i, (member, method) in enumerate(zip(proto.members, proto.methods, strict=True)):
        if method == Method.METHOD_PREDICT_PROBA and not tells_probabilities(member):
            raise PipelineError(f"{member.name!r} has no probabilities of several labels", path=f"{path}.members[{i}]")


def check_final(proto: model_pb2.StackingProto, path: str) -> None:
    """Check that the last model predicts numbers of the classes of each label.

    Raises
    ------
    LabelsError
    """
    found = classes_of_outputs(proto.final)
    if len(found) != len(proto.outputs):
        raise LabelsError(
            f"it predicts {len(found)} labels for each row; expected {len(proto.outputs)}", path=f"{path}.final"
        )
    for numbers, classes in zip(found, proto.outputs, strict=True):
        n = labels.count(classes)
        if labels.data_type(numbers) != DataType.DATA_TYPE_INT64 or any(not 0 <= one < n for one in numbers.ints):
            raise LabelsError(f"its classes are not among the ints 0 ... {n - 1}", path=f"{path}.final")
