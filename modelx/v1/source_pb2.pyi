from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Source(_message.Message):
    __slots__ = ("library", "library_version", "class_name", "params", "attributes", "layouts", "delegate", "transform_output")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class LayoutsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ArrayLayout
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ArrayLayout, _Mapping]] = ...) -> None: ...
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    LAYOUTS_FIELD_NUMBER: _ClassVar[int]
    DELEGATE_FIELD_NUMBER: _ClassVar[int]
    TRANSFORM_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    library: str
    library_version: str
    class_name: str
    params: _containers.MessageMap[str, Value]
    attributes: _containers.MessageMap[str, Value]
    layouts: _containers.MessageMap[str, ArrayLayout]
    delegate: Source
    transform_output: str
    def __init__(self, library: _Optional[str] = ..., library_version: _Optional[str] = ..., class_name: _Optional[str] = ..., params: _Optional[_Mapping[str, Value]] = ..., attributes: _Optional[_Mapping[str, Value]] = ..., layouts: _Optional[_Mapping[str, ArrayLayout]] = ..., delegate: _Optional[_Union[Source, _Mapping]] = ..., transform_output: _Optional[str] = ...) -> None: ...

class ArrayLayout(_message.Message):
    __slots__ = ("dtype", "shape", "strides", "scalar")
    class Scalar(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SCALAR_UNSPECIFIED: _ClassVar[ArrayLayout.Scalar]
        SCALAR_PYTHON_FLOAT: _ClassVar[ArrayLayout.Scalar]
        SCALAR_PYTHON_INT: _ClassVar[ArrayLayout.Scalar]
        SCALAR_NUMPY: _ClassVar[ArrayLayout.Scalar]
        SCALAR_NONE: _ClassVar[ArrayLayout.Scalar]
    SCALAR_UNSPECIFIED: ArrayLayout.Scalar
    SCALAR_PYTHON_FLOAT: ArrayLayout.Scalar
    SCALAR_PYTHON_INT: ArrayLayout.Scalar
    SCALAR_NUMPY: ArrayLayout.Scalar
    SCALAR_NONE: ArrayLayout.Scalar
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    STRIDES_FIELD_NUMBER: _ClassVar[int]
    SCALAR_FIELD_NUMBER: _ClassVar[int]
    dtype: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    strides: _containers.RepeatedScalarFieldContainer[int]
    scalar: ArrayLayout.Scalar
    def __init__(self, dtype: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., strides: _Optional[_Iterable[int]] = ..., scalar: _Optional[_Union[ArrayLayout.Scalar, str]] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("none", "bool_value", "int_value", "double_value", "string_value", "array", "list", "tuple", "dict", "estimator", "omitted", "numpy_scalar", "function")
    NONE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    ARRAY_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    TUPLE_FIELD_NUMBER: _ClassVar[int]
    DICT_FIELD_NUMBER: _ClassVar[int]
    ESTIMATOR_FIELD_NUMBER: _ClassVar[int]
    OMITTED_FIELD_NUMBER: _ClassVar[int]
    NUMPY_SCALAR_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    none: bool
    bool_value: bool
    int_value: int
    double_value: float
    string_value: str
    array: NdArray
    list: ValueList
    tuple: ValueList
    dict: ValueDict
    estimator: EstimatorSpec
    omitted: str
    numpy_scalar: NdArray
    function: str
    def __init__(self, none: _Optional[bool] = ..., bool_value: _Optional[bool] = ..., int_value: _Optional[int] = ..., double_value: _Optional[float] = ..., string_value: _Optional[str] = ..., array: _Optional[_Union[NdArray, _Mapping]] = ..., list: _Optional[_Union[ValueList, _Mapping]] = ..., tuple: _Optional[_Union[ValueList, _Mapping]] = ..., dict: _Optional[_Union[ValueDict, _Mapping]] = ..., estimator: _Optional[_Union[EstimatorSpec, _Mapping]] = ..., omitted: _Optional[str] = ..., numpy_scalar: _Optional[_Union[NdArray, _Mapping]] = ..., function: _Optional[str] = ...) -> None: ...

class ValueList(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, items: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class ValueDict(_message.Message):
    __slots__ = ("entries",)
    class Entry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: Value
        value: Value
        def __init__(self, key: _Optional[_Union[Value, _Mapping]] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[ValueDict.Entry]
    def __init__(self, entries: _Optional[_Iterable[_Union[ValueDict.Entry, _Mapping]]] = ...) -> None: ...

class EstimatorSpec(_message.Message):
    __slots__ = ("class_name", "params")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    class_name: str
    params: _containers.MessageMap[str, Value]
    def __init__(self, class_name: _Optional[str] = ..., params: _Optional[_Mapping[str, Value]] = ...) -> None: ...

class NdArray(_message.Message):
    __slots__ = ("dtype", "shape", "strides", "doubles", "floats", "ints", "strings", "bools", "items")
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    STRIDES_FIELD_NUMBER: _ClassVar[int]
    DOUBLES_FIELD_NUMBER: _ClassVar[int]
    FLOATS_FIELD_NUMBER: _ClassVar[int]
    INTS_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    BOOLS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    dtype: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    strides: _containers.RepeatedScalarFieldContainer[int]
    doubles: _containers.RepeatedScalarFieldContainer[float]
    floats: _containers.RepeatedScalarFieldContainer[float]
    ints: _containers.RepeatedScalarFieldContainer[int]
    strings: _containers.RepeatedScalarFieldContainer[str]
    bools: _containers.RepeatedScalarFieldContainer[bool]
    items: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, dtype: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., strides: _Optional[_Iterable[int]] = ..., doubles: _Optional[_Iterable[float]] = ..., floats: _Optional[_Iterable[float]] = ..., ints: _Optional[_Iterable[int]] = ..., strings: _Optional[_Iterable[str]] = ..., bools: _Optional[_Iterable[bool]] = ..., items: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...
