# ruff: noqa: INP001, D103 - a script, not a package
"""Write functions.json: what numpy and scipy make of values of all sizes, for each function that a file may name.

python interop/testdata/functions.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from modelx import functions
from modelx.v1 import function_pb2

VALUES = [
    *(
        0.0,
        -0.0,
        5e-324,
        -5e-324,
        2.2250738585072014e-308,
        -1e-300,
        1e-17,
        -3e-9,
        7.450580596923828e-09,
        1e-3,
        0.1,
        -0.3,
    ),
    *(0.4999999999999999, 0.5, 0.75, 0.9999999999999999, -0.9999999999999999, 1.0, -1.0, 1.0000000000000002, 1.5, -2.5),
    *(
        3.0,
        3.141592653589793,
        1.5707963267948966,
        -2.356194490192345,
        9.9,
        22.5,
        -30.25,
        100.0,
        355.0,
        -745.0,
        709.5,
        710.2,
    ),
    *(65536.0, 1e5, -1e9, 4503599627370497.5, 1e22, -1e100, 6.381956970095103e255, 1e300, 1.7976931348623157e308),
    *(np.inf, -np.inf, np.nan),
]


def written(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)


def main() -> None:
    x = np.array(VALUES)
    found = {}
    for call, number in functions.BUILTIN.values():
        name = function_pb2.Function.Name(number)
        if number not in functions.WITH_PARAMETERS and name not in found:
            with np.errstate(all="ignore"):
                found[name] = [written(value) for value in np.asarray(call(x), dtype=np.float64).tolist()]
    lines = [f'"x": {json.dumps([written(value) for value in VALUES])}']
    lines += [f'"{name}": {json.dumps(values)}' for name, values in found.items()]
    Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
