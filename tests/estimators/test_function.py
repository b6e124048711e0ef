"""FunctionTransformer with functions: numpy's and scipy's by name, and the user's own by the names they register."""

import functools
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from scipy import special
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

import modelx
from modelx import functions
from modelx.errors import (
    ModelFileError,
    ModelxWarning,
    NonFiniteError,
    RegistrationError,
    ShapeError,
    SourceError,
    UnregisteredFunctionError,
    UnsupportedEstimatorError,
)
from modelx.v1 import function_pb2

X = load("wine")[0][:, :3]
ODD = np.array([[0.0, -0.0, 0.5], [-1.0, np.nan, 1.0], [5e-324, -1e300, np.inf], [2.5, -2.5, 0.9999999999999999]])
ROWS = np.concatenate([X[::30], ODD])


def fitted(func=None, inverse_func=None, x=X, **params):
    with np.errstate(all="ignore"):
        return FunctionTransformer(func, inverse_func, check_inverse=False, **params).fit(x)


def own_ratio(x):
    """Give the first column, and its part of the second."""
    return np.column_stack([x[:, 0], x[:, 0] / (1.0 + x[:, 1] * x[:, 1])])


def own_ratio_back(t):
    return np.column_stack([t[:, 0], np.sqrt(np.abs(t[:, 0] / t[:, 1] - 1.0))])


def power(x, exponent):
    return np.abs(x) ** exponent


@pytest.fixture
def ratio():
    modelx.register_function("tests.ratio", own_ratio, own_ratio_back)
    yield
    modelx.unregister_function("tests.ratio")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", sorted(set(functions.BUILTIN) - {"clip"}))
def test_each_function_comes_back(name):
    func = functions.BUILTIN[name][0]
    roundtrip.check(fitted(func), ROWS)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("func", "kw_args"),
    [
        (np.clip, {"a_min": -0.5, "a_max": 13}),
        (np.clip, {"a_min": None, "a_max": np.float64(0.0)}),
        (np.clip, {"a_min": 2, "a_max": 1}),
        (np.nan_to_num, {"nan": -1.0, "posinf": 7, "copy": True}),
        (np.nan_to_num, {"nan": np.nan, "neginf": np.float32(0.1)}),
        (np.round, {"decimals": 3}),
        (np.around, {"decimals": np.int64(-1)}),
        (np.log1p, {}),
    ],
)
def test_arguments_come_back(func, kw_args):
    roundtrip.check(fitted(func, kw_args=kw_args), ROWS)
    loaded = roundtrip.check(fitted(np.cbrt, func, inv_kw_args=kw_args), ROWS)
    assert loaded.inv_kw_args == kw_args or np.isnan(kw_args["nan"])


def test_checks_names_and_inverses():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    loaded = roundtrip.check(fitted(np.log1p, np.expm1, x=frame, feature_names_out="one-to-one"), X)
    assert list(loaded.get_feature_names_out()) == ["a", "b", "c"]
    roundtrip.check(fitted(np.sqrt, np.square, validate=True, accept_sparse=True), X)
    roundtrip.check(fitted(None, np.exp), X)
    roundtrip.check(fitted(validate=True), X)
    # fit works again, and so do clones.
    assert (clone(loaded).fit(frame).transform(frame) == np.log1p(frame)).all(axis=None)


def test_a_function_for_names_is_left_out_with_a_warning():
    data = modelx.dumps(fitted(np.log1p, feature_names_out=lambda _, names: names))
    with pytest.warns(ModelxWarning, match=r"params\[feature_names_out\]: a builtins.function is not in the file"):
        assert modelx.loads(data).feature_names_out is None


def test_inside_of_other_models():
    x, y = load("wine")
    x = x[:, :4]
    columns = make_column_transformer(
        (FunctionTransformer(np.log1p, np.expm1, feature_names_out="one-to-one"), [0, 1]),
        (make_pipeline(StandardScaler(), FunctionTransformer(np.tanh)), [2]),
        remainder=FunctionTransformer(np.clip, kw_args={"a_min": 10.0, "a_max": 20.0}),
    )
    loaded = roundtrip.check(make_pipeline(columns, LogisticRegression(max_iter=500)).fit(x, y), x)
    loaded.fit(x, y)
    union = FeatureUnion([("sin", FunctionTransformer(np.sin)), ("cos", FunctionTransformer(np.cos))])
    roundtrip.check(make_pipeline(union, StandardScaler(), Ridge()).fit(x, y), x)
    # Functions with jumps behind inexact steps: rows next to a jump are no evidence.
    scaled = make_pipeline(StandardScaler(), FunctionTransformer(np.floor), FunctionTransformer(np.exp2))
    roundtrip.check(scaled.fit(x), x)
    roundtrip.check(make_pipeline(StandardScaler(), FunctionTransformer(np.tan)).fit(x), x)


@pytest.mark.parametrize(
    ("func", "params", "message"),
    [
        (np.cumsum, {}, r"func is numpy.cumsum, which is none .*register_function\('acme.cumsum'"),
        (lambda x: x, {}, r"modelx.RegisterFunction\(\"acme.lambda\""),
        (functools.partial(np.clip, a_min=0, a_max=1), {}, "func is numpy.clip, which is none"),
        (special.erf, {}, "erf, which is none"),
        (np.log, {"kw_args": {"where": [True]}}, "where stands in no file"),
        (np.clip, {"kw_args": {"a_min": np.zeros(3), "a_max": 1}}, "a ndarray stands in no file"),
        (np.clip, {"kw_args": {"a_min": np.nan, "a_max": 1}}, "one number for each limit"),
        (np.clip, {"kw_args": {"a_min": None, "a_max": None}}, "a_min, a_max, or both"),
        (np.nan_to_num, {"kw_args": {"copy": False}}, "would write into the rows"),
        (np.round, {"kw_args": {"decimals": 309}}, "decimals from -308 to 308"),
    ],
)
def test_what_no_file_carries(func, params, message):
    estimator = FunctionTransformer(func, **params)
    estimator.n_features_in_ = 3
    with pytest.raises(UnsupportedEstimatorError, match=message):
        modelx.to_proto(estimator)


def test_steps_that_give_ints_are_refused():
    for first in (OrdinalEncoder(dtype=np.int64), OneHotEncoder(dtype=bool, sparse_output=False)):
        steps = Pipeline([("first", first), ("root", FunctionTransformer(np.sqrt))]).fit(np.round(X))
        with pytest.raises(UnsupportedEstimatorError, match="first: it gives ints or bools"):
            modelx.to_proto(steps)


@pytest.mark.usefixtures("ratio")
def test_a_registered_pair_comes_back():
    x = X[:, :2]
    for params in ({}, {"validate": True}):
        loaded = roundtrip_without_formulas(fitted(own_ratio, own_ratio_back, x=x, **params), x)
        assert loaded.func is own_ratio
        assert loaded.inverse_func is own_ratio_back
    model = modelx.to_proto(fitted(own_ratio, own_ratio_back, x=x))
    assert model.function.transform == function_pb2.AppliedFunction(name="tests.ratio", n_outputs=2)
    assert model.function.inverse == function_pb2.AppliedFunction(name="tests.ratio", n_outputs=2, undoes=True)
    assert "ratio_back" not in str(model)
    # Inside of other models, behind inexact steps too.
    roundtrip_without_formulas(
        make_pipeline(StandardScaler(), FunctionTransformer(own_ratio), Ridge()).fit(x, X[:, 2]), x
    )
    targets = TransformedTargetRegressor(Ridge(), func=own_ratio, inverse_func=own_ratio_back, check_inverse=False)
    assert modelx.to_proto(targets.fit(X, x)).transformed_target.final.function.transform.name == "tests.ratio"
    roundtrip_without_formulas(targets, X)


def roundtrip_without_formulas(estimator, x):
    """Do what `roundtrip.check` does but for the schema's formulas, which know no registered function."""
    loaded = modelx.loads(modelx.dumps(estimator))
    roundtrip.same_estimator(estimator, loaded)
    roundtrip.same_answers(estimator, loaded, x)
    roundtrip.kernel_agreement.check(loaded, x)
    return loaded


@pytest.mark.usefixtures("ratio")
def test_evidence_holds_another_function_off():
    data = modelx.dumps(fitted(own_ratio, x=X[:, :2]))
    modelx.register_function("tests.ratio", lambda x: x * 0.999, replace=True)
    with pytest.raises(ModelFileError, match="differs in"):
        modelx.loads(data)


def test_files_of_functions_that_nobody_registered(ratio, tmp_path):  # noqa: ARG001
    path = tmp_path / "model.pb"
    modelx.dump(fitted(own_ratio, own_ratio_back, x=X[:, :2]), path)
    nested = modelx.dumps(ColumnTransformer([("own", FunctionTransformer(own_ratio), [0, 1])]).fit(X))
    modelx.register_function("tests.ratio", own_ratio, replace=True)
    with pytest.raises(UnregisteredFunctionError, match="registered without it") as caught:
        modelx.load(path)
    assert caught.value.path == "function.inverse.name"
    modelx.unregister_function("tests.ratio")
    with pytest.raises(
        UnregisteredFunctionError, match=r"call modelx.register_function\('tests.ratio', func\)"
    ) as caught:
        modelx.load(path)
    assert (caught.value.kind, caught.value.path) == ("unregistered_function", "function.transform.name")
    with pytest.raises(UnregisteredFunctionError):
        modelx.loads(nested)
    # As data it can be looked at.
    assert modelx.read(path).family == "function"
    modelx.unregister_function("tests.never")


def test_functions_that_are_not_of_single_rows(ratio):  # noqa: ARG001
    def refuse(func, message, inverse_func=None, **params):
        modelx.register_function("tests.odd", func, inverse_func, replace=True)
        with pytest.raises(UnsupportedEstimatorError, match=message):
            modelx.to_proto(fitted(func, inverse_func, **params))
        modelx.unregister_function("tests.odd")

    refuse(lambda x: x - x.mean(axis=0), "answers otherwise for a row when others stand beside it")
    refuse(lambda x: x[0], "gave the shape")
    refuse(lambda x: x.no_such, "failed on rows of 3 float64 values: AttributeError")
    refuse(lambda x: x, "gets arguments", kw_args={"a": 1})
    refuse(lambda x: x[:, :2], "inverse_func gives 2 values for a row; expected 3", lambda t: t * 1.0)


def test_arguments_of_registered_functions_stand_in_partials():
    modelx.register_function("tests.power", functools.partial(power, exponent=1.5), tolerance=1e-14)
    try:
        # scikit-learn clones: another partial of the same function and arguments is the same.
        estimator = ColumnTransformer([("own", FunctionTransformer(functools.partial(power, exponent=1.5)), [0, 1])])
        model = modelx.to_proto(estimator.fit(X))
        assert model.column_transformer.members[0].function.transform.name == "tests.power"
        modelx.register_function("tests.power", functools.partial(power, exponent=1.5), tolerance=1e-14)
        with pytest.raises(UnsupportedEstimatorError):
            modelx.to_proto(fitted(functools.partial(power, exponent=2.5)))
    finally:
        modelx.unregister_function("tests.power")


@pytest.mark.usefixtures("ratio")
@pytest.mark.parametrize(
    ("name", "func", "more", "message"),
    [
        ("log", own_ratio, {}, "the name is 'log'"),
        ("acme.", own_ratio, {}, "the name is 'acme.'"),
        ("acme.l\u00f6g", own_ratio, {}, "parts of letters"),
        ("a." + "b" * 199, own_ratio, {}, "at most 200"),
        ("tests.ratio", power, {}, "another function is registered as 'tests.ratio'"),
        ("tests.other", own_ratio, {}, "known as 'tests.ratio' already"),
        ("tests.other", power, {"inverse_func": np.log}, "known as 'log' already"),
        ("tests.other", 3, {}, "3 is no function"),
        ("tests.other", power, {"tolerance": np.inf}, "the tolerance of 'tests.other' is inf"),
    ],
)
def test_registrations_that_are_refused(name, func, more, message):
    with pytest.raises(RegistrationError, match=message):
        modelx.register_function(name, func, **more)
    assert functions.find("tests.other") is None
    # The same again is no other.
    modelx.register_function("tests.ratio", own_ratio, own_ratio_back)


def test_registration_from_several_threads():
    names = [f"tests.thread_{i}" for i in range(16)]
    calls = [functools.partial(power, exponent=float(i)) for i in range(16)]
    threads = [threading.Thread(target=modelx.register_function, args=pair) for pair in zip(names, calls, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [functions.name_of(call) for call in calls] == names
    for name in names:
        modelx.unregister_function(name)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda p: setattr(p.inverse, "function", 4), SourceError, "inverse is another than the model's"),
        (lambda p: p.ClearField("inverse"), SourceError, "inverse is another than the model's"),
        (lambda p: setattr(p, "finite_only", True), SourceError, "validate is not what the model has"),
        (lambda p: setattr(p.transform.limits, "low", 1.0), SourceError, "another than the model's"),
        (lambda p: setattr(p.transform.limits, "low", np.nan), NonFiniteError, "low is NaN"),
        (lambda p: setattr(p.transform, "name", "os.system"), ShapeError, "one that this version knows, or a name"),
    ],
)
def test_changed_files(change, error, message):
    model = modelx.to_proto(fitted(np.clip, np.sqrt, kw_args={"a_min": 0.0, "a_max": 1.0}))
    change(model.function)
    with pytest.raises(error, match=message):
        modelx.from_proto(model, verify=False)


def test_no_name_of_a_source_is_looked_up_elsewhere():
    model = modelx.to_proto(fitted(np.sqrt))
    model.source.params["func"].function = "os.system"
    with pytest.raises(UnregisteredFunctionError, match=r"os\.system"):
        modelx.from_proto(model)
    model.source.params["func"].string_value = "print"
    with pytest.raises(SourceError, match="none of a file's"):
        modelx.from_proto(model)
    model.source.class_name = "Pipeline"
    with pytest.raises(SourceError, match="'Pipeline' applies no functions"):
        modelx.from_proto(model)


def test_no_warning_is_new():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        modelx.loads(modelx.dumps(fitted(np.log, np.exp)))
