package serving

import (
	"context"

	modelx "github.com/modelx-dev/modelx/interop"
)

// Served is one load of one version of a model. It never changes but for its count of requests.
type Served struct{}

// MethodInfo describes a method of a model that serves.
type MethodInfo struct {
	Method modelx.Method
	// Columns is how many values there are for each row, at least 1.
	Columns int
	// Vector tells that numpy's shape is (rows,).
	Vector bool
	// Type is scikit-learn's type of the values.
	Type modelx.DataType
	// Indexed is as in [Output].
	Indexed bool
}

// Model is the name that the model answers to.
func (s *Served) Model() string { return "" }

// Version is the version that it answers to.
func (s *Served) Version() string { return "" }

// NumFeatures is the width of a row.
func (s *Served) NumFeatures() int { return 0 }

// FeatureNames are the names of the features, or none. The slice must not be changed.
func (s *Served) FeatureNames() []string { return nil }

// Methods are what the model computes, in the order of its signature. The slice must not be changed.
func (s *Served) Methods() []MethodInfo { return nil }

// Method finds a method. Errors: unsupported_method.
func (s *Served) Method(method modelx.Method) (*MethodInfo, error) { return nil, nil }

// Classes are those of a classifier, or nil.
func (s *Served) Classes() *modelx.Labels { return nil }

// Predict is [Plane.Predict] by this load, whatever the request's Model and Version are: for transports that must know
// the model before they can read the request.
func (s *Served) Predict(ctx context.Context, request *Request, response *Response) error { return nil }

// Refuse counts a request for this load that its transport refuses itself, and returns err.
func (s *Served) Refuse(err *Error) *Error { return nil }
