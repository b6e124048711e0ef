"""Values as cells of CSV, as they read back."""

from __future__ import annotations

from typing import Any


def cells(column: list[Any]) -> list[str]:
    """Write a column: floats as the shortest decimals. Among strings, what is missing is an empty cell."""
    strings = any(isinstance(value, str) for value in column) or None in column
    return [
        _quoted(value)
        if isinstance(value, str)
        else ("true" if value else "false")
        if isinstance(value, bool)
        else ""
        if strings
        else repr(value)
        for value in column
    ]


def _quoted(text: str) -> str:
    """Put text in quotes where a reader would take it for something else."""
    if text and text == text.strip() and not any(mark in text for mark in '",\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'
