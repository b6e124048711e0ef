from modelx.v1 import encoded_feature_pb2 as _encoded_feature_pb2
from modelx.v1 import labels_pb2 as _labels_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TargetEncoderProto(_message.Message):
    __slots__ = ("features", "encodings", "means", "target", "classes")
    class Target(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TARGET_UNSPECIFIED: _ClassVar[TargetEncoderProto.Target]
        TARGET_CONTINUOUS: _ClassVar[TargetEncoderProto.Target]
        TARGET_BINARY: _ClassVar[TargetEncoderProto.Target]
        TARGET_MULTICLASS: _ClassVar[TargetEncoderProto.Target]
    TARGET_UNSPECIFIED: TargetEncoderProto.Target
    TARGET_CONTINUOUS: TargetEncoderProto.Target
    TARGET_BINARY: TargetEncoderProto.Target
    TARGET_MULTICLASS: TargetEncoderProto.Target
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ENCODINGS_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[_encoded_feature_pb2.EncodedFeature]
    encodings: _containers.RepeatedScalarFieldContainer[float]
    means: _containers.RepeatedScalarFieldContainer[float]
    target: TargetEncoderProto.Target
    classes: _labels_pb2.Labels
    def __init__(self, features: _Optional[_Iterable[_Union[_encoded_feature_pb2.EncodedFeature, _Mapping]]] = ..., encodings: _Optional[_Iterable[float]] = ..., means: _Optional[_Iterable[float]] = ..., target: _Optional[_Union[TargetEncoderProto.Target, str]] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ...) -> None: ...
