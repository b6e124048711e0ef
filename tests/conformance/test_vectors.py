"""Every case in every format: it loads, verifies, and answers as scikit-learn did."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vectors
from cases import BY_FAMILY, BY_ID
from threadpoolctl import threadpool_limits

import modelx
from modelx.conversion import family_of
from modelx.evidence import comparing, recording, table
from modelx.v1 import evidence_pb2, model_pb2

FOLDER = Path(__file__).parent / "vectors"
INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in INDEX["cases"]}
FILES = [(case["id"], name) for case in INDEX["cases"] for name in case["files"]]
MAX_BYTES = 16_000_000
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # Rows are there to overflow.


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    with threadpool_limits(1):
        yield


def expected_of(case_id: str) -> evidence_pb2.Evidence:
    return evidence_pb2.Evidence.FromString((FOLDER / CASES[case_id]["expected"]).read_bytes())


@pytest.mark.parametrize(("case_id", "name"), FILES, ids=[name for _, name in FILES])
def test_a_file_loads_and_answers_as_recorded(case_id: str, name: str) -> None:
    model = modelx.verify(FOLDER / name)
    assert model.family == CASES[case_id]["family"]
    estimator = modelx.load(FOLDER / name)
    assert type(estimator) is type(BY_ID[case_id].build().estimator)
    expected = expected_of(case_id)
    assert [output.method for output in expected.outputs] == [output.method for output in model.outputs]
    assert comparing.compare(estimator, expected, table.read_rows(expected.rows)) is None


@pytest.mark.parametrize("case_id", CASES)
def test_every_format_gives_back_the_very_bits(case_id: str) -> None:
    fitted = BY_ID[case_id].build()
    model = vectors.to_proto(fitted)
    x = table.read_rows(expected_of(case_id).rows)
    answers = recording.answers(fitted.estimator, model, x)
    for name, suffix in vectors.SUFFIXES.items():
        if case_id + suffix not in CASES[case_id]["files"]:
            continue
        loaded = modelx.loads(modelx.api.encode(model, modelx.formats.Encoding(name)))
        for method, values in recording.answers(loaded, model, x).items():
            assert values.dtype == answers[method].dtype, (name, method)
            assert values.shape == answers[method].shape, (name, method)
            assert bits(values) == bits(answers[method]), (name, method)


def bits(values: np.ndarray) -> Any:
    """Give what must be the same. JSON has one NaN only, and any NaN equals any other."""
    if values.dtype == object:
        return [(type(cell), "NaN" if cell != cell else cell) for cell in values.reshape(-1)]  # noqa: PLR0124
    return (np.where(np.isnan(values), np.nan, values) if values.dtype.kind == "f" else values).tobytes()


@pytest.mark.parametrize("case_id", CASES)
def test_a_case_is_built_again_with_equal_parameters(case_id: str) -> None:
    recorded = model_pb2.ModelProto.FromString((FOLDER / f"{case_id}.pb").read_bytes())
    again = vectors.to_proto(BY_ID[case_id].build())
    assert again.WhichOneof("model") == recorded.WhichOneof("model")
    arm = again.WhichOneof("model")
    _assert_close(getattr(again, arm), getattr(recorded, arm), arm)
    assert again.signature == recorded.signature
    assert again.metadata == recorded.metadata


def _assert_close(a: Any, b: Any, path: str) -> None:
    """Compare messages; floats to 1e-9 of the largest in their list, as BLAS differs in the last bits."""
    assert {f.name for f, _ in a.ListFields()} == {f.name for f, _ in b.ListFields()}, path
    for field, value in a.ListFields():
        other, place = getattr(b, field.name), f"{path}.{field.name}"
        if field.name in ("signature", "source", "evidence"):
            continue
        if field.message_type is not None and field.is_repeated:
            assert len(value) == len(other), place
            for one, two in zip(value, other, strict=True):
                _assert_close(one, two, place)
        elif field.message_type is not None:
            _assert_close(value, other, place)
        elif field.type == field.TYPE_DOUBLE:
            found, wanted = np.atleast_1d(np.array(value)), np.atleast_1d(np.array(other))
            scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * scale, err_msg=place)
        else:
            assert value == other, place


def test_the_index_and_the_files_match() -> None:
    listed = {name: digest for case in INDEX["cases"] for name, digest in case["sha256"].items()}
    found = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()} - {"index.json"}
    assert found == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name
    for case in INDEX["cases"]:
        assert {case["expected"], *case["files"]} == set(case["sha256"])


def test_the_index_has_every_case_and_its_reason() -> None:
    assert list(CASES) == list(BY_ID)
    for case_id, case in CASES.items():
        assert case["why"] == BY_ID[case_id].why
        assert case["family"] == case_id.split("/")[0]
        formats = {Path(name).suffixes[0] for name in case["files"]}
        model = model_pb2.ModelProto.FromString((FOLDER / f"{case_id}.pb").read_bytes())
        expected = set(vectors.SUFFIXES.values()) - (set() if vectors.has_graph(case_id, model) else {".onnx"})
        assert formats == expected, f"{case_id} lacks a format"


def test_reasons_are_told_apart() -> None:
    reasons = [case["why"] for case in INDEX["cases"]]
    assert len(set(reasons)) == len(reasons)


def test_expected_answers_have_rows_that_tell() -> None:
    for case_id in CASES:
        expected = expected_of(case_id)
        assert expected.rows.n_rows >= 3, case_id
        for output in expected.outputs:
            assert all(np.isfinite(tolerance) for tolerance in output.tolerances), case_id


def test_first_cases_are_there_compressed() -> None:
    for cases in BY_FAMILY.values():
        first = next(iter(cases))
        assert {first + suffix for _, _, suffix in vectors.COMPRESSED} <= set(CASES[first]["files"])


def test_the_vectors_stay_small() -> None:
    folders = (FOLDER, FOLDER.parent / "invalid")
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    assert size < MAX_BYTES


def test_an_estimator_of_another_case_fails() -> None:
    """The comparison itself can fail: a model with one coefficient off is told from the recorded one."""
    expected = expected_of("linear_regression/least_squares")
    estimator = modelx.load(FOLDER / "linear_regression/least_squares.pb")
    estimator.coef_ = estimator.coef_ * (1 + 1e-9)
    assert comparing.compare(estimator, expected, table.read_rows(expected.rows)) is not None


def test_every_method_is_recorded_as_the_family_says() -> None:
    for case_id in CASES:
        model = model_pb2.ModelProto.FromString((FOLDER / f"{case_id}.pb").read_bytes())
        specs = [(spec.method, spec.n_columns) for spec in family_of(model).outputs(model)]
        assert [(o.method, o.n_columns) for o in expected_of(case_id).outputs] == specs
