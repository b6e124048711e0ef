from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Function(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNCTION_UNSPECIFIED: _ClassVar[Function]
    FUNCTION_IDENTITY: _ClassVar[Function]
    FUNCTION_EXP: _ClassVar[Function]
    FUNCTION_EXPM1: _ClassVar[Function]
    FUNCTION_LOG: _ClassVar[Function]
    FUNCTION_LOG1P: _ClassVar[Function]
    FUNCTION_SQRT: _ClassVar[Function]
    FUNCTION_SQUARE: _ClassVar[Function]
    FUNCTION_EXP2: _ClassVar[Function]
    FUNCTION_RECIPROCAL: _ClassVar[Function]
    FUNCTION_NEGATIVE: _ClassVar[Function]
    FUNCTION_LOG2: _ClassVar[Function]
    FUNCTION_LOG10: _ClassVar[Function]
    FUNCTION_ABSOLUTE: _ClassVar[Function]
    FUNCTION_SIGN: _ClassVar[Function]
    FUNCTION_FLOOR: _ClassVar[Function]
    FUNCTION_CEIL: _ClassVar[Function]
    FUNCTION_TRUNC: _ClassVar[Function]
    FUNCTION_RINT: _ClassVar[Function]
    FUNCTION_IS_NAN: _ClassVar[Function]
    FUNCTION_IS_INFINITE: _ClassVar[Function]
    FUNCTION_IS_FINITE: _ClassVar[Function]
    FUNCTION_RADIANS: _ClassVar[Function]
    FUNCTION_DEGREES: _ClassVar[Function]
    FUNCTION_CBRT: _ClassVar[Function]
    FUNCTION_SIN: _ClassVar[Function]
    FUNCTION_COS: _ClassVar[Function]
    FUNCTION_TAN: _ClassVar[Function]
    FUNCTION_ARCSIN: _ClassVar[Function]
    FUNCTION_ARCCOS: _ClassVar[Function]
    FUNCTION_ARCTAN: _ClassVar[Function]
    FUNCTION_SINH: _ClassVar[Function]
    FUNCTION_COSH: _ClassVar[Function]
    FUNCTION_TANH: _ClassVar[Function]
    FUNCTION_ARCSINH: _ClassVar[Function]
    FUNCTION_ARCCOSH: _ClassVar[Function]
    FUNCTION_ARCTANH: _ClassVar[Function]
    FUNCTION_EXPIT: _ClassVar[Function]
    FUNCTION_LOGIT: _ClassVar[Function]
    FUNCTION_CLIP: _ClassVar[Function]
    FUNCTION_NAN_TO_NUM: _ClassVar[Function]
    FUNCTION_ROUND: _ClassVar[Function]
FUNCTION_UNSPECIFIED: Function
FUNCTION_IDENTITY: Function
FUNCTION_EXP: Function
FUNCTION_EXPM1: Function
FUNCTION_LOG: Function
FUNCTION_LOG1P: Function
FUNCTION_SQRT: Function
FUNCTION_SQUARE: Function
FUNCTION_EXP2: Function
FUNCTION_RECIPROCAL: Function
FUNCTION_NEGATIVE: Function
FUNCTION_LOG2: Function
FUNCTION_LOG10: Function
FUNCTION_ABSOLUTE: Function
FUNCTION_SIGN: Function
FUNCTION_FLOOR: Function
FUNCTION_CEIL: Function
FUNCTION_TRUNC: Function
FUNCTION_RINT: Function
FUNCTION_IS_NAN: Function
FUNCTION_IS_INFINITE: Function
FUNCTION_IS_FINITE: Function
FUNCTION_RADIANS: Function
FUNCTION_DEGREES: Function
FUNCTION_CBRT: Function
FUNCTION_SIN: Function
FUNCTION_COS: Function
FUNCTION_TAN: Function
FUNCTION_ARCSIN: Function
FUNCTION_ARCCOS: Function
FUNCTION_ARCTAN: Function
FUNCTION_SINH: Function
FUNCTION_COSH: Function
FUNCTION_TANH: Function
FUNCTION_ARCSINH: Function
FUNCTION_ARCCOSH: Function
FUNCTION_ARCTANH: Function
FUNCTION_EXPIT: Function
FUNCTION_LOGIT: Function
FUNCTION_CLIP: Function
FUNCTION_NAN_TO_NUM: Function
FUNCTION_ROUND: Function

class FunctionProto(_message.Message):
    __slots__ = ("n_features", "transform", "inverse", "finite_only")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    TRANSFORM_FIELD_NUMBER: _ClassVar[int]
    INVERSE_FIELD_NUMBER: _ClassVar[int]
    FINITE_ONLY_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    transform: AppliedFunction
    inverse: AppliedFunction
    finite_only: bool
    def __init__(self, n_features: _Optional[int] = ..., transform: _Optional[_Union[AppliedFunction, _Mapping]] = ..., inverse: _Optional[_Union[AppliedFunction, _Mapping]] = ..., finite_only: _Optional[bool] = ...) -> None: ...

class AppliedFunction(_message.Message):
    __slots__ = ("function", "name", "undoes", "n_outputs", "limits", "replacements", "decimals")
    class Limits(_message.Message):
        __slots__ = ("low", "high")
        LOW_FIELD_NUMBER: _ClassVar[int]
        HIGH_FIELD_NUMBER: _ClassVar[int]
        low: float
        high: float
        def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...
    class Replacements(_message.Message):
        __slots__ = ("nan", "positive_infinity", "negative_infinity")
        NAN_FIELD_NUMBER: _ClassVar[int]
        POSITIVE_INFINITY_FIELD_NUMBER: _ClassVar[int]
        NEGATIVE_INFINITY_FIELD_NUMBER: _ClassVar[int]
        nan: float
        positive_infinity: float
        negative_infinity: float
        def __init__(self, nan: _Optional[float] = ..., positive_infinity: _Optional[float] = ..., negative_infinity: _Optional[float] = ...) -> None: ...
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNDOES_FIELD_NUMBER: _ClassVar[int]
    N_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    REPLACEMENTS_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    function: Function
    name: str
    undoes: bool
    n_outputs: int
    limits: AppliedFunction.Limits
    replacements: AppliedFunction.Replacements
    decimals: int
    def __init__(self, function: _Optional[_Union[Function, str]] = ..., name: _Optional[str] = ..., undoes: _Optional[bool] = ..., n_outputs: _Optional[int] = ..., limits: _Optional[_Union[AppliedFunction.Limits, _Mapping]] = ..., replacements: _Optional[_Union[AppliedFunction.Replacements, _Mapping]] = ..., decimals: _Optional[int] = ...) -> None: ...
