# ruff: noqa: INP001 - a part of generate.py, not of a package
"""Cases of models made of models, built by hand from the fitted attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import compose, datasets, ensemble, linear_model, preprocessing

Case = dict[str, Any]
X, Y = datasets.load_iris(return_X_y=True)
ROWS = X[::13]
# Sums of a few numbers below 100.
CLOSE: dict[str, Any] = {"comparison": "absolute", "tolerance": 1e-11}
LOGARITHMS: dict[str, Any] = {"comparison": "log_probability", "tolerance": 1e-11}


def cases(
    case: Callable[..., Case],
    output: Callable[..., Case],
    plain: Callable[[Any], list[Any]],
    classifier_proto: Callable[..., Case],
) -> list[Case]:
    """Give all cases; the functions are those of generate.py."""

    def member(name: str, estimator: Any) -> Case:
        return {"name": name, **model(estimator)}

    def model(estimator: Any) -> Case:
        if isinstance(estimator, linear_model.LogisticRegression):
            return {"sgd_classifier": classifier_proto(estimator, "PROBABILITY_SOFTMAX")}
        if isinstance(estimator, linear_model.RidgeClassifier):
            return {"sgd_classifier": classifier_proto(estimator)}
        proto = {"coefficients": plain(estimator.coef_), "intercept": float(estimator.intercept_), "n_features": 4}
        return {"linear_regression": proto}

    def answers(estimator: Any, **how: dict[str, Any]) -> list[Case]:
        return [output(method, getattr(estimator, method)(ROWS), **options) for method, options in how.items()]

    def members(estimators: Any) -> list[Case]:
        return [member(str(i), one) for i, one in enumerate(estimators)]

    inside = [
        ("logistic", linear_model.LogisticRegression(max_iter=300)),
        ("weak", linear_model.LogisticRegression(C=0.01)),
        ("ridge", linear_model.RidgeClassifier()),
    ]
    ints = {"ints": [0, 1, 2]}
    soft = ensemble.VotingClassifier(inside[:2], voting="soft", weights=[1, 2]).fit(X, Y)
    proto = {"members": members(soft.estimators_), "weights": [1.0, 2.0], "total": 3.0, "classes": ints}
    how = {"predict": {}, "predict_proba": CLOSE, "transform": CLOSE}
    out = [
        case("soft votes", {"voting": proto | {"vote": "VOTE_SOFT", "transforms": True}}, ROWS, answers(soft, **how))
    ]
    hard = ensemble.VotingClassifier(inside).fit(X, Y)
    proto = {"members": members(hard.estimators_), "classes": ints, "vote": "VOTE_HARD", "transforms": True}
    out.append(case("hard votes", {"voting": proto}, ROWS, answers(hard, predict={}, transform={})))
    mean = ensemble.VotingRegressor([("a", linear_model.Ridge()), ("b", linear_model.LinearRegression())]).fit(X, Y)
    proto = {"members": members(mean.estimators_), "transforms": True}
    out.append(case("a mean", {"voting": proto}, ROWS, answers(mean, predict=CLOSE, transform=CLOSE)))

    bag = ensemble.BaggingClassifier(linear_model.LogisticRegression(max_iter=300), 3, random_state=0).fit(X, Y)
    proto = {"members": members(bag.estimators_), "n_features": 4, "classes": ints}
    how = {"predict": {}, "predict_proba": CLOSE, "predict_log_proba": LOGARITHMS, "decision_function": CLOSE}
    out.append(case("a bag", {"bagging": proto}, ROWS, answers(bag, **how)))
    bag = ensemble.BaggingClassifier(linear_model.RidgeClassifier(), 4, random_state=0).fit(X, Y)
    proto = {"members": members(bag.estimators_), "n_features": 4, "classes": ints}
    out.append(case("a bag of votes", {"bagging": proto}, ROWS, answers(bag, **how)))

    weak = linear_model.LogisticRegression(C=0.01)
    for name, taken in (("three", Y < 3), ("two", Y < 2)):
        fitted = ensemble.AdaBoostClassifier(weak, n_estimators=4, random_state=0).fit(X[taken], Y[taken])
        weights = fitted.estimator_weights_[: len(fitted.estimators_)]
        proto = {
            "members": [
                {"name": str(i), "sgd_classifier": classifier_proto(one, _probability(one))}
                for i, one in enumerate(fitted.estimators_)
            ],
            "weights": plain(weights),
            "total": float(fitted.estimator_weights_.sum()),
            "classes": {"ints": plain(fitted.classes_)},
        }
        how = {"predict": {}, "predict_proba": CLOSE, "predict_log_proba": LOGARITHMS, "decision_function": {}}
        out.append(case(f"boosted, {name} classes", {"ada_boost": proto}, ROWS, answers(fitted, **how)))
    boosted = ensemble.AdaBoostRegressor(linear_model.LinearRegression(), n_estimators=5, random_state=0).fit(X, Y)
    proto = {"members": members(boosted.estimators_), "weights": plain(boosted.estimator_weights_)}
    out.append(case("a median", {"ada_boost": proto}, ROWS, answers(boosted, predict=CLOSE)))

    last = linear_model.LogisticRegression(max_iter=500)
    stack = ensemble.StackingClassifier([inside[0], inside[2]], last, cv=2, passthrough=True).fit(X, Y)
    proto = {
        "members": members(stack.estimators_),
        "methods": ["METHOD_PREDICT_PROBA", "METHOD_DECISION_FUNCTION"],
        "final": model(stack.final_estimator_),
        "passthrough": True,
        "classes": ints,
    }
    how = {"predict": {}, "predict_proba": CLOSE, "decision_function": CLOSE, "transform": CLOSE}
    out.append(case("a stack", {"stacking": proto}, ROWS, answers(stack, **how)))

    target = compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1).fit(X, Y)
    proto = {"model": model(target.regressor_), "inverse": "FUNCTION_EXPM1"}
    out.append(case("a transformed target", {"transformed_target": proto}, ROWS, answers(target, predict=CLOSE)))
    scaled = compose.TransformedTargetRegressor(linear_model.Ridge(), transformer=preprocessing.StandardScaler())
    scaled.fit(X, Y)
    scaler = {
        "n_features": 1,
        "subtract": plain(scaled.transformer_.mean_),
        "divide": plain(scaled.transformer_.scale_),
    }
    proto = {"model": model(scaled.regressor_), "final": {"affine_scaler": scaler}}
    out.append(case("a scaled target", {"transformed_target": proto}, ROWS, answers(scaled, predict=CLOSE)))
    return out


def _probability(estimator: Any) -> str:
    return "PROBABILITY_LOGISTIC" if len(estimator.classes_) == 2 else "PROBABILITY_SOFTMAX"
