"""One typed error for each defect, with what was found and what to do; a tampered source runs nothing."""

import re
from pathlib import Path

import numpy as np
import pytest
from data import load
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx import errors
from modelx.errors import (
    ModelxError,
    ModelxWarning,
    NotFittedError,
    SchemaVersionError,
    SourceError,
    UnknownFamilyError,
    UnsupportedEstimatorError,
)

DOCS = Path(__file__).parents[1] / "docs" / "errors.md"


def error_classes():
    return {
        cls.__name__: cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, ModelxError) and "kind" in vars(cls) and cls is not ModelxError
    }


def test_the_table_in_the_docs_is_complete():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", DOCS.read_text(), re.MULTILINE)
    documented = {name: kind for kind, name in rows if name != "OSError"}
    assert documented == {name: cls.kind for name, cls in error_classes().items()}


def test_kinds_are_distinct():
    kinds = [cls.kind for cls in error_classes().values()]
    assert len(kinds) == len(set(kinds)) > 20


@pytest.mark.parametrize("estimator", [Ridge(), SGDClassifier(), StandardScaler(), Pipeline([("s", StandardScaler())])])
def test_unfitted(estimator):
    with pytest.raises(NotFittedError, match=r"not fitted; call fit\(X, y\)"):
        modelx.dumps(estimator)


def test_an_unfitted_step_is_named():
    x, y = load("iris")
    fitted = Pipeline([("scale", StandardScaler().fit(x)), ("last", LogisticRegression().fit(x, y))])
    fitted.steps[0] = ("scale", StandardScaler())
    with pytest.raises(NotFittedError) as caught:
        modelx.dumps(fitted)
    assert caught.value.path == "scale"


def test_all_unsupported_steps_are_listed_at_once():
    x, y = load("iris")
    inner = Pipeline([("scale", StandardScaler()), ("pca", PCA(2))])
    fitted = Pipeline([("inner", inner), ("near", KNeighborsClassifier(3))]).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError) as caught:
        modelx.dumps(fitted)
    assert [place for place, _ in caught.value.reasons] == ["inner.pca", "near"]
    assert "docs/estimators.md" in str(caught.value)


class OwnRidge(Ridge):
    """Might compute anything."""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (OwnRidge(), "a class of its own over Ridge, and may compute anything"),
        (Ridge, "Ridge is a class; give a fitted estimator"),
        ({"coef_": 1}, "a builtins.dict is no scikit-learn estimator"),
        (None, "a builtins.NoneType is no scikit-learn estimator"),
    ],
)
def test_what_is_no_estimator_of_ours(given, message):
    with pytest.raises(UnsupportedEstimatorError, match=message):
        modelx.dumps(given)


def ridge_model():
    x, y = load("diabetes")
    return modelx.to_proto(Ridge(max_iter=7).fit(x, y))


def refuses(model, match):
    with pytest.raises(SourceError, match=match) as caught:
        modelx.from_proto(model)
    assert caught.value.kind == "source"
    return caught.value


@pytest.mark.parametrize("name", ["os.system", "Lasso2", "KMeans", "LogisticRegression", "Pipeline", "ridge"])
def test_another_class_is_refused(name):
    model = ridge_model()
    model.source.class_name = name
    refuses(model, "none of those that linear_regression has")


@pytest.mark.parametrize(
    "name",
    ["predict", "predict_", "__class__", "_private_", "coef_", "n_features_in_", "feature_names_in_", "a b_", "fit"],
)
def test_an_attribute_that_is_none_is_refused(name):
    model = ridge_model()
    model.source.attributes[name].string_value = "x"
    if name == "predict_":
        # A fitted attribute of this name would shadow nothing; it is data that nobody reads.
        assert modelx.from_proto(model).predict_ == "x"
    else:
        refuses(model, "no fitted attribute of this class")


def test_a_property_of_the_class_is_not_shadowed():
    x, y = load("iris")
    from sklearn.linear_model import RidgeClassifier

    model = modelx.to_proto(RidgeClassifier().fit(x, y))
    model.source.attributes["classes_"].string_value = "x"
    refuses(model, "no fitted attribute of this class")


def test_an_estimator_as_a_fitted_attribute_is_refused():
    model = ridge_model()
    model.source.attributes["inner_"].estimator.class_name = "Ridge"
    refuses(model, "an estimator 'Ridge' as a fitted attribute")


def test_an_unknown_hyper_parameter_is_left_out_and_said():
    model = ridge_model()
    model.source.params["of_the_future"].int_value = 1
    with pytest.warns(ModelxWarning, match="no such hyper-parameter of Ridge; left out"):
        assert modelx.from_proto(model).max_iter == 7


def test_an_unknown_estimator_as_a_hyper_parameter_is_refused():
    model = ridge_model()
    model.source.params["solver"].estimator.class_name = "subprocess.Popen"
    refuses(model, "the class 'subprocess.Popen' is not one that modelx rebuilds")


@pytest.mark.parametrize(
    ("layout", "match"),
    [
        ({"dtype": "object"}, "dtype is 'object'"),
        ({"dtype": "V8"}, "dtype is 'V8'"),
        ({"shape": [3]}, r"shape is \(3,\); expected one of 10 values"),
        ({"shape": [-10]}, "expected one of 10 values"),
        ({"shape": [10], "strides": [0]}, "let elements overlap"),
        ({"shape": [5, 2], "strides": [1, 4]}, "let elements overlap"),
        ({"shape": [10], "strides": [-1]}, "let elements overlap"),
        ({"shape": [10], "strides": [1 << 40]}, "places for 10 values"),
        ({"shape": [10], "strides": [1, 1]}, "2 strides for 1 axes"),
        ({"scalar": 3, "shape": [10]}, "a scalar has a shape"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(layout, match):
    model = ridge_model()
    form = model.source.layouts["coef_"]
    form.Clear()
    for name, value in layout.items():
        if isinstance(value, list):
            getattr(form, name).extend(value)
        else:
            setattr(form, name, value)
    assert refuses(model, match).path == "linear_regression.source.layouts[coef_]"


@pytest.mark.parametrize(
    ("array", "match"),
    [
        ({"dtype": "float64", "shape": [1 << 50], "doubles": [1.0]}, "expected one of 1 values"),
        ({"dtype": "int8", "shape": [1], "ints": [300]}, "does not fit into int8"),
        ({"dtype": "<U999999999", "shape": [1], "strings": ["a"]}, "expected 'object' or '<U1'"),
        ({"dtype": "<U0", "shape": [1], "strings": ["a"]}, "expected 'object' or '<U1'"),
        ({"dtype": "complex128", "shape": [1], "doubles": [1.0]}, "dtype is 'complex128'"),
        ({"dtype": "float64", "shape": [2, 2], "strides": [1, 1], "doubles": [1, 2, 3, 4]}, "overlap"),
    ],
)
def test_an_array_that_cannot_be_is_refused(array, match):
    model = ridge_model()
    value = model.source.attributes["n_iter_"].array
    value.dtype = array.pop("dtype")
    for name, values in array.items():
        getattr(value, name).extend(values)
    refuses(model, match)


def test_values_that_nest_too_deep_are_refused():
    model = ridge_model()
    value = model.source.attributes["deep_"]
    for _ in range(20):
        value = value.list.items.add()
    value.none = True
    refuses(model, "values nest over 16 deep")


def test_a_key_that_is_there_twice_or_is_no_key_is_refused():
    model = ridge_model()
    entries = model.source.attributes["d_"].dict.entries
    for _ in range(2):
        entry = entries.add()
        entry.key.int_value = 1
        entry.value.none = True
    refuses(model, "there twice")
    entries[1].key.list.SetInParent()
    refuses(model, "a key is a list")


def test_a_value_of_no_kind_is_refused():
    model = ridge_model()
    model.source.attributes["x_"].SetInParent()
    refuses(model, "no kind that this version knows")


def test_a_newer_file_names_what_it_needs():
    model = ridge_model()
    model.schema_version = 1000
    with pytest.raises(SchemaVersionError, match="needs schema version 1000"):
        modelx.from_proto(model)
    model.schema_version = 1
    model.ClearField("linear_regression")
    with pytest.raises(UnknownFamilyError):
        modelx.from_proto(model)


def test_a_generator_as_a_hyper_parameter_is_left_out_and_said():
    x, y = load("iris")
    fitted = SGDClassifier(random_state=np.random.RandomState(3)).fit(x, y)
    with pytest.warns(ModelxWarning, match="RandomState is not in the file"):
        assert modelx.loads(modelx.dumps(fitted)).random_state is None
