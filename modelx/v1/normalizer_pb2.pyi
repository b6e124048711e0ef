from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NormalizerProto(_message.Message):
    __slots__ = ("n_features", "norm")
    class Norm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        NORM_UNSPECIFIED: _ClassVar[NormalizerProto.Norm]
        NORM_L1: _ClassVar[NormalizerProto.Norm]
        NORM_L2: _ClassVar[NormalizerProto.Norm]
        NORM_MAX: _ClassVar[NormalizerProto.Norm]
    NORM_UNSPECIFIED: NormalizerProto.Norm
    NORM_L1: NormalizerProto.Norm
    NORM_L2: NormalizerProto.Norm
    NORM_MAX: NormalizerProto.Norm
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    NORM_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    norm: NormalizerProto.Norm
    def __init__(self, n_features: _Optional[int] = ..., norm: _Optional[_Union[NormalizerProto.Norm, str]] = ...) -> None: ...
