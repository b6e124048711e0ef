from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PowerTransformerProto(_message.Message):
    __slots__ = ("n_features", "method", "lambdas", "single_precision", "subtract", "divide")
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METHOD_UNSPECIFIED: _ClassVar[PowerTransformerProto.Method]
        METHOD_YEO_JOHNSON: _ClassVar[PowerTransformerProto.Method]
        METHOD_BOX_COX: _ClassVar[PowerTransformerProto.Method]
    METHOD_UNSPECIFIED: PowerTransformerProto.Method
    METHOD_YEO_JOHNSON: PowerTransformerProto.Method
    METHOD_BOX_COX: PowerTransformerProto.Method
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    LAMBDAS_FIELD_NUMBER: _ClassVar[int]
    SINGLE_PRECISION_FIELD_NUMBER: _ClassVar[int]
    SUBTRACT_FIELD_NUMBER: _ClassVar[int]
    DIVIDE_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    method: PowerTransformerProto.Method
    lambdas: _containers.RepeatedScalarFieldContainer[float]
    single_precision: bool
    subtract: _containers.RepeatedScalarFieldContainer[float]
    divide: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, n_features: _Optional[int] = ..., method: _Optional[_Union[PowerTransformerProto.Method, str]] = ..., lambdas: _Optional[_Iterable[float]] = ..., single_precision: _Optional[bool] = ..., subtract: _Optional[_Iterable[float]] = ..., divide: _Optional[_Iterable[float]] = ...) -> None: ...
