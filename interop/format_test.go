package modelx

import (
	"bytes"
	"encoding/gob"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Every family survives every format and compression, and is recognised by its content.
func TestEveryFormatKeepsEveryFamily(t *testing.T) {
	models := []*modelxpb.ModelProto{fullModel()}
	for _, c := range sklearnCases(t) {
		models = append(models, c.proto(t))
	}
	for _, p := range models {
		for _, format := range []Format{FormatProtobuf, FormatJSON, FormatGOB} {
			for _, compression := range []Compression{CompressionNone, CompressionGzip, CompressionZstd} {
				var out bytes.Buffer
				if err := Encode(&out, p, format, WithCompression(compression)); err != nil {
					t.Fatal(err)
				}
				again, encoding, err := Unmarshal(out.Bytes())
				if want := (Encoding{format, compression}); err != nil || encoding != want {
					t.Fatalf("%s is read as %s: %v", want, encoding, err)
				}
				if !proto.Equal(p, again) {
					t.Fatalf("%s gives another model:\n%v\n%v", encoding, p, again)
				}
			}
		}
		for _, lean := range []bool{false, true} {
			again, encoding, err := Unmarshal(onnxFile(t, p, lean))
			if err != nil || encoding.Format != FormatONNX || !proto.Equal(p, again) {
				t.Fatalf("ONNX is read as %s: %v", encoding, err)
			}
		}
	}
}

// Bits that text and zero values lose easily come back, in every format.
func TestEveryFormatKeepsBits(t *testing.T) {
	values := []float64{
		math.Copysign(0, -1), 5e-324, -math.MaxFloat64, 1.0 / 3, 1e22, 123456789012345680, math.Inf(1), math.Inf(-1),
	}
	p := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
		NFeatures: int32(len(values)), Add: values,
	}}}
	for _, format := range []Format{FormatProtobuf, FormatJSON, FormatGOB} {
		data, err := Marshal(p, format)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range again.GetAffineScaler().GetAdd() {
			if math.Float64bits(v) != math.Float64bits(values[i]) {
				t.Errorf("%s gives %v for %v", format, v, values[i])
			}
		}
	}
}

func TestBytesOfOtherThings(t *testing.T) {
	pb, err := Marshal(linearModel(), FormatProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	var twice bytes.Buffer
	if err := compress(&twice, compressed(t, pb, CompressionGzip), CompressionZstd, nil); err != nil {
		t.Fatal(err)
	}
	onlyNewArm := appendField(appendField(nil, 1, []byte("a")), 999, []byte("xyz"))
	newer := protowire.AppendVarint(protowire.AppendTag(onlyNewArm, 11, protowire.VarintType), 1000)
	windowless := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00} // A window of 2^41 bytes.
	deep := linearModel()
	deep.Source = &modelxpb.Source{Params: map[string]*modelxpb.Value{"a": nestedValue(60)}}
	deepBytes, err := proto.Marshal(deep)
	if err != nil {
		t.Fatal(err)
	}
	gobFile, err := Marshal(linearModel(), FormatGOB)
	if err != nil {
		t.Fatal(err)
	}
	var otherGob bytes.Buffer
	if err := gob.NewEncoder(&otherGob).Encode("modelx.File"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		kind Kind
	}{
		"nothing":                     {nil, ErrUnknownFormat},
		"text":                        {[]byte("a model"), ErrUnknownFormat},
		"a pickle":                    {[]byte("\x80\x05\x95\x10"), ErrUnknownFormat},
		"a zip archive":               {[]byte("PK\x03\x04"), ErrUnknownFormat},
		"a list in JSON":              {[]byte(`[{}]`), ErrUnknownFormat},
		"compressed twice":            {twice.Bytes(), ErrUnknownFormat},
		"a new arm alone":             {appendField(nil, 999, []byte("xyz")), ErrUnknownFamily},
		"a new arm":                   {onlyNewArm, ErrUnknownFamily},
		"a new arm of a newer schema": {newer, ErrSchemaVersion},
		"protobuf cut off":            {pb[:len(pb)-3], ErrMalformed},
		"gzip cut off":                {compressed(t, pb, CompressionGzip)[:30], ErrMalformed},
		"gzip's header alone":         {[]byte{0x1f, 0x8b}, ErrMalformed},
		"gzip and something else":     {append(compressed(t, pb, CompressionGzip), 1), ErrMalformed},
		"zstd cut off":                {compressed(t, pb, CompressionZstd)[:20], ErrMalformed},
		"zstd of a huge window":       {windowless, ErrMalformed},
		"gzip bomb":                   {bomb(t, CompressionGzip), ErrTooLarge},
		"zstd bomb":                   {bomb(t, CompressionZstd), ErrTooLarge},
		"models 40 deep":              {nestedPipelines(t, 40), ErrTooDeep},
		"models 4000 deep":            {nestedPipelines(t, 4000), ErrTooDeep},
		"values 60 deep":              {deepBytes, ErrTooDeep},
		"GOB cut off":                 {gobFile[:len(gobFile)-1], ErrMalformed},
		"GOB and something else":      {append(bytes.Clone(gobFile), 0), ErrMalformed},
		"GOB of a string":             {otherGob.Bytes(), ErrUnknownFormat},
		"millions of lists": {
			[]byte(`{"metadata":{"a":[` + strings.Repeat("[],", maxItems) + `0]},"model_spec":{}}`), ErrTooLarge,
		},
		"millions of messages": {bytes.Repeat([]byte{0xba, 0x01, 0x02, 0x0a, 0x00}, maxItems/2+1), ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeBytes(c.data, WithMaxExpandedBytes(1<<20))
			requireKind(t, err, c.kind)
		})
	}
}

func compressed(t testing.TB, data []byte, c Compression) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := compress(&out, data, c, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// gzip allows several members, and zstd several frames, one after the other.
func TestJoinedMembers(t *testing.T) {
	data, err := Marshal(fullModel(), FormatProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Compression{CompressionGzip, CompressionZstd} {
		joined := append(compressed(t, data[:50], c), compressed(t, data[50:], c)...)
		if p, _, err := Unmarshal(joined); err != nil || !proto.Equal(p, fullModel()) {
			t.Errorf("%s: %v", c, err)
		}
	}
}

// The limit is on what comes out, to the byte.
func TestExpandedLimit(t *testing.T) {
	data, err := Marshal(fullModel(), FormatProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Compression{CompressionGzip, CompressionZstd} {
		small := compressed(t, data, c)
		if _, _, err := Unmarshal(small, WithMaxExpandedBytes(int64(len(data)))); err != nil {
			t.Errorf("%s: %v", c, err)
		}
		_, _, err := Unmarshal(small, WithMaxExpandedBytes(int64(len(data)-1)))
		requireKind(t, err, ErrTooLarge)
	}
}

// A name can make a protobuf file begin as a JSON document with a line feed before it does.
func TestNamesThatLookLikeJSON(t *testing.T) {
	for _, name := range []string{strings.Repeat("a", '{'), "{" + strings.Repeat("a", ' '-1), "{\"123456789", "{}}}}}}}}}"} {
		p := linearModel()
		p.Name = name
		data, err := Marshal(p, FormatProtobuf)
		if err != nil {
			t.Fatal(err)
		}
		if again, e, err := Unmarshal(data); err != nil || e.Format != FormatProtobuf || again.Name != name {
			t.Errorf("the name %q: %v, %v", name, e, err)
		}
	}
	if _, e, err := Unmarshal([]byte("\n{" + spec(``, goodParameters)[1:])); err != nil || e.Format != FormatJSON {
		t.Errorf("JSON after a line feed: %v, %v", e, err)
	}
}

func TestONNXDefects(t *testing.T) {
	coefficients := "linear_regression.coefficients"
	file := func(p *modelxpb.ModelProto, tensors ...[]byte) []byte {
		out := onnxFile(t, p, false)
		for _, one := range tensors {
			out = appendField(out, onnxGraph, appendField(nil, onnxInitializer, one))
		}
		return out
	}
	lean := linearModel()
	lean.GetLinearRegression().Coefficients = nil
	raw := make([]byte, 16)
	entry := appendField(appendField(nil, onnxEntryKey, []byte(onnxModelKey)), onnxEntryValue, []byte("no base64!"))
	for name, c := range map[string]struct {
		data []byte
		kind Kind
	}{
		"no metadata":     {[]byte{0x08, 0x0a}, ErrNoModel},
		"cut off":         {onnxFile(t, lean, false)[:40], ErrMalformed},
		"no base64":       {appendField([]byte{0x08, 0x0a}, onnxMetadataProps, entry), ErrMalformed},
		"the model twice": {append(file(lean), file(lean)[2:]...), ErrMalformed},
		"values twice":    {file(linearModel(), tensor(coefficients, []float64{1, 2})), ErrMalformed},
		"the tensor twice": {
			file(lean, tensor(coefficients, []float64{1, 2}), tensor(coefficients, []float64{1, 2})), ErrMalformed,
		},
		"another family":        {file(lean, tensor("kmeans.centers", []float64{1})), ErrMalformed},
		"a step that is absent": {file(lean, tensor("pipeline.steps[7].kmeans.centers", []float64{1})), ErrMalformed},
		"floats":                {file(lean, rawTensor(coefficients, 1, raw[:8], 2)), ErrMalformed},
		"too few bytes":         {file(lean, rawTensor(coefficients, onnxDouble, raw[:15], 2)), ErrMalformed},
		"too many bytes":        {file(lean, rawTensor(coefficients, onnxDouble, raw, 1)), ErrMalformed},
		"dims that overflow":    {file(lean, rawTensor(coefficients, onnxDouble, raw, 1<<32, 1<<32)), ErrMalformed},
		"negative dims":         {file(lean, rawTensor(coefficients, onnxDouble, raw, math.MaxUint64, 2)), ErrMalformed},
		"values left out":       {file(lean), ErrShape},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeBytes(c.data)
			requireKind(t, err, c.kind)
		})
	}
	graphsOwn := file(lean, tensor(coefficients, []float64{1, 2}), tensor("minus_two", []float64{-2}),
		tensor("linear_regression.intercept", []float64{9}), tensor("linear_regression.axis", []float64{1}))
	if m, err := DecodeBytes(graphsOwn); err != nil || m.Proto().GetLinearRegression().GetIntercept() != 0.25 {
		t.Errorf("tensors of the graph's own: %v", err)
	}
}

// A File is a value like any other in a GOB stream.
func TestFileInsideOfOtherValues(t *testing.T) {
	type release struct {
		Name  string
		Files []*File
	}
	var stream bytes.Buffer
	written := release{"r1", []*File{NewFile(fullModel()), NewFile(linearModel())}}
	if err := gob.NewEncoder(&stream).Encode(written); err != nil {
		t.Fatal(err)
	}
	var again release
	if err := gob.NewDecoder(&stream).Decode(&again); err != nil {
		t.Fatal(err)
	}
	if len(again.Files) != 2 || !proto.Equal(again.Files[0].Proto(), fullModel()) ||
		!proto.Equal(again.Files[1].Proto(), linearModel()) {
		t.Errorf("read back: %v", again)
	}
	_, err := new(File).GobEncode()
	requireKind(t, err, ErrUnknownFamily)
	requireKind(t, new(File).GobDecode([]byte("something")), ErrMalformed)
	requireKind(t, new(File).GobDecode([]byte(gobMark+"\x0a\xff")), ErrMalformed)
}

// The files of an earlier system load, predict what was recorded of them, and survive a rewrite in every format.
func TestFilesOfTheEarlierSystem(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "tests", "samples", "scigo_*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files are %v, %v; expected three", files, err)
	}
	for _, path := range files {
		m, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		p := m.Proto()
		if p.GetName() != "LinearRegression" || len(p.GetLinearRegression().GetCoefficients()) != 10 {
			t.Errorf("%s holds %v", path, p)
		}
		for _, format := range []Format{FormatProtobuf, FormatJSON, FormatGOB} {
			checkRoundTrip(t, p, format)
		}
	}
}

func TestEncodingOf(t *testing.T) {
	for path, want := range map[string]Encoding{
		"a.pb": {FormatProtobuf, CompressionNone}, "x.gz/a.JSON.GZ": {FormatJSON, CompressionGzip},
		"a.v1.gob.zst": {FormatGOB, CompressionZstd}, "a.onnx": {FormatONNX, CompressionNone},
	} {
		if e, err := EncodingOf(path); err != nil || e != want {
			t.Errorf("%s is %v, %v; expected %v", path, e, err, want)
		}
	}
	for _, path := range []string{"a", "pb", "a.gz", "a.pb.bz2", "a.pb.gz.gz", "a.pickle"} {
		_, err := EncodingOf(path)
		requireKind(t, err, ErrUnknownFormat)
	}
}

func TestUnmarshalRefusesALargeFile(t *testing.T) {
	data, err := Marshal(linearModel(), FormatProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Unmarshal(data, WithMaxFileBytes(int64(len(data)-1)))
	requireKind(t, err, ErrTooLarge)
}

func TestExpandPutsPiecesTogether(t *testing.T) {
	data := make([]byte, 20<<20+1)
	for i := range data {
		data[i] = byte(i * i >> 8)
	}
	for _, c := range []Compression{CompressionGzip, CompressionZstd} {
		packed := compressed(t, data, c)
		got, err := expand(packed, c, int64(len(data)))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d of %d bytes, %v", c, len(got), len(data), err)
		}
		_, err = expand(packed, c, int64(len(data))-1)
		requireKind(t, err, ErrTooLarge)
		_, err = expand(packed[:len(packed)/2], c, int64(len(data)))
		requireKind(t, err, ErrMalformed)
	}
}
