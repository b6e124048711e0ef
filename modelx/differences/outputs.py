"""Comparing what two models answer for the same rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.answering import answer
from modelx.differences import numbers
from modelx.differences.records import Flip, OutputChange, WorstRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

# The numbers that a label is chosen by, the plainest first.
_SCORES = ("predict_proba", "decision_function", "transform", "score_samples")


def compare_outputs(
    estimators: tuple[Any, Any],
    rows: tuple[NDArray[Any], NDArray[Any]],
    methods: Sequence[str],
    n_worst: int,
    *,
    labelled: bool,
    place: Callable[[int], str],
) -> list[OutputChange]:
    """Compare the answers of two estimators, each for its own form of the same rows; `labelled` ones predict classes.

    Methods whose answers are equal are left out, and so are those whose answers have another shape, which is a change
    of the schema.
    """
    answers = {
        method: [answer(estimator, method, x, place) for estimator, x in zip(estimators, rows, strict=True)]
        for method in methods
    }
    out = []
    scores = next((answers[method] for method in _SCORES if method in answers), None)
    for method, (a, b) in answers.items():
        if a.shape != b.shape:
            continue
        differs = _rows_that_differ(a, b)
        if not differs.any():
            continue
        if a.dtype.kind == b.dtype.kind == "f" and not (labelled and method == "predict"):
            out.append(_numbers(method, a, b, differs, n_worst))
        else:
            out.append(_labels(method, a, b, differs, scores, n_worst))
    return out


def _rows_that_differ(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    if a.dtype.kind != b.dtype.kind:
        # numpy compares no strings with numbers; as objects they are what they are, unequal.
        a, b = a.astype(object), b.astype(object)
    differs = numbers.changed(a, b)
    return np.asarray(differs.any(axis=1) if differs.ndim > 1 else differs)


def _numbers(method: str, a: NDArray[Any], b: NDArray[Any], differs: NDArray[np.bool_], n_worst: int) -> OutputChange:
    absolute, relative = numbers.largest(a, b, lambda _: "")
    change = _per_row(a, b)
    return OutputChange(
        method,
        len(a),
        int(differs.sum()),
        absolute,
        relative,
        worst=[WorstRow(i, float(change[i]), _plain(a[i]), _plain(b[i])) for i in _worst(change, differs, n_worst)],
    )


def _labels(
    method: str,
    a: NDArray[Any],
    b: NDArray[Any],
    differs: NDArray[np.bool_],
    scores: list[NDArray[Any]] | None,
    n_worst: int,
) -> OutputChange:
    pairs = Counter((_key(a[i]), _key(b[i])) for i in np.flatnonzero(differs))
    flips = [Flip(_unkey(before), _unkey(after), count) for (before, after), count in pairs.most_common()]
    # Where strings stand among the columns, nothing says how far one row is from another.
    comparable = (
        scores is not None
        and scores[0].shape == scores[1].shape
        and all(score.dtype.kind in "fiub" for score in scores)
    )
    change = _per_row(*scores) if scores is not None and comparable else np.zeros(len(a))
    worst = [WorstRow(i, float(change[i]), _plain(a[i]), _plain(b[i])) for i in _worst(change, differs, n_worst)]
    return OutputChange(method, len(a), int(differs.sum()), flips=flips, worst=worst)


def _per_row(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    change = numbers.absolute(a, b)
    return np.asarray(change.max(axis=1) if change.ndim > 1 else change)


def _worst(change: NDArray[np.float64], differs: NDArray[np.bool_], n: int) -> list[int]:
    rows = np.flatnonzero(differs)
    return [int(i) for i in rows[np.argsort(-change[rows], kind="stable")][:n]]


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _key(value: Any) -> Any:
    plain = _plain(value)
    return tuple(plain) if isinstance(plain, list) else plain


def _unkey(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
