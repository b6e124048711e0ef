"""What calls give, as Python values and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.v1 import model_pb2, service_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TYPES = {
    model_pb2.DATA_TYPE_UNSPECIFIED: "mixed",
    model_pb2.DATA_TYPE_FLOAT64: "float64",
    model_pb2.DATA_TYPE_INT64: "int64",
    model_pb2.DATA_TYPE_BOOL: "bool",
    model_pb2.DATA_TYPE_STRING: "string",
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one request got, all of it from one load of one model.

    Attributes
    ----------
    values : ndarray of shape (rows,) or (rows, columns)
        As the estimator's method gives it: float64, int64, bool, or object of str for labels that are text. Outputs
        with columns of strings are of objects: str, None, NaN and float.
    probabilities : ndarray of shape (rows, classes), or None
        When asked for with the method predict.
    model, version : str
        What computed it.
    timestamp : int
        When: seconds since 1970-01-01T00:00:00Z, by the server's clock.
    """

    values: NDArray[Any]
    probabilities: NDArray[np.float64] | None
    model: str
    version: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class OutputInfo:
    """What a method gives.

    Attributes
    ----------
    method : str
    n_columns : int
        Values for each row; 0 for one value for each row, with numpy shape (rows,).
    type : str
        "float64", "int64", "bool", "string", or "mixed" where columns are strings, or of several types.
    """

    method: str
    n_columns: int
    type: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the model's answers compared with the recorded ones: `result` is "passed", or "absent" without such."""

    result: str
    rows: int
    methods: list[str]


@dataclass(frozen=True, slots=True)
class ReloadOutcome:
    """How the last change of a model went; `error`, `kind` and `detail` are empty when ok."""

    ok: bool
    timestamp: int
    trigger: str
    path: str
    version: str
    error: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What serves under a name and a version. The attributes are those of GetModelInfoResponse in the schema.

    Attributes
    ----------
    n_features : int
        Values in a row.
    feature_names : list of str
        May be empty.
    feature_types : list of str
        "float64", "int64", "bool" or "string" for each feature, "none" for those that no method reads; empty where all
        are float64.
    outputs : dict
        By method.
    classes : list
        Of a classifier, in the order of its outputs and in their own type.
    message : GetModelInfoResponse
        All of it, as it came.
    """

    name: str
    version: str
    type: str
    class_name: str
    engine: str
    n_features: int
    feature_names: list[str]
    feature_types: list[str]
    outputs: Mapping[str, OutputInfo]
    classes: list[Any]
    created_timestamp: int
    training_samples: int
    metrics: Mapping[str, float]
    properties: Mapping[str, Any]
    sha256: str
    loaded_timestamp: int
    requests_served: int
    evidence: Evidence
    last_reload: ReloadOutcome | None
    ready_versions: list[str]
    rollback_version: str
    path: str
    message: service_pb2.GetModelInfoResponse = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Reload:
    """What serves since a reload. The attributes are those of ReloadModelResponse in the schema."""

    model: str
    version: str
    previous_version: str
    sha256: str
    changed: bool
    load_seconds: float


def prediction_of(response: service_pb2.PredictResponse, output: OutputInfo | None) -> Prediction:
    """Give the values in the method's own shape and type; by what the response tells alone where `output` is None."""
    shape = (response.rows, response.columns)
    flat = response.columns == 1 if output is None else output.n_columns == 0
    kind = ("string" if response.labels else "float64") if output is None else output.type
    values: NDArray[Any]
    if response.output_columns:
        values = _mixed(response)
    elif response.labels:
        values = np.array(list(response.labels), dtype=object)
        if kind == "int64":
            values = values.astype(np.int64)
    else:
        values = np.array(response.predictions, dtype=np.float64)
        if kind in ("int64", "bool"):
            values = values.astype(kind)
    probabilities = None
    if response.probabilities:
        probabilities = np.array(response.probabilities, dtype=np.float64).reshape(response.rows, -1)
    return Prediction(
        values=values.reshape(shape[:1] if flat else shape),
        probabilities=probabilities,
        model=response.model_name,
        version=response.model_version,
        timestamp=response.timestamp,
    )


def _mixed(response: service_pb2.PredictResponse) -> NDArray[Any]:
    """Give the values of columns of several types."""
    out = np.empty((response.rows, len(response.output_columns)), dtype=object)
    for place, column in enumerate(response.output_columns):
        out[:, place] = list(column.doubles or column.ints or column.bools or column.strings)
        for row in column.none_rows:
            out[row, place] = None
        for row in column.nan_rows:
            out[row, place] = np.nan
    return out


def fits(response: service_pb2.PredictResponse, output: OutputInfo) -> bool:
    """Whether a response can be of a method; not so when another file took the name and the version meanwhile."""
    # Integers have labels where one of the classes is over 2^53.
    if (output.type == "mixed") != bool(response.output_columns):
        return False
    labels = bool(response.labels)
    suits = output.type in ("mixed", "int64") or labels == (output.type == "string")
    return suits and max(output.n_columns, 1) == response.columns


def info_of(response: service_pb2.GetModelInfoResponse) -> ModelInfo:
    """Give what a message tells of a model."""
    outputs = {
        spec.method: OutputInfo(spec.method, spec.n_columns, _TYPES.get(spec.type, "float64"))
        for spec in response.signature.outputs
    }
    types = response.signature.feature_types
    labels = outputs["predict"].type if "predict" in outputs else "string"
    result = service_pb2.EvidenceResult.Result.Name(response.evidence.result)
    return ModelInfo(
        name=response.name,
        version=response.version,
        type=response.type,
        class_name=response.class_name,
        engine=response.engine,
        n_features=response.signature.n_features,
        feature_names=list(response.signature.feature_names),
        feature_types=["none" if type_ == 0 else _TYPES.get(type_, "float64") for type_ in types],
        outputs=outputs,
        classes=[_label(text, labels) for text in response.classes],
        created_timestamp=response.metadata.created_timestamp,
        training_samples=response.metadata.training_samples,
        metrics=dict(response.metrics),
        properties=_properties(response.metadata),
        sha256=response.sha256,
        loaded_timestamp=response.loaded_timestamp,
        requests_served=response.requests_served,
        evidence=Evidence(
            result=result.removeprefix("RESULT_").lower(),
            rows=response.evidence.rows,
            methods=list(response.evidence.methods),
        ),
        last_reload=_outcome(response.last_reload) if response.HasField("last_reload") else None,
        ready_versions=list(response.ready_versions),
        rollback_version=response.rollback_version,
        path=response.path,
        message=response,
    )


def reload_of(response: service_pb2.ReloadModelResponse) -> Reload:
    """Give what a message tells of a reload."""
    return Reload(
        model=response.model_name,
        version=response.model_version,
        previous_version=response.previous_version,
        sha256=response.sha256,
        changed=response.changed,
        load_seconds=response.load_seconds,
    )


def _label(text: str, kind: str) -> Any:
    if kind == "int64":
        return int(text)
    if kind == "float64":
        return float(text)
    return text == "true" if kind == "bool" else text


def _properties(metadata: model_pb2.Metadata) -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict

    return dict(MessageToDict(metadata.properties))


def _outcome(message: service_pb2.ReloadResult) -> ReloadOutcome:
    return ReloadOutcome(
        ok=message.ok,
        timestamp=message.timestamp,
        trigger=message.trigger,
        path=message.path,
        version=message.version,
        error=message.error,
        kind=message.kind,
        detail=message.detail,
    )
