package modelx

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest part of a zstd file's output that must be kept to expand the rest: 128 MiB, which is what zstd
// itself takes without being asked to. A hostile file may claim a window of terabytes.
const maxWindow = 128 << 20

// Levels that are used when none is given: those of the gzip and zstd commands.
const (
	defaultGzipLevel = 6
	defaultZstdLevel = 3
)

// expand decompresses data, and stops at the limit.
func expand(data []byte, c Compression, limit int64) ([]byte, error) {
	var r io.Reader
	if c == CompressionGzip {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, notWhole(c, err)
		}
		defer z.Close() //nolint:errcheck // the reader's errors came from reading
		r = z
	} else {
		z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, notWhole(c, err)
		}
		defer z.Close()
		r = z
	}
	bound := limit
	if bound+1 > bound {
		bound++
	}
	out, err := gather(io.LimitReader(r, bound))
	size := int64(0)
	for _, piece := range out {
		size += int64(len(piece))
	}
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || size > limit {
		return nil, &Error{
			Kind: ErrTooLarge, Found: fmt.Sprintf("a %s file of %d bytes that expands to more than %d", c, len(data), limit),
			Want: fmt.Sprintf("at most %d", limit), Hint: "raise the limit with WithMaxExpandedBytes if you trust the file",
		}
	}
	if err != nil {
		return nil, notWhole(c, err)
	}
	return bytes.Join(out, nil), nil
}

// gather reads to the end, in pieces: one buffer that grows would be copied over and over, and a file that expands up
// to the limit would take four times the limit.
func gather(r io.Reader) ([][]byte, error) {
	var out [][]byte
	for size := 64 << 10; ; size = min(2*size, 16<<20) {
		piece := make([]byte, size)
		for n := 0; n < size; {
			k, err := r.Read(piece[n:])
			n += k
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				return append(out, piece[:n]), err
			}
		}
		out = append(out, piece)
	}
}

func notWhole(c Compression, err error) *Error {
	return &Error{
		Kind: ErrMalformed, Found: fmt.Sprintf("%s data that is truncated or damaged", c),
		Want: "a whole " + string(c) + " file", Hint: "write or copy the file again", Err: err,
	}
}

// compress writes data to w. Equal data and levels give equal bytes: no time and no file name are written.
func compress(w io.Writer, data []byte, c Compression, level *int) error {
	var z io.WriteCloser
	switch c {
	case CompressionNone:
		_, err := w.Write(data)
		return err
	case CompressionGzip:
		n, err := chosenLevel(c, level, defaultGzipLevel, 0, 9)
		if err != nil {
			return err
		}
		if z, err = gzip.NewWriterLevel(w, n); err != nil {
			return err
		}
	case CompressionZstd:
		n, err := chosenLevel(c, level, defaultZstdLevel, 1, 22)
		if err != nil {
			return err
		}
		z, err = zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(n)), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
	default:
		return unknownFormat(fmt.Sprintf("compression %q", string(c)), "CompressionNone, CompressionGzip or CompressionZstd")
	}
	if _, err := z.Write(data); err != nil {
		_ = z.Close() // The error of writing says why.
		return err
	}
	return z.Close()
}

func chosenLevel(c Compression, level *int, standard, lowest, highest int) (int, error) {
	if level == nil {
		return standard, nil
	}
	if *level < lowest || *level > highest {
		return 0, unknownFormat(fmt.Sprintf("level %d for %s", *level, c), fmt.Sprintf("%d to %d", lowest, highest))
	}
	return *level, nil
}

func unknownFormat(found, want string) *Error {
	return &Error{Kind: ErrUnknownFormat, Found: found, Want: want}
}
