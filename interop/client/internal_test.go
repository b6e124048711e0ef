package client

import (
	"testing"

	"google.golang.org/grpc/codes"
)

func TestTargets(t *testing.T) {
	for target, want := range map[string]string{
		"": DefaultTarget, "example": "example:8081", "example:1": "example:1", "127.0.0.1": "127.0.0.1:8081",
		"[::1]": "[::1]:8081", "[::1]:1": "[::1]:1", "unix:/x.sock": "unix:/x.sock", "dns:///example:2": "dns:///example:2",
	} {
		if got := withPort(target); got != want {
			t.Errorf("%q: got %q, want %q", target, got, want)
		}
	}
}

func TestCodeNames(t *testing.T) {
	for code, want := range map[codes.Code]string{
		codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unauthenticated: "UNAUTHENTICATED", 99: "CODE(99)",
	} {
		if got := codeName(code); got != want {
			t.Errorf("%d is named %s, not %s", uint32(code), got, want)
		}
	}
}
