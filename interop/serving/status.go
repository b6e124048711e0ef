package serving

import (
	"google.golang.org/grpc/codes"

	modelx "github.com/modelx-dev/modelx/interop"
)

// Kind says what sort of refusal an [Error] is. A model file's defects have the kinds of package modelx.
type Kind string

// What can be wrong with a request, beyond what package modelx knows.
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
	NoPath            Kind = "no_path"
	NoMethod          Kind = "no_method"
	UnknownModel      Kind = "unknown_model"
	UnknownVersion    Kind = "unknown_version"
	OutsideRoot       Kind = "outside_root"
	NoFile            Kind = "no_file"
	VersionMismatch   Kind = "version_mismatch"
	NoRollback        Kind = "no_rollback"
	TooLarge          Kind = "too_large"
	BadEncoding       Kind = "bad_encoding"
	SlowBody          Kind = "slow_body"
	Overloaded        Kind = "overloaded"
	Unauthenticated   Kind = "unauthenticated"
	PermissionDenied  Kind = "permission_denied"
	DeadlineExceeded  Kind = "deadline_exceeded"
	Cancelled         Kind = "cancelled"
	ShuttingDown      Kind = "shutting_down"
	Internal          Kind = "internal"
)

type status struct {
	code codes.Code
	http int
}

// statuses is the one table from kinds to status codes.
var statuses = map[Kind]status{
	WrongWidth:        {codes.InvalidArgument, 400},
	NoRows:            {codes.InvalidArgument, 400},
	TooManyRows:       {codes.InvalidArgument, 413},
	NonFiniteInput:    {codes.InvalidArgument, 400},
	RefusedValue:      {codes.InvalidArgument, 400},
	NotNumeric:        {codes.InvalidArgument, 400},
	NotText:           {codes.InvalidArgument, 400},
	MissingColumn:     {codes.InvalidArgument, 400},
	UnsupportedMethod: {codes.InvalidArgument, 400},
	BadRequest:        {codes.InvalidArgument, 400},
	NoPath:            {codes.Unimplemented, 404},
	NoMethod:          {codes.Unimplemented, 405},
	UnknownModel:      {codes.NotFound, 404},
	UnknownVersion:    {codes.NotFound, 404},
	OutsideRoot:       {codes.PermissionDenied, 403},
	NoFile:            {codes.NotFound, 404},
	VersionMismatch:   {codes.FailedPrecondition, 409},
	NoRollback:        {codes.FailedPrecondition, 409},
	TooLarge:          {codes.ResourceExhausted, 413},
	BadEncoding:       {codes.Unimplemented, 415},
	SlowBody:          {codes.DeadlineExceeded, 408},
	Overloaded:        {codes.ResourceExhausted, 429},
	Unauthenticated:   {codes.Unauthenticated, 401},
	PermissionDenied:  {codes.PermissionDenied, 403},
	DeadlineExceeded:  {codes.DeadlineExceeded, 504},
	Cancelled:         {codes.Canceled, 499},
	ShuttingDown:      {codes.Unavailable, 503},
	Internal:          {codes.Internal, 500},
}

// Error is a refused request.
type Error struct {
	// Kind is one of this package's, or, where a model file is what is refused, one of package modelx.
	Kind Kind
	// Message is the contract's text.
	Message string
	// Detail is what the reader has to say beyond it; it may be empty.
	Detail string
	// Refused tells that a model file is what is refused.
	Refused bool
	// Err is the cause, or nil.
	Err error
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this error's kind, as one of package modelx.
func (e *Error) Is(target error) bool {
	kind, ok := target.(modelx.Kind)
	return ok && string(kind) == string(e.Kind)
}

// Code is the gRPC status code.
func (e *Error) Code() codes.Code { return e.status().code }

// HTTPStatus is the HTTP status code.
func (e *Error) HTTPStatus() int { return e.status().http }

func (e *Error) status() status {
	if e.Refused {
		return status{codes.FailedPrecondition, 409}
	}
	if s, ok := statuses[e.Kind]; ok {
		return s
	}
	return statuses[Internal]
}
