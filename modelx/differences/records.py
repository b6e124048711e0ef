"""A difference as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest change among some numbers.

    Attributes
    ----------
    change : float
        |after - before|, or that divided by |before|. Infinite where only one of the two is a number, or, for the
        relative change, where `before` is 0.
    at : list of int
        The index of the number.
    label : str
        What the index stands for, such as "feature 'bmi'"; empty when the file does not say.
    before, after : float
    """

    change: float
    at: list[int]
    label: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not the same any more. `before` is None for what was added, `after` for what was removed."""

    path: str
    how: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    largest: Largest | None = None


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A change of what goes in or comes out. A caller of the old model has to change when it is `breaking`.

    `what` is "n_features", "feature_names", "classes" or "methods".
    """

    what: str
    message: str
    breaking: bool


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """Numbers of the computation that changed: `n_changed` of `n_values`.

    The numbers are not compared, and `largest_absolute` and `largest_relative` are None, where their count changed;
    `message` tells.
    """

    path: str
    n_values: int
    n_changed: int
    largest_absolute: Largest | None = None
    largest_relative: Largest | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """`count` rows that had the label `before` and have the label `after`."""

    before: Any
    after: Any
    count: int


@dataclass(frozen=True, slots=True)
class WorstRow:
    """A row (index from 0) with both answers. `change` is the largest one among its numbers, or its scores."""

    row: int
    change: float
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class OutputChange:
    """What one method answers differently.

    Attributes
    ----------
    method : str
    n_rows, n_changed : int
        Rows, and rows with another answer.
    largest_absolute, largest_relative : Largest or None
        Of outputs that are numbers.
    flips : list of Flip
        Of outputs that are labels, the most frequent first.
    worst : list of WorstRow
        The largest change first.
    """

    method: str
    n_rows: int
    n_changed: int
    largest_absolute: Largest | None = None
    largest_relative: Largest | None = None
    flips: list[Flip] = field(default_factory=list)
    worst: list[WorstRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changes from one model to another.

    Attributes
    ----------
    schema : list of SchemaChange
    computation : list of Change
        Family, class, library, steps.
    parameters : list of ParameterChange
    hyper_parameters, attributes, metadata : list of Change
    outputs : list of OutputChange
        For methods whose answers changed, when data were given.
    outputs_skipped : str
        Why answers were not compared although data were given; empty otherwise.
    """

    schema: list[SchemaChange] = field(default_factory=list)
    computation: list[Change] = field(default_factory=list)
    parameters: list[ParameterChange] = field(default_factory=list)
    hyper_parameters: list[Change] = field(default_factory=list)
    attributes: list[Change] = field(default_factory=list)
    metadata: list[Change] = field(default_factory=list)
    outputs: list[OutputChange] = field(default_factory=list)
    outputs_skipped: str = ""

    @property
    def breaking(self) -> bool:
        """Whether a caller of the old model has to change."""
        return any(change.breaking for change in self.schema)

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not any(
            (
                self.schema,
                self.computation,
                self.parameters,
                self.hyper_parameters,
                self.attributes,
                self.metadata,
                self.outputs,
            )
        )
