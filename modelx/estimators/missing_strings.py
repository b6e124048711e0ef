"""What counts as missing where features may be strings: beside a number, None, NaN or one string."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from modelx.errors import MissingDependencyError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import missing, string_columns

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from modelx.estimators.base import Error
    from modelx.v1 import source_pb2

_PARAM = "missing_values"
# The hyper-parameter is no data; a file names it.
_NA = "pandas.NA"


class Rule(NamedTuple):
    """What counts as missing: `number` in features of numbers, the others in features of strings."""

    number: float
    none: bool
    nan: bool
    text: str | None

    def of_strings_alone(self) -> bool:
        """Whether no number counts as missing, and NaN neither."""
        return (self.none or self.text is not None) and not self.nan

    def has(self, cell: Any) -> bool:
        """Whether a value of a feature of strings is missing."""
        if cell is None:
            return self.none
        if isinstance(cell, str):
            return cell == self.text
        return self.nan

    def gap(self) -> Any:
        """Give a value of a feature of strings that is missing; an empty string where nothing is."""
        return None if self.none else nan if self.nan else self.text or ""


def rule_of(estimator: Any) -> Rule:
    """Give what counts as missing.

    Raises
    ------
    UnsupportedEstimatorError
        For anything but None, NaN, pandas.NA, finite numbers and text.
    """
    value = estimator.missing_values
    if value is None or type(value).__name__ == "NAType":
        return Rule(nan, none=True, nan=value is not None, text=None)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            reason = "missing_values has half of a surrogate pair, which is no Unicode text; fit with another string"
            raise UnsupportedEstimatorError([("", reason)]) from error
        return Rule(nan, none=False, nan=False, text=str(value))
    number = missing.value_of(estimator)
    return Rule(number, none=False, nan=isnan(number), text=None)


def write(rule: Rule, proto: Any) -> None:
    """Write what counts as missing; in a model of numbers alone, the part for strings only if it must be kept."""
    proto.missing = rule.number
    if any(proto.strings) or rule.none:
        found = proto.missing_strings
        found.SetInParent()
        found.none, found.nan = rule.none, rule.nan
        if rule.text is not None:
            found.text = rule.text


def read(proto: Any) -> Rule:
    """Give the rule of a checked message."""
    found = proto.missing_strings
    # Among numbers, NaN is the one thing beside a number that can be missing.
    isnan_ = found.nan if any(proto.strings) or found.none else isnan(proto.missing)
    return Rule(proto.missing, none=found.none, nan=isnan_, text=found.text if found.HasField("text") else None)


def check(proto: Any, path: str) -> None:
    """Check what counts as missing, and which features are strings.

    Raises
    ------
    ShapeError, NonFiniteError
    """
    missing.check_value(proto.missing, path)
    string_columns.check(proto, path)


def check_indicator(proto: Any, outer: Any, path: str) -> None:
    """Check that the indicator inside of an imputer has the imputer's rule for strings.

    Raises
    ------
    ShapeError
    """
    missing.check_indicator(proto, outer.n_features, outer.missing, path)
    if string_columns.columns(proto) != string_columns.columns(outer):
        raise ShapeError("other features are strings than in the imputer", path=f"{path}.strings")
    if proto.missing_strings != outer.missing_strings:
        raise ShapeError("other strings count as missing than in the imputer", path=f"{path}.missing_strings")


def gaps(x: NDArray[Any], proto: Any) -> NDArray[np.bool_]:
    """Say which values of some rows are missing."""
    strings = string_columns.columns(proto)
    if not strings:
        return missing.is_missing(x, proto.missing)
    rule, out = read(proto), missing.is_missing(numbers(x, proto), proto.missing)
    for feature in strings:
        out[:, feature] = [rule.has(cell) for cell in x[:, feature]]
    return out


def numbers(x: NDArray[Any], proto: Any) -> NDArray[np.float64]:
    """Give the numbers of some rows, with 0 in features of strings."""
    out = x.copy()
    out[:, string_columns.columns(proto)] = 0.0
    return out.astype(np.float64)


def decided(x: NDArray[Any], err: Error, proto: Any) -> NDArray[np.bool_]:
    """Say in which rows, shape (n_rows,), it does not hang on an inexact value what is missing."""
    return missing.decided(numbers(x, proto), err, proto.missing)


def rows(
    rng: np.random.Generator,
    n: int,
    proto: Any,
    known: Collection[Any] = (),
    columns: NDArray[np.intp] | None = None,
) -> NDArray[Any]:
    """Make rows in which each of the columns (all, unless given) is missing in one row and there in another.

    `known` are values of features of strings that should be among them.
    """
    out = missing.rows_with_gaps(rng, n, proto.n_features, proto.missing, columns)
    strings = string_columns.columns(proto)
    if not strings:
        return out
    rule = read(proto)
    marked = missing.rows_with_gaps(rng, n, proto.n_features, nan, columns)
    text = [] if rule.text is None else [rule.text]
    cells = string_columns.fill(out, strings, rng, [*known, *text])
    may = range(proto.n_features) if columns is None else set(columns.tolist())
    for i, row in enumerate(cells):
        for j in strings:
            if isnan(marked[i, j]):
                row[j] = rule.gap()
            elif rule.has(row[j]) or not (isinstance(row[j], str) or row[j] is None):
                # A gap by chance would be refused, or told, where it may not be; so would NaN where it is none.
                row[j] = row[j] if j in may and rule.has(row[j]) else "there"
    return cells


def name_na(estimator: Any, out: source_pb2.Source) -> None:
    """Write pandas.NA among the hyper-parameters, where an imputer has it."""
    rule = rule_of(estimator)
    if rule.none and rule.nan:
        out.params[_PARAM].omitted = _NA


def describe(proto: Any, described: source_pb2.Source) -> None:
    """Write the hyper-parameter for a model that names no class: one that was built in Go."""
    rule, out = read(proto), described.params[_PARAM]
    if rule.none and rule.nan:
        out.omitted = _NA
    elif rule.none:
        out.none = True
    elif rule.text is not None:
        out.string_value = rule.text
    else:
        out.double_value = rule.number


def without_na(described: source_pb2.Source) -> bool:
    """Take pandas.NA out of the hyper-parameters; say whether it was there."""
    found = _PARAM in described.params and described.params[_PARAM].omitted == _NA
    if found:
        del described.params[_PARAM]
    return found


def set_na(estimator: Any) -> None:
    """Give an estimator pandas.NA as its missing value.

    Raises
    ------
    MissingDependencyError
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "missing_values is pandas.NA; install pandas: pip install 'modelx[pandas]'"
        ) from error
    estimator.missing_values = pd.NA


def check_rebuilt(estimator: Any, proto: Any, path: str) -> None:
    """Compare what counts as missing with the hyper-parameter of the rebuilt estimator.

    Raises
    ------
    SourceError
    """
    place = f"{path}.params[{_PARAM}]"
    try:
        found = rule_of(estimator)
    except UnsupportedEstimatorError as error:
        raise SourceError(str(error), path=place) from error
    expected = read(proto)
    if not missing.same_value(found.number, expected.number) or found[1:] != expected[1:]:
        raise SourceError(
            f"missing_values is {estimator.missing_values!r}, which is not what the computation takes for missing",
            path=place,
        )
