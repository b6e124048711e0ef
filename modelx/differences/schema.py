"""Comparing what goes into two models and what comes out, and what their owners say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.differences.records import SchemaChange
from modelx.differences.sources import compare_mappings, compare_values

if TYPE_CHECKING:
    from modelx.differences.records import Change
    from modelx.model import Model


def compare_schemas(a: Model, b: Model) -> list[SchemaChange]:
    """Give the changes of the schema, and whether a caller of `a` can go on with `b`."""
    out = []
    if a.n_features != b.n_features:
        out.append(SchemaChange("n_features", f"{a.n_features} features became {b.n_features}", breaking=True))
    out.extend(_names(a.feature_names, b.feature_names))
    out.extend(_types(a, b))
    out.extend(_classes(a.classes, b.classes))
    out.extend(_methods(a, b))
    return out


def _names(a: list[str], b: list[str]) -> list[SchemaChange]:
    if a == b:
        return []
    if not a:
        return [SchemaChange("feature_names", f"the features got names: {_some(b)}", breaking=False)]
    if not b:
        return [SchemaChange("feature_names", f"the features lost their names: {_some(a)}", breaking=True)]
    if sorted(a) == sorted(b):
        at = next(i for i, pair in enumerate(zip(a, b, strict=True)) if pair[0] != pair[1])
        message = f"the features stand in another order, from feature {at + 1} on: {a[at]!r} became {b[at]!r}"
        return [SchemaChange("feature_names", message, breaking=True)]
    out = []
    gone, new = [name for name in a if name not in b], [name for name in b if name not in a]
    if gone:
        out.append(SchemaChange("feature_names", f"removed: {_some(gone)}", breaking=True))
    if new:
        out.append(SchemaChange("feature_names", f"added: {_some(new)}", breaking=True))
    return out


def _types(a: Model, b: Model) -> list[SchemaChange]:
    """Tell types of features of one name: between strings and numbers, callers must change what they send."""
    if a.feature_names != b.feature_names or a.n_features != b.n_features or a.feature_types == b.feature_types:
        return []
    types = [model.feature_types or ["float64"] * model.n_features for model in (a, b)]
    out = []
    for breaking in (True, False):
        changed = [
            f"{a.feature_names[i] if a.feature_names else i}: {before} became {after}"
            for i, (before, after) in enumerate(zip(*types, strict=True))
            if before != after and _breaks(before, after) == breaking
        ]
        if changed:
            out.append(SchemaChange("feature_types", _some(changed), breaking=breaking))
    return out


def _breaks(before: str, after: str) -> bool:
    # What no method reads may be anything, and numbers of all types are computed with as float64.
    return (before == "string") != (after == "string") and after != "none"


def _classes(a: list[Any] | None, b: list[Any] | None) -> list[SchemaChange]:
    typed_a, typed_b = _typed(a), _typed(b)
    if typed_a == typed_b:
        return []
    if a is None or b is None:
        message = "the model was no classifier and is one" if a is None else "the model is no classifier any more"
    elif sorted(map(repr, a)) == sorted(map(repr, b)):
        message = f"the classes stand in another order: {_some(a)} became {_some(b)}"
    else:
        message = f"the classes {_some(a)} became {_some(b)}"
    return [SchemaChange("classes", message, breaking=True)]


def _typed(labels: list[Any] | None) -> list[tuple[type, Any]] | None:
    # True == 1 == 1.0, but they are other labels to a caller.
    return None if labels is None else [(type(label), label) for label in labels]


def _methods(a: Model, b: Model) -> list[SchemaChange]:
    before, after = ({output.method: output for output in model.outputs} for model in (a, b))
    out = [SchemaChange("methods", f"{method} was removed", breaking=True) for method in before if method not in after]
    out += [SchemaChange("methods", f"{method} was added", breaking=False) for method in after if method not in before]
    for method in before:
        if method not in after or before[method] == after[method]:
            continue
        old, new = (f"{o.n_columns or 'one'} x {o.type}" for o in (before[method], after[method]))
        out.append(SchemaChange("methods", f"{method} gave {old} for each row and gives {new}", breaking=True))
    return out


def _some(items: list[Any]) -> str:
    more = f" ... {len(items) - 8} more" if len(items) > 8 else ""
    return ", ".join(repr(item) for item in items[:8]) + more


def compare_metadata(a: Model, b: Model) -> list[Change]:
    """Give what the owners say differently, and evidence of another extent."""
    out = []
    for name in ("name", "version"):
        out.extend(compare_values(name, getattr(a, name) or None, getattr(b, name) or None))
    created = [model.metadata.created.isoformat() if model.metadata.created else None for model in (a, b)]
    out.extend(compare_values("metadata.created", *created))
    out.extend(compare_values("metadata.training_samples", a.metadata.training_samples, b.metadata.training_samples))
    out.extend(compare_mappings(a.metadata.metrics, b.metadata.metrics, "metadata.metrics"))
    out.extend(compare_mappings(a.metadata.properties, b.metadata.properties, "metadata.properties"))
    out.extend(compare_values("evidence", _evidence(a), _evidence(b)))
    return out


def _evidence(model: Model) -> str | None:
    return f"{model.evidence.n_rows} rows, {model.evidence.origin}" if model.evidence else None
