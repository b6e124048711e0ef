"""Copies of the files that serve, so that a worker that is started again serves the same bytes, whatever came after."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from modelx.serving import places
from modelx.serving.places import Place

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from modelx.limits import Limits


class Copies:
    """A folder with the bytes of model files, under their SHA-256.

    Parameters
    ----------
    folder : Path
        Private to the supervisor and its workers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, place: Place, limits: Limits) -> bytes | memoryview:
        """Read a file as `places.read` does, and keep a copy. Raises what that does."""
        data = places.read(place, limits)
        self.keep(data)
        return data

    def keep(self, data: bytes | memoryview) -> None:
        """Keep bytes, unless they are kept already.

        Raises
        ------
        OSError
        """
        sha256 = hashlib.sha256(data).hexdigest()
        file = self._folder / sha256
        if file.exists():
            return
        # Workers write at the same time; each has a name of its own until the copy is whole.
        part = self._folder / f".{sha256}.{os.getpid()}"
        try:
            part.write_bytes(data)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def place_of(self, sha256: str) -> Place:
        """Give the place of a copy."""
        file = str(self._folder / sha256)
        return Place(file, file, file)

    def keep_only(self, wanted: Collection[str]) -> None:
        """Remove the others. Nobody may be writing."""
        for file in self._folder.iterdir():
            if file.name not in wanted:
                file.unlink(missing_ok=True)
