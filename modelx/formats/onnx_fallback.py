"""ONNX graphs of estimators that modelx has no family for, through skl2onnx: they carry no model."""

from __future__ import annotations

import json
import warnings
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.validation import check_is_fitted

from modelx.calling import call
from modelx.errors import NotFittedError, UnsupportedEstimatorError, WrongWidthError
from modelx.formats import onnx as onnx_format
from modelx.formats import onnx_runtime
from modelx.formats.onnx_runtime import Deviation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# |graph - estimator| <= this * max(1, |estimator|): what float32 keeps, with room for sums.
_TOLERANCE = 1e-5
_MADE_ROWS = 256
_INPUT = "X"
# The versions of the operators' sets; onnxruntime 1.20 and later run both.
_FILTERS = Lock()
_OPSETS = {"": 18, "ai.onnx.ml": 3}
# For each name that skl2onnx gives an output, the methods that it may stand for, and the name that it has in our files.
_OUTPUTS: dict[str, dict[str, str]] = {
    "label": {"predict": "label"},
    "output_label": {"predict": "label"},
    "probabilities": {"predict_proba": "probabilities"},
    "output_probability": {"predict_proba": "probabilities"},
    "scores": {"decision_function": "scores"},
    "variable": {"predict": "predictions", "transform": "transformed"},
}


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A graph that ran: the ONNX model and the deviation of each output."""

    model: Any
    deviations: dict[str, Deviation]

    @property
    def outside(self) -> int:
        return sum(deviation.outside for deviation in self.deviations.values())


def dumps(
    estimator: Any,
    error: UnsupportedEstimatorError,
    *,
    sample: NDArray[np.float64] | None,
    described: Mapping[str, Any],
    allow_drift: bool = False,
) -> bytes:
    """Convert an estimator with skl2onnx and run the graph against the estimator's own answers.

    The graph takes float64 where onnxruntime runs it so, else float32.

    Parameters
    ----------
    estimator : object
        A fitted estimator of scikit-learn.
    error : UnsupportedEstimatorError
        Why modelx has no model of it.
    sample : ndarray of shape (n_rows, n_features), optional
        Rows to compare on; none of them is stored. Without them, 256 rows of the standard normal distribution.
    described : mapping
        JSON values to keep in ``modelx.source``.
    allow_drift : bool

    Raises
    ------
    MissingDependencyError, NotFittedError, WrongWidthError
    UnsupportedEstimatorError
        Naming what skl2onnx, or onnxruntime, says.
    DriftError
        For other labels, or numbers that are off by over 1e-5 * max(1, |number|).
    """
    onnx_runtime.require("onnx", "onnxruntime", "skl2onnx")
    import skl2onnx

    width = _width(estimator, error)
    rows = np.random.default_rng(20261121).standard_normal((_MADE_ROWS, width)) if sample is None else sample
    if rows.ndim != 2 or rows.shape[1] != width or not len(rows):
        raise WrongWidthError(f"the sample has shape {rows.shape}; expected (rows, {width}), at least one row")
    best, reasons = _best_attempt(estimator, rows)
    if best is None:
        raise UnsupportedEstimatorError(
            [*error.reasons, ("", f"skl2onnx {skl2onnx.__version__} gives no graph that runs: {'; '.join(reasons)}")]
        )
    if not allow_drift:
        onnx_format.refuse_drift(best.deviations)
    source = {
        "library": "scikit-learn",
        "library_version": sklearn.__version__,
        "class_name": type(estimator).__name__,
        "converter": f"skl2onnx {skl2onnx.__version__}",
    }
    properties = {
        onnx_format.DEVIATION_KEY: onnx_format.deviation_json(best.deviations, len(rows)),
        onnx_format.SOURCE_KEY: json.dumps(source | {key: value for key, value in described.items() if value}),
    }
    for key, value in properties.items():
        best.model.metadata_props.add(key=key, value=value)
    data: bytes = best.model.SerializeToString(deterministic=True)
    return data


def _width(estimator: Any, error: UnsupportedEstimatorError) -> int:
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise error
    try:
        check_is_fitted(estimator)
    except SklearnNotFittedError as unfitted:
        raise NotFittedError(
            f"this {type(estimator).__name__} is not fitted; call fit(X, y) before it is exported"
        ) from unfitted
    if not hasattr(estimator, "n_features_in_"):
        raise error
    return int(estimator.n_features_in_)


def _best_attempt(estimator: Any, rows: NDArray[np.float64]) -> tuple[_Attempt | None, list[str]]:
    """Give the first graph that does not drift, or the one that drifts least, and what went wrong with others."""
    attempts: list[_Attempt] = []
    reasons: list[str] = []
    for dtype in (np.float64, np.float32):
        try:
            attempt = _attempt(estimator, rows, np.dtype(dtype))
        except Exception as error:  # noqa: BLE001 - skl2onnx and onnxruntime raise whatever they like
            reasons.append(f"{np.dtype(dtype).name}: {' '.join(str(error).split())[:300]}")
            continue
        if not attempt.outside:
            return attempt, []
        attempts.append(attempt)
    return min(attempts, key=lambda attempt: attempt.outside, default=None), reasons


def _attempt(estimator: Any, rows: NDArray[np.float64], dtype: np.dtype[Any]) -> _Attempt:
    model = _convert(estimator, rows.shape[1], dtype)
    found = onnx_runtime.run(model.SerializeToString(), {_INPUT: rows.astype(dtype)})
    deviations: dict[str, Deviation] = {}
    names: dict[str, tuple[str, bool]] = {}
    for output in list(model.graph.output):
        method, name = _meaning(estimator, output.name)
        if not method or name in deviations:
            continue
        expected = call(estimator, method, rows)
        deviations[name] = _compare(found[output.name], expected)
        names[output.name] = (name, found[output.name].ndim == 2 and expected.ndim == 1)
    if not names:
        raise ValueError("it has no output that a method of the estimator gives")
    _rename(model, names)
    return _Attempt(model, deviations)


def _convert(estimator: Any, width: int, dtype: np.dtype[Any]) -> Any:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    kind = DoubleTensorType if dtype == np.float64 else FloatTensorType
    given = {"initial_types": [(_INPUT, kind([None, width]))], "target_opset": _OPSETS}
    # The filters belong to the process: two exports at a time would restore each other's.
    with _FILTERS, warnings.catch_warnings():
        # Warnings about opsets that the user did not choose.
        warnings.simplefilter("ignore")
        if not is_classifier(estimator):
            return to_onnx(estimator, **given)
        with suppress(NameError):
            return to_onnx(estimator, options={id(estimator): {"zipmap": False}}, **given)
        # Classifiers without probabilities refuse that option. In a pipeline they are given it all the same, unless
        # another option, here one with its default, is named.
        return to_onnx(estimator, options={id(estimator): {"nocl": False}}, **given)


def _meaning(estimator: Any, name: str) -> tuple[str, str]:
    """Give the method that an output stands for, and our name of it; empty for none that the estimator has."""
    return next(
        ((method, ours) for method, ours in _OUTPUTS.get(name, {}).items() if hasattr(estimator, method)), ("", "")
    )


def _compare(found: NDArray[Any], expected: NDArray[Any]) -> Deviation:
    if found.size != expected.size:
        return Deviation(0, None, expected.size, f"the graph gives shape {found.shape}, expected is {expected.shape}")
    found = found.reshape(expected.shape)
    if expected.dtype.kind != "f":
        wrong = found != expected
        size = None
    else:
        found = found.astype(np.float64)
        size = onnx_runtime.largest(found, expected)
        with np.errstate(invalid="ignore"):
            close = np.abs(found - expected) <= _TOLERANCE * np.maximum(1.0, np.abs(expected))
        wrong = ~(close | (found == expected) | (np.isnan(found) & np.isnan(expected)))
    first = ""
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        first = f"row {at[0]}: the graph gives {found[at]}, the estimator {expected[at]}"
    count = int(wrong.sum())
    return Deviation(count if size is None else None, size, count, first)


def _rename(model: Any, names: Mapping[str, tuple[str, bool]]) -> None:
    """Give outputs the names and shapes that they have in all our files, and leave out those that were not compared.

    `names` has, for each output's name, the new one, and whether its one column is to become a vector.
    """
    from onnx import helper, numpy_helper

    inner = {old: f"skl2onnx_{old}" for old in names}
    for node in model.graph.node:
        for values in (node.input, node.output):
            for i, value in enumerate(values):
                values[i] = inner.get(value, value)
    kept = [output for output in model.graph.output if output.name in names]
    del model.graph.output[:]
    model.graph.initializer.append(numpy_helper.from_array(np.array([1]), "modelx_columns"))
    for output in kept:
        name, is_vector = names[output.name]
        given = [inner[output.name], "modelx_columns"] if is_vector else [inner[output.name]]
        model.graph.node.append(helper.make_node("Squeeze" if is_vector else "Identity", given, [name]))
        kind = output.type.tensor_type
        shape = ["N"] if is_vector else ["N", *(d.dim_value or None for d in kind.shape.dim[1:])]
        model.graph.output.append(helper.make_tensor_value_info(name, kind.elem_type, shape))
