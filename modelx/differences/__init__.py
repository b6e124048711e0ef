"""What changes from one model to another: parameters, schema, metadata, and answers."""

from modelx.differences.comparing import diff
from modelx.differences.records import (
    Change,
    Difference,
    Flip,
    Largest,
    OutputChange,
    ParameterChange,
    SchemaChange,
    WorstRow,
)

__all__ = [
    "Change",
    "Difference",
    "Flip",
    "Largest",
    "OutputChange",
    "ParameterChange",
    "SchemaChange",
    "WorstRow",
    "diff",
]
