package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// maxTerms is how many terms a model may have: a message of a few bytes must not make us compute for hours.
const maxTerms = 1 << 20

// polynomialFeatures computes PolynomialFeaturesProto.
type polynomialFeatures struct {
	path       string
	d, columns int
	bias       bool
	// linear is whether there are terms at all: the first d of them are the features.
	linear bool
	blocks []termBlock
	// skipped is how many terms, of the lowest degrees, are computed but not given; terms is how many are computed.
	skipped, terms int
	// buffers are *[]float64, for the terms of a row of which some are not given.
	buffers sync.Pool
}

// termBlock makes the terms from at on: those from start to end, times a feature.
type termBlock struct{ at, start, end, feature int32 }

func newPolynomialFeatures(p *modelxpb.PolynomialFeaturesProto, path string) (*polynomialFeatures, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	low, high := p.GetMinDegree(), p.GetMaxDegree()
	if low < 0 || low > high {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".min_degree", Found: fmt.Sprintf("degrees %d to %d", low, high),
			Want: "0 <= min_degree <= max_degree", Hint: exportAgain,
		}
	}
	terms := countTerms(p.GetNFeatures(), high, p.GetInteractionOnly())
	out := &polynomialFeatures{
		path: path, d: int(p.GetNFeatures()), bias: p.GetIncludeBias(), linear: high > 0, terms: int(terms),
		skipped: int(countTerms(p.GetNFeatures(), max(low-1, 0), p.GetInteractionOnly())),
	}
	out.columns = out.terms - out.skipped
	if out.bias {
		out.columns++
	}
	if terms > maxTerms || out.columns < 1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".max_degree",
			Found: fmt.Sprintf("degree %d of %d features, which has %d terms or more", high, out.d, terms),
			Want:  fmt.Sprintf("a column at least, and at most %d terms", maxTerms), Hint: exportAgain,
		}
	}
	if out.linear {
		out.plan(p.GetInteractionOnly())
	}
	return out, nil
}

// countTerms counts the terms of the degrees 1 to degree; over maxTerms, it gives any number over it.
func countTerms(features, degree int32, interactionOnly bool) int64 {
	few, many := int64(min(features, degree)), int64(max(features, degree))
	if !interactionOnly {
		total := int64(1)
		for k := int64(1); k <= few; k++ { // The product at least doubles each time.
			if total = total * (many + k) / k; total-1 > maxTerms {
				break
			}
		}
		return total - 1
	}
	total, binomial := int64(0), int64(1)
	for k := int64(1); k <= few; k++ {
		binomial = binomial * (int64(features) - k + 1) / k
		if total += binomial; total > maxTerms {
			break
		}
	}
	return total
}

// plan lists the blocks. The terms of a degree that have a feature i or a later one as their first begin at index[i].
func (p *polynomialFeatures) plan(interactionOnly bool) {
	index := make([]int, p.d+1)
	for i := range index {
		index[i] = i
	}
	for at := p.d; at < p.terms; {
		next := make([]int, 0, p.d+1)
		end := index[len(index)-1]
		for i := 0; i < p.d && i+1 < len(index); i++ {
			start := index[i]
			next = append(next, at)
			if interactionOnly {
				start = index[i+1]
			}
			if start >= end {
				break
			}
			p.blocks = append(p.blocks, termBlock{int32(at), int32(start), int32(end), int32(i)})
			at += end - start
		}
		index = append(next, at)
	}
}

func (p *polynomialFeatures) width() int { return p.d }

func (p *polynomialFeatures) outputs() []output {
	return []output{{opTransform, p.columns, TypeFloat64}}
}

func (p *polynomialFeatures) run(_ op, dst, x []float64, first int) error {
	var buffer []float64
	if p.skipped > 0 {
		borrowed := p.borrow()
		defer p.buffers.Put(borrowed)
		buffer = *borrowed
	}
	for i := 0; len(x) >= p.d && len(dst) >= p.columns; i++ {
		row, out := x[:p.d], dst[:p.columns]
		for _, v := range row {
			if !isFinite(v) {
				return refuseNonFinite(p.path, first+i, row)
			}
		}
		if p.bias {
			out[0], out = 1, out[1:]
		}
		switch {
		case p.skipped > 0:
			p.compute(buffer, row)
			copy(out, buffer[p.skipped:])
		case p.linear:
			p.compute(out, row)
		}
		x, dst = x[p.d:], dst[p.columns:]
	}
	return nil
}

func (p *polynomialFeatures) borrow() *[]float64 {
	if b, ok := p.buffers.Get().(*[]float64); ok {
		return b
	}
	b := make([]float64, p.terms)
	return &b
}

// compute writes all terms of a row.
func (p *polynomialFeatures) compute(terms, row []float64) {
	copy(terms, row)
	for _, b := range p.blocks {
		v := row[b.feature]
		from := terms[b.start:b.end]
		to := terms[b.at:][:len(from)]
		for j, t := range from {
			to[j] = t * v
		}
	}
}
