package grpcserver

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // Answers to gzipped requests are gzipped by grpc-go itself.
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"

	"github.com/modelx-dev/modelx/interop/serving"
)

// transportStream is what grpc-go's own stream does below RecvMsg. The library does not promise these methods, so a
// test holds them to it, and whoever updates the library sees that first.
type transportStream interface {
	grpc.ServerTransportStream
	ReadMessageHeader(header []byte) error
	Read(n int) (mem.BufferSlice, error)
	RecvCompress() string
	WriteStatus(*status.Status) error
}

var errTransport = errors.New("grpc-go's transport has other methods than this package was written for")

// transportOf returns the transport of the stream whose context this is.
func transportOf(ctx context.Context) (transportStream, error) {
	if t, ok := grpc.ServerTransportStreamFromContext(ctx).(transportStream); ok {
		return t, nil
	}
	return nil, errTransport
}

// headerBytes is the length of what stands before each message: a flag for compression, and its length.
const headerBytes = 5

// errNotAMessage tells of bytes that are no message at all: cut off, or not compressed as they should be.
var errNotAMessage = errors.New("not a message")

// readMessage reads one message of at most limit bytes, which the caller must free. Errors: io.EOF after the last one,
// a *serving.Error of kind too_large, errNotAMessage, or the transport's when the stream has ended.
func readMessage(t transportStream, header *[headerBytes]byte, limit int) (mem.Buffer, error) {
	if err := t.ReadMessageHeader(header[:]); err != nil {
		return nil, readError(err)
	}
	if n := binary.BigEndian.Uint32(header[1:]); uint64(n) > uint64(limit) {
		return nil, tooLarge(uint64(n), limit)
	}
	data, err := t.Read(int(binary.BigEndian.Uint32(header[1:])))
	if err != nil {
		return nil, readError(err)
	}
	switch header[0] {
	case 0:
	case 1:
		if t.RecvCompress() != "gzip" {
			data.Free()
			return nil, errNotAMessage
		}
		packed := data
		data, err = gunzip(packed, limit)
		packed.Free()
		if err != nil {
			return nil, err
		}
	default:
		data.Free()
		return nil, errNotAMessage
	}
	if len(data) == 1 {
		return data[0], nil
	}
	defer data.Free()
	return data.MaterializeToBuffer(mem.DefaultBufferPool()), nil
}

func readError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errNotAMessage
	}
	return err
}

// tooLarge is what grpcio answers; both engines say the same.
func tooLarge(found uint64, limit int) *serving.Error {
	return serving.NewError(serving.TooLarge, "SERVER: Received message larger than max (%d vs. %d)", found, limit)
}

// expandedMargin is how far over the limit grpcio expands a message before it gives up on telling its length.
const expandedMargin = 1024

var gzipReaders sync.Pool

// gunzip expands a message, and stops where it is over the limit.
func gunzip(packed mem.BufferSlice, limit int) (mem.BufferSlice, error) {
	source := packed.Reader()
	defer func() { _ = source.Close() }() // It only gives memory back.
	reader, pooled := gzipReaders.Get().(*gzip.Reader)
	if !pooled {
		reader = new(gzip.Reader)
	}
	defer gzipReaders.Put(reader)
	if err := reader.Reset(source); err != nil {
		return nil, errNotAMessage
	}
	reader.Multistream(false)
	most := limit + min(limit, expandedMargin)
	data, err := mem.ReadAll(io.LimitReader(reader, int64(most)), mem.DefaultBufferPool())
	n := data.Len()
	if err == nil && n <= limit && source.Remaining() == 0 {
		return data, nil
	}
	data.Free()
	switch {
	case err != nil || n <= limit:
		return nil, errNotAMessage
	case n < most:
		return nil, tooLarge(uint64(n), limit)
	default:
		return nil, serving.NewError(serving.TooLarge, "Decompressed message larger than max")
	}
}

// ended makes of the transport's error what the log and the metrics are told. The client hears nothing of it: it has gone,
// or knows its deadline itself.
func ended(ctx context.Context, err error) *serving.Error {
	if isLate(ctx) || status.Code(err) == codes.DeadlineExceeded {
		return serving.NewError(serving.DeadlineExceeded, "the deadline passed before the answer was ready")
	}
	return serving.NewError(serving.Cancelled, "the client went away")
}

// isLate reports whether the deadline has passed. The transport may end a context for its deadline as if the client had
// gone, so the clock is asked too.
func isLate(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && !time.Now().Before(deadline)
}
