"""A model that answers something else than was recorded: the error names the innermost one that is known to be off."""

import numpy as np
import pytest
from data import load
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.feature_selection import RFE
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

import modelx
from modelx.errors import EvidenceMismatchError

IRIS, SPECIES = load("iris")
IRIS, SPECIES = IRIS[::5], SPECIES[::5]
ROOM = np.array(["hall", "lab", "attic"], dtype=object)[SPECIES]
MIXED = np.column_stack([IRIS[:, :2].astype(object), ROOM])
NUMBERS = Pipeline([("scale", StandardScaler()), ("squeeze", MinMaxScaler())])


def columns(numbers):
    return ColumnTransformer([("room", OneHotEncoder(), [2]), ("numbers", numbers, [0, 1])])


def refused(fitted, edit):
    """Give the error of a model that was changed after it was recorded."""
    model = modelx.to_proto(fitted)
    edit(model)
    with pytest.raises(EvidenceMismatchError) as caught:
        modelx.from_proto(model)
    return caught.value


def spoil(model):
    """Change a number of a model."""
    message = getattr(model, model.WhichOneof("model"))
    numbers = message.coefficients if hasattr(message, "coefficients") else message.subtract or message.add
    numbers[0] += 0.5


MODELS = {
    "the scaler of some columns": (
        Pipeline([("columns", columns(StandardScaler())), ("model", LogisticRegression())]),
        MIXED,
        lambda m: spoil(m.pipeline.steps[0].column_transformer.members[1]),
        "pipeline.steps[0].column_transformer.members[1].affine_scaler",
        "is in what pipeline > columns (column_transformer) > numbers (affine_scaler) gives",
    ),
    "steps inside of a member": (
        columns(NUMBERS),
        MIXED,
        lambda m: spoil(m.column_transformer.members[1].pipeline.steps[0]),
        "column_transformer.members[1].pipeline",
        "is in what column_transformer > numbers (pipeline) gives, which is made of scale (affine_scaler), squeeze",
    ),
    "a union in a union": (
        FeatureUnion([("a", MinMaxScaler()), ("b", FeatureUnion([("c", MinMaxScaler()), ("d", StandardScaler())]))]),
        IRIS,
        lambda m: spoil(m.column_transformer.members[1].column_transformer.members[1]),
        "column_transformer.members[1].column_transformer.members[1].affine_scaler",
        "is in what column_transformer > b (column_transformer) > d (affine_scaler) gives",
    ),
    "a member whose mean differs": (
        VotingRegressor([("least squares", LinearRegression()), ("ridge", Ridge())]),
        IRIS,
        lambda m: spoil(m.voting.members[1]),
        "voting.members[1].linear_regression",
        "is in what voting > ridge (linear_regression) gives",
    ),
    "a vote for a label": (
        VotingClassifier([("a", LogisticRegression()), ("b", LogisticRegression(C=1e-4))], weights=[5, 1]),
        IRIS,
        lambda m: m.voting.members[1].sgd_classifier.intercepts.__setitem__(0, 50.0),
        "voting.members[1].sgd_classifier",
        "is in what voting > b (sgd_classifier) gives",
    ),
    "what is over the members of a stack": (
        GridSearchCV(StackingRegressor([("a", Ridge())], final_estimator=Ridge(), cv=2), {"passthrough": [True]}, cv=2),
        IRIS,
        lambda m: spoil(m.delegate.model.stacking.final),
        "delegate.model.stacking.final.linear_regression",
        "is in what delegate > best_estimator_ (stacking) > final_estimator_ (linear_regression) gives",
    ),
    "a model over the columns that are kept": (
        RFE(LogisticRegression(), n_features_to_select=2),
        IRIS,
        lambda m: spoil(m.feature_selector.model),
        "feature_selector.model.sgd_classifier",
        "is in what feature_selector > estimator_ (sgd_classifier) gives",
    ),
    "which step of the way back": (
        make_pipeline(MinMaxScaler(), StandardScaler()),
        IRIS,
        lambda m: m.evidence.outputs[1].doubles.__setitem__(0, 99.0),
        "pipeline",
        "is in what pipeline gives, which is made of minmaxscaler (affine_scaler), standardscaler (affine_scaler); the",
    ),
    "what no step is recorded of": (
        make_pipeline(MinMaxScaler(), Ridge()),
        IRIS,
        lambda m: (m.pipeline.steps[0].ClearField("evidence"), spoil(m.pipeline.steps[1])),
        "pipeline",
        "is in what pipeline gives, which is made of minmaxscaler (affine_scaler), ridge (linear_regression); the",
    ),
}


@pytest.mark.parametrize("case", MODELS)
def test_the_innermost_model_is_named(case):
    estimator, x, edit, path, says = MODELS[case]
    error = refused(estimator.fit(x, SPECIES), edit)
    assert error.path == path
    assert says in str(error)


def test_hostile_names_are_cut():
    """A file may call its members what it likes; an error is one line for a log."""

    def rename(model):
        model.column_transformer.members[1].name = "\n\x1b[2J" + "é" * 5000
        spoil(model.column_transformer.members[1])

    error = refused(FeatureUnion([("a", MinMaxScaler()), ("b", StandardScaler())]).fit(IRIS), rename)
    assert "column_transformer > ??[2J" + "é" * 35 + "... (affine_scaler) gives" in str(error)
    assert len(str(error)) < 600
