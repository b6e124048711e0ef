"""Changes of a model in two phases, so that several processes can make them together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Prepared:
    """What will serve once it is committed. It belongs to the plane that gave it.

    Attributes
    ----------
    model, version, sha256 : str
        Of what will serve by default; for other processes to compare with theirs.
    load_seconds : float
    """

    model: str
    version: str
    sha256: str
    load_seconds: float
