"""Large arrays travel beside their message: the same bytes, the same estimators, and protobuf's word on odd files."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx import Limits, api, errors, wire
from modelx.formats import Encoding, large, protobuf
from modelx.v1 import model_pb2

WIDTH = 150_000
FIXED = {"created_timestamp": 1}


def regressor(width=WIDTH, order="C"):
    rng = np.random.default_rng(0)
    out = LinearRegression()
    out.coef_ = np.asarray(rng.standard_normal((3, width)), order=order)
    out.intercept_ = rng.standard_normal(3)
    out.n_features_in_ = width
    return out


def clusterer():
    out = KMeans(5, n_init=1, max_iter=1, random_state=0)
    return out.fit(np.random.default_rng(0).standard_normal((6, 40_000)))


def nested():
    rows = np.random.default_rng(0).standard_normal((4, WIDTH))
    inner = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1))
    return make_pipeline("passthrough", inner).fit(rows, [0, 1, 0, 1])


CASES = {"C": regressor, "F": lambda: regressor(order="F"), "clusterer": clusterer, "pipeline": nested}


@pytest.fixture(params=CASES, name="estimator")
def _estimator(request):
    return CASES[request.param]()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_bytes_are_those_of_the_message(estimator, tmp_path):
    whole = protobuf.dumps(modelx.to_proto(estimator, metadata=FIXED))
    assert modelx.dumps(estimator, metadata=FIXED) == whole
    modelx.dump(estimator, tmp_path / "m.pb", metadata=FIXED)
    assert (tmp_path / "m.pb").read_bytes() == whole


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_estimator_comes_back(estimator):
    data = modelx.dumps(estimator)
    with wire.sharing() as shared:
        split = large.split(data)
        assert split is not None
        assert len(split.SerializeToString()) < len(data)
        assert sum(array.nbytes for _, array in shared.arrays.values()) > wire.DETACHED_BYTES
    rows = np.random.default_rng(1).standard_normal((3, modelx.to_proto(estimator).signature.n_features))
    again = modelx.loads(data)
    assert again.predict(rows).tobytes() == estimator.predict(rows).tobytes()
    whole = modelx.from_proto(protobuf.loads(data, Limits()))
    assert whole.predict(rows).tobytes() == estimator.predict(rows).tobytes()


def test_the_estimator_owns_its_array():
    again = modelx.loads(modelx.dumps(regressor()))
    assert again.coef_.flags.writeable
    assert again.coef_.flags.aligned


def test_a_field_in_two_parts_is_left_to_protobuf():
    estimator = regressor()
    model = modelx.to_proto(estimator)
    half = estimator.coef_.size // 2
    values = np.array(model.linear_regression.coefficients)
    del model.linear_regression.coefficients[:]
    more = model_pb2.ModelProto()
    wire.fill(model.linear_regression, "coefficients", values[:half])
    wire.fill(more.linear_regression, "coefficients", values[half:])
    again = modelx.loads(model.SerializeToString() + more.SerializeToString())
    assert again.coef_.tobytes() == estimator.coef_.tobytes()


@pytest.mark.parametrize("keep", [0.2, 0.9, 0.9999])
def test_truncated_files_are_malformed(keep):
    data = modelx.dumps(regressor())
    with pytest.raises(errors.MalformedError):
        modelx.loads(data[: int(keep * len(data))])


def test_a_changed_value_is_caught():
    estimator = regressor()
    data = modelx.dumps(estimator)
    old, new = (np.float64(factor * estimator.coef_[1, 70_000]).tobytes() for factor in (1.0, 1.0001))
    assert data.count(old) == 1
    with pytest.raises(errors.EvidenceMismatchError):
        modelx.loads(data.replace(old, new))


def test_what_protobuf_refuses_is_refused_beside_large_arrays():
    for junk in (b"\x0b", b"\x07\x01", b"\xff" * 12):
        with pytest.raises(errors.ModelFileError):
            modelx.loads(modelx.dumps(regressor()) + junk)


def test_pipelines_nested_around_large_arrays_do_not_exhaust_the_stack():
    model = model_pb2.ModelProto()
    wire.fill(model.linear_regression, "coefficients", np.zeros(WIDTH))
    data = model.SerializeToString()
    for _ in range(2_000):
        step = b"\x0a" + wire.varint(len(data)) + data
        data = b"\xba\x01" + wire.varint(len(step)) + step
    with pytest.raises(errors.TooDeepError):
        modelx.loads(data)


def test_other_formats_get_the_whole_message():
    estimator = regressor(60_000)
    for form in ("json", "onnx"):
        assert modelx.loads(modelx.dumps(estimator, form)).coef_.tobytes() == estimator.coef_.tobytes()
    packed = modelx.dumps(estimator, compression="zstd", metadata=FIXED)
    assert packed == api.encode(modelx.to_proto(estimator, metadata=FIXED), Encoding("protobuf", "zstd"))
    assert modelx.loads(packed).coef_.tobytes() == estimator.coef_.tobytes()
