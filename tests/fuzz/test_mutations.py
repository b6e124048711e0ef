"""Damaged bytes: load gives an estimator or a typed error, in bounded time and memory, and nothing else."""

import contextlib
import random
import resource
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from data import load
from sklearn.cluster import BisectingKMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    VotingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RANSACRegressor, RidgeClassifier, SGDOneClassSVM, TweedieRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import modelx
from modelx.errors import ModelxError

VECTORS = Path(__file__).parents[1] / "conformance" / "vectors"
LIMITS = modelx.Limits(file_bytes=1 << 22, expanded_bytes=1 << 22)
MOST_BYTES = 1 << 30  # what one process may grow by; a file of some kilobytes has no reason to take it
SPLICES = [b"", b"\xff" * 9 + b"\x01", b"\x80" * 12, b"\x00" * 8, b"\x00\x00\x00\x00\x00\x00\xf8\x7f", b"[" * 200]


def trees_and_columns():
    """Give models whose files have indices that scikit-learn follows unchecked, and those of columns of strings."""
    x, y = load("iris")
    gaps = np.where(np.random.default_rng(0).random(x.shape) < 0.1, np.nan, x)
    rooms = np.array(["hall", "lab", "attic"], dtype=object)[(y + np.arange(len(y))) % 3]
    mixed = np.column_stack([gaps[:, :2].astype(object), rooms, rooms[::-1]])
    columns = ColumnTransformer(
        [
            ("room", OneHotEncoder(handle_unknown="ignore"), [2]),
            ("order", OrdinalEncoder(), [3]),
            ("rate", TargetEncoder(cv=2), [3]),
            ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), [0, 1]),
        ]
    )
    small = {"max_depth": 2, "random_state": 0}
    fitted = [
        DecisionTreeClassifier(**small).fit(gaps, y),
        RandomForestClassifier(2, **small).fit(x, y),
        ExtraTreesRegressor(2, **small).fit(x, np.column_stack([y, -y])),
        GradientBoostingClassifier(n_estimators=2, **small).fit(x, y),
        HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4, categorical_features=[3]).fit(gaps.round(), y),
        IsolationForest(n_estimators=2, max_samples=8, random_state=0).fit(x),
        AdaBoostRegressor(DecisionTreeRegressor(**small), n_estimators=2, random_state=0).fit(x, y),
        VotingRegressor([("tree", ExtraTreesRegressor(2, **small)), ("line", TweedieRegressor())]).fit(x, y),
        make_pipeline(columns, RandomForestClassifier(2, **small)).fit(mixed, y),
    ]
    return [modelx.to_proto(one) for one in fitted]


def own_files():
    x, y = load("iris")
    names = np.array(["a", "b", "c"])[y]
    several = np.column_stack([y == 0, y == 1]).astype(int)
    fitted = [
        make_pipeline(StandardScaler(), make_pipeline(MinMaxScaler(clip=True), "passthrough"), LogisticRegression()),
        RANSACRegressor(random_state=0),
        TweedieRegressor(power=1.5),
        SGDOneClassSVM(random_state=0),
        MiniBatchKMeans(3, random_state=0),
        BisectingKMeans(4, random_state=0),
        make_pipeline(RobustScaler(), FunctionTransformer()),
    ]
    out = [modelx.to_proto(one.fit(x, y + 1)) for one in fitted]
    out.append(modelx.to_proto(RidgeClassifier().fit(x, several)))
    out.append(modelx.to_proto(LogisticRegression().fit(x, names)))
    return out + trees_and_columns()


def seeds():
    """Give valid files in two lists: small ones in every format, and the conformance vectors, of every family."""
    from modelx.api import encode
    from modelx.formats import BY_NAME, Encoding

    out = []
    for model in own_files():
        for format_ in ("protobuf", "json"):
            assert format_ in BY_NAME
            out += [encode(model, Encoding(format_, compression)) for compression in (None, "gzip", "zstd")]
    vectors = [path for path in sorted(VECTORS.rglob("*")) if path.is_file() and path.stat().st_size < 200_000]
    return out, [path.read_bytes() for path in vectors]


def mutate(rng, data, others):
    """Flip, cut, repeat, splice or cross some places."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = rng.randrange(len(data) + 1)
        how = rng.randrange(6)
        if how == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1 and at < len(data):
            data[at] = rng.randrange(256)
        elif how == 2:
            del data[at : at + rng.randrange(1, 40)]
        elif how == 3:
            data[at:at] = data[at : at + rng.randrange(1, 200)]
        elif how == 4:
            data[at:at] = rng.choice(SPLICES)
        else:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            data[at : at + rng.randrange(100)] = other[start : start + rng.randrange(1, 100)]
    return bytes(data)


def attempt(data):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            modelx.loads(data, limits=LIMITS)
        except ModelxError:
            return True
    return False


@pytest.mark.parametrize("part", range(2))
def test_damaged_files_give_typed_errors(fuzz_seconds, part):
    files = [kind[part::2] for kind in seeds()]
    rng = random.Random(f"{part} {fuzz_seconds}")  # noqa: S311 - the same damage each time
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = tries = 0
    end = time.monotonic() + fuzz_seconds
    while time.monotonic() < end:
        kind = rng.choice(files)
        data = mutate(rng, rng.choice(kind), kind)
        start = time.monotonic()
        try:
            refused += attempt(data)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} for {data.hex()}") from error
        assert time.monotonic() - start < 10.0, data.hex()
        tries += 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES
    assert refused > tries // 4 > 0


def spots(message, way=()):
    """Give the way to each scalar field of a computation, by the names of fields and the indices of messages."""
    for field, value in message.ListFields():
        several = hasattr(value, "extend")
        if field.message_type is None:
            yield (*way, (field, None))
        elif field.name not in ("source", "signature", "evidence", "metadata"):
            for i, inner in enumerate(value) if several else [(None, value)]:
                yield from spots(inner, (*way, (field, i)))


def numbers_of(field):
    """Give numbers that are legal on the wire and may be so nowhere else."""
    if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
        return [np.nan, np.inf, -np.inf, 1e308, -0.0, 5e-324, 0.5]
    if field.cpp_type == field.CPPTYPE_STRING:
        return ["", "x", "hall"]
    if field.cpp_type in (field.CPPTYPE_UINT32, field.CPPTYPE_UINT64):
        return [0, 1, 2, 3, 7, 2**31 - 1, 2**32 - 1]
    return [0, 1] if field.cpp_type == field.CPPTYPE_BOOL else [-1, 0, 1, 2, 3, -(2**31), 2**31 - 1]


def edit(rng, model):
    """Change, repeat or leave out one number of the computation."""
    message = model
    way = rng.choice(list(spots(model)))
    for field, i in way[:-1]:
        message = getattr(message, field.name) if i is None else getattr(message, field.name)[i]
    field = way[-1][0]
    value = getattr(message, field.name)
    if not hasattr(value, "extend"):
        setattr(message, field.name, rng.choice(numbers_of(field)))
        return
    at, how = rng.randrange(len(value)), rng.randrange(4)
    if how == 0:
        del value[at:]
    elif how == 1:
        value.append(value[at])
    else:
        value[at] = rng.choice([*numbers_of(field), value[rng.randrange(len(value))]])


def rows_for(model):
    """Give rows with what may not be in them, and with what none of the model's categories is."""
    types, width = list(model.signature.feature_types), model.signature.n_features
    x = np.zeros((4, width))
    x[1:] = np.array([[1e300], [-7.5], [np.nan]])
    if modelx.v1.model_pb2.DATA_TYPE_STRING not in types:
        return x
    out = x.astype(object)
    for i, type_ in enumerate(types):
        if type_ == modelx.v1.model_pb2.DATA_TYPE_STRING:
            out[:, i] = ["hall", "", None, np.nan]
    return out


def test_edited_models_give_typed_errors_or_answer(fuzz_seconds):
    """scikit-learn follows the indices of a tree unchecked: what a loaded model is made of must lead nowhere."""
    models = trees_and_columns()
    rng = random.Random(f"edits {fuzz_seconds}")  # noqa: S311 - the same damage each time
    refused = answered = 0
    end = time.monotonic() + fuzz_seconds
    while time.monotonic() < end:
        model = type(models[0])()
        model.CopyFrom(rng.choice(models))
        model.ClearField("evidence")
        rows = rows_for(model)
        for _ in range(rng.choice([1, 1, 2])):
            edit(rng, model)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                estimator = modelx.from_proto(model)
            except ModelxError:
                refused += 1
                continue
            for output in model.signature.outputs:
                if output.method == "inverse_transform":
                    continue
                for row in rows:
                    with contextlib.suppress(ValueError):  # NaN and strings that are refused
                        getattr(estimator, output.method)(row[None])
                        answered += 1
    assert refused
    assert answered


def test_every_cut_of_a_file():
    """A file that ends early is refused wherever it ends, but for the ends of whole fields."""
    x, y = load("iris")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    for format_ in ("protobuf", "json"):
        data = modelx.dumps(model, format_)
        assert not attempt(data)
        for end in range(0, len(data), 23):
            assert attempt(data[:end]) or format_ == "protobuf"
