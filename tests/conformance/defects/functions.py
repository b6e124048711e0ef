"""Functions that contradict themselves, that nobody registered, or that were changed after they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.preprocessing import FunctionTransformer

import modelx
from defects.defect import Defect, Edit, base, case, edited
from defects.parameters import INF, NAN
from modelx.v1 import function_pb2

Function = function_pb2.Function
_MISSING = "function/numbers_for_missing"
_DIGITS = "function/digits"
_ROOT = "function/square_root"


def _set(place: str, value: Any) -> Edit:
    """Give an edit that sets a field of the family's message, such as "transform.limits.low"."""
    *parents, last = place.split(".")

    def edit(model: Any) -> None:
        message = model.function
        for parent in parents:
            message = getattr(message, parent)
        setattr(message, last, value)

    return edit


def _clear(place: str) -> Edit:
    def edit(model: Any) -> None:
        message, _, field = place.rpartition(".")
        getattr(model.function, message).ClearField(field)

    return edit


def _named(name: str, n_outputs: int = 1) -> Edit:
    def edit(model: Any) -> None:
        model.function.transform.Clear()
        model.function.transform.name = name
        model.function.transform.n_outputs = n_outputs

    return edit


# name, why, kind, place in the family's message, edit, case
_TABLE: list[tuple[str, str, str, str, Edit, str]] = [
    ("zero_width", "no row has no value", "shape", "n_features", _set("n_features", 0), _ROOT),
    (
        "no_function",
        "neither a function nor a name",
        "shape",
        "transform.function",
        _set("transform.function", 0),
        _ROOT,
    ),
    ("later_function", "one of a later schema", "shape", "inverse.function", _set("inverse.function", 999), _ROOT),
    ("function_and_name", "two functions at once", "shape", "transform.function", _set("transform.name", "a.b"), _ROOT),
    ("name_of_one_part", "a name that numpy may have", "shape", "transform.name", _named("log"), _ROOT),
    ("name_with_a_path", "nothing is looked up in files", "shape", "transform.name", _named("../a.b"), _ROOT),
    ("empty_part", "two dots side by side", "shape", "transform.name", _named("acme..log"), _ROOT),
    (
        "letters_of_others",
        "a letter that looks like another",
        "shape",
        "transform.name",
        _named("acme.l\u043eg"),
        _ROOT,
    ),
    ("long_name", "over 200 bytes", "shape", "transform.name", _named("a." + "b" * 199), _ROOT),
    ("undone_without_a_name", "numpy has no pairs", "shape", "transform.undoes", _set("transform.undoes", True), _ROOT),
    ("widths_of_numpy", "each value gives one", "shape", "transform.n_outputs", _set("transform.n_outputs", 1), _ROOT),
    ("no_outputs", "a function of nothing", "shape", "transform.n_outputs", _named("acme.log", 0), _ROOT),
    ("huge_outputs", "2^31 - 1 values a row", "shape", "transform.n_outputs", _named("acme.log", 2**31 - 1), _ROOT),
    ("other_width_back", "two values back for one", "shape", "inverse.n_outputs", _named("acme.log", 2), _ROOT),
    ("no_limits", "a clip at nothing", "shape", "transform.limits", _clear("transform.limits"), "function/limits"),
    ("limits_of_a_root", "a root has no limits", "shape", "transform.limits", _set("transform.limits.low", 1.0), _ROOT),
    (
        "nan_limit",
        "nothing is below NaN",
        "non_finite",
        "transform.limits.low",
        _set("transform.limits.low", NAN),
        "function/limits",
    ),
    (
        "no_replacements",
        "nothing to put in the places",
        "shape",
        "inverse.replacements",
        _clear("inverse.replacements"),
        _MISSING,
    ),
    (
        "replacements_of_a_root",
        "a root replaces nothing",
        "shape",
        "transform.replacements",
        _set("transform.replacements.nan", INF),
        _ROOT,
    ),
    ("many_digits", "10^309 is infinite", "shape", "transform.decimals", _set("transform.decimals", 309), _DIGITS),
    (
        "least_digits",
        "-2^31 has no absolute value",
        "shape",
        "inverse.decimals",
        _set("inverse.decimals", -(2**31)),
        _DIGITS,
    ),
    ("digits_of_a_root", "a root rounds nothing", "shape", "transform.decimals", _set("transform.decimals", 2), _ROOT),
]


def of_functions() -> Iterator[Defect]:
    """Give the defects of the family's fields."""
    for name, why, kind, field, edit, case_id in _TABLE:
        yield Defect(
            f"function/{name}", f"function: {why}", kind, edited(case(case_id), edit), path=f"function.{field}"
        )


def _double_and_add(x: Any) -> Any:
    return 2.0 * x[:, :1] + x[:, 1:]


def _registered() -> Any:
    """Give a sound model of a function that only this module registers, for as long as it writes."""
    modelx.register_function("acme.unregistered", _double_and_add)
    try:
        return modelx.to_proto(
            FunctionTransformer(_double_and_add).fit([[1.0, 2.0]]), metadata={"created_timestamp": 1}
        )
    finally:
        modelx.unregister_function("acme.unregistered")


def of_registered_functions() -> Iterator[Defect]:
    """Give files that are sound, but whose function no program has: alone, and as what undoes another one."""
    kind, model = "unregistered_function", _registered()
    yield Defect(
        "function/unregistered",
        "a function of the user's own, which the reader has not registered",
        kind,
        model.SerializeToString(deterministic=True),
        path="function.transform.name",
    )

    def undoes(model: Any) -> None:
        model.function.inverse.Clear()
        model.function.inverse.name = "acme.unregistered"
        model.function.inverse.undoes = True
        model.function.inverse.n_outputs = 1
        del model.signature.outputs[:]
        model.ClearField("evidence")

    yield Defect(
        "function/unregistered_inverse",
        "the second of a pair, which the reader has not registered",
        kind,
        edited(case(_ROOT), undoes),
        path="function.inverse.name",
    )


def of_changed_functions() -> Iterator[Defect]:
    """Give a clip whose limit was moved after it was recorded."""

    def limit(model: Any) -> None:
        model.function.transform.limits.high += 0.5
        for entry in model.source.params["kw_args"].dict.entries:
            if entry.key.string_value == "a_max":
                entry.value.double_value += 0.5

    yield Defect(
        "function/tampered_limit",
        "a limit moved by 0.5",
        "evidence_mismatch",
        edited(base("function"), limit),
        path="function",
    )
