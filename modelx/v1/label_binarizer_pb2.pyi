from modelx.v1 import encoded_feature_pb2 as _encoded_feature_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LabelBinarizerProto(_message.Message):
    __slots__ = ("features", "neg_label", "pos_label", "indicator")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    NEG_LABEL_FIELD_NUMBER: _ClassVar[int]
    POS_LABEL_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[_encoded_feature_pb2.EncodedFeature]
    neg_label: int
    pos_label: int
    indicator: bool
    def __init__(self, features: _Optional[_Iterable[_Union[_encoded_feature_pb2.EncodedFeature, _Mapping]]] = ..., neg_label: _Optional[int] = ..., pos_label: _Optional[int] = ..., indicator: _Optional[bool] = ...) -> None: ...
