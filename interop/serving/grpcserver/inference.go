package grpcserver

import (
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// infer answers ModelInfer.
func (c *call) infer(message []byte) (any, error) {
	response, err := c.inferMessage(message)
	if err != nil {
		return nil, err
	}
	return response, nil
}

// inferOne answers one message of ModelStreamInfer.
func (c *call) inferOne(message []byte) (any, error) {
	response, err := c.inferMessage(message)
	if err != nil {
		return nil, err
	}
	return &inferencepb.ModelStreamInferResponse{InferResponse: response}, nil
}

// refuseInferOne makes the message that refuses one.
func refuseInferOne(err *serving.Error) any {
	return &inferencepb.ModelStreamInferResponse{ErrorMessage: err.Message}
}

func (c *call) inferMessage(message []byte) (*inferencepb.ModelInferResponse, error) {
	if err := checkFields(message, countedInfer, maxFields); err != nil {
		return nil, err
	}
	request := new(inferencepb.ModelInferRequest)
	if err := proto.Unmarshal(message, request); err != nil {
		return nil, c.notAMessage()
	}
	q := &c.inference
	q.Reset()
	take(q, request)
	if err := q.Check(); err != nil {
		return nil, err
	}
	served, err := c.server.Plane.Served(q.Model, q.Version)
	if err != nil {
		return nil, err
	}
	c.model, c.version = served.Model(), served.Version()
	if err := q.Fill(served, &c.request); err != nil {
		return nil, served.Refuse(c.known(err))
	}
	if err := served.Predict(c.ctx, &c.request, &c.response); err != nil {
		return nil, err
	}
	c.rows = c.response.Rows
	return inferResponse(&c.response, request.GetId(), q.Raw()), nil
}

// take fills q with a message's fields, without copying values.
func take(q *tensor.Inference, request *inferencepb.ModelInferRequest) {
	q.Model, q.Version = request.GetModelName(), request.GetModelVersion()
	q.Gaps = parameter(request.GetParameters(), "gaps")
	for _, in := range request.GetInputs() {
		contents := in.GetContents()
		q.Inputs = append(q.Inputs, tensor.Input{
			Name: in.GetName(), Datatype: in.GetDatatype(), Shape: in.GetShape(), Missing: parameter(in.GetParameters(), "missing"),
			Contents: tensor.Contents{
				Bools: contents.GetBoolContents(), Ints: contents.GetIntContents(), Longs: contents.GetInt64Contents(),
				Uints: contents.GetUintContents(), Ulongs: contents.GetUint64Contents(), Floats: contents.GetFp32Contents(),
				Doubles: contents.GetFp64Contents(), Bytes: contents.GetBytesContents(),
			},
		})
	}
	for _, out := range request.GetOutputs() {
		q.Outputs = append(q.Outputs, out.GetName())
	}
	q.RawContents = append(q.RawContents, request.GetRawInputContents()...)
}

// parameter is what a parameter says, if it is there.
func parameter(all map[string]*inferencepb.InferParameter, name string) tensor.Parameter {
	p := tensor.Parameter{There: true}
	switch choice := all[name].GetParameterChoice().(type) {
	case nil:
		p.There = false
	case *inferencepb.InferParameter_StringParam:
		p.Text = choice.StringParam
	case *inferencepb.InferParameter_BoolParam:
		p.Is = "a boolean"
	default:
		p.Is = "a number"
	}
	return p
}

// inferResponse makes the answer. Its doubles are those of r, so it must be sent before r is used again.
func inferResponse(r *serving.Response, id string, raw bool) *inferencepb.ModelInferResponse {
	response := &inferencepb.ModelInferResponse{ModelName: r.Model, ModelVersion: r.Version, Id: id}
	for i := range r.Outputs {
		out := &r.Outputs[i]
		t := &inferencepb.ModelInferResponse_InferOutputTensor{
			Name: string(out.Method), Datatype: tensor.Datatype(out), Shape: tensor.AppendShape(nil, r.Rows, out),
		}
		if missing := tensor.Missing(out); missing != "" {
			t.Parameters = map[string]*inferencepb.InferParameter{
				"missing": {ParameterChoice: &inferencepb.InferParameter_StringParam{StringParam: missing}},
			}
		}
		if raw {
			response.RawOutputContents = append(response.RawOutputContents, tensor.AppendRaw(nil, out))
		} else {
			contents := tensor.OutputContents(out)
			t.Contents = &inferencepb.InferTensorContents{
				BoolContents: contents.Bools, Int64Contents: contents.Longs, Fp64Contents: contents.Doubles,
				BytesContents: contents.Bytes,
			}
		}
		response.Outputs = append(response.Outputs, t)
	}
	return response
}
