"""Imputers that predict each column from others, round after round."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.impute._iterative import IterativeImputer
from sklearn.linear_model import LinearRegression, PoissonRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases.case import Cases, Fitted
from cases.data import diabetes, iris

CASES = Cases("iterative_imputer")
_NAN = np.nan


def with_gaps(x: np.ndarray, n: int, *, seed: int = 0, value: float = _NAN) -> np.ndarray:
    """Give some rows with gaps at random."""
    rng = np.random.default_rng(seed)
    out = np.array(x[:: max(1, len(x) // n)][:n], dtype=float)
    out[rng.random(out.shape) < 0.2] = value
    return out


def fitted(model: IterativeImputer, x: np.ndarray) -> IterativeImputer:
    """Fit without the remark that the rounds did not converge: few of them make small files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(x)


@CASES.add
def ridge_in_two_rounds() -> Fitted:
    """Each of four columns from the three others, twice: what was predicted is an input of what follows."""
    x = iris()[0]
    model = fitted(IterativeImputer(Ridge(), max_iter=2, tol=0), with_gaps(x, 50))
    return Fitted(model, np.concatenate([with_gaps(x, 12, seed=1), [[1.0, _NAN, _NAN, _NAN]]]))


@CASES.add
def bayesian_by_default() -> Fitted:
    """The estimator that is taken when none is given."""
    x = iris()[0][:, :3]
    return Fitted(fitted(IterativeImputer(max_iter=2), with_gaps(x, 40)), with_gaps(x, 10, seed=1))


@CASES.add
def limits_that_bind() -> Fitted:
    """Limits for each column, one of which is infinite: values outside are clipped, those that were there are not."""
    x = iris()[0]
    limits = {"min_value": [5.0, -np.inf, 1.5, 0.2], "max_value": [6.0, 3.0, np.inf, 1.0]}
    model = fitted(IterativeImputer(LinearRegression(), max_iter=2, **limits), with_gaps(x, 50))
    return Fitted(model, with_gaps(x, 14, seed=1))


@CASES.add
def complete_columns_skipped() -> Fitted:
    """Columns without gaps have no model; one that has one later keeps the first filling, a median."""
    x = with_gaps(iris()[0], 50)
    x[:, 1] = iris()[0][::3, 1]
    options = {"skip_complete": True, "initial_strategy": "median", "imputation_order": "arabic"}
    model = fitted(IterativeImputer(Ridge(), max_iter=2, **options), x)
    return Fitted(model, np.concatenate([with_gaps(iris()[0], 8, seed=2), [[1.0, _NAN, 2.0, _NAN]]]))


@CASES.add
def empty_columns_left_out() -> Fitted:
    """The columns of the rounds are those that remain: their numbers are others than the rows'."""
    x = np.insert(with_gaps(iris()[0], 50), [0, 2], _NAN, axis=1)
    model = fitted(IterativeImputer(Ridge(), max_iter=2, add_indicator=True), x)
    return Fitted(model, np.insert(with_gaps(iris()[0], 10, seed=1), [0, 2], [[1.0, _NAN]] * 10, axis=1))


@CASES.add
def empty_columns_kept() -> Fitted:
    """A column that was empty keeps its values and its first filling, and is an input like others."""
    x = np.insert(with_gaps(iris()[0], 50), 1, _NAN, axis=1)
    model = fitted(IterativeImputer(Ridge(), max_iter=1, keep_empty_features=True), x)
    return Fitted(model, np.insert(with_gaps(iris()[0], 10, seed=1), 1, [1.0, _NAN] * 5, axis=1))


@CASES.add
def some_neighbours_in_any_order() -> Fitted:
    """Two columns, drawn at random when it was fitted, predict each one, in the order in which they were drawn."""
    x = diabetes()[0][:, [0, 2, 3, 4, 5]] * 10
    options = {"n_nearest_features": 2, "random_state": 0, "imputation_order": "random"}
    return Fitted(fitted(IterativeImputer(Ridge(), max_iter=2, **options), with_gaps(x, 80)), with_gaps(x, 8, seed=3))


@CASES.add
def number_for_missing_and_pipelines() -> Fitted:
    """-1 counts as missing; pipelines predict, which nest in the imputer."""
    x = iris()[0][:, 1:]
    model = IterativeImputer(make_pipeline(StandardScaler(), Ridge()), missing_values=-1, max_iter=1)
    return Fitted(fitted(model, with_gaps(x, 40, value=-1.0)), with_gaps(x, 8, seed=1, value=-1.0))


@CASES.add
def exponentials() -> Fitted:
    """The error of a prediction is relative there, and that of an input is multiplied by an exponential."""
    x = iris()[0][:, 1:]
    model = fitted(IterativeImputer(PoissonRegressor(alpha=0.1), max_iter=2), with_gaps(x, 50))
    return Fitted(model, with_gaps(x, 10, seed=1))


@CASES.add
def no_rounds() -> Fitted:
    """Without rounds there is the first filling alone."""
    x = iris()[0]
    model = fitted(IterativeImputer(max_iter=0, initial_strategy="most_frequent"), with_gaps(x, 30))
    return Fitted(model, np.concatenate([with_gaps(x, 8, seed=1), [[_NAN] * 4]]))
