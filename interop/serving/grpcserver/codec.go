package grpcserver

import (
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// appender is a message that writes itself.
type appender interface {
	size() int
	append(b []byte) []byte
}

// codec lets messages write themselves into pooled memory. All others go to grpc-go's own codec.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

// Marshal writes a message.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	message, ok := v.(appender)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	size := message.size()
	if mem.IsBelowBufferPoolingThreshold(size) {
		return mem.BufferSlice{mem.SliceBuffer(message.append(make([]byte, 0, size)))}, nil
	}
	pool := mem.DefaultBufferPool()
	buffer := pool.Get(size)
	*buffer = message.append((*buffer)[:0])
	return mem.BufferSlice{mem.NewBuffer(buffer, pool)}, nil
}
