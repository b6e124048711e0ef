from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class MissingIndicatorProto(_message.Message):
    __slots__ = ("n_features", "missing", "columns", "refuses_others")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    REFUSES_OTHERS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    columns: _containers.RepeatedScalarFieldContainer[int]
    refuses_others: bool
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., columns: _Optional[_Iterable[int]] = ..., refuses_others: _Optional[bool] = ...) -> None: ...
