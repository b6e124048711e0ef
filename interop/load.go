package modelx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Load reads the model file at path, in whatever format its content shows, checks it, and replays its evidence.
//
// An *[Error] of kind [ErrIO] wraps the error of package os when the file cannot be read.
func Load(path string, opts ...Option) (Model, error) {
	return LoadContext(context.Background(), path, opts...)
}

// LoadContext is [Load] with a context that can end the replay of the evidence. It returns the context's error then.
func LoadContext(ctx context.Context, path string, opts ...Option) (Model, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	s := newSettings(opts)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := readFile(path, s.limits.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	return decode(ctx, data, s)
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{Kind: ErrIO, Err: err}
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{Kind: ErrIO, Err: err}
	}
	if info.Mode().IsRegular() {
		if info.Size() > limit {
			return nil, tooLarge(path, fmt.Sprintf("%d bytes", info.Size()), limit)
		}
		// The size is a hint only: the file may change while it is read.
		data := make([]byte, info.Size())
		n, err := io.ReadFull(f, data)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &Error{Kind: ErrIO, Err: err}
		}
		if n < len(data) {
			return data[:n], nil
		}
		rest, err := readAll(f, path, limit-info.Size())
		if err != nil {
			return nil, err
		}
		return append(data, rest...), nil
	}
	return readAll(f, path, limit)
}

func readAll(r io.Reader, path string, limit int64) ([]byte, error) {
	// One byte over the limit tells a stream that ends there from one that goes on; limit + 1 must not overflow.
	bound := limit
	if bound+1 > bound {
		bound++
	}
	data, err := io.ReadAll(io.LimitReader(r, bound))
	if err != nil {
		return nil, &Error{Kind: ErrIO, Path: path, Err: err}
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(path, fmt.Sprintf("more than %d bytes", limit), limit)
	}
	return data, nil
}

func tooLarge(path, found string, limit int64) *Error {
	return &Error{
		Kind: ErrTooLarge, Path: path, Found: found, Want: fmt.Sprintf("at most %d", limit),
		Hint: "raise the limit with WithMaxFileBytes if you trust the file",
	}
}

// Decode is [Load] for a stream, which it reads to the end.
func Decode(r io.Reader, opts ...Option) (Model, error) {
	s := newSettings(opts)
	if r == nil {
		return nil, &Error{Kind: ErrIO, Found: "a nil reader", Want: "a stream with a model file"}
	}
	data, err := readAll(r, "", s.limits.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	return decode(context.Background(), data, s)
}

// DecodeBytes is [Load] for a file that is already in memory. It keeps no reference to b.
func DecodeBytes(b []byte, opts ...Option) (Model, error) {
	return DecodeBytesContext(context.Background(), b, opts...)
}

// DecodeBytesContext is [DecodeBytes] with a context that can end the replay of the evidence. It returns the context's
// error then.
func DecodeBytesContext(ctx context.Context, b []byte, opts ...Option) (Model, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := newSettings(opts)
	if int64(len(b)) > s.limits.MaxFileBytes {
		return nil, tooLarge("", fmt.Sprintf("%d bytes", len(b)), s.limits.MaxFileBytes)
	}
	return decode(ctx, b, s)
}

func decode(ctx context.Context, data []byte, s settings) (Model, error) {
	p, err := decodeProto(data, s)
	if err != nil {
		return nil, err
	}
	return newModel(ctx, p, s)
}

// New makes a model of a message: it checks everything, and replays the evidence unless [WithoutEvidenceReplay] is
// given. It copies p; later changes to p have no effect on the model.
func New(p *modelxpb.ModelProto, opts ...Option) (Model, error) {
	s := newSettings(opts)
	if p == nil {
		return nil, &Error{
			Kind: ErrUnknownFamily, Found: "a nil ModelProto", Want: "a message with one arm of the oneof `model` set",
		}
	}
	p, err := cloneMessage(p)
	if err != nil {
		return nil, err
	}
	return newModel(context.Background(), p, s)
}
