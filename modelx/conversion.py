"""A fitted estimator to a ModelProto, and back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.validation import check_is_fitted

from modelx import delegates, estimators
from modelx.errors import (
    NotFittedError,
    SchemaVersionError,
    SignatureError,
    TooDeepError,
    UnknownFamilyError,
    UnsupportedEstimatorError,
)
from modelx.estimators.base import DataType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np

    from modelx.estimators.base import Family
    from modelx.v1 import model_pb2

SCHEMA_VERSION = 2
MAX_DEPTH = 16
# Fields that hold a model inside of a model have these names, in every family.
_NESTED = re.compile(r"\b(?:steps|members)\[|\.(?:model|final)\b")


def family_of(model: model_pb2.ModelProto, path: str = "") -> Family:
    """Give the family whose arm is set."""
    arm = model.WhichOneof("model")
    if arm is None:
        raise UnknownFamilyError(
            "the model has no computation that this version of modelx knows; a newer one may: "
            "pip install --upgrade modelx",
            path=path,
        )
    return estimators.FAMILIES[arm]


def family_for(cls: type) -> Family | None:
    """Give the family of a class; None for one that cannot be exported, such as a subclass: it may compute anything."""
    return next((f for f in estimators.FAMILIES.values() if f.classes.get(cls.__name__) is cls), None)


def family_of_estimator(estimator: Any) -> Family | None:
    """Give the family of an estimator; where its class has two, what the estimator does decides."""
    family = family_for(type(estimator))
    return None if family is None else family.of(estimator)


@lru_cache(maxsize=1)
def known_classes() -> Mapping[str, type]:
    """Give every class that a file may name as an unfitted estimator among hyper-parameters.

    A frozen estimator is fitted, and is none of them.
    """
    out = {name: cls for family in estimators.FAMILIES.values() for name, cls in family.classes.items()}
    return {name: cls for name, cls in out.items() if name not in delegates.FROZEN}


def place_of(model: model_pb2.ModelProto, path: str) -> str:
    """Give the path of the arm that is set."""
    arm = model.WhichOneof("model") or ""
    return f"{path}.{arm}" if path else arm


def depth_of(path: str) -> int:
    """Tell from its path how deep a model is nested, the outermost being 1."""
    return len(_NESTED.findall(path)) + 1


def encode(estimator: Any, model: model_pb2.ModelProto, place: str = "") -> None:
    """Write a fitted estimator into a model: computation, source and signature, but no evidence.

    Raises
    ------
    UnsupportedEstimatorError
        Naming every step that cannot be exported.
    NotFittedError
    """
    reasons = unsupported(estimator, place)
    cls = type(estimator)
    family = family_of_estimator(estimator)
    if reasons or family is None:
        raise UnsupportedEstimatorError(reasons)
    try:
        # A model made of models is fitted when they are, and each of them is asked. (scikit-learn 1.5 refuses to tell
        # of a pipeline that ends with a word.)
        if not family.nested_estimators(estimator):
            check_is_fitted(estimator)
    except SklearnNotFittedError as error:
        raise NotFittedError(
            f"this {cls.__name__} is not fitted; call fit(X, y) before it is exported", path=place
        ) from error
    try:
        family.encode(estimator, model)
    except UnsupportedEstimatorError as error:
        # Each level of nesting puts its own name before what went wrong inside.
        reasons = [(".".join(filter(None, (place, inner))), reason) for inner, reason in error.reasons]
        raise UnsupportedEstimatorError(reasons) from error
    sign(model, family, [str(name) for name in getattr(estimator, "feature_names_in_", ())])


def sign(model: model_pb2.ModelProto, family: Family, feature_names: list[str]) -> None:
    """Write the signature, and the lowest schema version that has the family and those of the models inside."""
    model.signature.n_features = family.n_features(model)
    model.signature.feature_names.extend(feature_names)
    _sign_types(model, family)


def note_strings(model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
    """Note that some features (or `given` columns, of what transform gives) are strings, where nothing else tells.

    A transformer that hands on what it gets does not know what that was: the steps behind it do, its neighbours do, or
    rows of the user's.
    """
    if columns:
        family = family_of(model)
        family.note_strings(model, columns, given=given)
        _sign_types(model, family)


def string_columns(types: Sequence[model_pb2.DataType] | None) -> list[int]:
    """Give the columns of these types that are strings."""
    return [i for i, type_ in enumerate(types or ()) if type_ == DataType.DATA_TYPE_STRING]


def _sign_types(model: model_pb2.ModelProto, family: Family) -> None:
    """Write what hangs on the types of the features."""
    inner = [one.schema_version for _, one in family.nested(model)]
    types = family.input_types(model) or []
    takes_strings = 2 if DataType.DATA_TYPE_STRING in types else 1
    model.schema_version = max(family.schema_version, takes_strings, *inner)
    del model.signature.outputs[:], model.signature.feature_types[:]
    model.signature.outputs.extend(family.outputs(model))
    model.signature.feature_types.extend(types)


def refine_types(model: model_pb2.ModelProto, dtypes: Sequence[np.dtype[Any]]) -> None:
    """Note in the signature which of the features that are numbers were ints or bools in a data frame of the user's."""
    types = feature_types(model)
    for i, dtype in enumerate(dtypes):
        if types[i] == DataType.DATA_TYPE_FLOAT64 and dtype.kind in "iu":
            types[i] = DataType.DATA_TYPE_INT64
        elif types[i] == DataType.DATA_TYPE_FLOAT64 and dtype.kind == "b":
            types[i] = DataType.DATA_TYPE_BOOL
    del model.signature.feature_types[:]
    if any(type_ != DataType.DATA_TYPE_FLOAT64 for type_ in types):
        model.signature.feature_types.extend(types)


def feature_types(model: model_pb2.ModelProto) -> list[model_pb2.DataType]:
    """Give the type of each feature, as the signature says, or else as the computation takes it."""
    family = family_of(model)
    said = list(model.signature.feature_types) or family.input_types(model)
    return said or [DataType.DATA_TYPE_FLOAT64] * family.n_features(model)


def unsupported(estimator: Any, place: str = "") -> list[tuple[str, str]]:
    """Say of which classes, in an estimator and all of its steps, none can be exported, and why."""
    family = family_for(type(estimator))
    if family is None:
        return [(place, _reason(estimator))]
    out = []
    for name, step in family.nested_estimators(estimator):
        if step is not None and not isinstance(step, str):
            out += unsupported(step, f"{place}.{name}" if place else name)
    return out


def _reason(estimator: Any) -> str:
    cls = type(estimator)
    if isinstance(estimator, type):
        return f"{estimator.__name__} is a class; give a fitted estimator"
    if not isinstance(estimator, BaseEstimator):
        return f"a {cls.__module__}.{cls.__qualname__} is no scikit-learn estimator"
    for base in cls.__mro__[1:]:
        if family_for(base) is not None:
            return f"{cls.__qualname__} is a class of its own over {base.__name__}, and may compute anything"
    return (
        f"{cls.__name__} is not supported by this version of modelx; docs/estimators.md lists what is. "
        "A .onnx file may be written through skl2onnx"
    )


def check(model: model_pb2.ModelProto, path: str = "", depth: int = 1) -> None:
    """Check everything that the computation needs, and the signature, before anything is done with a model.

    Raises
    ------
    ModelFileError
        The typed error of the first defect, in the order of docs/errors.md.
    """
    if model.schema_version > SCHEMA_VERSION:
        raise SchemaVersionError(
            f"the file needs schema version {model.schema_version}; this modelx reads up to {SCHEMA_VERSION}: "
            "pip install --upgrade modelx",
            path=path,
        )
    if depth > MAX_DEPTH:
        raise TooDeepError(f"models nest over {MAX_DEPTH} deep", path=path)
    family = family_of(model, path)
    family.check(model, place_of(model, path))
    if model.HasField("signature"):
        _check_signature(model, family, f"{path}.signature" if path else "signature")


def _check_signature(model: model_pb2.ModelProto, family: Family, path: str) -> None:
    signature, width = model.signature, family.n_features(model)
    if signature.n_features != width:
        raise SignatureError(f"n_features is {signature.n_features}; the model has {width}", path=path)
    names = signature.feature_names
    if names and (len(names) != width or len(set(names)) != width or "" in names):
        raise SignatureError(f"there are {len(set(names))} distinct names for {width} features", path=path)
    _check_feature_types(signature, family.input_types(model), width, path)
    if signature.outputs and list(signature.outputs) != family.outputs(model):
        found = ", ".join(output.method for output in signature.outputs)
        expected = ", ".join(output.method for output in family.outputs(model))
        raise SignatureError(f"outputs ({found}) are not those of the model ({expected})", path=f"{path}.outputs")


def _check_feature_types(
    signature: model_pb2.Signature, taken: Sequence[model_pb2.DataType] | None, width: int, path: str
) -> None:
    """Check that strings are said to be where the computation takes them, and only there."""
    said = signature.feature_types
    if len(said) not in (0, width):
        raise SignatureError(f"there are {len(said)} types for {width} features", path=f"{path}.feature_types")
    if not said and taken is None:
        return
    numbers = [DataType.DATA_TYPE_FLOAT64] * width
    for i, (found, expected) in enumerate(zip(said or numbers, taken or numbers, strict=True)):
        strings = DataType.DATA_TYPE_STRING
        known = found in DataType.values() and found != DataType.DATA_TYPE_UNSPECIFIED
        if (found not in DataType.values()) or (
            expected != DataType.DATA_TYPE_UNSPECIFIED and (not known or (found == strings) != (expected == strings))
        ):
            raise SignatureError(
                f"the type is {found}; the model takes {DataType.Name(expected)}", path=f"{path}.feature_types[{i}]"
            )


def decode(model: model_pb2.ModelProto, path: str = "") -> Any:
    """Rebuild the fitted estimator from a checked model."""
    return family_of(model, path).decode(model, place_of(model, path))
