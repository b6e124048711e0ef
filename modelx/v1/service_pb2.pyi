from modelx.v1 import columns_pb2 as _columns_pb2
from modelx.v1 import model_pb2 as _model_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PredictRequest(_message.Message):
    __slots__ = ("features", "metadata", "method", "model_name", "model_version", "rows", "include_probabilities", "columns")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedScalarFieldContainer[float]
    metadata: _containers.ScalarMap[str, str]
    method: str
    model_name: str
    model_version: str
    rows: int
    include_probabilities: bool
    columns: _containers.RepeatedCompositeFieldContainer[_columns_pb2.Column]
    def __init__(self, features: _Optional[_Iterable[float]] = ..., metadata: _Optional[_Mapping[str, str]] = ..., method: _Optional[str] = ..., model_name: _Optional[str] = ..., model_version: _Optional[str] = ..., rows: _Optional[int] = ..., include_probabilities: _Optional[bool] = ..., columns: _Optional[_Iterable[_Union[_columns_pb2.Column, _Mapping]]] = ...) -> None: ...

class PredictResponse(_message.Message):
    __slots__ = ("predictions", "model_version", "timestamp", "model_name", "rows", "columns", "labels", "probabilities", "output_columns")
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedScalarFieldContainer[float]
    model_version: str
    timestamp: int
    model_name: str
    rows: int
    columns: int
    labels: _containers.RepeatedScalarFieldContainer[str]
    probabilities: _containers.RepeatedScalarFieldContainer[float]
    output_columns: _containers.RepeatedCompositeFieldContainer[_columns_pb2.Column]
    def __init__(self, predictions: _Optional[_Iterable[float]] = ..., model_version: _Optional[str] = ..., timestamp: _Optional[int] = ..., model_name: _Optional[str] = ..., rows: _Optional[int] = ..., columns: _Optional[int] = ..., labels: _Optional[_Iterable[str]] = ..., probabilities: _Optional[_Iterable[float]] = ..., output_columns: _Optional[_Iterable[_Union[_columns_pb2.Column, _Mapping]]] = ...) -> None: ...

class PredictStreamResponse(_message.Message):
    __slots__ = ("response", "error")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    response: PredictResponse
    error: StreamError
    def __init__(self, response: _Optional[_Union[PredictResponse, _Mapping]] = ..., error: _Optional[_Union[StreamError, _Mapping]] = ...) -> None: ...

class StreamError(_message.Message):
    __slots__ = ("code", "message", "kind")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    kind: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class GetModelInfoRequest(_message.Message):
    __slots__ = ("model_name", "model_version")
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    model_name: str
    model_version: str
    def __init__(self, model_name: _Optional[str] = ..., model_version: _Optional[str] = ...) -> None: ...

class GetModelInfoResponse(_message.Message):
    __slots__ = ("name", "version", "type", "signature", "metadata", "metrics", "sha256", "loaded_timestamp", "requests_served", "evidence", "classes", "class_name", "engine", "last_reload", "ready_versions", "rollback_version", "path")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    LOADED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_SERVED_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    LAST_RELOAD_FIELD_NUMBER: _ClassVar[int]
    READY_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_VERSION_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    type: str
    signature: _model_pb2.Signature
    metadata: _model_pb2.Metadata
    metrics: _containers.ScalarMap[str, float]
    sha256: str
    loaded_timestamp: int
    requests_served: int
    evidence: EvidenceResult
    classes: _containers.RepeatedScalarFieldContainer[str]
    class_name: str
    engine: str
    last_reload: ReloadResult
    ready_versions: _containers.RepeatedScalarFieldContainer[str]
    rollback_version: str
    path: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., type: _Optional[str] = ..., signature: _Optional[_Union[_model_pb2.Signature, _Mapping]] = ..., metadata: _Optional[_Union[_model_pb2.Metadata, _Mapping]] = ..., metrics: _Optional[_Mapping[str, float]] = ..., sha256: _Optional[str] = ..., loaded_timestamp: _Optional[int] = ..., requests_served: _Optional[int] = ..., evidence: _Optional[_Union[EvidenceResult, _Mapping]] = ..., classes: _Optional[_Iterable[str]] = ..., class_name: _Optional[str] = ..., engine: _Optional[str] = ..., last_reload: _Optional[_Union[ReloadResult, _Mapping]] = ..., ready_versions: _Optional[_Iterable[str]] = ..., rollback_version: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class EvidenceResult(_message.Message):
    __slots__ = ("result", "rows", "methods")
    class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RESULT_UNSPECIFIED: _ClassVar[EvidenceResult.Result]
        RESULT_ABSENT: _ClassVar[EvidenceResult.Result]
        RESULT_PASSED: _ClassVar[EvidenceResult.Result]
    RESULT_UNSPECIFIED: EvidenceResult.Result
    RESULT_ABSENT: EvidenceResult.Result
    RESULT_PASSED: EvidenceResult.Result
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    result: EvidenceResult.Result
    rows: int
    methods: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, result: _Optional[_Union[EvidenceResult.Result, str]] = ..., rows: _Optional[int] = ..., methods: _Optional[_Iterable[str]] = ...) -> None: ...

class ReloadResult(_message.Message):
    __slots__ = ("ok", "timestamp", "trigger", "path", "version", "error", "kind", "detail")
    OK_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    timestamp: int
    trigger: str
    path: str
    version: str
    error: str
    kind: str
    detail: str
    def __init__(self, ok: _Optional[bool] = ..., timestamp: _Optional[int] = ..., trigger: _Optional[str] = ..., path: _Optional[str] = ..., version: _Optional[str] = ..., error: _Optional[str] = ..., kind: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class ReloadModelRequest(_message.Message):
    __slots__ = ("path", "version", "model_name", "rollback")
    PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_FIELD_NUMBER: _ClassVar[int]
    path: str
    version: str
    model_name: str
    rollback: bool
    def __init__(self, path: _Optional[str] = ..., version: _Optional[str] = ..., model_name: _Optional[str] = ..., rollback: _Optional[bool] = ...) -> None: ...

class ReloadModelResponse(_message.Message):
    __slots__ = ("model_name", "model_version", "previous_version", "sha256", "changed", "load_seconds")
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    LOAD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    model_name: str
    model_version: str
    previous_version: str
    sha256: str
    changed: bool
    load_seconds: float
    def __init__(self, model_name: _Optional[str] = ..., model_version: _Optional[str] = ..., previous_version: _Optional[str] = ..., sha256: _Optional[str] = ..., changed: _Optional[bool] = ..., load_seconds: _Optional[float] = ...) -> None: ...
