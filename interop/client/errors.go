package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/codename"
)

// Kind says what sort of refusal an [Error] is, as docs/serving.md lists them. Each kind is an error that [errors.Is]
// finds. A model file that a reload brings has the kinds of package modelx.
type Kind string

// What a server may refuse.
const (
	WrongWidth        Kind = "wrong_width"
	NoRows            Kind = "no_rows"
	TooManyRows       Kind = "too_many_rows"
	NonFiniteInput    Kind = "non_finite_input"
	RefusedValue      Kind = "refused_value"
	NotNumeric        Kind = "not_numeric"
	NotText           Kind = "not_text"
	MissingColumn     Kind = "missing_column"
	UnsupportedMethod Kind = "unsupported_method"
	BadRequest        Kind = "bad_request"
	NoMethod          Kind = "no_method"
	UnknownModel      Kind = "unknown_model"
	UnknownVersion    Kind = "unknown_version"
	OutsideRoot       Kind = "outside_root"
	NoFile            Kind = "no_file"
	VersionMismatch   Kind = "version_mismatch"
	NoRollback        Kind = "no_rollback"
	TooLarge          Kind = "too_large"
	Overloaded        Kind = "overloaded"
	Unauthenticated   Kind = "unauthenticated"
	PermissionDenied  Kind = "permission_denied"
	DeadlineExceeded  Kind = "deadline_exceeded"
	Cancelled         Kind = "cancelled"
	ShuttingDown      Kind = "shutting_down"
	Internal          Kind = "internal"
	// Unavailable: no server answered.
	Unavailable Kind = "unavailable"
)

// Error returns the kind's name.
func (k Kind) Error() string { return "modelx: " + string(k) }

// Error is every error of a call.
type Error struct {
	// Code is gRPC's.
	Code codes.Code
	// Kind is the exact one; where a server, or what is between, names none, it is the code in small letters.
	Kind Kind
	// Message is the server's text, or what grpc-go says where no server answered.
	Message string
	// Detail is what the engine's own reader has to say beyond it; it may be empty.
	Detail string
	// RequestID names the request in the server's log.
	RequestID string
	// InStream tells that one request of a stream was refused, and the stream goes on.
	InStream bool

	err error
}

// Error returns the text, the code and the kind.
func (e *Error) Error() string {
	detail := ""
	if e.Detail != "" {
		detail = " (" + e.Detail + ")"
	}
	return fmt.Sprintf("%s%s [%s, %s]", e.Message, detail, codeName(e.Code), string(e.Kind))
}

// Unwrap returns grpc-go's error, or nil.
func (e *Error) Unwrap() error { return e.err }

// Is reports whether target is this error's kind, of this package or of package modelx; or, for a call that was given up,
// the context's error.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Kind:
		return target == e.Kind
	case modelx.Kind:
		return string(target) == string(e.Kind)
	default:
		return e.Code == codes.DeadlineExceeded && target == context.DeadlineExceeded ||
			e.Code == codes.Canceled && target == context.Canceled
	}
}

// codeName is the name of a code. One that gRPC does not have keeps its number, for whoever looks for what sent it.
func codeName(code codes.Code) string {
	if code > codes.Unauthenticated {
		return strings.ToUpper(code.String())
	}
	return codename.Of(code)
}

// CodeName is the code as the gRPC specification writes it, such as INVALID_ARGUMENT.
func (e *Error) CodeName() string { return codeName(e.Code) }

// newError makes an Error of what grpc-go returned and what the server sent last.
func newError(err error, trailer metadata.MD, id string) *Error {
	// A context that ended while this package waited is no status yet.
	s := status.Convert(err)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		s = status.FromContextError(err)
	}
	e := &Error{Code: s.Code(), Message: s.Message(), RequestID: id, err: err}
	e.Kind = Kind(last(trailer, "modelx-error-kind"))
	e.Detail = last(trailer, "modelx-error-detail-bin")
	if sent := last(trailer, requestIDHeader); sent != "" {
		e.RequestID = sent
	}
	if e.Kind == "" {
		e.Kind = Kind(strings.ToLower(codeName(e.Code)))
	}
	return e
}

func last(trailer metadata.MD, key string) string {
	if values := trailer[key]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}
