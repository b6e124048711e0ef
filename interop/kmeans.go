package modelx

import (
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// kMeans computes KMeansProto.
type kMeans struct {
	path    string
	d       int
	centers panels
	cc      []float64 // the squared norm of each center
}

func newKMeans(p *modelxpb.KMeansProto, path string) (*kMeans, error) {
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
	return &kMeans{path: path, d: d, centers: newPanels(c, d), cc: squaredNorms(c, d)}, nil
}

// squaredNorms returns dot(c[i], c[i]) for each row of a row-major matrix with rows of d values.
func squaredNorms(c []float64, d int) []float64 {
	cc := make([]float64, len(c)/d)
	for i := range cc {
		row := c[i*d : (i+1)*d]
		cc[i] = dot(row, row)
	}
	return cc
}

func (p *kMeans) width() int { return p.d }

func (p *kMeans) outputs() []output {
	return []output{{opPredict, 0, TypeInt64}, {opTransform, len(p.cc), TypeFloat64}}
}

func (p *kMeans) run(o op, dst, x []float64, first int) error {
	if o == opTransform {
		return p.distances(dst, x, first)
	}
	for i := range dst {
		k, err := p.nearest(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = float64(k)
	}
	return nil
}

func (p *kMeans) indexes() bool { return true }

func (p *kMeans) index(dst []int, x []float64, first int) error {
	for i := range dst {
		k, err := p.nearest(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = k
	}
	return nil
}

// nearest returns the first center with the smallest distance. The squared norm of the row, the same for all centers,
// is left out, as scikit-learn does.
func (p *kMeans) nearest(row []float64, number int) (int, error) {
	best, smallest := 0, math.Inf(1)
	var s [panelBlock]float64
	for i := 0; i < len(p.cc); i += panelBlock {
		n := p.centers.block(&s, row, i)
		// Every product has every input among its factors: the first one tells of them all.
		if i == 0 {
			if !isFinite(s[0]) {
				if err := refuseNonFinite(p.path, number, row); err != nil {
					return 0, err
				}
			}
			smallest = p.cc[0] + float64(-2*s[0])
		}
		for k, cc := range p.cc[i : i+n] {
			if v := cc + float64(-2*s[k]); v < smallest {
				smallest, best = v, i+k
			}
		}
	}
	return best, nil
}

func (p *kMeans) distances(dst, x []float64, first int) error {
	d, k := p.d, len(p.cc)
	for i := 0; len(dst) >= k && len(x) >= d; i++ {
		row, out := x[:d], dst[:k]
		xx := dot(row, row)
		if !isFinite(xx) {
			if err := refuseNonFinite(p.path, first+i, row); err != nil {
				return err
			}
		}
		p.centers.products(out, row)
		for j, s := range out {
			out[j] = distance(s, xx, p.cc[j])
		}
		dst, x = dst[k:], x[d:]
	}
	return nil
}

// distance returns the Euclidean distance of x and c, from dot(x, c), dot(x, x) and dot(c, c).
func distance(xc, xx, cc float64) float64 {
	t := (float64(-2*xc) + xx) + cc
	if t <= 0 { // NaN stays: only an overflow makes one.
		return 0
	}
	return math.Sqrt(t)
}
