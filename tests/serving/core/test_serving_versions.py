from __future__ import annotations

import itertools

import pytest

from modelx.serving.versions import ascending, compare, highest

SEMANTIC = [
    "0.0.0-0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.9.0",
    "1.10.0",
    "2.0.0",
    "10.0.0",
]
NATURAL = ["", "1", "2", "10", "2026-09-30", "2026-10-01", "a", "v9", "v10", "v10a", "w", "é", "日本"]


@pytest.mark.parametrize("order", [SEMANTIC, NATURAL])
def test_order(order):
    for (i, a), (j, b) in itertools.product(enumerate(order), repeat=2):
        sign = compare(a, b)
        assert (sign > 0) - (sign < 0) == (i > j) - (i < j), (a, b)
    for mixed in (order[::-1], order[1::2] + order[::2]):
        assert ascending(mixed) == order
        assert highest(mixed) == order[-1]


def test_equal_precedence_is_told_apart_by_the_text():
    assert ascending(["1.0.0+b", "1.0.0+a", "1.0.0+a10", "1.0.0+a9"]) == ["1.0.0+a", "1.0.0+a9", "1.0.0+a10", "1.0.0+b"]
    assert ascending(["1", "01", "001"]) == ["001", "01", "1"]


def test_a_prerelease_is_lower_only_as_a_semantic_version():
    assert highest(["1.0.0-rc.1", "1.0.0"]) == "1.0.0"
    assert highest(["1.0-rc.1", "1.0"]) == "1.0-rc.1"
    # Leading zeros make it no semantic version.
    assert highest(["1.0.00-rc.1", "1.0.0"]) == "1.0.00-rc.1"


def test_numbers_of_any_length():
    assert compare("1" * 5000, "2" + "0" * 4999) < 0
    assert compare(f"1.0.{'9' * 5000}", f"1.0.1{'0' * 5000}") < 0


def test_what_two_rules_order_in_a_circle_has_one_order_all_the_same():
    # 1.0.0-a < 1.0.0 by the first rule, 1.0.0 < 1.0.0- < 1.0.0-a by the second.
    orders = {tuple(ascending(each)) for each in itertools.permutations(["1.0.0-a", "1.0.0", "1.0.0-"])}
    assert len(orders) == 1


def test_none():
    assert highest([]) == ""
    assert ascending([]) == []
