"""Every family's graph in onnxruntime: scikit-learn's labels on all rows, its numbers within the tolerance."""

import numpy as np
import pytest
from data import LABELS, load
from onnx_running import check, export, parse
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    MultiTaskLasso,
    Perceptron,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
    TweedieRegressor,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
    scale,
)
from sklearn.svm import LinearSVC, LinearSVR

from modelx import conversion
from modelx.formats import onnx, onnx_graph, onnx_runtime
from modelx.formats.onnx_graph.graph import IR_VERSION, OPERATORS, OPSET, Graph
from modelx.v1 import model_pb2

RNG = np.random.default_rng(7)
REGRESSORS = [
    LinearRegression(),
    Ridge(fit_intercept=False),
    ElasticNet(),
    HuberRegressor(),
    LinearSVR(random_state=0),
    PoissonRegressor(),
    TweedieRegressor(power=0),
]
MULTI_OUTPUT = [LinearRegression(), Ridge(), MultiTaskLasso()]
CLASSIFIERS = [
    LogisticRegression(),
    LinearSVC(random_state=0),
    Perceptron(),
    RidgeClassifier(),
    SGDClassifier(random_state=0),
    SGDClassifier(loss="log_loss", random_state=0),
    SGDClassifier(loss="modified_huber", random_state=0),
]
CLUSTERERS = [
    KMeans(1, n_init=1, random_state=0),
    KMeans(10, n_init=1, random_state=0),
    MiniBatchKMeans(5, n_init=1, random_state=0),
    BisectingKMeans(1, random_state=0),
    BisectingKMeans(2, random_state=0),
    BisectingKMeans(9, random_state=0),
]
SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_mean=False, with_std=False),
    RobustScaler(),
    MaxAbsScaler(),
    MinMaxScaler((-1, 2)),
    MinMaxScaler(clip=True),
    FunctionTransformer(),
]


def test_every_arm_has_a_builder():
    arms = {field.name for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields}
    assert set(onnx_graph.BUILDERS) == arms - onnx_graph.NO_GRAPH


def test_no_operator_can_loop_or_bring_a_graph_of_its_own():
    assert not OPERATORS & {"Loop", "If", "Scan", "SequenceMap"}
    with pytest.raises(ValueError, match="Loop"):
        Graph().node("Loop", "X")


@pytest.mark.parametrize("estimator", REGRESSORS, ids=repr)
def test_regressors(estimator):
    x, y = load("diabetes")
    check(estimator.fit(x, y / 100 if isinstance(estimator, PoissonRegressor) else y), x)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("estimator", MULTI_OUTPUT, ids=repr)
def test_regressors_of_several_outputs(estimator, n_outputs):
    x, y = load("diabetes")
    fitted = estimator.fit(x, np.column_stack([y, -y, y * y])[:, :n_outputs])
    assert check(fitted, x)["predictions"].shape == fitted.predict(x).shape


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=repr)
def test_classifiers(estimator, n_classes):
    x, y = load("wine")
    found = check(estimator.fit(scale(x), np.where(y < n_classes, y, 0)), scale(x))
    assert ("probabilities" in found) == hasattr(estimator, "predict_proba")


def test_classifier_of_many_classes():
    x, y = load("digits")
    check(LogisticRegression(max_iter=20).fit(x[::3], y[::3]), x)


@pytest.mark.parametrize("labels", [*sorted(LABELS), "bool"])
def test_labels_have_their_own_type(labels):
    x, y = load("iris")
    y = y == 1 if labels == "bool" else LABELS[labels](y)
    fitted = LogisticRegression(max_iter=20).fit(x, y)
    found = check(fitted, x)["label"]
    assert found.dtype.kind == {"f": "f", "b": "b", "i": "i", "u": "i"}.get(y.dtype.kind, "O")
    assert found.tolist() == fitted.predict(x).tolist()


@pytest.mark.parametrize("n_labels", [1, 2, 4])
def test_multilabel(n_labels):
    x, y = load("iris")
    targets = np.column_stack([y == 0, y == 1, y > 0, x[:, 0] > 5])[:, :n_labels].astype(int)
    fitted = RidgeClassifier().fit(x, targets)
    assert check(fitted, x)["label"].shape == fitted.predict(x).shape


def test_probabilities_that_are_all_zero_before_they_are_divided():
    x, y = load("iris")
    far = np.concatenate([x, x * -1e3, np.zeros_like(x)])
    for loss in ("modified_huber", "log_loss"):
        fitted = SGDClassifier(loss=loss, random_state=0).fit(x, y)
        fitted.coef_ = np.zeros((3, 4))
        fitted.intercept_ = np.full(3, -1500.0)
        found = check(fitted, far)
        assert (found["probabilities"] == 1 / 3).all()


def test_probabilities_far_from_the_boundary():
    x, y = load("iris")
    fitted = SGDClassifier(loss="log_loss", random_state=0).fit(x, y == 0)
    found = check(fitted, np.concatenate([x * s for s in (1e-3, 1.0, 30.0, 1e4)]))
    assert found["probabilities"].min() == 0.0


@pytest.mark.parametrize("estimator", CLUSTERERS, ids=repr)
@pytest.mark.parametrize("name", ["iris", "digits"])
def test_clusterers(name, estimator):
    x, _ = load(name)
    check(estimator.fit(x), x)


@pytest.mark.parametrize("estimator", SCALERS, ids=repr)
def test_scalers_have_scikit_learns_bits(estimator):
    x, _ = load("wine")
    wild = np.concatenate([x, x * 1e300, x * -5e-324, RNG.standard_normal((33, x.shape[1]))])
    wild[::7, ::3] = np.nan
    wild[::5, 1] = -0.0
    wild[3] = 5e-324
    fitted = estimator.fit(x)
    with np.errstate(over="ignore"):
        expected = fitted.transform(wild)
    found = check(fitted, wild)["transformed"]
    same = found.view(np.int64) == np.ascontiguousarray(expected).view(np.int64)
    assert (same | (np.isnan(found) & np.isnan(expected))).all()


def test_scaler_of_a_column_without_values():
    x = np.array([[np.nan, 1.0], [np.nan, 3.0]])
    with np.errstate(invalid="ignore"):
        fitted = StandardScaler().fit(x)
    check(fitted, np.array([[1.0, 2.0], [np.nan, np.nan]]))


def test_novelty_detector():
    x, _ = load("iris")
    found = check(SGDOneClassSVM(random_state=0).fit(x), np.concatenate([x, -x, x * 1e-3]))
    assert set(found["label"].tolist()) == {-1, 1}


PIPELINES = {
    "scaled": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "nested": lambda: make_pipeline(
        RobustScaler(), Pipeline([("a", "passthrough"), ("b", MinMaxScaler(clip=True))]), SGDClassifier(random_state=0)
    ),
    "clusters as features": lambda: make_pipeline(KMeans(5, n_init=1, random_state=0), LogisticRegression()),
    "bisected": lambda: make_pipeline(StandardScaler(), BisectingKMeans(4, random_state=0), StandardScaler()),
    "only scalers": lambda: make_pipeline(MinMaxScaler(), make_pipeline(MaxAbsScaler(), FunctionTransformer())),
    "one step": lambda: make_pipeline(make_pipeline(KMeans(3, n_init=1, random_state=0))),
    "ends in passthrough": lambda: make_pipeline(StandardScaler(), "passthrough"),
    "regressor": lambda: make_pipeline(StandardScaler(), Ridge()),
    "novelty": lambda: make_pipeline(StandardScaler(), SGDOneClassSVM(random_state=0)),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(name):
    x, y = load("wine")
    check(PIPELINES[name]().fit(x, y), x)


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5, 8, 9, 1000])
def test_batches_of_any_length(n_rows):
    x, y = load("breast_cancer")
    fitted = make_pipeline(MinMaxScaler(clip=True), LogisticRegression()).fit(x, y)
    check(fitted, np.resize(x, (n_rows, x.shape[1])))


def answers(model, rows):
    """Run the graph of a model that was built by hand."""
    conversion.check(model)
    return onnx_runtime.run(onnx.dumps(model), {"X": np.array(rows, dtype=np.float64)})


def test_of_equal_scores_the_first_class_wins():
    model = model_pb2.ModelProto()
    proto = model.sgd_classifier
    proto.n_features = 1
    proto.coefficients.extend([0.0, 1.0, 1.0])
    proto.intercepts.extend([0.0, 0.0, 0.0])
    proto.classes.strings.extend(["c", "b", "a"])
    assert answers(model, [[0.0], [2.0], [-2.0]])["label"].tolist() == ["c", "b", "c"]


def test_a_binary_score_of_zero_is_the_first_class():
    model = model_pb2.ModelProto()
    proto = model.sgd_classifier
    proto.n_features = 1
    proto.coefficients.append(1.0)
    proto.intercepts.append(0.0)
    proto.classes.ints.extend([7, -7])
    assert answers(model, [[0.0], [-0.0], [5e-324], [-1.0]])["label"].tolist() == [7, 7, -7, 7]


def test_a_novelty_score_of_zero_is_inside():
    model = model_pb2.ModelProto()
    proto = model.sgd_one_class_svm
    proto.n_features = 1
    proto.coefficients.append(1.0)
    proto.offset = 2.0
    found = answers(model, [[2.0], [1.0], [3.0]])
    assert found["label"].tolist() == [1, -1, 1]
    assert found["score_samples"].tolist() == [2.0, 1.0, 3.0]


def test_of_equal_centers_the_first_wins():
    model = model_pb2.ModelProto()
    proto = model.kmeans
    proto.n_features, proto.n_clusters = 1, 3
    proto.centers.extend([5.0, 1.0, 1.0])
    found = answers(model, [[1.0], [3.0], [9.0]])
    assert found["label"].tolist() == [1, 0, 0]
    assert found["distances"].tolist() == [[4.0, 0.0, 0.0], [2.0, 2.0, 2.0], [4.0, 8.0, 8.0]]


def test_a_walk_goes_left_when_both_children_are_as_near():
    model = model_pb2.ModelProto()
    proto = model.bisecting_kmeans
    proto.n_features, proto.n_clusters = 1, 3
    # Node 1 is the left child and has the leaves 3 and 4; the labels are not in the order of the nodes.
    proto.centers.extend([0.0, -2.0, 2.0, -3.0, -1.0])
    proto.left.extend([1, 3, 0, 0, 0])
    proto.right.extend([2, 4, 0, 0, 0])
    proto.labels.extend([-1, -1, 0, 2, 1])
    found = answers(model, [[0.0], [-2.0], [0.5], [-9.0]])
    assert found["label"].tolist() == [1, 2, 0, 2]
    assert found["distances"].tolist()[0] == [2.0, 1.0, 3.0]


def test_every_graph_has_the_form_that_the_documentation_tells():
    x, y = load("iris")
    data, model = export(make_pipeline(StandardScaler(), KMeans(3, n_init=1)).fit(x, y))
    parsed = parse(data)
    assert parsed.ir_version == IR_VERSION
    assert [(o.domain, o.version) for o in parsed.opset_import] == [("", OPSET)]
    (given,) = parsed.graph.input
    assert (given.name, given.type.tensor_type.elem_type) == ("X", 11)
    assert {i.name for i in parsed.graph.initializer if "." in i.name} == {
        "pipeline.steps[0].affine_scaler.subtract",
        "pipeline.steps[0].affine_scaler.divide",
        "pipeline.steps[1].kmeans.centers",
    }
    centers = next(i for i in parsed.graph.initializer if i.name.endswith("centers"))
    assert np.frombuffer(centers.raw_data, "<f8").tolist() == list(model.pipeline.steps[1].kmeans.centers)
