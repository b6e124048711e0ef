"""Predict, and the other methods of ModelService, by the library's own client."""

from __future__ import annotations

import time

import grpc
import numpy as np
import pytest
from data import load
from google.protobuf.internal import encoder
from grpc_running import PATIENCE, refused

import modelx
from modelx.v1 import service_pb2 as pb

PREDICT = "/modelx.v1.ModelService/Predict"


def iris(n=150):
    return load("iris")[0][:n]


@pytest.mark.parametrize("rows", [1, 2, 40, 150])
def test_labels_of_text_are_places_and_text(service, estimators, rows):
    x = iris(rows)
    answer = service.Predict(pb.PredictRequest(model_name="iris", features=x.ravel()))
    expected = estimators["iris"].predict(x).tolist()
    assert list(answer.labels) == expected
    classes = estimators["iris"].classes_.tolist()
    assert [classes[int(place)] for place in answer.predictions] == expected
    assert (answer.model_name, answer.model_version, answer.rows, answer.columns) == ("iris", "1", rows, 1)
    assert abs(answer.timestamp - time.time()) < 3600


def test_integers_over_two_to_the_53_come_as_text(service, estimators):
    answer = service.Predict(pb.PredictRequest(model_name="big", features=iris().ravel()))
    assert [int(text) for text in answer.labels] == estimators["big"].predict(iris()).tolist()


def test_bools_are_0_and_1(service, estimators):
    answer = service.Predict(pb.PredictRequest(model_name="bools", features=iris().ravel()))
    assert list(answer.predictions) == estimators["bools"].predict(iris()).astype(float).tolist()
    assert not answer.labels


@pytest.mark.parametrize("rows", [1, 3, 200])
def test_numbers_are_scikit_learns_to_the_bit(service, estimators, rows):
    x = load("breast_cancer")[0][:rows]
    for method in ("predict", "predict_proba", "decision_function"):
        answer = service.Predict(pb.PredictRequest(model_name="cancer", method=method, features=x.ravel()))
        expected = getattr(estimators["cancer"], method)(x)
        assert np.array_equal(np.reshape(answer.predictions, expected.shape), expected)
        assert answer.columns == (expected.shape[1] if expected.ndim == 2 else 1)


def test_several_columns(service, estimators):
    answer = service.Predict(pb.PredictRequest(model_name="several", features=iris(5)[:, :3].ravel()))
    assert (answer.rows, answer.columns) == (5, 4)
    assert np.array_equal(np.reshape(answer.predictions, (5, 4)), estimators["several"].predict(iris(5)[:, :3]))


def test_probabilities_beside_labels(service, estimators):
    answer = service.Predict(
        pb.PredictRequest(model_name="iris", features=iris().ravel(), include_probabilities=True, rows=150)
    )
    assert list(answer.labels) == estimators["iris"].predict(iris()).tolist()
    assert np.array_equal(np.reshape(answer.probabilities, (150, 3)), estimators["iris"].predict_proba(iris()))


def test_probabilities_are_asked_of_predict_alone(service):
    x = iris(2).ravel()
    other = service.Predict(
        pb.PredictRequest(model_name="iris", features=x, method="decision_function", include_probabilities=True)
    )
    assert not other.probabilities
    assert refused(
        service.Predict, pb.PredictRequest(model_name="diabetes", features=[1.0] * 3, include_probabilities=True)
    ) == ("INVALID_ARGUMENT", 'the model has no method "predict_proba"; expected one of predict', "unsupported_method")


def test_the_answers_of_one_second_differ_where_requests_do(service):
    """What is the same in all answers is written once; nothing else may be."""
    for name, rows in (("iris", 1), ("iris", 2), ("bools", 2), ("two", 2), ("iris", 1)):
        answer = service.Predict(pb.PredictRequest(model_name=name, features=iris(rows).ravel()))
        assert (answer.model_name, answer.rows) == (name, rows)
    versions = [
        service.Predict(pb.PredictRequest(model_name="two", model_version=version, features=iris(1).ravel()))
        for version in ("1", "2", "")
    ]
    assert [each.model_version for each in versions] == ["1", "2", "2"]


def packed(values):
    data = np.asarray(values, dtype="<f8").tobytes()
    return b"\x0a" + encoder._VarintBytes(len(data)) + data


def unpacked(values):
    return b"".join(b"\x09" + np.float64(value).tobytes() for value in values)


ROW = [5.1, 3.5, 1.4, 0.2]
NAME = pb.PredictRequest(model_name="iris", metadata={"request_id": "wire"}).SerializeToString()


@pytest.mark.parametrize(
    "raw",
    [
        packed(ROW) + NAME,
        NAME + packed(ROW),
        unpacked(ROW) + NAME,
        packed(ROW[:2]) + packed(ROW[2:]) + NAME,
        packed(ROW[:2]) + NAME + packed(ROW[2:]),
        packed(ROW[:2]) + unpacked(ROW[2:]) + NAME,
        packed([]) + packed(ROW) + NAME,
        # A length may be written with more bytes than it needs.
        b"\x0a\xa0\x80\x00" + np.asarray(ROW).tobytes() + NAME,
        # Fields of later schemas are passed over.
        packed(ROW) + NAME + b"\xfa\x01\x03new",
    ],
    ids=["usual", "late", "unpacked", "in two", "around", "mixed", "empty first", "long length", "later"],
)
def test_every_way_to_write_features(channel, estimators, raw):
    answer = pb.PredictResponse.FromString(channel.unary_unary(PREDICT)(raw, timeout=PATIENCE))
    assert list(answer.labels) == estimators["iris"].predict([ROW]).tolist()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x0a",
        b"\x0a\x08\x00",
        b"\x0a\x07" + b"\x00" * 7,
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x0a\xff\xff\xff\xff",
        b"\x0a\x80",
        packed(ROW) + b"\x0a",
        packed(ROW) + b"\x22\x02\xff\xff",
        b"\x12\x04\x0a\x02\xff\xff",
        b"\x07",
    ],
)
def test_bytes_that_are_no_message(channel, raw):
    assert refused(channel.unary_unary(PREDICT), raw) == (
        "INVALID_ARGUMENT",
        "the message is not a modelx.v1.PredictRequest",
        "bad_request",
    )


def test_info(service, estimators):
    before = service.GetModelInfo(pb.GetModelInfoRequest(model_name="two"))
    service.Predict(pb.PredictRequest(model_name="two", features=ROW))
    refused(service.Predict, pb.PredictRequest(model_name="two", features=ROW[:3]))
    info = service.GetModelInfo(pb.GetModelInfoRequest(model_name="two"))
    assert (info.name, info.version, info.class_name, info.engine) == ("two", "2", "LogisticRegression", "python")
    assert info.requests_served == before.requests_served + 2
    assert list(info.classes) == estimators["iris"].classes_.tolist()
    assert list(info.ready_versions) == ["1", "2"]
    assert (info.path, info.evidence.result) == ("two/2/model.pb", pb.EvidenceResult.RESULT_PASSED)
    assert info.signature.n_features == 4
    assert not info.HasField("last_reload")


def test_reload_answers_when_the_new_model_serves(tmp_path, estimators):
    from grpc_running import running

    from modelx.v1 import service_pb2_grpc

    file = tmp_path / "m.pb"
    modelx.dump(estimators["iris"], file, name="m", version="1")
    with running(file) as server, server.channel() as channel:
        service = service_pb2_grpc.ModelServiceStub(channel)
        modelx.dump(estimators["iris"], file, name="m", version="2")
        report = service.ReloadModel(pb.ReloadModelRequest())
        assert (report.model_name, report.model_version, report.previous_version) == ("m", "2", "1")
        assert report.changed
        assert report.load_seconds > 0
        assert service.Predict(pb.PredictRequest(features=ROW)).model_version == "2"
        file.write_bytes(b"\x1b\xff no model")
        error = None
        try:
            service.ReloadModel(pb.ReloadModelRequest())
        except grpc.RpcError as raised:
            error = raised
        trailing = dict(error.trailing_metadata())
        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
        kind = trailing["modelx-error-kind"]
        assert error.details() == f'file "m.pb" is refused ({kind}); version "2" goes on serving'
        assert trailing["modelx-error-detail-bin"].decode()
        told = service.GetModelInfo(pb.GetModelInfoRequest()).last_reload
        assert (told.ok, told.trigger, told.kind, told.error) == (False, "rpc", kind, error.details())
        assert service.Predict(pb.PredictRequest(features=ROW)).model_version == "2"
        back = service.ReloadModel(pb.ReloadModelRequest(rollback=True))
        assert (back.model_version, back.previous_version) == ("1", "2")
        assert refused(service.ReloadModel, pb.ReloadModelRequest(rollback=True, path="x")) == (
            "INVALID_ARGUMENT",
            "rollback excludes path and version",
            "bad_request",
        )
