"""The state of a legacy random generator as data: fits that go on after a load draw the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from modelx import values
from modelx.errors import SourceError
from modelx.v1 import source_pb2

_KEYS = 624


def encode(generator: Any) -> source_pb2.Value | None:
    """Write a RandomState of its own; None for any other, such as the one that the whole process shares."""
    if type(generator) is not np.random.RandomState or generator is np.random.mtrand._rand:
        return None
    state = generator.get_state()
    if not isinstance(state, tuple) or state[0] != "MT19937":
        return None
    return values.encode(state, lambda _: None)


def decode(state: Any, path: str) -> np.random.RandomState:
    """Build a generator from what `encode` wrote and `values.decode` read.

    Raises
    ------
    SourceError
    """
    try:
        name, keys, position, has_gauss, gauss = state
        # numpy reads beyond the keys for a position that it is told.
        sound = name == "MT19937" and keys.dtype == np.uint32 and keys.shape == (_KEYS,) and 0 <= position <= _KEYS
        generator = np.random.RandomState(0)
        if sound and has_gauss in (0, 1):
            generator.set_state((name, np.ascontiguousarray(keys), int(position), int(has_gauss), float(gauss)))
            return generator
    except (AttributeError, TypeError, ValueError) as error:
        raise SourceError(f"no state of a random generator ({error})", path=path) from error
    raise SourceError("no state of a Mersenne Twister: other keys, or a position beyond them", path=path)
