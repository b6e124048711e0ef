package httpserver

import (
	"net/http"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// serverMetadata answers GET /v2.
func (e *edge) serverMetadata(x *exchange) *serving.Error {
	w := &x.out
	w.open('{')
	w.key("name")
	w.str("modelx")
	w.key("version")
	w.str(e.version)
	w.key("extensions")
	w.strs([]string{"binary_tensor_data", "model_repository"})
	w.close('}')
	return nil
}

// live answers GET /v2/health/live.
func (e *edge) live(*exchange) *serving.Error { return nil }

// ready answers GET /v2/health/ready.
func (e *edge) ready(x *exchange) *serving.Error {
	if ready, _ := e.plane.Readiness(); !ready {
		x.status = http.StatusServiceUnavailable
	}
	return nil
}

// modelReady answers GET /v2/models/NAME/ready.
func (e *edge) modelReady(x *exchange) *serving.Error {
	if !e.plane.ModelReady(x.name, x.version) {
		x.status = http.StatusNotFound
	}
	return nil
}

// modelMetadata answers GET /v2/models/NAME.
func (e *edge) modelMetadata(x *exchange) *serving.Error {
	if err := x.find(e.plane, x.name, x.version); err != nil {
		return err
	}
	w := &x.out
	w.open('{')
	w.key("name")
	w.str(x.served.Model())
	w.key("versions")
	w.strs(e.plane.Versions(x.served.Model()))
	w.key("platform")
	w.str("modelx")
	w.key("inputs")
	w.tensors([]tensor.Metadata{tensor.InputMetadata(x.served)})
	w.key("outputs")
	w.tensors(tensor.OutputMetadata(x.served))
	w.close('}')
	return nil
}

func (w *jsonWriter) tensors(all []tensor.Metadata) {
	w.open('[')
	for _, m := range all {
		w.open('{')
		w.key("name")
		w.str(m.Name)
		w.key("datatype")
		w.str(m.Datatype)
		w.key("shape")
		w.shape(m.Shape)
		w.close('}')
	}
	w.close(']')
}

func (w *jsonWriter) shape(shape []int64) {
	w.open('[')
	for _, n := range shape {
		w.integer(n)
	}
	w.close(']')
}

// index answers POST /v2/repository/index.
func (e *edge) index(x *exchange) *serving.Error {
	if err := e.read(x); err != nil {
		return err
	}
	onlyReady, err := readIndex(x.body)
	if err != nil {
		return err
	}
	w := &x.out
	w.open('[')
	for _, entry := range e.plane.Index() {
		if onlyReady && !entry.Ready {
			continue
		}
		state := "UNAVAILABLE"
		if entry.Ready {
			state = "READY"
		}
		w.open('{')
		for _, text := range [...]struct{ name, value string }{
			{"name", entry.Name}, {"version", entry.Version}, {"state", state}, {"reason", entry.Reason},
		} {
			w.key(text.name)
			w.str(text.value)
		}
		w.close('}')
	}
	w.close(']')
	return nil
}

// readIndex takes a body apart: whether only what is ready is asked for.
func readIndex(body []byte) (bool, *serving.Error) {
	r := &jsonReader{data: body}
	var ready field
	err := r.document(true, func(key string) bool {
		if key == "ready" {
			return r.member(&ready)
		}
		return r.skip()
	})
	if err != nil || !ready.there() || ready.kind == nullValue {
		return false, err
	}
	return body[ready.start] == 't', ready.expect("ready", booleanValue)
}

// load answers POST /v2/repository/models/NAME/load.
func (e *edge) load(x *exchange) *serving.Error {
	return asServing(e.plane.Load(x.r.Context(), x.name, serving.TriggerHTTP))
}

// unload answers POST /v2/repository/models/NAME/unload.
func (e *edge) unload(x *exchange) *serving.Error {
	return asServing(e.plane.Unload(x.r.Context(), x.name))
}
