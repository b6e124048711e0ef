"""``modelx.diff``."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor, RANSACRegressor, Ridge, RidgeClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

import modelx
from modelx.differences import Flip
from modelx.errors import MalformedError, NonFiniteInputError, WrongWidthError
from modelx.formats import Encoding
from modelx.model import describe

RNG = np.random.default_rng(7)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, -2.0, 0.5] + RNG.normal(size=60)
LABELS = np.where(Y > 0.7, "high", np.where(Y > -0.7, "middle", "low"))
FIXED = {"created_timestamp": 1}


def model(estimator, edit=None, **options):
    proto = modelx.to_proto(estimator, metadata=FIXED, **options)
    if edit is not None:
        edit(proto)
    return describe(proto, Encoding("protobuf"))


@pytest.mark.parametrize(
    "estimator",
    [
        Ridge().fit(X, Y),
        RANSACRegressor(random_state=0).fit(X, Y),
        LogisticRegression().fit(X, LABELS),
        KMeans(3, random_state=0).fit(X),
        BisectingKMeans(3, random_state=0).fit(X),
        MinMaxScaler(clip=True).fit(X),
        Pipeline([("a", StandardScaler()), ("b", LogisticRegression())]).fit(X, LABELS),
    ],
    ids=lambda e: type(e).__name__,
)
def test_a_model_does_not_differ_from_itself(estimator):
    found = modelx.diff(model(estimator), model(estimator), X)
    assert found == modelx.Difference()
    assert found.empty
    assert not found.breaking


def test_one_coefficient():
    def edit(proto):
        proto.sgd_classifier.coefficients[4] += 0.25

    estimator = LogisticRegression().fit(X, LABELS)
    [change] = modelx.diff(model(estimator), model(estimator, edit)).parameters
    before = estimator.coef_[1, 1]
    assert (change.path, change.n_values, change.n_changed) == ("sgd_classifier.coefficients", 9, 1)
    assert change.largest_absolute.at == [1, 1]
    assert change.largest_absolute.label == "class 'low'"
    assert change.largest_absolute.before == before
    assert change.largest_absolute.after == before + 0.25
    assert change.largest_relative.change == pytest.approx(0.25 / abs(before))


def test_the_largest_absolute_and_relative_changes_differ():
    def edit(proto):
        values = proto.linear_regression.coefficients
        values[0], values[1] = values[0] + 1.0, values[1] * 0.5

    def small(proto):
        proto.linear_regression.coefficients[1] = 1e-9

    estimator = Ridge().fit(X, Y)
    [change] = modelx.diff(model(estimator, small), model(estimator, lambda p: (small(p), edit(p)))).parameters
    assert (change.largest_absolute.at, change.largest_relative.at) == ([0], [0])
    [change] = modelx.diff(
        model(estimator, small), model(estimator, lambda p: p.linear_regression.coefficients.__setitem__(1, 1.0))
    ).parameters
    assert change.largest_relative.change == pytest.approx(1e9)


def test_from_zero_is_infinitely_more():
    def zero(proto):
        proto.linear_regression.coefficients[2] = 0.0

    estimator = Ridge().fit(X, Y)
    [change] = modelx.diff(model(estimator, zero), model(estimator)).parameters
    assert change.largest_relative.change == np.inf
    assert np.isfinite(change.largest_absolute.change)


def test_nan_that_stays_nan_is_no_change():
    column = X.copy()
    column[:, 0] = np.nan
    scaler = MinMaxScaler()
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        scaler.fit(column)
    assert modelx.diff(model(scaler), model(scaler)).empty


def test_links_clips_and_widths():
    poisson, ridge = PoissonRegressor().fit(X, np.exp(Y / 9)), Ridge().fit(X, Y)
    messages = {change.path: change.message for change in modelx.diff(model(ridge), model(poisson)).parameters}
    assert messages["linear_regression.link"] == "LINK_UNSPECIFIED became LINK_LOG"
    clipped, free = MinMaxScaler(clip=True).fit(X), MinMaxScaler().fit(X)
    assert [(c.path, c.message) for c in modelx.diff(model(clipped), model(free)).parameters] == [
        ("affine_scaler.clip", "was removed")
    ]
    found = modelx.diff(model(ridge), model(Ridge().fit(X[:, :2], Y)))
    assert found.parameters[0].message == "3 values became 2"
    assert [(c.what, c.message, c.breaking) for c in found.schema] == [("n_features", "3 features became 2", True)]


def test_steps_are_compared_by_name():
    def pipeline(first, c):
        steps = [(first, StandardScaler()), ("clf", LogisticRegression(C=c))]
        return model(Pipeline(steps).fit(X, LABELS))

    found = modelx.diff(pipeline("scale", 1.0), pipeline("scale", 0.1))
    assert [change.path for change in found.hyper_parameters] == ["pipeline.steps[1].source.params[C]"]
    assert all(change.path.startswith("pipeline.steps[1].sgd_classifier.") for change in found.parameters)
    renamed = modelx.diff(pipeline("scale", 1.0), pipeline("norm", 1.0))
    assert (renamed.computation[0].before, renamed.computation[0].after) == (["scale", "clf"], ["norm", "clf"])
    assert renamed.parameters == []


def test_members_are_compared_by_name():
    """In another order they are the same members; their numbers are not those of others."""
    first, second = ("first", Ridge()), ("second", Ridge(alpha=9.0))
    before, after = (model(VotingRegressor(given).fit(X, Y)) for given in ([first, second], [second, first]))
    found = modelx.diff(before, after)
    assert [(one.path, one.before, one.after) for one in found.computation] == [
        ("voting.members", ["first", "second"], ["second", "first"])
    ]
    assert not found.parameters

    def edit(proto):
        proto.voting.members[1].linear_regression.coefficients[2] += 0.5

    found = modelx.diff(before, model(VotingRegressor([first, second]).fit(X, Y), edit))
    assert [one.path for one in found.parameters] == ["voting.members[1].linear_regression.coefficients"]
    more = modelx.diff(before, model(VotingRegressor([first, ("third", Ridge()), second]).fit(X, Y)))
    assert [one.after for one in more.computation] == [["first", "third", "second"]]
    assert not more.parameters


MIXED = pd.DataFrame(X, columns=["a", "b", "c"]).assign(
    room=np.array(["hall", "lab", None, "", np.nan], dtype=object)[np.arange(60) % 5]
)


def columns(rooms, encoder="passthrough"):
    return ColumnTransformer([("room", encoder, ["room"]), ("rest", StandardScaler(), ["a", "b", "c"])]).fit(
        MIXED.assign(room=rooms)
    )


def test_strings_among_the_answers():
    same = [model(columns(MIXED["room"]), sample=MIXED[:5]) for _ in range(2)]
    assert modelx.diff(*same, MIXED).empty

    before, after = (
        ColumnTransformer([("room", "passthrough", ["room"]), ("rest", MinMaxScaler(), ["a", "b", "c"])]).fit(MIXED[n:])
        for n in (0, 30)
    )
    [output] = modelx.diff(*(model(one, sample=MIXED[:5]) for one in (before, after)), MIXED).outputs
    assert output.method == "transform"
    assert output.largest_absolute is None
    assert sum(flip.count for flip in output.flips) == output.n_changed


def test_types_of_features():
    words = model(columns(MIXED["room"], OneHotEncoder(handle_unknown="ignore")))
    numbers = model(columns(np.arange(60.0), OneHotEncoder(handle_unknown="ignore")))
    for before, after, told in (
        (words, numbers, "'room: string became float64'"),
        (numbers, words, "'room: float64 became string'"),
    ):
        changes = [one for one in modelx.diff(before, after).schema if one.what == "feature_types"]
        assert [(one.message, one.breaking) for one in changes] == [(told, True)]
    counted = model(StandardScaler().fit(MIXED[["a"]]), sample=pd.DataFrame({"a": [1, 2]}))
    [change] = modelx.diff(model(StandardScaler().fit(MIXED[["a"]])), counted).schema
    assert (change.message, change.breaking) == ("'a: float64 became int64'", False)


def test_another_family():
    found = modelx.diff(model(Ridge().fit(X, Y)), model(KMeans(2, random_state=0).fit(X)))
    changes = {change.path: (change.before, change.after) for change in found.computation}
    assert changes["family"] == ("linear_regression", "kmeans")
    assert changes["source.class_name"] == ("Ridge", "KMeans")
    assert {(c.message, c.breaking) for c in found.schema} == {
        ("predict gave one x float64 for each row and gives one x int64", True),
        ("transform was added", False),
    }


def named(names):
    def edit(proto):
        del proto.signature.feature_names[:]
        proto.signature.feature_names.extend(names)

    return model(Ridge().fit(X, Y), edit)


@pytest.mark.parametrize(
    ("before", "after", "word", "breaking"),
    [
        (["a", "b", "c"], ["a", "c", "b"], "another order, from feature 2 on: 'b' became 'c'", True),
        (["a", "b", "c"], ["a", "b", "d"], "removed: 'c'", True),
        (["a", "b", "c"], [], "lost their names", True),
        ([], ["a", "b", "c"], "got names", False),
    ],
)
def test_feature_names(before, after, word, breaking):
    found = modelx.diff(named(before), named(after))
    assert word in found.schema[0].message
    assert found.breaking is breaking
    assert found.schema[0].what == "feature_names"


def test_classes_and_methods():
    two, three = np.where(Y > 0, 1, 0), np.digitize(Y, [-0.7, 0.7])
    found = modelx.diff(model(LogisticRegression().fit(X, two)), model(LogisticRegression().fit(X, three)))
    assert {change.what for change in found.schema} == {"classes", "methods"}
    assert found.breaking
    # Equal in Python, other labels to a caller.
    bools = modelx.diff(model(LogisticRegression().fit(X, two)), model(LogisticRegression().fit(X, two > 0)))
    assert bools.schema[0].what == "classes"
    fewer = modelx.diff(model(LogisticRegression().fit(X, two)), model(RidgeClassifier().fit(X, two)))
    assert [c.message for c in fewer.schema] == ["predict_proba was removed", "predict_log_proba was removed"]
    more = modelx.diff(model(RidgeClassifier().fit(X, two)), model(LogisticRegression().fit(X, two)))
    assert more.schema
    assert not more.breaking


def test_metadata_and_evidence():
    estimator = Ridge().fit(X, Y)
    found = modelx.diff(
        model(estimator, metrics={"r2": 0.5, "old": 1.0}, version="1"),
        model(estimator, metrics={"r2": 0.6, "new": float("nan")}, version="2", sample=X[:5]),
    )
    changes = {change.path: (change.how, change.before, change.after) for change in found.metadata}
    assert changes == {
        "version": ("changed", "1", "2"),
        "metadata.metrics[r2]": ("changed", 0.5, 0.6),
        "metadata.metrics[old]": ("removed", 1.0, None),
        "metadata.metrics[new]": ("added", None, "NaN"),
        "evidence": ("changed", "16 rows, made", "21 rows, sample_and_made"),
    }
    assert dataclasses.replace(found, metadata=[]).empty


def test_regressors_on_data():
    a, b = Ridge().fit(X, Y), Ridge(alpha=9.0).fit(X, Y)
    [output] = modelx.diff(model(a), model(b), X, worst=3).outputs
    change = np.abs(a.predict(X) - b.predict(X))
    assert output.n_changed == len(X)
    assert output.largest_absolute.change == change.max()
    assert [row.row for row in output.worst] == np.argsort(-change, kind="stable")[:3].tolist()
    assert output.worst[0].before == a.predict(X)[output.worst[0].row]
    assert output.flips == []


def test_flips_on_data():
    a, b = LogisticRegression().fit(X, LABELS), LogisticRegression(C=1e-3).fit(X, LABELS)
    outputs = {output.method: output for output in modelx.diff(model(a), model(b), X).outputs}
    old, new = a.predict(X), b.predict(X)
    predict = outputs["predict"]
    assert sum(flip.count for flip in predict.flips) == predict.n_changed == (old != new).sum() > 0
    assert predict.flips == sorted(predict.flips, key=lambda flip: -flip.count)
    change = np.abs(a.predict_proba(X) - b.predict_proba(X)).max(axis=1)
    flipped = np.flatnonzero(old != new)
    assert predict.worst[0].row == flipped[np.argmax(change[flipped])]
    assert outputs["predict_proba"].largest_absolute.change == change.max()


def test_float_labels_are_labels():
    a, b = (LogisticRegression(C=c).fit(X, np.where(Y > 1.5, 2.0, 1.0)) for c in (1.0, 1e-4))
    outputs = {output.method: output for output in modelx.diff(model(a), model(b), X).outputs}
    assert outputs["predict"].flips == [Flip(2.0, 1.0, outputs["predict"].n_changed)]


def test_labels_of_other_types_all_flip():
    a, b = LogisticRegression().fit(X, Y > 0), LogisticRegression().fit(X, np.where(Y > 0, "yes", "no"))
    outputs = {output.method: output for output in modelx.diff(model(a), model(b), X).outputs}
    assert outputs["predict"].n_changed == len(X)
    assert {(flip.before, flip.after) for flip in outputs["predict"].flips} == {(True, "yes"), (False, "no")}


def test_several_labels_flip_together():
    targets = np.column_stack([Y > 0, X[:, 0] > 0]).astype(int)
    a, b = RidgeClassifier().fit(X, targets), RidgeClassifier().fit(X, 1 - targets)
    outputs = {output.method: output for output in modelx.diff(model(a), model(b), X).outputs}
    assert outputs["predict"].n_changed == len(X)
    assert all(isinstance(flip.before, list) for flip in outputs["predict"].flips)


def test_features_in_another_order_give_equal_answers_on_their_own_rows():
    a, b = Ridge().fit(X, Y), Ridge().fit(X[:, ::-1], Y)
    found = modelx.diff(model(a), model(b), X, data_b=X[:, ::-1])
    assert all(output.largest_absolute.change < 1e-12 for output in found.outputs)


def test_data_that_do_not_suit(tmp_path):
    a, b = model(Ridge().fit(X, Y)), model(Ridge().fit(X[:, :2], Y))
    with pytest.raises(WrongWidthError):
        modelx.diff(a, a, X[:, :2])
    with pytest.raises(WrongWidthError):
        modelx.diff(a, b, X, data_b=X)
    with pytest.raises(WrongWidthError):
        modelx.diff(a, b, X, data_b=X[:5, :2])
    with pytest.raises(NonFiniteInputError, match="row 1"):
        modelx.diff(a, a, [[0.0, 0.0, 0.0], [0.0, np.nan, 0.0]])
    assert modelx.diff(a, b, X).outputs_skipped
    assert modelx.diff(a, a, np.empty((0, 3))).outputs_skipped
    (tmp_path / "bad.pb").write_bytes(b"\x0a\xff")
    with pytest.raises(MalformedError):
        modelx.diff(a, tmp_path / "bad.pb")


def test_the_name_is_the_function_however_it_is_imported():
    from modelx.differences import diff

    assert modelx.diff is diff
