"""Models made of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows
from modelx.kernels.passthrough import unchanged

# Finds the kernel of a step; None where there is none.
Find = Callable[[Any, str], Kernel | None]


def kernel(estimator: Any, method: str, find: Find) -> Kernel | None:
    """Give a kernel for any method of the last step; None unless each step has one."""
    steps = [step for _, step in estimator.steps]
    if method == "inverse_transform":
        found = [_step(step, method, find) for step in reversed(steps)]
    else:
        found = [*(_step(step, "transform", find) for step in steps[:-1]), _step(steps[-1], method, find)]
    kernels = [one for one in found if one is not None and one is not unchanged]
    if None in found:
        return None
    if len(kernels) <= 1:
        return kernels[0] if kernels else unchanged
    *before, last = kernels
    if len(before) == 1:
        return lambda x: last(before[0](x))

    def chain(x: Rows) -> NDArray[Any]:
        for one in before:
            x = one(x)
        return last(x)

    return chain


def _step(step: Any, method: str, find: Find) -> Kernel | None:
    # None and the word stand for a step that does nothing.
    if step is None or step == "passthrough":
        return unchanged if method in ("transform", "inverse_transform") else None
    return find(step, method)
