from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class BinarizerProto(_message.Message):
    __slots__ = ("n_features", "threshold")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    threshold: float
    def __init__(self, n_features: _Optional[int] = ..., threshold: _Optional[float] = ...) -> None: ...
