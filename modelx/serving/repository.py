"""The model repository: which files of a folder are which versions of which models."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelx import formats
from modelx.errors import UnknownFormatError
from modelx.formats import compression
from modelx.serving.messages import quoted
from modelx.serving.places import ModelRoot, Place, contains, find
from modelx.serving.status import ServingError
from modelx.serving.versions import ascending

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Candidate:
    """One file of a repository, or a folder of a version without one.

    Attributes
    ----------
    model : str
    version : str
        The folder's name; empty for a single file, which has it inside.
    place : Place
    problem : ServingError or None
        Why it cannot be read.
    """

    model: str
    version: str
    place: Place
    problem: ServingError | None = None


def is_model_file(name: str) -> bool:
    """Whether a file's name has a suffix that modelx reads."""
    try:
        formats.by_suffix(name)
    except UnknownFormatError:
        return False
    return True


def stem(name: str) -> str:
    """Give a file's name without the suffixes of its format and compression."""
    base, suffix = os.path.splitext(name)  # noqa: PTH122
    if suffix.lower() in compression.SUFFIXES:
        base, suffix = os.path.splitext(base)  # noqa: PTH122
    return base if is_model_file(f"x{suffix}") else name


class Repository:
    """A folder of models, of which nothing is read that leads out of it.

    Parameters
    ----------
    folder : str
    root : ModelRoot
        Tells how files are named.
    """

    def __init__(self, folder: str, root: ModelRoot) -> None:
        self.folder = os.path.abspath(folder)  # noqa: PTH100 - Path.resolve would follow links
        self._root = root

    def scan(self) -> dict[str, list[Candidate]]:
        """Give the candidates of each model, by name; of one model as `candidates` does.

        Raises
        ------
        OSError
            The folder cannot be read.
        """
        real = os.path.realpath(self.folder)
        found: dict[str, list[Candidate]] = {}
        for entry in _entries(self.folder):
            found.setdefault(_model_of(entry), []).extend(self._of_entry(entry, real))
        return {name: _ordered(found[name]) for name in sorted(found) if found[name]}

    def candidates(self, model: str) -> list[Candidate]:
        """Give one model's candidates: versions in ascending order, then single files by name."""
        real = os.path.realpath(self.folder)
        try:
            entries = [entry for entry in _entries(self.folder) if _model_of(entry) == model]
        except OSError:
            return []
        return _ordered(each for entry in entries for each in self._of_entry(entry, real))

    def version_of(self, model: str, file: str) -> str:
        """Give the version that a file has by its folder; empty where the file does not lie in one of the model's."""
        parts = self._parts(file)
        return parts[1] if len(parts) == 3 and parts[0] == model and not parts[1].startswith(".") else ""

    def lists(self, model: str, file: str) -> bool:
        """Whether a file lies where the files of a model do."""
        return self.version_of(model, file) != "" or len(self._parts(file)) == 1

    def _parts(self, file: str) -> tuple[str, ...]:
        """Give the names on the way from the folder to a file; none where it lies elsewhere."""
        for folder in (self.folder, os.path.realpath(self.folder)):
            if contains(folder, file):
                return Path(os.path.relpath(file, folder)).parts
        return ()

    def place_of(self, file: str) -> Place:
        """Give the place of a file of this folder."""
        path = self._root.path_of(file)
        return Place(file, path, path, self.folder)

    def _of_entry(self, entry: os.DirEntry[str], real: str) -> list[Candidate]:
        model = _model_of(entry)
        if not _is_folder(entry):
            return [self._judge(model, "", entry.path)] if is_model_file(entry.name) and _is_there(entry) else []
        if not contains(real, os.path.realpath(entry.path)):
            return []
        return [self._of_version(model, each, real) for each in _entries_if_any(entry.path) if _is_folder(each)]

    def _of_version(self, model: str, folder: os.DirEntry[str], real: str) -> Candidate:
        place = self.place_of(folder.path)
        if not contains(real, os.path.realpath(folder.path)):
            return Candidate(model, folder.name, place, _outside(place))
        files = [each for each in _entries_if_any(folder.path) if is_model_file(each.name) and _is_there(each)]
        if len(files) == 1:
            return self._judge(model, folder.name, files[0].path)
        inside = f"in {quoted(place.shown)}"
        text = f"{len(files)} model files {inside}; expected one" if files else f"no model file {inside}"
        return Candidate(model, folder.name, place, ServingError("no_file", text))

    def _judge(self, model: str, version: str, file: str) -> Candidate:
        place = self.place_of(file)
        try:
            find(place)
        except ServingError as error:
            return Candidate(model, version, place, error)
        except OSError:
            # Reading it will tell.
            pass
        return Candidate(model, version, place)


def _outside(place: Place) -> ServingError:
    return ServingError("outside_root", f"path {quoted(place.shown)} leads outside the model root")


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """Give what is in a folder, but for names with a dot before them and names that are no text."""
    with os.scandir(folder) as entries:
        return sorted((e for e in entries if not e.name.startswith(".") and _is_text(e.name)), key=lambda e: e.name)


def _entries_if_any(folder: str) -> list[os.DirEntry[str]]:
    """Give what is in a folder, or nothing where it cannot be read: files come and go while one looks."""
    try:
        return _entries(folder)
    except OSError:
        return []


def _model_of(entry: os.DirEntry[str]) -> str:
    return entry.name if _is_folder(entry) else stem(entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_there(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is no symbolic link that leads nowhere."""
    try:
        entry.stat()
    except OSError:
        return not entry.is_symlink()
    return True


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ordered(candidates: Iterable[Candidate]) -> list[Candidate]:
    every = list(candidates)
    ranks = {version: rank for rank, version in enumerate(ascending({each.version for each in every}))}
    return sorted(every, key=lambda each: (not each.version, ranks[each.version], each.place.file))
