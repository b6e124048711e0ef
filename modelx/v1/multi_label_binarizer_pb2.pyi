from modelx.v1 import encoded_feature_pb2 as _encoded_feature_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MultiLabelBinarizerProto(_message.Message):
    __slots__ = ("features",)
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[_encoded_feature_pb2.EncodedFeature]
    def __init__(self, features: _Optional[_Iterable[_Union[_encoded_feature_pb2.EncodedFeature, _Mapping]]] = ...) -> None: ...
