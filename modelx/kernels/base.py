"""What a kernel is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# From rows, shape (n_rows, n_features), to what a method gives for them.
Kernel: TypeAlias = Callable[[NDArray[np.float64]], NDArray[Any]]
