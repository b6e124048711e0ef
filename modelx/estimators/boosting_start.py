"""Where the sums of gradient boosting begin: constants, or the answers of a model of their own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn._loss.loss import HalfBinomialLoss
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble._gb import _init_raw_predictions

from modelx import conversion, source, wire
from modelx.calling import call
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import (
    FEW_ULP,
    RELATIVE_TO_SCALE,
    Comparison,
    DataType,
    Error,
    Tolerance,
    check_count,
    check_finite,
)
from modelx.v1 import model_pb2, sgd_classifier_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = model_pb2.GradientBoostingProto
Link = Proto.Link
ZERO = "zero"
DUMMIES: Mapping[str, type] = {"DummyClassifier": DummyClassifier, "DummyRegressor": DummyRegressor}
# Those of a DummyClassifier whose probabilities are the same for every row, at every time.
_CONSTANT_STRATEGIES = ("prior", "most_frequent", "uniform", "constant")
# These read their rows, which gradient boosting gives them as float32, as the very numbers that they are.
_EXACT_ARMS = frozenset({"decision_tree", "forest", "gradient_boosting", "hist_gradient_boosting"})
# These compute in float32 then, and their tolerance, a part of the sum of absolute terms, grows with the unit of it.
_LINEAR_ARMS = frozenset({"linear_regression", "sgd_classifier"})
_SINGLE = 2.0**-24
Probability = sgd_classifier_pb2.SGDClassifierProto.Probability


def model_of(estimator: Any) -> Any | None:
    """Give the estimator that the sums begin with; None where they begin with constants, or are not fitted."""
    start = getattr(estimator, "init_", None)
    return None if start is None or isinstance(start, str) or type(start) in DUMMIES.values() else start


def of_row(estimator: Any, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what the sums of each row begin with, shape (n_rows, n_outputs), as the estimator itself computes it."""
    return np.asarray(estimator._raw_predict_init(x))


def encode(estimator: Any, out: source_pb2.Source, proto: Proto) -> None:
    """Write the beginning, and the parameter ``init`` that it comes from."""
    start, given = estimator.init_, estimator.init
    if type(given) is not (type(None) if _is_default(estimator) else type(start)):
        reason = f"init was set to {given!r} after the fit, which began with {start!r}; fit again"
        raise UnsupportedEstimatorError([("init", reason)])
    model = model_of(estimator)
    if model is None:
        wire.fill(proto, "init", of_row(estimator, np.zeros((1, estimator.n_features_in_)))[0])
        if isinstance(start, str):
            out.params["init"].string_value = start
            return
        if getattr(start, "strategy", None) == "stratified":
            raise UnsupportedEstimatorError([("init", "a DummyClassifier that draws at random has no answer to carry")])
        source.capture(start, out.delegate, DUMMIES)
    else:
        proto.model.name = "init"
        conversion.encode(model, proto.model, "init")
        _check_precision(proto.model)
        if proto.link != Link.LINK_IDENTITY:
            proto.clip = clip()
    if given is not None:
        out.params["init"].estimator.class_name = type(given).__name__


def _is_default(estimator: Any) -> bool:
    return estimator.init is None and type(estimator.init_) in DUMMIES.values()


def _check_precision(model: model_pb2.ModelProto) -> None:
    """Refuse models that compute less exactly from float32 than another runtime does."""
    arm = model.WhichOneof("model")
    if arm in _LINEAR_ARMS:
        return
    if not _arms(model) <= _EXACT_ARMS:
        reason = (
            f"gradient boosting gives its init rows of float32, and a {model.source.class_name} computes less "
            "exactly with these than other runtimes do; take trees, or a linear model on its own, as init"
        )
        raise UnsupportedEstimatorError([("init", reason)])


def _arms(model: model_pb2.ModelProto) -> set[str]:
    arms = {model.WhichOneof("model") or ""}
    for _, inner in conversion.family_of(model).nested(model):
        arms |= _arms(inner)
    return arms


@lru_cache(maxsize=1)
def clip() -> float:
    """Give how far the installed scikit-learn keeps probabilities from 0 and 1: it was more before 1.6."""

    class Impossible:
        def predict_proba(self, x: NDArray[Any]) -> NDArray[Any]:
            return np.tile([1.0, 0.0], (len(x), 1))

    raw = _init_raw_predictions(np.zeros((1, 1)), Impossible(), HalfBinomialLoss(), use_predict_proba=True)[0, 0]
    # log(p / (1 - p)) of either of the two that there are.
    return min((2.0**-52, 2.0**-23), key=lambda p: abs(np.log(p) - raw))


def check(proto: Proto, path: str) -> None:
    """Check that there is one beginning, and that it has the form of the sums."""
    if not proto.HasField("model"):
        check_count(proto.init, proto.n_outputs, f"{path}.init", "n_outputs")
        check_finite(wire.doubles(proto.init), f"{path}.init")
        if proto.clip:
            raise ShapeError(f"clip is {proto.clip}; expected none without a model", path=f"{path}.clip")
        return
    check_count(proto.init, 0, f"{path}.init", "the sums begin with a model")
    place = f"{path}.model"
    conversion.check(proto.model, place, conversion.depth_of(place))
    family = conversion.family_of(proto.model)
    if family.n_features(proto.model) != proto.n_features:
        raise ShapeError(
            f"the model takes {family.n_features(proto.model)} features; expected {proto.n_features}", path=place
        )
    classes = 0 if proto.link == Link.LINK_IDENTITY else max(proto.n_outputs, 2)
    method = "predict_proba" if classes else "predict"
    found = next((spec for spec in family.outputs(proto.model) if spec.method == method), None)
    fits = found is not None and found.type == DataType.DATA_TYPE_FLOAT64 and max(found.n_columns, 1) == max(classes, 1)
    if not fits or family.input_types(proto.model) is not None:
        raise ShapeError(f"the model has no {method} of {classes or 1} numbers for rows of numbers", path=place)
    if classes and not 0.0 < proto.clip < 0.5:
        raise ShapeError(f"clip is {proto.clip}; expected one between 0 and 0.5", path=f"{path}.clip")
    if not classes and proto.clip:
        raise ShapeError(f"clip is {proto.clip}; expected none for a regressor", path=f"{path}.clip")


def take_param(described: source_pb2.Source) -> source_pb2.Value | None:
    """Take the parameter ``init`` out of a source: `decode` sets it."""
    if "init" not in described.params:
        return None
    value = source_pb2.Value()
    value.CopyFrom(described.params["init"])
    del described.params["init"]
    return value


def decode(
    estimator: Any, proto: Proto, described: source_pb2.Source, given: source_pb2.Value | None, path: str
) -> None:
    """Set ``init`` and ``init_`` of an estimator that has its loss already.

    Raises
    ------
    SourceError
        For a beginning that the installed scikit-learn would compute otherwise.
    """
    place = f"{path}.source"
    if proto.HasField("model"):
        estimator.init = estimator.init_ = conversion.decode(proto.model, f"{path}.model")
        if proto.clip and proto.clip != clip():
            raise SourceError(
                f"probabilities of init are kept {proto.clip} from 0 and 1, and {clip()} in this scikit-learn; load "
                f"the file with the version that wrote it, {described.library_version or 'an unknown one'}",
                path=place,
            )
        return
    init = wire.doubles(proto.init)
    if given is not None and given.WhichOneof("kind") == "string_value":
        if given.string_value != ZERO or init.any():
            raise SourceError(f"init is {given.string_value!r}, but the sums begin elsewhere", path=place)
        estimator.init = estimator.init_ = ZERO
        return
    start = _dummy(proto, described, init, f"{place}.delegate")
    start.n_features_in_ = proto.n_features
    estimator.init_ = start
    estimator.init = None if given is None else start
    _begin_with(estimator, proto, described, init, place)


def _dummy(proto: Proto, described: source_pb2.Source, init: NDArray[np.float64], path: str) -> Any:
    """Build the estimator of constants, from the file or, where it has none, from the constants."""
    regressor = proto.link == Link.LINK_IDENTITY
    name = "DummyRegressor" if regressor else "DummyClassifier"
    if described.HasField("delegate"):
        if described.delegate.class_name != name:
            raise SourceError(f"the sums begin with a {described.delegate.class_name!r}; expected {name}", path=path)
        start = source.construct(name, described.delegate.params, DUMMIES, path)
        source.set_attributes(start, described.delegate, (), path)
        classes = max(proto.n_outputs, 2)
        if getattr(start, "n_outputs_", 1) != 1 or getattr(start, "n_classes_", classes) != classes:
            # It would allocate as many columns.
            raise SourceError("the estimator that the sums begin with has other outputs than they", path=path)
        if not regressor and start.strategy not in _CONSTANT_STRATEGIES:
            raise SourceError(f"a DummyClassifier with the strategy {start.strategy!r} has no constants", path=path)
        if not regressor:
            start._strategy = start.strategy
        return start
    if regressor:
        start = DummyRegressor(strategy="constant", constant=float(init[0]))
        start.constant_ = init.reshape(1, 1)
    else:
        start = DummyClassifier()
        start._strategy = start.strategy
        start.classes_ = np.arange(max(proto.n_outputs, 2), dtype=np.float64)
        start.n_classes_ = len(start.classes_)
        start.class_prior_ = _inverse(proto.link, init)
        start.sparse_output_ = False
    start.n_outputs_ = 1
    return start


def _inverse(link: int, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    if link == Link.LINK_SOFTMAX:
        e = np.exp(raw - raw.max())
        return np.asarray(e / e.sum())
    p = 1.0 / (1.0 + np.exp(-raw[0] * (2.0 if link == Link.LINK_HALF_LOGIT else 1.0)))
    return np.array([1.0 - p, p])


class KnownStart:
    """A link whose values are known: those of the file, where this machine's logarithm has other last bits."""

    def __init__(self, link: Any, known: NDArray[np.float64]) -> None:
        self._link = link
        self._known = known

    def link(self, y_pred: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the known values for each row."""
        n = len(y_pred)
        return np.full(n, self._known[0]) if y_pred.ndim == 1 else np.tile(self._known, (n, 1))

    def inverse(self, raw_prediction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give what the link itself does."""
        return np.asarray(self._link.inverse(raw_prediction))


def _begin_with(
    estimator: Any, proto: Proto, described: source_pb2.Source, init: NDArray[np.float64], path: str
) -> None:
    """Make the estimator begin with the very constants of the file, which its dummy must mean."""
    try:
        found = _init_raw_predictions(
            # It asks for the number of rows alone; their width may be any that a file claims.
            np.zeros((1, 1), dtype=np.float32),
            estimator.init_,
            estimator._loss,
            proto.link != Link.LINK_IDENTITY,
        )
    except (ValueError, AttributeError, TypeError, IndexError) as error:
        raise SourceError(f"the estimator that the sums begin with gives no constants ({error})", path=path) from error
    # A dummy that was made of the constants, for a file built in Go, means no more than they do.
    near = not described.HasField("delegate") or np.allclose(found, init, rtol=1e-12, atol=1e-12)
    same = found.tobytes() == init.tobytes()
    if found.shape != (1, len(init)) or not near or (proto.link == Link.LINK_IDENTITY and not same):
        raise SourceError("the estimator that the sums begin with gives other constants than init", path=path)
    if not same:
        estimator._loss.link = KnownStart(estimator._loss.link, init)


def error(
    estimator: Any, proto: Proto, x: NDArray[np.float64], err: Error
) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    """Bound how far the beginning may be off, and say for which rows it is determined.

    Parameters
    ----------
    estimator : object
    proto : GradientBoostingProto
    x : ndarray of shape (n_rows, n_features)
    err : ndarray or None
        How far another runtime's rows may be off.

    Returns
    -------
    off : ndarray of shape (n_rows, n_outputs) or None
        None where every runtime has the same bits.
    decided : ndarray of shape (n_rows,)
    """
    if not proto.HasField("model"):
        return None, np.ones(len(x), dtype=bool)
    family = conversion.family_of(proto.model)
    given = _rounded(x)
    moved: Error = None
    if err is not None:
        moved = np.maximum(np.abs(_rounded(x + err) - given), np.abs(_rounded(x - err) - given))
    decided = family.decided(proto.model, estimator.init_, given, moved)
    method = "predict" if proto.link == Link.LINK_IDENTITY else "predict_proba"
    tolerances = family.tolerances(proto.model, estimator.init_, given, moved)
    tolerance = tolerances[method]
    if tolerance.comparison == Comparison.COMPARISON_UNSPECIFIED and method == "predict":
        return None, decided
    answers = np.asarray(call(estimator.init_, method, given), dtype=np.float64)
    # What is a part of the sum of absolute terms in float64 is a larger part in float32.
    part, rounding = 1.0, FEW_ULP
    if _is_single(proto.model):
        part, rounding = 2.0 * _SINGLE * (proto.n_features + 2) / RELATIVE_TO_SCALE, 8.0 * _SINGLE
    if method == "predict":
        off = _per_row(tolerance, len(x)) * part
        if tolerance.comparison == Comparison.COMPARISON_RELATIVE:
            off = (off + rounding) * np.abs(answers.reshape(-1))
        return off.reshape(-1, 1), decided
    if _keeps_relative_precision(proto.model):
        # A score that is off by t changes each exponential, and so their sum, by a factor of at most exp(t).
        scores = np.minimum(_per_row(tolerances["decision_function"], len(x)) * part, 1.0)
        return _link_error(proto, answers, answers * (np.expm1(2.0 * scores) + rounding)[:, None]), decided
    off = _per_row(tolerance, len(x)) * part + (rounding if part > 1.0 else 0.0)
    return _link_error(proto, answers, off[:, None]), decided


def _per_row(tolerance: Tolerance, n: int) -> NDArray[np.float64]:
    return np.zeros(n) if tolerance.per_row is None else tolerance.per_row


def _keeps_relative_precision(model: model_pb2.ModelProto) -> bool:
    """Whether probabilities are quotients of exponentials, so that small ones are as exact as large ones."""
    exponential = (Probability.PROBABILITY_LOGISTIC, Probability.PROBABILITY_SOFTMAX)
    return model.WhichOneof("model") == "sgd_classifier" and model.sgd_classifier.probability in exponential


def _rounded(x: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        return x.astype(np.float32).astype(np.float64)


def _is_single(model: model_pb2.ModelProto) -> bool:
    """Whether a linear model was fitted on float32: its parameters say so."""
    if model.WhichOneof("model") not in _LINEAR_ARMS:
        return False
    layouts = [model.source.layouts, model.source.delegate.layouts]
    return any(form.dtype == "float32" for known in layouts for name, form in known.items() if name == "coef_")


def _link_error(proto: Proto, p: NDArray[np.float64], off: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound how far the link of probabilities may be off, when each of them may be by `off`."""
    low, high = np.clip(p - off, proto.clip, 1.0 - proto.clip), np.clip(p + off, proto.clip, 1.0 - proto.clip)
    middle = np.clip(p, proto.clip, 1.0 - proto.clip)
    if proto.link == Link.LINK_SOFTMAX:
        each = np.maximum(np.log(high) - np.log(middle), np.log(middle) - np.log(low))
        each = each + FEW_ULP * (1.0 + np.abs(np.log(middle)))
        return np.asarray(each + each.mean(axis=1, keepdims=True))
    low, middle, high = (np.log(q[:, 1:] / (1.0 - q[:, 1:])) for q in (low, middle, high))
    return np.asarray(np.maximum(high - middle, middle - low) + FEW_ULP * (1.0 + np.abs(middle)))
