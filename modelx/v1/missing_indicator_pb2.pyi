from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MissingIndicatorProto(_message.Message):
    __slots__ = ("n_features", "missing", "columns", "refuses_others", "strings", "missing_strings")
    N_FEATURES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    REFUSES_OTHERS_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    MISSING_STRINGS_FIELD_NUMBER: _ClassVar[int]
    n_features: int
    missing: float
    columns: _containers.RepeatedScalarFieldContainer[int]
    refuses_others: bool
    strings: _containers.RepeatedScalarFieldContainer[bool]
    missing_strings: MissingStrings
    def __init__(self, n_features: _Optional[int] = ..., missing: _Optional[float] = ..., columns: _Optional[_Iterable[int]] = ..., refuses_others: _Optional[bool] = ..., strings: _Optional[_Iterable[bool]] = ..., missing_strings: _Optional[_Union[MissingStrings, _Mapping]] = ...) -> None: ...

class MissingStrings(_message.Message):
    __slots__ = ("none", "nan", "text")
    NONE_FIELD_NUMBER: _ClassVar[int]
    NAN_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    none: bool
    nan: bool
    text: str
    def __init__(self, none: _Optional[bool] = ..., nan: _Optional[bool] = ..., text: _Optional[str] = ...) -> None: ...
