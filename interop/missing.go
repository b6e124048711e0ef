package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// missingRule tells what counts as missing: NaN, or one number, and in features of strings what strings says.
type missingRule struct {
	value float64
	isNaN bool
	// types are those of the features; nil when all are numbers.
	types   []DataType
	strings missingStrings
}

func newMissingRule(value float64, path string) (missingRule, error) {
	if math.IsInf(value, 0) {
		return missingRule{}, &Error{
			Kind: ErrNonFinite, Path: path + ".missing", Found: formatFloat(value), Want: "NaN or a finite value", Hint: exportAgain,
		}
	}
	return missingRule{value: value, isNaN: math.IsNaN(value)}, nil
}

// has reports whether v is missing.
func (m *missingRule) has(v float64) bool { return v == m.value || (m.isNaN && v != v) }

// same reports whether another value of `missing` says the same.
func (m *missingRule) same(value float64) bool { return m.has(value) }

// refuse returns an error for the first infinity of a row, and for the first NaN unless NaN counts as missing.
func (m *missingRule) refuse(path string, row int, x []float64) error {
	if m.types != nil {
		return m.refuseTyped(path, row, x)
	}
	for _, v := range x {
		if isFinite(v) || (m.isNaN && v != v) {
			continue
		}
		if m.isNaN {
			return refuseInfinite(path, row, x)
		}
		return refuseNonFinite(path, row, x)
	}
	return nil
}

// tell writes 1 for each of the columns whose value is missing, and 0 for the others.
func (m *missingRule) tell(dst, row []float64, columns []int32) {
	for i, column := range columns {
		dst[i] = 0
		if m.hasAt(int(column), row[column]) {
			dst[i] = 1
		}
	}
}

// newInnerIndicator checks the indicator inside of an imputer, whose width and rule it has; it returns its columns.
func newInnerIndicator(p *modelxpb.MissingIndicatorProto, d int32, rule missingRule, path string) ([]int32, error) {
	if p == nil {
		return nil, nil
	}
	if p.GetNFeatures() != d {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".n_features", Found: fmt.Sprint(p.GetNFeatures()), Want: fmt.Sprint(d), Hint: exportAgain,
		}
	}
	if !rule.same(p.GetMissing()) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".missing", Found: formatFloat(p.GetMissing()),
			Want: formatFloat(rule.value) + ", which the imputer fills", Hint: exportAgain,
		}
	}
	if err := checkColumns(p.GetColumns(), d, path+".columns"); err != nil {
		return nil, err
	}
	if p.GetRefusesOthers() {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".refuses_others", Found: "true", Want: "false inside of an imputer", Hint: exportAgain,
		}
	}
	return p.GetColumns(), nil
}
