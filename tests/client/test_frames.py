"""Columns of data frames are taken by the names of the model's features."""

import numpy as np
import pandas as pd
import pytest
from scripted_server import answer, info

from modelx.client import InvalidRequestError

FRAME = pd.DataFrame({"id": ["x", "y"], "b": [3, 4], "a": [1.5, 2.5]})


def test_columns_are_put_in_the_order_of_the_model(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0))]
    server.scripts["GetModelInfo"] = [info(names=["a", "b"])]
    client.predict(FRAME)
    client.predict(FRAME)
    assert server.names() == ["GetModelInfo", "Predict", "Predict"]
    assert [list(request.features) for rpc, request, *_ in server.calls if rpc == "Predict"] == [
        [1.5, 3.0, 2.5, 4.0]
    ] * 2


def test_a_model_with_another_order_that_took_its_place(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0))]
    server.scripts["GetModelInfo"] = [info(names=["a", "b"]), info("2", names=["b", "a"])]
    client.predict(FRAME)
    server.scripts["Predict"] = [answer((1.0, 2.0), version="2")]
    assert client.predict(FRAME).version == "2"
    sent = [list(request.features) for rpc, request, *_ in server.calls if rpc == "Predict"]
    assert sent == [[1.5, 3.0, 2.5, 4.0], [1.5, 3.0, 2.5, 4.0], [3.0, 1.5, 4.0, 2.5]]


def test_models_that_keep_changing_are_an_error_and_no_wrong_number(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0), version=str(n)) for n in range(9)]
    server.scripts["GetModelInfo"] = [
        lambda request, _: info(
            request.model_version, names=["a", "b"] if request.model_version in "135" else ["b", "a"]
        )
    ]
    with pytest.raises(InvalidRequestError, match="name a version"):
        client.predict(FRAME)


@pytest.mark.parametrize(
    ("frame", "kind_of_error", "message"),
    [
        (FRAME.drop(columns="a"), "missing_column", 'no column "a"'),
        (pd.concat([FRAME, FRAME], axis=1), "missing_column", 'more than one column "a"'),
        (FRAME.assign(a="x"), "not_numeric", "a column is no numbers"),
    ],
)
def test_frames_that_do_not_suit(scripted, client, frame, kind_of_error, message):
    server, _ = scripted
    server.scripts["GetModelInfo"] = [info(names=["a", "b"])]
    with pytest.raises(InvalidRequestError, match=message) as caught:
        client.predict(frame)
    assert caught.value.kind == kind_of_error
    assert server.names() == ["GetModelInfo"]


def test_without_names_columns_stand_as_they_are(scripted, client):
    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0))]
    client.predict(FRAME[["b", "a"]])
    assert list(server.calls[-1][1].features) == [3.0, 1.5, 4.0, 2.5]


def test_names_do_not_count_for_what_transform_gives(scripted, client):
    server, _ = scripted
    message = info(names=["x", "y"], n_columns=2)
    message.signature.outputs[0].method = "inverse_transform"
    server.scripts["GetModelInfo"] = [message]
    server.scripts["Predict"] = [answer((1.0, 2.0, 3.0, 4.0), rows=2, columns=2)]
    found = client.predict(FRAME[["b", "a"]], "inverse_transform")
    assert np.array_equal(found.values, [[1.0, 2.0], [3.0, 4.0]])
    assert server.names() == ["Predict", "GetModelInfo"]


def test_polars_like_frames(scripted, client):
    """A frame needs columns and names, nothing of pandas."""

    class Frame:
        columns = ("b", "a")

        def __getitem__(self, name):
            return {"a": [1.0, 2.0], "b": np.array([3, 4])}[name]

    server, _ = scripted
    server.scripts["Predict"] = [answer((1.0, 2.0))]
    server.scripts["GetModelInfo"] = [info(names=["a", "b"])]
    client.predict(Frame())
    assert list(server.calls[-1][1].features) == [1.0, 3.0, 2.0, 4.0]
