from modelx.v1 import missing_indicator_pb2 as _missing_indicator_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class KNNImputerProto(_message.Message):
    __slots__ = ("n_features", "missing", "n_rows", "rows", "means", "n_neighbors", "weights", "keeps_empty", "indicator")
    class Weights(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WEIGHTS_UNSPECIFIED: _ClassVar[KNNImputerProto.Weights]
        WEIGHTS_DISTANCE: _ClassVar[KNNImputerProto.Weights]
    WEIGHTS_UNSPECIFIED: KNNImputerProto.Weights
    WEIGHTS_DISTANCE: KNNImputerProto.Weights
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    N_ROWS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    N_NEIGHBORS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    KEEPS_EMPTY_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    n_rows: int
    rows: _containers.RepeatedScalarFieldContainer[float]
    means: _containers.RepeatedScalarFieldContainer[float]
    n_neighbors: int
    weights: KNNImputerProto.Weights
    keeps_empty: bool
    indicator: _missing_indicator_pb2.MissingIndicatorProto
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., n_rows: _Optional[int] = ..., rows: _Optional[_Iterable[float]] = ..., means: _Optional[_Iterable[float]] = ..., n_neighbors: _Optional[int] = ..., weights: _Optional[_Union[KNNImputerProto.Weights, str]] = ..., keeps_empty: _Optional[bool] = ..., indicator: _Optional[_Union[_missing_indicator_pb2.MissingIndicatorProto, _Mapping]] = ...) -> None: ...
