package tensor

import (
	"fmt"
	"math"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// Fill makes a data plane's request of q, which [Inference.Check] has passed. The request is good until q is reset. Its
// Model and Version are q's.
//
// Errors: unsupported_method, missing_column, wrong_width, bad_request, no_rows, too_many_rows, not_numeric, not_text.
func (q *Inference) Fill(s *serving.Served, request *serving.Request) error {
	q.methods = q.methods[:0]
	for _, name := range q.Outputs {
		m, err := s.TensorMethod(modelx.Method(name))
		if err != nil {
			return err
		}
		q.methods = append(q.methods, m.Method)
	}
	if len(q.methods) == 0 {
		m, err := s.DefaultTensorMethod()
		if err != nil {
			return err
		}
		q.methods = append(q.methods, m.Method)
	}
	*request = serving.Request{Model: q.Model, Version: q.Version, Methods: q.methods}
	inverse := serving.IsInverse(q.methods)
	if inverse {
		if err := q.checkInverse(s); err != nil {
			return err
		}
	}
	in := &q.Inputs[0]
	if len(q.Inputs) == 1 && (len(in.Shape) != 1 || s.Place(in.Name) < 0) || inverse && s.Strings() > 0 {
		return asError(q.fillMatrix(in, s, inverse, request))
	}
	return asError(q.fillColumns(s, request))
}

// asError is nil for nil.
func asError(err *serving.Error) error {
	if err == nil {
		return nil
	}
	return err
}

// checkInverse looks at what inverse_transform takes.
func (q *Inference) checkInverse(s *serving.Served) *serving.Error {
	if len(q.methods) > 1 && s.Strings() > 0 {
		return bad(`output "inverse_transform" takes numbers, and others take strings; expected it alone`)
	}
	if len(q.Inputs) > 1 {
		return bad("inverse_transform takes numbers; expected one tensor")
	}
	return nil
}

// Single tells whether one tensor stands for all features, rather than one for each. q has been filled.
func (q *Inference) Single() bool { return len(q.Inputs) == 1 && q.Inputs[0].place < 0 }

// Feature is that of an input; -1 where it stands for all. q has been filled.
func (q *Inference) Feature(input int) int { return q.Inputs[input].place }

// fillMatrix takes one tensor as all features.
func (q *Inference) fillMatrix(in *Input, s *serving.Served, inverse bool, request *serving.Request) *serving.Error {
	in.place = -1
	width := s.NumFeatures()
	texts := s.Strings() > 0 && !inverse
	if texts && s.Strings()+s.Unread() < width {
		return missing(fmt.Sprintf("input %s is there for all features; expected one tensor for each, as some are strings", serving.Quoted(in.Name)))
	}
	if len(in.Shape) != 2 || in.Shape[1] != int64(width) {
		return wrongShape(in, fmt.Sprintf("[-1,%d]", width))
	}
	rows := int(min(in.Shape[0], math.MaxInt32)) // As many as there are values, which are in memory.
	if !texts && !in.Missing.There && in.kind != nil {
		return q.fillNumbers(in, s, rows, request)
	}
	if err := q.rows.Begin(s, rows, q.methods); err != nil {
		return err
	}
	if err := in.suits(texts); err != nil {
		return err
	}
	if err := in.checkMissing(rows * width); err != nil {
		return err
	}
	if err := in.checkUTF8(s); err != nil {
		return err
	}
	x := q.rows.Values
	if !texts {
		in.appendDoubles(x[:0])
		in.eachMissing(len(x), func(place int) { x[place] = math.NaN() })
	} else {
		q.fillTexts(in, x, 0, 1)
	}
	request.Made = &q.rows
	return nil
}

// fillNumbers takes a tensor of numbers, as they stand where that is possible.
func (q *Inference) fillNumbers(in *Input, s *serving.Served, rows int, request *serving.Request) *serving.Error {
	if err := s.CheckRows(rows); err != nil {
		return err
	}
	if in.Contents.Doubles != nil && in.Datatype == FP64 {
		request.Features = in.Contents.Doubles // What is there as it must be is not copied.
	} else {
		q.features = in.appendDoubles(q.features[:0])
		request.Features = q.features
	}
	request.Rows = int64(rows)
	return nil
}

// suits compares the datatype with what features take.
func (in *Input) suits(texts bool) *serving.Error {
	switch {
	case texts == (in.kind == nil):
		return nil
	case texts:
		return serving.NewError(serving.NotText, "input %s has datatype %s; expected BYTES", serving.Quoted(in.Name), serving.Quoted(in.Datatype))
	default:
		return serving.NewError(serving.NotNumeric,
			"input %s has datatype %s; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64",
			serving.Quoted(in.Name), serving.Quoted(in.Datatype))
	}
}

// fillTexts writes texts to every so many values from the first on.
func (q *Inference) fillTexts(in *Input, x []float64, first, step int) {
	at := first
	in.eachText(func(text string) bool {
		x[at] = q.rows.Number(text)
		at += step
		return true
	})
	gap := modelx.MissingNumber(q.gap)
	for _, place := range in.Contents.Gaps {
		x[first+place*step] = gap
	}
	in.eachMissing(len(x), func(place int) { x[first+place*step] = gap })
}

// fillColumns takes each tensor as one feature.
func (q *Inference) fillColumns(s *serving.Served, request *serving.Request) *serving.Error {
	if err := q.findFeatures(s); err != nil {
		return err
	}
	rows := int64(-1)
	for i := range q.Inputs {
		in := &q.Inputs[i]
		if len(in.Shape) != 1 && (len(in.Shape) != 2 || in.Shape[1] != 1) {
			return wrongShape(in, "[-1] or [-1,1]")
		}
	}
	for i := range q.Inputs {
		n := q.Inputs[i].Shape[0]
		if rows >= 0 && n != rows {
			return bad(fmt.Sprintf("inputs have %d and %d rows; expected the same number", rows, n))
		}
		rows = n
	}
	if err := q.rows.Begin(s, int(rows), q.methods); err != nil {
		return err
	}
	for _, check := range [...]func(in *Input) *serving.Error{
		func(in *Input) *serving.Error { return in.suits(s.Type(in.place) == modelx.TypeString) },
		func(in *Input) *serving.Error { return in.checkMissing(int(rows)) },
		func(in *Input) *serving.Error { return in.checkUTF8(s) },
	} {
		for i := range q.Inputs {
			if in := &q.Inputs[i]; s.Reads(in.place) {
				if err := check(in); err != nil {
					return err
				}
			}
		}
	}
	x, width := q.rows.Values, s.NumFeatures()
	for i := range q.Inputs {
		in := &q.Inputs[i]
		switch {
		case !s.Reads(in.place):
		case in.kind == nil:
			q.fillTexts(in, x, in.place, width)
		default:
			q.features = in.appendDoubles(q.features[:0])
			in.eachMissing(len(q.features), func(place int) { q.features[place] = math.NaN() })
			at := in.place
			for _, v := range q.features {
				x[at] = v
				at += width
			}
		}
	}
	request.Made = &q.rows
	return nil
}

// findFeatures compares the inputs with the features: both unknown and doubled ones before missing ones.
func (q *Inference) findFeatures(s *serving.Served) *serving.Error {
	const hint = "; expected one tensor for each feature, or a single one for all"
	q.seen = append(q.seen[:0], make([]bool, s.NumFeatures())...)
	for i := range q.Inputs {
		in := &q.Inputs[i]
		if in.place = s.Place(in.Name); in.place < 0 {
			return missing("unknown input " + serving.Quoted(in.Name) + hint)
		}
		if q.seen[in.place] {
			return missing(fmt.Sprintf("input %s is there twice; expected it once", serving.Quoted(in.Name)))
		}
		q.seen[in.place] = true
	}
	for place, seen := range q.seen {
		if !seen && s.Reads(place) {
			return missing("no input " + serving.Quoted(s.Name(place)) + hint)
		}
	}
	return nil
}

func missing(text string) *serving.Error {
	return &serving.Error{Kind: serving.MissingColumn, Message: text}
}

func wrongShape(in *Input, want string) *serving.Error {
	return &serving.Error{Kind: serving.WrongWidth, Message: fmt.Sprintf(
		"input %s has shape %s; expected %s", serving.Quoted(in.Name), shapeText(in.Shape), want)}
}
