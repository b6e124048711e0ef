package serving

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// Served is one load of one version of a model. It never changes but for its count of requests.
type Served struct {
	name, version string
	model         modelx.Model
	Schema
	methods []MethodInfo
	// tensors are those of the methods that inference has.
	tensors []MethodInfo
	classes *modelx.Labels
	// labels are the classes of each output.
	labels  []*modelx.Labels
	summary modelx.Summary
	sha256  string
	source  source
	maxRows int
	began   time.Time
	took    time.Duration
	// requests are those that were answered, well or with an error. What is read by all stands in no line of memory that
	// is written by all.
	_        [64]byte
	requests atomic.Int64
}

// MethodInfo describes a method of a model that serves.
type MethodInfo struct {
	Method modelx.Method
	// Columns is how many values there are for each row, at least 1.
	Columns int
	// Vector tells that numpy's shape is (rows,).
	Vector bool
	// Type is scikit-learn's type of the values.
	Type modelx.DataType
	// Types are those of the columns where some are strings, else nil.
	Types []modelx.DataType
	// Indexed is as in [Output].
	Indexed bool
}

// newServed describes a model that was loaded, and runs all of its methods once: the first request shall not be the one
// that waits for memory.
func newServed(ctx context.Context, model modelx.Model, maxRows int) (*Served, error) {
	s := &Served{
		model: model, Schema: newSchema(model), classes: model.Classes(), labels: model.OutputClasses(), summary: model.Summary(), maxRows: maxRows,
	}
	for _, spec := range s.summary.Signature.GetOutputs() {
		method := modelx.Method(spec.GetMethod())
		if method == modelx.InverseTransform &&
			(model.Columns(modelx.Transform) != s.width || modelx.ColumnTypes(model, modelx.Transform) != nil) {
			continue // Requests have rows of one width, and it takes numbers alone.
		}
		s.methods = append(s.methods, MethodInfo{
			Method: method, Columns: model.Columns(method), Vector: spec.GetNColumns() == 0,
			Type: modelx.DataType(spec.GetType()), Types: modelx.ColumnTypes(model, method), Indexed: method == modelx.Predict && slices.ContainsFunc(s.labels, holdsNoDouble),
		})
	}
	s.tensors = slices.DeleteFunc(slices.Clone(s.methods), func(m MethodInfo) bool { return !m.IsTensor() })
	row := make([]float64, s.width)
	var response Response
	for i := range s.methods {
		err := s.run(ctx, &s.methods[i], &response.indices, make([]float64, s.methods[i].Columns), row)
		// Zeros are a row like any other: a model may refuse them.
		if err != nil && !refusesValue(err) {
			return nil, err
		}
	}
	return s, nil
}

// holdsNoDouble tells whether labels are text, or some of them integers that no double holds.
func holdsNoDouble(classes *modelx.Labels) bool {
	for i := range classes.Len() {
		if _, ok := classes.Value(i); !ok {
			return true
		}
	}
	return false
}

// Model is the name that the model answers to.
func (s *Served) Model() string { return s.name }

// Version is the version that it answers to.
func (s *Served) Version() string { return s.version }

// Methods are what the model computes, in the order of its signature. The slice must not be changed.
func (s *Served) Methods() []MethodInfo { return s.methods }

// Classes are those of a classifier, or nil.
func (s *Served) Classes() *modelx.Labels { return s.classes }

// Method finds a method. Errors: unsupported_method.
func (s *Served) Method(method modelx.Method) (*MethodInfo, error) {
	for i := range s.methods {
		if s.methods[i].Method == method {
			return &s.methods[i], nil
		}
	}
	return nil, unknownMethod(method, s.methods)
}

func unknownMethod(method modelx.Method, there []MethodInfo) *Error {
	names := make([]string, len(there))
	for i := range there {
		names[i] = string(there[i].Method)
	}
	return NewError(UnsupportedMethod, "the model has no method %s; expected one of %s", Quoted(string(method)), Listed(names))
}

// IsTensor tells whether the method's values make a tensor: not those of columns of strings and of numbers.
func (m *MethodInfo) IsTensor() bool {
	return !slices.ContainsFunc(m.Types, func(t modelx.DataType) bool { return t != modelx.TypeString })
}

// TensorMethods are those of which the values make tensors. The slice must not be changed.
func (s *Served) TensorMethods() []MethodInfo { return s.tensors }

// TensorMethod is Method for those that make a tensor. Errors: unsupported_method.
func (s *Served) TensorMethod(method modelx.Method) (*MethodInfo, error) {
	for i := range s.tensors {
		if s.tensors[i].Method == method {
			return &s.tensors[i], nil
		}
	}
	if len(s.tensors) == 0 {
		return nil, noTensors()
	}
	return nil, unknownMethod(method, s.tensors)
}

// DefaultTensorMethod is the one that inference computes where none is named. Errors: unsupported_method.
func (s *Served) DefaultTensorMethod() (*MethodInfo, error) {
	if len(s.tensors) == 0 {
		return nil, noTensors()
	}
	return defaultOf(s.tensors), nil
}

func noTensors() *Error {
	return NewError(UnsupportedMethod, "no method of the model gives tensors; expected Predict or POST /predict")
}

// GivesTexts tells whether one of the methods, or the one by default where there is none, gives columns of strings.
func (s *Served) GivesTexts(methods []modelx.Method) bool {
	if len(methods) == 0 {
		return s.defaultMethod().Types != nil
	}
	for i := range s.methods {
		if m := &s.methods[i]; m.Types != nil && slices.Contains(methods, m.Method) {
			return true
		}
	}
	return false
}

// defaultMethod is predict, or the first method of a model that lacks it.
func (s *Served) defaultMethod() *MethodInfo {
	return defaultOf(s.methods)
}

func defaultOf(methods []MethodInfo) *MethodInfo {
	i := slices.IndexFunc(methods, func(m MethodInfo) bool { return m.Method == modelx.Predict })
	return &methods[max(0, i)]
}

// Refuse counts a request for this load that its transport refuses itself, and returns err.
func (s *Served) Refuse(err *Error) *Error {
	s.requests.Add(1)
	return err
}
