"""Fitted estimators from the files of other libraries: pickles, which are code, and skops files, which are not."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from modelx.errors import MalformedError, MissingDependencyError, UntrustedError

_ZIP_MAGIC = b"PK\x03\x04"
_MODELX_SUFFIXES = (".pb", ".json", ".onnx", ".gob")

# What scikit-learn's own estimators keep inside, and skops does not trust by itself. Names, not a rule: a file names
# its types, and a module has more in it than these.
_SKLEARN_TYPES = frozenset(
    {
        "sklearn._loss.loss.HalfGammaLoss",
        "sklearn._loss.loss.HalfPoissonLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn._loss.loss.HalfTweedieLoss",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.cluster._bisect_k_means._BisectingTree",
        "sklearn.cluster._kmeans._kmeans_single_elkan",
        "sklearn.cluster._kmeans._kmeans_single_lloyd",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
    }
)


def load_estimator(path: str, *, trust: bool) -> Any:
    """Load a fitted estimator from a .skops file or, with `trust`, from a pickle or joblib file.

    Raises
    ------
    UntrustedError
        For a pickle without `trust`, before any of it is read as one; for a skops file with unknown types.
    MalformedError
        For a file that cannot be loaded.
    MissingDependencyError
    OSError
    """
    with Path(path).open("rb") as file:
        head = file.read(len(_ZIP_MAGIC))
    if head == _ZIP_MAGIC or path.lower().endswith(".skops"):
        return _load_skops(path, trust=trust)
    if any(suffix in _MODELX_SUFFIXES for suffix in Path(path).suffixes[-2:]):
        raise UntrustedError(
            f"{path} has the suffix of a model file, not of a pickle; to write it in another format: modelx convert"
        )
    if not trust:
        raise UntrustedError(
            f"{path} is taken for a pickle, and a pickle is code: loading it runs whatever its author put in.\n"
            "If you know where it comes from, add --trust. A .skops file needs no trust, and neither does "
            "modelx.dump(estimator, path) where the model is trained."
        )
    return _load_pickle(path)


def _load_pickle(path: str) -> Any:
    import joblib

    try:
        return joblib.load(path)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{path} needs the module {error.name!r}; install the package that it was written with"
        ) from error
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a pickle's own code raises anything
        raise MalformedError(
            f"{path} cannot be unpickled ({type(error).__name__}: {error}); expected joblib.dump's or pickle.dump's "
            "file, read with the versions of Python, numpy and scikit-learn that wrote it"
        ) from error


def _load_skops(path: str, *, trust: bool) -> Any:
    try:
        from skops import io
    except ModuleNotFoundError as error:
        raise MissingDependencyError("reading .skops files needs skops: pip install 'modelx[skops]'") from error
    try:
        named = io.get_untrusted_types(file=path)
        if not trust:
            _refuse_unknown(path, sorted(set(named) - _SKLEARN_TYPES))
        return io.load(path, trusted=named)
    except (OSError, MemoryError, UntrustedError):
        raise
    except ModuleNotFoundError as error:
        raise MissingDependencyError(f"{path} needs the module {error.name!r}; install its package") from error
    except zipfile.BadZipFile as error:
        raise MalformedError(f"{path} is no .skops file ({error}); expected one that skops.io.dump wrote") from error
    except Exception as error:  # a damaged file fails anywhere in skops
        raise MalformedError(f"{path} cannot be read by skops ({type(error).__name__}: {error})") from error


def _refuse_unknown(path: str, unknown: list[str]) -> None:
    if unknown:
        raise UntrustedError(
            f"{path} has types that are not scikit-learn's or numpy's own: {', '.join(unknown)}.\n"
            "Loading it may run their code. If you know where it comes from, add --trust."
        )
