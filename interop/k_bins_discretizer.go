package modelx

import (
	"fmt"
	"math"
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// kBinsDiscretizer computes KBinsDiscretizerProto.
type kBinsDiscretizer struct {
	path     string
	features []binnedFeature
	columns  int
	oneHot   bool
}

// binnedFeature has the edges between the bins of a feature, and the middle of each bin.
type binnedFeature struct{ inner, middles []float64 }

func newKBinsDiscretizer(p *modelxpb.KBinsDiscretizerProto, path string) (*kBinsDiscretizer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	bins, edges := p.GetNBins(), p.GetEdges()
	if err := checkCount(len(bins), 1, p.GetNFeatures(), "n_features", path+".n_bins"); err != nil {
		return nil, err
	}
	total := int64(0)
	for j, n := range bins {
		if err := checkPositive(n, fmt.Sprintf("%s.n_bins[%d]", path, j)); err != nil {
			return nil, err
		}
		total += int64(n)
	}
	if want := total + int64(len(bins)); int64(len(edges)) != want {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".edges", Found: fmt.Sprintf("%d values", len(edges)),
			Want: fmt.Sprintf("%d, n_bins + 1 for each feature", want), Hint: exportAgain,
		}
	}
	out := &kBinsDiscretizer{path: path, features: make([]binnedFeature, len(bins)), columns: len(bins)}
	for j, n := range bins {
		own := edges[:n+1]
		if err := checkEdges(own, p.GetSinglePrecision(), j, path+".edges"); err != nil {
			return nil, err
		}
		out.features[j] = binnedFeature{inner: own[1:n], middles: middles(own, p.GetSinglePrecision())}
		edges = edges[n+1:]
	}
	switch p.GetEncoding() {
	case modelxpb.KBinsDiscretizerProto_ENCODING_ORDINAL:
	case modelxpb.KBinsDiscretizerProto_ENCODING_ONE_HOT:
		out.oneHot, out.columns = true, int(total)
	default:
		return nil, unknownEnum(int32(p.GetEncoding()), path+".encoding")
	}
	return out, nil
}

// checkEdges checks the edges of one feature, of which there are at least two.
func checkEdges(edges []float64, single bool, feature int, path string) error {
	if len(edges) == 2 && math.IsInf(edges[0], -1) && math.IsInf(edges[1], 1) {
		return nil
	}
	refuse := func(kind Kind, found, want string) error {
		return &Error{
			Kind: kind, Path: path, Found: fmt.Sprintf("%s among those of feature %d", found, feature), Want: want,
			Hint: exportAgain,
		}
	}
	for i, v := range edges {
		switch {
		case !isFinite(v):
			return refuse(ErrNonFinite, formatFloat(v), "finite edges")
		case i > 0 && v < edges[i-1]:
			return refuse(ErrShape, formatFloat(v)+" after "+formatFloat(edges[i-1]), "edges in ascending order")
		case single && float64(float32(v)) != v:
			return refuse(ErrShape, formatFloat(v), "float32 values")
		}
	}
	return nil
}

// middles gives the middle of each bin.
func middles(edges []float64, single bool) []float64 {
	out := make([]float64, len(edges)-1)
	for k := range out {
		if single && isFinite(edges[0]) {
			out[k] = float64(float32(float32(edges[k+1])+float32(edges[k])) * 0.5)
		} else {
			out[k] = (edges[k+1] + edges[k]) * 0.5
		}
	}
	return out
}

func (p *kBinsDiscretizer) width() int { return len(p.features) }

func (p *kBinsDiscretizer) outputs() []output {
	return []output{{opTransform, p.columns, TypeFloat64}, {opInverseTransform, len(p.features), TypeFloat64}}
}

func (p *kBinsDiscretizer) run(o op, dst, x []float64, first int) error {
	from, to, compute := len(p.features), p.columns, p.transform
	if o == opInverseTransform {
		from, to, compute = to, from, p.invert
	}
	for i := 0; len(x) >= from && len(dst) >= to; i++ {
		row := x[:from]
		for _, v := range row {
			if !isFinite(v) {
				return refuseNonFinite(p.path, first+i, row)
			}
		}
		if err := compute(dst[:to], row, first+i); err != nil {
			return err
		}
		x, dst = x[from:], dst[to:]
	}
	return nil
}

func (p *kBinsDiscretizer) transform(out, row []float64, _ int) error {
	if p.oneHot {
		clear(out)
	}
	for j := range p.features {
		f := &p.features[j]
		bin := countAtMost(f.inner, row[j])
		if p.oneHot {
			out[bin] = 1
			out = out[len(f.middles):]
		} else {
			out[j] = float64(bin)
		}
	}
	return nil
}

// countAtMost counts the values, in ascending order, that are <= v.
func countAtMost(values []float64, v float64) int {
	low, high := 0, len(values)
	for low < high {
		if middle := int(uint(low+high) >> 1); values[middle] <= v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

func (p *kBinsDiscretizer) invert(out, row []float64, number int) error {
	column := 0
	for j := range p.features {
		middles := p.features[j].middles
		if !p.oneHot {
			k := math.Trunc(row[j])
			if k < 0 {
				k += float64(len(middles))
			}
			if k < 0 || k >= float64(len(middles)) {
				return refusedValue(p.path, number, j, row[j], fmt.Sprintf("the number of one of %d bins", len(middles)))
			}
			out[j] = middles[int(k)]
			continue
		}
		own := row[:len(middles)]
		sum := 0.0
		for _, v := range own {
			sum += v
		}
		if sum == 0 {
			return refusedValue(p.path, number, column, own[0], fmt.Sprintf("a bin among the %d columns from it on", len(own)))
		}
		out[j] = middles[slices.Index(own, slices.Max(own))]
		column, row = column+len(own), row[len(own):]
	}
	return nil
}
