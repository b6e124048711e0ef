from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SplineTransformerProto(_message.Message):
    __slots__ = ("n_features", "degree", "knots", "extrapolation", "include_bias", "missing_zeros")
    class Extrapolation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EXTRAPOLATION_UNSPECIFIED: _ClassVar[SplineTransformerProto.Extrapolation]
        EXTRAPOLATION_ERROR: _ClassVar[SplineTransformerProto.Extrapolation]
        EXTRAPOLATION_CONSTANT: _ClassVar[SplineTransformerProto.Extrapolation]
        EXTRAPOLATION_LINEAR: _ClassVar[SplineTransformerProto.Extrapolation]
        EXTRAPOLATION_CONTINUE: _ClassVar[SplineTransformerProto.Extrapolation]
        EXTRAPOLATION_PERIODIC: _ClassVar[SplineTransformerProto.Extrapolation]
    EXTRAPOLATION_UNSPECIFIED: SplineTransformerProto.Extrapolation
    EXTRAPOLATION_ERROR: SplineTransformerProto.Extrapolation
    EXTRAPOLATION_CONSTANT: SplineTransformerProto.Extrapolation
    EXTRAPOLATION_LINEAR: SplineTransformerProto.Extrapolation
    EXTRAPOLATION_CONTINUE: SplineTransformerProto.Extrapolation
    EXTRAPOLATION_PERIODIC: SplineTransformerProto.Extrapolation
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    DEGREE_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    EXTRAPOLATION_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_BIAS_FIELD_NUMBER: _ClassVar[int]
    MISSING_ZEROS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    degree: int
    knots: _containers.RepeatedScalarFieldContainer[float]
    extrapolation: SplineTransformerProto.Extrapolation
    include_bias: bool
    missing_zeros: bool
    def __init__(self, n_features: _Optional[int] = ..., degree: _Optional[int] = ..., knots: _Optional[_Iterable[float]] = ..., extrapolation: _Optional[_Union[SplineTransformerProto.Extrapolation, str]] = ..., include_bias: _Optional[bool] = ..., missing_zeros: _Optional[bool] = ...) -> None: ...
