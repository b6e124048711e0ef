// Package httpserver is the HTTP edge of the Go engine: plain JSON, and the REST half of the Open Inference Protocol, as
// docs/serving.md has them.
package httpserver

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// longestHead is how many bytes a request's line and headers have at most, and net/http adds 4 KiB of its own.
const longestHead = 64<<10 - 4<<10

// Options are what the edge works with. All pointers but Tokens must be there.
type Options struct {
	Plane     *serving.Plane
	Tokens    *auth.Tokens
	Gate      *admission.Gate
	Telemetry *telemetry.Telemetry
	// Version is modelx's own.
	Version string
	// MaxMessageBytes, ReadTimeout and IdleTimeout are the settings of these names.
	MaxMessageBytes int64
	ReadTimeout     time.Duration
	IdleTimeout     time.Duration
}

// edge answers requests.
type edge struct {
	plane       *serving.Plane
	tokens      *auth.Tokens
	gate        *admission.Gate
	telemetry   *telemetry.Telemetry
	bodies      bodyReader
	version     string
	metricsPage http.Handler
	now         func() time.Time
}

// New makes a server that speaks HTTP/1.1. Whoever serves gives it listeners, of TLS where that is wanted, and shuts it
// down.
func New(o Options) *http.Server {
	e := &edge{
		plane: o.Plane, tokens: o.Tokens, gate: o.Gate, telemetry: o.Telemetry, version: o.Version,
		bodies: bodyReader{limit: o.MaxMessageBytes, timeout: o.ReadTimeout}, metricsPage: o.Telemetry.Metrics.Handler(),
		now: time.Now,
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler: e, ReadHeaderTimeout: o.ReadTimeout, IdleTimeout: o.IdleTimeout, MaxHeaderBytes: longestHead,
		Protocols: protocols, DisableGeneralOptionsHandler: true,
		// What net/http has to say is about clients that break off or speak something else.
		ErrorLog: slog.NewLogLogger(o.Telemetry.Log.Handler(), slog.LevelDebug),
	}
}

// ServeHTTP answers one request.
func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(w, r)
	e.telemetry.Metrics.Begin()
	defer e.end(x)
	path := sentPath(r)
	x.route, x.pattern, x.name, x.version = find(path)
	e.trace(x)
	x.refuse(e.answer(x, path))
	e.send(x)
}

// answer finds out what a request is answered, or why it is refused. Checks come in the contract's order.
func (e *edge) answer(x *exchange, path string) *serving.Error {
	if x.route == nil {
		return serving.NewError(serving.NoPath, "no path %s; docs/serving.md lists those there are", serving.Quoted(path))
	}
	if !x.route.allows(x.r.Method) {
		_, expected := x.route.allowed()
		return serving.NewError(serving.NoMethod,
			"method %s is not allowed here; expected %s", serving.Quoted(x.r.Method), expected)
	}
	if x.route.predicts {
		if err := e.gate.Look(); err != nil {
			return err
		}
	}
	if e.tokens.Guards(x.route.right) {
		if err := e.tokens.Check(x.header("Authorization"), x.route.right); err != nil {
			return err
		}
	}
	return x.route.handle(e, x)
}

// read reads the request's body.
func (e *edge) read(x *exchange) (err *serving.Error) {
	x.body, err = e.bodies.read(x.w, x.r, x.body[:0])
	return err
}

// trace begins a span, where anybody traces.
func (e *edge) trace(x *exchange) {
	tracing := e.telemetry.Tracing
	if tracing == nil {
		return
	}
	ctx, span := tracing.HTTP(x.r.Context(), x.r.Method, x.pattern, func(key string) string {
		return x.r.Header.Get(key)
	})
	x.r, x.span = x.r.WithContext(ctx), span
}

// end tells of a request that was answered. A panic is a defect, which the client learns of as an internal error.
func (e *edge) end(x *exchange) {
	if cause := recover(); cause != nil {
		e.telemetry.InternalError(x.requestID(), cause)
		x.failure = internal(nil)
		if !x.sent {
			x.refuse(x.failure)
			e.send(x)
		}
		e.tell(x)
		return // Whatever the buffers are, nobody else shall have them.
	}
	if x.failure != nil && x.failure.Kind == serving.Internal {
		e.telemetry.InternalError(x.requestID(), x.failure.Err)
	}
	e.tell(x)
	x.release()
}

// tell tells the metrics, the log and the traces.
func (e *edge) tell(x *exchange) {
	a := telemetry.Answer{
		Protocol: metrics.HTTP, Method: metrics.Other, Code: codes.OK, HTTPStatus: x.status, Model: x.model,
		Version: x.modelVersion, Rows: x.rows, Took: time.Since(x.began), Span: x.span,
	}
	if x.route != nil {
		a.Method = x.route.label
	}
	if x.failure != nil {
		a.Code, a.Error = x.failure.Code(), x.failure.Message
	}
	if e.telemetry.Logs(a.Code) {
		a.RequestID, a.Name = x.requestID(), x.called()
	}
	e.telemetry.Metrics.End()
	e.telemetry.Answered(&a)
}

// called is what the log calls a request: its method, and the route or, where there is none, the path.
func (x *exchange) called() string {
	if x.pattern != "" {
		return x.r.Method + " " + x.pattern
	}
	path := sentPath(x.r)
	return x.r.Method + " " + strings.ToValidUTF8(path[:min(len(path), longestLogged)], "\ufffd")
}

// longestLogged is how much of an unknown path the log has.
const longestLogged = 128
