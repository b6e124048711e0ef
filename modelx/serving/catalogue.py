"""All models of a plane at one moment, and finding the one that a request is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.serving.messages import listed, quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelx.serving.models import Served
    from modelx.serving.state import State


class Catalogue:
    """States by name. It never changes: a change makes another one.

    Parameters
    ----------
    states : iterable of State
    """

    __slots__ = ("_in_service", "_only", "states")

    def __init__(self, states: Iterable[State] = ()) -> None:
        self.states = {state.name: state for state in sorted(states, key=lambda state: state.name)}
        self._in_service = {name: state for name, state in self.states.items() if state.default is not None}
        self._only = next(iter(self._in_service.values())) if len(self._in_service) == 1 else None

    def replacing(self, state: State) -> Catalogue:
        """Give the catalogue with another state of one model."""
        return Catalogue({**self.states, state.name: state}.values())

    def state(self, model: str) -> State:
        """Give the state of a model of which a version is in service; the name may be empty where there is one only.

        Raises
        ------
        ServingError
            `unknown_model`, or `bad_request` for no name where there are several.
        """
        state = self._in_service.get(model) if model else self._only
        if state is None:
            raise unknown(model, self._in_service)
        return state

    def find(self, model: str, version: str) -> Served:
        """Give the model for a name and a version, either of which may be empty.

        Raises
        ------
        ServingError
            As `state`, and `unknown_version`.
        """
        state = self.state(model)
        served = state.versions.get(version) if version else state.default
        if served is None:
            raise ServingError(
                "unknown_version",
                f"model {quoted(state.name)} has no version {quoted(version)} in service; "
                f"expected one of {listed(map(quoted, state.versions))}",
            )
        return served


def unknown(model: str, names: Iterable[str]) -> ServingError:
    """Give the error of a name that is none of those that there are."""
    there = listed(map(quoted, names))
    if not there:
        return ServingError("unknown_model", f"no model {quoted(model)}; none is loaded")
    if not model:
        return ServingError("bad_request", f"model_name is empty; expected one of {there}")
    return ServingError("unknown_model", f"no model {quoted(model)}; expected one of {there}")
