"""The JSON document that ``docs/formats.md`` describes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from modelx import conversion
from modelx.errors import MalformedError, ModelFileError, SchemaVersionError, TooDeepError, UnknownFamilyError
from modelx.formats import json_mapping, json_text, wire_reader
from modelx.source import LIBRARY
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.limits import Limits

NAME = "json"
SUFFIX = ".json"
# The version of the document's shape, the earlier system's.
_FORMAT_VERSION = "1.0"
# The earlier system wrote no other family as JSON, and named none.
_ABSENT_FAMILY = "linear_regression"
_TEXTS = ("name", "library", "sklearn_version", "library_version", "created_at", "family")
_FIELDS_OF_METADATA = ("training_samples", "metrics")
_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+\{")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def matches(data: bytes) -> bool:
    """Whether the bytes begin as a JSON object does.

    A model may be named so that a protobuf file begins with a line feed (the tag of the name) and a brace (its length):
    such bytes are protobuf when whole fields fill them.
    """
    return _FIRST.match(data) is not None and not (data[0] == 0x0A and _are_whole_fields(data))


def _are_whole_fields(data: bytes) -> bool:
    try:
        for _ in wire_reader.fields(memoryview(data)):
            pass
    except ModelFileError:
        return False
    return True


def dumps(model: model_pb2.ModelProto) -> bytes:
    """Write the document: indented by 2, floats as their shortest decimal, equal models of one modelx as equal bytes.

    Raises
    ------
    UnknownFamilyError
    MalformedError
        For metadata that JSON cannot hold.
    """
    arm = conversion.family_of(model).arm
    document = {"model_spec": _spec(model, arm), "parameters": json_mapping.to_json(getattr(model, arm))}
    metadata = _metadata(model.metadata)
    if metadata:
        document["metadata"] = metadata
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _spec(model: model_pb2.ModelProto, arm: str) -> dict[str, Any]:
    source = model.source
    spec: dict[str, Any] = {"name": source.class_name if model.HasField("source") else model.name}
    spec["format_version"] = _FORMAT_VERSION
    if source.library:
        spec["library"] = source.library
    if source.library_version:
        spec["sklearn_version" if source.library == LIBRARY else "library_version"] = source.library_version
    if model.metadata.created_timestamp:
        spec["created_at"] = _write_time(model.metadata.created_timestamp)
    spec["family"] = arm
    spec["model"] = json_mapping.to_json(_rest(model, arm))
    return spec


def _rest(model: model_pb2.ModelProto, arm: str) -> model_pb2.ModelProto:
    """Give the message without what stands elsewhere in the document."""
    rest = model_pb2.ModelProto()
    for field, value in model.ListFields():
        if field.name in (arm, "metadata"):
            continue
        if field.message_type is None:
            setattr(rest, field.name, value)
        else:
            getattr(rest, field.name).CopyFrom(value)
    for name in ("class_name", "library", "library_version"):
        if rest.HasField("source"):
            rest.source.ClearField(name)
    return rest


def _metadata(metadata: model_pb2.Metadata) -> dict[str, Any]:
    out = json_mapping.to_json(model_pb2.Metadata(training_samples=metadata.training_samples, metrics=metadata.metrics))
    for key, value in json_mapping.to_json(metadata.properties).items():
        if key in _FIELDS_OF_METADATA:
            raise MalformedError(
                f"a property is named {key!r}, which in JSON is a field of Metadata; rename it",
                path="metadata.properties",
            )
        out[key] = value
    return out


def _write_time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedError(
            f"{seconds} seconds since 1970 is in no year from 1 to 9999; correct or clear it",
            path="metadata.created_timestamp",
        ) from error


def loads(data: bytes, limits: Limits) -> model_pb2.ModelProto:
    """Read the document.

    Raises
    ------
    MalformedError, TooDeepError, TooLargeError, DuplicateKeyError, SchemaVersionError, UnknownFamilyError
    """
    try:
        return _read(json_text.parse(data, limits))
    except RecursionError as error:
        # A limit that the caller has raised above what Python itself can do.
        raise TooDeepError(
            "JSON nests deeper than Python's recursion limit; give a lower modelx.Limits(json_depth=...)"
        ) from error


def _read(document: Any) -> model_pb2.ModelProto:
    spec = _object(document, "model_spec")
    model = model_pb2.ModelProto()
    family = _read_spec(model, spec)
    if model.schema_version > conversion.SCHEMA_VERSION:
        # Its parameters may have fields that are unknown here, which must not be what the error is about.
        raise SchemaVersionError(
            f"the file needs schema version {model.schema_version}; this modelx reads up to "
            f"{conversion.SCHEMA_VERSION}: pip install --upgrade modelx"
        )
    if family not in {field.name for field in model.DESCRIPTOR.oneofs_by_name["model"].fields}:
        raise UnknownFamilyError(
            f"the family {family!r} is none that this version of modelx knows; a newer one may: "
            "pip install --upgrade modelx",
            path="model_spec.family",
        )
    arm = getattr(model, family)
    arm.SetInParent()
    json_mapping.read(_object(document, "parameters"), arm, family)
    if "metadata" in document:
        _read_metadata(_object(document, "metadata"), model.metadata)
    return model


def _object(document: Any, key: str) -> dict[str, Any]:
    if not isinstance(document, dict) or not isinstance(document.get(key), dict):
        raise MalformedError(f"the document has no object {key!r}; docs/formats.md describes it", path=key)
    return dict(document[key])


def _read_spec(model: model_pb2.ModelProto, spec: dict[str, Any]) -> str:
    """Read everything in ``model_spec`` but the family, which is returned."""
    texts = {key: spec[key] for key in _TEXTS if key in spec}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise MalformedError(f"found {text!r:.40}; expected a string", path=f"model_spec.{key}")
    if "model" in spec:
        json_mapping.read(_object(spec, "model"), model, "model_spec.model", ignore_unknown=True)
        if model.HasField("metadata") or model.WhichOneof("model"):
            raise MalformedError(
                "found metadata or a family; they stand beside model_spec, not in it", path="model_spec.model"
            )
    has_source = model.HasField("source") or any(
        key in texts for key in ("library", "sklearn_version", "library_version")
    )
    # Without a source the name is the model's own. The earlier system had no `model`, and one name for both.
    if "model" not in spec or not (model.name or has_source):
        model.name = texts.get("name", "")
    if has_source:
        model.source.class_name = texts.get("name", "")
        model.source.library = texts.get("library", "")
        model.source.library_version = texts.get("sklearn_version", texts.get("library_version", ""))
    if "created_at" in texts:
        model.metadata.created_timestamp = _read_time(texts["created_at"])
    return str(texts.get("family", _ABSENT_FAMILY))


def _read_time(text: str) -> int:
    try:
        if _TIME.fullmatch(text):
            # The fraction of a second is not kept.
            return int(datetime.fromisoformat(re.sub(r"\.\d+", "", text)).timestamp())
    except (ValueError, OverflowError):
        pass
    raise MalformedError(
        f"found {text[:40]!r}; expected a time as of RFC 3339, such as 2026-11-21T09:30:00Z",
        path="model_spec.created_at",
    )


def _read_metadata(given: dict[str, Any], metadata: model_pb2.Metadata) -> None:
    known = {key: given[key] for key in _FIELDS_OF_METADATA if key in given}
    properties = {key: value for key, value in given.items() if key not in known}
    json_mapping.read(known, metadata, "metadata")
    metadata.SetInParent()
    if properties:
        json_mapping.read(properties, metadata.properties, "metadata.properties")
