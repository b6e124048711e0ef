package modelx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// formatVersion is the version of the document's shape, the earlier system's.
const formatVersion = "1.0"

// marshalJSON writes the document that docs/formats.md describes. Equal messages give equal bytes.
func marshalJSON(p *modelxpb.ModelProto) ([]byte, error) {
	r := p.ProtoReflect()
	arm := r.WhichOneof(modelOneof)
	if arm == nil {
		return nil, &Error{Kind: ErrUnknownFamily, Found: "a model without a family", Want: "one arm of the oneof `model` set"}
	}
	spec, err := specOf(p, arm)
	if err != nil {
		return nil, err
	}
	parameters, err := mapped(r.Get(arm).Message().Interface(), string(arm.Name()))
	if err != nil {
		return nil, err
	}
	document := []member{{"model_spec", joinObject(spec)}, {"parameters", parameters}}
	metadata, err := metadataOf(p.GetMetadata())
	if err != nil {
		return nil, err
	}
	if len(metadata) > 0 {
		document = append(document, member{"metadata", joinObject(metadata)})
	}
	// protojson puts spaces at random, so that nobody relies on its bytes; Indent keeps the tokens and sets its own.
	var out bytes.Buffer
	if err := json.Indent(&out, joinObject(document), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	// What would not be read is not written: JSON nests deeper than the message does.
	_, err = scanObject(out.Bytes(), DefaultLimits().MaxJSONDepth)
	return out.Bytes(), err
}

func specOf(p *modelxpb.ModelProto, arm protoreflect.FieldDescriptor) ([]member, error) {
	var spec []member
	add := func(key, text string) { spec = append(spec, member{key, appendText(nil, text)}) }
	source := p.GetSource()
	texts := []string{p.GetName(), source.GetClassName(), source.GetLibrary(), source.GetLibraryVersion()}
	if i := slices.IndexFunc(texts, func(s string) bool { return !utf8.ValidString(s) }); i >= 0 {
		return nil, &Error{Kind: ErrMalformed, Found: fmt.Sprintf("the text %q", texts[i]), Want: "text in UTF-8"}
	}
	if source == nil {
		add("name", p.GetName())
	} else {
		add("name", source.GetClassName())
	}
	add("format_version", formatVersion)
	if source.GetLibrary() != "" {
		add("library", source.GetLibrary())
	}
	if version := source.GetLibraryVersion(); version != "" {
		if source.GetLibrary() == scikitLearn {
			add("sklearn_version", version)
		} else {
			add("library_version", version)
		}
	}
	if seconds := p.GetMetadata().GetCreatedTimestamp(); seconds != 0 {
		t := time.Unix(seconds, 0).UTC()
		if year := t.Year(); year < 1 || year > 9999 {
			return nil, &Error{
				Kind: ErrMalformed, Path: "metadata.created_timestamp", Found: fmt.Sprint(seconds),
				Want: "seconds since 1970-01-01T00:00:00Z, of a year that JSON can name (1 to 9999)", Hint: "correct or clear it",
			}
		}
		add("created_at", t.Format(time.RFC3339))
	}
	add("family", string(arm.Name()))
	model, err := mapped(restOf(p), "model_spec.model")
	if err != nil {
		return nil, err
	}
	return append(spec, member{"model", model}), nil
}

// restOf gives the message without what stands elsewhere in the document. It shares its parts with p.
func restOf(p *modelxpb.ModelProto) *modelxpb.ModelProto {
	rest := new(modelxpb.ModelProto)
	p.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.ContainingOneof() != modelOneof {
			rest.ProtoReflect().Set(fd, v)
		}
		return true
	})
	rest.Metadata = nil
	if p.Source != nil {
		rest.Source = new(modelxpb.Source)
		p.Source.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			rest.Source.ProtoReflect().Set(fd, v)
			return true
		})
		rest.Source.ClassName, rest.Source.Library, rest.Source.LibraryVersion = "", "", ""
	}
	return rest
}

func metadataOf(m *modelxpb.Metadata) ([]member, error) {
	var members []member
	own := &modelxpb.Metadata{TrainingSamples: m.GetTrainingSamples(), Metrics: m.GetMetrics()}
	for _, part := range []proto.Message{own, m.GetProperties()} {
		raw, err := mapped(part, "metadata")
		if err != nil {
			return nil, err
		}
		some, err := scanObject(raw, len(raw))
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			if part != proto.Message(own) && (one.key == "training_samples" || one.key == "metrics") {
				return nil, &Error{
					Kind: ErrMalformed, Path: "metadata.properties", Found: fmt.Sprintf("a property named %q", one.key),
					Want: "another name: in JSON it is that of a field of Metadata", Hint: "rename the property",
				}
			}
			members = append(members, one)
		}
	}
	return members, nil
}

// mapped gives protobuf's JSON mapping of a message, with original field names.
func mapped(m proto.Message, path string) ([]byte, error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, &Error{
			Kind: ErrMalformed, Path: path, Found: "a value that JSON cannot hold", Want: "text in UTF-8, and finite properties",
			Hint: "write it as .pb", Err: err,
		}
	}
	return raw, nil
}

// appendText appends text as a JSON string, with no more escapes than JSON needs.
func appendText(out []byte, text string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // Neither a string nor the buffer has an error.
	return append(out, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}
