"""What every family of estimators answers: how it is written, checked, rebuilt, and how exactly it computes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import numpy as np

from modelx import source, wire
from modelx.errors import NonFiniteError, ShapeError, SourceError
from modelx.v1 import evidence_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

# How far each value of some rows may be off, shape (n_rows, n_features); None for not at all.
Error: TypeAlias = "NDArray[np.float64] | None"
Comparison = evidence_pb2.Output.Comparison
DataType = model_pb2.DataType

# Results of sums agree to this much of the sum of their absolute terms: BLAS and Go add in other orders.
RELATIVE_TO_SCALE = 1e-12
# Where features are strings, a list of types is as long as a row is wide: a few bytes may not ask for one of any size.
MOST_UNREAD = 1 << 20
# What a correctly implemented exp or log, and the few operations around it, may differ by.
FEW_ULP = 8 * 2.0**-53


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a method's output may be off: `per_row` of shape (n_rows,), as `comparison` says; None for equal."""

    comparison: evidence_pb2.Output.Comparison = Comparison.COMPARISON_UNSPECIFIED
    per_row: NDArray[np.float64] | None = None


EQUAL = Tolerance()


def absolute(per_row: NDArray[np.float64]) -> Tolerance:
    """Give a tolerance on the difference."""
    return Tolerance(Comparison.COMPARISON_ABSOLUTE, per_row)


class Giver(NamedTuple):
    """A model inside of another: its place in the family's message, and the method and column that it gives."""

    field: str
    model: model_pb2.ModelProto
    method: str
    column: int


class Family(ABC):
    """One arm of ``ModelProto.model``: its classes of scikit-learn, and everything that depends on its computation.

    In all methods `x` has shape (n_rows, n_features) and dtype float64, or object where a feature takes strings. `err`,
    of the same shape, bounds how far another runtime's `x` may be off; it is None for what a caller gives, which is
    exact, and behind exact steps, and 0 for strings.
    """

    arm: ClassVar[str]
    # The lowest schema version that has the family.
    schema_version: ClassVar[int] = 1

    @property
    @abstractmethod
    def classes(self) -> Mapping[str, type]:
        """The scikit-learn classes that this family carries, by short name."""

    @abstractmethod
    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        """Write a fitted estimator's computation and source into the model."""

    @abstractmethod
    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        """Check the computation before anything is done with it; raise the typed error of the first defect."""

    @abstractmethod
    def n_features(self, model: model_pb2.ModelProto) -> int:
        """Give the width of a row."""

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:  # noqa: ARG002
        """Give the type of each value of a row: FLOAT64, STRING, or UNSPECIFIED where no method reads it.

        None where all are FLOAT64.
        """
        return None

    def note_strings(self, model: model_pb2.ModelProto, columns: Collection[int], *, given: bool = False) -> None:
        """Note that columns are strings, wherever nothing in the model itself tells their type.

        `columns` are features; with `given`, columns of what transform gives. Most families know their types: nothing
        is noted in theirs.
        """
        del model, columns, given

    def sample_rows(self, model: model_pb2.ModelProto, sample: Any) -> Any:  # noqa: ARG002
        """Give a sample of the user's as rows, where the estimator's own methods take something else."""
        return sample

    def object_columns(self, estimator: Any) -> frozenset[int]:  # noqa: ARG002
        """Name the features that a fitted estimator takes as objects, even where all of their values are numbers."""
        return frozenset()

    @abstractmethod
    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        """Describe what each method gives, in the order predict, predict_proba, ... of `METHODS`."""

    @abstractmethod
    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        """Rebuild the estimator from a checked model."""

    @abstractmethod
    def tolerances(
        self, model: model_pb2.ModelProto, estimator: Any, x: NDArray[np.float64], err: Error
    ) -> dict[str, Tolerance]:
        """Say how exactly each method's output on `x` is determined."""

    def build(
        self,
        described: source_pb2.Source,
        model: model_pb2.ModelProto,
        path: str,
        computed: Collection[str],
        private: Collection[str] = (),
    ) -> Any:
        """Build an estimator of one of the family's classes, with all but what the computation keeps.

        Parameters
        ----------
        described : Source
            The class, its hyper-parameters and its other fitted attributes.
        model : ModelProto
            Has the width and the names of the features.
        path : str
            The place of the source.
        computed, private : collection of str
            As in `source.set_attributes`.

        Raises
        ------
        SourceError
        """
        if described.class_name not in self.classes:
            raise SourceError(
                f"the class {described.class_name!r} is none of those that {self.arm} has in this scikit-learn: "
                f"{', '.join(self.classes)}",
                path=path,
            )
        estimator = source.construct(described.class_name, described.params, self.classes, path)
        source.set_attributes(estimator, described, computed, path, private)
        source.set_signature(estimator, self.n_features(model), model.signature.feature_names)
        return estimator

    def decided(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,  # noqa: ARG002
    ) -> NDArray[np.bool_]:
        """Say which rows, shape (n_rows,), get the same labels however sums are rounded."""
        return np.ones(len(x), dtype=bool)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
        err: Error,
    ) -> Error:
        """Bound how far transform's output on `x` may be off, elementwise."""
        return err

    @abstractmethod
    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Make about `n` rows, the first ones the most telling, where errors would hide."""

    def pull_back(self, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> NDArray[np.float64] | None:  # noqa: ARG002
        """Give rows that transform to about `x`; None when the family cannot tell."""
        return None

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:  # noqa: ARG002
        """Give the classes of a classifier as Python values; None for other models."""
        return None

    def steps(self, model: model_pb2.ModelProto) -> list[model_pb2.ModelProto]:  # noqa: ARG002
        """Give the models that the rows pass one after the other, in order: a pipeline's."""
        return []

    def step_estimators(self, estimator: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        """Give the estimators of the steps with their names, in the order of `steps`."""
        return []

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        """Give all models inside of the model, each with its place in the family's message, such as ``members[0]``.

        Fields that hold one are named ``steps``, ``members``, ``model`` or ``final``.
        """
        return [(f"steps[{i}]", step) for i, step in enumerate(self.steps(model))]

    def giver(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        method: str,  # noqa: ARG002
        column: int,  # noqa: ARG002
        *,
        transformed: bool,  # noqa: ARG002
    ) -> Giver | None:
        """Give the model inside that alone gives a column of an output, or one that is off only where that one is.

        `column` is 0 for one value for each row; with `transformed`, the model's transform is known to be right. None
        where several models share in the column, and where none does.
        """
        return None

    def of(self, estimator: Any) -> Family:  # noqa: ARG002
        """Give the family of an estimator of one of the classes: this one, or one that it hands some over to."""
        return self

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        """Give all fitted estimators that are exported inside of an estimator, with their names."""
        return self.step_estimators(estimator)


METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "transform",
    "inverse_transform",
    "score_samples",
)


def spec(
    method: str, n_columns: int = 0, type_: model_pb2.DataType = DataType.DATA_TYPE_FLOAT64
) -> model_pb2.OutputSpec:
    """Describe one method's output."""
    return model_pb2.OutputSpec(method=method, n_columns=n_columns, type=type_)


def typed_spec(method: str, types: Sequence[model_pb2.DataType]) -> model_pb2.OutputSpec:
    """Describe the output of a transform, of one type for each column: as plain numbers where all are."""
    if all(type_ == DataType.DATA_TYPE_FLOAT64 for type_ in types):
        return spec(method, len(types))
    return model_pb2.OutputSpec(method=method, n_columns=len(types), column_types=types)


def column_types(output: model_pb2.OutputSpec) -> list[model_pb2.DataType]:
    """Give the type of each column of an output: FLOAT64 or STRING."""
    strings = DataType.DATA_TYPE_STRING
    return list(output.column_types) or [
        strings if output.type == strings else DataType.DATA_TYPE_FLOAT64 for _ in range(output.n_columns)
    ]


def gives_strings(output: model_pb2.OutputSpec) -> bool:
    """Whether a column of an output is of strings; `column_types` makes a list as long as the output is wide."""
    strings = DataType.DATA_TYPE_STRING
    return output.type == strings or strings in output.column_types


def available(module: Any, names: Sequence[str]) -> dict[str, type]:
    """Give the classes of a scikit-learn module that its installed version has."""
    return {name: getattr(module, name) for name in names if hasattr(module, name)}


def check_width(n_features: int, path: str) -> None:
    """Check that a row has at least one value."""
    if n_features < 1:
        raise ShapeError(f"n_features is {n_features}; expected at least 1", path=f"{path}.n_features")


def check_count(values: Any, expected: int, path: str, meaning: str) -> None:
    """Check the length of a repeated field."""
    found = wire.count(values)
    if found != expected:
        raise ShapeError(f"there are {found} values; expected {expected} ({meaning})", path=path)


def check_finite(array: NDArray[np.float64], path: str) -> None:
    """Check that no value is NaN or infinite."""
    # The sum of squares is finite unless a value isn't, or is over 1e154: one fast pass for nearly all models.
    flat = array.reshape(-1)
    with np.errstate(over="ignore"):
        squares = np.dot(flat, flat)
    if not np.isfinite(squares) and not np.isfinite(flat).all():
        at = int(np.flatnonzero(~np.isfinite(flat))[0])
        raise NonFiniteError(f"value {at} is {flat[at]}; expected a finite number", path=path)


def generic_rows(rng: np.random.Generator, n: int, width: int) -> NDArray[np.float64]:
    """Make rows of plain, zero, large, tiny and sparse values."""
    plain = rng.standard_normal((max(n, 6), width))
    plain[1] = 0.0
    plain[2] *= 1e3
    plain[3] = np.where(rng.random(width) < 0.5, 0.0, plain[3])
    plain[4] *= 1e-3
    plain[5] *= np.exp2(rng.integers(-20, 21, width))
    return plain[: max(n, 1)]
