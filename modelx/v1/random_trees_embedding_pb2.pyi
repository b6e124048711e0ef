from modelx.v1 import tree_pb2 as _tree_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RandomTreesEmbeddingProto(_message.Message):
    __slots__ = ("trees", "n_features", "accepts_missing", "seeds")
    TREES_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_MISSING_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    trees: _containers.RepeatedCompositeFieldContainer[_tree_pb2.TreeProto]
    n_features: int
    accepts_missing: bool
    seeds: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, trees: _Optional[_Iterable[_Union[_tree_pb2.TreeProto, _Mapping]]] = ..., n_features: _Optional[int] = ..., accepts_missing: _Optional[bool] = ..., seeds: _Optional[_Iterable[int]] = ...) -> None: ...
