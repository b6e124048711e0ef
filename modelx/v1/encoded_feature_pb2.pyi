from modelx.v1 import columns_pb2 as _columns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EncodedFeature(_message.Message):
    __slots__ = ("categories", "dtype", "after_none", "number", "infrequent")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    AFTER_NONE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    INFREQUENT_FIELD_NUMBER: _ClassVar[int]
    categories: _columns_pb2.Categories
    dtype: str
    after_none: int
    number: bool
    infrequent: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, categories: _Optional[_Union[_columns_pb2.Categories, _Mapping]] = ..., dtype: _Optional[str] = ..., after_none: _Optional[int] = ..., number: _Optional[bool] = ..., infrequent: _Optional[_Iterable[int]] = ...) -> None: ...
