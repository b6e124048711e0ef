"""Models of tables, where strings stand beside numbers, and the rows that the cases send to them in every form.

As in contract_models, scikit-learn itself fits them, so what a server answers is compared with the real thing.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import modelx

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Fitted:
    """An estimator, and the version that its file says."""

    estimator: Any
    version: str


NAN = float("nan")
# The first four rows have None for their gaps, the next four NaN; both have the empty string, which is no gap.
PEOPLE = pd.DataFrame({
    "age": [25.0, 47.0, NAN, 31.5, 52.0, NAN, 29.0, 60.0, 33.0, 41.0],
    "city": pd.Series(["Oslo", None, "", "Zürich", NAN, "Paris", "", NAN, "Rome", "Oslo"], dtype=object),
    "member": [True, False, True, True, False, False, True, False, True, False],
    "visits": [3, 0, 7, 1, 2, 9, 4, 4, 0, 2**53],
    "note": pd.Series(["a", "b", None, "c", "d", NAN, "", "f", "g", "h"], dtype=object),
})  # fmt: skip
LETTERS = pd.DataFrame({
    "first": pd.Series(["a", None, "", "é", "a", "b"], dtype=object),
    "second": pd.Series(["x", "y", "x", "", "y", NAN], dtype=object),
})  # fmt: skip
SIZES = pd.DataFrame({"a": [1.0, 2.0, 4.0], "unread": [0.0, 0.0, 1.0], "b": [0.0, 0.25, 8.0]})
PAIRS = np.array([["small", "red"], ["small", "blue"], ["large", "red"]])
LISTS = {"f": "doubles", "i": "ints", "b": "bools", "O": "strings"}
DATATYPES = {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}
CONTENTS = {"f": "fp64_contents", "i": "int64_contents", "b": "bool_contents"}


@cache
def frames() -> dict[str, pd.DataFrame]:
    """Give the tables that cases take rows of, by name."""
    patients = load_diabetes(as_frame=True).data
    read = PEOPLE.drop(columns="note")
    return {"people": PEOPLE, "read": read, "letters": LETTERS, "sizes": SIZES, "patients": patients}


@cache
def fitted() -> dict[str, Fitted]:
    """Fit every model, by name."""
    y = np.array(["stays", "leaves"])[[0, 1, 0, 0, 1, 1, 0, 1, 0, 1]]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    mixed = ColumnTransformer(
        [
            ("city", OneHotEncoder(handle_unknown="ignore"), ["city"]),
            ("numbers", numbers, ["age"]),
            ("visits", MinMaxScaler(), ["visits"]),
            ("member", "passthrough", ["member"]),
        ],
        sparse_threshold=0,
    )
    kinds = ColumnTransformer([("city", OneHotEncoder(), ["city"])], sparse_threshold=0)
    sizes = ColumnTransformer([("sizes", StandardScaler(), ["b", "a"])])
    kept = ColumnTransformer([("age", MinMaxScaler((0, 5)), ["age"]), ("city", "passthrough", ["city"])])
    objects = np.array([["a", 1.0], ["b", 2.0], ["", 5.0], ["a", 0.0]], dtype=object)
    unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
    return {
        # Strings with all three kinds of nothing, numbers with gaps, a bool, integers, and a feature that nobody reads.
        "people": Fitted(make_pipeline(mixed, LogisticRegression()).fit(PEOPLE, y), "1.0.0"),
        # Strings alone, forth and back.
        "letters": Fitted(OrdinalEncoder(**unknown).fit(LETTERS), "1.0.0"),
        # Strings and unread features alone, and an encoder that refuses what it does not know.
        "cities": Fitted(make_pipeline(kinds, LogisticRegression()).fit(PEOPLE[["note", "city"]], y), "1.0.0"),
        # Numbers and unread features alone.
        "sizes": Fitted(make_pipeline(sizes, Ridge()).fit(SIZES, [1.0, 2.0, 4.0]), "1.0.0"),
        # Features without names; inverse_transform gives strings and numbers.
        "objects": Fitted(OrdinalEncoder().fit(objects), "1.0.0"),
        # Several labels of text for each row, each with classes of its own.
        "pairs": Fitted(DecisionTreeClassifier(random_state=0).fit(SIZES, PAIRS), "1.0.0"),
        # transform gives numbers and strings, also such as it has never seen.
        "kept": Fitted(kept.fit(PEOPLE[["age", "city"]]), "1.0.0"),
    }


def write_repository(root: Path) -> None:
    """Write every model as `<root>/<name>.pb`. The rows of a sample tell integers and bools from other numbers."""
    root.mkdir()
    for name, model in fitted().items():
        sample = {"people": PEOPLE, "kept": PEOPLE[["age", "city"]]}.get(name)
        modelx.dump(model.estimator, root / f"{name}.pb", name=name, version=model.version, sample=sample)


def _missing(values: pd.Series[Any]) -> list[int]:
    return np.flatnonzero(values.isna()).tolist() if values.dtype == object else []


def _plain(values: pd.Series[Any], gap: Any) -> list[Any]:
    """Give values as JSON has them, and another for each that is missing."""
    return [gap if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]


def columns(frame: pd.DataFrame, *, named: bool) -> list[dict[str, Any]]:
    """Give a table as PredictRequest has it: by name, and backwards, or without names in the model's order."""
    every = []
    for name in frame:
        values = frame[name]
        column: dict[str, Any] = {"name": name} if named else {}
        if values.dtype == object:
            column["strings"] = _plain(values, "")
            column["none_rows"] = [i for i in _missing(values) if values.iloc[i] is None]
            column["nan_rows"] = [i for i in _missing(values) if values.iloc[i] is not None]
        else:
            column[LISTS[values.dtype.kind]] = _plain(values, "NaN")
        every.append(column)
    return every[::-1] if named else every


def arrays(frame: pd.DataFrame) -> list[list[Any]]:
    """Give a table as rows of JSON values: gaps of numbers and of strings are null."""
    return [list(row) for row in zip(*(_plain(frame[name], None) for name in frame), strict=True)]


def objects(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as rows of JSON objects."""
    return [dict(zip(frame.columns[::-1], row[::-1], strict=True)) for row in arrays(frame)]


def tensors(frame: pd.DataFrame, form: str) -> list[dict[str, Any]]:
    """Give a table as one tensor for each feature: "$typed" and "$bare" as gRPC has them, or "$rest"."""
    every = []
    for place, name in enumerate(frame):
        values, kind = frame[name], frame[name].dtype.kind
        shape = [len(frame)] if place % 2 else [len(frame), 1]
        tensor: dict[str, Any] = {"name": name, "datatype": DATATYPES[kind], "shape": shape}
        if form == "$rest":
            tensor["data"] = _plain(values, None)
        elif missing := _missing(values):
            tensor["parameters"] = {"missing": {"string_param": ",".join(map(str, missing))}}
        if form == "$typed" and kind == "O":
            texts = [base64.b64encode(text.encode()).decode() for text in _plain(values, "")]
            tensor["contents"] = {"bytes_contents": texts}
        elif form == "$typed":
            tensor["contents"] = {CONTENTS[kind]: _plain(values, "NaN")}
        every.append(tensor)
    return every[::-1]


def raw(frame: pd.DataFrame) -> list[bytes]:
    """Give the contents of the tensors of the form "$bare"."""
    every = []
    for name in frame:
        values = frame[name]
        texts = [text.encode() for text in _plain(values, "")] if values.dtype == object else []
        lengths = [len(text).to_bytes(4, "little") for text in texts]
        every.append(b"".join(map(bytes.__add__, lengths, texts)) if texts else values.to_numpy().tobytes())
    return every[::-1]


def sent(word: str, frame: pd.DataFrame) -> Any:
    """Give a table in one of the forms that cases name."""
    match word:
        case "$named" | "$unnamed":
            return columns(frame, named=word == "$named")
        case "$arrays":
            return arrays(frame)
        case "$objects":
            return objects(frame)
        case "$contents":
            return [base64.b64encode(each).decode() for each in raw(frame)]
        case _:
            # Typed or bare tensors over gRPC, or JSON's.
            return tensors(frame, word)
