"""TargetEncoder: every target, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import roundtrip
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

import modelx
from modelx import conversion
from modelx.calling import call
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError

RNG = np.random.default_rng(0)
N = 60
FRAME = pd.DataFrame(
    {
        "word": pd.Series([["a", "", None, "e\u0301", np.nan][i] for i in RNG.integers(0, 5, N)], dtype=object),
        "count": RNG.integers(0, 4, N),
        "share": np.where(RNG.random(N) < 0.2, np.nan, RNG.integers(0, 3, N) / 10),
    }
)
NUMBERS = RNG.normal(size=N)
TARGETS = {
    "numbers": NUMBERS,
    "float32": NUMBERS.astype(np.float32),
    "two ints": (NUMBERS > 0).astype(int),
    "two bools": NUMBERS > 0,
    "two strings": np.where(NUMBERS > 0, "ja", "nein"),
    "three": np.digitize(NUMBERS, [-0.5, 0.5]),
    "four strings": np.array(list("abcd"), dtype=object)[np.digitize(NUMBERS, [-0.7, 0.0, 0.7])],
}


def check(encoder, x):
    loaded = roundtrip.check(encoder, x)
    assert vars(encoder).keys() == vars(loaded).keys()
    assert encoder.get_feature_names_out().tolist() == loaded.get_feature_names_out().tolist()
    return loaded


@pytest.mark.parametrize("params", [{}, {"smooth": 3.0, "cv": 3, "shuffle": False}], ids=str)
@pytest.mark.parametrize("target", TARGETS)
def test_every_target(target, params):
    encoder = TargetEncoder(**params, random_state=0 if params.get("shuffle", True) else None)
    check(encoder.fit(FRAME, TARGETS[target]), FRAME.astype(object))


def test_unknown_values_get_the_mean():
    encoder = TargetEncoder().fit(FRAME[["word", "count"]], TARGETS["three"])
    x = np.array([["zzz", 99.0], ["a", 0.5], ["A", np.nan], ["", -0.0]], dtype=object)
    loaded = check(encoder, x)
    assert call(loaded, "transform", x)[0].tolist() == [*encoder.target_mean_, *encoder.target_mean_]


def test_arrays_of_numbers():
    x = FRAME[["count", "share"]].to_numpy()
    check(TargetEncoder().fit(x, NUMBERS), np.concatenate([x, [[9.0, 9.0], [-0.0, np.nan]]]))


def test_that_fit_works_again():
    encoder = TargetEncoder(random_state=0).fit(FRAME, TARGETS["three"])
    loaded = modelx.loads(modelx.dumps(encoder))
    roundtrip.same_array(encoder.fit_transform(FRAME, NUMBERS), loaded.fit_transform(FRAME, NUMBERS))


def test_in_front_of_a_regressor():
    pipe = make_pipeline(TargetEncoder(random_state=0), Ridge()).fit(FRAME, NUMBERS)
    loaded = modelx.loads(modelx.dumps(pipe))
    assert loaded.predict(FRAME).tobytes() == pipe.predict(FRAME).tobytes()


def test_a_model_without_a_source():
    for target in TARGETS.values():
        encoder = TargetEncoder().fit(FRAME, target)
        proto = modelx.to_proto(encoder)
        proto.ClearField("source")
        x = FRAME.astype(object).to_numpy()
        assert call(modelx.from_proto(proto), "transform", x).tolist() == call(encoder, "transform", x).tolist()


def test_categories_that_no_file_carries():
    with pytest.raises(UnsupportedEstimatorError, match="None among numbers"):
        modelx.dumps(TargetEncoder().fit(np.array([[1], [None], [2], [1]] * 5, dtype=object), np.arange(20.0) + 0.5))


def model(target="three"):
    return modelx.to_proto(TargetEncoder().fit(FRAME, TARGETS[target]))


def test_defects_of_the_message():
    proto = model()
    proto.target_encoder.encodings.append(1.0)
    with pytest.raises(ShapeError, match="encodings"):
        conversion.check(proto)
    proto = model()
    proto.target_encoder.ClearField("classes")
    with pytest.raises(LabelsError):
        conversion.check(proto)
    proto = model("numbers")
    proto.target_encoder.classes.ints.extend([0, 1])
    with pytest.raises(LabelsError):
        conversion.check(proto)


def test_an_attribute_that_the_model_has_itself():
    proto = model()
    proto.source.attributes["encodings_"].double_value = 1.0
    with pytest.raises(SourceError):
        modelx.from_proto(proto)
