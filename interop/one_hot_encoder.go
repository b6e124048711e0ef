package modelx

import (
	"fmt"
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// rareText is what scikit-learn gives for an infrequent category on the way back.
const rareText = "infrequent_sklearn"

// oneHotEncoder computes OneHotEncoderProto.
type oneHotEncoder struct {
	encodedFeatures
	columns []oneHotColumns
	// total is the number of columns of all features.
	total   int
	unknown modelxpb.OneHotEncoderProto_Unknown
	// rare is the symbol of rareText.
	rare float64
}

// oneHotColumns are those of one feature.
type oneHotColumns struct {
	// of is the column of each category, counted over all features, or -1 for a dropped one.
	of []int32
	// unknown is the column of an unknown value, or -1 for none.
	unknown int32
	// start is the first column, and n their number.
	start, n int
	// dropped is the group that has no column, or -1.
	dropped int
}

func newOneHotEncoder(
	c *compiler, p *modelxpb.OneHotEncoderProto, names []string, path string,
) (*oneHotEncoder, error) {
	features, err := newEncodedFeatures(c, p.GetFeatures(), names, path, groupsOfAll)
	if err != nil {
		return nil, err
	}
	e := &oneHotEncoder{encodedFeatures: features, unknown: p.GetUnknown(), rare: c.symbols.intern(rareText)}
	dropped := p.GetDropped()
	if len(dropped) > 0 && len(dropped) != len(e.features) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".dropped", Found: fmt.Sprintf("%d values", len(dropped)),
			Want: fmt.Sprintf("%d, one for each feature, or none", len(e.features)), Hint: exportAgain,
		}
	}
	for j := range e.features {
		group := -1
		if len(dropped) > 0 {
			if int64(dropped[j]) > int64(e.features[j].groups()) {
				return nil, &Error{
					Kind: ErrShape, Path: fmt.Sprintf("%s.dropped[%d]", path, j), Found: fmt.Sprintf("group %d", dropped[j]-1),
					Want: fmt.Sprintf("one of %d", e.features[j].groups()), Hint: exportAgain,
				}
			}
			group = int(dropped[j]) - 1
		}
		e.columns = append(e.columns, e.columnsOf(j, group))
		e.total += e.columns[j].n
	}
	switch e.unknown {
	case modelxpb.OneHotEncoderProto_UNKNOWN_ERROR, modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
		modelxpb.OneHotEncoderProto_UNKNOWN_INFREQUENT:
	default:
		return nil, unknownEnum(int32(e.unknown), path+".unknown")
	}
	if e.total == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".dropped", Found: "every group dropped", Want: "at least one column",
			Hint: exportAgain,
		}
	}
	return e, nil
}

// columnsOf places the columns of feature j, without those of a dropped group.
func (e *oneHotEncoder) columnsOf(j, dropped int) oneHotColumns {
	f := &e.features[j]
	out := oneHotColumns{of: make([]int32, len(f.values)), unknown: -1, start: e.total, n: f.groups(), dropped: dropped}
	if dropped >= 0 {
		out.n--
	}
	place := func(group int) int32 {
		switch {
		case group == dropped:
			return -1
		case dropped >= 0 && group > dropped:
			group--
		}
		return int32(e.total + group)
	}
	for k, group := range f.groupOf {
		out.of[k] = place(int(group))
	}
	if f.rare && e.unknown == modelxpb.OneHotEncoderProto_UNKNOWN_INFREQUENT {
		out.unknown = place(f.groups() - 1)
	}
	return out
}

func (e *oneHotEncoder) outputs() []output {
	out := []output{{opTransform, e.total, TypeFloat64}}
	if e.invertible() {
		out = append(out, output{opInverseTransform, e.width(), e.kindOfInverse()})
	}
	return out
}

func (e *oneHotEncoder) columnTypes(o op) []DataType {
	if o == opInverseTransform {
		return e.inputTypes()
	}
	return nil
}

func (e *oneHotEncoder) run(o op, dst, x []float64, first int) error {
	from, to, compute := e.width(), e.total, e.transform
	if o == opInverseTransform {
		from, to, compute = to, from, e.invert
	}
	for i := 0; len(x) >= from && len(dst) >= to; i++ {
		if err := compute(dst[:to], x[:from], first+i); err != nil {
			return err
		}
		x, dst = x[from:], dst[to:]
	}
	return nil
}

func (e *oneHotEncoder) transform(out, row []float64, number int) error {
	clear(out)
	for j, v := range row {
		columns := &e.columns[j]
		column := columns.unknown
		if k := e.features[j].find(v); k >= 0 {
			column = columns.of[k]
		} else if e.unknown == modelxpb.OneHotEncoderProto_UNKNOWN_ERROR || e.infinite(j, v) {
			return e.refuse(number, j, v)
		}
		if column >= 0 {
			out[column] = 1
		}
	}
	return nil
}

func (e *oneHotEncoder) invert(out, row []float64, number int) error {
	for _, v := range row {
		if !isFinite(v) {
			return refuseNonFinite(e.path, number, row)
		}
	}
	for j := range e.features {
		f, columns := &e.features[j], &e.columns[j]
		if columns.n == 0 {
			out[j] = f.values[columns.dropped]
			continue
		}
		own := row[columns.start : columns.start+columns.n]
		sum := 0.0
		for _, v := range own {
			sum += v
		}
		switch {
		case sum != 0:
			group := slices.Index(own, slices.Max(own))
			if columns.dropped >= 0 && group >= columns.dropped {
				group++
			}
			out[j] = f.value(group, e.rare)
		case e.unknown == modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS ||
			(e.unknown == modelxpb.OneHotEncoderProto_UNKNOWN_INFREQUENT && !f.rare):
			if out[j] = f.missing(); columns.dropped >= 0 {
				out[j] = f.values[columns.dropped]
			}
		case columns.dropped >= 0:
			out[j] = f.value(columns.dropped, e.rare)
		default:
			want := fmt.Sprintf("a category among the %d columns from it on", columns.n)
			return refusedValue(e.path, number, columns.start, own[0], want)
		}
	}
	return nil
}
