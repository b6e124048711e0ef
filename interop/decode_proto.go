package modelx

import (
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// decodeProto reads a message from the bytes of a file.
func decodeProto(data []byte, _ Limits) (*modelxpb.ModelProto, error) {
	p := new(modelxpb.ModelProto)
	if err := proto.Unmarshal(data, p); err != nil {
		return nil, &Error{Kind: ErrMalformed, Found: "bytes that are no protobuf message of type ModelProto", Err: err}
	}
	return p, nil
}
