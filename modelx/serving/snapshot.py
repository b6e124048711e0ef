"""What serves, as JSON values, so that another process can serve the same."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from modelx.serving.places import Place
from modelx.serving.requests import ReloadResult
from modelx.serving.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelx.serving.copies import Copies
    from modelx.serving.loading import Loader
    from modelx.serving.models import Served

Values = list[dict[str, Any]]


def dump(states: Iterable[State]) -> Values:
    """Write states of models.

    Returns
    -------
    list of dict
        The bytes of the models are named by their SHA-256.
    """
    return [
        {
            "name": state.name,
            "single": state.single,
            "versions": [_file(served) for served in state.versions.values()],
            "default": state.version,
            "highest": state.highest,
            "previous": _file(state.previous) if state.previous else None,
            "last_reload": asdict(state.last_reload) if state.last_reload else None,
            "refused": dict(state.refused),
            "unloaded": state.unloaded,
        }
        for state in states
    ]


def restore(values: Values, loader: Loader, copies: Copies) -> list[State]:
    """Load the models that `dump` wrote from their copies.

    Raises
    ------
    ModelxError, OSError
        A copy cannot be loaded.
    """
    return [_state(each, lambda file: _served(file, loader, copies)) for each in values]


def used(values: Values) -> set[str]:
    """Give the SHA-256 of all files that states hold."""
    return {file["sha256"] for each in values for file in [*each["versions"], each["previous"]] if file}


def fingerprint(values: Values) -> object:
    """Give what must be the same in all workers: which bytes answer to which names, and by default."""
    return [
        (each["name"], each["default"], sorted((file["version"], file["sha256"]) for file in each["versions"]))
        for each in values
    ]


def _state(values: dict[str, Any], load: Callable[[dict[str, Any]], Served]) -> State:
    versions = {file["version"]: load(file) for file in values["versions"]}
    previous, last_reload = values["previous"], values["last_reload"]
    return State(
        name=values["name"],
        single=values["single"],
        versions=versions,
        default=versions.get(values["default"]),
        previous=load(previous) if previous else None,
        highest=values["highest"],
        last_reload=ReloadResult(**last_reload) if last_reload else None,
        refused=values["refused"],
        unloaded=values["unloaded"],
    )


def _file(served: Served) -> dict[str, Any]:
    return {
        "name": served.name,
        "version": served.version,
        "place": asdict(served.place),
        "sha256": served.sha256,
        "loaded_timestamp": served.loaded_timestamp,
    }


def _served(file: dict[str, Any], loader: Loader, copies: Copies) -> Served:
    served = loader.load(copies.place_of(file["sha256"]), name=file["name"], version=file["version"])
    return replace(served, place=Place(**file["place"]), loaded_timestamp=file["loaded_timestamp"])
