package modelx

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Each target decodes hostile bytes. It must never panic, nor take much more memory than the limits say; and a model
// that loads must run, and be the same after it was written and read back.
//
// Run them with -fuzzminimizetime 1x: making every new input small first leaves most of the time for nothing else.

func FuzzDecodeProtobuf(f *testing.F) {
	for _, p := range seedModels(f) {
		addMarshalled(f, p, FormatProtobuf)
	}
	f.Add(protowire.AppendTag(nil, 999, protowire.BytesType))
	f.Add(nestedPipelines(f, 40))
	addVectors(f, 1<<12, ".pb")
	f.Fuzz(checkBytes)
}

func FuzzDecodeJSON(f *testing.F) {
	for _, p := range seedModels(f) {
		addMarshalled(f, p, FormatJSON)
	}
	for _, c := range jsonDefects {
		f.Add([]byte(c.text))
	}
	addVectors(f, 1<<13, ".json")
	f.Fuzz(checkBytes)
}

func FuzzDecodeONNX(f *testing.F) {
	for _, p := range seedModels(f) {
		f.Add(onnxFile(f, p, true))
		f.Add(onnxFile(f, p, false))
	}
	addVectors(f, 1<<16, ".onnx")
	f.Fuzz(checkBytes)
}

func FuzzDecodeGOB(f *testing.F) {
	for _, p := range seedModels(f) {
		addMarshalled(f, p, FormatGOB)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkBytes(t, data)
		// encoding/gob hands whatever it finds to GobDecode.
		file := new(File)
		if err := gob.NewDecoder(bytes.NewReader(data)).Decode(file); err != nil && file.Proto() != nil {
			t.Errorf("half a model after %v", err)
		}
		if err := file.GobDecode(data); err == nil {
			checkModel(t, file.Proto())
		}
	})
}

func FuzzDecodeCompressed(f *testing.F) {
	for _, p := range seedModels(f)[:8] {
		for _, c := range []Compression{CompressionGzip, CompressionZstd} {
			for _, format := range []Format{FormatProtobuf, FormatJSON} {
				var out bytes.Buffer
				if err := Encode(&out, p, format, WithCompression(c)); err != nil {
					f.Fatal(err)
				}
				f.Add(out.Bytes())
			}
		}
	}
	f.Add(bomb(f, CompressionGzip))
	f.Add(bomb(f, CompressionZstd))
	addVectors(f, 1<<16, ".gz", ".zst")
	f.Fuzz(checkBytes)
}

const fuzzLimit = 1 << 20

func checkBytes(t *testing.T, data []byte) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, _, err := Unmarshal(data, WithMaxFileBytes(fuzzLimit), WithMaxExpandedBytes(fuzzLimit))
	runtime.ReadMemStats(&after)
	// A window of zstd comes on top of what the file expands to, and the smallest message is two bytes of it.
	if used := after.TotalAlloc - before.TotalAlloc; used > maxWindow+200*fuzzLimit {
		t.Errorf("%d bytes took %d bytes of memory", len(data), used)
	}
	if err != nil {
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind == "" {
			t.Errorf("an untyped error: %v", err)
		}
		return
	}
	checkModel(t, p)
}

func checkModel(t *testing.T, p *modelxpb.ModelProto) {
	m, err := New(p)
	if errors.Is(err, ErrEvidenceMismatch) {
		// Most changes of a number are caught so; what would be computed may not panic either.
		m, err = New(p, WithoutEvidenceReplay())
	}
	if err != nil {
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind == "" {
			t.Errorf("an untyped error: %v", err)
		}
		return
	}
	runRows(t, m)
	runColumns(t, m)
	for _, format := range []Format{FormatProtobuf, FormatJSON, FormatGOB} {
		checkRoundTrip(t, p, format)
	}
}

func checkRoundTrip(t *testing.T, p *modelxpb.ModelProto, format Format) {
	t.Helper()
	data, err := Marshal(p, format)
	if err != nil {
		if format == FormatJSON && (p.GetMetadata() != nil || errors.Is(err, ErrTooDeep)) {
			return // Some times and properties have no JSON, and JSON nests deeper than the message.
		}
		t.Fatalf("%s cannot be written: %v", format, err)
	}
	again, encoding, err := Unmarshal(data)
	if err != nil || encoding.Format != format {
		t.Fatalf("%s is read back as %s: %v", format, encoding, err)
	}
	second, err := Marshal(again, format)
	if err != nil || !bytes.Equal(data, second) {
		t.Fatalf("%s written twice differs: %v", format, err)
	}
	if format == FormatJSON {
		p, again = inJSON(p), inJSON(again)
	}
	if !proto.Equal(p, again) {
		t.Fatalf("%s gives another model:\n%v\n%v", format, p, again)
	}
}

// inJSON is a message without what JSON does not keep: fields that are unknown, and a difference between an empty
// Metadata and none, and between kinds of null in a property.
func inJSON(p *modelxpb.ModelProto) *modelxpb.ModelProto {
	p = proto.CloneOf(p)
	discardUnknown(p.ProtoReflect())
	if p.Metadata != nil {
		p.Metadata.Properties = nil
		if proto.Size(p.Metadata) == 0 {
			p.Metadata = nil
		}
	}
	return p
}

// seedModels are small models of every family, one with evidence, metadata and a source.
func seedModels(t testing.TB) []*modelxpb.ModelProto {
	t.Helper()
	models := append([]*modelxpb.ModelProto{fullModel()}, seedTrees()...)
	for _, c := range sklearnCases(t) {
		if p := c.proto(t); proto.Size(p) < 4096 {
			models = append(models, p)
		}
	}
	return models
}

func addMarshalled(f *testing.F, p *modelxpb.ModelProto, format Format) {
	f.Helper()
	data, err := Marshal(p, format)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
}

// addVectors adds the vectors of fewer than so many bytes with one of the suffixes. Inside of a checkout they are there; a copy of the module
// alone does without.
func addVectors(f *testing.F, most int, suffixes ...string) {
	f.Helper()
	root := filepath.Join("..", "tests", "conformance")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		for _, suffix := range suffixes {
			// What is expected of a vector is no model.
			if strings.HasSuffix(path, suffix) && !strings.Contains(path, ".expected.") {
				data, err := os.ReadFile(path)
				if err == nil && len(data) < most {
					f.Add(data)
				}
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
}

// nestedPipelines is a serialised model in a model in a model.
func nestedPipelines(t testing.TB, depth int) []byte {
	t.Helper()
	p := linearModel()
	for range depth {
		p = &modelxpb.ModelProto{Name: "step", Model: &modelxpb.ModelProto_Pipeline{
			Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{p}},
		}}
	}
	data, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// onnxFile is what the Python package writes, without the graph's nodes. In a lean file the initializers hold the
// coefficients; else the message does.
func onnxFile(t testing.TB, p *modelxpb.ModelProto, lean bool) []byte {
	t.Helper()
	var graph []byte
	if lean {
		p = proto.CloneOf(p)
		takeOut(p.ProtoReflect(), "", func(path string, values []float64) {
			graph = appendField(graph, onnxInitializer, tensor(path, values))
		})
	}
	message, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	entry := appendField(nil, onnxEntryKey, []byte(onnxModelKey))
	entry = appendField(entry, onnxEntryValue, []byte(base64.StdEncoding.EncodeToString(message)))
	file := protowire.AppendVarint(protowire.AppendTag(nil, onnxIRVersion, protowire.VarintType), 10)
	file = appendField(file, onnxGraph, graph)
	return appendField(file, onnxMetadataProps, entry)
}
