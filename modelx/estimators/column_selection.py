"""ColumnTransformer's own attributes: which transformer has which columns, and how the user said so."""

from __future__ import annotations

from collections import UserList
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from modelx import conversion, source, values
from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORDS = ("drop", "passthrough")
_OWN = ("transformers", "remainder")
# The attributes that `decode` sets from the model.
_COMPUTED = ("transformers_", "output_indices_")


def members(estimator: Any) -> list[tuple[str, Any]]:
    """Give the fitted transformers that have columns, with their names, in the order of their outputs."""
    indices = estimator._transformer_to_input_indices
    return [(name, fitted) for name, fitted, _ in estimator.transformers_ if fitted != "drop" and len(indices[name])]


def selected(estimator: Any) -> list[tuple[Any, list[int]]]:
    """Give the fitted transformers that have columns, with these."""
    indices = estimator._transformer_to_input_indices
    return [(fitted, list(indices[name])) for name, fitted in members(estimator)]


def encode(estimator: Any, model: model_pb2.ModelProto, classes: Mapping[str, type]) -> None:
    """Write a fitted ColumnTransformer.

    Raises
    ------
    UnsupportedEstimatorError
    """
    proto = model.column_transformer
    proto.n_features = estimator.n_features_in_
    source.capture(estimator, model.source, classes, skip_params=_OWN)
    weights = estimator.transformer_weights or {}
    names = [name for name, _ in members(estimator)]
    for name, fitted in members(estimator):
        selection = proto.selections.add(columns=list(estimator._transformer_to_input_indices[name]))
        if weights.get(name) is not None:
            selection.weight = weights[name]
        conversion.encode(fitted, proto.members.add(name=name), name)
    resolved = dict(zip([name for name, *_ in estimator.transformers], estimator._columns, strict=True))

    def entries(transformers: Any) -> list[tuple[str, Any, Any]]:
        return [(name, _what(what, name, names), _columns(columns)) for name, what, columns in transformers]

    form = {
        "given": entries(estimator.transformers),
        "resolved": [(name, _columns(columns)) for name, columns in resolved.items()],
        "fitted": entries(estimator.transformers_),
        "indices": [(name, [int(i) for i in found]) for name, found in estimator._transformer_to_input_indices.items()],
        "remainder": _what(estimator.remainder, "remainder", names),
        "remainder_columns": _columns(estimator._remainder[2]),
    }
    model.source.params["transformers"].CopyFrom(
        values.encode(form, lambda inner: source.encode_spec(inner, conversion.known_classes()))
    )


def _what(what: Any, name: str, names: Sequence[str]) -> Any:
    """Give a word as it is, the number of a member, or a transformer that has no columns."""
    if isinstance(what, str):
        return what
    return names.index(name) if name in names else what


def _columns(columns: Any) -> Any:
    """Give a selection as data: a function as None, a slice as a dict."""
    if callable(columns):
        return None
    if isinstance(columns, slice):
        return {"slice": [columns.start, columns.stop, columns.step]}
    if isinstance(columns, str | int | np.integer):
        reason = f"{columns!r} gives the transformer one dimension; select [{columns!r}] instead, and fit again"
        raise UnsupportedEstimatorError([("", reason)])
    if isinstance(columns, UserList):
        # scikit-learn 1.5 and 1.6 keep the remainder's so, and warn of it whenever somebody looks.
        return list(columns.data)
    if isinstance(columns, np.ndarray):
        return columns
    return list(columns)


def decode(model: model_pb2.ModelProto, fitted: list[Any], classes: Mapping[str, type], path: str) -> Any:
    """Rebuild a ColumnTransformer from its members' estimators.

    Raises
    ------
    SourceError
    """
    proto = model.column_transformer
    described = source_pb2.Source()
    described.CopyFrom(model.source)
    described.class_name = described.class_name or "ColumnTransformer"
    form = _read_form(described, fitted, model, f"{path}.params[transformers]")
    estimator = source.construct(
        described.class_name, described.params, classes, path, transformers=form["given"], remainder=form["remainder"]
    )
    source.set_attributes(estimator, described, _COMPUTED, path)
    source.set_signature(estimator, proto.n_features, model.signature.feature_names)
    set_weights(estimator, model)
    estimator.transformers_ = form["fitted"]
    estimator._columns = form["resolved"]
    estimator._remainder = ("remainder", form["remainder"], form["remainder_columns"])
    estimator._transformer_to_input_indices = form["indices"]
    if not hasattr(estimator, "sparse_output_"):
        estimator.sparse_output_ = False
    estimator.output_indices_ = _output_indices(model, form["fitted"])
    return estimator


def set_weights(estimator: Any, model: model_pb2.ModelProto) -> None:
    """Give the members the weights that the computation has, whatever the hyper-parameters say."""
    weights = dict(estimator.transformer_weights or {})
    for selection, member in zip(model.column_transformer.selections, model.column_transformer.members, strict=True):
        if selection.HasField("weight"):
            weights[member.name] = selection.weight
        else:
            weights.pop(member.name, None)
    if weights or estimator.transformer_weights is not None:
        estimator.transformer_weights = weights


def _output_indices(model: model_pb2.ModelProto, entries: list[tuple[str, Any, Any]]) -> dict[str, slice]:
    """Say where each transformer's columns are in the output; those without have an empty place at its beginning."""
    out: dict[str, slice] = {}
    at = 0
    for member in model.column_transformer.members:
        specs = conversion.family_of(member).outputs(member)
        width = next(spec.n_columns for spec in specs if spec.method == "transform")
        out[member.name] = slice(at, at + width)
        at += width
    for name in [*(name for name, *_ in entries), "remainder"]:
        out.setdefault(name, slice(0, 0))
    return out


def _read_form(
    described: source_pb2.Source, fitted: list[Any], model: model_pb2.ModelProto, path: str
) -> dict[str, Any]:
    """Take what `encode` wrote out of the parameters, and check it: everything in it may be hostile."""
    names = [member.name for member in model.column_transformer.members]
    if "transformers" not in described.params:
        return _plain_form(fitted, model)
    classes = conversion.known_classes()
    form = values.decode(
        described.params.pop("transformers"), lambda spec, at: source.decode_spec(spec, classes, at), path
    )
    expected = {"given", "resolved", "fitted", "indices", "remainder", "remainder_columns"}
    if not isinstance(form, dict) or set(form) != expected:
        raise SourceError(f"expected a dict of {', '.join(sorted(expected))}", path=path)
    resolved = {name: _selection(columns, path) for name, columns in _tuples(form["resolved"], 2, path)}
    given = []
    for name, what, columns in _tuples(form["given"], 3, path):
        if name not in resolved:
            raise SourceError(f"no columns are resolved for {name!r}", path=path)
        chosen = resolved[name] if columns is None else _selection(columns, path)
        given.append((name, _unfitted(what, name, names, fitted, path), chosen))
    indices = {name: _indices(found, model, path) for name, found in _tuples(form["indices"], 2, path)}
    entries = [
        (name, _fitted(what, name, names, fitted, path), _selection(columns, path))
        for name, what, columns in _tuples(form["fitted"], 3, path)
    ]
    kept = [name for name, what, _ in entries if any(what is one for one in fitted)]
    if kept != names or any(name not in indices for name, *_ in entries):
        raise SourceError(f"the members are {names}; the transformers that have columns are {kept}", path=path)
    for name, (_, columns) in zip(names, _selected(model), strict=True):
        if len(indices[name]) != len(columns) or indices[name] != list(columns):
            raise SourceError(f"the features of {name!r} are others in the model", path=path)
    return {
        "given": given,
        "resolved": [resolved[name] for name, *_ in given],
        "fitted": entries,
        "indices": indices,
        "remainder": _unfitted(form["remainder"], "remainder", names, fitted, path),
        "remainder_columns": _selection(form["remainder_columns"], path),
    }


def _plain_form(fitted: list[Any], model: model_pb2.ModelProto) -> dict[str, Any]:
    """Describe a model that says nothing of its source: one that was built in Go."""
    selected = _selected(model)
    # All features are a slice: a few bytes may declare any number of them.
    entries = [
        (name, one, slice(None) if isinstance(columns, range) else columns)
        for (name, columns), one in zip(selected, fitted, strict=True)
    ]
    return {
        "given": [(name, clone(one), columns) for name, one, columns in entries],
        "resolved": [columns for *_, columns in entries],
        "fitted": entries,
        "indices": {**dict(selected), "remainder": []},
        "remainder": "drop",
        "remainder_columns": [],
    }


def _selected(model: model_pb2.ModelProto) -> list[tuple[str, Sequence[int]]]:
    """Give the features that each member takes, a range where it takes all."""
    proto = model.column_transformer
    return [
        (member.name, list(selection.columns) or range(proto.n_features))
        for selection, member in zip(proto.selections, proto.members, strict=True)
    ]


def _tuples(found: Any, n: int, path: str) -> list[Any]:
    """Check a list of tuples of this length, each of which begins with a name of its own."""
    if not isinstance(found, list) or not all(isinstance(one, tuple) and len(one) == n for one in found):
        raise SourceError(f"expected a list of tuples of {n}", path=path)
    names = [one[0] for one in found]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise SourceError(f"names are {names}; expected distinct ones", path=path)
    return found


def _selection(columns: Any, path: str) -> Any:
    if isinstance(columns, dict) and list(columns) == ["slice"]:
        ends = columns["slice"]
        if isinstance(ends, list) and len(ends) == len("abc") and all(_is_end(end) for end in ends):
            return slice(*ends)
    elif isinstance(columns, np.ndarray):
        if columns.ndim == 1:
            return columns
    elif isinstance(columns, list) and all(isinstance(one, str | int | bool | np.generic) for one in columns):
        return columns
    raise SourceError("a selection of columns is neither a list, an array nor a slice", path=path)


def _is_end(end: Any) -> bool:
    return end is None or isinstance(end, int | str)


def _indices(found: Any, model: model_pb2.ModelProto, path: str) -> list[int]:
    width = model.column_transformer.n_features
    if not isinstance(found, list) or not all(isinstance(i, int) and 0 <= i < width for i in found):
        raise SourceError(f"expected a list of features below {width}", path=path)
    return found


def _fitted(what: Any, name: str, names: list[str], fitted: list[Any], path: str) -> Any:
    if what == "drop" or hasattr(what, "get_params"):
        return what
    if isinstance(what, int) and 0 <= what < len(names) and names[what] == name:
        return fitted[what]
    raise SourceError(f"{name!r} is neither a member, nor dropped, nor a transformer without columns", path=path)


def _unfitted(what: Any, name: str, names: list[str], fitted: list[Any], path: str) -> Any:
    if isinstance(what, str) and what in _WORDS:
        return what
    found = _fitted(what, name, names, fitted, path)
    return clone(found) if isinstance(what, int) else found
