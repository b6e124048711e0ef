package httpserver

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/auth"
)

const (
	// smallestZipped is from how many bytes on a body is gzipped for clients that take it.
	smallestZipped = 1 << 10
	// sentAtOnce is how many bytes of a body the client must take within the read timeout.
	sentAtOnce = 256 << 10
)

// refuse makes an error the answer; with nil it does nothing.
func (x *exchange) refuse(err *serving.Error) {
	if err == nil {
		return
	}
	x.failure = err
	x.status, x.contentType, x.jsonLength = err.HTTPStatus(), contentJSON, 0
	x.out.Buf = x.out.Buf[:0]
	x.out.refusal(err, x.requestID())
	header := x.w.Header()
	switch err.Kind {
	case serving.NoMethod:
		allow, _ := x.route.allowed()
		header["Allow"] = []string{allow}
	case serving.Overloaded:
		header["Retry-After"] = []string{"1"}
	case serving.Unauthenticated:
		header["Www-Authenticate"] = []string{"Bearer"}
	case serving.SlowBody:
		header["Connection"] = []string{"close"}
	}
}

// send writes the response.
func (e *edge) send(x *exchange) {
	body := x.out.Buf
	header := x.w.Header()
	if len(body) >= smallestZipped {
		header["Vary"] = []string{"Accept-Encoding"}
		if acceptsGzip(x.header("Accept-Encoding")) {
			zipped := gzipped(body)
			defer zippedBodies.Put(zipped)
			body = zipped.buf
			header["Content-Encoding"] = []string{"gzip"}
		}
	}
	if len(body) > 0 {
		header["Content-Type"] = []string{x.contentType}
	}
	if x.jsonLength > 0 {
		header["Inference-Header-Content-Length"] = []string{strconv.Itoa(x.jsonLength)}
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	header[http.CanonicalHeaderKey(auth.RequestIDHeader)] = []string{x.requestID()}
	x.sent = true
	control := http.NewResponseController(x.w)
	// A connection without deadlines has none to set.
	_ = control.SetWriteDeadline(time.Now().Add(e.bodies.timeout))
	x.w.WriteHeader(x.status)
	if x.r.Method == http.MethodHead {
		return
	}
	for len(body) > sentAtOnce {
		if _, err := x.w.Write(body[:sentAtOnce]); err != nil {
			return // The client has gone, or takes nothing.
		}
		body = body[sentAtOnce:]
		_ = control.SetWriteDeadline(time.Now().Add(e.bodies.timeout))
	}
	_, _ = x.w.Write(body) // As above.
}

// zippedBody is a compressor with its output.
type zippedBody struct {
	buf    []byte
	writer *gzip.Writer
}

var zippedBodies = sync.Pool{New: func() any { return new(zippedBody) }}

// Write is [io.Writer]'s.
func (z *zippedBody) Write(p []byte) (int, error) {
	z.buf = append(z.buf, p...)
	return len(p), nil
}

// gzipped compresses a body, fast rather than well.
func gzipped(body []byte) *zippedBody {
	z, _ := zippedBodies.Get().(*zippedBody)
	z.buf = z.buf[:0]
	if z.writer == nil {
		z.writer, _ = gzip.NewWriterLevel(z, gzip.BestSpeed) // The level is one that there is.
	} else {
		z.writer.Reset(z)
	}
	// Writing to memory does not fail.
	_, _ = z.writer.Write(body)
	_ = z.writer.Close()
	return z
}

// acceptsGzip tells whether an Accept-Encoding header lets gzip come: by its name or else by *, of a weight above 0.
func acceptsGzip(header string) bool {
	accepted, byName := false, false
	for header != "" {
		var item string
		item, header, _ = strings.Cut(header, ",")
		name, weight, weighed := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && (name != "*" || byName) {
			continue
		}
		accepted, byName = true, name == "gzip"
		if weighed {
			key, value, ok := strings.Cut(weight, "=")
			accepted = ok && strings.EqualFold(strings.TrimSpace(key), "q") && strings.ContainsAny(value, "123456789")
		}
	}
	return accepted
}
