"""One small module for each format, all with the same two verbs; the suffix decides, content is recognised."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from modelx import wire
from modelx.errors import UnknownFormatError
from modelx.formats import compression, json, large, onnx, protobuf

if TYPE_CHECKING:
    from types import ModuleType

    from modelx.limits import Limits
    from modelx.v1 import model_pb2

# Asked in this order; protobuf takes nearly anything.
FORMATS: tuple[ModuleType, ...] = (json, onnx, protobuf)
BY_NAME = {module.NAME: module for module in FORMATS}
_BY_SUFFIX = {module.SUFFIX: module.NAME for module in FORMATS}


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a file's bytes are: the format's name, and the compression's, or None."""

    format: str
    compression: str | None = None


def by_suffix(path: str | os.PathLike[str]) -> Encoding:
    """Tell from the suffixes how a file is to be written.

    Raises
    ------
    UnknownFormatError
    """
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    compressed = compression.SUFFIXES.get(suffixes.pop()) if suffixes and suffixes[-1] in compression.SUFFIXES else None
    if suffixes and suffixes[-1] in _BY_SUFFIX:
        return Encoding(_BY_SUFFIX[suffixes[-1]], compressed)
    known = ", ".join(_BY_SUFFIX)
    raise UnknownFormatError(
        f"{os.fspath(path)!r} has no suffix that names a format; "
        f"expected one of {known}, with .gz or .zst after it or not"
    )


def detect(data: bytes) -> str:
    """Name the format of uncompressed bytes.

    Raises
    ------
    UnknownFormatError
    """
    for module in FORMATS:
        if module.matches(data):
            return str(module.NAME)
    raise UnknownFormatError(
        f"the bytes ({data[:8]!r} ...) are no model in {', '.join(BY_NAME)}" if data else "the file is empty"
    )


def loads(data: bytes | memoryview, limits: Limits) -> tuple[model_pb2.ModelProto, Encoding]:
    """Expand and decode bytes; nothing in the model is checked yet."""
    if isinstance(data, memoryview):
        # The beginning tells whether the arrays can be taken out without a copy of the whole.
        head = bytes(data[:64])
        if wire.is_sharing() and compression.detect(head) is None and detect(head) == protobuf.NAME:
            model = large.split(data)
            if model is not None:
                return model, Encoding(protobuf.NAME)
        data = bytes(data)
    name = compression.detect(data)
    if name is not None:
        data = compression.expand(data, name, limits)
    format_name = detect(data)
    return BY_NAME[format_name].loads(data, limits), Encoding(format_name, name)
