"""Write the vectors and the invalid vectors, with an index of each. `make conformance` calls this.

    python tests/conformance/generate.py [--folder FOLDER] [family ...]

With families, only their vectors are written anew, and all the invalid ones.

Seeds are fixed: on one machine the same versions give the same bytes. Elsewhere BLAS may give other last bits, so write
them anew only when a case is new or has changed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import defects
import sklearn
import vectors
from cases import BY_FAMILY
from defects.defect import Defect
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
MAX_BYTES = 16_000_000


def write_vectors(folder: Path, only: list[str]) -> None:
    """Write the files of every case, or of the cases of some families, and the index of all."""
    for family in only:
        shutil.rmtree(folder / family, ignore_errors=True)
    if not only:
        shutil.rmtree(folder, ignore_errors=True)
    index = folder / "index.json"
    before = json.loads(index.read_text(encoding="utf-8"))["cases"] if only else []
    entries: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in before if entry["family"] not in only}
    for case, name, data in vectors.files(only):
        _write(folder / name, data)
        entry = entries.setdefault(
            case.id,
            {"id": case.id, "family": case.family, "why": case.why, "expected": name, "files": [], "sha256": {}},
        )
        if name != entry["expected"]:
            entry["files"].append(name)
        entry["sha256"][name] = hashlib.sha256(data).hexdigest()
    cases = sorted(entries.values(), key=lambda entry: list(BY_FAMILY).index(entry["family"]))
    _write_json(index, {"producer": f"scikit-learn {sklearn.__version__}", "cases": cases})


def write_invalid(folder: Path) -> None:
    """Write the invalid files and their index."""
    shutil.rmtree(folder, ignore_errors=True)
    entries = []
    for defect in defects.all_of_them():
        _write(folder / defect.file, defect.data)
        entries.append(_entry(defect))
    _write_json(folder / "index.json", {"cases": entries})


def _entry(defect: Defect) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": defect.id, "why": defect.why, "file": defect.file, "kind": defect.kind}
    if defect.path:
        entry["path"] = defect.path
    if defect.says:
        entry["says"] = defect.says
    if defect.limits:
        entry["limits"] = defect.limits
    if defect.python_only:
        entry["python_only"] = True
    entry["sha256"] = hashlib.sha256(defect.data).hexdigest()
    return entry


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write everything, or some families."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("families", nargs="*", choices=[[], *BY_FAMILY], metavar="family")
    given = parser.parse_args()
    # Two writers at once would leave neither's index.
    lock = (Path(tempfile.gettempdir()) / "modelx-conformance.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    # One thread: sums in one order, and no waiting for cores that others use.
    with threadpool_limits(1):
        write_vectors(given.folder / "vectors", given.families)
        write_invalid(given.folder / "invalid")
    size = sum(path.stat().st_size for part in ("vectors", "invalid") for path in (given.folder / part).rglob("*.*"))
    if size > MAX_BYTES:
        raise SystemExit(f"the vectors have {size} bytes; keep them under {MAX_BYTES}, for everyone who clones them")
    sys.stdout.write(f"{size} bytes of vectors in {given.folder}\n")


if __name__ == "__main__":
    main()
