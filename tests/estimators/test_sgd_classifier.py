"""Every linear classifier: labels of all types, binary, multiclass, multilabel; bits, and the schema's formulas."""

import inspect

import numpy as np
import pytest
import roundtrip
from data import LABELS, load
from scipy.sparse import csr_matrix
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVC

import modelx
from modelx import estimators
from modelx.errors import LabelsError, SourceError, UnsupportedEstimatorError

FAMILY = estimators.FAMILIES["sgd_classifier"]
NAMES = sorted(FAMILY.classes)
LOSSES = [
    "hinge",
    "log_loss",
    "modified_huber",
    "squared_hinge",
    "perceptron",
    "squared_error",
    "huber",
    "epsilon_insensitive",
    "squared_epsilon_insensitive",
]


def make(name, **params):
    cls = FAMILY.classes[name]
    known = inspect.signature(cls).parameters
    defaults = {"random_state": 0, "max_iter": 30} | ({"Cs": 2, "cv": 3} if name == "LogisticRegressionCV" else {})
    return cls(**({key: value for key, value in defaults.items() if key in known} | params))


def rows_and_classes(n_classes):
    if n_classes == 2:
        x, y = load("breast_cancer")
        return scale(x[::3]), y[::3]
    x, y = load("iris")
    return x, y


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_every_class(name, n_classes, intercept):
    x, y = rows_and_classes(n_classes)
    roundtrip.check(make(name, fit_intercept=intercept).fit(x, y), x)


@pytest.mark.parametrize("labels", sorted(LABELS))
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", ["LogisticRegression", "SGDClassifier", "LinearSVC", "RidgeClassifier"])
def test_labels_of_every_type(name, n_classes, labels):
    x, y = load("iris")
    y = LABELS[labels](np.where(y < n_classes, y, 0))
    fitted = make(name).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.classes_.dtype == fitted.classes_.dtype
    assert loaded.predict(x).dtype == fitted.predict(x).dtype


@pytest.mark.parametrize("name", NAMES)
def test_labels_that_are_bools(name):
    x, y = rows_and_classes(2)
    loaded = roundtrip.check(make(name).fit(x, y == 1), x)
    assert loaded.predict(x).dtype == np.bool_


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss, n_classes):
    x, y = rows_and_classes(n_classes)
    fitted = SGDClassifier(loss=loss, random_state=0, max_iter=20).fit(x, y)
    loaded = roundtrip.check(fitted, x)
    assert hasattr(loaded, "predict_proba") == (loss in ("log_loss", "modified_huber"))


@pytest.mark.parametrize("loss", ["log_loss", "modified_huber"])
def test_probabilities_far_away_and_at_zero(loss):
    """The sums of one-vs-rest probabilities come to nothing far out; the ones left over are shared out."""
    x, y = load("iris")
    fitted = SGDClassifier(loss=loss, random_state=0).fit(x, y)
    far = np.vstack([x * factor for factor in (1e-3, -1.0, 30.0, -1e4)])
    roundtrip.check(fitted, far)


@pytest.mark.parametrize("penalty", ["l2", "l1", "elasticnet", None])
def test_penalties(penalty):
    x, y = rows_and_classes(3)
    roundtrip.check(SGDClassifier(penalty=penalty, random_state=0, class_weight={0: 1, 1: 2.5, 2: 1}).fit(x, y), x)
    roundtrip.check(LinearSVC(penalty="l1", dual=False, random_state=0, class_weight="balanced").fit(x, y), x)


@pytest.mark.parametrize("solver", ["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"])
def test_solvers(solver):
    x, y = rows_and_classes(2)
    roundtrip.check(LogisticRegression(solver=solver, random_state=0, max_iter=30).fit(x, y), x)
    x, y = load("wine")
    if solver != "liblinear":
        roundtrip.check(LogisticRegression(solver=solver, random_state=0, max_iter=30).fit(scale(x), y), scale(x))


def test_many_classes_and_columns():
    x, y = load("digits")
    loaded = roundtrip.check(LogisticRegression(max_iter=20).fit(x[:600], y[:600]), x[:600])
    assert loaded.coef_.shape == (10, 64)
    roundtrip.check(RidgeClassifierCV().fit(x[:600], y[:600]), x[:600])


def test_cross_validated_logistic_regression():
    x, y = rows_and_classes(3)
    loaded = roundtrip.check(LogisticRegressionCV(Cs=[0.1, 1.0], cv=3, max_iter=50).fit(x, y), x)
    assert loaded.C_.shape == (3,) or np.ndim(loaded.C_) == 0


@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("cls", [RidgeClassifier, RidgeClassifierCV])
def test_several_labels_for_each_row(cls, columns):
    x, y = load("iris")
    several = (np.column_stack([y == 0, y == 1, x[:, 0] > 5.5, x[:, 2] > 3.0, y == 2])[:, :columns]).astype(int)
    fitted = cls().fit(x, several)
    if columns == 1:
        # One column is a binary target, of which scikit-learn says that it wanted a flat one.
        assert fitted.predict(x).shape == (len(x),)
    loaded = roundtrip.check(fitted, x)
    assert loaded.predict(x).shape == fitted.predict(x).shape


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", ["RidgeClassifier", "LogisticRegression", "LinearSVC"])
def test_memory_order(name, order):
    x, y = rows_and_classes(3)
    fitted = make(name).fit(x, y)
    fitted.coef_ = np.array(fitted.coef_, order=order)
    assert roundtrip.check(fitted, x).coef_.strides == fitted.coef_.strides


@pytest.mark.parametrize("name", ["LogisticRegression", "SGDClassifier", "LinearSVC", "RidgeClassifier"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_fits_on_float32(name, n_classes):
    x, y = rows_and_classes(n_classes)
    fitted = make(name).fit(x.astype(np.float32), y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.decision_function(x.astype(np.float32)).dtype == fitted.decision_function(x.astype(np.float32)).dtype


@pytest.mark.parametrize("name", ["SGDClassifier", "Perceptron", "PassiveAggressiveClassifier"])
def test_partial_fit_goes_on_as_the_original_would(name):
    x, y = rows_and_classes(3)
    fitted = make(name).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.partial_fit(x, y).coef_.tobytes() == fitted.partial_fit(x, y).coef_.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_refits_to_the_same(name):
    x, y = rows_and_classes(2)
    fitted = make(name).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.fit(x, y).coef_.tobytes() == fitted.fit(x, y).coef_.tobytes()


def test_averaged_coefficients():
    x, y = rows_and_classes(2)
    roundtrip.check(SGDClassifier(average=True, random_state=0).fit(x, y), x)


def test_classes_that_no_file_can_hold_are_refused():
    x, y = rows_and_classes(2)
    fitted = Perceptron().fit(x, y)
    fitted.classes_ = np.array([b"a", b"b"], dtype=object)
    with pytest.raises(UnsupportedEstimatorError, match="classes of dtype object cannot be exported"):
        modelx.dumps(fitted)


def test_sparse_coefficients_are_refused_with_what_to_do():
    x, y = rows_and_classes(2)
    with pytest.raises(UnsupportedEstimatorError, match=r"sparse; call densify\(\)"):
        modelx.dumps(SGDClassifier(random_state=0).fit(x, y).sparsify())


def test_sparse_label_matrix_is_refused_with_what_to_do():
    x, y = rows_and_classes(3)
    with pytest.raises(UnsupportedEstimatorError, match="sparse label matrix; fit on a dense one"):
        modelx.dumps(RidgeClassifier().fit(x, csr_matrix(np.column_stack([y == 0, y == 1]).astype(int))))


def test_other_probabilities_than_the_class_has_are_refused():
    x, y = rows_and_classes(3)
    model = modelx.to_proto(LogisticRegression().fit(x, y))
    model.sgd_classifier.probability = model.sgd_classifier.PROBABILITY_LOGISTIC
    model.ClearField("evidence")
    with pytest.raises(SourceError, match="other probabilities in this scikit-learn"):
        modelx.from_proto(model)


def test_doubled_class_is_refused():
    x, y = rows_and_classes(3)
    model = modelx.to_proto(LogisticRegression().fit(x, y))
    model.sgd_classifier.classes.ints[1] = model.sgd_classifier.classes.ints[0]
    with pytest.raises(LabelsError, match="there twice"):
        modelx.from_proto(model)
