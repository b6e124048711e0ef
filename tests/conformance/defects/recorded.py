"""Evidence of a wrong form, and evidence that contradicts the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, edited


def of_forms() -> Iterator[Defect]:
    """Give evidence that cannot be replayed."""

    def defect(name: str, why: str, edit: Edit, family: str = "linear_regression", path: str = "evidence") -> Defect:
        return Defect(f"evidence/{name}", why, "evidence", edited(base(family), edit), path=path)

    def rows(**fields: Any) -> Edit:
        return lambda m: [setattr(m.evidence.rows, key, value) for key, value in fields.items()]

    def first(**fields: Any) -> Edit:
        return lambda m: [setattr(m.evidence.outputs[0], key, value) for key, value in fields.items()]

    def tolerances(*values: float) -> Edit:
        def edit(model: Any) -> None:
            model.evidence.outputs[0].tolerances[:] = values

        return edit

    def retype(model: Any) -> None:
        output = model.evidence.outputs[0]
        output.ints.extend([0] * len(output.doubles))
        output.ClearField("doubles")
        output.comparison = 0

    def doubled(model: Any) -> None:
        model.evidence.outputs.append(model.evidence.outputs[0])

    def swapped(model: Any) -> None:
        outputs = list(model.evidence.outputs)
        model.evidence.ClearField("outputs")
        model.evidence.outputs.extend([outputs[1], outputs[0], *outputs[2:]])

    yield defect("no_rows", "answers without questions", lambda m: m.evidence.ClearField("rows"))
    yield defect("zero_rows", "rows that are none", lambda m: (m.evidence.rows.Clear(), rows(n_features=10)(m)))
    yield defect("negative_rows", "a negative count", rows(n_rows=-1))
    yield defect("wrong_width", "rows of another width", rows(n_features=9))
    yield defect("huge_rows", "2^31 - 1 rows declared: nothing may be allocated", rows(n_rows=2**31 - 1))
    yield defect("missing_value", "a value of the rows is missing", lambda m: m.evidence.rows.values.pop())
    yield defect("both_lists", "rows as values and as eighths", lambda m: setattr(m.evidence.rows, "eighths", b"\x01"))
    yield defect("no_outputs", "questions without answers", lambda m: m.evidence.ClearField("outputs"))
    yield defect("unknown_method", "a method that the model lacks", first(method="predict_quantiles"))
    yield defect("doubled_method", "a method is there twice", doubled)
    yield defect(
        "missing_method", "one method of four is left out", lambda m: m.evidence.outputs.pop(), "sgd_classifier"
    )
    yield defect("swapped_methods", "methods in another order than the signature's", swapped, "sgd_classifier")
    yield defect("wrong_type", "ints where the method gives doubles", retype)
    yield defect("two_lists", "an output of two types", lambda m: m.evidence.outputs[0].strings.append("x"))
    yield defect("no_values", "an output of no values", lambda m: m.evidence.outputs[0].ClearField("doubles"))
    yield defect("too_few_values", "a value for each row but one", lambda m: m.evidence.outputs[0].doubles.pop())
    yield defect("wrong_columns", "columns that the method does not give", first(n_columns=1))
    yield defect("nan_tolerance", "nothing is further off than NaN", tolerances(float("nan")))
    yield defect("negative_tolerance", "a tolerance below 0", tolerances(-1e-9))
    yield defect("infinite_tolerance", "a tolerance that allows everything", tolerances(float("inf")))
    yield defect("two_tolerances", "two tolerances for more rows", tolerances(1.0, 1.0))
    yield defect("unknown_comparison", "a comparison of a later schema", first(comparison=9))
    yield defect("comparison_of_ints", "labels are equal or they are not", first(comparison=1), "kmeans")


def of_steps() -> Iterator[Defect]:
    """Give evidence of steps that cannot be replayed."""

    def defect(name: str, why: str, edit: Edit) -> Defect:
        data = edited(base("pipeline"), edit)
        return Defect(f"evidence/{name}", why, "evidence", data, path="pipeline.steps[1].evidence")

    def step_rows(model: Any) -> None:
        model.pipeline.steps[1].evidence.rows.CopyFrom(model.evidence.rows)

    def step_method(model: Any) -> None:
        model.pipeline.steps[1].evidence.outputs[0].method = "predict"

    def step_values(model: Any) -> None:
        model.pipeline.steps[1].evidence.outputs[0].doubles.pop()

    yield defect("rows_of_a_step", "a step is given what the step before it gave", step_rows)
    yield defect("method_of_a_step", "a step has evidence of its transform only", step_method)
    yield defect("values_of_a_step", "a value of a step's transform is missing", step_values)


def of_tampering() -> Iterator[Defect]:
    """Give models that were changed after they were recorded; one for each family, and outputs that were."""

    def defect(name: str, why: str, edit: Edit, family: str, path: str = "") -> Defect:
        data = edited(base(family), edit)
        return Defect(f"tampered/{name}", why, "evidence_mismatch", data, path=path or family)

    def scale(field: str, index: int, factor: float) -> Edit:
        def edit(model: Any) -> None:
            getattr(getattr(model, model.WhichOneof("model")), field)[index] *= factor

        return edit

    def last_bit(model: Any) -> None:
        recorded = next(o for o in model.evidence.outputs if o.method == "transform")
        recorded.doubles[0] *= 1 + 2.0**-52

    def label(model: Any) -> None:
        labels = model.evidence.outputs[0].ints
        labels[-1] = (labels[-1] + 1) % 3

    def step(model: Any) -> None:
        model.pipeline.steps[1].affine_scaler.subtract[0] += 1e-3

    def final_step(model: Any) -> None:
        model.pipeline.steps[2].sgd_classifier.intercepts[0] += 1e-3

    def offset(model: Any) -> None:
        model.sgd_one_class_svm.offset += 1e-6

    yield defect(
        "linear_regression",
        "one coefficient is off by a millionth",
        scale("coefficients", 6, 1 + 1e-6),
        "linear_regression",
    )
    yield defect(
        "sgd_classifier", "one coefficient has the other sign", scale("coefficients", 5, -1.0), "sgd_classifier"
    )
    yield defect("sgd_one_class_svm", "the offset is off by a millionth", offset, "sgd_one_class_svm")
    yield defect("kmeans", "a center moved by a millionth", scale("centers", 3, 1 + 1e-6), "kmeans")
    yield defect(
        "bisecting_kmeans", "a center moved by a millionth", scale("centers", -1, 1 + 1e-6), "bisecting_kmeans"
    )
    yield defect(
        "affine_scaler",
        "a divisor in its last bits: scalers agree bit for bit",
        scale("divide", 1, 1 + 2.0**-51),
        "affine_scaler",
    )
    yield defect("passthrough", "the recorded output in its last bit", last_bit, "passthrough")
    yield defect("label", "a recorded label is another one", label, "sgd_classifier")
    yield defect("step", "the first step that diverges is named", step, "pipeline", "pipeline.steps[1].affine_scaler")
    yield defect(
        "last_step",
        "the last step diverges, those before agree",
        final_step,
        "pipeline",
        "pipeline.steps[2].sgd_classifier",
    )
