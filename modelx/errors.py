"""Typed errors, one for each defect.

The kinds are listed in ``docs/errors.md`` and are the same in Go.
"""

from __future__ import annotations

from typing import ClassVar


class ModelxWarning(UserWarning):
    """Something was left out that does not change what the model computes."""


class ModelxError(Exception):
    """Base of all errors of modelx.

    Parameters
    ----------
    message : str
        What was found, what was expected and what to do.
    path : str
        The place in the model, such as ``pipeline.steps[1].sgd_classifier.coefficients``; empty for the whole.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, path: str = "") -> None:
        self.message = message
        self.path = path
        super().__init__(f"{path}: {message}" if path else message)


class ModelFileError(ModelxError):
    """Base of the defects of a model file."""


class MalformedError(ModelFileError):
    """The bytes are truncated, or not decodable in the format that they announce."""

    kind = "malformed"


class UnknownFormatError(ModelFileError):
    """The bytes, or the suffix, name no known format."""

    kind = "unknown_format"


class TooLargeError(ModelFileError):
    """The file, or what it expands to, is over a limit."""

    kind = "too_large"


class TooDeepError(ModelFileError):
    """Models, or JSON values, nest too deep."""

    kind = "too_deep"


class DuplicateKeyError(ModelFileError):
    """A JSON object names a key twice."""

    kind = "duplicate_key"


class SchemaVersionError(ModelFileError):
    """The file needs a newer reader."""

    kind = "schema_version"


class UnknownFamilyError(ModelFileError):
    """The file has no computation that this reader knows."""

    kind = "unknown_family"


class ShapeError(ModelFileError):
    """Counts contradict each other."""

    kind = "shape"


class NonFiniteError(ModelFileError):
    """A parameter is NaN, infinite or a zero divisor where the schema forbids it."""

    kind = "non_finite"


class LabelsError(ModelFileError):
    """Classes are missing, doubled, or of several types."""

    kind = "labels"


class TreeError(ModelFileError):
    """A tree has a cycle, an orphan, a child before its parent, or leaves that do not match."""

    kind = "tree"


class PipelineError(ModelFileError):
    """A model made of models has none, bad names, one without the method asked of it, or widths that do not meet."""

    kind = "pipeline"


class SignatureError(ModelFileError):
    """The signature contradicts the model."""

    kind = "signature"


class EvidenceError(ModelFileError):
    """The form of the evidence is wrong."""

    kind = "evidence"


class EvidenceMismatchError(ModelFileError):
    """The model answers something else than what was recorded when it was exported."""

    kind = "evidence_mismatch"


class SourceError(ModelFileError):
    """A class, parameter, attribute or memory layout cannot be rebuilt."""

    kind = "source"


class NoModelError(ModelFileError):
    """An ONNX file carries no modelx model."""

    kind = "no_model"


class UnregisteredFunctionError(ModelFileError):
    """The model applies a function of the user's own that this program has not registered."""

    kind = "unregistered_function"


class UseError(ModelxError):
    """Base of the defects of what a caller gives."""


class WrongWidthError(UseError, ValueError):
    """Rows have another width than the model's."""

    kind = "wrong_width"


class NonFiniteInputError(UseError, ValueError):
    """A row has NaN or an infinity where the model refuses it."""

    kind = "non_finite_input"


class NotNumericError(UseError, ValueError):
    """A value is no number."""

    kind = "not_numeric"


class MissingColumnError(UseError, ValueError):
    """A named column is absent, or there twice."""

    kind = "missing_column"


class ColumnTypeError(UseError, TypeError):
    """A column is of another type than the model's."""

    kind = "column_type"


class UnknownCategoryError(UseError, ValueError):
    """A value is no category that an encoder knows, and it refuses those."""

    kind = "unknown_category"


class UnsupportedMethodError(UseError, AttributeError):
    """The model has no such method."""

    kind = "unsupported_method"


class NotFittedError(UseError, ValueError):
    """The estimator is not fitted."""

    kind = "not_fitted"


class UnsupportedEstimatorError(UseError, TypeError):
    """One or several estimators cannot be exported.

    Parameters
    ----------
    reasons : list of (str, str)
        The place of each such estimator (empty for the outermost) and why it cannot be exported.
    """

    kind = "unsupported_estimator"

    def __init__(self, reasons: list[tuple[str, str]]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(f"{place}: {reason}" if place else reason for place, reason in reasons))


class RegistrationError(UseError, ValueError):
    """A function cannot be registered: its name is of another form or taken, or it is known already."""

    kind = "registration"


class UntrustedError(UseError):
    """A pickle was given without leave to run it."""

    kind = "untrusted"


class MissingDependencyError(UseError):
    """An optional package is not installed."""

    kind = "missing_dependency"


class DriftError(UseError):
    """An ONNX graph does not give the estimator's own numbers."""

    kind = "drift"
