from modelx.v1 import columns_pb2 as _columns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Evidence(_message.Message):
    __slots__ = ("rows", "outputs", "origin", "producer")
    class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ORIGIN_UNSPECIFIED: _ClassVar[Evidence.Origin]
        ORIGIN_MADE: _ClassVar[Evidence.Origin]
        ORIGIN_SAMPLE: _ClassVar[Evidence.Origin]
        ORIGIN_SAMPLE_AND_MADE: _ClassVar[Evidence.Origin]
    ORIGIN_UNSPECIFIED: Evidence.Origin
    ORIGIN_MADE: Evidence.Origin
    ORIGIN_SAMPLE: Evidence.Origin
    ORIGIN_SAMPLE_AND_MADE: Evidence.Origin
    ROWS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    rows: Rows
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    origin: Evidence.Origin
    producer: str
    def __init__(self, rows: _Optional[_Union[Rows, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ..., origin: _Optional[_Union[Evidence.Origin, str]] = ..., producer: _Optional[str] = ...) -> None: ...

class Rows(_message.Message):
    __slots__ = ("n_rows", "n_features", "values", "eighths", "columns")
    N_ROWS_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    EIGHTHS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    n_rows: int
    n_features: int
    values: _containers.RepeatedScalarFieldContainer[float]
    eighths: bytes
    columns: _containers.RepeatedCompositeFieldContainer[_columns_pb2.Column]
    def __init__(self, n_rows: _Optional[int] = ..., n_features: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ..., eighths: _Optional[bytes] = ..., columns: _Optional[_Iterable[_Union[_columns_pb2.Column, _Mapping]]] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("method", "n_columns", "doubles", "ints", "strings", "bools", "comparison", "tolerances", "columns")
    class Comparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        COMPARISON_UNSPECIFIED: _ClassVar[Output.Comparison]
        COMPARISON_ABSOLUTE: _ClassVar[Output.Comparison]
        COMPARISON_LOG_PROBABILITY: _ClassVar[Output.Comparison]
        COMPARISON_SQUARED: _ClassVar[Output.Comparison]
        COMPARISON_RELATIVE: _ClassVar[Output.Comparison]
    COMPARISON_UNSPECIFIED: Output.Comparison
    COMPARISON_ABSOLUTE: Output.Comparison
    COMPARISON_LOG_PROBABILITY: Output.Comparison
    COMPARISON_SQUARED: Output.Comparison
    COMPARISON_RELATIVE: Output.Comparison
    METHOD_FIELD_NUMBER: _ClassVar[int]
    N_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    DOUBLES_FIELD_NUMBER: _ClassVar[int]
    INTS_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    BOOLS_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    TOLERANCES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    method: str
    n_columns: int
    doubles: _containers.RepeatedScalarFieldContainer[float]
    ints: _containers.RepeatedScalarFieldContainer[int]
    strings: _containers.RepeatedScalarFieldContainer[str]
    bools: _containers.RepeatedScalarFieldContainer[bool]
    comparison: Output.Comparison
    tolerances: _containers.RepeatedScalarFieldContainer[float]
    columns: _containers.RepeatedCompositeFieldContainer[_columns_pb2.Column]
    def __init__(self, method: _Optional[str] = ..., n_columns: _Optional[int] = ..., doubles: _Optional[_Iterable[float]] = ..., ints: _Optional[_Iterable[int]] = ..., strings: _Optional[_Iterable[str]] = ..., bools: _Optional[_Iterable[bool]] = ..., comparison: _Optional[_Union[Output.Comparison, str]] = ..., tolerances: _Optional[_Iterable[float]] = ..., columns: _Optional[_Iterable[_Union[_columns_pb2.Column, _Mapping]]] = ...) -> None: ...
