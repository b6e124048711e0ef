from modelx.v1 import missing_indicator_pb2 as _missing_indicator_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SimpleImputerProto(_message.Message):
    __slots__ = ("n_features", "missing", "fill", "left_out", "indicator", "strings", "missing_strings")
    class Fill(_message.Message):
        __slots__ = ("doubles", "strings", "none")
        DOUBLES_FIELD_NUMBER: _ClassVar[int]
        STRINGS_FIELD_NUMBER: _ClassVar[int]
        NONE_FIELD_NUMBER: _ClassVar[int]
        doubles: _containers.RepeatedScalarFieldContainer[float]
        strings: _containers.RepeatedScalarFieldContainer[str]
        none: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, doubles: _Optional[_Iterable[float]] = ..., strings: _Optional[_Iterable[str]] = ..., none: _Optional[_Iterable[int]] = ...) -> None: ...
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    MISSING_STRINGS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    fill: SimpleImputerProto.Fill
    left_out: _containers.RepeatedScalarFieldContainer[int]
    indicator: _missing_indicator_pb2.MissingIndicatorProto
    strings: _containers.RepeatedScalarFieldContainer[bool]
    missing_strings: _missing_indicator_pb2.MissingStrings
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., fill: _Optional[_Union[SimpleImputerProto.Fill, _Mapping]] = ..., left_out: _Optional[_Iterable[int]] = ..., indicator: _Optional[_Union[_missing_indicator_pb2.MissingIndicatorProto, _Mapping]] = ..., strings: _Optional[_Iterable[bool]] = ..., missing_strings: _Optional[_Union[_missing_indicator_pb2.MissingStrings, _Mapping]] = ...) -> None: ...
