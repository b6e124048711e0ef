package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// labelBinarizer computes LabelBinarizerProto.
type labelBinarizer struct {
	encodedFeatures
	// negative and positive are what columns hold, and half is between them.
	negative, positive, half float64
	indicator                bool
	// columns is how wide transform is.
	columns int
}

// intLimit is 2^63: whole numbers from here on are no labels.
const intLimit = 1 << 63

func newLabelBinarizer(
	c *compiler, p *modelxpb.LabelBinarizerProto, names []string, path string,
) (*labelBinarizer, error) {
	features, err := newLabelClasses(c, p.GetFeatures(), names, path)
	if err != nil {
		return nil, err
	}
	for _, v := range p.GetFeatures()[0].GetCategories().GetDoubles() {
		if !isLabel(v) {
			return nil, badClasses(path, "the class "+formatFloat(v), "whole numbers within 2^63")
		}
	}
	n := len(features.features[0].values)
	b := &labelBinarizer{encodedFeatures: features, indicator: p.GetIndicator(), columns: n}
	if b.indicator {
		if ints := p.GetFeatures()[0].GetCategories().GetInts(); n < 2 || !ascendFromZero(ints, n) {
			return nil, badClasses(path, "others", "the numbers of the columns, 0, 1 ...")
		}
	} else if n <= 2 {
		b.columns = 1
	}
	low, high := p.GetNegLabel(), p.GetPosLabel()
	if low < -maxExact || high > maxExact || low >= high {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".pos_label", Found: fmt.Sprintf("neg_label %d and pos_label %d", low, high),
			Want: "a lower and a higher number within 2^53", Hint: exportAgain,
		}
	}
	b.negative, b.positive, b.half = float64(low), float64(high), float64(low+high)/2
	return b, nil
}

// newLabelClasses checks the one feature whose categories are classes.
func newLabelClasses(
	c *compiler, p []*modelxpb.EncodedFeature, names []string, path string,
) (encodedFeatures, error) {
	features, err := newEncodedFeatures(c, p, names, path, noGroups)
	if err != nil {
		return features, err
	}
	if n := features.width(); n != 1 {
		return features, &Error{
			Kind: ErrShape, Path: path + ".features", Found: fmt.Sprintf("%d features", n), Want: "1", Hint: exportAgain,
		}
	}
	if f := &features.features[0]; f.none >= 0 || f.nan >= 0 {
		return features, badClasses(path, "a class that is missing", "numbers or strings")
	}
	return features, nil
}

func badClasses(path, found, want string) error {
	return &Error{Kind: ErrLabels, Path: path + ".features[0].categories", Found: found, Want: want, Hint: exportAgain}
}

// ascendFromZero reports whether values are 0 ... n - 1.
func ascendFromZero(values []int64, n int) bool {
	for i, v := range values {
		if v != int64(i) {
			return false
		}
	}
	return len(values) == n
}

// isLabel reports whether a number may be a label.
func isLabel(v float64) bool { return v == math.Floor(v) && v >= -intLimit && v < intLimit }

func (b *labelBinarizer) width() int {
	if b.indicator {
		return b.columns
	}
	return 1
}

func (b *labelBinarizer) outputs() []output {
	return []output{{opTransform, b.columns, TypeFloat64}, {opInverseTransform, b.width(), b.kindOfInverse()}}
}

func (b *labelBinarizer) columnTypes(o op) []DataType {
	if o == opInverseTransform {
		return b.inputTypes()
	}
	return nil
}

func (b *labelBinarizer) run(o op, dst, x []float64, first int) error {
	if b.indicator {
		return b.runIndicator(o, dst, x, first)
	}
	if o == opInverseTransform {
		for i := range dst {
			dst[i] = b.features[0].values[b.class(x[i*b.columns:(i+1)*b.columns])]
		}
		return nil
	}
	for i, v := range x {
		f := &b.features[0]
		switch {
		case f.strings && (v != v || v == codeNone):
			return b.unknownCategory(first+i, 0, v)
		case !f.strings && !isFinite(v):
			return nonFiniteInput(b.path, first+i, 0, v, "a label")
		case !f.strings && !isLabel(v):
			return refusedValue(b.path, first+i, 0, v, "a label, which is a whole number within 2^63")
		}
		out, k := dst[i*b.columns:(i+1)*b.columns], int(f.find(v))
		for j := range out {
			out[j] = b.negative
		}
		switch {
		case len(f.values) > 2 && k >= 0:
			out[k] = b.positive
		case len(f.values) == 2 && k == 1:
			out[0] = b.positive
		}
	}
	return nil
}

// class returns the number of the class that a row of transform is of.
func (b *labelBinarizer) class(row []float64) int {
	switch {
	case len(b.features[0].values) == 1:
		return 0
	case b.columns > 1:
		return argmax(row)
	case row[0] > b.half:
		return 1
	default:
		return 0
	}
}

func (b *labelBinarizer) runIndicator(o op, dst, x []float64, first int) error {
	if o == opInverseTransform {
		for i, v := range x {
			dst[i] = 0
			if v > b.half {
				dst[i] = 1
			}
		}
		return nil
	}
	for i, v := range x {
		switch v {
		case 0:
			dst[i] = b.negative
		case 1:
			dst[i] = b.positive
		default:
			return noIndicator(b.path, first+i/b.columns, i%b.columns, v)
		}
	}
	return nil
}

// noIndicator is the error for a value that is neither 0 nor 1.
func noIndicator(path string, row, column int, v float64) error {
	if !isFinite(v) {
		return nonFiniteInput(path, row, column, v, "0 or 1")
	}
	return refusedValue(path, row, column, v, "0 or 1")
}
