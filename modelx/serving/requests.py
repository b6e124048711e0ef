"""What goes into the data plane and what comes out of it, whatever the transport."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from modelx.serving.models import Method, Served
    from modelx.v1 import model_pb2

    Make = Callable[[Served, Sequence[Method]], NDArray[Any]]

Trigger = Literal["rpc", "http", "signal", "watch"]

PREDICT = "predict"
PROBABILITIES = "predict_proba"
INVERSE = "inverse_transform"


def predict_methods(name: str, *, probabilities: bool) -> tuple[str, ...]:
    """Give the methods that a PredictRequest asks for. Probabilities go along with predictions alone."""
    name = name or PREDICT
    return (PREDICT, PROBABILITIES) if probabilities and name == PREDICT else (name,)


@dataclass(slots=True)
class Request:
    """Rows for one or several methods of a model.

    Attributes
    ----------
    features : ndarray or None
        float64 of shape (values,), row by row, or (rows, width); None where `make` gives the rows.
    make : callable or None
        Checks and makes rows of columns, of objects or of texts, for the model and its methods: float64 or objects, of
        shape (rows, n_features). Raises ServingError. It is called where the prediction is computed, as it takes long.
    methods : tuple of str
        "predict" where empty and the model has it, else its first one.
    rows : int
        How many rows `features` holds, or 0 for as many as there are.
    model, version : str
        May be empty.
    """

    features: NDArray[np.float64] | None = None
    make: Make | None = None
    methods: tuple[str, ...] = ("predict",)
    rows: int = 0
    model: str = ""
    version: str = ""


@dataclass(slots=True)
class Output:
    """What one method gave.

    Attributes
    ----------
    method : str
    values : ndarray
        In the method's own shape, (rows,) or (rows, columns), and type: float64, int64, bool, or object of str; of
        floats, str, None and NaN where `columns` tells of several types.
    indices : ndarray or None
        Of the values' shape: places in the classes of their outputs, where no double holds the labels (text, and
        integers over 2^53 among them).
    columns : tuple of str
        As `Method` has them.
    """

    method: str
    values: NDArray[Any]
    indices: NDArray[np.int64] | None = None
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Response:
    """The outputs, in the order of the methods, all computed by one load of a model."""

    model: str
    version: str
    rows: int
    outputs: list[Output]


@dataclass(frozen=True, slots=True)
class ReloadRequest:
    """What shall serve, as ReloadModelRequest has it."""

    model: str = ""
    path: str = ""
    version: str = ""
    rollback: bool = False
    trigger: Trigger = "rpc"


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What serves now."""

    model: str
    version: str
    previous_version: str
    sha256: str
    changed: bool
    load_seconds: float


@dataclass(frozen=True, slots=True)
class ReloadResult:
    """How the last change of a model went, as ReloadResult of the schema has it."""

    ok: bool
    timestamp: int
    trigger: Trigger
    path: str
    version: str
    error: str = ""
    kind: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    """What GetModelInfo tells, with the same names."""

    name: str
    version: str
    type: str
    signature: model_pb2.Signature
    metadata: model_pb2.Metadata
    sha256: str
    loaded_timestamp: int
    requests_served: int
    evidence_rows: int
    evidence_methods: list[str]
    classes: list[str]
    class_name: str
    last_reload: ReloadResult | None
    ready_versions: list[str]
    rollback_version: str
    path: str
    engine: str = "python"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One version of a model in the repository."""

    name: str
    version: str
    ready: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What /readyz tells."""

    ready: bool
    models: list[ModelReadiness] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ModelReadiness:
    """Whether one model can answer."""

    name: str
    version: str
    ready: bool
    last_reload: ReloadResult | None


class Reloader(Protocol):
    """What reloads a model wherever it serves."""

    async def reload(self, request: ReloadRequest) -> ReloadReport:
        """Change a model in all workers, and return when it serves in all of them. Raises ServingError."""


class Coordinator(Reloader, Protocol):
    """What touches more than one process: changes of models, and numbers that cover all workers.

    Every method raises ServingError as the contract says.
    """

    async def load(self, model: str, trigger: Trigger = "rpc") -> None:
        """Read all versions of a model again; SIGHUP does so for all of ``Plane.models()``."""

    async def unload(self, model: str) -> None:
        """Take a model out of service."""

    async def info(self, model: str, version: str) -> Info:
        """Describe a model; requests_served counts all workers."""

    async def metrics(self) -> bytes:
        """Give the Prometheus text of all workers."""
