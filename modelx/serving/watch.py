"""Noticing that files changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from modelx.serving.requests import Coordinator
    from modelx.serving.settings import Settings


class Watcher:
    """Looks at the model's file, or at the folder, and asks for a reload of what changed.

    It needs no plane: in a server of several processes, the one that coordinates them runs it.

    Parameters
    ----------
    coordinator : Coordinator
    settings : Settings
    model : str
        The name of a single file's model; empty for a folder.
    """

    def __init__(self, coordinator: Coordinator, settings: Settings, model: str = "") -> None:
        raise NotImplementedError

    async def run(self, stop: asyncio.Event) -> None:
        """Look every ``watch_interval`` until `stop` is set; errors of reloads are the coordinator's to tell."""
        raise NotImplementedError
