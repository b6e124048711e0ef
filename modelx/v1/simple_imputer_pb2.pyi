from modelx.v1 import missing_indicator_pb2 as _missing_indicator_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SimpleImputerProto(_message.Message):
    __slots__ = ("n_features", "missing", "fill", "left_out", "indicator")
    class Fill(_message.Message):
        __slots__ = ("doubles",)
        DOUBLES_FIELD_NUMBER: _ClassVar[int]
        doubles: _containers.RepeatedScalarFieldContainer[float]
        def __init__(self, doubles: _Optional[_Iterable[float]] = ...) -> None: ...
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    fill: SimpleImputerProto.Fill
    left_out: _containers.RepeatedScalarFieldContainer[int]
    indicator: _missing_indicator_pb2.MissingIndicatorProto
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., fill: _Optional[_Union[SimpleImputerProto.Fill, _Mapping]] = ..., left_out: _Optional[_Iterable[int]] = ..., indicator: _Optional[_Union[_missing_indicator_pb2.MissingIndicatorProto, _Mapping]] = ...) -> None: ...
