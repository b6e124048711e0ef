package modelx

import (
	"strings"
)

// Kind says what sort of defect an [Error] reports. The kinds are the same in every language that reads modelx files.
//
// Each kind is itself an error that [errors.Is] finds:
//
//	if errors.Is(err, modelx.ErrWrongWidth) { ... }
type Kind string

// What can be wrong with a file or a message.
const (
	// ErrMalformed: truncated, or not decodable in the format that the first bytes announce.
	ErrMalformed Kind = "malformed"
	// ErrUnknownFormat: the bytes are in no format that this package reads, or the suffix names none.
	ErrUnknownFormat Kind = "unknown_format"
	// ErrTooLarge: the file, or what it expands to, is over a limit.
	ErrTooLarge Kind = "too_large"
	// ErrTooDeep: models, or JSON, nest deeper than the limit.
	ErrTooDeep Kind = "too_deep"
	// ErrDuplicateKey: a JSON object names a key twice.
	ErrDuplicateKey Kind = "duplicate_key"
	// ErrSchemaVersion: the file needs a newer reader.
	ErrSchemaVersion Kind = "schema_version"
	// ErrUnknownFamily: the model is of no family that this package knows.
	ErrUnknownFamily Kind = "unknown_family"
	// ErrShape: counts that contradict each other.
	ErrShape Kind = "shape"
	// ErrNonFinite: NaN, an infinity or a zero divisor among the parameters.
	ErrNonFinite Kind = "non_finite"
	// ErrLabels: classes that are missing, doubled, or of several types.
	ErrLabels Kind = "labels"
	// ErrTree: a tree with a cycle, an orphan, a child before its parent, or leaves that do not match.
	ErrTree Kind = "tree"
	// ErrPipeline: no steps, bad names, a step without transform, or widths that do not meet.
	ErrPipeline Kind = "pipeline"
	// ErrSignature: the signature contradicts the model.
	ErrSignature Kind = "signature"
	// ErrEvidence: evidence whose form is wrong.
	ErrEvidence Kind = "evidence"
	// ErrEvidenceMismatch: the model answers something else than what was recorded.
	ErrEvidenceMismatch Kind = "evidence_mismatch"
	// ErrUnregisteredFunction: the model applies a function that the program has not registered; see [RegisterFunction].
	ErrUnregisteredFunction Kind = "unregistered_function"
	// ErrNoModel: an ONNX file without a modelx model in its metadata.
	ErrNoModel Kind = "no_model"
)

// What can be wrong with a call.
const (
	// ErrWrongWidth: rows of another width than the model's.
	ErrWrongWidth Kind = "wrong_width"
	// ErrNonFiniteInput: NaN or an infinity where the model, as scikit-learn, refuses it.
	ErrNonFiniteInput Kind = "non_finite_input"
	// ErrRefusedValue: a finite value where the model, as scikit-learn, refuses it.
	ErrRefusedValue Kind = "refused_value"
	// ErrNotNumeric: a value that is no number.
	ErrNotNumeric Kind = "not_numeric"
	// ErrMissingColumn: a named column is absent, or there twice.
	ErrMissingColumn Kind = "missing_column"
	// ErrColumnType: a column of another type than the model's, or whose values stand in several lists.
	ErrColumnType Kind = "column_type"
	// ErrUnknownCategory: a value that is no category that an encoder knows, which refuses those.
	ErrUnknownCategory Kind = "unknown_category"
	// ErrUnsupportedMethod: the model has no such method.
	ErrUnsupportedMethod Kind = "unsupported_method"
	// ErrStringLabels: labels that no float64 can hold were asked for as float64.
	ErrStringLabels Kind = "string_labels"
	// ErrBuffer: a destination of the wrong length.
	ErrBuffer Kind = "buffer"
	// ErrRegistration: a function cannot be registered: its name is of another form or taken, or it computes nothing.
	ErrRegistration Kind = "registration"
	// ErrIO: the file cannot be read or written. The error of package os is wrapped.
	ErrIO Kind = "io"
)

// Error returns the kind's name.
func (k Kind) Error() string { return "modelx: " + string(k) }

// Error is every error that this package makes, save those of a context that ended.
//
// errors.Is(err, modelx.ErrShape) asks for its kind; errors.As gives access to its fields.
type Error struct {
	// Kind is the sort of defect.
	Kind Kind
	// Path is the place in the model, such as "pipeline.steps[1].sgd_classifier.coefficients"; for files, the file's
	// path. It may be empty.
	Path string
	// Found is what was found.
	Found string
	// Want is what was expected.
	Want string
	// Hint is what to do about it.
	Hint string
	// Err is the cause, or nil.
	Err error

	// value is what an error about a value in a row is about.
	value *refusal
}

// Error returns one line: the kind, the place, what was found, what was expected, what to do, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("modelx: ")
	b.WriteString(string(e.Kind))
	if e.Path != "" {
		b.WriteString(": ")
		b.WriteString(e.Path)
	}
	if e.Found != "" {
		b.WriteString(": found ")
		b.WriteString(e.Found)
	}
	if e.Want != "" {
		if e.Found != "" {
			b.WriteString(", expected ")
		} else {
			b.WriteString(": expected ")
		}
		b.WriteString(e.Want)
	}
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Is reports whether target is this error's [Kind].
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
