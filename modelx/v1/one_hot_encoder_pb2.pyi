from modelx.v1 import encoded_feature_pb2 as _encoded_feature_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OneHotEncoderProto(_message.Message):
    __slots__ = ("features", "dropped", "unknown")
    class Unknown(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNKNOWN_UNSPECIFIED: _ClassVar[OneHotEncoderProto.Unknown]
        UNKNOWN_ERROR: _ClassVar[OneHotEncoderProto.Unknown]
        UNKNOWN_ZEROS: _ClassVar[OneHotEncoderProto.Unknown]
        UNKNOWN_INFREQUENT: _ClassVar[OneHotEncoderProto.Unknown]
    UNKNOWN_UNSPECIFIED: OneHotEncoderProto.Unknown
    UNKNOWN_ERROR: OneHotEncoderProto.Unknown
    UNKNOWN_ZEROS: OneHotEncoderProto.Unknown
    UNKNOWN_INFREQUENT: OneHotEncoderProto.Unknown
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[_encoded_feature_pb2.EncodedFeature]
    dropped: _containers.RepeatedScalarFieldContainer[int]
    unknown: OneHotEncoderProto.Unknown
    def __init__(self, features: _Optional[_Iterable[_Union[_encoded_feature_pb2.EncodedFeature, _Mapping]]] = ..., dropped: _Optional[_Iterable[int]] = ..., unknown: _Optional[_Union[OneHotEncoderProto.Unknown, str]] = ...) -> None: ...
