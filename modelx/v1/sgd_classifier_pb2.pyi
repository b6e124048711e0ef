from modelx.v1 import labels_pb2 as _labels_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SGDClassifierProto(_message.Message):
    __slots__ = ("coefficients", "intercepts", "n_features", "classes", "probability", "target")
    class Probability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PROBABILITY_UNSPECIFIED: _ClassVar[SGDClassifierProto.Probability]
        PROBABILITY_LOGISTIC: _ClassVar[SGDClassifierProto.Probability]
        PROBABILITY_SOFTMAX: _ClassVar[SGDClassifierProto.Probability]
        PROBABILITY_MODIFIED_HUBER: _ClassVar[SGDClassifierProto.Probability]
    PROBABILITY_UNSPECIFIED: SGDClassifierProto.Probability
    PROBABILITY_LOGISTIC: SGDClassifierProto.Probability
    PROBABILITY_SOFTMAX: SGDClassifierProto.Probability
    PROBABILITY_MODIFIED_HUBER: SGDClassifierProto.Probability
    class Target(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TARGET_UNSPECIFIED: _ClassVar[SGDClassifierProto.Target]
        TARGET_MULTILABEL: _ClassVar[SGDClassifierProto.Target]
    TARGET_UNSPECIFIED: SGDClassifierProto.Target
    TARGET_MULTILABEL: SGDClassifierProto.Target
    COEFFICIENTS_FIELD_NUMBER: _ClassVar[int]
    INTERCEPTS_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    coefficients: _containers.RepeatedScalarFieldContainer[float]
    intercepts: _containers.RepeatedScalarFieldContainer[float]
    n_features: int
    classes: _labels_pb2.Labels
    probability: SGDClassifierProto.Probability
    target: SGDClassifierProto.Target
    def __init__(self, coefficients: _Optional[_Iterable[float]] = ..., intercepts: _Optional[_Iterable[float]] = ..., n_features: _Optional[int] = ..., classes: _Optional[_Union[_labels_pb2.Labels, _Mapping]] = ..., probability: _Optional[_Union[SGDClassifierProto.Probability, str]] = ..., target: _Optional[_Union[SGDClassifierProto.Target, str]] = ...) -> None: ...
