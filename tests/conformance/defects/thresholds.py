"""Thresholds over models that they do not suit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited

_ARM = "threshold_classifier"


def of_thresholds() -> Iterator[Defect]:
    """Give classifiers whose threshold decides nothing, or something else than was recorded."""

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "", of: str = "") -> Defect:
        model = case(f"{_ARM}/{of}") if of else base(_ARM)
        place = f"{_ARM}.{path}" if path else _ARM
        return Defect(f"{_ARM}/{name}", why, kind, edited(model, edit), path=place, python_only=kind == "source")

    def inside(model: Any) -> Any:
        return model.threshold_classifier.model.pipeline.steps[1].sgd_classifier

    def set_to(field: str, value: float) -> Edit:
        return lambda m: setattr(m.threshold_classifier, field, value)

    def three(model: Any) -> None:
        model.threshold_classifier.model.CopyFrom(base("decision_tree"))
        model.threshold_classifier.model.ClearField("evidence")

    def regressor(model: Any) -> None:
        model.threshold_classifier.model.CopyFrom(base("linear_regression"))
        model.threshold_classifier.model.ClearField("evidence")

    def recorded(model: Any) -> None:
        model.threshold_classifier.model.evidence.CopyFrom(model.evidence)

    def other(model: Any) -> None:
        model.source.attributes["best_threshold_"].double_value = 0.25

    def lower(model: Any) -> None:
        model.threshold_classifier.threshold = 0.0
        model.source.attributes["best_threshold_"].double_value = 0.0

    yield defect(
        "no_model", "nobody to ask", "unknown_family", lambda m: m.threshold_classifier.ClearField("model"), "model"
    )
    yield defect("three_classes", "a threshold between three", "labels", three, "model")
    yield defect("no_classes", "a threshold between none", "labels", regressor, "model")
    yield defect("no_method", "what is asked is not said", "shape", set_to("method", 0), "method")
    yield defect("unknown_method", "a method of a later schema", "shape", set_to("method", 9), "method")
    yield defect("positive", "a third class of two", "shape", set_to("positive", 2), "positive")
    yield defect("huge_positive", "negative in 32 bits", "shape", set_to("positive", 2**32 - 1), "positive")
    yield defect(
        "no_probabilities",
        "probabilities of a model without",
        "pipeline",
        set_to("method", 1),
        "model",
        "negated_scores",
    )
    yield defect(
        "nan_inside",
        "the path leads to the parameter of the model inside",
        "non_finite",
        lambda m: inside(m).coefficients.__setitem__(0, float("nan")),
        "model.pipeline.steps[1].sgd_classifier.coefficients",
    )
    yield defect("evidence_inside", "evidence that nobody would replay", "evidence", recorded, "model.evidence")
    yield defect("tampered", "another threshold, in the source too", "evidence_mismatch", lower)
    yield defect("other_threshold", "the source has another one", "source", other, "source")
    yield defect(
        "no_estimator",
        "a search without the estimator that it was to fit",
        "source",
        lambda m: m.source.params.__delitem__("estimator"),
        "source",
    )
