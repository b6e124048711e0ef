from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LinearRegressionProto(_message.Message):
    __slots__ = ("coefficients", "intercept", "n_features", "n_outputs", "intercepts", "link")
    class Link(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LINK_UNSPECIFIED: _ClassVar[LinearRegressionProto.Link]
        LINK_LOG: _ClassVar[LinearRegressionProto.Link]
    LINK_UNSPECIFIED: LinearRegressionProto.Link
    LINK_LOG: LinearRegressionProto.Link
    COEFFICIENTS_FIELD_NUMBER: _ClassVar[int]
    INTERCEPT_FIELD_NUMBER: _ClassVar[int]
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    N_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    INTERCEPTS_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    coefficients: _containers.RepeatedScalarFieldContainer[float]
    intercept: float
    n_features: int
    n_outputs: int
    intercepts: _containers.RepeatedScalarFieldContainer[float]
    link: LinearRegressionProto.Link
    def __init__(self, coefficients: _Optional[_Iterable[float]] = ..., intercept: _Optional[float] = ..., n_features: _Optional[int] = ..., n_outputs: _Optional[int] = ..., intercepts: _Optional[_Iterable[float]] = ..., link: _Optional[_Union[LinearRegressionProto.Link, str]] = ...) -> None: ...
