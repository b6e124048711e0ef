"""Reading with a limit; writing so that the old file stays whole until the new one is."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from modelx.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelx.limits import Limits


_LARGE = 1 << 20


def read(path: str | os.PathLike[str], limits: Limits) -> bytes:
    """Read a whole file, unless it is over the limit.

    Raises
    ------
    TooLargeError
    OSError
    """
    return bytes(read_buffer(path, limits))


def read_buffer(path: str | os.PathLike[str], limits: Limits) -> bytes | memoryview:
    """Read a whole file as `read` does; a large one into memory that numpy asks the kernel for in large pages.

    For a file of 8 MB, that is 1 ms instead of 5: most of the time goes into getting memory.
    """
    with Path(path).open("rb") as file:
        status = os.fstat(file.fileno())
        size = status.st_size
        _check_size(path, size, limits)
        if not stat.S_ISREG(status.st_mode) or size < _LARGE:
            # A named pipe has no size. A buffer of the whole limit, which read(limit) would make, takes milliseconds.
            ask = size if stat.S_ISREG(status.st_mode) and size else limits.file_bytes
            data = file.read(ask + 1)
            _check_size(path, len(data), limits)
            return data
        # Here, because the command line, which writes files, starts without numpy.
        import numpy as np

        buffer = np.empty(size + 1, dtype=np.uint8).data
        n = file.readinto(buffer)
    _check_size(path, n, limits)
    return buffer[:n]


def _check_size(path: str | os.PathLike[str], size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise TooLargeError(
            f"{os.fspath(path)} has {size} bytes; the limit is {limits.file_bytes}. "
            "Give a higher limit, modelx.Limits(file_bytes=...), if you trust it"
        )


def write(path: str | os.PathLike[str], *pieces: bytes | memoryview) -> None:
    """Write a whole file, as `replacing` does."""
    with replacing(path) as file:
        file.writelines(pieces)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a temporary file beside a file, whose place it takes when it is whole, and which is left alone until then.

    The file has the mode that a newly created one has, or that of the file that it replaces.

    Raises
    ------
    OSError
        Its `filename` is the file's own, not the temporary one's.
    """
    target = Path(path)
    if target.is_symlink():
        # The link stays, and what it points to is replaced.
        target = target.resolve()
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise _named(error, path) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), _mode(target))
        try:
            Path(temporary).replace(target)
        except OSError as error:
            raise _named(error, path) from None
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _named(error: OSError, path: str | os.PathLike[str]) -> OSError:
    """Give an error of the temporary file as one of the file that the caller knows."""
    return OSError(error.errno, error.strerror, os.fspath(path))


def _mode(target: Path) -> int:
    with suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
