"""One load of a model: all that is known of it, and what computes its methods. It never changes."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from modelx.kernels import OneRow
    from modelx.serving.features import Features
    from modelx.serving.labels import Places
    from modelx.serving.places import Place
    from modelx.v1 import model_pb2

    Compute = Callable[[NDArray[Any]], NDArray[Any]]


class Counter:
    """A number that many threads add to without a lock: `add()` is one step of the interpreter."""

    __slots__ = ("_count", "_lock", "_reads", "add")

    def __init__(self) -> None:
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._reads = 0
        self.add: Callable[[], int] = self._count.__next__

    def value(self) -> int:
        """Give how often `add` was called."""
        with self._lock:
            # Reading is a step of the count itself.
            self._reads += 1
            return next(self._count) - self._reads + 1


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a model.

    Attributes
    ----------
    name : str
    width : int
        Of its input.
    n_columns : int
        Values for each row; 0 for one value for each row and numpy shape (rows,).
    type : {"float64", "int64", "bool", "string", "mixed"}
        Of its values.
    compute : callable
        From C-ordered float64 rows, or rows of objects where features are strings, of shape (n, width) with n > 0, to
        scikit-learn's own output; raises ValueError for rows that the model refuses, and warns of nothing.
    labels : tuple of Places
        Of each output, where the values are labels that no double holds; else empty.
    one : callable or None
        From one aligned row, shape (width,), to the only number that the method gives for it, or to None where
        `compute` must be asked.
    columns : tuple of {"float64", "string"}
        Of each column of a mixed output, whose strings may be missing.
    """

    name: str
    width: int
    n_columns: int
    type: str
    compute: Compute
    labels: tuple[Places, ...] = ()
    one: OneRow | None = None
    columns: tuple[str, ...] = ()

    @property
    def is_tensor(self) -> bool:
        """Whether a tensor holds its values: they are of one type."""
        return "float64" not in self.columns


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """One load of a model.

    Attributes
    ----------
    name, version : str
        What it answers to.
    n_features : int
    features : Features
        Their names and types.
    methods : dict of str to Method
        In the order of ``signature.outputs``.
    default_method : str
        "predict" where the model has it, else the first one.
    classes : list or None
        Of a classifier, as Python values.
    class_texts : list of str
        The same as text.
    type, class_name : str
        The arm of ModelProto, and scikit-learn's class.
    place : Place
        Where it was read: ``place.path`` is what info tells.
    max_rows : int
        The most rows in a request.
    served : Counter
        Requests that this load answered, well or with an error.
    """

    name: str
    version: str
    n_features: int
    features: Features
    methods: Mapping[str, Method]
    default_method: str
    classes: list[Any] | None
    class_texts: list[str]
    type: str
    class_name: str
    signature: model_pb2.Signature
    metadata: model_pb2.Metadata
    sha256: str
    place: Place
    evidence_rows: int
    evidence_methods: tuple[str, ...]
    loaded_timestamp: int
    load_seconds: float
    max_rows: int
    served: Counter = field(default_factory=Counter)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features; empty where the model has none."""
        return self.features.names

    @property
    def file(self) -> str:
        """The file's absolute path, whose links are not resolved."""
        return self.place.file

    @property
    def path(self) -> str:
        """The file's path relative to the model root, or absolute when it lies elsewhere."""
        return self.place.path
