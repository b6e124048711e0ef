"""Writing the vectors: each case as files of every format, and scikit-learn's answers beside them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from cases import BY_FAMILY, Case, Fitted

import modelx
from modelx import frames
from modelx.conversion import family_of
from modelx.evidence import recording, table
from modelx.formats import onnx_graph
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

CREATED = 1795257600  # 2026-11-21T12:00:00Z: a time of its own in each run would change every file.
SUFFIXES = {"protobuf": ".pb", "json": ".json", "onnx": ".onnx"}
# The first case of each family is there in these forms too.
COMPRESSED = (("protobuf", "gzip", ".pb.gz"), ("json", "zstd", ".json.zst"))
# tests/formats runs the graphs of all cases; so many cases of each family, the first ones, have files of theirs too.
GRAPHS = 2
_MADE_ROWS = 12
_STRINGS = ("", "no such", "u\u0308", "\U00010348", None, np.nan, "\0")


def to_proto(fitted: Fitted) -> model_pb2.ModelProto:
    """Convert a case's estimator as every user does."""
    metadata = {"created_timestamp": CREATED, "training_samples": 150, "purpose": "conformance"}
    return modelx.to_proto(fitted.estimator, metadata=metadata, metrics={"score": 0.1}, version="1")


@np.errstate(all="ignore")  # Rows are there to overflow.
def expected(case: Case, fitted: Fitted, model: model_pb2.ModelProto) -> evidence_pb2.Evidence:
    """Record scikit-learn's answers for training rows, made rows and odd rows, with their tolerances."""
    family, width = family_of(model), family_of(model).n_features(model)
    rng = np.random.default_rng(zlib.crc32(case.id.encode()))
    types = family.input_types(model)
    parts = [_rows(fitted.rows, width, types), family.rows(model, rng, _MADE_ROWS), _odd(width, types, rng)]
    x = np.concatenate(parts)
    x = x[_answered(fitted.estimator, model, x)]
    keep = family.decided(model, fitted.estimator, x, None)
    for tolerance in family.tolerances(model, fitted.estimator, x, None).values():
        if tolerance.per_row is not None:
            keep = keep & np.isfinite(tolerance.per_row)
    x = np.concatenate([x[keep], _rows(fitted.exact, width, types)])
    out = evidence_pb2.Evidence(producer=f"scikit-learn {sklearn.__version__}")
    out.origin = evidence_pb2.Evidence.Origin.ORIGIN_SAMPLE_AND_MADE
    table.write_rows(x, out.rows, types=family.input_types(model))
    answers = recording.answers(fitted.estimator, model, x)
    recording.write(answers, family.tolerances(model, fitted.estimator, x, None), out, model)
    for output in out.outputs:
        # Only an exact row can have none: its result is an infinity in every order, which equals itself.
        output.tolerances[:] = [value if np.isfinite(value) else 0.0 for value in output.tolerances]
    return out


def _rows(rows: Any, width: int, types: Sequence[model_pb2.DataType] | None) -> NDArray[Any]:
    if types is None or not len(rows):
        return np.array(rows, dtype=np.float64 if types is None else object).reshape(-1, width)
    return frames.typed_rows(rows, types, ())


def _odd(width: int, types: Sequence[model_pb2.DataType] | None, rng: np.random.Generator) -> NDArray[Any]:
    """Give rows of -0.0, subnormal, huge and missing values, and odd strings; what a model refuses is left out."""
    signs = rng.choice([-1.0, 1.0], (5, width))
    rows = signs * np.array([[0.0], [5e-324], [1e-300], [1e12], [1e300]])
    missing = rng.standard_normal((2, width))
    missing[0, rng.integers(width)] = np.nan
    missing[1] = np.nan
    out = np.concatenate([rows, missing])
    if types is None:
        return out
    typed = out.astype(object)
    for j, type_ in enumerate(types):
        if type_ == model_pb2.DATA_TYPE_STRING:
            typed[:, j] = [_STRINGS[(i + j) % len(_STRINGS)] for i in range(len(typed))]
    return typed


def _answered(estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> NDArray[np.bool_]:
    out = np.ones(len(x), dtype=bool)
    for i in range(len(x)):
        try:
            recording.answers(estimator, model, x[i : i + 1])
        except ValueError:
            out[i] = False
    return out


def has_graph(case_id: str, model: model_pb2.ModelProto) -> bool:
    """Say whether there is an ONNX file of a case."""
    first = list(BY_FAMILY[case_id.split("/", maxsplit=1)[0]])[:GRAPHS]
    return case_id in first and not onnx_graph.lacking(model)


def files(only: Collection[str] = ()) -> Iterator[tuple[Case, str, bytes]]:
    """Give every file of every case, or of some families' cases: "<id>.expected.pb" first, then the formats."""
    for family, cases in BY_FAMILY.items():
        if only and family not in only:
            continue
        for number, case in enumerate(cases.values()):
            fitted = case.build()
            model = to_proto(fitted)
            yield case, f"{case.id}.expected.pb", expected(case, fitted, model).SerializeToString(deterministic=True)
            for name, suffix in SUFFIXES.items():
                if name == "onnx" and not has_graph(case.id, model):
                    continue
                yield case, case.id + suffix, modelx.api.encode(model, modelx.formats.Encoding(name))
            for name, compression, suffix in COMPRESSED if number == 0 else ():
                encoding = modelx.formats.Encoding(name, compression)
                yield case, case.id + suffix, modelx.api.encode(model, encoding)
