package modelx

import (
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// multiLabelBinarizer computes MultiLabelBinarizerProto.
type multiLabelBinarizer struct {
	encodedFeatures
	columns int
	// all are the types of the features: strings, or nil for numbers.
	all []DataType
}

func newMultiLabelBinarizer(
	c *compiler, p *modelxpb.MultiLabelBinarizerProto, path string,
) (*multiLabelBinarizer, error) {
	features, err := newLabelClasses(c, p.GetFeatures(), nil, path)
	if err != nil {
		return nil, err
	}
	b := &multiLabelBinarizer{encodedFeatures: features, columns: len(features.features[0].values)}
	if features.types != nil {
		b.all = slices.Repeat(features.types, b.columns)
	}
	return b, nil
}

func (b *multiLabelBinarizer) width() int             { return b.columns }
func (b *multiLabelBinarizer) inputTypes() []DataType { return b.all }

func (b *multiLabelBinarizer) outputs() []output {
	return []output{{opTransform, b.columns, TypeFloat64}, {opInverseTransform, b.columns, b.kindOfInverse()}}
}

func (b *multiLabelBinarizer) columnTypes(o op) []DataType {
	if o == opInverseTransform {
		return b.all
	}
	return nil
}

func (b *multiLabelBinarizer) run(o op, dst, x []float64, first int) error {
	for i := 0; len(x) >= b.columns && len(dst) >= b.columns; i++ {
		out, row := dst[:b.columns], x[:b.columns]
		if o == opTransform {
			b.transform(out, row)
		} else if err := b.invert(out, row, first+i); err != nil {
			return err
		}
		dst, x = dst[b.columns:], x[b.columns:]
	}
	return nil
}

func (b *multiLabelBinarizer) transform(out, row []float64) {
	clear(out)
	for _, v := range row {
		if k := b.features[0].find(v); k >= 0 {
			out[k] = 1
		}
	}
}

func (b *multiLabelBinarizer) invert(out, row []float64, number int) error {
	f, n := &b.features[0], 0
	for k, v := range row {
		switch v {
		case 0:
		case 1:
			out[n] = f.values[k]
			n++
		default:
			return noIndicator(b.path, number, k, v)
		}
	}
	for i := n; i < len(out); i++ {
		out[i] = f.missing()
	}
	return nil
}
