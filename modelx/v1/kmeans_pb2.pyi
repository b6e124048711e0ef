from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class KMeansProto(_message.Message):
    __slots__ = ("centers", "n_clusters", "n_features")
    CENTERS_FIELD_NUMBER: _ClassVar[int]
    N_CLUSTERS_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    centers: _containers.RepeatedScalarFieldContainer[float]
    n_clusters: int
    n_features: int
    def __init__(self, centers: _Optional[_Iterable[float]] = ..., n_clusters: _Optional[int] = ..., n_features: _Optional[int] = ...) -> None: ...
