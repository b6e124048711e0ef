"""Every family of estimators, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.estimators.linear_regression import LinearRegressionFamily

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelx.estimators.base import Family


def _table(families: Iterable[Family]) -> Mapping[str, Family]:
    by_arm: dict[str, Family] = {}
    by_class: dict[str, Family] = {}
    for family in families:
        if family.arm in by_arm:
            raise ValueError(f"two families for the arm {family.arm}")
        by_arm[family.arm] = family
        for name in family.classes:
            if name in by_class:
                raise ValueError(f"two families for the class {name}")
            by_class[name] = family
    return by_arm


FAMILIES: Mapping[str, Family] = _table(
    [
        LinearRegressionFamily(),
    ]
)
