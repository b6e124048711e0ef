"""docs/estimators.md says what the code does."""

import re
from pathlib import Path

from modelx import estimators

TABLE = re.findall(
    r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
    (Path(__file__).parents[2] / "docs" / "estimators.md").read_text(),
    re.MULTILINE,
)


def test_the_table_has_every_family():
    assert [row[0] for row in TABLE] == sorted(estimators.FAMILIES)


def test_the_table_has_every_class():
    for arm, classes, _, _ in TABLE:
        documented = set(classes.split(", "))
        # What an older or newer scikit-learn lacks may stand there.
        assert set(estimators.FAMILIES[arm].classes) <= documented, arm
