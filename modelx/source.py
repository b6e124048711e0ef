"""What rebuilds the very estimator: its class, hyper-parameters and fitted attributes."""

from __future__ import annotations

import inspect
import warnings
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn

from modelx import layout, values
from modelx.errors import ModelxWarning, SourceError
from modelx.v1 import source_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

LIBRARY = "scikit-learn"

# Attributes that a file leaves out although they are public: they have a value for each training row, which may be
# private and makes a file grow with the data, or they record the search for the hyper-parameters. No output needs them.
NOT_CARRIED = frozenset(
    {
        "labels_",
        "outliers_",
        "inlier_mask_",
        "cv_results_",
        "cv_values_",
        "mse_path_",
        "cv_alphas_",
        "coef_path_",
        "coefs_paths_",
        "scores_",
        "oob_decision_function_",
        "oob_prediction_",
    }
)
# Where scikit-learn keeps what set_output() chose, and what that may be.
_OUTPUT_CONFIG = "_sklearn_output_config"
_CONTAINERS = ("default", "pandas", "polars")
# These stand elsewhere in the model.
_ELSEWHERE = frozenset({"n_features_in_", "feature_names_in_"})


def defaults(cls: type) -> dict[str, Any]:
    """Give the default of each hyper-parameter of a class that has one."""
    parameters = inspect.signature(cls).parameters
    return {name: parameters[name].default for name in cls._get_param_names()}  # type: ignore[attr-defined]


def _is_default(value: Any, default: Any) -> bool:
    if type(value) is not type(default):
        return False
    if isinstance(value, np.ndarray):
        return False
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN equals nothing, itself included
        return bool(default != default)  # noqa: PLR0124
    return bool(value == default)


def encode_params(
    estimator: Any, out: Mapping[str, source_pb2.Value], classes: Mapping[str, type], skip: Collection[str] = ()
) -> None:
    """Write the hyper-parameters that differ from their defaults."""
    known = defaults(type(estimator))
    for name, value in estimator.get_params(deep=False).items():
        if name in skip or (name in known and _is_default(value, known[name])):
            continue
        out[name].CopyFrom(values.encode(value, lambda inner: encode_spec(inner, classes)))


def encode_spec(estimator: Any, classes: Mapping[str, type]) -> source_pb2.EstimatorSpec | None:
    """Describe an unfitted estimator that is a hyper-parameter; None for what is no estimator in `classes`."""
    name = type(estimator).__name__
    if classes.get(name) is not type(estimator):
        return None
    spec = source_pb2.EstimatorSpec(class_name=name)
    encode_params(estimator, spec.params, classes)
    return spec


def capture(
    estimator: Any,
    out: source_pb2.Source,
    classes: Mapping[str, type],
    *,
    computed: Collection[str] = (),
    skip_params: Collection[str] = (),
    state: Collection[str] = (),
) -> None:
    """Describe a fitted estimator.

    Parameters
    ----------
    estimator : object
    out : Source
        Filled.
    classes : mapping of str to type
        Every class that a file may name.
    computed : collection of str
        Attributes that the computation keeps; of these only the memory layout is written.
    skip_params : collection of str
        Hyper-parameters that stand elsewhere in the model.
    state : collection of str
        Private attributes that partial_fit goes on from, to be written like public ones.
    """
    out.transform_output = vars(estimator).get(_OUTPUT_CONFIG, {}).get("transform") or ""
    out.library = LIBRARY
    out.library_version = sklearn.__version__
    out.class_name = type(estimator).__name__
    encode_params(estimator, out.params, classes, skip_params)
    for name, value in vars(estimator).items():
        if name in computed:
            # Inner estimators, which are described on their own, have no layout, nor have lists of them.
            if (
                not hasattr(value, "get_params")
                and not isinstance(value, list | dict)
                and (form := layout.capture(value)) is not None
            ):
                out.layouts[name].CopyFrom(form)
        elif name in state or (
            name.endswith("_") and not name.startswith("_") and name not in NOT_CARRIED | _ELSEWHERE
        ):
            encoded = values.encode(value, lambda _: None)
            if values.is_known(encoded):
                out.attributes[name].CopyFrom(encoded)


def construct(
    name: str, params: Mapping[str, source_pb2.Value], classes: Mapping[str, type], path: str, **more: Any
) -> Any:
    """Build an unfitted estimator from a class of the closed table and its hyper-parameters."""
    cls = classes.get(name)
    if cls is None:
        raise SourceError(
            f"the class {name!r} is not one that modelx rebuilds with scikit-learn {sklearn.__version__}", path=path
        )
    known = defaults(cls)
    given: dict[str, Any] = dict(more)
    for key, value in sorted(params.items()):
        place = f"{path}.params[{key}]"
        if key not in known:
            _warn(f"{place}: scikit-learn {sklearn.__version__} has no such hyper-parameter of {name}; left out")
        elif not values.is_known(value):
            required = known[key] is inspect.Parameter.empty
            instead = "None" if required else "its default"
            _warn(f"{place}: a {values.omitted(value)} is not in the file; {name} has {instead} instead")
            if required:
                given[key] = None
        else:
            given[key] = values.decode(value, lambda spec, at: decode_spec(spec, classes, at), place)
    lacking = [key for key, default in known.items() if default is inspect.Parameter.empty and key not in given]
    if lacking:
        raise SourceError(f"{name} lacks the hyper-parameters {', '.join(lacking)}, which have no default", path=path)
    return cls(**given)


def decode_spec(spec: source_pb2.EstimatorSpec, classes: Mapping[str, type], path: str) -> Any:
    """Build the unfitted estimator that a hyper-parameter was."""
    return construct(spec.class_name, spec.params, classes, path)


def _warn(message: str) -> None:
    warnings.warn(message, ModelxWarning, stacklevel=6)


def _set_output(estimator: Any, container: str, path: str) -> None:
    """Choose again what set_output() chose."""
    if container not in _CONTAINERS:
        raise SourceError(
            f"transform_output is {container!r}; expected one of {', '.join(_CONTAINERS)}",
            path=f"{path}.transform_output",
        )
    # As set_output does, but for this estimator alone: those inside of it have their own.
    setattr(estimator, _OUTPUT_CONFIG, {"transform": container})


def set_attributes(
    estimator: Any, source: source_pb2.Source, computed: Collection[str], path: str, state: Collection[str] = ()
) -> None:
    """Set the fitted attributes that the source carries, and those private ones that `state` names.

    Raises
    ------
    SourceError
        For a name that is no fitted attribute, or that the computation keeps.
    """
    if source.transform_output:
        _set_output(estimator, source.transform_output, path)
    for name, value in sorted(source.attributes.items()):
        place = f"{path}.attributes[{name}]"
        fitted = name in state or (name.isidentifier() and name.endswith("_") and not name.startswith("_"))
        # A property of the class, a method or a hyper-parameter must not be shadowed by what a file says.
        if not fitted or name in computed or name in _ELSEWHERE or hasattr(type(estimator), name):
            raise SourceError("no fitted attribute of this class that a file may set", path=place)
        if values.is_known(value):
            setattr(estimator, name, values.decode(value, _no_estimator, place))


def _no_estimator(spec: source_pb2.EstimatorSpec, path: str) -> Any:
    raise SourceError(f"an estimator {spec.class_name!r} as a fitted attribute", path=path)


def restore(source: source_pb2.Source, name: str, flat: NDArray[np.float64], shape: Sequence[int], path: str) -> Any:
    """Give the values of an attribute that the computation keeps the form that they had.

    Parameters
    ----------
    source : Source
    name : str
        The attribute, such as ``coef_``.
    flat : ndarray of shape (n,)
        Its values in C order.
    shape : sequence of int
        Its natural shape, where the source has no layout for it.
    path : str
    """
    if name not in source.layouts:
        return flat.reshape(tuple(shape))
    form = source.layouts[name]
    layout.check(form, flat.size, f"{path}.layouts[{name}]")
    return layout.restore(flat, form, shape)


def restore_repeated(
    source: source_pb2.Source, name: str, flat: NDArray[np.float64], shape: Sequence[int], path: str
) -> Any:
    """Restore an attribute of one value for each output, which scikit-learn may keep as one number for all of them."""
    if name in source.layouts and (source.layouts[name].scalar or (prod(source.layouts[name].shape) == 1 < len(flat))):
        if (flat != flat[0]).any():
            raise SourceError("one number stands for values that differ", path=f"{path}.layouts[{name}]")
        flat = flat[:1]
    return restore(source, name, flat, shape, path)


def set_signature(estimator: Any, n_features: int, feature_names: Sequence[str]) -> None:
    """Set what scikit-learn checks inputs against."""
    if not hasattr(type(estimator), "n_features_in_"):
        # Where it is a property, the estimator inside has the number.
        estimator.n_features_in_ = n_features
    if feature_names:
        estimator.feature_names_in_ = np.array(feature_names, dtype=object)
