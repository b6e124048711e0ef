"""Noticing that files changed."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from modelx.errors import ModelxError
from modelx.serving.places import ModelRoot
from modelx.serving.repository import Repository
from modelx.serving.requests import ReloadRequest

if TYPE_CHECKING:
    from modelx.serving.requests import Reloader
    from modelx.serving.settings import Settings

# What tells one state of a file from another without reading it: where its links lead, device, inode, size, time.
_Signature: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Watched:
    """A file, and what is asked for when it changes."""

    file: str
    request: ReloadRequest


class Watcher:
    """Looks at the model's file, or at the folder, and asks for a reload of what changed.

    A file is read when two looks in a row see the same, so that one that is being written is left until it is whole. It
    needs no plane: in a server of several processes, the one that coordinates them runs it.

    Parameters
    ----------
    coordinator : Reloader
    settings : Settings
        Make the watcher before the models are loaded: what it sees then counts as loaded.
    """

    def __init__(self, coordinator: Reloader, settings: Settings) -> None:
        self._coordinator = coordinator
        self._interval = settings.watch_interval
        self._file = os.path.abspath(settings.model)  # noqa: PTH100 - links are followed anew each time
        self._repository: Repository | None = None
        if Path(settings.model).is_dir():
            self._repository = Repository(settings.model, ModelRoot(settings.model))
        # By file: what it was when it was read last, and at the last look.
        self._read: dict[str, _Signature] = {}
        self._seen: dict[str, _Signature] = {}
        for watched, signature in self._look():
            self._read[watched.file] = self._seen[watched.file] = signature

    async def run(self, stop: asyncio.Event) -> None:
        """Look every ``watch_interval`` until `stop` is set; errors of reloads are the coordinator's to tell."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._interval)
                return
            await self.look()

    async def look(self) -> None:
        """Look once, and wait for the reloads of what has changed and has come to rest."""
        found = await asyncio.to_thread(self._look)
        settled = []
        for watched, signature in found:
            if self._seen.get(watched.file) == signature != self._read.get(watched.file):
                settled.append((watched, signature))
        # What vanished is new when it comes back.
        self._seen = {watched.file: signature for watched, signature in found}
        for watched, signature in settled:
            # Refused or not, it is read again only when it has changed.
            self._read[watched.file] = signature
            with suppress(ModelxError):
                await self._coordinator.reload(watched.request)

    def _look(self) -> list[tuple[_Watched, _Signature]]:
        """Give all files that are there, as they are now."""
        out = []
        for watched in self._watched():
            # Files come and go while one looks.
            with suppress(OSError):
                real = os.path.realpath(watched.file)
                status = Path(real).stat()
                out.append((watched, (real, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)))
        return out

    def _watched(self) -> list[_Watched]:
        if self._repository is None:
            return [_Watched(self._file, ReloadRequest(trigger="watch"))]
        try:
            models = self._repository.scan()
        except OSError:
            return []
        return [
            _Watched(each.place.file, ReloadRequest(model=model, path=each.place.file, trigger="watch"))
            for model, candidates in models.items()
            for each in candidates
            if each.problem is None
        ]
