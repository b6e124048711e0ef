package plainjson

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// FuzzDouble reads back what is written.
func FuzzDouble(f *testing.F) {
	for _, v := range []float64{
		0, math.Copysign(0, -1), 1, -1.5, 1e15, 1e-5, 9.999999999999999e-6, 999999999999999.9, 5e-324, math.MaxFloat64,
		math.NaN(), math.Inf(1), math.Inf(-1),
	} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		var w Writer
		w.Double(v)
		text := string(w.Buf)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			unquoted, err := strconv.Unquote(text)
			if err != nil {
				t.Fatalf("%v is written as %s", v, text)
			}
			text = unquoted
		} else if !json.Valid(w.Buf) {
			t.Fatalf("%v is written as %s", v, text)
		}
		got, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Float64bits(got) != bits && !(math.IsNaN(v) && math.IsNaN(got)) {
			t.Fatalf("%v is written as %s, and read as %v: %v", v, w.Buf, got, err)
		}
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			t.Fatalf("%v is written as the integer %s", v, text)
		}
	})
}

// FuzzText reads back what is written.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "<&>\u2028", "\"\\/\x00\x1f\x7f", "é\xff\xfe", "\U0001f600"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var w Writer
		w.Text(s)
		var got string
		if err := json.Unmarshal(w.Buf, &got); err != nil || got != string([]rune(s)) {
			t.Fatalf("%q is written as %s, and read as %q: %v", s, w.Buf, got, err)
		}
	})
}

func TestMessages(t *testing.T) {
	for _, test := range []struct {
		message proto.Message
		want    string
	}{
		{
			&modelxpb.ReloadResult{Ok: true, Timestamp: 1 << 60},
			`{"ok":true,"timestamp":1152921504606846976,"trigger":"","path":"","version":"","error":"","kind":"","detail":""}`,
		},
		{
			&modelxpb.Signature{NFeatures: 1, Outputs: []*modelxpb.OutputSpec{{Type: 99}, {Type: 1, NColumns: 2}}},
			`{"n_features":1,"feature_names":[],"outputs":[{"method":"","n_columns":0,"type":99,"column_types":[]},` +
				`{"method":"","n_columns":2,"type":"DATA_TYPE_FLOAT64","column_types":[]}],"feature_types":[]}`,
		},
		{
			&modelxpb.Metadata{
				Metrics: map[string]float64{"b": math.NaN(), "a": 1},
				Properties: &structpb.Struct{Fields: map[string]*structpb.Value{
					"x": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{
						structpb.NewNullValue(), structpb.NewStringValue("<"), structpb.NewNumberValue(0.5), structpb.NewBoolValue(false),
						structpb.NewStructValue(&structpb.Struct{}), nil,
					}}),
				}},
			},
			`{"created_timestamp":0,"training_samples":0,"metrics":{"a":1.0,"b":"NaN"},"properties":{"x":[null,"<",0.5,false,{},null]}}`,
		},
		{&modelxpb.GetModelInfoRequest{ModelName: "x"}, `{"model_name":"x","model_version":""}`},
	} {
		var w Writer
		w.Message(test.message.ProtoReflect())
		if string(w.Buf) != test.want {
			t.Errorf("got  %s\nwant %s", w.Buf, test.want)
		}
	}
}
