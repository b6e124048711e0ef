package httpserver

import (
	"net/http"
	"net/url"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/grpcserver"
)

// info answers GET /model-info.
func (e *edge) info(x *exchange) *serving.Error {
	query := x.r.URL.RawQuery
	info, err := e.plane.Info(parameter(query, "model_name"), parameter(query, "model_version"))
	if err != nil {
		return asServing(err)
	}
	x.model, x.modelVersion = info.Name, info.Version
	x.out.Message(grpcserver.InfoMessage(info).ProtoReflect())
	return nil
}

// healthz answers GET /healthz.
func (e *edge) healthz(x *exchange) *serving.Error {
	x.out.Open('{')
	x.out.Key("status")
	x.out.Text("ok")
	x.out.Close('}')
	return nil
}

// readyz answers GET /readyz.
func (e *edge) readyz(x *exchange) *serving.Error {
	ready, models := e.plane.Readiness()
	if !ready {
		x.status = http.StatusServiceUnavailable
	}
	w := &x.out
	w.Open('{')
	w.Key("ready")
	w.Boolean(ready)
	w.Key("models")
	w.Open('[')
	for i := range models {
		w.readiness(&models[i])
	}
	w.Close(']')
	w.Close('}')
	return nil
}

func (w *jsonWriter) readiness(m *serving.ModelReadiness) {
	w.Open('{')
	w.Key("name")
	w.Text(m.Name)
	w.Key("version")
	w.Text(m.Version)
	w.Key("ready")
	w.Boolean(m.Ready)
	if m.LastReload != nil {
		w.Key("last_reload")
		w.reloadResult(m.LastReload)
	}
	w.Close('}')
}

func (w *jsonWriter) reloadResult(r *serving.ReloadResult) {
	w.Open('{')
	w.Key("ok")
	w.Boolean(r.OK)
	w.Key("timestamp")
	w.Integer(r.Timestamp)
	for _, text := range [...]struct{ name, value string }{
		{"trigger", string(r.Trigger)}, {"path", r.Path}, {"version", r.Version}, {"error", r.Error},
		{"kind", r.ErrorKind}, {"detail", r.Detail},
	} {
		w.Key(text.name)
		w.Text(text.value)
	}
	w.Close('}')
}

// metrics answers GET /metrics.
func (e *edge) metrics(x *exchange) *serving.Error {
	page := capture{x: x, header: http.Header{}}
	// The page is gzipped as all bodies are.
	e.metricsPage.ServeHTTP(&page, &http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: "/metrics"}, Header: http.Header{"Accept": x.r.Header["Accept"]},
	})
	x.contentType = page.header.Get("Content-Type")
	return nil
}

// capture takes a handler's answer as the exchange's.
type capture struct {
	x      *exchange
	header http.Header
}

// Header is [http.ResponseWriter]'s.
func (c *capture) Header() http.Header { return c.header }

// WriteHeader is [http.ResponseWriter]'s.
func (c *capture) WriteHeader(status int) { c.x.status = status }

// Write is [http.ResponseWriter]'s.
func (c *capture) Write(p []byte) (int, error) {
	c.x.out.Buf = append(c.x.out.Buf, p...)
	return len(p), nil
}
