"""The few words that the cases have beyond JSON: what a case sends, and what it expects."""

from __future__ import annotations

import base64
import math
import re
import time
from typing import Any

import contract_models as models
import contract_tables as tables
import numpy as np

NUMBERS = ("$rows", "$flat", "$raw", "$columns")
TABLES = ("$named", "$unnamed", "$arrays", "$objects", "$typed", "$rest", "$bare", "$contents")
SENT = ("$repeat", "$text", *NUMBERS, *TABLES)
EXPECTED = ("$sklearn", "$now", "$match", "$any", "$absent", "$length", "$begins")


def expand(value: Any) -> Any:
    """Put rows in place of the words that stand for them."""
    if isinstance(value, list):
        return [expand(item) for item in value]
    if not isinstance(value, dict):
        return value
    word = next(iter(value), "")
    if word not in SENT:
        return {name: expand(item) for name, item in value.items()}
    if word == "$repeat":
        number, times = value[word]
        return [number] * times
    if word == "$text":
        text, times = value[word]
        return text * times
    x = models.rows(value[word])
    if word in TABLES:
        return tables.sent(word, x)
    if word == "$rows":
        return x.tolist()
    if word == "$flat":
        return x.ravel().tolist()
    if word == "$raw":
        return base64.b64encode(x.astype("<f8").tobytes()).decode()
    names = models.estimator(value[word].partition("[")[0]).feature_names_in_
    shapes = [[len(x)], [len(x), 1]]
    return [
        {"name": name, "datatype": "FP64", "shape": shapes[i % 2], "contents": {"fp64_contents": x[:, i].tolist()}}
        for i, name in reversed(list(enumerate(names)))
    ]


def check(found: Any, expected: Any, place: str = "body") -> None:
    """Assert that what was found has all that is expected; objects may have more."""
    if isinstance(expected, dict):
        word = next(iter(expected), "")
        if word in EXPECTED:
            _check_word(found, word, expected[word], place)
            return
        assert isinstance(found, dict), f"{place} is {found!r}"
        for name, item in expected.items():
            if isinstance(item, dict) and "$absent" in item:
                assert name not in found, f"{place}.{name} is {found[name]!r}"
                continue
            assert name in found, f"{place} has no {name}: {found!r}"
            check(found[name], item, f"{place}.{name}")
    elif isinstance(expected, list):
        assert isinstance(found, list), f"{place} is {found!r}"
        assert len(found) == len(expected), f"{place}: {found!r}"
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            check(one, other, f"{place}[{i}]")
    else:
        # 1 and true are equal in Python, and are not in JSON.
        assert isinstance(found, bool) == isinstance(expected, bool), f"{place} is {found!r}, not {expected!r}"
        assert _plain(found) == _plain(expected), f"{place} is {found!r}, not {expected!r}"


def _plain(value: Any) -> Any:
    # protobuf's mapping to JSON writes int64 as text, and doubles that are whole as 1.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_word(found: Any, word: str, argument: Any, place: str) -> None:
    if word == "$sklearn":
        _check_numbers(found, argument, place)
    elif word == "$now":
        assert abs(int(found) - time.time()) < 3600, f"{place} is {found!r}"
    elif word == "$match":
        assert re.fullmatch(argument, found), f"{place} is {found!r}"
    elif word == "$length":
        assert len(found) == argument, f"{place} has {len(found)}"
    elif word == "$begins":
        flat = found[0] if found and isinstance(found[0], list) else found
        check(flat[: len(argument)], argument, place)


def _check_numbers(found: Any, argument: list[str], place: str) -> None:
    name, method, span, *flat = argument
    x = models.rows(span)
    values = models.answer(name, method, x)
    if (values.dtype.kind in "fiu" and method != "predict") or values.dtype.kind == "f":
        allowed = np.broadcast_to(models.tolerance(name, method, x), values.reshape(len(x), -1).shape)
        got = np.asarray(found, dtype=np.float64)
        want = values.ravel() if flat else values
        assert got.shape == want.shape, f"{place} has shape {got.shape}"
        # NaN is an answer too, where scikit-learn gives it.
        off = np.where(np.isnan(got) & np.isnan(want), 0, np.abs(got - want)).reshape(allowed.shape)
        assert (off <= allowed).all(), f"{place} is off by up to {off.max()}; allowed {allowed.min()}"
    else:
        got = [float(v) if isinstance(v, float) else v for v in found]
        assert got == values.tolist(), f"{place} is {found!r}"
        assert not any(isinstance(v, float) and math.isnan(v) for v in got)
