package tensor

import (
	"fmt"
	"slices"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// Model is what tensors must suit. A [serving.Served] is one.
type Model interface {
	NumFeatures() int
	FeatureNames() []string
	Method(modelx.Method) (*serving.MethodInfo, error)
}

// Fill makes a data plane's request of q, which [Inference.Check] has passed. The request is good until q is reset. Its
// Model and Version are q's.
//
// Errors: unsupported_method, missing_column, wrong_width, bad_request and, for more rows than maxRows, too_many_rows.
func (q *Inference) Fill(model Model, maxRows int, request *serving.Request) error {
	q.methods = q.methods[:0]
	for _, name := range q.Outputs {
		if _, err := model.Method(modelx.Method(name)); err != nil {
			return err
		}
		q.methods = append(q.methods, modelx.Method(name))
	}
	*request = serving.Request{Model: q.Model, Version: q.Version, Methods: q.methods}
	if in := &q.Inputs[0]; len(q.Inputs) == 1 && (len(in.Shape) != 1 || !slices.Contains(model.FeatureNames(), in.Name)) {
		return q.fillMatrix(in, model.NumFeatures(), maxRows, request)
	}
	return q.fillColumns(model.FeatureNames(), maxRows, request)
}

// fillMatrix takes one tensor as all features.
func (q *Inference) fillMatrix(in *Input, width, maxRows int, request *serving.Request) error {
	if len(in.Shape) != 2 || in.Shape[1] != int64(width) {
		return wrongShape(in, fmt.Sprintf("[-1,%d]", width))
	}
	if err := checkRows(in.Shape[0], maxRows); err != nil {
		return err
	}
	if in.Contents.Doubles != nil && in.Datatype == FP64 {
		request.Features = in.Contents.Doubles // What is there as it must be is not copied.
	} else {
		q.features = in.doubles(q.features[:0])
		request.Features = q.features
	}
	request.Rows = in.Shape[0]
	return nil
}

// fillColumns takes each tensor as one feature.
func (q *Inference) fillColumns(names []string, maxRows int, request *serving.Request) error {
	if err := q.checkNames(names); err != nil {
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
	if err := checkRows(rows, maxRows); err != nil {
		return err
	}
	for len(q.columns) < len(q.Inputs) {
		q.columns = append(q.columns, serving.Column{})
	}
	q.columns = q.columns[:len(q.Inputs)]
	for i := range q.Inputs {
		q.columns[i].Name = q.Inputs[i].Name
		q.columns[i].Values = q.Inputs[i].doubles(q.columns[i].Values[:0])
	}
	request.Columns = q.columns
	return nil
}

// checkNames compares the inputs with the features: both unknown and doubled ones before missing ones.
func (q *Inference) checkNames(names []string) *serving.Error {
	const hint = "; expected one tensor for each feature, or a single one for all"
	place := make(map[string]bool, len(names))
	for _, name := range names {
		place[name] = false
	}
	for i := range q.Inputs {
		name := q.Inputs[i].Name
		there, known := place[name]
		if !known {
			return missing("unknown input " + serving.Quoted(name) + hint)
		}
		if there {
			return missing(fmt.Sprintf("input %s is there twice; expected it once", serving.Quoted(name)))
		}
		place[name] = true
	}
	for _, name := range names {
		if !place[name] {
			return missing("no input " + serving.Quoted(name) + hint)
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

// checkRows bounds the work before it is begun: a small tensor of bools makes doubles of eight times its size.
func checkRows(rows int64, most int) error {
	if rows > int64(most) {
		return &serving.Error{Kind: serving.TooManyRows, Message: fmt.Sprintf("%d rows; expected at most %d", rows, most)}
	}
	return nil
}
