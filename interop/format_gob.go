package modelx

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"math/bits"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// File holds a model for [encoding/gob], alone or as a part of a larger value. A ".gob" file is a stream with one File.
type File struct {
	// encoding/gob describes every exported field in the stream, even of a type that encodes itself.
	proto *modelxpb.ModelProto
}

// NewFile makes a File of a model, which it keeps and does not copy.
func NewFile(p *modelxpb.ModelProto) *File { return &File{proto: p} }

// Proto is the model in the file, or nil.
func (f *File) Proto() *modelxpb.ModelProto { return f.proto }

// gobMark begins every File in a stream, so that a file of it is recognised.
const gobMark = "modelx.File\n"

// GobEncode implements [gob.GobEncoder].
func (f *File) GobEncode() ([]byte, error) {
	if f == nil || f.proto == nil {
		return nil, &Error{
			Kind: ErrUnknownFamily, Found: "a File without a model", Want: "one that NewFile made of a ModelProto",
		}
	}
	data, err := Marshal(f.proto, FormatProtobuf)
	if err != nil {
		return nil, err
	}
	return append([]byte(gobMark), data...), nil
}

// GobDecode implements [gob.GobDecoder]. It takes what [DefaultLimits] allow, and changes f only on success. The model
// is decoded, not checked: give it to [New]. From strangers take ".gob" files, with [Load] or [Decode], which have
// limits of your own and don't use encoding/gob.
func (f *File) GobDecode(data []byte) error {
	limits := DefaultLimits()
	if int64(len(data)) > limits.MaxFileBytes {
		return tooLarge("", "a larger GOB value", limits.MaxFileBytes)
	}
	message, ok := bytes.CutPrefix(data, []byte(gobMark))
	if !ok {
		return notAFile()
	}
	p, err := unmarshalProtobuf(message, limits)
	if err != nil {
		return err
	}
	f.proto = p
	return nil
}

func notAFile() *Error {
	return &Error{
		Kind: ErrMalformed, Found: "a GOB stream of something else, truncated or damaged",
		Want: "one value of type modelx.File", Hint: "write it with modelx.Save",
	}
}

func marshalGOB(p *modelxpb.ModelProto) ([]byte, error) {
	var out bytes.Buffer
	if err := gob.NewEncoder(&out).Encode(NewFile(p)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unmarshalGOB reads the one shape of stream that a File has. encoding/gob is not asked to: its documentation says that
// it does only basic checks of sizes, and that its limits cannot be set.
func unmarshalGOB(data []byte, limits Limits) (*modelxpb.ModelProto, error) {
	payload, _ := gobPayload(data)
	if payload == nil {
		return nil, notAFile()
	}
	return unmarshalProtobuf(payload, limits)
}

// gobPayload finds the serialised message in a stream with one File. It is true when the stream begins as such a one
// does; the message is nil when the stream does not end as one.
//
// A stream is two messages, each with its length before it: the definition of a type, whose number is negative, as a
// GobEncoder (field 5 of a definition), and the number of the type, a zero and the bytes, with their length. A number is
// a byte below 128, or the count of its big-endian bytes, negated, and these.
func gobPayload(data []byte) (message []byte, ok bool) {
	const fieldGobEncoder = 5
	definition, data, ok := gobBytes(data)
	if !ok || len(definition) > 64 {
		return nil, false
	}
	id, rest, ok := gobUint(definition)
	if !ok || id&1 == 0 || len(rest) == 0 || rest[0] != fieldGobEncoder {
		return nil, false
	}
	valueLength, value, ok := gobUint(data)
	if !ok {
		return nil, false
	}
	end := value
	id, value, ok = gobUint(value)
	if !ok || id&1 != 0 || len(value) == 0 || value[0] != 0 {
		return nil, false
	}
	size, value, ok := gobUint(value[1:])
	if !ok || !bytes.HasPrefix(value, []byte(gobMark)) {
		return nil, false
	}
	if size != uint64(len(value)) || valueLength != uint64(len(end)) {
		return nil, true
	}
	return value[len(gobMark):], true
}

// gobBytes takes a length and that many bytes.
func gobBytes(data []byte) (value, rest []byte, ok bool) {
	n, data, ok := gobUint(data)
	if !ok || n > uint64(len(data)) {
		return nil, nil, false
	}
	return data[:n], data[n:], true
}

func gobUint(data []byte) (value uint64, rest []byte, ok bool) {
	if len(data) == 0 {
		return 0, nil, false
	}
	if data[0] < 128 {
		return uint64(data[0]), data[1:], true
	}
	n := -int(int8(data[0]))
	if n > bits.UintSize/8 || len(data) < 1+n {
		return 0, nil, false
	}
	var wide [8]byte
	copy(wide[8-n:], data[1:1+n])
	return binary.BigEndian.Uint64(wide[:]), data[1+n:], true
}
