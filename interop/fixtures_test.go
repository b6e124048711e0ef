package modelx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// linearModel is y = 2 a - 0.5 b + 0.25.
func linearModel() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "line", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2, -0.5}, Intercept: proto.Float64(0.25), NFeatures: 2,
		}},
	}
}

// fullModel has something in every part of the message, and numbers that are easily lost in text.
func fullModel() *modelxpb.ModelProto {
	p := linearModel()
	p.Version = "1.2"
	p.Metadata = &modelxpb.Metadata{
		CreatedTimestamp: 1795167000, TrainingSamples: 442,
		Metrics: map[string]float64{"r2": 0.1, "nan": math.NaN(), "inf": math.Inf(1), "tiny": 5e-324},
		Properties: &structpb.Struct{Fields: map[string]*structpb.Value{
			"owner": structpb.NewStringValue("<Zoë & \"co\"\n>"), "none": structpb.NewNullValue(),
			"list": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewNumberValue(1e22)}}),
		}},
	}
	p.Signature = &modelxpb.Signature{
		NFeatures: 2, FeatureNames: []string{"a", "b"},
		Outputs: []*modelxpb.OutputSpec{{Method: "predict", Type: modelxpb.DataType_DATA_TYPE_FLOAT64}},
	}
	p.Source = &modelxpb.Source{
		Library: "scikit-learn", LibraryVersion: "1.9.1", ClassName: "Ridge",
		Params: map[string]*modelxpb.Value{"alpha": {Kind: &modelxpb.Value_DoubleValue{DoubleValue: math.Copysign(0, -1)}}},
		Attributes: map[string]*modelxpb.Value{"n_iter_": {Kind: &modelxpb.Value_Array{Array: &modelxpb.NdArray{
			Dtype: "float64", Shape: []int64{3}, Doubles: []float64{math.Inf(-1), math.NaN(), math.MaxFloat64},
		}}}},
	}
	p.Evidence = &modelxpb.Evidence{
		Rows:     &modelxpb.Rows{NRows: 2, NFeatures: 2, Eighths: []byte{8, 0, 0, 16}},
		Outputs:  []*modelxpb.Output{{Method: "predict", Doubles: []float64{2.25, -0.75}}},
		Origin:   modelxpb.Evidence_ORIGIN_MADE,
		Producer: "scikit-learn 1.9.1",
	}
	return p
}

// nestedValue is a list in a list in a list.
func nestedValue(depth int) *modelxpb.Value {
	v := new(modelxpb.Value)
	for range depth {
		v = &modelxpb.Value{Kind: &modelxpb.Value_List{List: &modelxpb.ValueList{Items: []*modelxpb.Value{v}}}}
	}
	return v
}

func discardUnknown(m protoreflect.Message) {
	m.SetUnknown(nil)
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil:
		case fd.IsMap():
			if fd.MapValue().Message() != nil {
				v.Map().Range(func(_ protoreflect.MapKey, item protoreflect.Value) bool {
					discardUnknown(item.Message())
					return true
				})
			}
		case fd.IsList():
			for i := range v.List().Len() {
				discardUnknown(v.List().Get(i).Message())
			}
		default:
			discardUnknown(v.Message())
		}
		return true
	})
}

// takeOut clears every repeated double of a model's families, and gives it with its path.
func takeOut(m protoreflect.Message, place string, visit func(path string, values []float64)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		path := place + string(fd.Name())
		switch {
		case isDoubles(fd):
			var values []float64
			for i := range v.List().Len() {
				values = append(values, v.List().Get(i).Float())
			}
			visit(path, values)
			m.Clear(fd)
		case fd.Message() == nil || fd.IsMap():
		case fd.IsList():
			for i := range v.List().Len() {
				takeOut(v.List().Get(i).Message(), fmt.Sprintf("%s[%d].", path, i), visit)
			}
		default:
			takeOut(v.Message(), path+".", visit)
		}
		return true
	})
}

func tensor(name string, values []float64) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return rawTensor(name, onnxDouble, raw, uint64(len(values)))
}

func rawTensor(name string, dataType uint64, raw []byte, dims ...uint64) []byte {
	var out []byte
	for _, d := range dims {
		out = protowire.AppendVarint(protowire.AppendTag(out, onnxTensorDims, protowire.VarintType), d)
	}
	out = protowire.AppendVarint(protowire.AppendTag(out, onnxTensorType, protowire.VarintType), dataType)
	return appendField(appendField(out, onnxTensorName, []byte(name)), onnxTensorRaw, raw)
}

func appendField(out []byte, number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(out, number, protowire.BytesType), value)
}

// bomb is a small file that expands to 64 MiB.
func bomb(t testing.TB, c Compression) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := compress(&out, make([]byte, 64<<20), c, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
