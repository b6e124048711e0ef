"""The log: one line for each event on standard error, as JSON or for people, with the keys of docs/serving.md."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_NAMES = {number: name for name, number in LEVELS.items()} | {logging.CRITICAL: "error"}
_STANDARD_ERROR = 2

Level = Literal["debug", "info", "warning", "error"]


class Log:
    """Writes events. A line is one write, so that the lines of several processes do not mix.

    Parameters
    ----------
    level : str
        What is below it is left out.
    form : str
        "json" or "text".
    requests : str
        Which requests are told: "all", "errors" or "none".
    file : int
        The descriptor that lines are written to.
    """

    def __init__(
        self, level: str = "info", form: str = "json", requests: str = "errors", file: int = _STANDARD_ERROR
    ) -> None:
        self._threshold = LEVELS[level]
        self._line = _json_line if form == "json" else _text_line
        self._file = file
        self.tells_answers = requests == "all" and self._threshold <= LEVELS["info"]
        self.tells_refusals = requests != "none" and self._threshold <= LEVELS["warning"]
        self.tells_failures = requests != "none"

    def write(self, level: Level, msg: str, **keys: object) -> None:
        """Write an event. Keys whose value is None are left out."""
        if LEVELS[level] < self._threshold:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = self._line(now, level, msg, {key: value for key, value in keys.items() if value is not None})
        # A log that nobody reads any more is no reason to stop serving.
        data = line.encode("utf-8", "backslashreplace")
        while data:
            try:
                data = data[os.write(self._file, data) :]
            except OSError:
                return

    def info(self, msg: str, **keys: object) -> None:
        """Write what is as it should be."""
        self.write("info", msg, **keys)

    def error(self, msg: str, **keys: object) -> None:
        """Write what somebody must look after."""
        self.write("error", msg, **keys)

    def request(
        self,
        *,
        request_id: str,
        protocol: str,
        method: str,
        code: str,
        model: str,
        version: str,
        rows: int,
        seconds: float,
        error: str = "",
    ) -> None:
        """Write a request that is answered, where such ones are told."""
        if code == "OK":
            if not self.tells_answers:
                return
            level: Level = "info"
        elif code == "INTERNAL":
            if not self.tells_failures:
                return
            level = "error"
        else:
            if not self.tells_refusals:
                return
            level = "warning"
        self.write(
            level,
            "request",
            request_id=request_id,
            protocol=protocol,
            method=method,
            code=code,
            model=model,
            model_version=version,
            rows=rows,
            seconds=round(seconds, 6),
            error=error or None,
        )


class LibraryHandler(logging.Handler):
    """Brings what libraries say through the standard `logging` into the log, with `logger` as one more key."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        level: Any = _NAMES.get(record.levelno - record.levelno % 10, "debug")
        detail = None
        if record.exc_info and record.exc_info[1] is not None:
            detail = "".join(traceback.format_exception(record.exc_info[1]))
        self._log.write(level, record.getMessage(), logger=record.name, detail=detail)


def capture_libraries(log: Log, level: str) -> None:
    """Send what libraries log, from warnings on, through the log; with the level debug, all of it."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(LibraryHandler(log))
    root.setLevel(logging.DEBUG if level == "debug" else max(LEVELS[level], logging.WARNING))
    logging.raiseExceptions = False
    logging.captureWarnings(True)


def _json_line(time: str, level: str, msg: str, keys: dict[str, object]) -> str:
    return json.dumps({"time": time, "level": level, "msg": msg} | keys, ensure_ascii=False, default=str) + "\n"


def _text_line(time: str, level: str, msg: str, keys: dict[str, object]) -> str:
    pairs = "".join(f" {key}={_shown(value)}" for key, value in keys.items())
    return f"{time} {level.upper():7} {_bare(msg)}{pairs}\n"


def _bare(text: str) -> str:
    """Keep control characters out of the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return json.dumps(value, default=str)
    plain = value and value.isprintable() and not any(c in ' "=' for c in value)
    return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())


def standard_error() -> int:
    """Give the descriptor of standard error, which tests may have replaced."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return _STANDARD_ERROR
