"""Exit codes: the one table from errors to codes, which ``modelx-go`` shares for 0 to 4."""

from __future__ import annotations

import click

from modelx import errors
from modelx.client import errors as calls

OK = 0
FAILED = 1
USAGE = 2
BAD_MODEL = 3
BAD_INPUT = 4
REFUSED = 5
IO = 6
NO_ANSWER = 7
INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141

# What an error of rows has that could be one of a model file, such as broken JSON.
IN_ROWS = "_modelx_in_rows"

MEANINGS = {
    OK: "done; no difference",
    FAILED: "a check failed (an answer is not the recorded one), or the models differ",
    USAGE: "the command line is wrong",
    BAD_MODEL: "a model file is damaged, or of an unknown kind",
    BAD_INPUT: "the input data do not suit the model",
    REFUSED: "refused: not trusted, not supported, not fitted, not exact, no right to it, or a package is missing",
    IO: "a file cannot be read or written",
    NO_ANSWER: "the server does not answer, fails, has too many requests, or takes too long",
    INTERNAL: "an error of modelx itself; please report it",
    INTERRUPTED: "interrupted (Ctrl-C)",
    BROKEN_PIPE: "the reader of the output went away",
}

# The first class that the error is an instance of decides.
CODES: tuple[tuple[type[BaseException], int], ...] = (
    (click.exceptions.Abort, INTERRUPTED),
    (click.ClickException, USAGE),
    (errors.UnsupportedMethodError, USAGE),
    (errors.RegistrationError, USAGE),
    (errors.EvidenceMismatchError, FAILED),
    (errors.ModelFileError, BAD_MODEL),
    (errors.WrongWidthError, BAD_INPUT),
    (errors.NonFiniteInputError, BAD_INPUT),
    (errors.NotNumericError, BAD_INPUT),
    (errors.MissingColumnError, BAD_INPUT),
    (errors.ColumnTypeError, BAD_INPUT),
    (errors.UnknownCategoryError, BAD_INPUT),
    (calls.UnknownMethodError, USAGE),
    (calls.NotFoundError, USAGE),
    (calls.InvalidRequestError, BAD_INPUT),
    (calls.RefusedFileError, REFUSED),
    (calls.AuthenticationError, REFUSED),
    (calls.RightsError, REFUSED),
    (calls.CallError, NO_ANSWER),
    (errors.NotFittedError, REFUSED),
    (errors.UnsupportedEstimatorError, REFUSED),
    (errors.UntrustedError, REFUSED),
    (errors.MissingDependencyError, REFUSED),
    (errors.DriftError, REFUSED),
    (BrokenPipeError, BROKEN_PIPE),
    (OSError, IO),
)


def code_of(error: BaseException) -> int:
    """Give the exit code for an error."""
    if isinstance(error, errors.ModelFileError) and getattr(error, IN_ROWS, False):
        return BAD_INPUT
    return next((code for cls, code in CODES if isinstance(error, cls)), INTERNAL)


def table() -> str:
    """Write the codes as lines of help."""
    return "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items())
