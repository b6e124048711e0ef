package modelx

import (
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// nearestCenter assigns a row to the nearest center, as KMeansProto does.
type nearestCenter struct {
	path    string
	centers panels
	cc      []float64 // the squared norm of each center
}

func newKMeans(p *modelxpb.KMeansProto, path string) (*clusterer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkPositive(p.GetNClusters(), path+".n_clusters"); err != nil {
		return nil, err
	}
	c := p.GetCenters()
	err := checkCount(len(c), p.GetNClusters(), p.GetNFeatures(), "n_clusters x n_features", path+".centers")
	if err != nil {
		return nil, err
	}
	if err := checkFinite(c, path+".centers"); err != nil {
		return nil, err
	}
	d := int(p.GetNFeatures())
	out := newClusterer(c, d, path)
	out.assigner = &nearestCenter{path: path, centers: out.centers, cc: out.cc}
	return out, nil
}

// assign returns the first center with the smallest distance. The squared norm of the row, the same for all centers,
// is left out, as scikit-learn does.
func (p *nearestCenter) assign(row []float64, number int) (int, error) {
	best, smallest := 0, int64(math.MaxInt64)
	var s [panelBlock]float64
	for i := 0; i < len(p.cc); i += panelBlock {
		n := p.centers.block(&s, row, i)
		// Every product has every input among its factors: the first one tells of them all.
		if i == 0 && !isFinite(s[0]) {
			if err := refuseNonFinite(p.path, number, row); err != nil {
				return 0, err
			}
			if v := p.cc[0] + float64(-2*s[0]); v != v {
				return 0, nil // Nothing is smaller than NaN, which only an overflow makes.
			}
		}
		cc := p.cc[i : i+n]
		for k, xc := range s[:len(cc)] {
			// Which center is nearest, no processor can foresee; ints are compared without a branch.
			v := cc[k] + float64(-2*xc)
			key := ordered(v)
			if v != v {
				key = math.MaxInt64
			}
			if key < smallest {
				smallest, best = key, i+k
			}
		}
	}
	return best, nil
}

// ordered maps a float64 other than -0 and NaN to an int64 with the same order. A sum that starts from +0 is never -0.
func ordered(v float64) int64 {
	bits := int64(math.Float64bits(v))
	return bits ^ int64(uint64(bits>>63)>>1)
}
