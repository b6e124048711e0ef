package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// ordinalEncoder computes OrdinalEncoderProto.
type ordinalEncoder struct {
	encodedFeatures
	missing, unknown float64
	// encodes reports whether an unknown value gives unknown, rather than an error.
	encodes bool
	// rare is the symbol of rareText.
	rare float64
}

func newOrdinalEncoder(
	c *compiler, p *modelxpb.OrdinalEncoderProto, names []string, path string,
) (*ordinalEncoder, error) {
	features, err := newEncodedFeatures(c, p.GetFeatures(), names, path, groupsOfPresent)
	if err != nil {
		return nil, err
	}
	e := &ordinalEncoder{
		encodedFeatures: features, missing: p.GetMissing(), unknown: p.GetUnknown(), encodes: p.Unknown != nil,
		rare: c.symbols.intern(rareText),
	}
	for _, field := range [...]struct {
		name  string
		value float64
	}{{"missing", e.missing}, {"unknown", e.unknown}} {
		if v := field.value; v == v && (math.Abs(v) > maxExact || v != math.Trunc(v)) {
			return nil, &Error{
				Kind: ErrShape, Path: path + "." + field.name, Found: formatFloat(v), Want: "NaN or an integer within 2^53",
				Hint: exportAgain,
			}
		}
	}
	return e, nil
}

func (e *ordinalEncoder) outputs() []output {
	out := []output{{opTransform, e.width(), TypeFloat64}}
	invertible := e.invertible()
	for j := range e.features {
		invertible = invertible && !(e.features[j].rare && e.features[j].nan >= 0)
	}
	if invertible {
		out = append(out, output{opInverseTransform, e.width(), e.kindOfInverse()})
	}
	return out
}

func (e *ordinalEncoder) columnTypes(o op) []DataType {
	if o == opInverseTransform {
		return e.inputTypes()
	}
	return nil
}

func (e *ordinalEncoder) run(o op, dst, x []float64, first int) error {
	width, compute := e.width(), e.transform
	if o == opInverseTransform {
		compute = e.invert
	}
	for i := 0; len(x) >= width && len(dst) >= width; i++ {
		if err := compute(dst[:width], x[:width], first+i); err != nil {
			return err
		}
		x, dst = x[width:], dst[width:]
	}
	return nil
}

func (e *ordinalEncoder) transform(out, row []float64, number int) error {
	for j, v := range row {
		f := &e.features[j]
		switch k := f.find(v); {
		case k < 0:
			if !e.encodes || e.infinite(j, v) {
				return e.refuse(number, j, v)
			}
			out[j] = e.unknown
		case k == f.nan:
			out[j] = e.missing
		default:
			out[j] = float64(f.groupOf[k])
		}
	}
	return nil
}

func (e *ordinalEncoder) invert(out, row []float64, number int) error {
	for j, k := range row {
		if math.IsInf(k, 0) {
			return refuseInfinite(e.path, number, row)
		}
		f := &e.features[j]
		if f.nan >= 0 && sameNumber(k, e.missing) {
			k = float64(f.nan)
		}
		switch {
		case f.rare && k == float64(f.groups()-1):
			out[j] = e.rare
		case e.encodes && sameNumber(k, e.unknown):
			out[j] = f.missing()
		default:
			// The categories that are not infrequent, with NaN as the last where there is one.
			n := f.groups()
			if f.rare {
				n--
			}
			if f.nan >= 0 {
				n++
			}
			i := math.Trunc(k)
			if i < 0 {
				i += float64(n)
			}
			if !(i >= 0 && i < float64(n)) {
				return refusedValue(e.path, number, j, row[j], fmt.Sprintf("the number of one of %d categories", n))
			}
			if int32(i) == f.nan {
				out[j] = math.NaN()
			} else {
				out[j] = f.values[f.first[int(i)]]
			}
		}
	}
	return nil
}

// sameNumber reports whether two numbers are equal, or both NaN.
func sameNumber(a, b float64) bool { return a == b || (a != a && b != b) }
