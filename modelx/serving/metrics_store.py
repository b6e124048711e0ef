"""Where the numbers of the metrics are kept: float64 values of named series.

With a folder they are in a file that is mapped into memory. Such numbers outlive their process, also when it is killed,
so that another one can go on counting from them; adding to one is a store into memory, as it is without a folder.
prometheus_client's own mode for several processes is not used because it can drop no series, and takes a lock and packs
bytes for each of them.
"""

from __future__ import annotations

import json
import mmap
import os
import time
from array import array
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[str, tuple[str, ...]]
Snapshot = dict[Key, tuple[float, ...]]

_KEYS = "keys"
_VALUES = "values"
_FIRST_SLOTS = 4096
_LEAST_LINES = 4096
# A reader that still holds the old keys is done with them by then.
_QUARANTINE_SECONDS = 60.0


class Store:
    """The series of one process. Its callers hold a lock.

    Parameters
    ----------
    folder : Path or None
        An empty folder of its own, or None to keep the numbers in this process.

    Attributes
    ----------
    values : sequence of float
        What slots hold. It is another object after `add`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.values: array[float] | memoryview[float] = array("d", bytes(8 * _FIRST_SLOTS))
        self._slots: dict[Key, tuple[int, int]] = {}
        self._free: dict[int, deque[tuple[float, int]]] = {}
        self._used = 0
        self._lines = 0
        self._folder = folder
        self._file = -1
        self._log = -1
        if folder is not None:
            self._file = os.open(folder / _VALUES, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            self._map(_FIRST_SLOTS)
            self._rewrite_keys()

    def add(self, key: Key, size: int) -> int:
        """Give the first slot of a series, which is made where there is none, of zeros."""
        if key in self._slots:
            return self._slots[key][0]
        slot = self._take(size)
        self._slots[key] = (slot, size)
        self._write_key(key, slot, size)
        return slot

    def remove(self, key: Key) -> None:
        """Drop a series, if it is there."""
        slot, size = self._slots.pop(key, (-1, 0))
        if size:
            self._free.setdefault(size, deque()).append((time.monotonic(), slot))
            self._write_key(key, slot, 0)

    def series(self) -> list[Key]:
        """List the series."""
        return list(self._slots)

    def snapshot(self) -> Snapshot:
        """Copy all series."""
        return {key: tuple(self.values[slot : slot + size]) for key, (slot, size) in self._slots.items()}

    def close(self) -> None:
        """Let go of the files, and leave them."""
        for file in (self._file, self._log):
            if file >= 0:
                os.close(file)
        self._file = self._log = -1

    def _take(self, size: int) -> int:
        free = self._free.get(size)
        if free and time.monotonic() - free[0][0] > _QUARANTINE_SECONDS:
            slot = free.popleft()[1]
            for place in range(slot, slot + size):
                self.values[place] = 0.0
            return slot
        slot, self._used = self._used, self._used + size
        if self._used > len(self.values):
            self._grow(max(self._used, 2 * len(self.values)))
        return slot

    def _grow(self, slots: int) -> None:
        if isinstance(self.values, array):
            self.values.extend([0.0] * (slots - len(self.values)))
        else:
            self._map(slots)

    def _map(self, slots: int) -> None:
        os.ftruncate(self._file, 8 * slots)
        self.values = memoryview(mmap.mmap(self._file, 8 * slots)).cast("d")

    def _write_key(self, key: Key, slot: int, size: int) -> None:
        if self._folder is None:
            return
        self._lines += 1
        if self._lines > _LEAST_LINES and self._lines > 4 * len(self._slots):
            self._rewrite_keys()
        else:
            os.write(self._log, _line(key, slot, size))

    def _rewrite_keys(self) -> None:
        """Write the keys without those that were dropped. They take the place of the old ones at once."""
        assert self._folder is not None  # noqa: S101
        place = self._folder / _KEYS
        new = place.with_suffix(".new")
        with new.open("wb") as file:
            file.writelines(_line(key, slot, size) for key, (slot, size) in self._slots.items())
        if self._log >= 0:
            os.close(self._log)
        self._log = os.open(new, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        new.replace(place)
        self._lines = len(self._slots)


def _line(key: Key, slot: int, size: int) -> bytes:
    return json.dumps([key[0], key[1], slot, size]).encode() + b"\n"


def read(folder: Path) -> Snapshot:
    """Read what the store in a folder holds, whether its process lives or not.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        Empty where there is no store.
    """
    slots: dict[Key, tuple[int, int]] = {}
    with suppress(FileNotFoundError):
        # What follows the last end of a line is still being written.
        for line in (folder / _KEYS).read_bytes().split(b"\n")[:-1]:
            name, labels, slot, size = json.loads(line)
            slots[name, tuple(labels)] = (slot, size)
        values = array("d")
        data = (folder / _VALUES).read_bytes()
        values.frombytes(data[: len(data) // 8 * 8])
        return {key: tuple(values[slot : slot + size]) for key, (slot, size) in slots.items() if size}
    return {}


def merged(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Add series of the same name and labels up."""
    total: Snapshot = {}
    for snapshot in snapshots:
        for key, values in snapshot.items():
            before = total.get(key)
            total[key] = values if before is None else tuple(map(sum, zip(before, values, strict=True)))
    return total
