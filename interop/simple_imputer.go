package modelx

import (
	"fmt"
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// simpleImputer computes SimpleImputerProto.
type simpleImputer struct {
	path    string
	d       int
	missing missingRule
	// fill has numbers of the model's symbols in features of strings.
	fill []float64
	// columns are those that remain.
	columns []int32
	// told are the columns of the indicator.
	told []int32
	// given are the types of the output's columns; nil when all are numbers.
	given []DataType
}

func newSimpleImputer(c *compiler, p *modelxpb.SimpleImputerProto, path string) (*simpleImputer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	rule, err := newTypedRule(c, p, path)
	if err != nil {
		return nil, err
	}
	fill := p.GetFill().GetDoubles()
	if err := checkCount(len(fill), 1, p.GetNFeatures(), "n_features", path+".fill.doubles"); err != nil {
		return nil, err
	}
	if fill, err = fillStrings(c, p, path+".fill"); err != nil {
		return nil, err
	}
	if err := checkColumns(p.GetLeftOut(), p.GetNFeatures(), path+".left_out"); err != nil {
		return nil, err
	}
	told, err := newInnerIndicator(p.GetIndicator(), p.GetNFeatures(), rule, path+".indicator")
	if err != nil {
		return nil, err
	}
	if p.GetIndicator() != nil {
		if err := checkSameStrings(p.GetIndicator(), p, path+".indicator"); err != nil {
			return nil, err
		}
	}
	columns := remaining(p.GetLeftOut(), len(fill))
	if len(columns)+len(told) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".left_out", Found: "every column", Want: "one column to remain", Hint: exportAgain,
		}
	}
	out := &simpleImputer{path: path, d: len(fill), missing: rule, fill: fill, columns: columns, told: told}
	out.setTypes(p.GetLeftOut())
	return out, nil
}

// fillStrings checks what is put into features of strings, and returns what is put into all features.
func fillStrings(c *compiler, p *modelxpb.SimpleImputerProto, path string) ([]float64, error) {
	features, texts, none := stringFeatures(p), p.GetFill().GetStrings(), p.GetFill().GetNone()
	if err := checkCount(len(texts), int32(len(features)), 1, "one for each feature of strings", path+".strings"); err != nil {
		return nil, err
	}
	if len(features) == 0 && len(none) == 0 {
		return p.GetFill().GetDoubles(), nil
	}
	fill := slices.Clone(p.GetFill().GetDoubles())
	for i, feature := range features {
		fill[feature] = c.symbols.intern(texts[i])
	}
	for i, k := range none {
		if int64(k) >= int64(len(texts)) || (i > 0 && none[i-1] >= k) {
			return nil, &Error{
				Kind: ErrShape, Path: path + ".none", Found: fmt.Sprintf("place %d", k),
				Want: fmt.Sprintf("places below %d in ascending order", len(texts)), Hint: exportAgain,
			}
		}
		if texts[k] != "" {
			return nil, &Error{
				Kind: ErrLabels, Path: path + ".strings", Found: fmt.Sprintf("%q in the place of None", texts[k]),
				Want: "an empty string", Hint: exportAgain,
			}
		}
		fill[features[k]] = codeNone
	}
	return fill, nil
}

// setTypes finds the types of the output's columns. A column that nobody reads has none.
func (p *simpleImputer) setTypes(leftOut []int32) {
	if p.missing.types == nil {
		return
	}
	for _, column := range p.columns {
		p.given = append(p.given, p.missing.types[column])
	}
	for range p.told {
		p.given = append(p.given, TypeFloat64)
	}
	if !slices.Contains(p.given, TypeString) {
		p.given = nil
	}
	p.missing.types = slices.Clone(p.missing.types)
	for _, column := range leftOut {
		if !slices.Contains(p.told, column) {
			p.missing.types[column] = TypeNone
		}
	}
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

func (p *simpleImputer) width() int                { return p.d }
func (p *simpleImputer) inputTypes() []DataType    { return p.missing.types }
func (p *simpleImputer) columnTypes(op) []DataType { return p.given }

func (p *simpleImputer) outputs() []output {
	kind := TypeFloat64
	if p.given != nil {
		kind = TypeNone
	}
	return []output{{opTransform, len(p.columns) + len(p.told), kind}}
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
			if p.missing.hasAt(int(column), v) {
				v = p.fill[column]
			}
			dst[j] = v
		}
		p.missing.tell(dst[k:k+len(p.told)], row, p.told)
		dst, x = dst[k+len(p.told):], x[p.d:]
	}
	return nil
}
