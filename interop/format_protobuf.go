package modelx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	// maxMessageDepth is how deep messages may nest in a file: what other protobuf libraries take by default.
	maxMessageDepth = 100
	// maxItems is how many messages and strings a file may have. Two bytes of a file can stand for some hundred in
	// memory, so the size of the file alone is no bound. Numbers do not count: a list of them is one field.
	maxItems = 1 << 22
)

func marshalProtobuf(p *modelxpb.ModelProto) ([]byte, error) {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
	if err != nil {
		return nil, &Error{Kind: ErrMalformed, Found: "a message that cannot be written", Want: "strings in UTF-8", Err: err}
	}
	// What would not be read is not written.
	s := newWireScan(DefaultLimits())
	return data, s.message(data, modelDescriptor, 1)
}

func unmarshalProtobuf(data []byte, limits Limits) (*modelxpb.ModelProto, error) {
	s := newWireScan(limits)
	if err := s.message(data, modelDescriptor, 1); err != nil {
		return nil, err
	}
	p := new(modelxpb.ModelProto)
	if err := (proto.UnmarshalOptions{RecursionLimit: s.depth}).Unmarshal(data, p); err != nil {
		return nil, brokenMessage(modelDescriptor, err)
	}
	return p, nil
}

// wireScan looks at serialised messages before anything is allocated for them.
type wireScan struct {
	depth int
	items int
}

func newWireScan(limits Limits) *wireScan {
	// A model is two messages, itself and the pipeline in it; the rest is room for what hangs on the last.
	return &wireScan{depth: max(maxMessageDepth, 2*limits.MaxDepth+maxMessageDepth/2), items: maxItems}
}

func (s *wireScan) message(data []byte, md protoreflect.MessageDescriptor, depth int) error {
	if depth > s.depth {
		return &Error{
			Kind: ErrTooDeep, Found: fmt.Sprintf("messages in messages, over %d deep", s.depth),
			Want: fmt.Sprintf("at most %d", s.depth), Hint: "the file was not written by modelx",
		}
	}
	fields := md.Fields()
	for len(data) > 0 {
		number, wireType, n := protowire.ConsumeTag(data)
		if n < 0 {
			return brokenMessage(md, protowire.ParseError(n))
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, wireType, data)
		if size < 0 {
			return brokenMessage(md, protowire.ParseError(size))
		}
		fd := fields.ByNumber(number)
		if fd != nil && wireType == protowire.BytesType {
			if err := s.item(data[:size], fd, depth); err != nil {
				return err
			}
		}
		data = data[size:]
	}
	return nil
}

func (s *wireScan) item(field []byte, fd protoreflect.FieldDescriptor, depth int) error {
	kind := fd.Kind()
	if kind != protoreflect.MessageKind && kind != protoreflect.StringKind {
		return nil
	}
	if s.items--; s.items < 0 {
		return &Error{
			Kind: ErrTooLarge, Found: fmt.Sprintf("more than %d messages and strings", maxItems),
			Want: fmt.Sprintf("at most %d", maxItems), Hint: "the file was not written by modelx",
		}
	}
	if kind == protoreflect.StringKind {
		return nil
	}
	value, n := protowire.ConsumeBytes(field)
	if n < 0 {
		return brokenMessage(fd.Message(), protowire.ParseError(n))
	}
	return s.message(value, fd.Message(), depth+1)
}

func brokenMessage(md protoreflect.MessageDescriptor, err error) *Error {
	return &Error{
		Kind: ErrMalformed, Found: "a truncated or damaged " + string(md.Name()),
		Want: "a whole message in protobuf's wire format", Hint: "write or copy the file again", Err: err,
	}
}
