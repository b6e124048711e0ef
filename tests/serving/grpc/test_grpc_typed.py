"""Columns of strings against the Python engine: what is hostile, and what a single row has in common with many."""

from __future__ import annotations

import contract_tables as tables
import grpc
import numpy as np
import pytest
from google.protobuf.json_format import ParseDict

from modelx.inference import open_inference_pb2 as pb
from modelx.serving import grpc_fields, tensor_texts
from modelx.v1 import service_pb2

PEOPLE = tables.PEOPLE.drop(columns="note")


def people(frame, **fields):
    request = service_pb2.PredictRequest(model_name="people", method="predict_proba", **fields)
    for column in tables.columns(frame, named=True):
        ParseDict(column, request.columns.add())
    return request


def refused(call, request):
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    kind = dict(caught.value.trailing_metadata() or ()).get("modelx-error-kind")
    return caught.value.code().name, caught.value.details(), kind


def test_rows_answer_alone_as_in_a_batch(service):
    estimator = tables.fitted()["people"].estimator
    together = np.reshape(service.Predict(people(PEOPLE)).predictions, (-1, 2))
    assert np.array_equal(together, estimator.predict_proba(tables.PEOPLE))
    for i in range(len(PEOPLE)):
        alone = np.reshape(service.Predict(people(PEOPLE[i : i + 1])).predictions, (1, 2))
        # BLAS may round the last bit of many rows otherwise, and scikit-learn has that too.
        assert np.array_equal(alone, estimator.predict_proba(tables.PEOPLE[i : i + 1]))
        np.testing.assert_allclose(alone[0], together[i], rtol=0, atol=1e-12)


def test_a_million_texts_are_too_many_and_the_server_goes_on(service, inference):
    request = service_pb2.PredictRequest(model_name="people")
    request.columns.add(name="city").strings.extend([""] * grpc_fields.MOST_PREDICT_FIELDS)
    text = "the message has more than 1000000 fields"
    assert refused(service.Predict, request) == ("RESOURCE_EXHAUSTED", text, "too_large")
    raw = bytes(4 * (tensor_texts.MOST_TEXTS + 1))
    tensor = pb.ModelInferRequest.InferInputTensor(name="X", datatype="BYTES", shape=[1, 1])
    request = pb.ModelInferRequest(model_name="people", inputs=[tensor], raw_input_contents=[raw])
    text = "the tensors have more than 1000000 texts"
    assert refused(inference.ModelInfer, request) == ("RESOURCE_EXHAUSTED", text, "too_large")
    assert service.Predict(people(PEOPLE[:1])).rows == 1


def test_gaps_of_many_more_rows_than_there_are(service):
    request = people(PEOPLE[:1])
    request.columns[0].none_rows.extend(range(100_000))
    code, text, kind = refused(service.Predict, request)
    assert (code, kind) == ("INVALID_ARGUMENT", "bad_request")
    assert text.endswith("has none_rows that are not rows in ascending order")


def test_text_that_is_not_utf_8(channel, inference):
    # The name of the model and one column with the byte 0xff.
    raw = b"\x22\x06people\x42\x09\x0a\x04city\x22\x01\xff"
    text = "the message is not a modelx.v1.PredictRequest"
    predict = channel.unary_unary("/modelx.v1.ModelService/Predict")
    assert refused(predict, raw) == ("INVALID_ARGUMENT", text, "bad_request")
    tensors = tables.tensors(PEOPLE[:1], "$bare")
    contents = tables.raw(PEOPLE[:1])
    place = next(i for i, tensor in enumerate(tensors) if tensor["name"] == "city")
    contents[place] = b"\x01\x00\x00\x00\xff"
    request = ParseDict({"model_name": "people", "inputs": tensors}, pb.ModelInferRequest())
    request.raw_input_contents.extend(contents)
    assert refused(inference.ModelInfer, request) == (
        "INVALID_ARGUMENT",
        'input "city" has text that is not UTF-8',
        "not_text",
    )
    request.raw_input_contents[place] = b"\xff\xff\xff\xffOslo"
    text = 'input "city" has raw contents that are no texts with their lengths'
    assert refused(inference.ModelInfer, request) == ("INVALID_ARGUMENT", text, "bad_request")
