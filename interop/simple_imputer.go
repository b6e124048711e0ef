package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// simpleImputer computes SimpleImputerProto.
type simpleImputer struct {
	path    string
	d       int
	missing missingRule
	fill    []float64
	// columns are those that remain.
	columns []int32
	// told are the columns of the indicator.
	told []int32
}

func newSimpleImputer(p *modelxpb.SimpleImputerProto, path string) (*simpleImputer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	rule, err := newMissingRule(p.GetMissing(), path)
	if err != nil {
		return nil, err
	}
	fill := p.GetFill().GetDoubles()
	if err := checkCount(len(fill), 1, p.GetNFeatures(), "n_features", path+".fill.doubles"); err != nil {
		return nil, err
	}
	if err := checkColumns(p.GetLeftOut(), p.GetNFeatures(), path+".left_out"); err != nil {
		return nil, err
	}
	told, err := newInnerIndicator(p.GetIndicator(), p.GetNFeatures(), rule, path+".indicator")
	if err != nil {
		return nil, err
	}
	columns := remaining(p.GetLeftOut(), len(fill))
	if len(columns)+len(told) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".left_out", Found: "every column", Want: "one column to remain", Hint: exportAgain,
		}
	}
	return &simpleImputer{path: path, d: len(fill), missing: rule, fill: fill, columns: columns, told: told}, nil
}

// remaining are the columns of d that are not left out, in their order.
func remaining(leftOut []int32, d int) []int32 {
	columns := make([]int32, 0, d-len(leftOut))
	for j := range int32(d) {
		if len(leftOut) > 0 && leftOut[0] == j {
			leftOut = leftOut[1:]
		} else {
			columns = append(columns, j)
		}
	}
	return columns
}

func (p *simpleImputer) width() int { return p.d }

func (p *simpleImputer) outputs() []output {
	return []output{{opTransform, len(p.columns) + len(p.told), TypeFloat64}}
}

func (p *simpleImputer) run(_ op, dst, x []float64, first int) error {
	k := len(p.columns)
	for i := 0; len(dst) >= k+len(p.told) && len(x) >= p.d; i++ {
		row := x[:p.d]
		if err := p.missing.refuse(p.path, first+i, row); err != nil {
			return err
		}
		for j, column := range p.columns {
			v := row[column]
			if p.missing.has(v) {
				v = p.fill[column]
			}
			dst[j] = v
		}
		p.missing.tell(dst[k:k+len(p.told)], row, p.told)
		dst, x = dst[k+len(p.told):], x[p.d:]
	}
	return nil
}
