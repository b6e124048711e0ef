package httpserver

import (
	"net/http"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// serverMetadata answers GET /v2.
func (e *edge) serverMetadata(x *exchange) *serving.Error {
	w := &x.out
	w.Open('{')
	w.Key("name")
	w.Text("modelx")
	w.Key("version")
	w.Text(e.version)
	w.Key("extensions")
	w.Texts([]string{"binary_tensor_data", "model_repository"})
	w.Close('}')
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
	w.Open('{')
	w.Key("name")
	w.Text(x.served.Model())
	w.Key("versions")
	w.Texts(e.plane.Versions(x.served.Model()))
	w.Key("platform")
	w.Text("modelx")
	w.Key("inputs")
	w.tensors(tensor.InputMetadata(x.served))
	w.Key("outputs")
	w.tensors(tensor.OutputMetadata(x.served))
	w.Close('}')
	return nil
}

func (w *jsonWriter) tensors(all []tensor.Metadata) {
	w.Open('[')
	for _, m := range all {
		w.Open('{')
		w.Key("name")
		w.Text(m.Name)
		w.Key("datatype")
		w.Text(m.Datatype)
		w.Key("shape")
		w.shape(m.Shape)
		w.Close('}')
	}
	w.Close(']')
}

func (w *jsonWriter) shape(shape []int64) {
	w.Open('[')
	for _, n := range shape {
		w.Integer(n)
	}
	w.Close(']')
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
	w.Open('[')
	for _, entry := range e.plane.Index() {
		if onlyReady && !entry.Ready {
			continue
		}
		state := "UNAVAILABLE"
		if entry.Ready {
			state = "READY"
		}
		w.Open('{')
		for _, text := range [...]struct{ name, value string }{
			{"name", entry.Name}, {"version", entry.Version}, {"state", state}, {"reason", entry.Reason},
		} {
			w.Key(text.name)
			w.Text(text.value)
		}
		w.Close('}')
	}
	w.Close(']')
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
