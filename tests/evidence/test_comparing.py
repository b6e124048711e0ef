"""The comparisons that evidence.proto defines, on numbers, NaN and infinities."""

import math

import numpy as np
import pytest
import reference

from modelx.evidence.comparing import agree
from modelx.v1 import evidence_pb2

C = evidence_pb2.Output.Comparison
EQUAL, ABSOLUTE, LOG, SQUARED, RELATIVE = (
    C.COMPARISON_UNSPECIFIED,
    C.COMPARISON_ABSOLUTE,
    C.COMPARISON_LOG_PROBABILITY,
    C.COMPARISON_SQUARED,
    C.COMPARISON_RELATIVE,
)
INF, NAN = math.inf, math.nan

CASES = [
    # comparison, tolerance, found, recorded, agree
    (EQUAL, 0.0, 1.0, 1.0, True),
    (EQUAL, 0.0, 1.0, math.nextafter(1.0, 2.0), False),
    (EQUAL, 1.0, 1.0, 1.5, False),
    (EQUAL, 0.0, 0.0, -0.0, False),
    (EQUAL, 0.0, NAN, NAN, True),
    (EQUAL, 0.0, NAN, 1.0, False),
    (EQUAL, 0.0, INF, INF, True),
    (EQUAL, 0.0, INF, -INF, False),
    (ABSOLUTE, 0.5, 1.0, 1.5, True),
    (ABSOLUTE, 0.25, 1.0, 1.5, False),
    (ABSOLUTE, 0.0, 0.0, -0.0, True),
    (ABSOLUTE, 9.0, NAN, 1.0, False),
    (ABSOLUTE, 9.0, 1.0, NAN, False),
    (ABSOLUTE, 0.0, NAN, NAN, True),
    (ABSOLUTE, 9.0, INF, INF, True),
    (ABSOLUTE, 9.0, INF, -INF, False),
    (ABSOLUTE, 9.0, 1e308, INF, False),
    (LOG, 1e-3, -0.5, -0.5005, True),
    (LOG, 1e-3, -500.0, -500.4, True),
    (LOG, 1e-3, -0.5, -0.6, False),
    (LOG, 1e-3, -INF, -800.0, True),
    (LOG, 1e-3, -800.0, -INF, True),
    (LOG, 1e-3, -0.1, -INF, False),
    (LOG, 1e-3, -INF, -INF, True),
    (LOG, 1e-3, NAN, -1.0, False),
    (SQUARED, 1e-6, 1e-3, 0.0, True),
    (SQUARED, 1e-6, 2e-3, 0.0, False),
    (SQUARED, 1e-6, 1.0, 1.0 + 4e-7, True),
    (SQUARED, 1e-6, 1.0, 1.0 + 6e-7, False),
    (SQUARED, 1e-6, INF, INF, True),
    (SQUARED, 1e-6, INF, 1.0, False),
    (SQUARED, 1e-6, NAN, NAN, True),
    (RELATIVE, 1e-3, 1000.5, 1000.0, True),
    (RELATIVE, 1e-3, 1002.0, 1000.0, False),
    (RELATIVE, 1e-3, 1e-310, 0.0, False),
    (RELATIVE, 1e-3, 0.0, 0.0, True),
    (RELATIVE, 1e-3, INF, INF, True),
    (RELATIVE, 1e-3, 1.0, INF, False),
    (RELATIVE, 1e-3, 1.0, -INF, False),
]


@pytest.mark.parametrize(("comparison", "tolerance", "found", "recorded", "expected"), CASES)
def test_each_comparison(comparison, tolerance, found, recorded, expected):
    output = evidence_pb2.Output(comparison=comparison, tolerances=[tolerance])
    assert agree(np.array([found]), np.array([recorded]), output).tolist() == [expected]
    if comparison != LOG:
        same = reference.agree(np.array([found]), np.array([recorded]), comparison, [tolerance])
        assert same.tolist() == [expected], "the tests' own reading of the schema"


def test_a_tolerance_for_each_row():
    output = evidence_pb2.Output(comparison=ABSOLUTE, tolerances=[0.0, 1.0])
    found, recorded = np.array([[1.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 1.5], [2.0, 1.5]])
    assert agree(found, recorded, output).tolist() == [[True, False], [True, False]]


@pytest.mark.parametrize(
    ("found", "recorded"), [(["a", "b"], ["a", "c"]), ([1, 2], [1, 3]), ([True, False], [True, True])]
)
def test_labels_are_compared_as_they_are(found, recorded):
    assert agree(np.array(found), np.array(recorded), evidence_pb2.Output()).tolist() == [True, False]


def test_no_tolerance_means_none():
    output = evidence_pb2.Output(comparison=ABSOLUTE)
    assert agree(np.array([1.0, 1.0]), np.array([1.0, 1.0 + 1e-15]), output).tolist() == [True, False]
