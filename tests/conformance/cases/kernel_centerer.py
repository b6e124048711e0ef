"""Rows of a kernel matrix, centered in the space of the kernel."""

from __future__ import annotations

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import KernelCenterer

from cases.case import Cases, Fitted
from cases.data import iris, some

CASES = Cases("kernel_centerer")


@CASES.add
def gram_matrix() -> Fitted:
    """Kernels of flowers with eleven others: more than two blocks of the four sums, and a rest."""
    x, _ = iris()
    known = some(x, 11)
    return Fitted(KernelCenterer().fit(known @ known.T), np.concatenate([known[:3], x[1:150:30]]) @ known.T)


@CASES.add
def radial() -> Fitted:
    """Kernels between 0 and 1, of which those of a far sample are as good as nothing."""
    x, _ = iris()
    known = some(x, 6)
    far = np.concatenate([x[2:150:40], x[:1] * 40.0])
    return Fitted(KernelCenterer().fit(rbf_kernel(known)), rbf_kernel(far, known))


@CASES.add
def terms_that_cancel() -> Fitted:
    """Large values whose sum is small: the order of the sum shows, within 1e-12 of the largest."""
    kernel = np.array([[1e8, -3.7, 0.1], [-3.7, 1e-8, 2.3], [0.1, 2.3, -1e8]])
    rows = [[1e16, 1.3, -1e16], [-1e8, 1e8, 0.7], [1.1, -1.1, 1e-17]]
    return Fitted(KernelCenterer().fit(kernel), rows)


@CASES.add
def extremes() -> Fitted:
    """Sums that no order rounds: zeros of both signs, subnormal numbers, and the largest that do not overflow."""
    rows = [[0.0, -0.0], [5e-324, -5e-324], [1e-320, 3e-320], [2.0**1021, 2.0**1020], [2.0**1021, -(2.0**1021)]]
    return Fitted(KernelCenterer().fit(np.zeros((2, 2))), exact=rows)


@CASES.add
def one_sample() -> Fitted:
    """A single training sample: whatever the row, the kernel's own mean takes it away."""
    return Fitted(KernelCenterer().fit([[2.5]]), exact=[[2.5], [0.0], [-0.0], [-1e300], [5e-324]])
