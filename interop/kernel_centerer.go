package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// kernelCenterer computes KernelCentererProto.
type kernelCenterer struct {
	path        string
	columnMeans []float64 // one for each feature
	mean        float64
}

func newKernelCenterer(p *modelxpb.KernelCentererProto, path string) (*kernelCenterer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	means := p.GetColumnMeans()
	if err := checkCount(len(means), 1, p.GetNFeatures(), "n_features", path+".column_means"); err != nil {
		return nil, err
	}
	if err := checkFinite(means, path+".column_means"); err != nil {
		return nil, err
	}
	if err := checkFiniteValue(p.GetMean(), path+".mean"); err != nil {
		return nil, err
	}
	return &kernelCenterer{path: path, columnMeans: means, mean: p.GetMean()}, nil
}

func (p *kernelCenterer) width() int { return len(p.columnMeans) }

func (p *kernelCenterer) outputs() []output {
	return []output{{opTransform, len(p.columnMeans), TypeFloat64}}
}

func (p *kernelCenterer) run(_ op, dst, x []float64, first int) error {
	d := len(p.columnMeans)
	for i := 0; len(x) >= d && len(dst) >= d; i++ {
		row, out := x[:d], dst[:d]
		mean := sum(row) / float64(d)
		// A sum may overflow without an infinity in the row; one with NaN or an infinity among its terms is no number.
		if !isFinite(mean) {
			if err := refuseNonFinite(p.path, first+i, row); err != nil {
				return err
			}
		}
		for j, m := range p.columnMeans {
			out[j] = ((row[j] - m) - mean) + p.mean
		}
		x, dst = x[d:], dst[d:]
	}
	return nil
}

// sum is the sum of x[j], in the order of [dot].
func sum(x []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		x = x[4:]
	}
	if len(x) > 0 {
		s0 += x[0]
	}
	if len(x) > 1 {
		s1 += x[1]
	}
	if len(x) > 2 {
		s2 += x[2]
	}
	return (s0 + s1) + (s2 + s3)
}
