"""Options and environment of the whole suite."""

from __future__ import annotations

import os
import warnings

import pytest
from hypothesis import HealthCheck, settings
from sklearn.exceptions import ConvergenceWarning

# gRPC would say on standard error that it did not prepare for a fork: there, where tests look for what programs say.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")


def pytest_addoption(parser):
    parser.addoption(
        "--fuzz-seconds",
        type=float,
        default=float(os.environ.get("FUZZ_SECONDS", "3")),
        help="how long each mutation fuzz runs; random round trips get examples in proportion (make fuzz: long)",
    )


def pytest_configure(config):
    # 100 examples take about a second; a test on a shared, loaded machine has no deadline for one of them.
    examples = max(20, int(30 * config.getoption("--fuzz-seconds")))
    settings.register_profile(
        "modelx",
        max_examples=examples,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    settings.load_profile("modelx")


@pytest.fixture
def fuzz_seconds(request):
    return request.config.getoption("--fuzz-seconds")


@pytest.fixture(autouse=True)
def _quiet_fits():
    """Tests fit in few iterations: what a fit says about its convergence is not their subject."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
        yield
