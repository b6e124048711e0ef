"""What a server answered, as lines for people and as JSON for programs: docs/serving.md has the names and the words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from modelx.cli.cells import cells
from modelx.cli.reporting import one_line
from modelx.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.message import Message
    from numpy.typing import NDArray

    from modelx.client import ModelInfo, Prediction, Reload, ReloadOutcome


def lines(found: Prediction) -> str:
    """Write one line of CSV for each row: floats as the shortest decimals that read back, then the probabilities."""
    columns = _columns(found.values)
    if found.probabilities is not None:
        columns += _columns(found.probabilities)
    return "".join(",".join(row) + "\n" for row in zip(*map(cells, columns), strict=True))


def _columns(values: NDArray[Any]) -> list[list[Any]]:
    return [column.tolist() for column in (values.T if values.ndim > 1 else [values])]


def _plain(values: NDArray[Any]) -> Any:
    """Give values as JSON has them: null for what is missing among strings."""
    if values.ndim < 2 or values.dtype != object:
        return plain(values.tolist())
    columns = []
    for column in _columns(values):
        texts = any(value is None or isinstance(value, str) for value in column)
        columns.append([value if isinstance(value, str) else None for value in column] if texts else plain(column))
    return [list(row) for row in zip(*columns, strict=True)]


def prediction_json(found: Prediction) -> dict[str, Any]:
    """Give what ``POST /predict`` answers."""
    out = {
        "predictions": _plain(found.values),
        "model_name": found.model,
        "model_version": found.version,
        "timestamp": found.timestamp,
        "rows": len(found.values),
        "columns": found.values.shape[1] if found.values.ndim > 1 else 1,
    }
    if found.probabilities is not None:
        out["probabilities"] = plain(found.probabilities.tolist())
    return out


def reload_json(done: Reload) -> dict[str, Any]:
    """Give what ``POST /reload`` answers."""
    return {
        "model_name": done.model,
        "model_version": done.version,
        "previous_version": done.previous_version,
        "sha256": done.sha256,
        "changed": done.changed,
        "load_seconds": done.load_seconds,
    }


def reload_line(done: Reload) -> str:
    """Tell of a reload."""
    before = f"version {one_line(done.previous_version)} before" if done.previous_version else "none before"
    same = "" if done.changed else ", the same file"
    return (
        f"{one_line(done.model)}: version {one_line(done.version)} serves, {before}{same} ({done.load_seconds:.3g} s)"
    )


def message_json(message: Message) -> dict[str, Any]:
    """Give a message as docs/serving.md writes it: every field but unset messages, integers as numbers."""
    out: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        entry = field.message_type
        if entry is None:
            out[field.name] = plain(list(value) if field.is_repeated else _scalar(field, value))
        elif entry.GetOptions().map_entry:
            out[field.name] = plain(dict(value))
        elif entry.full_name == "google.protobuf.Struct":
            if message.HasField(field.name):
                out[field.name] = MessageToDict(value)
        elif field.is_repeated:
            out[field.name] = [message_json(item) for item in value]
        elif message.HasField(field.name):
            out[field.name] = message_json(value)
    return out


def _scalar(field: Any, value: Any) -> Any:
    """Give a value; that of an enum by its name, where it is known."""
    if field.enum_type is None:
        return value
    known = field.enum_type.values_by_number.get(value)
    return value if known is None else known.name


def info_lines(info: ModelInfo) -> Iterator[str]:
    """Tell what serves."""
    yield f"{one_line(info.name)} {one_line(info.version)}"
    names = f": {_some(info.feature_names)}" if info.feature_names else ""
    lines = {
        "class": info.class_name or "not said",
        "computation": info.type,
        "features": f"{info.n_features:,}{names}",
        "feature types": _some(info.feature_types),
        "methods": ", ".join(info.outputs),
        "classes": _some(info.classes),
        "metrics": ", ".join(f"{name} {value!r}" for name, value in info.metrics.items()),
        "engine": info.engine,
        "file": info.path,
        "sha256": info.sha256,
        "serves since": _time(info.loaded_timestamp),
        "requests served": f"{info.requests_served:,}",
        "evidence": _evidence(info),
        "versions that are ready": ", ".join(info.ready_versions),
        "version to roll back to": info.rollback_version,
        "last reload": _outcome(info.last_reload),
    }
    for title, text in lines.items():
        if text:
            yield f"  {title}: {one_line(text)}"


def _some(items: list[Any]) -> str:
    more = f" ... {len(items) - 12:,} more" if len(items) > 12 else ""
    return ", ".join(map(str, items[:12])) + more


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _evidence(info: ModelInfo) -> str:
    if info.evidence.result != "passed":
        return "none: nothing proves that the server computes what was trained"
    return f"passed, {info.evidence.rows} rows"


def _outcome(last: ReloadOutcome | None) -> str:
    if last is None:
        return ""
    what = f"version {last.version}" if last.ok else f"refused, {last.error}"
    return f"{_time(last.timestamp)} by {last.trigger}: {what}"
