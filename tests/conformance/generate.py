"""Write the vectors and the invalid vectors, with an index of each. `make conformance` calls this.

    python tests/conformance/generate.py [folder]

Seeds are fixed: on one machine the same versions give the same bytes. Elsewhere BLAS may give other last bits, so write
them anew only when a case is new or has changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import defects
import sklearn
import vectors
from defects.defect import Defect
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
MAX_BYTES = 3_000_000


def write_vectors(folder: Path) -> int:
    """Write the files of every case and their index; give the bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    entries: dict[str, dict[str, Any]] = {}
    size = 0
    for case, name, data in vectors.files():
        _write(folder / name, data)
        size += len(data)
        entry = entries.setdefault(
            case.id,
            {"id": case.id, "family": case.family, "why": case.why, "expected": name, "files": [], "sha256": {}},
        )
        if name != entry["expected"]:
            entry["files"].append(name)
        entry["sha256"][name] = hashlib.sha256(data).hexdigest()
    head = {"producer": f"scikit-learn {sklearn.__version__}", "cases": list(entries.values())}
    _write_json(folder / "index.json", head)
    return size


def write_invalid(folder: Path) -> int:
    """Write the invalid files and their index; give the bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    entries = []
    size = 0
    for defect in defects.all_of_them():
        _write(folder / defect.file, defect.data)
        size += len(defect.data)
        entries.append(_entry(defect))
    _write_json(folder / "index.json", {"cases": entries})
    return size


def _entry(defect: Defect) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": defect.id, "why": defect.why, "file": defect.file, "kind": defect.kind}
    if defect.path:
        entry["path"] = defect.path
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
    """Write everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    # One thread: sums in one order, and no waiting for cores that others use.
    with threadpool_limits(1):
        size = write_vectors(folder / "vectors") + write_invalid(folder / "invalid")
    if size > MAX_BYTES:
        raise SystemExit(f"the vectors have {size} bytes; keep them under {MAX_BYTES}, for everyone who clones them")
    sys.stdout.write(f"{size} bytes of vectors in {folder}\n")


if __name__ == "__main__":
    main()
