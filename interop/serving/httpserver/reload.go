package httpserver

import (
	"strings"

	"github.com/modelx-dev/modelx/interop/serving"
)

// The fields of ReloadModelRequest, sorted.
var reloadFields = []string{"model_name", "path", "rollback", "version"}

// reload answers POST /reload.
func (e *edge) reload(x *exchange) *serving.Error {
	if err := e.read(x); err != nil {
		return err
	}
	request, err := readReload(x.body)
	if err != nil {
		return err
	}
	report, failure := e.plane.Reload(x.r.Context(), request)
	if failure != nil {
		return asServing(failure)
	}
	x.model, x.modelVersion = report.Model, report.Version
	w := &x.out
	w.Open('{')
	for _, text := range [...]struct{ name, value string }{
		{"model_name", report.Model}, {"model_version", report.Version}, {"previous_version", report.PreviousVersion},
		{"sha256", report.SHA256},
	} {
		w.Key(text.name)
		w.Text(text.value)
	}
	w.Key("changed")
	w.Boolean(report.Changed)
	w.Key("load_seconds")
	w.Double(report.LoadSeconds)
	w.Close('}')
	return nil
}

// readReload takes a body apart.
func readReload(body []byte) (serving.ReloadRequest, *serving.Error) {
	request := serving.ReloadRequest{Trigger: serving.TriggerHTTP}
	r := &jsonReader{data: body}
	var m members
	m.reset(reloadFields)
	if err := r.document(true, func(key string) bool { return r.memberOf(&m, key) }); err != nil {
		return request, err
	}
	texts := map[string]*string{"model_name": &request.Model, "path": &request.Path, "version": &request.Version}
	err := m.check(func(i int, f field) *serving.Error {
		name := reloadFields[i]
		if name == "rollback" {
			request.Rollback = f.kind == booleanValue && body[f.start] == 't'
			return f.expect(name, booleanValue)
		}
		text, err := r.stringField(name, f)
		*texts[name] = strings.Clone(text)
		return err
	})
	return request, err
}
