"""Go's bits are the same on every CPU: no compiler of Go may fuse a product with the sum that it goes into."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.interop
INTEROP = Path(__file__).resolve().parents[2] / "interop"
# The instructions that round once where the schema rounds twice, and a product that shows that there was code to read.
FUSED = {
    "GOARCH=arm64": (r"\bFN?M(ADD|SUB)[DS]\b", r"\bFMULD\b"),
    "GOARCH=amd64 GOAMD64=v3": (r"\bVFN?M(ADD|SUB)\d+[SP][DS]\b", r"\bMULSD\b"),
}
# What asks for one rounding gets it on every CPU: math.FMA computes it in software where there is no such instruction.
# Such a call has a line for itself, of names alone, so that no product beside it can be fused unseen.
EXPLICIT = re.compile(r"\w+ :?= math\.FMA\(\w+, \w+, -?\w+\)")


def _is_asked_for(line: str) -> bool:
    """Tell whether an instruction of the listing comes from a line that is a call of math.FMA and nothing else."""
    place = re.search(r"\((/[^()]+\.go):(\d+)\)", line)
    if place is None:
        return False
    source = Path(place[1]).read_text(encoding="utf-8").splitlines()
    return EXPLICIT.fullmatch(source[int(place[2]) - 1].strip()) is not None


@pytest.mark.parametrize("target", FUSED)
def test_no_product_is_fused_with_a_sum(target: str) -> None:
    setting = dict(pair.split("=") for pair in target.split())
    environment = {**os.environ, "GOOS": "linux", "CGO_ENABLED": "0", **setting}
    done = subprocess.run(
        ["go", "build", "-gcflags=-S", ".", "./internal/elementary"],
        cwd=INTEROP,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    fused, product = FUSED[target]
    assert re.search(product, done.stderr), "the listing has no products: the pattern is wrong"
    found = [line for line in done.stderr.splitlines() if re.search(fused, line) and not _is_asked_for(line)]
    assert not found, found[:5]
