"""Answers of real estimators, and what is said of bad rows."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from core_models import ask, refused, start, write
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDOneClassSVM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx
from modelx.serving import answering, loading
from modelx.serving.requests import Request
from modelx.serving.tensors import Inference, Input

IRIS_X, IRIS_Y = load_iris(return_X_y=True)
CANCER_X, CANCER_Y = load_breast_cancer(return_X_y=True)
DIABETES = load_diabetes(as_frame=True)
NAMES = np.array(["setosa", "versi\0", "virginica"], dtype=object)
BIG = np.array([2**53 + 1, 7, -(2**60)])


def classifier(labels, dtype=None):
    return LogisticRegression(max_iter=300).fit(
        IRIS_X, labels[IRIS_Y] if dtype is None else labels[IRIS_Y].astype(dtype)
    )


ESTIMATORS = {
    "ridge": (Ridge().fit(DIABETES.data.to_numpy(), DIABETES.target), DIABETES.data.to_numpy()),
    "pipeline": (make_pipeline(StandardScaler(), LogisticRegression()).fit(CANCER_X, CANCER_Y), CANCER_X),
    "text": (classifier(np.array(["a", "b", "cc"])), IRIS_X),
    "text of objects": (classifier(np.array(["a", "b", "cc"]), object), IRIS_X),
    "big": (classifier(BIG), IRIS_X),
    "uint8": (classifier(np.array([3, 200, 7]), np.uint8), IRIS_X),
    "float32": (classifier(np.array([1.0, 2, 3]), np.float32), IRIS_X),
    "bool": (LogisticRegression().fit(IRIS_X, IRIS_Y == 1), IRIS_X),
    "clusters": (KMeans(3, n_init=1, random_state=0).fit(IRIS_X), IRIS_X),
    "novelty": (SGDOneClassSVM(random_state=0).fit(IRIS_X), IRIS_X),
    "scaler": (MinMaxScaler((0, 5)).fit(IRIS_X), IRIS_X),
    "scaler that writes": (StandardScaler(copy=False).fit(IRIS_X.copy()), IRIS_X),
    "nothing": (make_pipeline(StandardScaler(), "passthrough").fit(IRIS_X), IRIS_X),
}

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def served(tmp_path, estimator, **settings):
    modelx.dump(estimator, tmp_path / "model.pb", name="m", version="1")
    return start(tmp_path / "model.pb", **settings)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_answers_are_scikit_learns_to_the_bit(tmp_path, name):
    estimator, x = ESTIMATORS[name]
    plane, heard = served(tmp_path, estimator)
    assert heard.kernels == []
    model = plane.find("m", "1")
    for method in model.methods:
        given = np.ascontiguousarray(estimator.transform(x.copy()) if method == "inverse_transform" else x)
        for rows in (given, given[:1], given[3:5]):
            before = rows.copy()
            for features in (rows, rows.reshape(-1), np.asfortranarray(rows), unaligned(rows)):
                response = plane.predict(Request(features=features, methods=(method,)))
                assert (response.model, response.version, response.rows) == ("m", "1", len(rows))
                (output,) = response.outputs
                expected = np.asarray(getattr(estimator, method)(rows.copy()))
                assert output.method == method
                assert output.values.shape == expected.shape
                assert output.values.tolist() == expected.tolist()
                kind = model.methods[method].type
                assert output.values.dtype == (object if kind == "string" else kind)
                if output.indices is not None:
                    assert estimator.classes_[output.indices].tolist() == expected.tolist()
                assert (output.indices is not None) == (
                    method == "predict" and name in ("text", "text of objects", "big")
                )
            assert rows.tobytes() == before.tobytes(), "the caller's rows were written to"


def unaligned(rows):
    """Give rows as they lie in the middle of a message: read-only, and anywhere."""
    raw = b"x" + rows.tobytes()
    out = np.frombuffer(raw, dtype=np.uint8)[1:].view(np.float64).reshape(rows.shape)
    assert not out.flags.writeable
    return out


def test_text_that_numpy_shortens_is_the_files(tmp_path):
    proto = modelx.to_proto(LogisticRegression(max_iter=300).fit(IRIS_X, NAMES[IRIS_Y]), name="m")
    proto.ClearField("evidence")
    for dtype in ("object", "<U9"):
        proto.sgd_classifier.classes.dtype = dtype
        (tmp_path / "model.pb").write_bytes(proto.SerializeToString())
        plane, _ = start(tmp_path / "model.pb")
        (output,) = plane.predict(Request(features=IRIS_X)).outputs
        assert set(output.values) == set(NAMES)
        assert plane.info("", "").classes == NAMES.tolist()


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        ([-1.5, 0.0, 1e6], ["-1.5", "0", "1e+06"]),
        ([1e-5, 0.0001, 1e300], ["1e-05", "0.0001", "1e+300"]),
        ([123456.789, 1234567.5, 1e21], ["123456.789", "1.2345675e+06", "1e+21"]),
        ([1, 2, 30], ["1", "2", "30"]),
    ],
)
def test_classes_are_told_as_go_writes_them(tmp_path, labels, texts):
    plane, _ = served(tmp_path, with_classes(np.array(labels)))
    assert plane.info("", "").classes == texts


def with_classes(labels):
    if labels.dtype.kind == "f":
        # scikit-learn takes no fractions as classes; a file may have them.
        estimator = SGDClassifier(random_state=0).fit(IRIS_X, IRIS_Y)
        estimator.classes_ = labels
        return estimator
    return SGDClassifier(random_state=0).fit(IRIS_X, labels[IRIS_Y])


def test_several_methods_in_one_request_are_of_one_load(tmp_path):
    estimator, x = ESTIMATORS["pipeline"]
    plane, _ = served(tmp_path, estimator)
    response = plane.predict(Request(features=x[:4].ravel(), methods=("predict_proba", "predict", "decision_function")))
    assert [output.method for output in response.outputs] == ["predict_proba", "predict", "decision_function"]
    assert response.outputs[0].values.tobytes() == estimator.predict_proba(x[:4]).tobytes()


def test_no_method_means_predict_or_else_the_first(tmp_path):
    plane, _ = served(tmp_path, ESTIMATORS["clusters"][0])
    assert plane.predict(Request(features=IRIS_X[:1], methods=())).outputs[0].method == "predict"
    assert answering.method_of(plane.find("", ""), "").name == "predict"
    modelx.dump(ESTIMATORS["scaler"][0], tmp_path / "s.pb")
    plane, _ = start(tmp_path / "s.pb")
    assert plane.predict(Request(features=IRIS_X[:1], methods=())).outputs[0].method == "transform"
    assert refused(answering.method_of, plane.find("", ""), "predict") == (
        "unsupported_method",
        'the model has no method "predict"; expected one of transform, inverse_transform',
    )


def cancer(tmp_path, **settings):
    return served(tmp_path, ESTIMATORS["pipeline"][0], **settings)[0]


@pytest.mark.parametrize(
    ("request_", "kind", "text"),
    [
        (Request(features=CANCER_X[0, :29]), "wrong_width", "features has 29 values; expected a multiple of 30"),
        (Request(features=CANCER_X[0, :29], rows=1), "wrong_width", "features has 29 values for 1 rows; expected 30"),
        (Request(features=CANCER_X[0], rows=2), "wrong_width", "features has 30 values for 2 rows; expected 60"),
        (Request(features=np.empty(0), rows=2), "wrong_width", "features has 0 values for 2 rows; expected 60"),
        (
            Request(features=CANCER_X[0], rows=2**63 - 1),
            "wrong_width",
            "features has 30 values for 9223372036854775807 rows; expected 276701161105643274210",
        ),
        (Request(features=CANCER_X[:2, :29]), "wrong_width", "row 1 has 29 values; expected 30"),
        (Request(features=CANCER_X[:2], rows=3), "wrong_width", "features has 60 values for 3 rows; expected 90"),
        (Request(features=np.empty(0)), "no_rows", "no rows; expected at least one"),
        (Request(features=np.empty((0, 30))), "no_rows", "no rows; expected at least one"),
        (Request(features=np.empty((0, 0))), "no_rows", "no rows; expected at least one"),
        (Request(features=CANCER_X[:5]), "too_many_rows", "5 rows; expected at most 4"),
        (Request(features=CANCER_X[0], rows=-1), "bad_request", "rows is -1; expected 0 or more"),
        (Request(features=CANCER_X[0], rows=-1, model="x"), "bad_request", "rows is -1; expected 0 or more"),
        (
            Request(features=CANCER_X[0], model='x"\n'),
            "unknown_model",
            'no model "x\\u0022\\u000a"; expected one of "m"',
        ),
        (
            Request(features=CANCER_X[0], version="9"),
            "unknown_version",
            'model "m" has no version "9" in service; expected one of "1"',
        ),
        # The order of checks: model, version, method, shape, number of rows, values.
        (Request(features=CANCER_X[0, :3], model="x", methods=("foo",)), "unknown_model", None),
        (
            Request(features=CANCER_X[0, :3], methods=("predict", "foo")),
            "unsupported_method",
            'the model has no method "foo"; expected one of ' + ", ".join(METHODS),
        ),
        (Request(features=np.full(29, np.nan)), "wrong_width", None),
        (Request(features=np.full(150, np.nan)), "too_many_rows", None),
    ],
)
def test_what_is_said_of_bad_requests(tmp_path, request_, kind, text):
    plane = cancer(tmp_path, max_rows=4)
    found = refused(plane.predict, request_)
    assert found[0] == kind
    assert text is None or found[1] == text


def row(**values):
    out = CANCER_X[0].copy()
    for place, value in values.items():
        out[int(place[1:])] = value
    return out


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([row(f4=np.nan)], "row 1, feature 5 is NaN; expected a finite number"),
        ([row(), row(), row(f0=np.inf)], "row 3, feature 1 is Infinity; expected a finite number"),
        ([row(f29=-np.inf)], "row 1, feature 30 is -Infinity; expected a finite number"),
        # The scaler takes NaN; the classifier behind it does not, and an infinity is refused before that.
        ([row(f3=np.nan, f7=np.inf)], "row 1, feature 4 is NaN; expected a finite number"),
        ([row(f0=1.7e308), row(f2=np.nan)], "row 2, feature 3 is NaN; expected a finite number"),
        ([row(), np.full(30, 1e308)], "row 2 has values that the model does not take, or that overflow inside it"),
    ],
)
def test_the_first_value_that_is_refused_is_named(tmp_path, rows, text):
    plane = cancer(tmp_path)
    kind, found = refused(plane.predict, Request(features=np.array(rows)))
    assert (kind, found) == ("refused_value" if "overflow" in text else "non_finite_input", text)


def test_of_many_rows_the_first_bad_one_is_named(tmp_path):
    plane = cancer(tmp_path)
    x = np.tile(CANCER_X[:100], (20, 1))
    for bad in (0, 1, 999, 1024, 1999):
        broken = x.copy()
        broken[bad, 3] = np.nan
        broken[min(bad + 7, 1999), 2] = np.inf
        assert refused(plane.predict, Request(features=broken))[1].startswith(f"row {bad + 1}, feature ")


def test_values_that_the_model_takes_are_not_blamed(tmp_path):
    plane, _ = served(tmp_path, ESTIMATORS["scaler"][0])
    x = np.array([[np.nan, 1.0, np.inf, -np.inf]])
    kind, text = refused(plane.predict, Request(features=x, methods=("transform",)))
    assert (kind, text) == ("non_finite_input", "row 1, feature 3 is Infinity; expected a finite number")
    taken = plane.predict(Request(features=np.array([[np.nan, 1.0, 2.0, 3.0]]), methods=("transform",)))
    assert np.isnan(taken.outputs[0].values[0, 0])


def test_features_with_names_are_named(tmp_path):
    plane, _ = served(tmp_path, Ridge().fit(DIABETES.data, DIABETES.target))
    x = DIABETES.data.to_numpy()[:1].copy()
    x[0, 2] = np.nan
    assert refused(plane.predict, Request(features=x))[1] == 'row 1, feature 3 ("bmi") is NaN; expected a finite number'


def columns(count=3, **changed):
    data = {name: DIABETES.data[name].to_numpy()[:count] for name in reversed(DIABETES.data.columns)} | changed
    return [Input(name, "FP64", [len(values)], values) for name, values in data.items() if values is not None]


def infer(plane, inputs):
    inference = Inference(inputs)
    inference.check()
    served = plane.find("", "")
    return answering.respond(served, inference.fill(served))


def test_columns_come_in_any_order(tmp_path):
    estimator = Ridge().fit(DIABETES.data, DIABETES.target)
    plane, _ = served(tmp_path, estimator)
    response = infer(plane, columns())
    assert response.outputs[0].values.tobytes() == estimator.predict(DIABETES.data[:3]).tobytes()


@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        (
            columns(bmi=None),
            "missing_column",
            'no input "bmi"; expected one tensor for each feature, or a single one for all',
        ),
        (
            columns(x=np.zeros(3)),
            "missing_column",
            'unknown input "x"; expected one tensor for each feature, or a single one for all',
        ),
        ([*columns(), *columns()], "missing_column", 'input "s6" is there twice; expected it once'),
        (columns(bmi=np.zeros(2)), "bad_request", "inputs have 3 and 2 rows; expected the same number"),
        (columns(0), "no_rows", "no rows; expected at least one"),
        (columns(bmi=np.array([0, np.nan, 0])), "non_finite_input", None),
    ],
)
def test_what_is_said_of_bad_columns(tmp_path, given, kind, text):
    plane, _ = served(tmp_path, Ridge().fit(DIABETES.data, DIABETES.target))
    found = refused(infer, plane, given)
    assert found == (kind, text or 'row 2, feature 3 ("bmi") is NaN; expected a finite number')


def test_an_error_that_no_row_explains_is_not_blamed_on_one(tmp_path):
    plane = cancer(tmp_path)
    model = plane.find("", "")

    def moody(x):
        if len(x) == 4:
            raise ValueError("not on a Friday")
        return x

    method = replace(model.methods["predict"], compute=moody)
    with pytest.raises(ValueError, match="Friday"):
        answering.respond(replace(model, methods={"predict": method}), Request(features=CANCER_X[:4]))


def test_requests_are_counted_well_or_refused_and_exactly(tmp_path):
    plane = cancer(tmp_path)
    x = CANCER_X[:1].copy()
    plane.predict(Request(features=x))
    refused(plane.predict, Request(features=x, methods=("foo",)))
    refused(plane.predict, Request(features=x[0, :3]))
    refused(plane.predict, Request(features=x, version="9"))  # no model answered this one
    assert plane.info("", "").requests_served == 3
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: [plane.predict(Request(features=x)) for _ in range(300)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            # Reading takes part in the count, and must leave no trace.
            assert 3 <= plane.info("", "").requests_served <= 2403
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert plane.info("", "").requests_served == 2403


@pytest.mark.filterwarnings("error")
def test_overflow_inside_a_model_warns_of_nothing(tmp_path):
    plane, _ = served(tmp_path, ESTIMATORS["ridge"][0])
    (output,) = plane.predict(Request(features=np.full(10, 1e308))).outputs
    assert output.values.shape == (1,)


def test_a_kernel_that_gives_other_bits_is_dropped(tmp_path, monkeypatch):
    estimator, x = ESTIMATORS["ridge"]
    monkeypatch.setattr(loading, "kernel_for", lambda _estimator, _method: lambda rows: estimator.predict(rows) + 1e-9)
    plane, heard = served(tmp_path, estimator)
    assert heard.kernels == [{"model": "m", "version": "1", "method": "predict"}]
    assert plane.predict(Request(features=x)).outputs[0].values.tobytes() == estimator.predict(x).tobytes()


def refuse(rows):
    raise ValueError(f"{len(rows)} rows are refused")


@pytest.mark.parametrize(
    "kernel",
    [
        lambda rows: np.zeros((len(rows), 1)),
        lambda rows: np.zeros(len(rows), dtype=np.float32),
        lambda rows: [0.0] * len(rows),
        refuse,
        None,
    ],
)
def test_a_kernel_is_compared_in_every_respect(kernel):
    zeros = lambda rows: np.zeros(len(rows))  # noqa: E731
    assert loading.agrees(kernel, zeros, np.ones((3, 2))) == (kernel is None)
    assert loading.agrees(zeros, zeros, np.ones((3, 2)))


def test_a_model_without_evidence_serves(tmp_path):
    estimator, x = ESTIMATORS["pipeline"]
    proto = modelx.to_proto(estimator, name="m")
    proto.ClearField("evidence")
    proto.ClearField("signature")
    (tmp_path / "model.pb").write_bytes(proto.SerializeToString())
    plane, _ = start(tmp_path / "model.pb")
    info = plane.info("", "")
    assert (info.evidence_rows, info.evidence_methods) == (0, [])
    assert info.signature.n_features == 30
    assert [output.method for output in info.signature.outputs][:2] == ["predict", "predict_proba"]
    assert plane.predict(Request(features=x)).outputs[0].values.tolist() == estimator.predict(x).tolist()


def test_constant_models_answer_their_number(tmp_path):
    plane, heard = start(write(tmp_path / "a.pb", 7.0, version="3"))
    assert ask(plane) == ("3", 7.0)
    assert heard.loaded == [("m", "3")]
