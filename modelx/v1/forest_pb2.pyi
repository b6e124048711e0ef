from modelx.v1 import labels_pb2 as _labels_pb2
from modelx.v1 import tree_pb2 as _tree_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ForestProto(_message.Message):
    __slots__ = ("n_features", "trees", "classes", "n_outputs", "accepts_missing", "seeds")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    TREES_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    N_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_MISSING_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    trees: _containers.RepeatedCompositeFieldContainer[_tree_pb2.TreeProto]
    classes: _containers.RepeatedCompositeFieldContainer[_labels_pb2.Labels]
    n_outputs: int
    accepts_missing: bool
    seeds: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, n_features: _Optional[int] = ..., trees: _Optional[_Iterable[_Union[_tree_pb2.TreeProto, _Mapping]]] = ..., classes: _Optional[_Iterable[_Union[_labels_pb2.Labels, _Mapping]]] = ..., n_outputs: _Optional[int] = ..., accepts_missing: _Optional[bool] = ..., seeds: _Optional[_Iterable[int]] = ...) -> None: ...
