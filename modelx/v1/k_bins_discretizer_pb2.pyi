from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class KBinsDiscretizerProto(_message.Message):
    __slots__ = ("n_features", "n_bins", "edges", "encoding", "single_precision")
    class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ENCODING_UNSPECIFIED: _ClassVar[KBinsDiscretizerProto.Encoding]
        ENCODING_ORDINAL: _ClassVar[KBinsDiscretizerProto.Encoding]
        ENCODING_ONE_HOT: _ClassVar[KBinsDiscretizerProto.Encoding]
    ENCODING_UNSPECIFIED: KBinsDiscretizerProto.Encoding
    ENCODING_ORDINAL: KBinsDiscretizerProto.Encoding
    ENCODING_ONE_HOT: KBinsDiscretizerProto.Encoding
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    N_BINS_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SINGLE_PRECISION_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    n_bins: _containers.RepeatedScalarFieldContainer[int]
    edges: _containers.RepeatedScalarFieldContainer[float]
    encoding: KBinsDiscretizerProto.Encoding
    single_precision: bool
    def __init__(self, n_features: _Optional[int] = ..., n_bins: _Optional[_Iterable[int]] = ..., edges: _Optional[_Iterable[float]] = ..., encoding: _Optional[_Union[KBinsDiscretizerProto.Encoding, str]] = ..., single_precision: _Optional[bool] = ...) -> None: ...
