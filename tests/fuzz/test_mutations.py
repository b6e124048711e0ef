"""Damaged bytes: load gives an estimator or a typed error, in bounded time and memory, and nothing else."""

import random
import resource
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from data import load
from sklearn.cluster import BisectingKMeans, MiniBatchKMeans
from sklearn.linear_model import LogisticRegression, RANSACRegressor, RidgeClassifier, SGDOneClassSVM, TweedieRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler

import modelx
from modelx.errors import ModelxError

VECTORS = Path(__file__).parents[1] / "conformance" / "vectors"
LIMITS = modelx.Limits(file_bytes=1 << 22, expanded_bytes=1 << 22)
MOST_BYTES = 1 << 30  # what one process may grow by; a file of some kilobytes has no reason to take it
SPLICES = [b"", b"\xff" * 9 + b"\x01", b"\x80" * 12, b"\x00" * 8, b"\x00\x00\x00\x00\x00\x00\xf8\x7f", b"[" * 200]


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
    return out


def seeds():
    """Give valid files of every family in every format, small ones, and the conformance vectors."""
    from modelx.api import encode
    from modelx.formats import BY_NAME, Encoding

    out = []
    for model in own_files():
        for format_ in ("protobuf", "json"):
            assert format_ in BY_NAME
            out += [encode(model, Encoding(format_, compression)) for compression in (None, "gzip", "zstd")]
    out += [
        path.read_bytes() for path in sorted(VECTORS.rglob("*")) if path.is_file() and path.stat().st_size < 200_000
    ]
    return out


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
    files = seeds()[part::2]
    rng = random.Random(f"{part} {fuzz_seconds}")  # noqa: S311 - the same damage each time
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = tries = 0
    end = time.monotonic() + fuzz_seconds
    while time.monotonic() < end:
        data = mutate(rng, rng.choice(files), files)
        start = time.monotonic()
        try:
            refused += attempt(data)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} for {data.hex()}") from error
        assert time.monotonic() - start < 10.0, data.hex()
        tries += 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES
    assert refused > tries // 4 > 0


def test_every_cut_of_a_file():
    """A file that ends early is refused wherever it ends, but for the ends of whole fields."""
    x, y = load("iris")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    for format_ in ("protobuf", "json"):
        data = modelx.dumps(model, format_)
        assert not attempt(data)
        for end in range(0, len(data), 23):
            assert attempt(data[:end]) or format_ == "protobuf"
