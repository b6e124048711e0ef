"""Models made of models."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from cases.affine_scaler import odd_rows
from cases.case import Cases, Fitted
from cases.column_transformer import people
from cases.data import breast_cancer, diabetes, digits, iris, linnerud, some, wine

CASES = Cases("pipeline")


@CASES.add
def scaler_and_logistic() -> Fitted:
    """What is deployed most: an SGD-like model is of no use without its scaler."""
    x, y = breast_cancer()
    return Fitted(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(x, y), some(x, 16))


@CASES.add
def scaler_and_string_classes() -> Fitted:
    """The classes of the last step are the pipeline's, probabilities and names of features as well."""
    x, y = wine()
    frame = pd.DataFrame(x, columns=[f"column {i}" for i in range(x.shape[1])])
    names = np.array(["Barolo", "Grignolino", "Barbera"])[y]
    model = make_pipeline(RobustScaler(), SGDClassifier(loss="modified_huber", alpha=0.1, random_state=0))
    return Fitted(model.fit(frame, names), some(x))


@CASES.add
def nested() -> Fitted:
    """Pipelines in pipelines, on both sides, with steps of the same name at different levels."""
    x, y = wine()
    x = x[:, :6]
    front = Pipeline([("scale", StandardScaler()), ("range", MinMaxScaler(clip=True))])
    back = Pipeline([("scale", MaxAbsScaler()), ("model", LogisticRegression(max_iter=300))])
    return Fitted(Pipeline([("scale", front), ("model", back)]).fit(x, y), some(x))


@CASES.add
def passthrough_first() -> Fitted:
    """The word has no width of its own; it takes that of the step after it."""
    x, y = iris()
    model = Pipeline([("nothing", "passthrough"), ("scale", StandardScaler()), ("model", LogisticRegression())])
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def passthrough_last() -> Fitted:
    """The word at the end makes a transformer of the steps before it, with inverse_transform."""
    x, _ = iris()
    model = Pipeline([("scale", StandardScaler()), ("off", None), ("end", "passthrough")])
    return Fitted(model.fit(x), np.concatenate([some(x), odd_rows(4)]))


@CASES.add
def kmeans_as_a_transformer() -> Fitted:
    """Distances to ten centers are the features: their error near a center must be carried on by the tolerance."""
    x, y = digits()
    clusters = KMeans(n_clusters=10, n_init=1, random_state=0)
    model = make_pipeline(clusters, StandardScaler(), LogisticRegression(max_iter=200, tol=1e-2))
    return Fitted(model.fit(x[:500], y[:500]), some(x, 8))


@CASES.add
def bisecting_as_a_transformer() -> Fitted:
    """A transformer of another width than its input, in front of a regressor of several outputs."""
    x, y = linnerud()
    model = make_pipeline(StandardScaler(), BisectingKMeans(n_clusters=4, random_state=0), LinearRegression())
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def scalers_only() -> Fitted:
    """Invertible from end to end: inverse_transform runs the steps backwards."""
    x = wine()[0][:, 4:10]
    model = make_pipeline(StandardScaler(), MinMaxScaler((-1, 1)), RobustScaler(), MaxAbsScaler())
    return Fitted(model.fit(x), np.concatenate([some(x, 6), odd_rows(x.shape[1])]))


@CASES.add
def transformer_without_inverse() -> Fitted:
    """A pipeline that ends in KMeans has predict and transform, and no inverse_transform although its scaler has."""
    x, _ = iris()
    return Fitted(make_pipeline(MinMaxScaler(), KMeans(n_clusters=4, n_init=2, random_state=0)).fit(x), some(x))


@CASES.add
def one_step() -> Fitted:
    """The least pipeline: nothing to feed, everything to delegate."""
    x, _ = iris()
    return Fitted(Pipeline([("detector", SGDOneClassSVM(nu=0.2, random_state=0))]).fit(x), some(x))


@CASES.add
def seven_levels() -> Fitted:
    """Deep nesting. scikit-learn's own work triples with each level; sixteen, the limit, are tested without it."""
    x, y = iris()
    model = LogisticRegression(max_iter=300)
    for level in range(6):
        model = Pipeline([("s", StandardScaler()), ("m", model)] if level == 4 else [("m", model)])
    return Fitted(model.fit(x, y), some(x, 6))


@CASES.add
def log_link_behind_a_scaler() -> Fitted:
    """The error of a scaled row is multiplied by exp: the tolerance is relative."""
    x, y = diabetes()
    return Fitted(make_pipeline(StandardScaler(), PoissonRegressor(max_iter=500)).fit(x, y), some(x))


@CASES.add
def multilabel_behind_a_scaler() -> Fitted:
    """Several labels for each row, as a pipeline's predict of two dimensions."""
    x, y = digits()
    labels = np.column_stack([y > 4, y % 2 == 0, np.isin(y, [0, 1, 8])]).astype(int)
    model = make_pipeline(MinMaxScaler(), RidgeClassifier()).fit(x[:400, 10:20], labels[:400])
    return Fitted(model, some(x[:, 10:20]))


@CASES.add
def function_transformer_between() -> Fitted:
    """A transformer without functions in the middle, which is no word and has a class of its own."""
    x, y = iris()
    model = make_pipeline(MaxAbsScaler(), FunctionTransformer(), LinearRegression())
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def words_that_were_missing() -> Fitted:
    """The most usual pipeline: gaps in strings are filled and told of, and encoded, as is a string of the remainder."""
    x, _ = people()
    gaps = FeatureUnion(
        [("fill", SimpleImputer(strategy="most_frequent")), ("told", MissingIndicator(error_on_new=False))]
    )
    columns = ColumnTransformer([("words", gaps, ["city"]), ("age", SimpleImputer(), ["age"])], remainder="passthrough")
    encode = ColumnTransformer(
        [("words", OneHotEncoder(handle_unknown="ignore"), [0, 5]), ("numbers", StandardScaler(), [2, 3, 4])],
        remainder="passthrough",
    )
    return Fitted(make_pipeline(columns, encode).fit(x), x[:20].to_numpy(dtype=object))
