package modelx

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Format names a form of a model file's bytes.
type Format string

// The formats. All are read; ONNX is written by the Python package alone.
const (
	FormatProtobuf Format = "protobuf"
	FormatJSON     Format = "json"
	FormatONNX     Format = "onnx"
	FormatGOB      Format = "gob"
)

// Compression names what stands on top of a format.
type Compression string

// The compressions.
const (
	CompressionNone Compression = ""
	CompressionGzip Compression = "gzip"
	CompressionZstd Compression = "zstd"
)

// Encoding is what a file's bytes are.
type Encoding struct {
	Format      Format
	Compression Compression
}

// String returns for example "protobuf", or "json in gzip".
func (e Encoding) String() string {
	if e.Compression == CompressionNone {
		return string(e.Format)
	}
	return string(e.Format) + " in " + string(e.Compression)
}

const knownSuffixes = ".pb, .json or .gob, with .gz or .zst after it or not"

// EncodingOf tells from the suffix of a path how [Save] writes the file: ".pb", ".json", ".onnx" or ".gob", with ".gz"
// or ".zst" after it or not, in small or capital letters. Another suffix is an error of kind [ErrUnknownFormat].
func EncodingOf(path string) (Encoding, error) {
	var e Encoding
	name := strings.ToLower(filepath.Base(path))
	if rest, ok := strings.CutSuffix(name, ".gz"); ok {
		name, e.Compression = rest, CompressionGzip
	} else if rest, ok := strings.CutSuffix(name, ".zst"); ok {
		name, e.Compression = rest, CompressionZstd
	}
	switch filepath.Ext(name) {
	case ".pb":
		e.Format = FormatProtobuf
	case ".json":
		e.Format = FormatJSON
	case ".onnx":
		e.Format = FormatONNX
	case ".gob":
		e.Format = FormatGOB
	default:
		return Encoding{}, &Error{
			Kind: ErrUnknownFormat, Path: path, Found: "a file name whose suffix names no format",
			Want: knownSuffixes, Hint: "rename the file",
		}
	}
	return e, nil
}

// Unmarshal decodes the message in the bytes of a model file, in whatever format their content shows, and tells which
// it was. It checks sizes, the format and the nesting, but not the model: [New] does, and [DecodeBytes] does both.
func Unmarshal(data []byte, opts ...Option) (*modelxpb.ModelProto, Encoding, error) {
	s := newSettings(opts)
	if int64(len(data)) > s.limits.MaxFileBytes {
		return nil, Encoding{}, tooLarge("", fmt.Sprintf("%d bytes", len(data)), s.limits.MaxFileBytes)
	}
	return unmarshal(data, s)
}

// decodeProto decodes the message in the bytes of a model file.
func decodeProto(data []byte, s settings) (*modelxpb.ModelProto, error) {
	p, _, err := unmarshal(data, s)
	return p, err
}

func unmarshal(data []byte, s settings) (*modelxpb.ModelProto, Encoding, error) {
	limits := s.limits
	e := Encoding{Compression: detectCompression(data)}
	if e.Compression != CompressionNone {
		var err error
		if data, err = expand(data, e.Compression, limits.MaxExpandedBytes); err != nil {
			return nil, e, err
		}
	}
	var err error
	if e.Format, err = detectFormat(data); err != nil {
		return nil, e, err
	}
	if len(s.formats) > 0 && !slices.Contains(s.formats, e.Format) {
		return nil, e, &Error{Kind: ErrUnknownFormat, Found: "the format " + string(e.Format), Want: fmt.Sprintf("one of %v", s.formats)}
	}
	var p *modelxpb.ModelProto
	switch e.Format {
	case FormatJSON:
		p, err = unmarshalJSON(data, limits)
	case FormatONNX:
		p, err = unmarshalONNX(data, limits)
	case FormatGOB:
		p, err = unmarshalGOB(data, limits)
	default:
		p, err = unmarshalProtobuf(data, limits)
	}
	return p, e, err
}

func detectCompression(data []byte) Compression {
	switch {
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		return CompressionGzip
	case bytes.HasPrefix(data, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return CompressionZstd
	default:
		return CompressionNone
	}
}

// detectFormat recognises uncompressed bytes. A model may be named so that a protobuf file begins with a line feed (the
// tag of the name) and white space and a brace: such bytes are protobuf when whole fields fill them, else JSON.
func detectFormat(data []byte) (Format, error) {
	_, isGOB := gobPayload(data)
	text := bytes.TrimLeft(bytes.TrimPrefix(data, byteOrderMark), " \t\r\n")
	switch {
	case isGOB:
		return FormatGOB, nil
	case len(text) > 0 && text[0] == '{' && (data[0] != '\n' || !wholeFields(data)):
		return FormatJSON, nil
	case isONNX(data):
		return FormatONNX, nil
	case beginsWithField(data):
		return FormatProtobuf, nil
	}
	found := "an empty file"
	if detectCompression(data) != CompressionNone {
		found = "a compressed file in a compressed file"
	} else if len(data) > 0 {
		found = fmt.Sprintf("bytes that begin with %q", data[:min(len(data), 8)])
	}
	return "", &Error{
		Kind: ErrUnknownFormat, Found: found, Want: "a model as protobuf, JSON, ONNX or GOB, in gzip or zstd or not",
		Hint: "write it with modelx.dump in Python or modelx.Save in Go",
	}
}

// beginsWithField reports whether data begins with the tag of a field of ModelProto. A field over the highest that this
// package knows counts when it is as an arm of the oneof is: a newer writer's model is then named as that.
func beginsWithField(data []byte) bool {
	number, wireType, n := protowire.ConsumeTag(data)
	if n < 0 {
		return false
	}
	fields := modelDescriptor.Fields()
	if fd := fields.ByNumber(number); fd != nil {
		return wireType == wireTypeOf(fd)
	}
	return number >= firstNewArm && wireType == protowire.BytesType
}

// firstNewArm is the lowest number of a field that a later schema may have as an arm of the oneof.
const firstNewArm = 15

var modelDescriptor = (*modelxpb.ModelProto)(nil).ProtoReflect().Descriptor()

// wireTypeOf is the wire type of the fields that ModelProto itself has: strings, messages and an integer.
func wireTypeOf(fd protoreflect.FieldDescriptor) protowire.Type {
	switch fd.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.BytesType
	default:
		return protowire.VarintType
	}
}

// wholeFields reports whether fields fill data to its last byte.
func wholeFields(data []byte) bool {
	for len(data) > 0 {
		_, _, n := protowire.ConsumeField(data)
		if n < 0 {
			return false
		}
		data = data[n:]
	}
	return true
}
