"""A few bytes may declare any number of columns: nothing as long as that is made of them, and nothing walks them."""

import resource
import time

import pytest

import modelx
from modelx.errors import ShapeError
from modelx.v1 import model_pb2

WIDEST = 2**31 - 1


def passthrough(name, width=WIDEST):
    return model_pb2.ModelProto(name=name, passthrough=model_pb2.PassthroughProto(n_features=width))


def side_by_side(*members, columns=()):
    proto = model_pb2.ModelProto()
    proto.column_transformer.n_features = WIDEST
    for member in members:
        proto.column_transformer.members.add().CopyFrom(member)
        proto.column_transformer.selections.add(columns=columns)
    return proto


def signed():
    proto = passthrough("")
    proto.signature.n_features = WIDEST
    return proto


def in_a_row():
    steps = [passthrough("a"), passthrough("b")]
    return model_pb2.ModelProto(pipeline=model_pb2.PipelineProto(steps=steps))


@pytest.mark.parametrize("wide", [signed(), in_a_row(), side_by_side(passthrough("a"))], ids=["alone", "row", "side"])
def test_width_costs_nothing(wide):
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert modelx.from_proto(wide).n_features_in_ == WIDEST
    assert time.process_time() - start < 5.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20  # KiB


@pytest.mark.parametrize(
    ("wide", "path"),
    [
        (side_by_side(passthrough("a", 1), columns=[7]), "column_transformer.n_features"),
        (side_by_side(passthrough("a"), passthrough("b")), "column_transformer.members"),
    ],
    ids=["features that nobody reads", "more columns than an int32 counts"],
)
def test_what_would_need_a_list_is_refused(wide, path):
    with pytest.raises(ShapeError) as caught:
        modelx.from_proto(wide)
    assert caught.value.path == path
