"""Linear classifiers whose parameters were set by hand: ties, ends of the ranges, and what rounding hides."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, SGDClassifier

from cases.case import Fitted, grid, with_fitted
from cases.sgd_classifier import CASES


def classifier(coefficients: Any, intercepts: Any, loss: str = "hinge", labels: Any = None) -> Any:
    """Give an SGDClassifier with these coefficients, or a LogisticRegression where `loss` is "softmax"."""
    w, b = np.array(coefficients, dtype=float), np.array(intercepts, dtype=float)
    classes = np.arange(max(len(w), 2)) if labels is None else np.array(labels)
    model = LogisticRegression() if loss == "softmax" else SGDClassifier(loss=loss)
    return with_fitted(model, w.shape[1], coef_=w, intercept_=b, classes_=classes)


@CASES.add
def score_of_zero_is_the_first_class() -> Fitted:
    """Binary: the second class needs a score over 0; exactly 0, of either sign, is the first."""
    model = classifier([[1.0, -1.0]], [0.0], "log_loss", labels=["no", "yes"])
    return Fitted(
        model, exact=[[1, 1], [0, 0], [-0.0, -0.0], [-0.0, 0.0], [5e-324, 0], [0, 5e-324], [2, 1.5], [1.5, 2]]
    )


@CASES.add
def exact_tie_goes_to_the_first() -> Fitted:
    """Multiclass: of equal largest scores the first wins, as in numpy's argmax."""
    model = classifier([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 0, 0, 0], "modified_huber", labels=[7, 3, 9, 1])
    return Fitted(model, exact=[[1, 1], [0, 0], [0.25, 0.5], [0.5, 0.25], [-2, -2], [-2, -3], [2, 2]])


@CASES.add
def one_vs_rest_sum_of_zero() -> Fitted:
    """All one-vs-rest probabilities are 0 by underflow: then they are uniform and not 0 / 0."""
    model = classifier([[1000.0], [2000.0], [1500.0]], [0.0, 0.0, 0.0], "log_loss")
    return Fitted(model, grid(0.001, -0.01, 0.5, width=1), exact=grid(-1.0, -2.0, -1e6, width=1))


@CASES.add
def modified_huber_sum_of_zero() -> Fitted:
    """All clipped probabilities are 0: uniform, and their logarithms are finite."""
    model = classifier([[1.0, 0.5], [-1.0, 0.25], [0.5, -1.0]], [-3.0, -3.0, -3.0], "modified_huber")
    return Fitted(model, [[0.1, 0.1], [2.5, 0.3], [-2.7, 0.1], [0.3, -2.6]], exact=[[0, 0], [1, 0], [0, 1], [4, 0]])


@CASES.add
def modified_huber_at_the_clip() -> Fitted:
    """Scores at -1 and 1, and one ulp to each side."""
    model = classifier([[1.0]], [0.0], "modified_huber")
    ends = [np.nextafter(1, 0), 1.0, np.nextafter(1, 2), np.nextafter(-1, 0), -1.0, np.nextafter(-1, -2), 0.5, 3.0]
    return Fitted(model, exact=grid(*ends, width=1))


@CASES.add
def softmax_of_huge_scores() -> Fitted:
    """exp of a score of 1e5 is infinite: the largest score must be subtracted first."""
    model = classifier([[1e5, 0.0], [-1e5, 1.0], [1.0, 1e5]], [0.0, 1e3, -1e3], "softmax")
    return Fitted(model, [[1.0, 0.1], [0.5, 0.49], [-1.0, -1.0], [1e-5, 2e-5], [3.0, 4.0]], exact=[[8, 0], [0, 8]])


@CASES.add
def logistic_saturates() -> Fitted:
    """Scores of 30 to 700, where 1 - p loses all digits or p is subnormal, and logarithms must stay what they are."""
    model = classifier([[1.0]], [0.0], "log_loss")
    values = [36.5, 36.75, 37.5, 40.0, 300.0, 690.0]
    return Fitted(model, grid(*values, *(-v for v in values), 1e-8, -1e-8, 1e-17, width=1))


@CASES.add
def cancellation() -> Fitted:
    """Scores that are small differences of large terms, on either side of 0."""
    model = classifier([[1e12, -1e12, 3e12, -3e12]], [1e-3], "log_loss")
    return Fitted(model, [[1, 1.001, 0.5, 0.5], [1.001, 1, 0.5, 0.5], [0.1, 0.1, 0.3, 0.300001], [-5, 5, 1, 1]])


@CASES.add
def all_coefficients_zero() -> Fitted:
    """Only the intercepts speak; the probabilities are the same for each row."""
    model = classifier([[0.0, -0.0], [0.0, 0.0], [0.0, 0.0]], [0.25, 0.75, -1.0], "softmax")
    return Fitted(model, exact=[[1.0, 2.0], [0.0, 0.0], [1e300, -1e300], [-0.0, 5e-324]])


@CASES.add
def two_rows_of_coefficients_for_two_classes() -> Fitted:
    """Two scores for two classes: the argmax form, although there are two classes only."""
    model = classifier([[1.0, 2.0], [2.0, 1.0]], [0.5, -0.5], "hinge", labels=["a", "b"])
    return Fitted(model, [[0.3, 0.1], [3.0, 1.0], [-1.0, 1.0]], exact=[[1.0, 0.0], [0.0, 0.0], [2.0, 1.0]])
