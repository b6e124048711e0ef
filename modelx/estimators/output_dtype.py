"""The hyper-parameter `dtype` of transformers as data: one of a closed table, in the form that it was given."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import preprocessing

from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.v1 import source_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = tuple(np.dtype(code).name for code in "fdbhilBHIL?")
_TYPES: dict[str, Any] = {
    **{f"numpy.{name}": np.dtype(name).type for name in _NAMES},
    **{f"numpy.dtype.{name}": np.dtype(name) for name in _NAMES},
    **{f"builtins.{kind.__name__}": kind for kind in (bool, int, float)},
    **{name: name for name in _NAMES},
}


def write(estimator: Any, out: source_pb2.Source) -> None:
    """Write the type that a transformer gives, if it is not the default of float64.

    Raises
    ------
    UnsupportedEstimatorError
    """
    given = estimator.dtype
    if given is np.float64:
        return
    for name, known in _TYPES.items():
        if type(known) is type(given) and known == given:
            out.params["dtype"].string_value = name
            return
    raise UnsupportedEstimatorError(
        [("", f"dtype is {given!r}; refit with dtype=np.float64, np.float32, a type of ints, or bool")]
    )


def read(described: source_pb2.Source, path: str) -> Any:
    """Take the type out of a source's hyper-parameters.

    Raises
    ------
    SourceError
    """
    if "dtype" not in described.params:
        return np.float64
    value = described.params.pop("dtype")
    name = value.string_value
    if value.WhichOneof("kind") != "string_value" or name not in _TYPES:
        raise SourceError(f"dtype is {name[:40]!r}; expected one of {', '.join(_NAMES)}", path=f"{path}.params[dtype]")
    return _TYPES[name]


# Families that compute in float32, or in float64, whatever they are given.
_CASTS = frozenset(
    {
        "decision_tree",
        "forest",
        "gradient_boosting",
        "hist_gradient_boosting",
        "isolation_forest",
        "random_trees_embedding",
    }
)
# Families whose transform gives ints or bools.
_WHOLE = frozenset({"label_binarizer", "label_encoder", "missing_indicator", "multi_label_binarizer"})


def refuse_single(steps: Sequence[tuple[str, Any]]) -> None:
    """Refuse a step that gives float32, or ints, to one that would compute in them, where other runtimes have float64.

    Raises
    ------
    UnsupportedEstimatorError
    """
    from modelx import conversion

    real = [(name, step) for name, step in steps if step is not None and not isinstance(step, str)]
    for (name, step), (_, following) in pairwise(real):
        family = conversion.family_for(type(following))
        if _gives_single(step) and (family is None or family.arm not in _CASTS):
            reason = f"dtype is {step.dtype!r}" if hasattr(step, "dtype") else "all of its columns are float32"
            raise UnsupportedEstimatorError(
                [(name, f"{reason}: the next step would compute in float32; refit with dtype=np.float64")]
            )
        if type(following) is preprocessing.FunctionTransformer and following.func is not None and _gives_whole(step):
            reason = "it gives ints or bools, of which numpy's functions make others than of float64"
            hint = "refit it with dtype=np.float64, or put FunctionTransformer before it"
            raise UnsupportedEstimatorError([(name, f"{reason}; {hint}")])


def _gives_single(estimator: Any) -> bool:
    """Whether an encoder, or all that stand side by side in an estimator, give float32."""
    from modelx import conversion

    if isinstance(estimator, preprocessing.OneHotEncoder | preprocessing.OrdinalEncoder):
        return bool(np.dtype(estimator.dtype) == np.float32)
    family = conversion.family_for(type(estimator))
    inner = [] if family is None or family.arm in _CASTS else family.nested_estimators(estimator)
    if family is not None and family.arm == "pipeline":
        inner = inner[-1:]
    return bool(inner) and all(_gives_single(one) for _, one in inner)


def _gives_whole(estimator: Any) -> bool:
    """Whether an estimator, or all that stand side by side in it, give ints or bools."""
    from modelx import conversion

    if isinstance(estimator, preprocessing.OneHotEncoder | preprocessing.OrdinalEncoder):
        return np.dtype(estimator.dtype).kind in "iub"
    if type(estimator) is preprocessing.FunctionTransformer:
        return estimator.func in (np.isnan, np.isinf, np.isfinite)
    family = conversion.family_for(type(estimator))
    if family is None or family.arm in _WHOLE:
        return family is not None
    inner = family.nested_estimators(estimator)
    if family.arm == "pipeline":
        inner = inner[-1:]
    sides = ("pipeline", "column_transformer", "delegate")
    return family.arm in sides and bool(inner) and all(_gives_whole(one) for _, one in inner)
