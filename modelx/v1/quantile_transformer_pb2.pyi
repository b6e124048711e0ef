from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuantileTransformerProto(_message.Message):
    __slots__ = ("n_features", "references", "quantiles", "output")
    class Output(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTPUT_UNSPECIFIED: _ClassVar[QuantileTransformerProto.Output]
        OUTPUT_UNIFORM: _ClassVar[QuantileTransformerProto.Output]
        OUTPUT_NORMAL: _ClassVar[QuantileTransformerProto.Output]
    OUTPUT_UNSPECIFIED: QuantileTransformerProto.Output
    OUTPUT_UNIFORM: QuantileTransformerProto.Output
    OUTPUT_NORMAL: QuantileTransformerProto.Output
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    references: _containers.RepeatedScalarFieldContainer[float]
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    output: QuantileTransformerProto.Output
    def __init__(self, n_features: _Optional[int] = ..., references: _Optional[_Iterable[float]] = ..., quantiles: _Optional[_Iterable[float]] = ..., output: _Optional[_Union[QuantileTransformerProto.Output, str]] = ...) -> None: ...
