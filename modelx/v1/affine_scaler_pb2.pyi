from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AffineScalerProto(_message.Message):
    __slots__ = ("n_features", "subtract", "divide", "multiply", "add", "clip")
    class Clip(_message.Message):
        __slots__ = ("low", "high")
        LOW_FIELD_NUMBER: _ClassVar[int]
        HIGH_FIELD_NUMBER: _ClassVar[int]
        low: float
        high: float
        def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    SUBTRACT_FIELD_NUMBER: _ClassVar[int]
    DIVIDE_FIELD_NUMBER: _ClassVar[int]
    MULTIPLY_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    CLIP_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    subtract: _containers.RepeatedScalarFieldContainer[float]
    divide: _containers.RepeatedScalarFieldContainer[float]
    multiply: _containers.RepeatedScalarFieldContainer[float]
    add: _containers.RepeatedScalarFieldContainer[float]
    clip: AffineScalerProto.Clip
    def __init__(self, n_features: _Optional[int] = ..., subtract: _Optional[_Iterable[float]] = ..., divide: _Optional[_Iterable[float]] = ..., multiply: _Optional[_Iterable[float]] = ..., add: _Optional[_Iterable[float]] = ..., clip: _Optional[_Union[AffineScalerProto.Clip, _Mapping]] = ...) -> None: ...
