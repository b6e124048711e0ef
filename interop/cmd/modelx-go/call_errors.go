package main

import (
	"errors"

	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/client"
)

// asCall returns the error of a call, or nil.
func asCall(err error) *client.Error {
	call := (*client.Error)(nil)
	errors.As(err, &call)
	return call
}

// callExit is the exit code for what a server answered, or did not.
func callExit(call *client.Error) int {
	if call.Kind == client.UnsupportedMethod {
		return exitUsage
	}
	switch call.Code {
	case codes.NotFound:
		return exitUsage
	case codes.InvalidArgument:
		return exitBadInput
	case codes.FailedPrecondition, codes.Unauthenticated, codes.PermissionDenied:
		return exitRefused
	default:
		return exitNoAnswer
	}
}
