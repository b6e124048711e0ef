package modelx

import (
	"fmt"
	"math"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// splineTransformer computes SplineTransformerProto.
type splineTransformer struct {
	path          string
	features      []splines
	extrapolation modelxpb.SplineTransformerProto_Extrapolation
	missingZeros  bool
	// columns is how many columns of each feature are computed, and given how many of them are given.
	columns, given int
	// buffers are *[]float64 with room for the columns of a feature, the splines at a place, and those of before.
	buffers sync.Pool
}

// splines are those of a feature.
type splines struct {
	k     int
	knots []float64
	// low and high are where the columns go on linearly, or stay.
	low, high boundary
	// reach is how many columns at each end do.
	reach int
}

// boundary has the columns' values and slopes at x.
type boundary struct {
	x              float64
	values, slopes []float64
}

func newSplineTransformer(p *modelxpb.SplineTransformerProto, path string) (*splineTransformer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	d, knots, k := int64(p.GetNFeatures()), p.GetKnots(), int64(p.GetDegree())
	m := int64(len(knots)) / d
	extrapolation := p.GetExtrapolation()
	if _, known := modelxpb.SplineTransformerProto_Extrapolation_name[int32(extrapolation)]; !known || extrapolation == 0 {
		return nil, unknownEnum(int32(extrapolation), path+".extrapolation")
	}
	least := 2*k + 2
	if extrapolation == modelxpb.SplineTransformerProto_EXTRAPOLATION_PERIODIC {
		least = max(least, 3*k+1)
	}
	if k < 0 || (k == 0 && extrapolation == modelxpb.SplineTransformerProto_EXTRAPOLATION_CONSTANT) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".degree", Found: fmt.Sprint(k), Want: "at least 0, and 1 to stay constant",
			Hint: exportAgain,
		}
	}
	if int64(len(knots)) != m*d || m < least {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".knots", Found: fmt.Sprintf("%d values", len(knots)),
			Want: fmt.Sprintf("as many for each of %d features, at least %d", d, least), Hint: exportAgain,
		}
	}
	out := &splineTransformer{
		path: path, features: make([]splines, d), extrapolation: extrapolation, missingZeros: p.GetMissingZeros(),
		columns: int(m - k - 1),
	}
	if extrapolation == modelxpb.SplineTransformerProto_EXTRAPOLATION_PERIODIC {
		out.columns -= int(k)
	}
	if out.given = out.columns; !p.GetIncludeBias() {
		out.given--
	}
	if out.given < 1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".knots", Found: fmt.Sprintf("%d knots of each feature", m),
			Want: "enough for a column", Hint: exportAgain,
		}
	}
	for j := range out.features {
		own := knots[int64(j)*m : int64(j+1)*m]
		if err := checkAscending(own, path+".knots", fmt.Sprintf("those of feature %d", j)); err != nil {
			return nil, err
		}
		out.features[j] = splines{k: int(k), knots: own}
	}
	return out, out.setBoundaries(int(k), int(m))
}

// setBoundaries computes the columns where they end, for those extrapolations that need them.
func (p *splineTransformer) setBoundaries(k, m int) error {
	linear := p.extrapolation == modelxpb.SplineTransformerProto_EXTRAPOLATION_LINEAR
	if !linear && p.extrapolation != modelxpb.SplineTransformerProto_EXTRAPOLATION_CONSTANT {
		return nil
	}
	// scikit-learn goes one knot further in at each feature, up to the second.
	edge, reach := k, k
	for j := range p.features {
		f := &p.features[j]
		if linear {
			if edge = reach; edge <= 1 {
				reach = edge + 1
			}
		}
		if f.reach = reach; reach > p.columns || edge > m-k-1 || m-edge-1 < k {
			return &Error{
				Kind: ErrShape, Path: p.path + ".knots", Found: fmt.Sprintf("%d knots of feature %d", m, j),
				Want: fmt.Sprintf("enough for %d columns to go on linearly", reach), Hint: exportAgain,
			}
		}
		f.low, f.high = f.at(f.knots[edge], p.columns), f.at(f.knots[m-edge-1], p.columns)
	}
	return nil
}

// at returns the columns' values and slopes at x.
func (f *splines) at(x float64, columns int) boundary {
	out := boundary{x, make([]float64, columns), make([]float64, columns)}
	h := make([]float64, 2*(f.k+1))
	l := f.interval(x)
	f.recur(h, l, x, f.k)
	for n, v := range h[:f.k+1] {
		out.values[l-f.k+n] += v
	}
	if f.k > 0 {
		f.slopes(h, l, x)
		for n, v := range h[:f.k+1] {
			out.slopes[l-f.k+n] += v
		}
	}
	return out
}

// interval returns l.
func (f *splines) interval(x float64) int {
	t := f.knots[f.k+1 : len(f.knots)-f.k-1] // From t[k + 1] to t[m - k - 2].
	return f.k + countAtMost(t, x)
}

// recur computes the splines' values by de Boor's recurrence up to the degree; h has room for old too.
func (f *splines) recur(h []float64, l int, x float64, degree int) {
	h, old := h[:f.k+1], h[f.k+1:]
	h[0] = 1
	for j := 1; j <= degree; j++ {
		copy(old, h[:j])
		h[0] = 0
		for n := 1; n <= j; n++ {
			a, b := f.knots[l+n-j], f.knots[l+n]
			if a == b {
				h[n] = 0
				continue
			}
			w := old[n-1] / (b - a)
			h[n-1] += float64(w * (b - x))
			h[n] = float64(w * (x - a))
		}
	}
}

// slopes computes the splines' slopes, for degrees from 1 on.
func (f *splines) slopes(h []float64, l int, x float64) {
	k := f.k
	f.recur(h, l, x, k-1)
	h, old := h[:k+1], h[k+1:]
	copy(old, h[:k])
	h[0] = 0
	for n := 1; n <= k; n++ {
		a, b := f.knots[l+n-k], f.knots[l+n]
		if a == b {
			h[1] = 0
			continue
		}
		w := float64(float64(k)*old[n-1]) / (b - a)
		h[n-1] -= w
		h[n] = w
	}
}

func (p *splineTransformer) width() int { return len(p.features) }

func (p *splineTransformer) outputs() []output {
	return []output{{opTransform, p.given * len(p.features), TypeFloat64}}
}

func (p *splineTransformer) run(_ op, dst, x []float64, first int) error {
	borrowed := p.borrow()
	defer p.buffers.Put(borrowed)
	columns, h := (*borrowed)[:p.columns], (*borrowed)[p.columns:]
	d := len(p.features)
	for i := 0; len(x) >= d && len(dst) >= d*p.given; i++ {
		for j, v := range x[:d] {
			clear(columns)
			switch {
			case !isFinite(v) && !p.missingZeros:
				return refuseNonFinite(p.path, first+i, x[:d])
			case v != v:
			case !p.compute(columns, h, &p.features[j], v):
				f := &p.features[j]
				want := fmt.Sprintf("a value from %v to %v, the outermost knots", f.knots[f.k], f.knots[len(f.knots)-f.k-1])
				return refusedValue(p.path, first+i, j, v, want)
			}
			dst = dst[copy(dst, columns[:p.given]):]
		}
		x = x[d:]
	}
	return nil
}

func (p *splineTransformer) borrow() *[]float64 {
	if b, ok := p.buffers.Get().(*[]float64); ok {
		return b
	}
	b := make([]float64, p.columns+2*(p.features[0].k+1))
	return &b
}

// compute writes the columns of a feature, which are zeros before; it reports false for a value beyond the knots.
func (p *splineTransformer) compute(columns, h []float64, f *splines, x float64) bool {
	first, last := f.knots[f.k], f.knots[len(f.knots)-f.k-1]
	switch p.extrapolation {
	case modelxpb.SplineTransformerProto_EXTRAPOLATION_ERROR:
		if x < first || x > last {
			return false
		}
	case modelxpb.SplineTransformerProto_EXTRAPOLATION_CONSTANT:
		switch {
		case x < first:
			copy(columns, f.low.values[:f.reach])
			return true
		case x > last:
			copy(columns[len(columns)-f.reach:], f.high.values[len(columns)-f.reach:])
			return true
		}
	case modelxpb.SplineTransformerProto_EXTRAPOLATION_LINEAR:
		if x < f.low.x || x > f.high.x {
			f.extend(columns, x)
			return true
		}
	case modelxpb.SplineTransformerProto_EXTRAPOLATION_PERIODIC:
		if x = periodic(x, first, last); x != x { // Of an infinity.
			for c := range columns {
				columns[c] = x
			}
			return true
		}
	}
	l := f.interval(x)
	f.recur(h, l, x, f.k)
	for n, v := range h[:f.k+1] {
		if !isFinite(v) {
			spoil(columns, h[:f.k+1], l-f.k)
			return true
		}
		columns[(l-f.k+n)%len(columns)] += v
	}
	return true
}

// extend computes the columns that go on linearly.
func (f *splines) extend(columns []float64, x float64) {
	for j := range f.reach {
		if x < f.low.x {
			columns[j] = f.low.values[j] + float64((x-f.low.x)*f.low.slopes[j])
		}
		if x > f.high.x {
			c := len(columns) - 1 - j
			columns[c] = f.high.values[c] + float64((x-f.high.x)*f.high.slopes[c])
		}
	}
}

// periodic brings x between first and last.
func periodic(x, first, last float64) float64 {
	period := last - first
	if period <= 0 {
		return 0
	}
	rest := math.Mod(x-first, period)
	if rest < 0 {
		rest += period
	}
	return first + rest
}

// spoil computes columns where a spline has overflowed: scikit-learn multiplies it with 0 for all others.
func spoil(columns, h []float64, first int) {
	for c := range columns {
		sum := 0.0
		for n, v := range h {
			if (first+n)%len(columns) == c {
				sum += v
			} else {
				sum += float64(0 * v)
			}
		}
		columns[c] = sum
	}
}
