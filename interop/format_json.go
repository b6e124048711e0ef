package modelx

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	scikitLearn = "scikit-learn"
	// absentFamily is the family of a document that names none: the earlier system wrote no other as JSON.
	absentFamily = "linear_regression"
)

var modelOneof = modelDescriptor.Oneofs().ByName("model")

// unmarshalJSON reads the document that docs/formats.md describes.
func unmarshalJSON(data []byte, limits Limits) (*modelxpb.ModelProto, error) {
	if len(data) >= len(byteOrderMark) && string(data[:len(byteOrderMark)]) == string(byteOrderMark) {
		data = data[len(byteOrderMark):]
	}
	document, err := scanObject(data, limits.MaxJSONDepth)
	if err != nil {
		return nil, err
	}
	spec, err := requiredObject(document, "model_spec")
	if err != nil {
		return nil, err
	}
	p := new(modelxpb.ModelProto)
	family, err := readSpec(p, spec)
	if err != nil {
		return nil, err
	}
	if v := p.GetSchemaVersion(); v > schemaVersion {
		// Its parameters may have fields that are unknown here, which must not be what the error is about.
		return nil, &Error{
			Kind: ErrSchemaVersion, Found: fmt.Sprintf("schema version %d", v), Want: fmt.Sprintf("at most %d", schemaVersion),
			Hint: fmt.Sprintf("use a release of modelx that reads schema version %d", v),
		}
	}
	arm := modelOneof.Fields().ByName(protoreflect.Name(family))
	if arm == nil {
		return nil, &Error{
			Kind: ErrUnknownFamily, Path: "model_spec.family", Found: strconv.Quote(family),
			Want: "a family of schema version " + strconv.Itoa(schemaVersion), Hint: "update modelx",
		}
	}
	parameters, err := requiredRaw(document, "parameters")
	if err != nil {
		return nil, err
	}
	r := p.ProtoReflect()
	if err := readMessage(parameters, r.Mutable(arm).Message().Interface(), family, false); err != nil {
		return nil, err
	}
	if raw, ok := find(document, "metadata"); ok {
		if err := readMetadata(p, raw); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// readSpec reads everything in model_spec but the family, which it returns.
func readSpec(p *modelxpb.ModelProto, spec []member) (family string, err error) {
	texts := map[string]string{"family": absentFamily}
	given := map[string]bool{}
	for _, key := range []string{"name", "library", "sklearn_version", "library_version", "created_at", "family"} {
		raw, ok := find(spec, key)
		if !ok {
			continue
		}
		var text *string
		if err := json.Unmarshal(raw, &text); err != nil || text == nil {
			return "", brokenJSON("model_spec."+key, raw, "a string", err)
		}
		texts[key], given[key] = *text, true
	}
	raw, hasModel := find(spec, "model")
	if hasModel {
		if err := readMessage(raw, p, "model_spec.model", true); err != nil {
			return "", err
		}
		if p.Metadata != nil || p.Model != nil {
			return "", brokenJSON("model_spec.model", nil, "neither `metadata` nor a family, which stand beside `model_spec`", nil)
		}
	}
	// Without a source the name is the model's own. A document of the earlier system has no `model`, and one name for
	// both.
	hasSource := p.Source != nil || given["library"] || given["sklearn_version"] || given["library_version"]
	if !hasModel || p.Name == "" && !hasSource {
		p.Name = texts["name"]
	}
	if hasSource {
		if p.Source == nil {
			p.Source = new(modelxpb.Source)
		}
		p.Source.ClassName, p.Source.Library = texts["name"], texts["library"]
		p.Source.LibraryVersion = texts["library_version"]
		if given["sklearn_version"] {
			p.Source.LibraryVersion = texts["sklearn_version"]
		}
	}
	if given["created_at"] {
		t, err := time.Parse(time.RFC3339Nano, texts["created_at"])
		if err != nil || t.UTC().Year() < 1 {
			return "", brokenJSON("model_spec.created_at", []byte(texts["created_at"]), "a time as of RFC 3339", err)
		}
		p.Metadata = &modelxpb.Metadata{CreatedTimestamp: t.Unix()}
	}
	return texts["family"], nil
}

// readMetadata reads the keys that have a field of their own into it, and all others into properties.
func readMetadata(p *modelxpb.ModelProto, raw []byte) error {
	members, err := subObject(raw, "metadata")
	if err != nil {
		return err
	}
	var known, other []member
	for _, m := range members {
		if m.key == "training_samples" || m.key == "metrics" {
			known = append(known, m)
		} else {
			other = append(other, m)
		}
	}
	if p.Metadata == nil {
		p.Metadata = new(modelxpb.Metadata)
	}
	created := p.Metadata.CreatedTimestamp
	if err := readMessage(joinObject(known), p.Metadata, "metadata", false); err != nil {
		return err
	}
	p.Metadata.CreatedTimestamp = created
	if len(other) == 0 {
		return nil
	}
	p.Metadata.Properties = new(structpb.Struct)
	return readMessage(joinObject(other), p.Metadata.Properties, "metadata", false)
}

// readMessage reads protobuf's JSON mapping. The document has been scanned already, so its size and depth are known.
func readMessage(raw []byte, m proto.Message, path string, discardUnknown bool) error {
	err := (protojson.UnmarshalOptions{DiscardUnknown: discardUnknown}).Unmarshal(raw, m)
	if err != nil {
		return brokenJSON(path, nil, "the JSON mapping of "+string(m.ProtoReflect().Descriptor().FullName()), err)
	}
	return nil
}

func find(members []member, key string) ([]byte, bool) {
	for _, m := range members {
		if m.key == key {
			return m.value, true
		}
	}
	return nil, false
}

func requiredRaw(members []member, key string) ([]byte, error) {
	raw, ok := find(members, key)
	if !ok {
		return nil, brokenJSON("", nil, fmt.Sprintf("the key %q", key), nil)
	}
	if raw[0] != '{' {
		return nil, brokenJSON(key, raw, "an object", nil)
	}
	return raw, nil
}

func requiredObject(members []member, key string) ([]member, error) {
	raw, err := requiredRaw(members, key)
	if err != nil {
		return nil, err
	}
	return subObject(raw, key)
}

// subObject gives the members of an object in a document that has been scanned already, so no depth is too much.
func subObject(raw []byte, path string) ([]member, error) {
	if raw[0] != '{' {
		return nil, brokenJSON(path, raw, "an object", nil)
	}
	return scanObject(raw, len(raw))
}

func joinObject(members []member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendText(out, m.key), ':')
		out = append(out, m.value...)
	}
	return append(out, '}')
}

func brokenJSON(path string, raw []byte, want string, err error) *Error {
	found := ""
	if raw != nil {
		found = string(raw[:min(len(raw), 40)])
	}
	return &Error{
		Kind: ErrMalformed, Path: path, Found: found, Want: want, Hint: "docs/formats.md describes the document", Err: err,
	}
}
