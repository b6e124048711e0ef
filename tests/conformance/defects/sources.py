"""Sources from which no estimator can be rebuilt. Only Python reads them; other languages take the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited


def of_sources() -> Iterator[Defect]:
    """Give classes, attributes and layouts that must not be believed."""

    def defect(name: str, why: str, edit: Edit, model: Any = None) -> Defect:
        data = edited(base("linear_regression") if model is None else model, edit)
        return Defect(f"source/{name}", why, "source", data, python_only=True)

    def class_name(name: str) -> Edit:
        return lambda m: setattr(m.source, "class_name", name)

    def layout(**fields: Any) -> Edit:
        def edit(model: Any) -> None:
            form = model.source.layouts["coef_"]
            for key, value in fields.items():
                if isinstance(value, list):
                    getattr(form, key)[:] = value
                else:
                    setattr(form, key, value)

        return edit

    def attribute(name: str) -> Edit:
        return lambda m: setattr(m.source.attributes[name], "double_value", 1.0)

    yield defect("class_path", "a class named by its path is never imported", class_name("sklearn.linear_model.Ridge"))
    yield defect("foreign_class", "a class of the standard library", class_name("Popen"))
    yield defect("class_of_another_family", "a class that computes something else", class_name("KMeans"))
    yield defect("dunder_attribute", "an attribute that changes what the object is", attribute("__class__"))
    yield defect("method_as_attribute", "an attribute that shadows a method", attribute("predict"))
    yield defect("computed_attribute", "an attribute that the computation has already", attribute("coef_"))
    yield defect("layout_of_another_size", "a shape of more elements than there are", layout(shape=[20]))
    yield defect("layout_of_negative_shape", "a shape of two negative extents", layout(shape=[-2, -5]))
    yield defect("layout_of_overlapping_strides", "two elements in one place", layout(shape=[2, 5], strides=[1, 1]))
    yield defect("layout_of_huge_strides", "an array of exabytes for ten values", layout(shape=[10], strides=[2**59]))
    yield defect("layout_of_unknown_dtype", "a dtype that would run code: object", layout(dtype="object", shape=[10]))
    link = case("linear_regression/poisson_log_link")
    yield defect("another_link", "a class whose link is not the model's", class_name("LinearRegression"), link)
    loss = case("sgd_classifier/log_loss_multiclass")
    yield defect(
        "another_probability", "a loss whose probabilities are not the model's", lambda m: m.source.params.clear(), loss
    )

    def delegates(model: Any) -> None:
        inner = model.source
        for _ in range(40):
            inner.class_name = "RANSACRegressor"
            inner = inner.delegate
        inner.class_name = "Ridge"

    yield defect("delegates_without_end", "an estimator over itself, forty times", delegates)
