"""What of a fitted estimator a file would carry, told before one is written."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

from modelx import conversion, wire
from modelx.errors import MissingDependencyError, ModelxError, UnsupportedEstimatorError
from modelx.v1 import model_pb2


@dataclass(frozen=True, slots=True)
class Part:
    """An estimator, or one inside of it.

    Attributes
    ----------
    place : str
        Names of steps and members down to it, such as "prepare.numbers"; empty for the whole.
    class_name : str
    family : str
        The arm that would hold it; empty where there is none.
    reason : str
        Why it cannot be exported, and what to do; empty where it can.
    """

    place: str
    class_name: str
    family: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """What `examine` found.

    Attributes
    ----------
    parts : list of Part
        The estimator first, then those inside of it, depth first.
    methods : list of str
        What a file of it answers, in every language; empty where it cannot be exported.
    formats : dict of str to str
        For each format, why it cannot be written in it; empty where it can.
    told : list of str
        What would be left out of the file, and other warnings.
    """

    parts: list[Part]
    methods: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    @property
    def exportable(self) -> bool:
        """Whether ``.pb`` and ``.json`` files of it can be written."""
        return bool(self.methods)


def examine(estimator: Any) -> Examination:
    """Try to convert a fitted estimator, and tell what would and would not work.

    Parameters
    ----------
    estimator : object

    Returns
    -------
    Examination
        Nothing is raised for what cannot be exported: its parts say why.
    """
    parts = _parts(estimator, "")
    model = model_pb2.ModelProto()
    with warnings.catch_warnings(record=True) as told, wire.sharing() as shared:
        warnings.simplefilter("always")
        try:
            conversion.encode(estimator, model)
            shared.attach()
            conversion.check(model)
        except UnsupportedEstimatorError as error:
            return _refused(parts, dict(error.reasons))
        except ModelxError as error:
            return _refused(parts, {error.path: str(error)})
    methods = [spec.method for spec in conversion.family_of(model).outputs(model)]
    formats = {"protobuf": "", "json": "", "onnx": _why_no_graph(model)}
    return Examination(parts, methods, formats, [str(one.message) for one in told])


def _refused(parts: list[Part], reasons: dict[str, str]) -> Examination:
    """Put each reason to its part; to the whole where the place is none of theirs."""
    known = {part.place for part in parts}
    elsewhere = "; ".join(f"{place}: {reason}" for place, reason in reasons.items() if place not in known)
    out = []
    for part in parts:
        reason = reasons.get(part.place, "" if part.place else elsewhere)
        out.append(Part(part.place, part.class_name, part.family, reason or part.reason))
    why = "; ".join(f"{part.place or part.class_name}: {part.reason}" for part in out if part.reason)
    return Examination(out, formats=dict.fromkeys(("protobuf", "json"), why))


def _parts(estimator: Any, place: str) -> list[Part]:
    family = conversion.family_of_estimator(estimator)
    out = [Part(place, type(estimator).__name__, family.arm if family else "")]
    if family is not None:
        for name, inner in family.nested_estimators(estimator):
            if inner is not None and not isinstance(inner, str):
                out += _parts(inner, f"{place}.{name}" if place else name)
    return out


def _why_no_graph(model: model_pb2.ModelProto) -> str:
    try:
        from modelx.formats import onnx_graph
    except ModuleNotFoundError as error:
        return str(MissingDependencyError(f"{error.name} is not installed: pip install 'modelx[onnx]'"))
    return "; ".join(f"{place}: {reason}" if place else reason for place, reason in onnx_graph.lacking(model))
