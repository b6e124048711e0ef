"""What an ONNX file carries, how it is refused, and when it is not written."""

import base64
import json
import subprocess
import sys

import numpy as np
import onnx as onnx_package
import pytest
import roundtrip
from data import load
from onnx import TensorProto
from onnx_running import export, parse, properties
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier, SGDOneClassSVM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx
from modelx import errors, formats
from modelx.formats import onnx, onnx_check, onnx_initializers, protobuf
from modelx.limits import DEFAULT
from modelx.v1 import model_pb2

X, Y = load("iris")
ESTIMATORS = [
    LinearRegression(),
    LogisticRegression(max_iter=20),
    SGDClassifier(loss="modified_huber", random_state=0),
    SGDOneClassSVM(random_state=0),
    KMeans(3, n_init=1, random_state=0),
    BisectingKMeans(4, random_state=0),
    MinMaxScaler(clip=True),
    make_pipeline(StandardScaler(), make_pipeline("passthrough", MinMaxScaler()), LogisticRegression(max_iter=20)),
]


def fitted_pipeline():
    return make_pipeline(StandardScaler(), KMeans(3, n_init=1, random_state=0)).fit(X)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_the_very_estimator_comes_back(estimator):
    fitted = estimator.fit(X, Y.astype(float))
    data, model = export(fitted, metadata={"created_timestamp": 5}, metrics={"r2": 0.5})
    assert formats.detect(data) == "onnx"
    expected = modelx.to_proto(fitted, metadata={"created_timestamp": 5}, metrics={"r2": 0.5})
    assert protobuf.dumps(model) == protobuf.dumps(expected)
    loaded = modelx.loads(data)
    roundtrip.same_estimator(fitted, loaded)
    for method in roundtrip.methods_of(fitted):
        if method not in ("inverse_transform", "predict_log_proba"):
            roundtrip.same_array(getattr(fitted, method)(X), getattr(loaded, method)(X))


def test_equal_models_give_equal_bytes():
    model = modelx.to_proto(fitted_pipeline(), metadata={"created_timestamp": 5})
    assert onnx.dumps(model) == onnx.dumps(model)


def test_the_numbers_of_the_graph_stand_in_the_file_once():
    data, model = export(Ridge().fit(np.eye(3000)[:5], np.arange(5.0)))
    carried = model_pb2.ModelProto.FromString(base64.b64decode(properties(data)["modelx.model"]))
    assert len(model.linear_regression.coefficients) == 3000
    assert not carried.linear_regression.coefficients
    assert properties(data)["modelx.schema_version"] == "1"
    other = protobuf.dumps(model)
    assert len(data) < 1.4 * len(other) + 2000


def test_the_measured_deviation_stands_in_the_file():
    fitted = LogisticRegression(max_iter=20).fit(X, Y)
    data, model = export(fitted, sample=X)
    deviation = json.loads(properties(data)["modelx.deviation"])
    assert deviation["rows"] == model.evidence.rows.n_rows > len(X) / 2
    assert deviation["runtime"].startswith("onnxruntime ")
    assert deviation["outputs"]["label"] == {"flips": 0}
    assert deviation["outputs"]["probabilities"]["outside_tolerance"] == 0
    assert 0 <= deviation["outputs"]["scores"]["largest"] < 1e-12


def test_a_model_without_evidence_is_written_unmeasured():
    model = model_pb2.ModelProto()
    model.kmeans.n_features = model.kmeans.n_clusters = 1
    model.kmeans.centers.append(1.0)
    assert json.loads(properties(onnx.dumps(model))["modelx.deviation"])["rows"] == 0


def test_numbers_that_drift_are_refused_unless_allowed():
    model = modelx.to_proto(LinearRegression().fit(X, Y))
    model.linear_regression.coefficients[2] += 1e-6
    with pytest.raises(errors.DriftError, match="predictions"):
        onnx.dumps(model)
    data = onnx.dumps(model, allow_drift=True)
    measured = json.loads(properties(data)["modelx.deviation"])["outputs"]["predictions"]
    assert measured["outside_tolerance"] > 0
    assert measured["largest"] > 1e-7
    with pytest.raises(errors.EvidenceMismatchError):
        modelx.loads(data)


def test_labels_that_flip_are_refused_unless_allowed():
    model = modelx.to_proto(LogisticRegression(max_iter=20).fit(X, Y), sample=X)
    model.sgd_classifier.intercepts[0] += 1.0
    with pytest.raises(errors.DriftError, match="labels differ"):
        onnx.dumps(model)
    data = onnx.dumps(model, allow_drift=True)
    assert json.loads(properties(data)["modelx.deviation"])["outputs"]["label"]["flips"] > 0


def test_a_model_that_contradicts_itself_is_not_built():
    model = modelx.to_proto(KMeans(2, n_init=1).fit(X))
    model.kmeans.n_clusters = 3
    with pytest.raises(errors.ShapeError):
        onnx.dumps(model)


def edited(change):
    """Give a file whose parsed form was changed."""
    parsed = parse(export(fitted_pipeline())[0])
    change(parsed)
    return parsed.SerializeToString()


def initializer(parsed, name):
    return next(i for i in parsed.graph.initializer if i.name == name)


CENTERS = "pipeline.steps[1].kmeans.centers"


def set_property(key, value):
    def change(parsed):
        for entry in parsed.metadata_props:
            if entry.key == key:
                entry.value = value

    return change


def remove_model(parsed):
    kept = [entry for entry in parsed.metadata_props if entry.key != "modelx.model"]
    del parsed.metadata_props[:]
    parsed.metadata_props.extend(kept)


def double_model(parsed):
    parsed.metadata_props.append(next(e for e in parsed.metadata_props if e.key == "modelx.model"))


def as_float32(parsed):
    initializer(parsed, CENTERS).data_type = TensorProto.FLOAT


def as_double_data(parsed):
    tensor = initializer(parsed, CENTERS)
    values = np.frombuffer(tensor.raw_data, "<f8")
    tensor.ClearField("raw_data")
    tensor.double_data.extend(values.tolist())


def other_dims(parsed):
    initializer(parsed, CENTERS).dims[0] = 4


def negative_dims(parsed):
    initializer(parsed, CENTERS).dims[0] = -3


def huge_dims(parsed):
    initializer(parsed, CENTERS).dims[:] = [2**62, 2**62]


def doubled_initializer(parsed):
    parsed.graph.initializer.append(initializer(parsed, CENTERS))


def renamed(name):
    def change(parsed):
        initializer(parsed, CENTERS).name = name

    return change


DEFECTS = {
    "no model": (remove_model, errors.NoModelError),
    "two models": (double_model, errors.MalformedError),
    "no base64": (set_property("modelx.model", "%%%"), errors.MalformedError),
    "base64 that ends early": (set_property("modelx.model", "CgF"), errors.MalformedError),
    "base64 of no message": (set_property("modelx.model", "////"), errors.MalformedError),
    "no family": (set_property("modelx.model", "CgF4"), errors.MalformedError),
    "float32": (as_float32, errors.MalformedError),
    "values in another list": (as_double_data, errors.MalformedError),
    "dims of more values": (other_dims, errors.MalformedError),
    "negative dims": (negative_dims, errors.MalformedError),
    "huge dims": (huge_dims, errors.MalformedError),
    "an initializer twice": (doubled_initializer, errors.MalformedError),
    "a step that is not there": (renamed("pipeline.steps[2].kmeans.centers"), errors.MalformedError),
    "a family that the step is not": (renamed("pipeline.steps[1].linear_regression.intercepts"), errors.MalformedError),
    "a field that is not left out": (renamed("evidence.rows.values"), errors.MalformedError),
    "a field that no name stands for": (renamed("centers"), errors.ShapeError),
    "an index of another spelling": (renamed("pipeline.steps[01].kmeans.centers"), errors.ShapeError),
    "an index without end": (renamed(f"pipeline.steps[{'9' * 5000}].kmeans.centers"), errors.ShapeError),
}


@pytest.mark.parametrize("case", DEFECTS)
def test_each_defect_has_its_error(case):
    change, error = DEFECTS[case]
    with pytest.raises(errors.ModelFileError) as caught:
        modelx.loads(edited(change))
    assert type(caught.value) is error


@pytest.mark.filterwarnings("ignore::modelx.errors.ModelxWarning")
def test_damaged_bytes_are_malformed_or_another_typed_error():
    data = export(fitted_pipeline())[0]
    for end in range(1, len(data), 7):
        with pytest.raises((errors.MalformedError, errors.NoModelError, errors.ShapeError)):
            modelx.loads(data[:end])
    rng = np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(data)
        changed[rng.integers(1, len(data))] ^= 1 << rng.integers(8)
        try:
            modelx.loads(bytes(changed))
        except errors.ModelFileError:
            continue


@pytest.mark.parametrize("path", ["linear_regression.intercept", "name", "source.params[x].double_value", "", "a..b"])
def test_only_lists_of_doubles_can_be_initializers(path):
    model = model_pb2.ModelProto()
    model.linear_regression.n_features = 1
    before = model.SerializeToString()
    tensor = TensorProto(name=path, data_type=TensorProto.DOUBLE, dims=[1], raw_data=np.ones(1).tobytes())
    onnx_initializers.restore(model, memoryview(tensor.SerializeToString()))
    assert model.SerializeToString() == before


def test_without_onnx_files_are_read_but_not_written(monkeypatch):
    data, model = export(fitted_pipeline())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert onnx.loads(data, DEFAULT) == model
    assert onnx_check.check_graph(data, model) is False
    with pytest.raises(errors.MissingDependencyError, match=r"pip install 'modelx\[onnx\]'"):
        onnx.dumps(model)


def test_loading_imports_neither_onnx_nor_onnxruntime(tmp_path):
    path = tmp_path / "m.onnx"
    modelx.dump(fitted_pipeline(), path)
    code = (
        "import sys, modelx; modelx.load(sys.argv[1]); "
        "print([m for m in ('onnx', 'onnxruntime', 'skl2onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_file_is_valid_onnx():
    for estimator in ESTIMATORS:
        data, _ = export(estimator.fit(X, Y.astype(float)))
        onnx_package.checker.check_model(data, full_check=True)
