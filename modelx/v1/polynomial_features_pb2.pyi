from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class PolynomialFeaturesProto(_message.Message):
    __slots__ = ("n_features", "min_degree", "max_degree", "interaction_only", "include_bias")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MIN_DEGREE_FIELD_NUMBER: _ClassVar[int]
    MAX_DEGREE_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_ONLY_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_BIAS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    min_degree: int
    max_degree: int
    interaction_only: bool
    include_bias: bool
    def __init__(self, n_features: _Optional[int] = ..., min_degree: _Optional[int] = ..., max_degree: _Optional[int] = ..., interaction_only: _Optional[bool] = ..., include_bias: _Optional[bool] = ...) -> None: ...
