"""What is told of models: info, the repository index and readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.serving.requests import IndexEntry, Info, ModelReadiness
from modelx.serving.versions import ascending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelx.serving.models import Served
    from modelx.serving.places import Place
    from modelx.serving.repository import Candidate
    from modelx.serving.state import State


def info(state: State, served: Served) -> Info:
    """Describe one version of a model."""
    return Info(
        name=served.name,
        version=served.version,
        type=served.type,
        signature=served.signature,
        metadata=served.metadata,
        sha256=served.sha256,
        loaded_timestamp=served.loaded_timestamp,
        requests_served=served.served.value(),
        evidence_rows=served.evidence_rows,
        evidence_methods=list(served.evidence_methods),
        classes=served.class_texts,
        class_name=served.class_name,
        last_reload=state.last_reload,
        ready_versions=list(state.versions),
        rollback_version=state.previous.version if state.previous else "",
        path=served.path,
    )


def readiness(states: Iterable[State]) -> list[ModelReadiness]:
    """Tell of each model whether it answers, but for those that were unloaded."""
    return [
        ModelReadiness(state.name, state.version, state.default is not None, state.last_reload)
        for state in states
        if not state.unloaded
    ]


def index(state: State, candidates: Sequence[Candidate], own: Place | None) -> list[IndexEntry]:
    """List one model: what serves, and what its folder, or the file of a server of one, has beside it.

    Parameters
    ----------
    state : State
    candidates : sequence of Candidate
        What the folder has.
    own : Place or None
        The file of a server of a single file.
    """
    entries = [IndexEntry(state.name, version, ready=True) for version in state.versions]
    files = {served.file for served in state.versions.values()}
    if own is not None and not entries:
        entries.append(IndexEntry(state.name, "", ready=False, reason=_reason(state, own.file)))
    for candidate in candidates:
        if candidate.place.file not in files and (candidate.version or "\0") not in state.versions:
            reason = str(candidate.problem) if candidate.problem else _reason(state, candidate.place.file)
            entries.append(IndexEntry(state.name, candidate.version, ready=False, reason=reason))
    ranks = {version: rank for rank, version in enumerate(ascending({entry.version for entry in entries}))}
    return sorted(entries, key=lambda entry: ranks[entry.version])


def _reason(state: State, file: str) -> str:
    return "unloaded" if state.unloaded else state.refused.get(file, "not loaded")
