"""What must be the same before a dump and after a load."""

from __future__ import annotations

import warnings
from collections import UserList

import kernel_agreement
import numpy as np
import reference
from scipy.interpolate import BSpline
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.tree._tree import Tree

import modelx
from modelx import conversion, estimators, frames
from modelx.calling import call
from modelx.estimators.base import METHODS
from modelx.frames import framed
from modelx.source import NOT_CARRIED
from modelx.v1.model_pb2 import DATA_TYPE_STRING

# Fitted attributes that hold an object or None for each entry; a file carries data only. docs/estimators.md lists them.
OBJECTS = {"LogisticRegressionCV": {"l1_ratio_", "l1_ratios_"}}
# The functions that a search's own score asks are made anew, from its parameters.
SEARCHES = ("GridSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "RandomizedSearchCV")
OBJECTS |= {name: {"scorer_"} for name in SEARCHES}

# A generator that only random imputations draw from.
OBJECTS |= {"IterativeImputer": {"random_state_"}}
# What files of most classes leave out, and those of univariate selections carry.
KEPT = {
    name: {"scores_"}
    for name in ("GenericUnivariateSelect", "SelectFdr", "SelectFpr", "SelectFwe", "SelectKBest", "SelectPercentile")
}


def answer(estimator, method, x):
    """Give a method's output without the remark that plain rows have no names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A scaler with copy=False writes into what it is given.
        out = getattr(estimator, method)(framed(estimator, x.copy()))
        # What hands on its input hands on a frame; classifiers of several outputs give a list of matrices.
        return np.hstack(out) if isinstance(out, list) else np.asarray(out) if hasattr(out, "columns") else out


def dense(out):
    """Give an output as an array; some transformers give sparse matrices."""
    return out.toarray() if issparse(out) else np.asarray(out)


def methods_of(estimator):
    return [method for method in METHODS if kernel_agreement.offers(estimator, method)]


def bits(array):
    """Give an array's bits, with one NaN for all: numpy makes several."""
    array = np.ascontiguousarray(array)
    return (np.where(np.isnan(array), array.dtype.type(np.nan), array) if array.dtype.kind == "f" else array).tobytes()


def same_array(a, b, *, strides=True):
    assert type(a) is type(b)
    if issparse(a):
        assert a.format == b.format
        a, b = a.toarray(), b.toarray()
    assert a.dtype == b.dtype
    assert a.shape == b.shape
    if strides:
        assert [s for s, n in zip(a.strides, a.shape, strict=True) if n > 1] == [
            s for s, n in zip(b.strides, b.shape, strict=True) if n > 1
        ]
    if a.dtype.hasobject:
        for left, right in zip(a.reshape(-1), b.reshape(-1), strict=True):
            same_value(left, right)
    else:
        assert bits(a) == bits(b)


def same_value(a, b):
    """Compare hyper-parameters and attributes: kind, dtype and bits."""
    if isinstance(a, np.random.RandomState):
        # RANSACRegressor of scikit-learn 1.5 puts its generator into the inner estimator; no file carries one.
        assert b is None
        return
    if isinstance(a, UserList):
        # scikit-learn 1.5 and 1.6 keep the columns of a remainder so.
        a = list(a.data)
    assert type(a) is type(b), (a, b)
    if isinstance(a, np.ndarray):
        same_array(a, b)
    elif isinstance(a, np.generic):
        assert a.dtype == b.dtype
        assert bits(a) == bits(b)
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for left, right in zip(a, b, strict=True):
            same_value(left, right)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same_value(a[key], b[key])
    elif isinstance(a, Tree):
        same_tree(a.__getstate__(), b.__getstate__())
    elif isinstance(a, BSpline):
        # fit takes the knots from a matrix, whose strides no method sees.
        same_value([a.t.copy(), a.c, a.k, a.extrapolate], [b.t, b.c, b.k, b.extrapolate])
    elif hasattr(a, "get_params"):
        same_estimator(a, b)
    else:
        assert a is b or a == b or (a != a and b != b)  # noqa: PLR0124 - NaN; pandas.NA is equal to nothing


def same_tree(a, b):
    """Compare the states of two trees."""
    assert (a["max_depth"], a["node_count"]) == (b["max_depth"], b["node_count"])
    same_array(a["values"], b["values"])
    assert a["nodes"].dtype == b["nodes"].dtype
    # Between the fields there is memory that nobody sets, and leaves have a flag that nobody reads.
    inner = a["nodes"]["left_child"] >= 0
    for name in a["nodes"].dtype.names:
        left, right = (np.array(state["nodes"][name]) for state in (a, b))
        same_array(*((left[inner], right[inner]) if name == "missing_go_to_left" else (left, right)))


def fitted_attributes(estimator):
    return {name: value for name, value in vars(estimator).items() if name.endswith("_") and not name.startswith("_")}


def same_estimator(a, b):
    """Compare class, hyper-parameters, and every fitted attribute with its memory order."""
    assert type(b) is type(a)
    same_value(a.get_params(deep=False), b.get_params(deep=False))
    before, after = fitted_attributes(a), fitted_attributes(b)
    name = type(a).__name__
    left_out = NOT_CARRIED - KEPT.get(name, set()) | OBJECTS.get(name, set())
    assert set(before) - left_out == set(after) - left_out
    for name in set(after) - left_out:
        same_value(before[name], after[name])
    if hasattr(a, "classes_"):
        same_value(a.classes_, b.classes_)
    for (_, inner_a), (_, inner_b) in zip(getattr(a, "steps", ()), getattr(b, "steps", ()), strict=True):
        if hasattr(inner_a, "get_params"):
            same_estimator(inner_a, inner_b)
        else:
            assert inner_a == inner_b
    if not isinstance(a.get_params(deep=False).get("random_state"), np.random.RandomState):
        assert repr(clone(b)) == repr(clone(a))


def same_answers(a, b, x):
    """Compare all methods' bits, for a batch, for its Fortran order and for one row."""
    methods = methods_of(a)
    assert methods_of(b) == methods
    for method in methods:
        given = dense(answer(a, "transform", x)) if method == "inverse_transform" else x
        for rows in (given, np.asfortranarray(given), given[:1]):
            same_array(answer(a, method, rows), answer(b, method, rows))


def meets_the_schema(estimator, model, x):
    """Compare scikit-learn's answers with the schema's formulas, within the family's own tolerances."""
    family = estimators.FAMILIES[model.WhichOneof("model")]
    types = family.input_types(model)
    x = np.ascontiguousarray(x, dtype=np.float64) if types is None else frames.typed_rows(x, types, ())
    x = x[family.decided(model, estimator, x, None)]
    assert len(x), "no row is decided"
    computed, tolerances = reference.compute(model, x), family.tolerances(model, estimator, x, None)
    lacking = set(methods_of(estimator)) - {spec.method for spec in family.outputs(model)}
    # Encoders that bring back numbers and a string in one column, and what hands on strings.
    one_way = hasattr(estimator, "categories_") or DATA_TYPE_STRING in (types or ())
    assert lacking <= ({"inverse_transform"} if one_way else set())
    assert set(computed) == {spec.method for spec in family.outputs(model)}
    for spec in family.outputs(model):
        if spec.method == "inverse_transform":
            # Its input is the recorded transform; the reference's own is the same but for what is not exact.
            continue
        recorded = dense(answer(estimator, spec.method, x) if types is None else call(estimator, spec.method, x))
        assert recorded.shape == ((len(x), spec.n_columns) if spec.n_columns else (len(x),))
        tolerance = tolerances[spec.method]
        fine = reference.agree(computed[spec.method], recorded, tolerance.comparison, tolerance.per_row)
        assert np.all(fine), (spec.method, computed[spec.method][~fine][:3], recorded[~fine][:3])


def check(estimator, x, **options):
    """Dump, load, and compare everything; give the loaded estimator."""
    x = np.asarray(x)
    data = modelx.dumps(estimator, **options)
    loaded = modelx.loads(data)
    same_estimator(estimator, loaded)
    same_answers(estimator, loaded, x)
    model = modelx.to_proto(estimator, **options)
    conversion.check(model)
    meets_the_schema(estimator, model, x)
    kernel_agreement.check(loaded, x)
    return loaded
