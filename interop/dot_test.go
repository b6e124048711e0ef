package modelx

import (
	"math"
	"math/rand/v2"
	"testing"
)

// byTheBook is dot as LinearRegressionProto words it.
func byTheBook(x, w []float64) float64 {
	var s [4]float64
	for j := range x {
		product := x[j] * w[j]
		s[j%4] = s[j%4] + math.Float64frombits(math.Float64bits(product)) // through bits: nothing to fuse
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

func TestDotAddsInTheOrderOfTheSchema(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	vector := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(60)-30)
		}
		return v
	}
	for n := 1; n < 70; n++ {
		for range 50 {
			x, w := vector(n), vector(5*n)
			got := make([]float64, 5)
			dots(got, x, w)
			for k := range got {
				row := w[k*n : (k+1)*n]
				want := math.Float64bits(byTheBook(x, row))
				if math.Float64bits(got[k]) != want || math.Float64bits(dot(x, row)) != want {
					t.Fatalf("%d values, row %d: dots has %x, dot %x, the schema %x", n, k, got[k], dot(x, row), byTheBook(x, row))
				}
			}
		}
	}
}

func TestDotIsNeverNegativeZero(t *testing.T) {
	for n := 1; n < 9; n++ {
		x, w := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], w[i] = math.Copysign(0, -1), 1
		}
		if math.Signbit(dot(x, w)) {
			t.Errorf("the sum of %d products -0, which starts from +0, is -0", n)
		}
	}
}

// The bits of all answers, which every CPU must give.
func TestBitsAreTheSameOnEveryCPU(t *testing.T) {
	var sum uint64
	for _, c := range sklearnCases(t) {
		m := c.model(t)
		for _, method := range m.Methods() {
			if m.Type(method) == TypeString {
				continue
			}
			dst := make([]float64, c.Rows*m.Columns(method))
			if err := m.Run(method, dst, c.X); err != nil {
				t.Fatal(err)
			}
			for _, v := range dst {
				if v == v { // NaN has many bit patterns, and none is promised.
					sum = sum*31 + math.Float64bits(v)
				}
			}
		}
	}
	// Changes with testdata/cases.json, and with nothing else.
	if want := uint64(0x332b8fd199704a83); sum != want {
		t.Errorf("checksum is %#x, expected %#x", sum, want)
	}
}
