package grpcserver

import (
	"math"
	"testing"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// requireSame checks that decode reads what the generated code reads, and refuses what that refuses.
func requireSame(t *testing.T, m *predictMessage, b []byte) {
	t.Helper()
	var want modelxpb.PredictRequest
	err := proto.Unmarshal(b, &want)
	if ok := m.decode(b); ok != (err == nil) {
		t.Fatalf("%x is read: %v, expected error: %v", b, ok, err)
	}
	if err != nil {
		return
	}
	if len(m.features) != len(want.GetFeatures()) {
		t.Fatalf("%x has %d values, expected %d", b, len(m.features), len(want.GetFeatures()))
	}
	for i, v := range want.GetFeatures() {
		if math.Float64bits(v) != math.Float64bits(m.features[i]) {
			t.Fatalf("%x: value %d is %v, expected %v", b, i, m.features[i], v)
		}
	}
	if string(m.method) != want.GetMethod() || m.model != want.GetModelName() || m.version != want.GetModelVersion() ||
		m.rows != want.GetRows() || m.probabilities != want.GetIncludeProbabilities() ||
		m.requestID != want.GetMetadata()["request_id"] {
		t.Fatalf("%x is %+v, expected %v", b, m, &want)
	}
	requireSameColumns(t, m.columns, want.GetColumns())
}

// messages are whole and damaged ones.
func messages(t testing.TB) [][]byte {
	var all [][]byte
	for _, m := range []*modelxpb.PredictRequest{
		{},
		{Features: []float64{1, math.NaN(), math.Inf(-1), math.Copysign(0, -1)}},
		{
			Features: []float64{1}, Metadata: map[string]string{"request_id": "a", "": ""}, Method: "predict", ModelName: "é",
			ModelVersion: "1", Rows: -1, IncludeProbabilities: true,
		},
		{Columns: []*modelxpb.Column{
			{Name: "é", Doubles: []float64{1, math.NaN()}, NoneRows: []uint32{0, math.MaxUint32}},
			{Ints: []int64{math.MinInt64, -1, math.MaxInt64}, NanRows: []uint32{300}, Bools: []bool{true, false}}, {}, {Strings: []string{"", "aé"}},
		}},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
		for i := range b {
			all = append(all, b[:i])
		}
	}
	for _, text := range []string{
		"\x09\x00\x00\x00\x00\x00\x00\xf0\x3f\x0a\x08\x00\x00\x00\x00\x00\x00\xf0\x3f",                                    // A double alone, then packed ones.
		"\x0a\x07\x00\x00\x00\x00\x00\x00\xf0",                                                                            // Seven bytes.
		"\x1a\x01\xff",                                                                                                    // No UTF-8.
		"\x1a\x01a\x1a\x01b\x1a\x00",                                                                                      // The last one counts.
		"\x12\x0e\x0a\x0arequest_id\x12\x00",                                                                              // An empty value.
		"\x12\x11\x0a\x0arequest_id\x12\x01a\x18\x01", "\x12\x04\x0a\x02\xc3\x28", "\x12\x03\x12\x01\xff", "\x12\x01\x0a", // Entries of the map.
		"\x08\x01", "\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", // Numbers.
		// Columns: two names, numbers alone and packed, text that is no UTF-8, varints that are too long, halves, other fields.
		"\x42\x06\x0a\x01a\x0a\x01b", "\x42\x0b\x18\x01\x1a\x02\x02\x03\x20\x01\x1a\x01\x05", "\x42\x03\x22\x01\xff", "\x42\x03\x0a\x01\xff",
		"\x42\x0d\x1a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x42\x0c\x1a\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "\x42\x03\x1a\x01\x80",
		"\x42\x04\x12\x02\x00\x00", "\x42\x06\x30\xff\xff\xff\xff\x1f", "\x42\x02\x28\x02", "\x42\x04\x2a\x02\x80\x01", "\x42\x05\xa2\x06\x02ab", "\x42\x09\x11\x00\x00\x00\x00\x00\x00\xf0\x3f",
		"\x42\x05\x10\x01\x21\x00\x00", "\x40\x01", "\x43\x44", "\x42\x02\x0b\x0c", "\x42\x05\x25\x00\x00\x00\x00",
		"\x38\x02", "\x3a\x00", "\x00\x00", "\x0b\x0c", "\x0b", "\x0c", "\x0e", "\xa2\x06\x01a", "\xfb\xff\xff\xff\x0f\x01", "\x98\x98\x98\x98\x30\x30",
	} {
		all = append(all, []byte(text))
	}
	return all
}

func TestDecode(t *testing.T) {
	var m predictMessage // The same for all, as it is used.
	for _, b := range messages(t) {
		requireSame(t, &m, b)
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range messages(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { requireSame(t, new(predictMessage), b) })
}

func TestDecodeUsesMemoryAgain(t *testing.T) {
	b, err := proto.Marshal(&modelxpb.PredictRequest{ModelName: "a", Method: "predict", Features: make([]float64, 1000)})
	requireNone(t, err)
	var m predictMessage
	if !m.decode(b) {
		t.Fatal("a message is refused")
	}
	if n := testing.AllocsPerRun(100, func() { m.decode(b) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestEncode(t *testing.T) {
	classes := side("words", &modelxpb.Labels{Strings: []string{"", "yes"}})
	model, err := modelx.New(classes)
	requireNone(t, err)
	for _, c := range []struct {
		response serving.Response
		want     *modelxpb.PredictResponse
	}{
		{
			serving.Response{Model: "m", Version: "1", Rows: 2, Outputs: []serving.Output{{Columns: 1, Values: []float64{1, math.Inf(1)}}}},
			&modelxpb.PredictResponse{
				Predictions: []float64{1, math.Inf(1)}, ModelVersion: "1", ModelName: "m", Rows: 2, Columns: 1, Timestamp: 5,
			},
		},
		{
			serving.Response{Rows: 2, Outputs: []serving.Output{
				{Columns: 1, Values: []float64{0, 1}, Indexed: true, Classes: []*modelx.Labels{model.Classes()}}, {Columns: 2, Values: []float64{0, 1, 0.5, 0.5}},
			}},
			&modelxpb.PredictResponse{
				Predictions: []float64{0, 1}, Labels: []string{"", "yes"}, Probabilities: []float64{0, 1, 0.5, 0.5}, Rows: 2, Columns: 1,
				Timestamp: 5,
			},
		},
	} {
		answer := &predictAnswer{response: &c.response, timestamp: 5}
		b := answer.append(nil)
		if len(b) > answer.size() {
			t.Errorf("%d bytes, which are more than %d", len(b), answer.size())
		}
		var got modelxpb.PredictResponse
		requireNone(t, proto.Unmarshal(b, &got))
		if !proto.Equal(&got, c.want) {
			t.Errorf("the message is %v, expected %v", &got, c.want)
		}
		streamed := &streamedAnswer{answer: answer}
		b = streamed.append(nil)
		if len(b) > streamed.size() {
			t.Errorf("%d bytes, which are more than %d", len(b), streamed.size())
		}
		var one modelxpb.PredictStreamResponse
		requireNone(t, proto.Unmarshal(b, &one))
		if !proto.Equal(one.GetResponse(), c.want) {
			t.Errorf("the message is %v, expected %v", &one, c.want)
		}
	}
}
