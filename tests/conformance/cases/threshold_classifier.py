"""Two classes told apart by another threshold than the model's own."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cases.case import Cases, Fitted
from cases.data import breast_cancer, some

CASES = Cases("threshold_classifier")


def _data() -> tuple[np.ndarray, np.ndarray]:
    x, y = breast_cancer()
    return x[:, :4], y


@CASES.add
def at_the_threshold() -> Fitted:
    """The threshold is the probability of a leaf to the bit: there the positive class is predicted."""
    x, y = _data()
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, y)
    found = np.unique(tree.predict_proba(x)[:, 1])
    model = FixedThresholdClassifier(tree, threshold=float(found[len(found) // 2]))
    return Fitted(model.fit(x, y), some(x, 12))


@CASES.add
def one_ulp_above() -> Fitted:
    """One ulp above the mean of a forest's trees, which is not reached; the first class is the positive one."""
    x, y = _data()
    labels = np.array(["bad", "good"])[y]
    forest = RandomForestClassifier(2, max_depth=2, random_state=0)
    shares = np.unique(forest.fit(x, labels).predict_proba(x)[:, 0])
    threshold = float(np.nextafter(shares[len(shares) // 2], 1.0))
    model = FixedThresholdClassifier(forest, threshold=threshold, pos_label="bad", response_method="predict_proba")
    return Fitted(model.fit(x, labels), some(x, 12))


@CASES.add
def negated_scores() -> Fitted:
    """Scores for the second class, of which the first one has the negative; there are no probabilities."""
    x, y = _data()
    model = FixedThresholdClassifier(RidgeClassifier(), threshold=-0.125, pos_label=0)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def tuned_over_a_pipeline() -> Fitted:
    """A threshold that was searched, over a pipeline, whose probabilities and scores stay as they are."""
    x, y = _data()
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    model = TunedThresholdClassifierCV(inner, cv=2, thresholds=20, store_cv_results=True)
    return Fitted(model.fit(x, y == 1), some(x))


@CASES.add
def out_of_reach() -> Fitted:
    """A threshold that no score reaches: one class for all rows."""
    x, y = _data()
    model = FixedThresholdClassifier(
        LogisticRegression(max_iter=300), threshold=np.inf, response_method="decision_function"
    )
    return Fitted(model.fit(x, y + 1), some(x))
