from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class KernelCentererProto(_message.Message):
    __slots__ = ("n_features", "column_means", "mean")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    COLUMN_MEANS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    column_means: _containers.RepeatedScalarFieldContainer[float]
    mean: float
    def __init__(self, n_features: _Optional[int] = ..., column_means: _Optional[_Iterable[float]] = ..., mean: _Optional[float] = ...) -> None: ...
