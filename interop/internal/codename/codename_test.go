package codename

import (
	"strconv"
	"testing"

	"google.golang.org/grpc/codes"
)

// grpc-go reads the names of the specification, though it does not write them.
func TestNamesAreThoseThatGRPCReads(t *testing.T) {
	for want := codes.OK; want <= codes.Unauthenticated; want++ {
		var got codes.Code
		if err := got.UnmarshalJSON([]byte(strconv.Quote(Of(want)))); err != nil || got != want {
			t.Errorf("%v is named %s, which is read as %v: %v", want, Of(want), got, err)
		}
	}
}

func TestOtherCodesAreUnknown(t *testing.T) {
	for _, code := range []codes.Code{codes.Unauthenticated + 1, 99, 1<<32 - 1} {
		if got := Of(code); got != "UNKNOWN" {
			t.Errorf("%d is named %s", uint32(code), got)
		}
	}
}
