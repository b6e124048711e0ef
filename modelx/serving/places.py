"""Where model files may lie, and opening them so that nothing else is opened."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modelx.errors import MalformedError, TooLargeError
from modelx.serving.messages import quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from modelx.limits import Limits

# What the system says of a path under which there is nothing.
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL})
_LARGE = 1 << 20
# Systems take no longer ones, and following one with millions of parts would take hours.
LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """A file that is to be read.

    Attributes
    ----------
    file : str
        Its absolute path; links in it are not resolved.
    shown : str
        How texts name it.
    path : str
        It relative to the model root, or absolute when it lies elsewhere.
    root : str
        The folder that the file must not lead out of; empty for a file that the operator named.
    """

    file: str
    shown: str
    path: str
    root: str = ""


class ModelRoot:
    """The folder that reloads may take files from.

    Parameters
    ----------
    folder : str
        It may be a symbolic link, which is followed anew each time.
    """

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)  # noqa: PTH100 - Path.resolve would follow links

    def place_of(self, path: str) -> Place:
        """Give the place that a client's path names.

        Raises
        ------
        ServingError
            `outside_root`, or `no_file` for what cannot be a path.
        """
        if "\0" in path:
            raise ServingError("no_file", _absent(path))
        file = os.path.join(self.folder, path)  # noqa: PTH118
        real = os.path.realpath(file)
        if not contains(os.path.realpath(self.folder), real):
            raise ServingError("outside_root", f"path {quoted(path)} leads outside the model root")
        # After a link, ".." is another folder than the text says.
        file = real if ".." in Path(file).parts else os.path.normpath(file)
        return Place(file, path, self.path_of(file), self.folder)

    def path_of(self, file: str) -> str:
        """Give a file's path relative to the root, or absolute when it lies elsewhere."""
        for folder, candidate in ((self.folder, file), (os.path.realpath(self.folder), os.path.realpath(file))):
            if contains(folder, candidate):
                return os.path.relpath(candidate, folder)
        return file


def contains(folder: str, path: str) -> bool:
    """Whether a path is a folder's own, or of something in it; both are absolute, and as resolved as is wanted."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def find(place: Place) -> str:
    """Follow the links of a place to a regular file, which is not opened: opening a device or a pipe may do something.

    Raises
    ------
    ServingError
        `no_file` or `outside_root`.
    OSError
    """
    real = os.path.realpath(place.file)
    if place.root and not contains(os.path.realpath(place.root), real):
        raise ServingError("outside_root", f"path {quoted(place.shown)} leads outside the model root")
    try:
        mode = Path(real).stat().st_mode
    except OSError as error:
        if error.errno in _ABSENT:
            raise ServingError("no_file", _absent(place.shown)) from None
        raise
    if not stat.S_ISREG(mode):
        raise ServingError("no_file", f"{quoted(place.shown)} is not a regular file")
    return real


def read(place: Place, limits: Limits) -> bytes | memoryview:
    """Read a regular file whole; nothing else is opened.

    Raises
    ------
    ServingError
        `no_file` or `outside_root`.
    TooLargeError, MalformedError
        For a file over the limit, or one that changes while it is read.
    OSError
    """
    real = find(place)
    # Should a pipe take the file's place just now, opening does not wait for its other end.
    descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise ServingError("no_file", f"{quoted(place.shown)} is not a regular file")
        _check_opened(place, before)
        if before.st_size > limits.file_bytes:
            raise TooLargeError(f"the file has {before.st_size} bytes; expected at most {limits.file_bytes}")
        if before.st_size < _LARGE:
            data: bytes | memoryview = file.read(before.st_size + 1)
        else:
            # numpy asks the kernel for large pages, which are there sooner.
            buffer = np.empty(before.st_size + 1, dtype=np.uint8).data
            data = buffer[: file.readinto(buffer)]
        after = os.fstat(descriptor)
    if (len(data), after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        raise MalformedError("the file changed while it was read; write it beside its place, and rename it")
    return data


def _check_opened(place: Place, opened: os.stat_result) -> None:
    """Make sure that what was opened lies under the root: a link may have come into the path after it was followed."""
    if not place.root:
        return
    found = Path(find(place)).stat()
    if (found.st_dev, found.st_ino) != (opened.st_dev, opened.st_ino):
        raise MalformedError("the file was replaced while it was opened; try again")


def _absent(path: str) -> str:
    return f"no file {quoted(path)} under the model root"
