"""What a model takes: the names and the types of its features, and the rows that are made of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from modelx import conversion
from modelx.estimators.base import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from modelx.v1 import model_pb2

Type: TypeAlias = Literal["float64", "int64", "bool", "string", "none"]

_TYPES: dict[int, Type] = {
    DataType.DATA_TYPE_UNSPECIFIED: "none",
    DataType.DATA_TYPE_FLOAT64: "float64",
    DataType.DATA_TYPE_INT64: "int64",
    DataType.DATA_TYPE_BOOL: "bool",
    DataType.DATA_TYPE_STRING: "string",
}


class Features:
    """The features of a model, in its order.

    Parameters
    ----------
    names : sequence of str
        Empty where the model has none.
    types : sequence of str
        Of each feature; "none" for those that no method reads.

    Attributes
    ----------
    texts : bool
        Whether some are strings.
    first_text : int
        The place of the first one that is a string, from 0; -1 without any.
    """

    def __init__(self, names: Sequence[str], types: Sequence[Type]) -> None:
        self.names = tuple(names)
        self.types = tuple(types)
        self.texts = "string" in self.types
        self.first_text = self.types.index("string") if self.texts else -1

    @classmethod
    def of(cls, proto: model_pb2.ModelProto) -> Features:
        """Read them from a checked model."""
        return cls(proto.signature.feature_names, [_TYPES[type_] for type_ in conversion.feature_types(proto)])

    @cached_property
    def called(self) -> tuple[str, ...]:
        """What requests call the features: as scikit-learn does those without names."""
        return self.names or tuple(f"x{i}" for i in range(len(self.types)))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Give the place of each name."""
        return {name: i for i, name in enumerate(self.called)}

    @cached_property
    def read(self) -> tuple[int, ...]:
        """Give the places of those that a method reads."""
        return tuple(i for i, type_ in enumerate(self.types) if type_ != "none")

    @cached_property
    def mixed(self) -> bool:
        """Whether some are strings and some numbers."""
        return self.texts and any(type_ not in ("string", "none") for type_ in self.types)

    def rows(self, columns: Mapping[int, Any], n_rows: int) -> NDArray[Any]:
        """Put columns side by side as the estimator takes them.

        Parameters
        ----------
        columns : dict
            By place: float64 arrays, and lists of str, None and NaN for strings. Features without one are 0.
        n_rows : int

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            float64, or of objects where some features are strings.
        """
        out: NDArray[Any] = np.full((n_rows, len(self.types)), 0.0, dtype=object if self.texts else np.float64)
        for place, values in columns.items():
            out[:, place] = values
        return out
