package grpcserver

import (
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// predict answers Predict.
func (c *call) predict(message []byte) (any, error) {
	m := &c.predictRequest
	if !m.decode(message) {
		if err := checkFields(message, countedPredict, maxPredictFields); err != nil {
			return nil, err
		}
		return nil, c.notAMessage()
	}
	if m.rows < 0 {
		return nil, serving.NewError(serving.BadRequest, "rows is %d; expected 0 or more", m.rows)
	}
	if len(m.columns) > 0 {
		if err := m.checkColumns(); err != nil {
			return nil, err
		}
	}
	c.methods[0] = m.method
	if m.method == "" {
		c.methods[0] = modelx.Predict
	}
	methods := c.methods[:1]
	if m.probabilities && c.methods[0] == modelx.Predict {
		c.methods[1] = modelx.PredictProba
		methods = c.methods[:2]
	}
	c.request = serving.Request{Model: m.model, Version: m.version, Methods: methods, Features: m.features, Rows: m.rows}
	served, err := c.server.Plane.Served(m.model, m.version)
	if err != nil {
		return nil, err
	}
	c.model, c.version = served.Model(), served.Version()
	if len(m.columns) > 0 {
		if err := c.makeRows(served); err != nil {
			return nil, served.Refuse(c.known(err))
		}
	}
	if err := served.Predict(c.ctx, &c.request, &c.response); err != nil {
		return nil, err
	}
	c.rows = c.response.Rows
	c.predictAnswer = predictAnswer{response: &c.response, timestamp: time.Now().Unix()}
	return &c.predictAnswer, nil
}

// makeRows makes rows of the request's columns.
func (c *call) makeRows(served *serving.Served) error {
	m := &c.predictRequest
	for _, method := range c.request.Methods {
		if _, err := served.Method(method); err != nil {
			return err
		}
	}
	if err := c.columns.fill(m.columns, served, c.request.Methods, m.rows); err != nil {
		return err
	}
	c.request.Made = &c.columns.rows
	return nil
}

// predictOne answers one message of PredictStream.
func (c *call) predictOne(message []byte) (any, error) {
	if _, err := c.predict(message); err != nil {
		return nil, err
	}
	c.streamedAnswer.answer = &c.predictAnswer
	return &c.streamedAnswer, nil
}

// refusePredictOne makes the message that refuses one.
func refusePredictOne(err *serving.Error) any {
	return &modelxpb.PredictStreamResponse{Result: &modelxpb.PredictStreamResponse_Error{Error: &modelxpb.StreamError{
		Code: int32(err.Code()), Message: err.Message, Kind: string(err.Kind),
	}}}
}
