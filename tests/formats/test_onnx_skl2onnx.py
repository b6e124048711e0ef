"""skl2onnx: the second opinion on our graphs, and the converter of what we have no family for."""

import json
import warnings

import numpy as np
import onnx as onnx_package
import onnxruntime
import pytest
from data import load
from onnx_running import export, parse, properties
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, is_classifier
from sklearn.cluster import DBSCAN, KMeans, MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler, scale
from sklearn.svm import SVC, LinearSVC

import modelx
from modelx import errors
from modelx.formats import onnx_runtime

X, Y = load("wine")
NAMES = np.array(["red", "white", "rosé"])

SECOND_OPINION = [
    LinearRegression(),
    Ridge(),
    LogisticRegression(),
    SGDClassifier(loss="log_loss", random_state=0),
    Perceptron(),
    LinearSVC(random_state=0),
    KMeans(5, n_init=1, random_state=0),
    MiniBatchKMeans(5, n_init=1, random_state=0),
    StandardScaler(),
    MinMaxScaler(),
    MaxAbsScaler(),
    RobustScaler(),
    make_pipeline(MinMaxScaler(), StandardScaler(), LogisticRegression()),
]
# For each output of ours, skl2onnx's names of it.
COUNTERPARTS = {
    "predictions": ("variable",),
    "transformed": ("variable",),
    "label": ("label",),
    "probabilities": ("probabilities",),
    "distances": ("scores",),
}


@pytest.mark.parametrize("estimator", SECOND_OPINION, ids=repr)
def test_skl2onnx_agrees_as_far_as_float32_goes(estimator):
    x = scale(X).astype(np.float32).astype(np.float64)
    fitted = estimator.fit(x, Y)
    ours = onnx_runtime.run(export(fitted)[0], {"X": x})
    options = {id(fitted): {"zipmap": False}} if is_classifier(fitted) else None
    if isinstance(fitted, LinearSVC):
        # It refuses the option.
        options = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = to_onnx(
            fitted, initial_types=[("X", FloatTensorType([None, x.shape[1]]))], options=options, target_opset=18
        )
    theirs = onnx_runtime.run(theirs.SerializeToString(), {"X": x.astype(np.float32)})
    compared = 0
    for name, given in ours.items():
        other = next((theirs[key] for key in COUNTERPARTS.get(name, ()) if key in theirs), None)
        if other is None or (name == "probabilities" and not hasattr(fitted, "predict_proba")):
            continue
        compared += 1
        if given.dtype.kind == "f":
            np.testing.assert_allclose(given, other.reshape(given.shape), rtol=1e-4, atol=1e-4)
        else:
            clear = margin(fitted, x) > 1e-4
            assert clear.mean() > 0.95
            assert (given == other)[clear].all()
    assert compared == len(ours) - ("scores" in ours) - (
        "probabilities" in ours and not hasattr(fitted, "predict_proba")
    )


def margin(fitted, x):
    """Give how far the best class, or the nearest center, is from the next."""
    scores = fitted.decision_function(x) if hasattr(fitted, "decision_function") else -fitted.transform(x)
    best = np.sort(scores, axis=1)
    return best[:, -1] - best[:, -2]


CONVERTED = [
    (KNeighborsClassifier(3), {"label", "probabilities"}),
    (GaussianNB(), {"label", "probabilities"}),
    (KNeighborsRegressor(3), {"predictions"}),
    (PCA(2), {"transformed"}),
    (make_pipeline(StandardScaler(), PCA(3), LogisticRegression()), {"label", "probabilities"}),
    (make_pipeline(StandardScaler(), PCA(3), LinearSVC(random_state=0)), {"label"}),
    (SVC(), {"label"}),
]


@pytest.mark.parametrize(("estimator", "outputs"), CONVERTED, ids=lambda e: type(e).__name__)
def test_what_has_no_family_becomes_a_graph(estimator, outputs, tmp_path):
    fitted = estimator.fit(X, NAMES[Y] if is_classifier(estimator) else Y)
    path = tmp_path / "m.onnx"
    modelx.dump(fitted, path, sample=X, name="tree", metrics={"r2": 0.5})
    data = path.read_bytes()
    onnx_package.checker.check_model(data, full_check=True)
    kind = parse(data).graph.input[0].type.tensor_type.elem_type
    found = onnx_runtime.run(data, {"X": X.astype(np.float64 if kind == 11 else np.float32)})
    assert set(found) == outputs
    for name, method in [
        ("label", "predict"),
        ("predictions", "predict"),
        ("probabilities", "predict_proba"),
        ("transformed", "transform"),
        ("scores", "decision_function"),
    ]:
        if name in found:
            expected = getattr(fitted, method)(X)
            assert found[name].shape == expected.shape
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(found[name], expected, rtol=1e-5, atol=1e-5)
            else:
                assert (found[name] == expected).all()
    carried = properties(data)
    assert set(carried) == {"modelx.deviation", "modelx.source"}
    source = json.loads(carried["modelx.source"])
    assert source["class_name"] == type(fitted).__name__
    assert (source["name"], source["metrics"]) == ("tree", {"r2": 0.5})
    assert json.loads(carried["modelx.deviation"])["rows"] == len(X)


def test_a_graph_alone_is_no_model(tmp_path):
    path = tmp_path / "m.onnx.gz"
    modelx.dump(GaussianNB().fit(X, Y), path, sample=X)
    for function in (modelx.load, modelx.read, modelx.verify):
        with pytest.raises(errors.NoModelError, match="ONNX runtime"):
            function(path)


def test_rows_are_made_when_there_is_no_sample():
    data = modelx.dumps(GaussianNB().fit(scale(X), Y), "onnx")
    assert json.loads(properties(data)["modelx.deviation"])["rows"] == 256


def drifting():
    """Give a tree whose threshold float32 rounds away, with the rows that show it, for a graph in float32."""
    x = np.array([[16777216.0], [16777217.0], [16777218.0], [16777219.0]] * 5)
    return KNeighborsClassifier(1).fit(x, [0, 1, 2, 3] * 5), x


def test_labels_that_flip_are_refused_unless_allowed(monkeypatch):
    fitted, x = drifting()
    run = onnx_runtime.run

    def only_float32(data, feeds):
        # As on a runtime without this graph's operators in double.
        if feeds["X"].dtype == np.float64:
            raise onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented("double")
        return run(data, feeds)

    monkeypatch.setattr(onnx_runtime, "run", only_float32)
    with pytest.raises(errors.DriftError, match="labels differ"):
        modelx.dumps(fitted, "onnx", sample=x)
    data = modelx.dumps(fitted, "onnx", sample=x, allow_drift=True)
    assert json.loads(properties(data)["modelx.deviation"])["outputs"]["label"]["flips"] > 0


class Unknown(BaseEstimator):
    """An estimator that skl2onnx does not know either."""

    def fit(self, x, y=None):  # noqa: ARG002
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x):
        return x[:, 0]


def test_what_neither_converts_is_refused_with_both_reasons():
    with pytest.raises(errors.UnsupportedEstimatorError) as caught:
        modelx.dumps(Unknown().fit(X), "onnx")
    (_, ours), (_, theirs) = caught.value.reasons
    assert "Unknown is not supported" in ours
    assert theirs.startswith("skl2onnx ")
    assert "Unknown" in theirs


def test_other_formats_do_not_fall_back():
    for name in ("protobuf", "json"):
        with pytest.raises(errors.UnsupportedEstimatorError):
            modelx.dumps(GaussianNB().fit(X, Y), name)


@pytest.mark.parametrize(
    "given", [DBSCAN().fit(X[:5]), object(), GaussianNB, {"a": 1}], ids=["clusterer", "object", "class", "dict"]
)
def test_what_cannot_be_converted_says_so(given):
    with pytest.raises(errors.UnsupportedEstimatorError):
        modelx.dumps(given, "onnx")


def test_an_unfitted_estimator_says_so():
    with pytest.raises(errors.NotFittedError, match="fit"):
        modelx.dumps(GaussianNB(), "onnx")


def test_a_sample_of_another_width_is_refused():
    with pytest.raises(errors.WrongWidthError, match="13"):
        modelx.dumps(GaussianNB().fit(X, Y), "onnx", sample=X[:, :2])
