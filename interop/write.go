package modelx

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/modelx-dev/modelx/interop/internal/atomicfile"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

type writeSettings struct {
	compression Compression
	level       *int
}

// WriteOption changes how a model is written.
type WriteOption func(*writeSettings)

// WithLevel sets the level of the compression: 0 to 9 for gzip (6 when not given), 1 to 22 for zstd (3 when not given).
// It has no effect on a file that is not compressed.
func WithLevel(level int) WriteOption { return func(s *writeSettings) { s.level = &level } }

// WithCompression sets the compression that [Encode] puts on top. [Save] takes it from the suffix instead.
func WithCompression(c Compression) WriteOption {
	return func(s *writeSettings) { s.compression = c }
}

// Save checks a model as [New] does, its evidence included, and writes it to a file. The suffix decides: ".pb",
// ".json" or ".gob", with ".gz" or ".zst" after it or not.
//
// The bytes go to a temporary file in the same folder, which then takes the place of path: a failure leaves an old file
// whole and no temporary file behind. The new file has the permissions of the old one.
//
// Errors: those of [New], [ErrUnknownFormat], and [ErrIO], which wraps the error of package os.
func Save(path string, p *modelxpb.ModelProto, opts ...WriteOption) error {
	encoding, err := EncodingOf(path)
	if err != nil {
		return err
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		return Encode(w, p, encoding.Format, append(slices.Clone(opts), WithCompression(encoding.Compression))...)
	})
	return typed(err)
}

// Encode checks a model as [New] does, its evidence included, and writes it to a stream.
func Encode(w io.Writer, p *modelxpb.ModelProto, format Format, opts ...WriteOption) error {
	if err := writable(format); err != nil {
		return err
	}
	if _, err := New(p); err != nil {
		return err
	}
	var s writeSettings
	for _, opt := range opts {
		if opt != nil {
			opt(&s)
		}
	}
	data, err := Marshal(p, format)
	if err != nil {
		return err
	}
	return typed(compress(w, data, s.compression, s.level))
}

// typed gives the errors of package os and of streams their kind.
func typed(err error) error {
	if e := (*Error)(nil); err == nil || errors.As(err, &e) {
		return err
	}
	return &Error{Kind: ErrIO, Err: err}
}

// Marshal gives the bytes of a message in a format. Equal messages give equal bytes. It does not check the model, as
// [Encode] does.
//
// ONNX is of kind [ErrUnknownFormat]: its graph is built by the Python package alone.
func Marshal(p *modelxpb.ModelProto, format Format) ([]byte, error) {
	if err := writable(format); err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &Error{
			Kind: ErrUnknownFamily, Found: "a nil ModelProto", Want: "a message with one arm of the oneof `model` set",
		}
	}
	p, err := cloneMessage(p) // It finds messages that protobuf's own code panics at, or never ends with.
	if err != nil {
		return nil, err
	}
	switch format {
	case FormatJSON:
		return marshalJSON(p)
	case FormatGOB:
		return marshalGOB(p)
	default:
		return marshalProtobuf(p)
	}
}

func writable(format Format) error {
	switch format {
	case FormatProtobuf, FormatJSON, FormatGOB:
		return nil
	case FormatONNX:
		return &Error{
			Kind: ErrUnknownFormat, Found: "ONNX to be written by Go", Want: "protobuf, json or gob",
			Hint: "save the model as .pb, and run `modelx convert model.pb model.onnx`, of the Python package",
		}
	default:
		return unknownFormat(fmt.Sprintf("the format %q", string(format)), "protobuf, json or gob")
	}
}

// DropEvidence removes the recorded answers from a model and from all models in it.
//
// Evidence is what the fitted estimator answered, in the library that trained it. A parameter edited in Go contradicts
// it, and [New] and [Save] then refuse the model, which is what evidence is for. Go cannot record new evidence: its own
// answers would prove nothing about the training library. So whoever edits a model on purpose drops the evidence, and
// knows that nothing vouches for the result. Where the estimator can be refitted or edited in Python, export it again
// instead.
func DropEvidence(p *modelxpb.ModelProto) {
	if p == nil {
		return
	}
	p.Evidence = nil
	for _, inner := range Nested(p) {
		DropEvidence(inner)
	}
}

// Nested returns the models that a model is made of, in their order: a pipeline's steps, an ensemble's members, the model
// that a search found. It is empty for other models.
func Nested(p *modelxpb.ModelProto) []*modelxpb.ModelProto {
	m := p.ProtoReflect()
	arm := m.WhichOneof(m.Descriptor().Oneofs().ByName("model"))
	if arm == nil {
		return nil
	}
	var found []*modelxpb.ModelProto
	message := m.Get(arm).Message()
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Message() == nil || field.IsMap() || field.Message().FullName() != m.Descriptor().FullName() || !message.Has(field) {
			continue
		}
		if !field.IsList() {
			found = append(found, message.Get(field).Message().Interface().(*modelxpb.ModelProto))
			continue
		}
		for k := range message.Get(field).List().Len() {
			found = append(found, message.Get(field).List().Get(k).Message().Interface().(*modelxpb.ModelProto))
		}
	}
	return found
}
