package grpcserver

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// FuzzColumns sends messages to a model with features of strings, of numbers, and one that nobody reads, and to one that gives
// strings back.
func FuzzColumns(f *testing.F) {
	r := start(f, repository(f, typedmodels.People(typedmodels.PeopleNames()...), typedmodels.Filled()), nil)
	city := textColumn("city", "Oslo", "")
	city.NoneRows = []uint32{1}
	for _, m := range []*modelxpb.PredictRequest{
		{ModelName: "people", Columns: []*modelxpb.Column{doubleColumn("age", 1, 2), city, {Name: "member", Bools: []bool{true, false}, NanRows: []uint32{0}}}},
		{ModelName: "people", Columns: []*modelxpb.Column{{Ints: []int64{-1}}, textColumn("", "x"), {Bools: []bool{true}}, {}}, Rows: 1},
		{ModelName: "filled", Method: "transform", Columns: []*modelxpb.Column{textColumn("word", "new"), doubleColumn("number", 3)}},
		{ModelName: "people", Features: make([]float64, 8), Rows: 2},
	} {
		b, err := proto.Marshal(m)
		requireNone(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		c := r.calls.Get().(*call)
		defer c.release()
		c.server, c.ctx, c.method = r.Server, context.Background(), &method{input: "modelx.v1.PredictRequest"}
		answer, err := c.predict(message)
		if err != nil {
			if e, ok := err.(*serving.Error); !ok || e.Kind == serving.Internal { //nolint:errorlint // it is said to be one
				t.Fatalf("%x: the error is %v", message, err)
			}
			return
		}
		response := new(modelxpb.PredictResponse)
		b := answer.(*predictAnswer).append(nil)
		if err := proto.Unmarshal(b, response); err != nil || len(b) > answer.(*predictAnswer).size() || response.GetRows() < 1 ||
			int(response.GetRows()*response.GetColumns()) != len(response.GetPredictions())+len(response.GetOutputColumns())*int(response.GetRows()) {
			t.Fatalf("%x: the answer is %v, %v", message, response, err)
		}
	})
}
