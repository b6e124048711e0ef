"""A model as JSON: the keys of ``modelx inspect --json``, which docs/cli.md lists and ``modelx-go`` shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.layout import Scalar
from modelx.plain import plain, value_of

if TYPE_CHECKING:
    from modelx.model import Model
    from modelx.v1 import source_pb2


def described(model: Model, path: str) -> dict[str, Any]:
    """Give all that is known of a model file, in values that JSON has."""
    return {
        "path": path,
        "format": model.format,
        "compression": model.compression,
        "n_bytes": model.n_bytes,
        "sha256": model.sha256,
        **_model(model),
    }


def _model(model: Model) -> dict[str, Any]:
    source = model.proto.source
    return {
        "name": model.name,
        "version": model.version,
        "family": model.family,
        "class_name": model.class_name,
        "library": model.library,
        "library_version": model.library_version,
        "schema_version": model.schema_version,
        "n_features": model.n_features,
        "feature_names": model.feature_names,
        "feature_types": model.feature_types,
        "outputs": [{"method": o.method, "n_columns": o.n_columns, "type": o.type} for o in model.outputs],
        "classes": None if model.classes is None else plain(model.classes),
        "parameters": parameters(model),
        "hyper_parameters": {name: value_of(value) for name, value in sorted(source.params.items())},
        "attributes": {name: value_of(value) for name, value in sorted(source.attributes.items())},
        "layouts": {name: _layout(value) for name, value in sorted(source.layouts.items())},
        "metadata": {
            "created_at": model.metadata.created.strftime("%Y-%m-%dT%H:%M:%SZ") if model.metadata.created else None,
            "training_samples": model.metadata.training_samples,
            "metrics": {name: plain(value) for name, value in sorted(model.metadata.metrics.items())},
            "properties": plain(model.metadata.properties),
        },
        "evidence": _evidence(model),
        "steps": [_model(step) for step in model.steps],
    }


def parameters(model: Model) -> dict[str, Any]:
    """Give the computation's fields: numbers and words as they are, lists by their length."""
    message = getattr(model.proto, model.family)
    out: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None:
            continue
        if field.is_repeated:
            out[field.name] = {"count": len(value)}
        elif field.enum_type is not None:
            known = field.enum_type.values_by_number.get(value)
            out[field.name] = known.name if known else value
        else:
            out[field.name] = plain(value)
    return out


def _evidence(model: Model) -> dict[str, Any] | None:
    evidence = model.evidence
    if evidence is None:
        return None
    whole = model.proto.ByteSize()
    return {
        "n_rows": evidence.n_rows,
        "origin": evidence.origin,
        "producer": evidence.producer,
        "methods": evidence.methods,
        "n_bytes": evidence.n_bytes,
        "percent": round(100.0 * evidence.n_bytes / whole, 2),
    }


def _layout(layout: source_pb2.ArrayLayout) -> dict[str, Any]:
    return {
        "dtype": layout.dtype or "float64",
        "shape": list(layout.shape),
        "strides": list(layout.strides),
        "scalar": None if not layout.scalar else Scalar.Name(layout.scalar).removeprefix("SCALAR_").lower(),
    }
