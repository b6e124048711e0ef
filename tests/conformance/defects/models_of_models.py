"""Models made of models that do not fit together, and defects of the models inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, edited


def _defect(arm: str, name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
    place = f"{arm}.{path}" if path else arm
    return Defect(f"{arm}/{name}", why, kind, edited(base(arm), edit), path=place, python_only=kind == "source")


def of_delegates() -> Iterator[Defect]:
    """Give delegates whose model is none, is wrong, or was changed."""

    def nested(model: Any) -> None:
        for _ in range(16):
            inner = type(model)()
            inner.CopyFrom(model)
            model.Clear()
            model.delegate.model.CopyFrom(inner)

    def step(model: Any) -> Any:
        return model.delegate.model.pipeline.steps[1].sgd_classifier

    def of_the_model(model: Any) -> None:
        model.delegate.model.evidence.CopyFrom(model.evidence)

    yield _defect(
        "delegate", "no_model", "nobody to ask", "unknown_family", lambda m: m.delegate.ClearField("model"), "model"
    )
    yield _defect(
        "delegate",
        "defect_inside",
        "the path leads to the parameter of the model inside",
        "non_finite",
        lambda m: step(m).coefficients.__setitem__(2, float("nan")),
        "model.pipeline.steps[1].sgd_classifier.coefficients",
    )
    yield _defect("delegate", "nested_17", "a delegate is a level of nesting like any other", "too_deep", nested)
    yield _defect(
        "delegate",
        "newer_schema_inside",
        "a model inside of a later schema",
        "schema_version",
        lambda m: setattr(m.delegate.model, "schema_version", 1000),
        "model",
    )
    yield _defect(
        "delegate",
        "signature_inside",
        "the signature of the model inside contradicts it",
        "signature",
        lambda m: setattr(m.delegate.model.signature, "n_features", 5),
        "model.signature",
    )
    yield _defect(
        "delegate",
        "evidence_inside",
        "evidence of a model inside, which nobody would replay",
        "evidence",
        of_the_model,
        "model.evidence",
    )
    yield _defect(
        "delegate",
        "tampered",
        "a coefficient of the model inside is off by a millionth",
        "evidence_mismatch",
        lambda m: step(m).coefficients.__setitem__(0, step(m).coefficients[0] * (1 + 1e-6)),
    )
    yield _defect(
        "delegate",
        "unknown_class",
        "a class that answers on its own",
        "source",
        lambda m: setattr(m.source, "class_name", "Ridge"),
        "source",
    )
    yield _defect(
        "delegate",
        "no_estimator",
        "a search without the estimator that it was to fit",
        "source",
        lambda m: m.source.params.__delitem__("estimator"),
        "source",
    )
