"""Python writes, Go predicts every row of real data, scikit-learn says the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomTreesEmbedding,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_selection import SelectKBest
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    RidgeClassifier,
    SGDClassifier,
    SGDOneClassSVM,
)
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    KernelCenterer,
    LabelBinarizer,
    LabelEncoder,
    MinMaxScaler,
    MultiLabelBinarizer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import modelx
from modelx.conversion import family_of
from modelx.evidence import comparing, recording
from modelx.formats import onnx_graph
from modelx.v1 import evidence_pb2, model_pb2

pytestmark = [
    pytest.mark.interop,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
SUFFIXES = (".pb", ".json", ".onnx", ".pb.zst", ".json.gz")
Fitted = tuple[Any, np.ndarray[Any, Any]]


def data(name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return x, y


def diabetes_least_squares() -> Fitted:
    x, y = data("diabetes")
    return LinearRegression().fit(x, y), x


def diabetes_poisson() -> Fitted:
    x, y = data("diabetes")
    return make_pipeline(StandardScaler(), PoissonRegressor(max_iter=500)).fit(x, y), x


def linnerud_outputs() -> Fitted:
    x, y = data("linnerud")
    return LinearRegression().fit(x, y), x


def digits_multinomial() -> Fitted:
    x, y = data("digits")
    return make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=60)).fit(x, y), x


def digits_clusters() -> Fitted:
    x, _ = data("digits")
    return KMeans(n_clusters=10, n_init=1, random_state=0).fit(x), x


def digits_multilabel() -> Fitted:
    x, y = data("digits")
    return RidgeClassifier().fit(x, np.column_stack([y > 4, y % 2, np.isin(y, [0, 6, 8, 9])]).astype(int)), x


def cancer_strings() -> Fitted:
    x, y = data("breast_cancer")
    return make_pipeline(RobustScaler(), LogisticRegression(max_iter=500)).fit(x, np.array(["malign", "gut"])[y]), x


def cancer_bools() -> Fitted:
    x, y = data("breast_cancer")
    return make_pipeline(StandardScaler(), SGDClassifier(random_state=0)).fit(x, y.astype(bool)), x


def wine_huber() -> Fitted:
    x, y = data("wine")
    model = SGDClassifier(loss="modified_huber", alpha=0.01, random_state=0)
    return make_pipeline(StandardScaler(), model).fit(x, y), x


def wine_scalers() -> Fitted:
    x, _ = data("wine")
    return make_pipeline(StandardScaler(), FunctionTransformer(), MinMaxScaler((-2, 1))).fit(x), x


def iris_detector() -> Fitted:
    x, _ = data("iris")
    return SGDOneClassSVM(nu=0.2, random_state=0).fit(x), x


def iris_bisecting() -> Fitted:
    x, _ = data("iris")
    return BisectingKMeans(n_clusters=6, random_state=0).fit(x), x


def iris_distances() -> Fitted:
    x, y = data("iris")
    clusters = KMeans(n_clusters=5, n_init=2, random_state=0)
    return make_pipeline(clusters, SGDClassifier(loss="log_loss", random_state=0)).fit(x, y), x


def wine_products() -> Fitted:
    x, y = data("wine")
    steps = [StandardScaler(), PolynomialFeatures(2), Normalizer(), LogisticRegression(max_iter=50)]
    return make_pipeline(*steps).fit(x, y), x


def iris_kernel() -> Fitted:
    """Kernels of all flowers with every fifth one."""
    x, _ = data("iris")
    return KernelCenterer().fit(x[::5] @ x[::5].T), x @ x[::5].T


def cancer_bins() -> Fitted:
    x, _ = data("breast_cancer")
    bins = KBinsDiscretizer(n_bins=4, strategy="uniform", encode="ordinal")
    return make_pipeline(bins, Binarizer(threshold=1)).fit(x), x


def wine_powers() -> Fitted:
    x, y = data("wine")
    return make_pipeline(PowerTransformer(), LogisticRegression(max_iter=50)).fit(x, y), x


def wine_logarithms() -> Fitted:
    x, y = data("wine")
    logarithms = FunctionTransformer(np.log1p, inverse_func=np.expm1)
    return make_pipeline(logarithms, FunctionTransformer(np.tanh), LogisticRegression(max_iter=50)).fit(x, y), x


def wine_ranks() -> Fitted:
    x, y = data("wine")
    ranks = QuantileTransformer(n_quantiles=50, output_distribution="normal")
    return make_pipeline(ranks, LogisticRegression(max_iter=50)).fit(x, y), x


def wine_splines() -> Fitted:
    x, y = data("wine")
    return make_pipeline(SplineTransformer(4), LogisticRegression(max_iter=50)).fit(x, y), x


def with_gaps(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Give a copy in which every seventh value is missing."""
    x = x.copy()
    x.reshape(-1)[::7] = np.nan
    return x


def wine_tree() -> Fitted:
    x, y = data("wine")
    return DecisionTreeClassifier(random_state=0).fit(x, np.array(["a", "b", "ç"])[y]), x


def digits_forest() -> Fitted:
    x, y = data("digits")
    return RandomForestClassifier(10, random_state=0).fit(x, y), x


def wine_boosting() -> Fitted:
    x, y = data("wine")
    return GradientBoostingClassifier(n_estimators=5, random_state=0).fit(x, y), x


def cancer_histograms() -> Fitted:
    x, y = data("breast_cancer")
    x = with_gaps(x)
    return HistGradientBoostingClassifier(max_iter=10).fit(x, y), x


def wine_isolation() -> Fitted:
    x, _ = data("wine")
    return IsolationForest(n_estimators=10, random_state=0).fit(x), x


def iris_leaves() -> Fitted:
    x, _ = data("iris")
    return RandomTreesEmbedding(5, max_depth=3, sparse_output=False, random_state=0).fit(x), x


def wine_weak() -> Fitted:
    x, y = data("wine")
    return AdaBoostClassifier(n_estimators=8, random_state=0).fit(x, y), x


def diabetes_bags() -> Fitted:
    x, y = data("diabetes")
    return BaggingRegressor(DecisionTreeRegressor(max_depth=3), 5, max_features=0.5, random_state=0).fit(x, y), x


def wine_votes() -> Fitted:
    x, y = data("wine")
    members = [("tree", DecisionTreeClassifier(max_depth=2)), ("line", LogisticRegression(max_iter=50))]
    return VotingClassifier(members, voting="soft", weights=[1, 2]).fit(x, y), x


def diabetes_stack() -> Fitted:
    x, y = data("diabetes")
    members = [("line", LinearRegression()), ("tree", DecisionTreeRegressor(max_depth=3))]
    return StackingRegressor(members, LinearRegression(), cv=3).fit(x, y), x


def diabetes_scaled_target() -> Fitted:
    x, y = data("diabetes")
    return TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler()).fit(x, y), x


def wine_search() -> Fitted:
    x, y = data("wine")
    model = make_pipeline(SelectKBest(k=6), StandardScaler(), LogisticRegression())
    return GridSearchCV(model, {"logisticregression__C": [0.1, 1.0]}, cv=3).fit(x, y), x


def wine_columns() -> Fitted:
    x, y = data("wine")
    parts = [("scaled", StandardScaler(), [5, 0, 3]), ("same", "passthrough", slice(7, 10))]
    columns = ColumnTransformer(parts, transformer_weights={"scaled": 0.1})
    return make_pipeline(columns, LogisticRegression(max_iter=50)).fit(x, y), x


def wine_selected() -> Fitted:
    x, y = data("wine")
    return make_pipeline(SelectKBest(k=4), MinMaxScaler()).fit(x, y), x


def wine_filled() -> Fitted:
    x, y = data("wine")
    x = with_gaps(x)
    return make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression()).fit(x, y), x


def wine_gaps() -> Fitted:
    x = with_gaps(data("wine")[0])
    return MissingIndicator().fit(x), x


def wine_neighbors() -> Fitted:
    x = with_gaps(data("wine")[0])
    return KNNImputer(n_neighbors=3).fit(x), x


def iris_rounds() -> Fitted:
    x = with_gaps(data("iris")[0])
    return IterativeImputer(LinearRegression(), max_iter=2).fit(x), x


def iris_categories() -> Fitted:
    x = np.round(data("iris")[0])
    return OneHotEncoder(sparse_output=False, min_frequency=10, drop="first").fit(x), x


def iris_numbers() -> Fitted:
    x = np.round(data("iris")[0])
    return OrdinalEncoder().fit(x), x


def iris_targets() -> Fitted:
    x, y = data("iris")
    x = np.round(x)
    return TargetEncoder(random_state=0).fit(x, y), x


def iris_labels() -> Fitted:
    x, _ = data("iris")
    return LabelEncoder().fit(x[:, 0]), x[:, :1]


def digit_columns() -> Fitted:
    _, y = data("digits")
    return LabelBinarizer(neg_label=-1).fit(y), y[:, None].astype(float)


def digit_sets() -> Fitted:
    """Rows of ten places, of which three hold a digit."""
    _, y = data("digits")
    rows = np.full((len(y) - 2, 10), np.nan)
    for i in range(3):
        rows[:, 3 * i] = y[i : len(y) - 2 + i]
    return MultiLabelBinarizer().fit([set(y.tolist())]), rows


def cancer_threshold() -> Fitted:
    x, y = data("breast_cancer")
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    return FixedThresholdClassifier(inner, threshold=0.9, pos_label=0).fit(x, y), x


def digit_labels() -> Fitted:
    """Two labels of each row, of which a stack predicts both."""
    x, y = data("digits")
    labels = np.column_stack([y % 2, y > 4])
    inside = [("tree", DecisionTreeClassifier(max_depth=4, random_state=0)), ("ridge", RidgeClassifier())]
    return StackingClassifier(inside, DecisionTreeClassifier(max_depth=3, random_state=0), cv=2).fit(x, labels), x


BUILDERS = [
    diabetes_least_squares, diabetes_poisson, linnerud_outputs, digits_multinomial, digits_clusters, digits_multilabel,
    cancer_strings, cancer_bools, wine_huber, wine_scalers, iris_detector, iris_bisecting, iris_distances,
    wine_products, iris_kernel, cancer_bins, wine_powers, wine_logarithms, wine_ranks, wine_splines,
    wine_tree, digits_forest, wine_boosting, cancer_histograms, wine_isolation, iris_leaves, wine_weak, diabetes_bags,
    wine_votes, diabetes_stack, diabetes_scaled_target, wine_search, wine_columns, wine_selected, wine_filled,
    wine_gaps, wine_neighbors, iris_rounds, iris_categories, iris_numbers, iris_targets, iris_labels,
    digit_columns, digit_sets, cancer_threshold, digit_labels,
]  # fmt: skip


def parse(text: str, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Read the command's CSV into an array of the shape and kind of scikit-learn's answer."""
    rows = list(csv.reader(io.StringIO(text)))
    if like.dtype.kind in "UO":
        flat: Any = np.array([value for row in rows for value in row])
    elif like.dtype.kind == "b":
        flat = np.array([{"true": True, "false": False}[value] for row in rows for value in row])
    elif like.dtype.kind in "iu":
        flat = np.array([int(value) for row in rows for value in row])
    else:
        flat = np.array([float(value) for row in rows for value in row])
    return np.asarray(flat.reshape(like.shape))


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_go_predicts_every_row(build: Callable[[], Fitted], go: Callable[..., str], tmp_path: Path) -> None:
    estimator, x = build()
    model = modelx.to_proto(estimator)
    answers = recording.answers(estimator, model, x)
    tolerances = family_of(model).tolerances(model, estimator, x, None)
    expected = evidence_pb2.Evidence()
    recording.write(answers, tolerances, expected, model)
    decided = family_of(model).decided(model, estimator, x, None)
    assert decided.mean() > 0.99
    for suffix in SUFFIXES:
        if suffix == ".onnx" and onnx_graph.lacking(model):
            continue
        path = tmp_path / f"model{suffix}"
        modelx.dump(estimator, path)
        for output in expected.outputs:
            given = answers["transform"] if output.method == "inverse_transform" else x
            text = go("predict", "--model", path, "--method", output.method, rows=given)
            found = parse(text, answers[output.method])
            agrees = comparing.agree(found, answers[output.method], output)
            assert agrees[decided].all(), f"{suffix} {output.method}: {np.argwhere(~agrees)[:3]}"


def arms_of(model: model_pb2.ModelProto) -> set[str]:
    """Give the families of a model and of all models in it."""
    family = family_of(model)
    return {family.arm}.union(*(arms_of(inner) for _, inner in family.nested(model)))


def test_every_family_is_among_them() -> None:
    arms: set[str] = set()
    for build in BUILDERS:
        arms |= arms_of(modelx.to_proto(build()[0]))
    assert arms == {field.name for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields}


def test_go_takes_columns_by_their_names(go: Callable[..., str], tmp_path: Path) -> None:
    frame, y = datasets.load_diabetes(return_X_y=True, as_frame=True)
    estimator = LinearRegression().fit(frame, y)
    modelx.dump(estimator, tmp_path / "m.pb")
    mixed = frame[frame.columns[::-1]].assign(other=1.0)
    mixed.to_csv(tmp_path / "x.csv", index=False)
    text = go("predict", "--model", tmp_path / "m.pb", "--header", "--input", tmp_path / "x.csv")
    np.testing.assert_allclose(np.array(text.split(), dtype=float), estimator.predict(frame), rtol=1e-12)
