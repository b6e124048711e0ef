"""Linear classifiers fitted on real data."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.svm import LinearSVC

from cases.case import Cases, Fitted
from cases.data import breast_cancer, digits, iris, scaled, some, wine

CASES = Cases("sgd_classifier")


@CASES.add
def hinge_binary() -> Fitted:
    """The namesake: one score, a label where it is over 0, and no probabilities."""
    x, y = breast_cancer()
    return Fitted(SGDClassifier(random_state=0).fit(scaled(x), y), some(scaled(x), 16))


@CASES.add
def hinge_multiclass() -> Fitted:
    """One score for each class, the label of the largest."""
    x, y = wine()
    return Fitted(SGDClassifier(random_state=0).fit(scaled(x), y), some(scaled(x)))


@CASES.add
def log_loss_binary() -> Fitted:
    """SGD's logistic probabilities of two classes: (1 - p, p)."""
    x, y = breast_cancer()
    return Fitted(SGDClassifier(loss="log_loss", random_state=0).fit(scaled(x), y), some(scaled(x)))


@CASES.add
def log_loss_multiclass() -> Fitted:
    """SGD's probabilities of three classes are one-vs-rest, divided by their sum: no softmax."""
    x, y = iris()
    return Fitted(SGDClassifier(loss="log_loss", random_state=0).fit(x, y), some(x))


@CASES.add
def modified_huber_binary() -> Fitted:
    """Probabilities that are clipped, so that many are exactly 0 or 1, with logarithms of -inf."""
    x, y = breast_cancer()
    model = SGDClassifier(loss="modified_huber", alpha=0.1, random_state=0).fit(scaled(x), y)
    return Fitted(model, some(scaled(x), 16))


@CASES.add
def modified_huber_multiclass() -> Fitted:
    """Clipped probabilities divided by their sum, or uniform where all are 0."""
    x, y = iris()
    return Fitted(SGDClassifier(loss="modified_huber", alpha=0.05, random_state=0).fit(scaled(x), y), some(scaled(x)))


@CASES.add
def logistic_binary() -> Fitted:
    """LogisticRegression of two classes is logistic, not a softmax of two."""
    x, y = breast_cancer()
    return Fitted(LogisticRegression(max_iter=500).fit(scaled(x), y), some(scaled(x), 16))


@CASES.add
def logistic_multinomial() -> Fitted:
    """LogisticRegression of ten classes is a softmax."""
    x, y = digits()
    return Fitted(LogisticRegression(max_iter=40, tol=1e-2).fit(x[:500] / 16, y[:500]), some(x / 16, 6))


@CASES.add
def logistic_float32() -> Fitted:
    """Fitted on float32: coefficients are float32, rows and probabilities are float64."""
    x, y = iris()
    return Fitted(LogisticRegression(max_iter=300).fit(x.astype(np.float32), y), some(x))


@CASES.add
def logistic_cross_validated() -> Fitted:
    """Attributes of the search (dicts of arrays, by class) are beside the computation."""
    x, y = iris()
    return Fitted(
        LogisticRegressionCV(
            Cs=3, cv=3, max_iter=300, l1_ratios=(0,), scoring="accuracy", use_legacy_attributes=False
        ).fit(x, y),
        some(x),
    )


@CASES.add
def support_vectors() -> Fitted:
    """LinearSVC of three classes; predict but no probabilities."""
    x, y = wine()
    return Fitted(LinearSVC(random_state=0, max_iter=5000).fit(scaled(x), y), some(scaled(x)))


@CASES.add
def perceptron() -> Fitted:
    """Coefficients that are sums of rows, and an intercept that is an integer."""
    x, y = iris()
    return Fitted(Perceptron(random_state=0).fit(x, y == 1), some(x))


@CASES.add
def ridge_multiclass() -> Fitted:
    """RidgeClassifier takes its classes from a binarizer that must be rebuilt for predict."""
    x, y = iris()
    return Fitted(RidgeClassifierCV(alphas=[0.1, 1.0]).fit(x, y), some(x))


@CASES.add
def ridge_binary() -> Fitted:
    """RidgeClassifier of two classes keeps coefficients of shape (1, n_features)."""
    x, y = breast_cancer()
    return Fitted(RidgeClassifier().fit(scaled(x), y), some(scaled(x)))


@CASES.add
def ridge_multilabel() -> Fitted:
    """Several labels for each row: predict gives a 0 or 1 for each of four."""
    x, y = make_multilabel_classification(60, 6, n_classes=4, random_state=0)
    return Fitted(RidgeClassifier().fit(x, y), some(x))


@CASES.add
def ridge_multilabel_of_two() -> Fitted:
    """Two labels for each row look like two classes with two scores; the target tells them apart."""
    x, y = make_multilabel_classification(60, 5, n_classes=2, random_state=3)
    return Fitted(RidgeClassifier().fit(x, y), some(x))


@CASES.add
def string_labels() -> Fitted:
    """Labels outside of ASCII, with quotes, line feeds and an empty one, in numpy's fixed-width type."""
    x, y = digits()
    names = np.array(["", "a,b", "Größe", "line\nfeed", "naïve", 'say "x"', "tab\t", "血圧", "🌷", "\\"])
    model = SGDClassifier(loss="log_loss", random_state=0, max_iter=20, tol=None).fit(x[:300] / 16, names[y[:300]])
    return Fitted(model, some(x / 16, 6))


@CASES.add
def object_labels() -> Fitted:
    """Strings in an array of objects, as a data frame gives them: the type comes back too."""
    x, y = iris()
    names = np.array(["setosa", "versicolor", "virginica"], dtype=object)
    return Fitted(LogisticRegression(max_iter=300).fit(x, names[y]), some(x))


@CASES.add
def bool_labels() -> Fitted:
    """False and True are neither 0 and 1 nor "False" and "True"."""
    x, y = breast_cancer()
    return Fitted(LogisticRegression(max_iter=500).fit(scaled(x), y.astype(bool)), some(scaled(x)))


@CASES.add
def float_labels() -> Fitted:
    """Labels that are floats (scikit-learn takes whole ones): they come back as floats, of both signs and large."""
    x, y = iris()
    return Fitted(LinearSVC(random_state=0).fit(x, np.array([-3.0, 0.0, 1e10])[y]), some(x))


@CASES.add
def labels_over_two_to_53() -> Fitted:
    """Neighbouring integers that are the same float64: labels must never pass through one."""
    x, y = iris()
    labels = np.array([-(2**63), 2**53, 2**53 + 1], dtype=np.int64)
    return Fitted(SGDClassifier(random_state=0).fit(scaled(x), labels[y]), some(scaled(x)))


@CASES.add
def small_integer_labels() -> Fitted:
    """Labels of uint8: the dtype of what predict gives comes back too."""
    x, y = iris()
    return Fitted(Perceptron(random_state=0).fit(x, (y + 250).astype(np.uint8)), some(x))
