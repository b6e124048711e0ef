package httpserver

import (
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/modelx-dev/modelx/interop/serving"
)

// firstRead is how much memory a body gets before any of it is there, whatever length is announced.
const firstRead = 16 << 10

// bodyReader reads the bodies of requests within the limits of size and time.
type bodyReader struct {
	limit   int64
	timeout time.Duration
}

// read appends the body to dst, decompressed.
//
// Errors: bad_encoding, too_large, slow_body, cancelled, and bad_request for what is not what its encoding says.
func (b *bodyReader) read(w http.ResponseWriter, r *http.Request, dst []byte) ([]byte, *serving.Error) {
	header := strings.TrimSpace(strings.Join(r.Header["Content-Encoding"], ", "))
	encoding := strings.ToLower(header)
	switch encoding {
	case "", "identity", "gzip", "deflate":
	default:
		return dst, serving.NewError(serving.BadEncoding,
			"content-encoding %s is unknown; expected gzip, deflate or identity", serving.Quoted(header))
	}
	if r.ContentLength > b.limit {
		return dst, b.tooLarge()
	}
	if r.Body == http.NoBody {
		return dst, nil
	}
	control := http.NewResponseController(w)
	// A connection without deadlines has none to set.
	_ = control.SetReadDeadline(time.Now().Add(b.timeout))
	dst, err := b.decoded(r.Body, encoding, dst)
	if err == nil {
		// What comes next on the connection is watched for its end only, as long as the answer takes.
		_ = control.SetReadDeadline(time.Time{})
		return dst, nil
	}
	return dst, b.refuse(err)
}

var (
	errTooLarge    = errors.New("too large")
	errBadEncoding = errors.New("not what its content-encoding says")
)

// refuse says why a body could not be read.
func (b *bodyReader) refuse(err error) *serving.Error {
	switch {
	case errors.Is(err, errTooLarge):
		return b.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return serving.NewError(serving.SlowBody,
			"the body did not arrive within %s seconds", strconv.FormatFloat(b.timeout.Seconds(), 'f', -1, 64))
	case errors.Is(err, errBadEncoding):
		return badRequest("the body is not what its content-encoding says")
	case !errors.Is(err, io.ErrUnexpectedEOF) && isMalformed(err):
		return badRequest("the body is not valid HTTP")
	default:
		return &serving.Error{Kind: serving.Cancelled, Message: "the client went away", Err: err}
	}
}

// isMalformed tells errors of the form of a body from those of the connection.
func isMalformed(err error) bool {
	var timeout interface{ Timeout() bool }
	return !errors.As(err, &timeout)
}

func (b *bodyReader) tooLarge() *serving.Error {
	return serving.NewError(serving.TooLarge, "the body has more than %d bytes", b.limit)
}

// decoded reads a body of a known encoding.
func (b *bodyReader) decoded(body io.Reader, encoding string, dst []byte) ([]byte, error) {
	if encoding != "gzip" && encoding != "deflate" {
		return readAll(dst, body, b.limit)
	}
	compressed := &source{body: body, left: b.limit}
	if err := compressed.fill(); errors.Is(err, io.EOF) {
		return dst, nil // Nothing is nothing in every encoding.
	}
	stream, err := decompressor(encoding, compressed)
	if err == nil {
		dst, err = readAll(dst, stream, b.limit)
	}
	switch {
	case compressed.err != nil:
		return dst, compressed.err
	case errors.Is(err, errTooLarge):
		return dst, err
	case err != nil || compressed.more():
		return dst, errBadEncoding
	default:
		return dst, compressed.err
	}
}

func decompressor(encoding string, from *source) (io.Reader, error) {
	if encoding == "deflate" {
		return zlib.NewReader(from)
	}
	stream, err := gzip.NewReader(from)
	if err == nil {
		stream.Multistream(false)
	}
	return stream, err
}

// source is a compressed body. It is read byte by byte where a decompressor likes, so that nothing behind a stream is lost,
// and keeps the body's own error, which decompressors replace with theirs.
type source struct {
	body io.Reader
	left int64
	buf  [4096]byte
	data []byte
	err  error
}

func (s *source) fill() error {
	if len(s.data) > 0 {
		return nil
	}
	if s.err != nil {
		return s.err
	}
	n, err := s.body.Read(s.buf[:])
	s.data = s.buf[:n]
	if s.left -= int64(n); s.left < 0 {
		s.err = errTooLarge
		return s.err
	}
	if n > 0 || err == nil {
		return nil
	}
	if !errors.Is(err, io.EOF) {
		s.err = err
	}
	return err
}

// Read is [io.Reader]'s.
func (s *source) Read(p []byte) (int, error) {
	if err := s.fill(); err != nil {
		return 0, err
	}
	n := copy(p, s.data)
	s.data = s.data[n:]
	return n, nil
}

// ReadByte is [io.ByteReader]'s.
func (s *source) ReadByte() (byte, error) {
	for {
		if err := s.fill(); err != nil {
			return 0, err
		}
		if len(s.data) > 0 {
			c := s.data[0]
			s.data = s.data[1:]
			return c, nil
		}
	}
}

// more tells whether anything is left.
func (s *source) more() bool {
	_, err := s.ReadByte()
	return err == nil
}

// readAll appends what comes to dst, limit bytes at most.
func readAll(dst []byte, from io.Reader, limit int64) ([]byte, error) {
	start := len(dst)
	for {
		if len(dst) == cap(dst) {
			dst = append(make([]byte, 0, max(2*cap(dst), firstRead)), dst...)
		}
		n, err := from.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case int64(len(dst)-start) > limit:
			return dst, errTooLarge
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}
