from modelx.v1 import columns_pb2 as _columns_pb2
from modelx.v1 import labels_pb2 as _labels_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HistGradientBoostingProto(_message.Message):
    __slots__ = ("n_features", "baseline", "link", "classes", "categorical", "categories", "features", "thresholds", "missing_left", "values", "left_categories", "bin_thresholds", "leaf_counts")
    class Link(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LINK_UNSPECIFIED: _ClassVar[HistGradientBoostingProto.Link]
        LINK_LOG: _ClassVar[HistGradientBoostingProto.Link]
    LINK_UNSPECIFIED: HistGradientBoostingProto.Link
    LINK_LOG: HistGradientBoostingProto.Link
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    CATEGORICAL_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    MISSING_LEFT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    LEFT_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    BIN_THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    LEAF_COUNTS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    baseline: _containers.RepeatedScalarFieldContainer[float]
    link: HistGradientBoostingProto.Link
    classes: _labels_pb2.Labels
    categorical: _containers.RepeatedScalarFieldContainer[bool]
    categories: _containers.RepeatedCompositeFieldContainer[CategoricalFeature]
    features: _containers.RepeatedScalarFieldContainer[int]
    thresholds: _containers.RepeatedScalarFieldContainer[float]
    missing_left: _containers.RepeatedScalarFieldContainer[bool]
    values: _containers.RepeatedScalarFieldContainer[float]
    left_categories: _containers.RepeatedScalarFieldContainer[int]
    bin_thresholds: _containers.RepeatedScalarFieldContainer[int]
    leaf_counts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, n_features: _Optional[int] = ..., baseline: _Optional[_Iterable[float]] = ..., link: _Optional[_Union[HistGradientBoostingProto.Link, str]] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., categorical: _Optional[_Iterable[bool]] = ..., categories: _Optional[_Iterable[_Union[CategoricalFeature, _Mapping]]] = ..., features: _Optional[_Iterable[int]] = ..., thresholds: _Optional[_Iterable[float]] = ..., missing_left: _Optional[_Iterable[bool]] = ..., values: _Optional[_Iterable[float]] = ..., left_categories: _Optional[_Iterable[int]] = ..., bin_thresholds: _Optional[_Iterable[int]] = ..., leaf_counts: _Optional[_Iterable[int]] = ...) -> None: ...

class CategoricalFeature(_message.Message):
    __slots__ = ("categories", "dtype")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    categories: _columns_pb2.Categories
    dtype: str
    def __init__(self, categories: _Optional[_Union[_columns_pb2.Categories, _Mapping]] = ..., dtype: _Optional[str] = ...) -> None: ...
