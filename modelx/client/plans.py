"""What calls send and what they make of the answers, whoever waits for them: each plan is a generator of calls.

The sync and the async client drive the same plans: they send what a plan yields, and give it the answer or the error.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from modelx import wire
from modelx.client import results, rows
from modelx.client.errors import InvalidRequestError, NotFoundError
from modelx.client.results import ModelInfo, OutputInfo, Prediction
from modelx.v1 import columns_pb2, service_pb2


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method of the service; `safe` when it may be made again after it failed."""

    rpc: str
    request: Any
    safe: bool = True


Plan: TypeAlias = Generator[Call, Any, Any]

# A model may be replaced between two calls; twice in a row is rare, and three times is no accident.
_ATTEMPTS = 3
# A server that is given a new version every minute is not remembered for ever.
_MOST = 1000


class Known:
    """What is known of models, so that labels get their own types without a call for each prediction.

    Reads and writes of a dict are atomic: threads share it as it is.
    """

    def __init__(self) -> None:
        self._by_version: dict[tuple[str, str], ModelInfo] = {}
        # What answered last to a name and a version that were asked for, each of which may be empty.
        self._by_request: dict[tuple[str, str], ModelInfo] = {}

    def find(self, name: str, version: str) -> ModelInfo | None:
        """Give what serves under its own name and version."""
        return self._by_version.get((name, version))

    def last(self, model: str, version: str) -> ModelInfo | None:
        """Give what answered last to this name and version."""
        return self._by_request.get((model, version))

    def keep(self, model: str, version: str, info: ModelInfo) -> None:
        """Remember what answered to a name and a version."""
        if len(self._by_version) >= _MOST:
            self.forget()
        self._by_version[info.name, info.version] = info
        self._by_request[model, version] = info

    def forget(self) -> None:
        """Forget all, as what serves has changed."""
        self._by_version.clear()
        self._by_request.clear()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants of a model."""

    method: str
    model: str
    version: str
    probabilities: bool
    metadata: Mapping[str, str] | None

    def request(self, values: Any) -> service_pb2.PredictRequest:
        """Make the request for rows: float64 of shape (rows, width), or `rows.Columns`."""
        typed = isinstance(values, rows.Columns)
        out = service_pb2.PredictRequest(
            method=self.method,
            model_name=self.model,
            model_version=self.version,
            rows=values.n_rows if typed else len(values),
            include_probabilities=self.probabilities,
            metadata=self.metadata,
        )
        if typed:
            for name, column in zip(values.names, values.values, strict=True):
                _fill(out.columns.add(name=name), column)
        else:
            wire.fill(out, "features", values)
        return out


def _fill(column: columns_pb2.Column, values: Any) -> None:
    """Write a float64 array, or texts with None and NaN where they are missing."""
    if not isinstance(values, list):
        wire.fill(column, "doubles", values)
        return
    try:
        column.strings.extend(value if isinstance(value, str) else "" for value in values)
    except ValueError as error:
        raise InvalidRequestError(
            "not_text", f'column "{column.name}" has text that UTF-8 does not have: {error}', code="INVALID_ARGUMENT"
        ) from error
    column.none_rows.extend(row for row, value in enumerate(values) if value is None)
    column.nan_rows.extend(row for row, value in enumerate(values) if value is not None and not isinstance(value, str))


def predict(known: Known, X: Any, wanted: Wanted) -> Generator[Call, Any, Prediction]:
    """Predict, and give the answer in the shape and type that the model's own method gives."""
    X = rows.read(X)
    # What inverse_transform takes has neither names nor types.
    typed = wanted.method != "inverse_transform" and rows.is_typed(X)
    expected: ModelInfo | None = None
    asked = False
    if typed:
        expected = known.last(wanted.model, wanted.version)
        asked = expected is None
        expected = expected or (yield from info(known, wanted.model, wanted.version))
    response = service_pb2.PredictResponse()
    for _ in range(_ATTEMPTS):
        try:
            values = rows.matrix(X) if expected is None else rows.given(X, expected)
            response = yield Call("Predict", wanted.request(values))
        except InvalidRequestError:
            if expected is None or asked:
                raise
            # It may be wrong for a model that serves no longer, and right for the one that does.
            serving = yield from info(known, wanted.model, wanted.version)
            if _features(serving) == _features(expected):
                raise
            expected, asked = serving, True
            continue
        found = yield from _info_of(known, wanted, response)
        if found is None:
            # The version that answered serves no longer: the one that does can be asked about.
            continue
        if expected is not None and _features(found) != _features(expected):
            expected = found
            continue
        return results.prediction_of(response, found.outputs[wanted.method])
    if expected is not None:
        raise InvalidRequestError(
            "missing_column",
            "models with other features keep taking each other's place; name a version",
            code="INVALID_ARGUMENT",
        )
    return results.prediction_of(response, None)


def _features(info: ModelInfo) -> tuple[int, list[str], list[str]]:
    """Give what rows are made by."""
    return info.n_features, info.feature_names, info.feature_types


def typed(known: Known, wanted: Wanted, response: service_pb2.PredictResponse) -> Generator[Call, Any, Prediction]:
    """Give an answer of a stream in its shape and type; by what it tells alone, when its model serves no longer."""
    found = yield from _info_of(known, wanted, response)
    return results.prediction_of(response, None if found is None else found.outputs[wanted.method])


def _info_of(
    known: Known, wanted: Wanted, response: service_pb2.PredictResponse
) -> Generator[Call, Any, ModelInfo | None]:
    """Give what is known of the model that answered; None when it does not serve any more."""

    def suits(found: ModelInfo | None) -> bool:
        output: OutputInfo | None = found.outputs.get(wanted.method) if found is not None else None
        return output is not None and results.fits(response, output)

    name, version = response.model_name, response.model_version
    found = known.find(name, version)
    if not suits(found):
        try:
            message = yield Call(
                "GetModelInfo", service_pb2.GetModelInfoRequest(model_name=name, model_version=version)
            )
        except NotFoundError:
            return None
        found = results.info_of(message)
    if found is None or not suits(found):
        return None
    known.keep(wanted.model, wanted.version, found)
    return found


def info(known: Known, model: str, version: str) -> Generator[Call, Any, ModelInfo]:
    """Ask what serves."""
    message = yield Call("GetModelInfo", service_pb2.GetModelInfoRequest(model_name=model, model_version=version))
    out = results.info_of(message)
    known.keep(model, version, out)
    return out


def reload(
    known: Known, *, path: str, version: str, model: str, rollback: bool
) -> Generator[Call, Any, results.Reload]:
    """Bring another file, or another version, into service."""
    request = service_pb2.ReloadModelRequest(path=path, version=version, model_name=model, rollback=rollback)
    try:
        # Once it may have been sent it may have happened, and a second one might undo it: a rollback of a rollback.
        message = yield Call("ReloadModel", request, safe=False)
    finally:
        known.forget()
    return results.reload_of(message)
