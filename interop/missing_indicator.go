package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// missingIndicator computes MissingIndicatorProto.
type missingIndicator struct {
	path    string
	d       int
	missing missingRule
	columns []int32
	// refusesOthers: no other column may have a missing value.
	refusesOthers bool
}

func newMissingIndicator(c *compiler, p *modelxpb.MissingIndicatorProto, path string) (*missingIndicator, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	rule, err := newTypedRule(c, p, path)
	if err != nil {
		return nil, err
	}
	if err := checkColumns(p.GetColumns(), p.GetNFeatures(), path+".columns"); err != nil {
		return nil, err
	}
	if len(p.GetColumns()) == 0 {
		return nil, &Error{Kind: ErrShape, Path: path + ".columns", Found: "no column", Want: "at least one", Hint: exportAgain}
	}
	return &missingIndicator{
		path: path, d: int(p.GetNFeatures()), missing: rule, columns: p.GetColumns(), refusesOthers: p.GetRefusesOthers(),
	}, nil
}

func (p *missingIndicator) width() int             { return p.d }
func (p *missingIndicator) inputTypes() []DataType { return p.missing.types }

func (p *missingIndicator) outputs() []output {
	return []output{{opTransform, len(p.columns), TypeBool}}
}

func (p *missingIndicator) run(_ op, dst, x []float64, first int) error {
	k := len(p.columns)
	for i := 0; len(dst) >= k && len(x) >= p.d; i++ {
		row := x[:p.d]
		if err := p.missing.refuse(p.path, first+i, row); err != nil {
			return err
		}
		if err := p.refuseOthers(first+i, row); err != nil {
			return err
		}
		p.missing.tell(dst[:k], row, p.columns)
		dst, x = dst[k:], x[p.d:]
	}
	return nil
}

// refuseOthers returns an error when a column has a missing value that had none when the indicator was fitted.
func (p *missingIndicator) refuseOthers(row int, x []float64) error {
	if !p.refusesOthers {
		return nil
	}
	next := 0 // The place in columns of the first that is not before j.
	for j, v := range x {
		if next < len(p.columns) && int(p.columns[next]) == j {
			next++
			continue
		}
		if !p.missing.hasAt(j, v) {
			continue
		}
		const want = "no missing value in a column that had none when the model was fitted"
		if v != v {
			return nonFiniteInput(p.path, row, j, v, want)
		}
		about := refusal{code: v, row: row, column: j, text: p.missing.types != nil && p.missing.types[j] == TypeString}
		return refusedAt(ErrRefusedValue, p.path, about, want, "leave the row out, or refit on rows like it")
	}
	return nil
}
