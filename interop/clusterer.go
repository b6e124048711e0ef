package modelx

import "math"

// clusterer computes the families that assign rows to clusters: they differ in how.
type clusterer struct {
	path    string
	d       int
	centers panels    // one for each cluster
	cc      []float64 // the squared norm of each center
	assigner
}

// assigner numbers the clusters of rows.
type assigner interface {
	// assign returns a row's cluster; number is the row's own, for messages.
	assign(row []float64, number int) (int, error)
}

// newClusterer measures distances to the centers, a row-major matrix with rows of d values.
func newClusterer(centers []float64, d int, path string) *clusterer {
	return &clusterer{path: path, d: d, centers: newPanels(centers, d), cc: squaredNorms(centers, d)}
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

func (p *clusterer) width() int { return p.d }

func (p *clusterer) outputs() []output {
	return []output{{opPredict, 0, TypeInt64}, {opTransform, len(p.cc), TypeFloat64}}
}

func (p *clusterer) run(o op, dst, x []float64, first int) error {
	if o == opTransform {
		return p.distances(dst, x, first)
	}
	for i := range dst {
		k, err := p.assign(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = float64(k)
	}
	return nil
}

func (p *clusterer) indexes() bool { return true }

func (p *clusterer) index(dst []int, x []float64, first int) error {
	for i := range dst {
		k, err := p.assign(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = k
	}
	return nil
}

func (p *clusterer) distances(dst, x []float64, first int) error {
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
