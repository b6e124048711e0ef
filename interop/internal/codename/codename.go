// Package codename names gRPC's status codes as the protocol does; grpc-go's own names have another case.
package codename

import "google.golang.org/grpc/codes"

// names are those of the specification, in their order.
var names = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// Of is the name of a code, such as INVALID_ARGUMENT. A code that the specification does not have is UNKNOWN.
func Of(code codes.Code) string {
	if code < codes.Code(len(names)) {
		return names[code]
	}
	return names[codes.Unknown]
}
