package doubles

import (
	"math"
	"slices"
	"testing"
)

func TestBothWays(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 1, -2.5, math.MaxFloat64, 5e-324, math.Inf(1), math.Inf(-1), math.Float64frombits(0x7ff8000000000001)}
	defer func(before bool) { native = before }(native)
	for _, native = range []bool{native, false} {
		for n := range len(values) + 1 {
			b := Encode([]byte("xyz"), values[:n]) // Unaligned, too.
			if len(b) != 3+8*n || string(b[:3]) != "xyz" {
				t.Fatalf("the bytes are %x", b)
			}
			got := Decode([]float64{7}, append(b[3:], 1, 2))
			want := append([]float64{7}, values[:n]...)
			if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
				t.Fatalf("the values are %v, expected %v", got, want)
			}
		}
	}
	if b := Encode(nil, []float64{1}); string(b) != "\x00\x00\x00\x00\x00\x00\xf0\x3f" {
		t.Fatalf("1 is %x", b)
	}
}
