package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// linearRegression computes LinearRegressionProto.
type linearRegression struct {
	path string
	d    int
	// columns is n_outputs: 0 for one output and a numpy shape of (rows,).
	columns    int
	w          []float64 // row-major, len(b) x d
	panels     panels    // of w
	b          []float64
	logLink    bool
	outputList []output
}

func newLinearRegression(p *modelxpb.LinearRegressionProto, path string) (*linearRegression, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if p.GetNOutputs() < 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".n_outputs", Found: fmt.Sprint(p.GetNOutputs()), Want: "at least 0",
			Hint: exportAgain,
		}
	}
	w, b := p.GetCoefficients(), p.GetIntercepts()
	m := max(p.GetNOutputs(), 1)
	if err := checkCount(len(w), m, p.GetNFeatures(), "outputs x n_features", path+".coefficients"); err != nil {
		return nil, err
	}
	if err := checkFinite(w, path+".coefficients"); err != nil {
		return nil, err
	}
	if !isFinite(p.GetIntercept()) {
		return nil, &Error{
			Kind: ErrNonFinite, Path: path + ".intercept", Found: formatFloat(p.GetIntercept()), Want: "a finite value",
			Hint: exportAgain,
		}
	}
	if err := checkCount(len(b), 1, p.GetNOutputs(), "n_outputs", path+".intercepts"); err != nil {
		return nil, err
	}
	if err := checkFinite(b, path+".intercepts"); err != nil {
		return nil, err
	}
	if err := checkEnum(int32(p.GetLink()), modelxpb.LinearRegressionProto_Link_name, path+".link"); err != nil {
		return nil, err
	}
	if len(b) == 0 {
		b = []float64{p.GetIntercept()}
	}
	columns := int(p.GetNOutputs())
	return &linearRegression{
		path: path, d: int(p.GetNFeatures()), columns: columns, w: w, panels: newPanels(w, int(p.GetNFeatures())), b: b,
		logLink:    p.GetLink() == modelxpb.LinearRegressionProto_LINK_LOG,
		outputList: []output{{opPredict, columns, TypeFloat64}},
	}, nil
}

func (p *linearRegression) width() int        { return p.d }
func (p *linearRegression) outputs() []output { return p.outputList }

func (p *linearRegression) run(_ op, dst, x []float64, first int) error {
	d, m := p.d, len(p.b)
	if m == 1 {
		dots(dst, p.w, x)
	}
	for i := 0; len(dst) >= m && len(x) >= d; i++ {
		out := dst[:m]
		if m > 1 {
			p.panels.products(out, x[:d])
		}
		for k, b := range p.b {
			out[k] += b
		}
		// Each output has every input among its factors: the first one tells of them all.
		if !isFinite(out[0]) {
			if err := refuseNonFinite(p.path, first+i, x[:d]); err != nil {
				return err
			}
		}
		if p.logLink {
			for k, z := range out {
				out[k] = elementary.Exp(z)
			}
		}
		dst, x = dst[m:], x[d:]
	}
	return nil
}
