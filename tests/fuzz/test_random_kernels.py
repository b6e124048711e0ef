"""Random models give the same bits through their kernels, also where numbers overflow or vanish."""

import kernel_agreement
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from test_round_trips import models


@given(data=st.data(), width=st.integers(1, 6))
def test_random_models(data, width):
    fitted = data.draw(models(width))
    scale = data.draw(st.sampled_from([1e-200, 1e-3, 1.0, 1e3, 1e80]))
    rows = np.random.default_rng(data.draw(st.integers(0, 9))).standard_normal((5, width)) * scale
    with np.errstate(all="ignore"):
        kernel_agreement.check(fitted, rows)
