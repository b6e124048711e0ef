"""Embeddings by random trees: columns, sparse or not, and what transforms after them."""

import numpy as np
import pytest
import roundtrip
from data import load
from scipy.sparse import issparse
from sklearn.ensemble import RandomTreesEmbedding
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.errors import ShapeError, UnsupportedEstimatorError


def embedding(**params):
    return RandomTreesEmbedding(**{"n_estimators": 4, "max_depth": 3, "random_state": 0} | params)


@pytest.mark.parametrize(
    "params", [{}, {"max_leaf_nodes": 4}, {"min_samples_leaf": 20}, {"random_state": None}], ids=repr
)
@pytest.mark.parametrize("sparse", [True, False])
def test_every_form(params, sparse):
    x, _ = load("wine")
    fitted = embedding(sparse_output=sparse, **params).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    given = loaded.transform(x)
    assert issparse(given) is sparse
    expected = fitted.transform(x)
    if sparse:
        assert type(given) is type(expected)
        given, expected = given.toarray(), expected.toarray()
    roundtrip.same_array(given, expected)
    roundtrip.same_array(loaded.get_feature_names_out(), fitted.get_feature_names_out())
    roundtrip.same_array(loaded.apply(x), fitted.apply(x))
    encoders = (loaded.one_hot_encoder_, fitted.one_hot_encoder_)
    roundtrip.same_value(*(dict(sorted(vars(encoder).items())) for encoder in encoders))
    for a, b in zip(fitted.estimators_, loaded.estimators_, strict=True):
        roundtrip.same_value(a.get_params(), b.get_params())
    for a, b in zip(fitted.estimators_samples_, loaded.estimators_samples_, strict=True):
        roundtrip.same_array(a, b)


def test_dense_columns_meet_the_schema():
    x, _ = load("iris")
    roundtrip.meets_the_schema(fitted := embedding(sparse_output=False).fit(x), modelx.to_proto(fitted), x[::5])


def test_a_classifier_over_the_columns():
    x, y = load("iris")
    fitted = make_pipeline(StandardScaler(), embedding(sparse_output=False), LogisticRegression()).fit(x, y)
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_answers(fitted, loaded, x)


def test_a_fit_begins_anew():
    x, _ = load("iris")
    loaded = modelx.loads(modelx.dumps(embedding(sparse_output=False).fit(x)))
    roundtrip.same_array(loaded.fit(x).transform(x), embedding(sparse_output=False).fit(x).transform(x))


def test_a_fit_on_missing_values():
    x, _ = load("wine")
    x[::5, 3] = np.nan
    try:
        fitted = embedding(sparse_output=False).fit(x)
    except ValueError as error:
        # scikit-learn 1.5 takes no NaN.
        assert "NaN" in str(error)  # noqa: PT017
        return
    roundtrip.same_answers(fitted, modelx.loads(modelx.dumps(fitted)), x)


def test_leaves_without_a_column_are_refused():
    x, _ = load("iris")
    fitted = embedding().fit(x)
    fitted.one_hot_encoder_.fit(fitted.apply(x[:3]))
    with pytest.raises(UnsupportedEstimatorError, match="leaves to which no training row came"):
        modelx.dumps(fitted)


def test_another_number_of_columns_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(embedding().fit(x))
    model.random_trees_embedding.trees[0].values.append(1.0)
    with pytest.raises(ShapeError, match=r"trees\[0\]\.values"):
        modelx.from_proto(model)


def test_a_width_that_a_file_claims_costs_no_memory():
    x, _ = load("iris")
    model = modelx.to_proto(embedding().fit(x))
    model.ClearField("evidence")
    model.ClearField("signature")
    model.random_trees_embedding.n_features = 2**31 - 1
    assert modelx.from_proto(model).n_features_in_ == 2**31 - 1
