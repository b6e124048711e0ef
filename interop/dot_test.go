package modelx

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The kernel of four rows must have dot's bits for every width, whatever the values are.
func TestDot4HasTheBitsOfDot(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	odd := []float64{0, math.Copysign(0, -1), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64, 1e300, 1e-300, 1}
	for width := 1; width <= 67; width++ {
		for round := range 50 {
			a, v := make([]float64, 4*width), make([]float64, width)
			for _, values := range [][]float64{a, v} {
				for i := range values {
					values[i] = random.NormFloat64()
					if round%2 == 1 && random.IntN(4) == 0 {
						values[i] = odd[random.IntN(len(odd))]
					}
				}
			}
			var got, plain [4]float64
			dot4(&got, a, v)
			dot4Go(&plain, a, v)
			for k := range got {
				want := dot(v, a[k*width:(k+1)*width])
				if !sameBits(got[k], want) || !sameBits(plain[k], want) {
					t.Fatalf("width %d, row %d: dot4 %v, dot4Go %v, dot %v", width, k, got[k], plain[k], want)
				}
			}
		}
	}
}

// Panels must have dot's bits for every number of rows and every width, also where the last panel is filled up.
func TestPanelsHaveTheBitsOfDot(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, rows := range []int{1, 2, 3, 4, 5, 10, 31, 32, 33, 70} {
		for width := 1; width <= 34; width++ {
			w, x := make([]float64, rows*width), make([]float64, width)
			for _, values := range [][]float64{w, x} {
				for i := range values {
					values[i] = random.NormFloat64() * math.Exp2(float64(random.IntN(40)-20))
				}
			}
			p, got := newPanels(w, width), make([]float64, rows)
			p.products(got, x)
			for k := range got {
				if want := dot(x, w[k*width:(k+1)*width]); !sameBits(got[k], want) {
					t.Fatalf("%d x %d, row %d: %v, dot gives %v", rows, width, k, got[k], want)
				}
			}
		}
	}
}

// A non-finite input must show in the results: the hot path looks for it only then.
func TestDot4ShowsNonFiniteInputs(t *testing.T) {
	for width := 1; width <= 9; width++ {
		for at := range width {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				a, v := make([]float64, 4*width), make([]float64, width)
				v[at] = bad
				var got [4]float64
				dot4(&got, a, v)
				for k, s := range got {
					if isFinite(s) {
						t.Errorf("width %d, %v at %d: row %d gives %v", width, bad, at, k, s)
					}
				}
			}
		}
	}
}

// sameBits is equality that tells -0 from +0 and takes any NaN for another.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || (a != a && b != b)
}

func TestStandardizeHasTheBitsOfPlainGo(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64}
	for width := 1; width <= 34; width++ {
		x, subtract, divide := make([]float64, width), make([]float64, width), make([]float64, width)
		for j := range width {
			x[j], subtract[j], divide[j] = random.NormFloat64(), random.NormFloat64(), random.NormFloat64()
			if random.IntN(3) == 0 {
				x[j] = odd[random.IntN(len(odd))]
			}
		}
		got, want := make([]float64, width+1), make([]float64, width)
		got[width] = 42
		standardize(got[:width], x, subtract, divide)
		standardizeGo(want, x, subtract, divide)
		for j := range want {
			if !sameBits(got[j], want[j]) {
				t.Errorf("width %d, value %d: %v, plain Go gives %v", width, j, got[j], want[j])
			}
		}
		if got[width] != 42 {
			t.Errorf("width %d: written behind the end", width)
		}
	}
}
