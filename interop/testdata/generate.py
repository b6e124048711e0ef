# ruff: noqa: INP001 - a script, not part of a package
"""Write cases.json: small models of every family, as protobuf JSON, with scikit-learn's own answers; and flowers.pb.

Run it with the project's environment: ``python interop/testdata/generate.py``. It builds the messages by hand from the
fitted attributes, without modelx's converters, so that the Go tests have a second opinion on the schema.
"""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import ensembles
import numpy as np
import preprocessing as single_rows
from google.protobuf import json_format
from sklearn import (
    cluster,
    datasets,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    pipeline,
    preprocessing,
    svm,
)

from modelx.v1 import model_pb2

Case = dict[str, Any]
rng = np.random.default_rng(7)
DIABETES = datasets.load_diabetes()
CANCER = datasets.load_breast_cancer()
IRIS = datasets.load_iris()
LOGISTIC, SOFTMAX, MODIFIED_HUBER = (f"PROBABILITY_{n}" for n in ("LOGISTIC", "SOFTMAX", "MODIFIED_HUBER"))


def plain(values: Any) -> list[Any]:
    """Give values as protobuf JSON has them, with names for what JSON has no numbers for."""
    flat = np.asarray(values).reshape(-1).tolist()
    return [
        v if not isinstance(v, float) or math.isfinite(v) else str(v).replace("inf", "Infinity").replace("nan", "NaN")
        for v in flat
    ]


def output(method: str, values: Any, comparison: str = "equal", tolerance: Any = 0.0) -> Case:
    """Describe an answer; `tolerance` broadcasts to the shape of `values`."""
    values = np.asarray(values)
    each = np.broadcast_to(tolerance, values.shape) if comparison != "equal" else np.empty(0)
    return {
        "method": method,
        "columns": 1 if values.ndim == 1 else values.shape[1],
        "comparison": comparison,
        "values": plain(values),
        "tolerances": plain(each),
    }


def _case(name: str, model: Case, x: Any, outputs: list[Case]) -> Case:
    return {"name": name, "model": model, "x": plain(x), "rows": len(x), "outputs": outputs}


def scale(x: Any, w: Any, b: Any) -> Any:
    """Give the sum of the absolute terms, shape (rows, outputs), that a sum may be off by 1e-12 of."""
    return 1e-12 * (np.abs(x) @ np.abs(np.atleast_2d(w)).T + np.abs(b))


def _linear(name: str, estimator: Any, x: Any, y: Any) -> Case:
    estimator.fit(x, y)
    w, b = estimator.coef_, np.broadcast_to(estimator.intercept_, len(np.atleast_2d(estimator.coef_)))
    proto: Case = {"coefficients": plain(w), "n_features": x.shape[1]}
    if w.ndim == 1:
        proto["intercept"] = float(b[0])
    else:
        proto |= {"n_outputs": len(w), "intercepts": plain(b)}
    rows = x[:6]
    predicted, off = estimator.predict(rows), scale(rows, w, b)
    off = off.reshape(predicted.shape)
    comparison = "absolute"
    if isinstance(estimator, linear_model.PoissonRegressor):
        proto["link"] = "LINK_LOG"
        comparison, off = "relative", off + 1e-15
    return _case(name, {"linear_regression": proto}, rows, [output("predict", predicted, comparison, off)])


def _classifier_proto(estimator: Any, probability: str = "", multilabel: bool = False) -> Case:
    classes = np.arange(len(estimator.coef_)) if multilabel else estimator.classes_
    lists = {"i": "ints", "u": "ints", "f": "doubles", "U": "strings", "b": "bools"}
    proto = {
        "coefficients": plain(estimator.coef_),
        "intercepts": plain(np.broadcast_to(estimator.intercept_, len(estimator.coef_))),
        "n_features": estimator.coef_.shape[1],
        "classes": {lists[classes.dtype.kind]: plain(classes)},
    }
    if probability:
        proto["probability"] = probability
    if multilabel:
        proto["target"] = "TARGET_MULTILABEL"
    return proto


def _classifier_outputs(estimator: Any, model: Any, rows: Any, reach: Any, probability: str = "") -> list[Case]:
    """Give the answers of `estimator` on `rows`, whose linear part `model` sees as `reach`."""
    off = scale(reach, model.coef_, model.intercept_).max(axis=1)
    scores = estimator.decision_function(rows)
    outputs = [output("predict", estimator.predict(rows))]
    if probability:
        p, logs = estimator.predict_proba(rows), estimator.predict_log_proba(rows)
        outputs.append(output("predict_proba", p, "absolute", off[:, None] + 1e-15))
        outputs.append(output("predict_log_proba", logs, "log_probability", off[:, None] + 1e-15))
    outputs.append(output("decision_function", scores, "absolute", off if scores.ndim == 1 else off[:, None]))
    return outputs


def _classifier(name: str, estimator: Any, x: Any, y: Any, probability: str = "", multilabel: bool = False) -> Case:
    estimator.fit(x, y)
    rows = x[:: max(1, len(x) // 8)][:8]
    proto = _classifier_proto(estimator, probability, multilabel)
    return _case(
        name, {"sgd_classifier": proto}, rows, _classifier_outputs(estimator, estimator, rows, rows, probability)
    )


def _one_class_svm() -> Case:
    x = IRIS.data
    e = linear_model.SGDOneClassSVM(random_state=0, nu=0.4).fit(x)
    rows, off = x[:8], scale(x[:8], e.coef_, e.offset_)[:, 0]
    proto = {"coefficients": plain(e.coef_), "offset": float(e.offset_[0]), "n_features": x.shape[1]}
    outputs = [
        output("predict", e.predict(rows)),
        output("decision_function", e.decision_function(rows), "absolute", off),
        output("score_samples", e.score_samples(rows), "absolute", 2 * off),
    ]
    return _case("SGDOneClassSVM", {"sgd_one_class_svm": proto}, rows, outputs)


def _cluster_outputs(e: Any, rows: Any, reach: Any, centers: Any) -> list[Case]:
    off = 1e-12 * (np.abs(reach)[:, None, :] + np.abs(centers)[None]) ** 2
    return [output("predict", e.predict(rows)), output("transform", e.transform(rows), "squared", off.sum(axis=2))]


def _kmeans_proto(e: Any) -> Case:
    k, d = e.cluster_centers_.shape
    return {"centers": plain(e.cluster_centers_), "n_clusters": k, "n_features": d}


def _kmeans(k: int) -> Case:
    e = cluster.KMeans(k, n_init=1, random_state=0).fit(CANCER.data)
    rows = np.concatenate([CANCER.data[:6], e.cluster_centers_[:1]])
    return _case(
        f"KMeans of {k}", {"kmeans": _kmeans_proto(e)}, rows, _cluster_outputs(e, rows, rows, e.cluster_centers_)
    )


def _bisecting_kmeans(k: int) -> Case:
    e = cluster.BisectingKMeans(k, random_state=0).fit(IRIS.data)
    nodes, left, right = [e._bisecting_tree], [0], [0]  # noqa: SLF001 - the tree has no public name
    for i, node in enumerate(nodes):
        if node.left is not None:
            left[i], right[i] = len(nodes), len(nodes) + 1
            nodes += [node.left, node.right]
            left += [0, 0]
            right += [0, 0]
    centers = np.array([np.zeros(4) if node.center is None else node.center for node in nodes]) + e._X_mean  # noqa: SLF001
    proto = {
        "centers": plain(centers),
        "left": left,
        "right": right,
        "labels": [node.label if node.left is None else -1 for node in nodes],
        "n_clusters": k,
        "n_features": 4,
    }
    rows = IRIS.data[::19]
    outputs = _cluster_outputs(e, rows, rows, e.cluster_centers_)
    return _case(f"BisectingKMeans of {k}", {"bisecting_kmeans": proto}, rows, outputs)


def _scaler_proto(e: Any) -> Case:
    proto: Case = {"n_features": e.n_features_in_}
    if isinstance(e, preprocessing.StandardScaler):
        proto |= {"subtract": plain(e.mean_), "divide": plain(e.scale_)}
    elif isinstance(e, preprocessing.RobustScaler):
        proto |= {"subtract": plain(e.center_), "divide": plain(e.scale_)}
    elif isinstance(e, preprocessing.MaxAbsScaler):
        proto |= {"divide": plain(e.scale_)}
    else:
        proto |= {"multiply": plain(e.scale_), "add": plain(e.min_)}
        if e.clip:
            proto["clip"] = dict(zip(("low", "high"), e.feature_range, strict=True))
    return proto


def _scaler(e: Any) -> Case:
    e.fit(CANCER.data[:200, :7])
    rows = CANCER.data[200:206, :7].copy()
    rows[1] *= 50
    rows[2, 3] = np.nan
    rows[3] = -rows[3]
    transformed, back = e.transform(rows), e.inverse_transform(rows)
    outputs = [output("transform", transformed), output("inverse_transform", back)]
    clip = " with clip" if getattr(e, "clip", False) else ""
    return _case(type(e).__name__ + clip, {"affine_scaler": _scaler_proto(e)}, rows, outputs)


def _step(name: str, model: Case) -> Case:
    return {"name": name, **model}


def _scaled_logistic() -> Case:
    e = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
    e.fit(CANCER.data, CANCER.target)
    rows = CANCER.data[::80]
    model = {
        "pipeline": {
            "steps": [
                _step("scale", {"affine_scaler": _scaler_proto(e[0])}),
                _step("classify", {"sgd_classifier": _classifier_proto(e[1], LOGISTIC)}),
            ]
        }
    }
    outputs = _classifier_outputs(e, e[1], rows, e[0].transform(rows), LOGISTIC)
    return _case("StandardScaler and LogisticRegression", model, rows, outputs)


def _nested_clusters() -> Case:
    inner = pipeline.Pipeline(
        [("standard", preprocessing.StandardScaler()), ("k", cluster.KMeans(5, n_init=1, random_state=1))]
    )
    e = pipeline.Pipeline([("range", preprocessing.MinMaxScaler()), ("nothing", "passthrough"), ("inner", inner)])
    e.fit(CANCER.data)
    rows = CANCER.data[::70]
    inside = {
        "steps": [
            _step("standard", {"affine_scaler": _scaler_proto(inner[0])}),
            _step("k", {"kmeans": _kmeans_proto(inner[1])}),
        ]
    }
    model = {
        "pipeline": {
            "steps": [
                _step("range", {"affine_scaler": _scaler_proto(e[0])}),
                _step("nothing", {"passthrough": {"n_features": 30}}),
                _step("inner", {"pipeline": inside}),
            ]
        }
    }
    return _case(
        "nested pipeline with KMeans",
        model,
        rows,
        _cluster_outputs(e, rows, e[:-1].transform(rows) * 10, inner[1].cluster_centers_),
    )


def _two_scalers() -> Case:
    e = pipeline.make_pipeline(preprocessing.RobustScaler(), preprocessing.MinMaxScaler((-1, 3))).fit(CANCER.data)
    rows = CANCER.data[::90]
    steps = [_step(f"s{i}", {"affine_scaler": _scaler_proto(part)}) for i, part in enumerate(e)]
    outputs = [output("transform", e.transform(rows)), output("inverse_transform", e.inverse_transform(rows))]
    return _case("two scalers", {"pipeline": {"steps": steps}}, rows, outputs)


def _passthrough() -> Case:
    rows = np.array([[1.5, np.nan], [np.inf, -0.0]])
    both = [output(method, rows) for method in ("transform", "inverse_transform")]
    return _case("passthrough", {"passthrough": {"n_features": 2}}, rows, both)


def _search() -> Case:
    e = model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)
    e.fit(IRIS.data, IRIS.target)
    best, rows = e.best_estimator_, IRIS.data[::21]
    model = {"delegate": {"model": {"sgd_classifier": _classifier_proto(best, SOFTMAX)}}}
    return _case("GridSearchCV", model, rows, _classifier_outputs(e, best, rows, rows, SOFTMAX))


def _selector() -> Case:
    """Give one that keeps all columns, so that its two methods take rows of one width."""
    e = feature_selection.SelectKBest(k="all").fit(IRIS.data, IRIS.target)
    rows = IRIS.data[::40] * np.array([[1.0], [-0.0], [1e300], [5e-324]])
    both = [output("transform", e.transform(rows)), output("inverse_transform", e.inverse_transform(rows))]
    selected = plain(e.get_support(indices=True))
    return _case("SelectKBest", {"feature_selector": {"n_features": 4, "selected": selected}}, rows, both)


def _imputer() -> Case:
    x = IRIS.data[:50].copy()
    x[::3, 0], x[1::4, 2] = np.nan, np.nan
    e = impute.SimpleImputer(strategy="median").fit(x)
    proto = {"n_features": 4, "missing": "NaN", "fill": {"doubles": plain(e.statistics_)}}
    return _case("SimpleImputer", {"simple_imputer": proto}, x[:9], [output("transform", e.transform(x[:9]))])


def _missing_indicator() -> Case:
    x = IRIS.data[:50].copy()
    x[::3, 0], x[1::4, 2] = np.nan, np.nan
    e = impute.MissingIndicator(features="all").fit(x)
    proto = {"n_features": 4, "missing": "NaN", "columns": [0, 1, 2, 3]}
    return _case("MissingIndicator", {"missing_indicator": proto}, x[:9], [output("transform", e.transform(x[:9]))])


def _nearest() -> Case:
    x = IRIS.data[::10].copy()
    x[::3, 0], x[1::4, 2] = np.nan, np.nan
    x += np.arange(60.0).reshape(15, 4) * 1e-3
    e = impute.KNNImputer(n_neighbors=3).fit(x)
    rows = IRIS.data[5:40:5] * 1.01
    rows[0, 0], rows[1, 1], rows[2, :3], rows[3] = np.nan, np.nan, np.nan, np.nan
    proto = {"n_features": 4, "missing": "NaN", "n_rows": 15, "n_neighbors": 3}
    proto |= {"rows": plain(x), "means": plain(np.nanmean(x, axis=0))}
    return _case(
        "KNNImputer", {"knn_imputer": proto}, rows, [output("transform", e.transform(rows), "absolute", 1e-11)]
    )


def _rounds() -> Case:
    """Give two means that predict each other once, made by hand, so that every product is exact."""
    x = np.array([[1.0, 2.0], [np.nan, 4.0], [3.0, np.nan], [np.nan, np.nan], [-0.0, 0.5]])
    initial = {"simple_imputer": {"n_features": 2, "missing": "NaN", "fill": {"doubles": [2.0, 3.0]}}}
    halves = {"linear_regression": {"coefficients": [0.5], "intercept": 1.0, "n_features": 1}}
    proto = {"n_features": 2, "missing": "NaN", "model": initial, "members": [halves, halves]}
    proto |= {"updates": [{"column": 0, "inputs": [1]}, {"column": 1, "inputs": [0]}]}
    proto |= {"low": ["-Infinity", 0.0], "high": ["Infinity", 2.25]}
    filled = [[1.0, 2.0], [3.0, 4.0], [3.0, 2.25], [2.0, 3.0], [-0.0, 0.5]]
    return _case("two means that predict each other", {"iterative_imputer": proto}, x, [output("transform", filled)])


def _cases() -> list[Case]:
    x, y = DIABETES.data, DIABETES.target
    flowers, kinds = IRIS.data, IRIS.target
    names = np.array(["Rosé", "blue flag", ""])[kinds]
    two = flowers[:100]
    sgd = linear_model.SGDClassifier
    many = np.stack([kinds == 0, kinds != 1, flowers[:, 0] > 6], axis=1).astype(int)
    return [
        _linear("LinearRegression", linear_model.LinearRegression(), x, y),
        _linear("Ridge with two outputs", linear_model.Ridge(), x, np.stack([y, -y + 3], axis=1)),
        _linear("Ridge with one column", linear_model.LinearRegression(), x[:, :3], y[:, None]),
        _linear("PoissonRegressor", linear_model.PoissonRegressor(alpha=1e-3), x, y),
        _classifier(
            "LogisticRegression", linear_model.LogisticRegression(max_iter=9), CANCER.data, CANCER.target, LOGISTIC
        ),
        _classifier("softmax of strings", linear_model.LogisticRegression(), flowers, names, SOFTMAX),
        _classifier("SGD log_loss of three", sgd(loss="log_loss", random_state=0), flowers, kinds, LOGISTIC),
        _classifier(
            "SGD modified_huber of two",
            sgd(loss="modified_huber", random_state=0),
            two,
            kinds[:100] == 1,
            MODIFIED_HUBER,
        ),
        _classifier(
            "SGD modified_huber of three",
            sgd(loss="modified_huber", random_state=0),
            flowers,
            kinds * 10,
            MODIFIED_HUBER,
        ),
        _classifier("LinearSVC of floats", svm.LinearSVC(), flowers, kinds * 2.0),
        _classifier(
            "RidgeClassifier of several labels", linear_model.RidgeClassifier(), flowers, many, multilabel=True
        ),
        _one_class_svm(),
        _kmeans(1),
        _kmeans(10),
        _bisecting_kmeans(1),
        _bisecting_kmeans(6),
        _scaler(preprocessing.StandardScaler()),
        _scaler(preprocessing.MinMaxScaler()),
        _scaler(preprocessing.MinMaxScaler(clip=True)),
        _scaler(preprocessing.MaxAbsScaler()),
        _scaler(preprocessing.RobustScaler()),
        _scaled_logistic(),
        _nested_clusters(),
        _two_scalers(),
        _passthrough(),
        *single_rows.cases(_case, output, plain),
        *ensembles.cases(_case, output, plain, _classifier_proto),
        _search(),
        _selector(),
        _imputer(),
        _missing_indicator(),
        _nearest(),
        _rounds(),
    ]


def _flowers() -> bytes:
    """Give the file of the examples in Go's documentation."""
    classifier = {
        "coefficients": [1, -2],
        "intercepts": [0.5],
        "n_features": 2,
        "classes": {"strings": ["setosa", "virginica"]},
        "probability": LOGISTIC,
    }
    signature = {"n_features": 2, "feature_names": ["length", "width"]}
    model = {"name": "flowers", "signature": signature, "sgd_classifier": classifier}
    return bytes(json_format.ParseDict(model, model_pb2.ModelProto()).SerializeToString(deterministic=True))


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        written = json.dumps(_cases(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    Path(__file__).with_name("cases.json").write_text(written.replace('{"name"', '\n{"name"') + "\n")
    Path(__file__).with_name("flowers.pb").write_bytes(_flowers())
