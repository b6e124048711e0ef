from modelx.v1 import tree_pb2 as _tree_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IsolationForestProto(_message.Message):
    __slots__ = ("trees", "n_features", "n_columns", "columns", "sizes", "lengths", "normalizer", "offset", "accepts_non_finite", "seeds")
    TREES_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    N_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    LENGTHS_FIELD_NUMBER: _ClassVar[int]
    NORMALIZER_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    ACCEPTS_NON_FINITE_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    trees: _containers.RepeatedCompositeFieldContainer[_tree_pb2.TreeProto]
    n_features: int
    n_columns: int
    columns: _containers.RepeatedScalarFieldContainer[int]
    sizes: _containers.RepeatedScalarFieldContainer[int]
    lengths: _containers.RepeatedScalarFieldContainer[float]
    normalizer: float
    offset: float
    accepts_non_finite: bool
    seeds: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, trees: _Optional[_Iterable[_Union[_tree_pb2.TreeProto, _Mapping]]] = ..., n_features: _Optional[int] = ..., n_columns: _Optional[int] = ..., columns: _Optional[_Iterable[int]] = ..., sizes: _Optional[_Iterable[int]] = ..., lengths: _Optional[_Iterable[float]] = ..., normalizer: _Optional[float] = ..., offset: _Optional[float] = ..., accepts_non_finite: _Optional[bool] = ..., seeds: _Optional[_Iterable[int]] = ...) -> None: ...
