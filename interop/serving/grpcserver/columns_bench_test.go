package grpcserver

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// wideRequest has rows for the model wide: 8 columns of strings, and 22 of numbers.
func wideRequest(t testing.TB, rows int) []byte {
	t.Helper()
	request := &modelxpb.PredictRequest{ModelName: "wide"}
	for i, name := range typedmodels.Wide().GetSignature().GetFeatureNames() {
		column := &modelxpb.Column{Name: name}
		for row := range rows {
			if name[0] == 's' {
				column.Strings = append(column.Strings, fmt.Sprintf("c%d", (row+i)%11)) // One in eleven is not known.
			} else {
				column.Doubles = append(column.Doubles, float64(row*i)/7)
			}
		}
		request.Columns = append(request.Columns, column)
	}
	message, err := proto.Marshal(request)
	requireNone(t, err)
	return message
}

// alone is a call of a server without a network, for the model wide and the same of 30 numbers.
func alone(t testing.TB) *call {
	t.Helper()
	r := start(t, repository(t, typedmodels.Wide(), scaled()), nil)
	c := r.calls.Get().(*call)
	c.server, c.ctx = r.Server, context.Background()
	return c
}

func (c *call) requireAnswer(t testing.TB, message, out []byte) []byte {
	answer, err := c.predict(message)
	if err != nil {
		t.Fatal(err)
	}
	return answer.(*predictAnswer).append(out[:0])
}

// BenchmarkMixed is a request without the network: reading the message, computing, and writing the answer. Beside it are as
// many numbers.
func BenchmarkMixed(b *testing.B) {
	c := alone(b)
	for _, rows := range []int{1, 1000} {
		numbers, err := proto.Marshal(&modelxpb.PredictRequest{ModelName: "scaled", Features: make([]float64, rows*benchFeatures)})
		requireNone(b, err)
		for name, message := range map[string][]byte{"columns": wideRequest(b, rows), "numbers": numbers} {
			b.Run(fmt.Sprintf("rows=%d/%s", rows, name), func(b *testing.B) {
				out := c.requireAnswer(b, message, nil)
				b.ReportAllocs()
				before := processorTime(b)
				for b.Loop() {
					out = c.requireAnswer(b, message, out)
				}
				b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N*rows), "cpu-ns/row")
			})
		}
	}
}
