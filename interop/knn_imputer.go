package modelx

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// knnImputer computes KNNImputerProto.
type knnImputer struct {
	path    string
	d, n, k int
	missing missingRule
	rows    []float64 // n * d: the donors
	means   []float64
	// byInverse: near donors weigh more. keepsEmpty: columns without values are 0, not left out.
	byInverse, keepsEmpty bool
	// empty are the columns without a value in any donor; columns those that transform gives; told those of the indicator.
	empty         []bool
	columns, told []int32
	// scratches are *knnScratch, kept from one call to the next.
	scratches sync.Pool
}

// knnScratch is what filling one row needs.
type knnScratch struct {
	// distances to all donors; NaN for none.
	distances []float64
	// nearest are the numbers of the donors that are taken: a heap whose first is the farthest.
	nearest []int32
	filled  []float64
}

func newKNNImputer(p *modelxpb.KNNImputerProto, path string) (*knnImputer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	rule, err := newMissingRule(p.GetMissing(), path)
	if err != nil {
		return nil, err
	}
	if err := checkPositive(p.GetNRows(), path+".n_rows"); err != nil {
		return nil, err
	}
	if err := checkPositive(p.GetNNeighbors(), path+".n_neighbors"); err != nil {
		return nil, err
	}
	if err := checkCount(len(p.GetRows()), p.GetNRows(), p.GetNFeatures(), "n_rows x n_features", path+".rows"); err != nil {
		return nil, err
	}
	for i, v := range p.GetRows() {
		if !isFinite(v) && !rule.has(v) {
			return nil, &Error{
				Kind: ErrNonFinite, Path: fmt.Sprintf("%s.rows[%d]", path, i), Found: formatFloat(v),
				Want: "a finite value, or a missing one", Hint: exportAgain,
			}
		}
	}
	if err := checkCount(len(p.GetMeans()), 1, p.GetNFeatures(), "n_features", path+".means"); err != nil {
		return nil, err
	}
	if err := checkNotInfinite(p.GetMeans(), path+".means"); err != nil {
		return nil, err
	}
	if err := checkEnum(int32(p.GetWeights()), modelxpb.KNNImputerProto_Weights_name, path+".weights"); err != nil {
		return nil, err
	}
	told, err := newInnerIndicator(p.GetIndicator(), p.GetNFeatures(), rule, path+".indicator")
	if err != nil {
		return nil, err
	}
	out := &knnImputer{
		path: path, d: int(p.GetNFeatures()), n: int(p.GetNRows()), missing: rule, rows: p.GetRows(), means: p.GetMeans(),
		byInverse: p.GetWeights() == modelxpb.KNNImputerProto_WEIGHTS_DISTANCE, keepsEmpty: p.GetKeepsEmpty(), told: told,
	}
	out.k = min(int(p.GetNNeighbors()), out.n)
	out.describe()
	if len(out.columns)+len(told) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".rows", Found: "no value in any column", Want: "one column to remain", Hint: exportAgain,
		}
	}
	return out, nil
}

// describe finds the columns without a value, and those that transform gives.
func (p *knnImputer) describe() {
	p.empty = make([]bool, p.d)
	for j := range p.empty {
		p.empty[j] = true
	}
	for i, v := range p.rows {
		if !p.missing.has(v) {
			p.empty[i%p.d] = false
		}
	}
	for j, empty := range p.empty {
		if !empty || p.keepsEmpty {
			p.columns = append(p.columns, int32(j))
		}
	}
}

func (p *knnImputer) width() int { return p.d }

func (p *knnImputer) outputs() []output {
	return []output{{opTransform, len(p.columns) + len(p.told), TypeFloat64}}
}

func (p *knnImputer) run(_ op, dst, x []float64, first int) error {
	s, ok := p.scratches.Get().(*knnScratch)
	if !ok {
		s = &knnScratch{distances: make([]float64, p.n), nearest: make([]int32, 0, p.k), filled: make([]float64, p.d)}
	}
	defer p.scratches.Put(s)
	k, all := len(p.columns), len(p.columns)+len(p.told)
	for i := 0; len(dst) >= all && len(x) >= p.d; i++ {
		row := x[:p.d]
		if err := p.missing.refuse(p.path, first+i, row); err != nil {
			return err
		}
		p.fill(s, row)
		for j, column := range p.columns {
			dst[j] = s.filled[column]
		}
		p.missing.tell(dst[k:all], row, p.told)
		dst, x = dst[all:], x[p.d:]
	}
	return nil
}

// fill writes the row with its gaps filled to s.filled.
func (p *knnImputer) fill(s *knnScratch, row []float64) {
	measured := false
	for j, v := range row {
		switch {
		case p.empty[j]:
			v = 0
		case p.missing.has(v):
			if !measured {
				p.measure(s.distances, row)
				measured = true
			}
			v = p.value(s, j)
		}
		s.filled[j] = v
	}
}

// measure computes the distance of the row to each donor.
func (p *knnImputer) measure(distances, row []float64) {
	for i := range distances {
		donor := p.rows[i*p.d : (i+1)*p.d]
		sum, both := 0.0, 0
		for j, v := range row {
			if r := donor[j]; !p.missing.has(v) && !p.missing.has(r) {
				off := v - r
				sum += float64(off * off)
				both++
			}
		}
		distances[i] = math.NaN()
		if both > 0 {
			distances[i] = math.Sqrt(float64(sum/float64(both)) * float64(p.d))
		}
	}
}

// value is what is filled in column j.
func (p *knnImputer) value(s *knnScratch, j int) float64 {
	s.nearest = s.nearest[:0]
	measured := false
	for i := range p.n {
		if p.missing.has(p.rows[i*p.d+j]) {
			continue
		}
		// Those without a distance are taken last, and do not count: they need not be taken at all.
		if !math.IsNaN(s.distances[i]) {
			measured = true
			s.take(int32(i), p.k)
		}
	}
	if !measured {
		return p.means[j]
	}
	slices.Sort(s.nearest)
	return p.mean(s, j)
}

// mean is that of the donors that were taken.
func (p *knnImputer) mean(s *knnScratch, j int) float64 {
	exact := false
	for _, i := range s.nearest {
		exact = exact || s.distances[i] == 0
	}
	sum, weights := 0.0, 0.0
	for _, i := range s.nearest {
		v, weight := p.rows[int(i)*p.d+j], 1.0
		switch {
		case !p.byInverse:
		case !exact:
			weight = 1 / s.distances[i]
		case s.distances[i] != 0:
			continue
		}
		sum += float64(v * weight)
		weights += weight
	}
	return sum / weights
}

// farther reports whether donor a is taken after donor b.
func (s *knnScratch) farther(a, b int32) bool {
	if s.distances[a] != s.distances[b] {
		return s.distances[a] > s.distances[b]
	}
	return a > b
}

// take puts donor i into the heap of the k nearest.
func (s *knnScratch) take(i int32, k int) {
	h := s.nearest
	if len(h) < k {
		h = append(h, i)
		for c := len(h) - 1; c > 0 && s.farther(h[c], h[(c-1)/2]); c = (c - 1) / 2 {
			h[c], h[(c-1)/2] = h[(c-1)/2], h[c]
		}
		s.nearest = h
		return
	}
	if !s.farther(h[0], i) {
		return
	}
	h[0] = i
	for at := 0; ; {
		far := at
		for c := 2*at + 1; c <= 2*at+2 && c < len(h); c++ {
			if s.farther(h[c], h[far]) {
				far = c
			}
		}
		if far == at {
			return
		}
		h[at], h[far] = h[far], h[at]
		at = far
	}
}
