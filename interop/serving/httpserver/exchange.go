package httpserver

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/auth"
)

const (
	contentJSON  = "application/json"
	contentBytes = "application/octet-stream"
)

// exchange is one request while it is answered. Its memory is used again.
type exchange struct {
	w     http.ResponseWriter
	r     *http.Request
	began time.Time
	route *route
	// pattern is the route's for this path, or empty.
	pattern string
	// name and version are those in the path.
	name, version string
	// bodyID is the request's id in the body, where there may be one.
	bodyID string
	id     string

	// body is the request's, out the response's.
	body []byte
	out  jsonWriter
	// raw is the response's binary part while it is made.
	raw []byte
	// status, contentType and jsonLength (of the part before binary data, or 0) are the response's.
	status      int
	contentType string
	jsonLength  int
	// sent tells that the response's head is on its way.
	sent bool

	// served is the model that answers a prediction, once it is known.
	served *serving.Served
	// model and modelVersion are those that answer, and rows how many, for the log and the metrics.
	model, modelVersion string
	rows                int
	// failure is why the request is refused, or nil.
	failure *serving.Error
	span    trace.Span

	predict   predictBody
	typedRows typedRows
	infer     inferBody
	methods   []modelx.Method
	request   serving.Request
	response  serving.Response
	shape     []int64
}

// largestKept is how many bytes of each buffer are kept for the next request.
const largestKept = 1 << 20

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

func newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x, _ := exchanges.Get().(*exchange)
	x.w, x.r, x.began = w, r, time.Now()
	x.status, x.contentType = http.StatusOK, contentJSON
	return x
}

// release lets go of what the exchange was filled with.
func (x *exchange) release() {
	if cap(x.body) > largestKept || cap(x.out.Buf) > largestKept || cap(x.raw) > largestKept || x.valuesKept() > largestKept/8 {
		return
	}
	x.predict.cells.reset(0)
	x.infer.reset()
	x.typedRows.forget()
	*x = exchange{
		body: x.body[:0], out: newWriter(x.out.Buf[:0]), raw: x.raw[:0], predict: predictBody{cells: x.predict.cells},
		typedRows: x.typedRows, infer: x.infer, methods: x.methods[:0], response: x.response, shape: x.shape[:0],
	}
	exchanges.Put(x)
}

// valuesKept is how many numbers the buffers hold.
func (x *exchange) valuesKept() int {
	return cap(x.predict.cells.values) + x.infer.valuesKept() + x.response.Kept() + x.typedRows.rows.Kept() + cap(x.typedRows.seen) + cap(x.typedRows.r.unescaped)/8
}

// header returns a request's header; several of one name are joined.
func (x *exchange) header(canonical string) string {
	switch values := x.r.Header[canonical]; len(values) {
	case 0:
		return ""
	case 1:
		return values[0]
	default:
		return strings.Join(values, ", ")
	}
}

// requestID is the request's id. It does not change once it has been asked for.
func (x *exchange) requestID() string {
	if x.id == "" {
		x.id = auth.RequestID(x.header("X-Request-Id"), x.bodyID)
	}
	return x.id
}

// find looks for the model that answers, and keeps it for the log and the metrics.
func (x *exchange) find(plane *serving.Plane, name, version string) *serving.Error {
	served, err := plane.Served(name, version)
	if err != nil {
		return asServing(err)
	}
	x.served = served
	x.model, x.modelVersion = served.Model(), served.Version()
	return nil
}
