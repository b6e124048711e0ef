from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class SGDOneClassSVMProto(_message.Message):
    __slots__ = ("coefficients", "offset", "n_features")
    COEFFICIENTS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    coefficients: _containers.RepeatedScalarFieldContainer[float]
    offset: float
    n_features: int
    def __init__(self, coefficients: _Optional[_Iterable[float]] = ..., offset: _Optional[float] = ..., n_features: _Optional[int] = ...) -> None: ...
