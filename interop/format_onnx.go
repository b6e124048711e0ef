package modelx

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Numbers of fields and of a type in onnx.proto, all that is needed of it.
const (
	onnxIRVersion     = 1  // ModelProto.ir_version
	onnxGraph         = 7  // ModelProto.graph
	onnxMetadataProps = 14 // ModelProto.metadata_props
	onnxEntryKey      = 1  // StringStringEntryProto.key
	onnxEntryValue    = 2  // StringStringEntryProto.value
	onnxInitializer   = 5  // GraphProto.initializer
	onnxTensorDims    = 1  // TensorProto.dims
	onnxTensorType    = 2  // TensorProto.data_type
	onnxTensorName    = 8  // TensorProto.name
	onnxTensorRaw     = 9  // TensorProto.raw_data
	onnxDouble        = 11 // TensorProto.DOUBLE
)

const onnxModelKey = "modelx.model"

// isONNX reports whether data begins with ir_version.
func isONNX(data []byte) bool {
	number, wireType, n := protowire.ConsumeTag(data)
	return n > 0 && number == onnxIRVersion && wireType == protowire.VarintType
}

// unmarshalONNX takes the model out of an ONNX file's metadata, and its numbers out of the graph's initializers.
func unmarshalONNX(data []byte, limits Limits) (*modelxpb.ModelProto, error) {
	var encoded []byte
	var graphs [][]byte
	err := eachField(data, "ModelProto of ONNX", func(number protowire.Number, value []byte, _ uint64) error {
		switch number {
		case onnxGraph:
			graphs = append(graphs, value)
		case onnxMetadataProps:
			key, text, err := onnxEntry(value)
			if err != nil || key != onnxModelKey {
				return err
			}
			if encoded != nil {
				return brokenONNX("metadata_props", "the key "+onnxModelKey+" twice", "once", nil)
			}
			encoded = append([]byte{}, text...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if encoded == nil {
		return nil, &Error{
			Kind: ErrNoModel, Found: "an ONNX file without the key " + onnxModelKey + " in its metadata_props",
			Want: "one that modelx wrote", Hint: "run this file with an ONNX runtime, or export the estimator with modelx.dump",
		}
	}
	message, err := base64.StdEncoding.Strict().AppendDecode(nil, encoded)
	if err != nil {
		return nil, brokenONNX("metadata_props", "a value of "+onnxModelKey+" that is not base64", "base64", err)
	}
	p, err := unmarshalProtobuf(message, limits)
	if err != nil {
		return nil, err
	}
	for _, graph := range graphs {
		err := eachField(graph, "GraphProto of ONNX", func(number protowire.Number, value []byte, _ uint64) error {
			if number != onnxInitializer {
				return nil
			}
			return putInitializer(p, value)
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func onnxEntry(data []byte) (key string, value []byte, err error) {
	err = eachField(data, "StringStringEntryProto of ONNX", func(number protowire.Number, field []byte, _ uint64) error {
		switch number {
		case onnxEntryKey:
			key = string(field)
		case onnxEntryValue:
			value = field
		}
		return nil
	})
	return key, value, err
}

// putInitializer puts the values of a tensor into the field whose path is its name. Other names are the graph's own.
func putInitializer(p *modelxpb.ModelProto, tensor []byte) error {
	var name string
	var dims []int64
	var raw []byte
	var dataType uint64
	err := eachField(tensor, "TensorProto of ONNX", func(number protowire.Number, value []byte, varint uint64) error {
		switch number {
		case onnxTensorDims:
			if value == nil {
				dims = append(dims, int64(varint))
				return nil
			}
			for len(value) > 0 { // Packed.
				v, n := protowire.ConsumeVarint(value)
				if n < 0 {
					return brokenONNX("", "a damaged list of dims", "varints", protowire.ParseError(n))
				}
				dims, value = append(dims, int64(v)), value[n:]
			}
		case onnxTensorType:
			dataType = varint
		case onnxTensorName:
			name = string(value)
		case onnxTensorRaw:
			raw = value
		}
		return nil
	})
	if err != nil || !isFieldPath(name) {
		return err
	}
	size := uint64(1)
	for _, d := range dims {
		// Eight bytes a value: more than the tensor has is too much, and the product stays small.
		if d < 0 || d > 0 && size > uint64(len(raw))/uint64(d) {
			found := fmt.Sprintf("dims %d with %d bytes of raw_data", dims, len(raw))
			return brokenONNX(name, found, "8 bytes for each value", nil)
		}
		size *= uint64(d)
	}
	if dataType != onnxDouble || size*8 != uint64(len(raw)) {
		found := fmt.Sprintf("type %d and dims %d with %d bytes of raw_data", dataType, dims, len(raw))
		return brokenONNX(name, found, "a DOUBLE tensor (type 11) with 8 bytes of raw_data for each value", nil)
	}
	message, fd := messageAt(p.ProtoReflect(), name)
	if message == nil || message.Get(fd).List().Len() > 0 {
		found := "an initializer for a field that this model does not have, or has already"
		return brokenONNX(name, found, "the path of a field that was left out", nil)
	}
	list := message.Mutable(fd).List()
	for ; len(raw) > 0; raw = raw[8:] {
		list.Append(protoreflect.ValueOfFloat64(math.Float64frombits(binary.LittleEndian.Uint64(raw))))
	}
	return nil
}

// isFieldPath reports whether the schema has a repeated double at the path.
func isFieldPath(path string) bool {
	md := modelDescriptor
	for {
		segment, rest, more := strings.Cut(path, ".")
		fd, _, ok := pathField(md, segment)
		if !ok {
			return false
		}
		if !more {
			return isDoubles(fd)
		}
		if fd.Kind() != protoreflect.MessageKind {
			return false
		}
		md, path = fd.Message(), rest
	}
}

func isDoubles(fd protoreflect.FieldDescriptor) bool {
	return fd.IsList() && fd.Kind() == protoreflect.DoubleKind
}

// messageAt walks down a path for which isFieldPath holds, and gives the message with its last field, or nil when the
// model lacks one on the way.
func messageAt(m protoreflect.Message, path string) (protoreflect.Message, protoreflect.FieldDescriptor) {
	for {
		segment, rest, more := strings.Cut(path, ".")
		fd, index, _ := pathField(m.Descriptor(), segment)
		if !more {
			return m, fd
		}
		if !m.Has(fd) {
			return nil, nil
		}
		if fd.IsList() {
			list := m.Get(fd).List()
			if index >= list.Len() {
				return nil, nil
			}
			m = list.Get(index).Message()
		} else {
			m = m.Get(fd).Message()
		}
		path = rest
	}
}

// pathField finds the field of a path's segment: "kmeans", or "steps[1]" for an element of a list of messages. Indices
// are written without leading zeros, so that a field has one path.
func pathField(md protoreflect.MessageDescriptor, segment string) (protoreflect.FieldDescriptor, int, bool) {
	name, tail, indexed := strings.Cut(segment, "[")
	fd := md.Fields().ByName(protoreflect.Name(name))
	if fd == nil || fd.IsMap() || indexed != (fd.IsList() && fd.Kind() == protoreflect.MessageKind) {
		return nil, 0, false
	}
	if !indexed {
		return fd, 0, true
	}
	digits, ok := strings.CutSuffix(tail, "]")
	index, err := strconv.Atoi(digits)
	if !ok || err != nil || index < 0 || strconv.Itoa(index) != digits {
		return nil, 0, false
	}
	return fd, index, true
}

// eachField calls visit with each field of a serialised message that has bytes or a varint: with the bytes, or with nil
// and the varint.
func eachField(data []byte, what string, visit func(number protowire.Number, value []byte, varint uint64) error) error {
	for len(data) > 0 {
		number, wireType, n := protowire.ConsumeTag(data)
		if n < 0 {
			return brokenONNX("", "a truncated or damaged "+what, "a whole message", protowire.ParseError(n))
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, wireType, data)
		if size < 0 {
			return brokenONNX("", "a truncated or damaged "+what, "a whole message", protowire.ParseError(size))
		}
		var err error
		switch wireType {
		case protowire.BytesType:
			value, _ := protowire.ConsumeBytes(data)
			err = visit(number, value[:len(value):len(value)], 0)
		case protowire.VarintType:
			varint, _ := protowire.ConsumeVarint(data)
			err = visit(number, nil, varint)
		case protowire.StartGroupType: // No message of proto3 has one.
			err = brokenONNX("", "a group in "+what, "fields of proto3", nil)
		}
		if err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

func brokenONNX(path, found, want string, err error) *Error {
	return &Error{Kind: ErrMalformed, Path: path, Found: found, Want: want, Hint: "export the model again", Err: err}
}
