package client

import (
	"context"
	"maps"
	"time"

	"google.golang.org/grpc"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// CallOption says more about one call.
type CallOption func(*call) error

type call struct {
	model, version string
	method         modelx.Method
	rows           int
	probabilities  bool
	metadata       map[string]string
	requestID      string
}

// Model names the model; needless where the server has one only.
func Model(name string) CallOption {
	return func(c *call) error {
		c.model = name
		return nil
	}
}

// Version names the version of the model; without it, the one that serves by default.
func Version(version string) CallOption {
	return func(c *call) error {
		c.version = version
		return nil
	}
}

// Method is what a prediction computes; without it, predict.
func Method(method modelx.Method) CallOption {
	return func(c *call) error {
		c.method = method
		return nil
	}
}

// Rows is how many rows the values are, so that a wrong width is found where it arises.
func Rows(rows int) CallOption {
	return func(c *call) error {
		c.rows = rows
		return nil
	}
}

// Probabilities asks for those too, with the method predict of a classifier.
func Probabilities() CallOption {
	return func(c *call) error {
		c.probabilities = true
		return nil
	}
}

// Metadata are notes for the server's log.
func Metadata(notes map[string]string) CallOption {
	return func(c *call) error {
		c.metadata = maps.Clone(notes)
		return nil
	}
}

// RequestID names the request in the server's log; a random one does otherwise. At most 128 letters, digits, ".", "_" and
// "-".
func RequestID(id string) CallOption {
	return func(c *call) error {
		c.requestID = id
		return CheckRequestID(id)
	}
}

func newCall(options []CallOption) (*call, error) {
	c := new(call)
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	if c.requestID == "" {
		c.requestID = newRequestID()
	}
	return c, nil
}

func (c *call) request(values []float64) *modelxpb.PredictRequest {
	return &modelxpb.PredictRequest{
		Features: values, Metadata: c.metadata, Method: string(c.method), ModelName: c.model, ModelVersion: c.version,
		Rows: int64(c.rows), IncludeProbabilities: c.probabilities,
	}
}

// Prediction is what one request got, all of it from one load of one model.
type Prediction struct {
	// Model and Version computed it.
	Model, Version string
	// Time is when, by the server's clock, in whole seconds.
	Time time.Time
	// Values are Rows rows of Columns values. Labels that are bools are 0 and 1; those that no float64 holds (text, and
	// integers over 2^53) are places in the model's classes, and Labels has them as text.
	Values        []float64
	Rows, Columns int
	Labels        []string
	// OutputColumns are the values of a method that gives strings, such as the transform of an imputer, in place of Values:
	// Columns of them, without names.
	OutputColumns []modelx.Column
	// Probabilities are one value for each class and row, where they were asked for.
	Probabilities []float64
}

// Row is row i of the values, where there are some.
func (p *Prediction) Row(i int) []float64 {
	if len(p.OutputColumns) > 0 {
		return nil
	}
	return p.Values[i*p.Columns : (i+1)*p.Columns]
}

// ProbabilitiesOf are those of row i, or nil.
func (p *Prediction) ProbabilitiesOf(i int) []float64 {
	classes := len(p.Probabilities) / max(1, p.Rows)
	return p.Probabilities[i*classes : (i+1)*classes]
}

func newPrediction(r *modelxpb.PredictResponse) *Prediction {
	p := &Prediction{
		Model: r.GetModelName(), Version: r.GetModelVersion(), Time: time.Unix(r.GetTimestamp(), 0).UTC(),
		Values: r.GetPredictions(), Rows: int(r.GetRows()), Columns: int(r.GetColumns()), Labels: r.GetLabels(),
		Probabilities: r.GetProbabilities(),
	}
	for _, column := range r.GetOutputColumns() {
		p.OutputColumns = append(p.OutputColumns, columnOf(column))
	}
	return p
}

// Predict applies a method of a model, by default predict, to rows. The values must not change before it returns.
//
// Errors: [*Error].
func (c *Client) Predict(ctx context.Context, values []float64, options ...CallOption) (*Prediction, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	return c.predict(ctx, call, call.request(values))
}

func (c *Client) predict(ctx context.Context, call *call, request *modelxpb.PredictRequest) (*Prediction, error) {
	answer, err := ask(ctx, c, call.requestID, c.settings.retries, c.settings.timeout,
		func(ctx context.Context, o ...grpc.CallOption) (*modelxpb.PredictResponse, error) {
			return c.service.Predict(ctx, request, o...)
		})
	if err != nil {
		return nil, err
	}
	return newPrediction(answer), nil
}

// PredictProba is Predict with the method predict_proba: one value for each class and row.
func (c *Client) PredictProba(ctx context.Context, values []float64, options ...CallOption) (*Prediction, error) {
	return c.Predict(ctx, values, append(options[:len(options):len(options)], Method(modelx.PredictProba))...)
}

// Transform is Predict with the method transform.
func (c *Client) Transform(ctx context.Context, values []float64, options ...CallOption) (*Prediction, error) {
	return c.Predict(ctx, values, append(options[:len(options):len(options)], Method(modelx.Transform))...)
}
