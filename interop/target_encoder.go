package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// targetEncoder computes TargetEncoderProto.
type targetEncoder struct {
	encodedFeatures
	// encodings has for each feature those of its columns, each as long as there are categories.
	encodings [][]float64
	means     []float64
}

func newTargetEncoder(
	c *compiler, p *modelxpb.TargetEncoderProto, names []string, path string,
) (*targetEncoder, error) {
	features, err := newEncodedFeatures(c, p.GetFeatures(), names, path, noGroups)
	if err != nil {
		return nil, err
	}
	e := &targetEncoder{encodedFeatures: features, means: p.GetMeans()}
	refuse := func(kind Kind, field, found, want string) error {
		return &Error{Kind: kind, Path: path + "." + field, Found: found, Want: want, Hint: exportAgain}
	}
	if len(e.means) == 0 {
		return nil, refuse(ErrShape, "means", "no means", "at least one")
	}
	total := 0
	for j := range e.features {
		total += len(e.features[j].values)
	}
	encodings := p.GetEncodings()
	if want := int64(total) * int64(len(e.means)); int64(len(encodings)) != want {
		return nil, refuse(ErrShape, "encodings", fmt.Sprintf("%d values", len(encodings)),
			fmt.Sprintf("%d, one for each category of each column", want))
	}
	for j := range e.features {
		n := len(e.features[j].values) * len(e.means)
		e.encodings, encodings = append(e.encodings, encodings[:n]), encodings[n:]
	}
	if err := checkTarget(p, path, refuse); err != nil {
		return nil, err
	}
	return e, nil
}

// checkTarget checks what the target was, and its classes.
func checkTarget(p *modelxpb.TargetEncoderProto, path string, refuse func(Kind, string, string, string) error) error {
	means, several := len(p.GetMeans()), p.GetTarget() == modelxpb.TargetEncoderProto_TARGET_MULTICLASS
	switch p.GetTarget() {
	case modelxpb.TargetEncoderProto_TARGET_CONTINUOUS, modelxpb.TargetEncoderProto_TARGET_BINARY,
		modelxpb.TargetEncoderProto_TARGET_MULTICLASS:
	default:
		return unknownEnum(int32(p.GetTarget()), path+".target")
	}
	if !several && means != 1 {
		return refuse(ErrShape, "means", fmt.Sprintf("%d means", means), "1")
	}
	classes := p.GetClasses()
	given := len(classes.GetInts()) + len(classes.GetDoubles()) + len(classes.GetStrings()) + len(classes.GetBools())
	if continuous := p.GetTarget() == modelxpb.TargetEncoderProto_TARGET_CONTINUOUS; continuous {
		if given > 0 {
			return refuse(ErrLabels, "classes", fmt.Sprintf("%d classes", given), "none, for a target of numbers")
		}
		return nil
	}
	found, err := newLabels(classes, path+".classes")
	if err != nil {
		return err
	}
	if n := found.Len(); (several && n != means) || (!several && n > 2) {
		return refuse(ErrLabels, "classes", fmt.Sprintf("%d classes", n), fmt.Sprintf("those of %d means", means))
	}
	return nil
}

func (e *targetEncoder) outputs() []output {
	return []output{{opTransform, e.width() * len(e.means), TypeFloat64}}
}

func (e *targetEncoder) run(_ op, dst, x []float64, first int) error {
	width, columns := e.width(), len(e.means)
	for i := 0; len(x) >= width; i++ {
		for j, v := range x[:width] {
			f := &e.features[j]
			out := dst[:columns]
			dst = dst[columns:]
			k := f.find(v)
			if k < 0 {
				if e.infinite(j, v) {
					return e.refuse(first+i, j, v)
				}
				copy(out, e.means)
				continue
			}
			own := e.encodings[j][k:]
			for c := range out {
				out[c] = own[c*len(f.values)]
			}
		}
		x = x[width:]
	}
	return nil
}
