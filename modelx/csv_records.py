"""CSV as the Go command reads it: records, and cells that know whether they stood in quotes.

Python's own reader forgets the quotes, which tell an empty string from a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelx.errors import NotNumericError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_MAX_RECORD = 256 << 20
_BLANKS = " \t"


class Quoted(NamedTuple):
    """A cell in quotes: what stands between them."""

    text: str


Cell = str | Quoted


def records(lines: IO[str]) -> Iterator[tuple[int, list[Cell]]]:
    """Give each record that is not empty, with the number of the line that it begins on, from 1.

    A cell without quotes is all that stands between two commas, with its blanks.

    Parameters
    ----------
    lines : text file
        Whose lines end with a line feed alone, as they do with the option `newline`.

    Raises
    ------
    NotNumericError
        For what is no CSV, and for text that is not UTF-8.
    """
    number = 0
    try:
        while line := lines.readline(_MAX_RECORD):
            number += 1
            begin, record = number, line
            while record.count('"') % 2:
                line = lines.readline(_MAX_RECORD)
                if not line:
                    raise _broken(begin, "a quotation mark is not closed")
                number += 1
                record += line
                if len(record) > _MAX_RECORD:
                    break
            if len(record) >= _MAX_RECORD:
                raise _broken(begin, f"a row has more than {_MAX_RECORD} characters")
            if record.strip():
                record = record.rstrip("\r\n")
                yield begin, _quoted(record, begin) if '"' in record else list(record.split(","))
    except UnicodeDecodeError as error:
        raise NotNumericError(
            f"line {number + 1} or after is not UTF-8 text ({error.reason}); expected CSV, JSON or .npy"
        ) from error


def _broken(line: int, found: str) -> NotNumericError:
    return NotNumericError(f"line {line}: not CSV ({found}); expected values and commas")


def _quoted(record: str, line: int) -> list[Cell]:
    """Split a record that has quotes somewhere."""
    out: list[Cell] = []
    at = 0
    while True:
        start = at
        while at < len(record) and record[at] in _BLANKS:
            at += 1
        if at < len(record) and record[at] == '"':
            text, at = _unquote(record, at + 1, line)
            while at < len(record) and record[at] in _BLANKS:
                at += 1
            if at < len(record) and record[at] != ",":
                raise _broken(line, "text follows a closing quotation mark")
            out.append(Quoted(text))
        else:
            end = record.find(",", start)
            at = len(record) if end < 0 else end
            out.append(record[start:at])
        if at >= len(record):
            return out
        at += 1


def _unquote(record: str, start: int, line: int) -> tuple[str, int]:
    """Give the text up to the closing quote, in which a doubled quote stands for one, and the place after it."""
    parts = []
    while True:
        end = record.find('"', start)
        if end < 0:
            # Quotes are even in number, so that one stands in the midst of a cell.
            raise _broken(line, "a quotation mark is not closed")
        parts.append(record[start:end])
        if record[end + 1 : end + 2] != '"':
            return "".join(parts), end + 1
        parts.append('"')
        start = end + 2
