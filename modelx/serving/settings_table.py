"""What a setting may be: its type, default and help, from which flags, environment and TOML keys are made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from modelx.serving.messages import quoted

_KEY = "setting"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h)")
_INTEGER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True)
class Text:
    """Any text; what is empty is unset."""

    metavar: str = "TEXT"
    expected: ClassVar[str] = "text"

    def parse(self, text: str) -> str:
        """Read what a flag or the environment says; ValueError where it is no such value."""
        return text

    def take(self, value: object) -> str:
        """Read what the TOML file says; ValueError where it is no such value."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for all that is wrong
        return self.parse(value)

    def show(self, value: Any) -> str:
        """Write a value as TOML."""
        return toml_string(value)


@dataclass(frozen=True)
class Choice(Text):
    """One of several words."""

    words: tuple[str, ...] = ()

    @property
    def expected(self) -> str:  # type: ignore[override]
        """Name the words."""
        return "one of " + ", ".join(self.words)

    def parse(self, text: str) -> str:
        if text not in self.words:
            raise ValueError
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number within limits."""

    low: int
    high: int
    metavar: str = "N"

    @property
    def expected(self) -> str:
        """Name the limits."""
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, text: str) -> int:
        """See Text."""
        if _INTEGER.fullmatch(text) is None:
            raise ValueError
        return self.take(int(text))

    def take(self, value: object) -> int:
        """See Text."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise ValueError
        return value

    def show(self, value: Any) -> str:
        """See Text."""
        return str(value)


@dataclass(frozen=True)
class Switch:
    """Yes or no: a flag without a value is yes."""

    metavar: str = ""
    expected: ClassVar[str] = "true or false"

    def parse(self, text: str) -> bool:
        """See Text."""
        if text not in {"true", "false"}:
            raise ValueError
        return text == "true"

    def take(self, value: object) -> bool:
        """See Text."""
        if not isinstance(value, bool):
            raise ValueError  # noqa: TRY004 - one error for all that is wrong
        return value

    def show(self, value: Any) -> str:
        """See Text."""
        return "true" if value else "false"


@dataclass(frozen=True)
class Duration:
    """Seconds, written as a whole number with its unit."""

    zero: bool = False
    metavar: str = "DURATION"

    @property
    def expected(self) -> str:
        """Show some."""
        return "a duration such as 500ms, 30s or 5m" + ("" if self.zero else ", longer than 0s")

    def parse(self, text: str) -> float:
        """See Text."""
        match = _DURATION.fullmatch(text)
        if match is None or (not int(match[1]) and not self.zero):
            raise ValueError
        # Milliseconds are divided, because 3 * 0.001 is not 0.003.
        return int(match[1]) / 1000 if match[2] == "ms" else int(match[1]) * _UNITS[match[2]]

    def take(self, value: object) -> float:
        """See Text."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for all that is wrong
        return self.parse(value)

    def show(self, value: Any) -> str:
        """See Text."""
        return f'"{int(value)}s"' if value == int(value) else f'"{round(value * 1000)}ms"'


Kind = Text | Choice | Integer | Switch | Duration


@dataclass(frozen=True)
class Setting:
    """One row of the table.

    Attributes
    ----------
    name : str
        Of the field and of the TOML key.
    kind : Text, Choice, Integer, Switch or Duration
    default : str, int, bool or float
    help : str
    """

    name: str
    kind: Kind
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """Name the flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Name the environment variable."""
        return "MODELX_" + self.name.upper()


def setting(kind: Kind, default: Any, text: str) -> Any:
    """Declare a field of a frozen dataclass as a setting."""
    return field(default=default, metadata={_KEY: (kind, text)})


def settings_of(fields: tuple[Any, ...]) -> tuple[Setting, ...]:
    """Read the table off a dataclass's fields."""
    return tuple(
        Setting(each.name, each.metadata[_KEY][0], each.default, each.metadata[_KEY][1])
        for each in fields
        if _KEY in each.metadata
    )


def toml_string(text: str) -> str:
    """Write text as a basic string of TOML."""
    escaped = (f"\\u{ord(c):04x}" if ord(c) < 0x20 or ord(c) == 0x7F else "\\" + c if c in '"\\' else c for c in text)
    return '"' + "".join(escaped) + '"'


def found(value: object) -> str:
    """Name a value that is refused, as TOML would."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "an array" if isinstance(value, list) else "a table" if isinstance(value, dict) else "a date or time"
