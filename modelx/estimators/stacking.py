"""Models whose answers are the features of one more model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import ensemble
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from modelx import conversion, labels, source
from modelx.calling import call
from modelx.errors import LabelsError, PipelineError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import members, stacking_columns
from modelx.estimators.base import DataType, Error, Family, Giver, Tolerance, available, check_count, spec
from modelx.estimators.stacking_columns import METHODS
from modelx.v1 import labels_pb2, model_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

_COMPUTED = ("classes_", "estimators_", "final_estimator_", "named_estimators_", "stack_method_")


class StackingFamily(Family):
    """``stacking``."""

    arm = "stacking"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, ("StackingClassifier", "StackingRegressor"))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.stacking
        source.capture(
            estimator, model.source, conversion.known_classes(), computed=_COMPUTED, skip_params=("estimators",)
        )
        prefit = isinstance(estimator.cv, str) and estimator.cv == "prefit"
        members.encode_estimators(estimator.estimators, model.source.params["estimators"], fitted=prefit)
        *inner, (name, final) = self.nested_estimators(estimator)
        members.encode(proto.members, inner)
        numbers = {method: number for number, method in METHODS.items()}
        proto.methods.extend(numbers[method] for method in estimator.stack_method_)
        proto.final.name = name
        conversion.encode(final, proto.final, name)
        proto.passthrough = bool(estimator.passthrough)
        if _is_classifier(estimator):
            _encode_classes(estimator, proto)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.stacking
        members.check(proto.members, path)
        check_count(proto.methods, len(proto.members), f"{path}.methods", "one for each member")
        for method in proto.methods:
            if method not in METHODS:
                raise ShapeError(f"a method is {method}; expected one that this version knows", path=f"{path}.methods")
        for i, (member, method) in enumerate(zip(proto.members, proto.methods, strict=True)):
            members.require(member, METHODS[method], f"{path}.members[{i}]")
        stacking_columns.check_outputs(proto, path)
        conversion.check(proto.final, f"{path}.final", conversion.depth_of(path) + 1)
        c = labels.check(proto.classes, f"{path}.classes") if proto.HasField("classes") else 0
        columns = _columns(proto)
        if members.width(proto.final) != columns:
            raise PipelineError(
                f"it takes {members.width(proto.final)} features; the members give {columns}", path=f"{path}.final"
            )
        if c:
            members.positions(proto.final, c, f"{path}.final")
        elif proto.outputs:
            stacking_columns.check_final(proto, path)
        else:
            members.require(proto.final, "predict", f"{path}.final", 0)
        members.input_types(proto.members, path)
        if proto.passthrough and self.input_types(model) is not None:
            raise PipelineError("it is given strings of the rows; expected numbers alone", path=f"{path}.final")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return members.width(model.stacking.members[0])

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return members.input_types(model.stacking.members)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return members.object_columns(self.nested_estimators(estimator)[:-1])

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        return labels.values(model.stacking.classes) if model.stacking.HasField("classes") else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.stacking
        transform = spec("transform", _columns(proto), _type(proto))
        if proto.outputs:
            return [*_of_several(proto), transform]
        if not proto.HasField("classes"):
            return [spec("predict"), transform]
        out = [spec("predict", 0, labels.data_type(proto.classes))]
        given = (members.find(proto.final, method) for method in ("predict_proba", "decision_function"))
        return [*out, *(one for one in given if one is not None), transform]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        proto = model.stacking
        return [*((f"members[{i}]", member) for i, member in enumerate(proto.members)), ("final", proto.final)]

    def giver(self, model: model_pb2.ModelProto, method: str, column: int, *, transformed: bool) -> Giver | None:
        proto = model.stacking
        if method != "transform":
            if proto.outputs and method == "predict_proba":
                found = stacking_columns.classes_of_outputs(proto.final)
                column = sum(labels.count(classes) for classes in found[:column])
            return Giver("final", proto.final, method, column) if transformed else None
        for i, (member, asked) in enumerate(zip(proto.members, proto.methods, strict=True)):
            columns = [one for part in stacking_columns.kept(proto)[i] for one in part]
            if column < len(columns):
                return Giver(f"members[{i}]", member, METHODS[asked], columns[column])
            column -= len(columns)
        return None

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        attributes = vars(estimator)
        named = attributes.get("named_estimators_", {})
        out = [(name, fitted) for name, fitted in named.items() if not isinstance(fitted, str)]
        return [*out, ("final_estimator_", attributes["final_estimator_"])] if "final_estimator_" in attributes else out

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, described, place = model.stacking, model.source, f"{path}.source"
        is_classifier = proto.HasField("classes") or bool(proto.outputs)
        name = described.class_name or ("StackingClassifier" if is_classifier else "StackingRegressor")
        if self.classes.get(name) is not (ensemble.StackingClassifier if is_classifier else ensemble.StackingRegressor):
            raise SourceError(f"the class {name!r} is not the one that stacks such members", path=place)
        fitted = members.decode(proto.members, path)
        named = dict(zip([member.name for member in proto.members], fitted, strict=True))
        given = members.decode_estimators(described.params, named, place)
        params = {key: value for key, value in described.params.items() if key != "estimators"}
        more = {} if described.class_name else {"passthrough": proto.passthrough}
        estimator = source.construct(name, params, conversion.known_classes(), place, estimators=given, **more)
        if bool(estimator.passthrough) != proto.passthrough:
            raise SourceError("passthrough is another one than the model's", path=place)
        source.set_attributes(estimator, described, _COMPUTED, place)
        estimator.estimators_ = fitted
        estimator.named_estimators_ = Bunch(**{key: named.get(key, "drop") for key, _ in given})
        estimator.stack_method_ = [METHODS[method] for method in proto.methods]
        estimator.final_estimator_ = members.decode_one(proto.final, f"{path}.final")
        estimator._n_feature_outs = [len(part) for parts in stacking_columns.kept(proto) for part in parts]
        if model.signature.feature_names:
            estimator.feature_names_in_ = np.array(model.signature.feature_names, dtype=object)
        if proto.outputs:
            encoders = [_encoder(one, f"{path}.outputs[{k}]") for k, one in enumerate(proto.outputs)]
            estimator._label_encoder, estimator.classes_ = encoders, [one.classes_ for one in encoders]
        elif is_classifier:
            estimator._label_encoder = _encoder(proto.classes, f"{path}.classes")
            estimator.classes_ = estimator._label_encoder.classes_
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        final = model.stacking.final
        stacked, off = _stack(model, estimator, x, err)
        out = conversion.family_of(final).tolerances(final, estimator.final_estimator_, stacked, off)
        widest = np.zeros(len(x)) if off is None else off.max(axis=1)
        return out | {"transform": members.bounded(widest, exact=off is None)}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.stacking
        out = members.decided(proto.members, estimator.estimators_, x, err)
        stacked, off = _stack(model, estimator, x, err)
        family = conversion.family_of(proto.final)
        return np.asarray(out & family.decided(proto.final, estimator.final_estimator_, stacked, off))

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        return _stack(model, estimator, x, err)[1]

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        return members.rows(model.stacking.members, rng, n)


def _is_classifier(estimator: Any) -> bool:
    return type(estimator).__name__ == "StackingClassifier"


def _encode_classes(estimator: Any, proto: model_pb2.StackingProto) -> None:
    """Write the classes, or those of each of several labels."""
    several = isinstance(estimator.classes_, list)
    try:
        if not several:
            labels.encode(np.asarray(estimator.classes_), proto.classes)
            return
        for classes in estimator.classes_:
            labels.encode(np.asarray(classes), proto.outputs.add())
        stacking_columns.check_outputs(proto, "")
        stacking_columns.check_final(proto, "")
    except (LabelsError, PipelineError) as error:
        hint = "; of several labels, trees, forests and RidgeClassifier are taken" if several else ""
        raise UnsupportedEstimatorError([("", f"{error}{hint}")]) from error


def _encoder(classes: labels_pb2.Labels, path: str) -> LabelEncoder:
    encoder = LabelEncoder()
    encoder.classes_ = labels.decode(classes, path)
    return encoder


def _of_several(proto: model_pb2.StackingProto) -> list[model_pb2.OutputSpec]:
    """Describe what is given for several labels, but for transform."""
    n = len(proto.outputs)
    out = [spec("predict", n, labels.data_type(proto.outputs[0]))]
    if stacking_columns.tells_probabilities(proto.final):
        out.append(spec("predict_proba", n))
    scores = members.find(proto.final, "decision_function")
    return out if scores is None else [*out, scores]


def _widths(proto: model_pb2.StackingProto) -> list[int]:
    """Give how many columns each member makes."""
    return [sum(map(len, parts)) for parts in stacking_columns.kept(proto)]


def _columns(proto: model_pb2.StackingProto) -> int:
    """Give the columns of transform."""
    return sum(_widths(proto)) + (members.width(proto.members[0]) if proto.passthrough else 0)


def _type(proto: model_pb2.StackingProto) -> model_pb2.DataType:
    """Give the type of transform: ints where all columns are such labels."""
    given = [members.find(member, METHODS[method]) for member, method in zip(proto.members, proto.methods, strict=True)]
    ints = all(one is not None and one.type == DataType.DATA_TYPE_INT64 for one in given)
    return DataType.DATA_TYPE_INT64 if ints and not proto.passthrough else DataType.DATA_TYPE_FLOAT64


def _stack(model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> tuple[Rows, Error]:
    """Give what reaches the last model, and how far that may be off."""
    proto = model.stacking
    stacked = np.asarray(call(estimator, "transform", x), dtype=np.float64)
    off, exact = [], err is None or not proto.passthrough
    for member, fitted, method, columns in zip(
        proto.members, estimator.estimators_, proto.methods, _widths(proto), strict=True
    ):
        given = members.answer(member, fitted, METHODS[method], x, err)
        off.append(np.repeat(given.off[:, None], columns, axis=1))
        exact = exact and given.exact
    if proto.passthrough:
        off.append(np.zeros_like(x) if err is None else err)
    return stacked, None if exact else np.hstack(off)
