"""A model as data, without scikit-learn objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from modelx.conversion import family_of
from modelx.errors import MalformedError
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from google.protobuf import struct_pb2

    from modelx.formats import Encoding

Origin = evidence_pb2.Evidence.Origin


@dataclass(frozen=True, slots=True)
class Output:
    """What one method gives: `n_columns` values for each row, or one and numpy shape (rows,) for 0.

    The type is "mixed" where columns are of several types, or of strings that may be missing.
    """

    method: str
    n_columns: int
    type: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a person wants to know about a model."""

    created: datetime | None
    training_samples: int | None
    metrics: dict[str, float]
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much evidence a model carries: rows, where they come from, and the bytes that it adds to the file."""

    n_rows: int
    origin: str
    producer: str
    n_bytes: int
    methods: list[str]


@dataclass(frozen=True, slots=True)
class Model:
    """A checked model as data.

    Attributes
    ----------
    name, version : str
    family : str
        The arm of ``ModelProto.model``, such as "linear_regression".
    class_name, library, library_version : str
        What fitted it; empty where the file does not say.
    n_features : int
    feature_names : list of str
    feature_types : list of str
        "float64", "int64", "bool", "string", or "none" for a feature that no method reads; empty where all are float64.
    outputs : list of Output
    classes : list or None
        Of the model, or of a pipeline's last step.
    metadata : Metadata
    evidence : Evidence or None
    steps : list of Model
        Of a pipeline; of another model made of models, those.
    sha256 : str
        Of the file's bytes.
    proto : ModelProto
        The whole message.
    """

    name: str
    version: str
    family: str
    class_name: str
    library: str
    library_version: str
    schema_version: int
    n_features: int
    feature_names: list[str]
    feature_types: list[str]
    outputs: list[Output]
    classes: list[Any] | None
    metadata: Metadata
    evidence: Evidence | None
    steps: list[Model]
    format: str
    compression: str | None
    n_bytes: int
    sha256: str
    proto: model_pb2.ModelProto = field(repr=False)


def describe(proto: model_pb2.ModelProto, encoding: Encoding, n_bytes: int = 0, sha256: str = "") -> Model:
    """Describe a checked message."""
    family = family_of(proto)
    outputs = [Output(o.method, o.n_columns, _type_name(o.type, "mixed")) for o in family.outputs(proto)]
    steps = [describe(inner, encoding) for _, inner in family.nested(proto)]
    return Model(
        name=proto.name,
        version=proto.version,
        family=family.arm,
        class_name=proto.source.class_name,
        library=proto.source.library,
        library_version=proto.source.library_version,
        schema_version=proto.schema_version,
        n_features=family.n_features(proto),
        feature_names=list(proto.signature.feature_names),
        feature_types=[_type_name(t, "none") for t in proto.signature.feature_types or family.input_types(proto) or ()],
        outputs=outputs,
        classes=family.class_list(proto),
        metadata=_metadata(proto),
        evidence=_evidence(proto) if proto.HasField("evidence") else None,
        steps=steps,
        format=encoding.format,
        compression=encoding.compression,
        n_bytes=n_bytes,
        sha256=sha256,
        proto=proto,
    )


def _type_name(value: model_pb2.DataType, unspecified: str) -> str:
    if value == model_pb2.DataType.DATA_TYPE_UNSPECIFIED:
        return unspecified
    return str(model_pb2.DataType.Name(value)).removeprefix("DATA_TYPE_").lower()


def _metadata(proto: model_pb2.ModelProto) -> Metadata:
    metadata = proto.metadata
    return Metadata(
        created=_created(metadata.created_timestamp),
        training_samples=metadata.training_samples or None,
        metrics=dict(metadata.metrics),
        properties={name: _property(value) for name, value in metadata.properties.fields.items()},
    )


def _created(seconds: int) -> datetime | None:
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise MalformedError(
            f"the time is {seconds} seconds since 1970; expected one before the year 10000",
            path="metadata.created_timestamp",
        ) from error


def _property(value: struct_pb2.Value) -> Any:
    """Give a value of a Struct; unlike protobuf's own mapping to JSON, NaN and infinities too."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: _property(item) for name, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_property(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def _evidence(proto: model_pb2.ModelProto) -> Evidence:
    evidence = proto.evidence
    return Evidence(
        n_rows=evidence.rows.n_rows,
        origin=_origin(evidence.origin),
        producer=evidence.producer,
        n_bytes=evidence_bytes(proto),
        methods=[output.method for output in evidence.outputs],
    )


def _origin(value: int) -> str:
    known = Origin.DESCRIPTOR.values_by_number.get(value)
    return known.name.removeprefix("ORIGIN_").lower() if known else "unspecified"


def evidence_bytes(proto: model_pb2.ModelProto) -> int:
    """Give the bytes that the evidence of a model and of its steps adds."""
    bare = model_pb2.ModelProto()
    bare.CopyFrom(proto)
    without_evidence(bare)
    return proto.ByteSize() - bare.ByteSize()


def without_evidence(proto: model_pb2.ModelProto) -> None:
    """Take the evidence out of a model and of its steps."""
    proto.ClearField("evidence")
    for _, inner in family_of(proto).nested(proto):
        without_evidence(inner)
