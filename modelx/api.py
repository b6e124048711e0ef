"""dump, dumps, load, loads, read and verify."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import conversion, evidence, files, formats, frames, wire
from modelx import metadata as notes
from modelx.errors import MissingColumnError, NotNumericError, UnsupportedEstimatorError
from modelx.formats import Encoding, compression, large
from modelx.limits import DEFAULT, Limits
from modelx.model import Model, describe
from modelx.plain import brief
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray


def to_proto(
    estimator: Any,
    *,
    sample: ArrayLike | None = None,
    name: str | None = None,
    version: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> model_pb2.ModelProto:
    """Convert a fitted estimator to the message that every format carries.

    Parameters
    ----------
    estimator : object
        A fitted scikit-learn estimator.
    sample : array-like of shape (n_rows, n_features), optional
        Rows to keep in the file as evidence, with the estimator's own answers: an array, a data frame, or dicts by
        the names of features. They are stored as they are: give nothing private. Without them, rows are made from the
        parameters alone.
    name : str, optional
        The model's name; the class's when not given.
    version : str, optional
        The model's version.
    metadata : mapping, optional
        Whatever is to be kept with the model: strings, numbers, bools, None, lists and mappings of these.
        ``training_samples`` and ``created_timestamp`` (seconds since 1970) have fields of their own.
    metrics : mapping of str to float, optional
        Scores, such as ``{"r2": 0.51}``.

    Returns
    -------
    ModelProto

    Raises
    ------
    UnsupportedEstimatorError, NotFittedError
    WrongWidthError, NotNumericError, NonFiniteInputError, MissingColumnError
        For a `sample` that the estimator does not take.
    TypeError, ValueError
        For a name, a version, metadata or metrics that a file cannot carry.
    """
    with wire.sharing() as shared:
        model = _convert(estimator, sample, name, version, metadata, metrics)
        shared.attach()
    return model


def _convert(
    estimator: Any,
    sample: ArrayLike | None,
    name: str | None,
    version: str | None,
    metadata: Mapping[str, Any] | None,
    metrics: Mapping[str, float] | None,
) -> model_pb2.ModelProto:
    """Convert an estimator, within `wire.sharing`."""
    model = model_pb2.ModelProto()
    conversion.encode(estimator, model)
    if sample is not None:
        family = conversion.family_of(model)
        sample = frames.from_objects(sample, model.signature.feature_names, family.input_types(model))
        sample = family.sample_rows(model, sample)
        conversion.note_strings(model, frames.string_columns(sample))
    model.name = type(estimator).__name__ if name is None else notes.text("name", name)
    model.version = "" if version is None else notes.text("version", version)
    notes.write(model.metadata, metadata, metrics)
    conversion.check(model)
    evidence.attach(estimator, model, None if sample is None else _sample_rows(sample, model))
    return model


def _sample_rows(sample: Any, model: model_pb2.ModelProto) -> NDArray[Any]:
    """Give the rows of a sample; a frame whose columns are not the model's features, in their order, is refused."""
    signature = model.signature
    names, expected = getattr(sample, "columns", None), list(signature.feature_names)
    if names is not None and expected and list(names) != expected:
        raise MissingColumnError(
            f"the sample has the columns {brief([str(name) for name in names])}; the model has the features "
            f"{brief(expected)}, in this order: give sample[list(estimator.feature_names_in_)]"
        )
    types = conversion.family_of(model).input_types(model)
    if names is not None:
        conversion.refine_types(model, [np.asarray(sample[name]).dtype for name in names])
    return as_rows(sample) if types is None else frames.typed_rows(sample, types, expected)


def as_rows(x: Any) -> NDArray[np.float64]:
    """Give rows as a float64 array of shape (n_rows, n_features).

    Raises
    ------
    NotNumericError
    """
    try:
        array = np.asarray(x)
        # numpy would bring back the numbers that are hidden, and drop the imaginary parts.
        partial = np.ma.isMaskedArray(x) or array.dtype.kind == "c"
        array = array if partial else array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise NotNumericError(f"the rows are not numbers: {error}; give a numeric array") from error
    if partial:
        raise NotNumericError("the rows are masked or complex, of which a part would be lost; give a float64 array")
    return np.ascontiguousarray(array)


def encode(
    model: model_pb2.ModelProto, encoding: Encoding, *, level: int | None = None, allow_drift: bool = False
) -> bytes:
    """Give the bytes of a model in a format, compressed or not."""
    module = formats.BY_NAME[encoding.format]
    options = {"allow_drift": allow_drift} if encoding.format == "onnx" else {}
    return _compress(module.dumps(model, **options), encoding, level)


def _compress(data: bytes, encoding: Encoding, level: int | None) -> bytes:
    if encoding.compression is not None:
        return compression.compress(data, encoding.compression, level)
    if level is not None:
        raise ValueError(f"level is {level!r} without a compression; write to .gz or .zst, or leave it out")
    return data


def dump(
    estimator: Any,
    path: str | os.PathLike[str],
    *,
    sample: ArrayLike | None = None,
    name: str | None = None,
    version: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    level: int | None = None,
    allow_drift: bool = False,
) -> None:
    """Write a fitted estimator to a file, as ``joblib.dump`` does, but as data that Go reads too.

    The suffix decides: ``.pb``, ``.json`` or ``.onnx``, with ``.gz`` or ``.zst`` after it or not. The file is written
    beside its place and then renamed, so that a failure leaves an old file whole.

    A ``.onnx`` file of an estimator that modelx does not support is made by skl2onnx: a graph that runs, but that no
    estimator can be loaded from. It is compared with the estimator on `sample`, which is then not stored.

    Parameters
    ----------
    estimator, sample, name, version, metadata, metrics
        As in `to_proto`.
    path : path-like
    level : int, optional
        Of the compression: 0 to 9 for gzip, 1 to 22 for zstd.
    allow_drift : bool
        Write an ONNX file even if onnxruntime gives other labels, or numbers outside the tolerance.

    Raises
    ------
    ModelxError
        As `to_proto`, and `UnknownFormatError`, `DriftError`.
    OSError
    """
    encoding = formats.by_suffix(path)
    fields = {"sample": sample, "name": name, "version": version, "metadata": metadata, "metrics": metrics}
    files.write(path, *_dump_pieces(estimator, encoding, level, allow_drift, fields))


def dumps(
    estimator: Any,
    format: str = "protobuf",  # noqa: A002 - the field's word
    *,
    compression: str | None = None,
    sample: ArrayLike | None = None,
    name: str | None = None,
    version: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    level: int | None = None,
    allow_drift: bool = False,
) -> bytes:
    """Give the bytes that `dump` would write.

    Parameters
    ----------
    format : {"protobuf", "json", "onnx"}
    compression : {None, "gzip", "zstd"}
    estimator, sample, name, version, metadata, metrics, level, allow_drift
        As in `dump`.
    """
    if format not in formats.BY_NAME:
        raise ValueError(f"format is {format!r}; expected one of {', '.join(formats.BY_NAME)}")
    fields = {"sample": sample, "name": name, "version": version, "metadata": metadata, "metrics": metrics}
    return b"".join(_dump_pieces(estimator, Encoding(format, compression), level, allow_drift, fields))


def _dump_pieces(
    estimator: Any, encoding: Encoding, level: int | None, allow_drift: bool, fields: dict[str, Any]
) -> list[bytes | memoryview]:
    """Give the bytes of a file, in pieces of which large arrays are the estimator's own memory."""
    try:
        with wire.sharing() as shared:
            model = _convert(estimator, **fields)
            if encoding == Encoding("protobuf") and level is None:
                return large.join(model, shared.detached)
            shared.attach()
        return [encode(model, encoding, level=level, allow_drift=allow_drift)]
    except UnsupportedEstimatorError as error:
        if encoding.format != "onnx":
            raise
        return [_compress(_dump_graph(estimator, error, allow_drift, **fields), encoding, level)]


def _dump_graph(
    estimator: Any, error: UnsupportedEstimatorError, allow_drift: bool, *, sample: ArrayLike | None, **described: Any
) -> bytes:
    """Write an estimator that has no family as a graph without a model."""
    from modelx.formats import onnx_fallback

    names = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    rows = None if sample is None else as_rows(frames.from_objects(sample, names))
    return onnx_fallback.dumps(estimator, error, sample=rows, described=described, allow_drift=allow_drift)


def from_proto(model: model_pb2.ModelProto, *, verify: bool = True) -> Any:
    """Check a message, rebuild its fitted estimator, and replay its evidence.

    Raises
    ------
    ModelFileError
        The typed error of the first defect.
    """
    with wire.sharing():
        return _rebuild(model, verify=verify)


def _rebuild(model: model_pb2.ModelProto, *, verify: bool) -> Any:
    """Rebuild an estimator, within `wire.sharing`."""
    conversion.check(model)
    evidence.check(model)
    estimator = conversion.decode(model)
    if verify:
        evidence.replay(estimator, model)
    return estimator


def loads(data: bytes, *, verify: bool = True, limits: Limits = DEFAULT) -> Any:
    """Give back the fitted estimator from bytes in any format, which is recognised.

    Parameters
    ----------
    data : bytes
    verify : bool
        Replay the evidence that the model carries, and refuse it when its answers differ.
    limits : Limits

    Returns
    -------
    estimator
        Of the very class, with its hyper-parameters, feature names and classes; its outputs have the original's bits.

    Raises
    ------
    ModelFileError
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"data is a {type(data).__name__}; expected bytes. modelx.load(path) reads a file")
    with wire.sharing():
        return _rebuild(formats.loads(bytes(data), limits)[0], verify=verify)


def load(path: str | os.PathLike[str], *, verify: bool = True, limits: Limits = DEFAULT) -> Any:
    """Give back the fitted estimator from a file, as ``joblib.load`` does, without running anything that is in it.

    As `loads`.
    """
    # Nothing holds on to the file's bytes while the estimator is built: for large models, memory is what takes time.
    with wire.sharing():
        return _rebuild(formats.loads(files.read_buffer(path, limits), limits)[0], verify=verify)


def read(path: str | os.PathLike[str], *, limits: Limits = DEFAULT) -> Model:
    """Read and check a model as data: signature, source, metadata, evidence; no estimator is built.

    Raises
    ------
    ModelFileError
    OSError
    """
    data = files.read(path, limits)
    model, encoding = formats.loads(data, limits)
    conversion.check(model)
    evidence.check(model)
    return describe(model, encoding, len(data), hashlib.sha256(data).hexdigest())


def verify(path: str | os.PathLike[str], *, limits: Limits = DEFAULT) -> Model:
    """Check a file, rebuild its estimator and replay its evidence; give the model as data.

    The graph of an ONNX file is run on the evidence as well, where onnxruntime is installed.

    Raises
    ------
    ModelFileError
        `EvidenceMismatchError` when the model answers something else than what was recorded.
    OSError
    """
    data = files.read(path, limits)
    model, encoding = formats.loads(data, limits)
    from_proto(model)
    if encoding.format == "onnx":
        _verify_graph(data, encoding, model, limits)
    return describe(model, encoding, len(data), hashlib.sha256(data).hexdigest())


def _verify_graph(data: bytes, encoding: Encoding, model: model_pb2.ModelProto, limits: Limits) -> None:
    from modelx.formats import onnx_check

    if encoding.compression:
        data = compression.expand(data, encoding.compression, limits)
    onnx_check.check_graph(data, model)
