from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class BisectingKMeansProto(_message.Message):
    __slots__ = ("centers", "left", "right", "labels", "n_clusters", "n_features")
    CENTERS_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    N_CLUSTERS_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    centers: _containers.RepeatedScalarFieldContainer[float]
    left: _containers.RepeatedScalarFieldContainer[int]
    right: _containers.RepeatedScalarFieldContainer[int]
    labels: _containers.RepeatedScalarFieldContainer[int]
    n_clusters: int
    n_features: int
    def __init__(self, centers: _Optional[_Iterable[float]] = ..., left: _Optional[_Iterable[int]] = ..., right: _Optional[_Iterable[int]] = ..., labels: _Optional[_Iterable[int]] = ..., n_clusters: _Optional[int] = ..., n_features: _Optional[int] = ...) -> None: ...
