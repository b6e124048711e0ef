"""Named limits, checked before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model file may make us do.

    Parameters
    ----------
    file_bytes : int
        The largest file that is read.
    expanded_bytes : int
        The most that a compressed file may expand to.
    json_depth : int
        How deep JSON values may nest.
    """

    file_bytes: int = 1 << 30
    expanded_bytes: int = 1 << 30
    json_depth: int = 100


DEFAULT = Limits()
