from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class TreeProto(_message.Message):
    __slots__ = ("features", "thresholds", "left", "right", "missing_left", "values", "inner_differences", "inner_values", "impurities", "n_node_samples", "weighted_n_node_samples")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    MISSING_LEFT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    INNER_DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    INNER_VALUES_FIELD_NUMBER: _ClassVar[int]
    IMPURITIES_FIELD_NUMBER: _ClassVar[int]
    N_NODE_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_N_NODE_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedScalarFieldContainer[int]
    thresholds: _containers.RepeatedScalarFieldContainer[float]
    left: _containers.RepeatedScalarFieldContainer[int]
    right: _containers.RepeatedScalarFieldContainer[int]
    missing_left: _containers.RepeatedScalarFieldContainer[bool]
    values: _containers.RepeatedScalarFieldContainer[float]
    inner_differences: _containers.RepeatedScalarFieldContainer[int]
    inner_values: _containers.RepeatedScalarFieldContainer[float]
    impurities: _containers.RepeatedScalarFieldContainer[float]
    n_node_samples: _containers.RepeatedScalarFieldContainer[int]
    weighted_n_node_samples: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, features: _Optional[_Iterable[int]] = ..., thresholds: _Optional[_Iterable[float]] = ..., left: _Optional[_Iterable[int]] = ..., right: _Optional[_Iterable[int]] = ..., missing_left: _Optional[_Iterable[bool]] = ..., values: _Optional[_Iterable[float]] = ..., inner_differences: _Optional[_Iterable[int]] = ..., inner_values: _Optional[_Iterable[float]] = ..., impurities: _Optional[_Iterable[float]] = ..., n_node_samples: _Optional[_Iterable[int]] = ..., weighted_n_node_samples: _Optional[_Iterable[float]] = ...) -> None: ...
