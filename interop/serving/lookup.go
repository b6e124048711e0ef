package serving

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Predict computes all methods that the request asks for, by one load of one model. It allocates nothing once response
// has been used for such a request before, and takes no lock. Every error is an [*Error]; response is unspecified then.
func (p *Plane) Predict(ctx context.Context, request *Request, response *Response) error {
	if request.Rows < 0 {
		return negativeRows(request.Rows)
	}
	s, err := p.Served(request.Model, request.Version)
	if err != nil {
		return err
	}
	return s.answer(ctx, request, response)
}

// Served returns the load of a model that a request for this name and version is answered by; both may be empty.
// Errors: unknown_model, unknown_version, bad_request.
func (p *Plane) Served(name, version string) (*Served, error) {
	now := p.snapshot.Load()
	e := now.only
	if name != "" || e == nil {
		var ok bool
		if e, ok = now.models[name]; !ok {
			return nil, unknownModel(name, slices.Sorted(maps.Keys(now.models)))
		}
	}
	if version == "" {
		return e.current, nil
	}
	if s, ok := e.versions[version]; ok {
		return s, nil
	}
	return nil, NewError(UnknownVersion, "model %s has no version %s in service; expected one of %s",
		Quoted(e.current.name), Quoted(version), quotedList(e.ascending()))
}

// unknownModel names the models that there are.
func unknownModel(name string, names []string) *Error {
	switch {
	case len(names) == 0:
		return NewError(UnknownModel, "no model %s; none is loaded", Quoted(name))
	case name == "":
		return NewError(BadRequest, "model_name is empty; expected one of %s", quotedList(names))
	default:
		return NewError(UnknownModel, "no model %s; expected one of %s", Quoted(name), quotedList(names))
	}
}

func quotedList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = Quoted(item)
	}
	return Listed(quoted)
}

func (e *entry) ascending() []string { return ascending(slices.Collect(maps.Keys(e.versions))) }

// Versions returns the versions of a model that are ready, in ascending order; nil where there is no such model.
func (p *Plane) Versions(name string) []string {
	if e, ok := p.snapshot.Load().models[name]; ok {
		return e.ascending()
	}
	return nil
}

// ModelReady tells whether a model answers; version may be empty.
func (p *Plane) ModelReady(name, version string) bool {
	e, ok := p.snapshot.Load().models[name]
	if !ok {
		return false
	}
	_, ok = e.versions[cmp.Or(version, e.current.version)]
	return ok
}

// Info describes a model. Its messages must not be changed. Errors: as of Served.
func (p *Plane) Info(name, version string) (*Info, error) {
	s, err := p.Served(name, version)
	if err != nil {
		return nil, err
	}
	info := &Info{
		Name: s.name, Version: s.version, Type: s.model.Family(), Signature: s.summary.Signature, Metadata: s.summary.Metadata,
		SHA256: s.sha256, LoadedTimestamp: s.began.Unix(), RequestsServed: s.requests.Load(),
		EvidenceRows: int64(s.summary.EvidenceRows), ClassName: s.summary.ClassName, Path: s.source.name,
		ReadyVersions: p.Versions(s.name),
	}
	if info.ClassName == "" && info.Type == "pipeline" {
		info.ClassName = "Pipeline"
	}
	for _, method := range s.summary.EvidenceMethods {
		info.EvidenceMethods = append(info.EvidenceMethods, string(method))
	}
	if s.classes != nil {
		info.Classes = make([]string, s.classes.Len())
		for i := range info.Classes {
			info.Classes[i] = s.classes.Text(i)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m, ok := p.models[s.name]; ok {
		info.LastReload = m.last
		if m.previous != nil {
			info.RollbackVersion = m.previous.version
		}
	}
	return info, nil
}

// Readiness tells whether requests are taken, and the models with the versions that answer by default, by name. Models that
// were unloaded are left out.
func (p *Plane) Readiness() (ready bool, models []ModelReadiness) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(p.models)) {
		m := p.models[name]
		if m.unloaded {
			continue
		}
		readiness := ModelReadiness{Name: name, LastReload: m.last}
		if m.current != nil {
			readiness.Version, readiness.Ready = m.current.version, true
		}
		models = append(models, readiness)
	}
	return !p.stopping.Load(), models
}

// ModelState is a version in service, for metrics.
type ModelState struct {
	Model, Version, Type, SHA256 string
	LoadSeconds                  float64
}

// States lists the versions in service, by name and version.
func (p *Plane) States() []ModelState {
	now := p.snapshot.Load()
	var states []ModelState
	for _, name := range slices.Sorted(maps.Keys(now.models)) {
		e := now.models[name]
		for _, version := range e.ascending() {
			s := e.versions[version]
			states = append(states, ModelState{s.name, s.version, s.model.Family(), s.sha256, s.took.Seconds()})
		}
	}
	return states
}

// LastReloads tells of each model that was asked to change whether that went well.
func (p *Plane) LastReloads() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := make(map[string]bool)
	for name, m := range p.models {
		if m.last != nil {
			last[name] = m.last.OK
		}
	}
	return last
}

// Index lists the repository: all versions that are ready, and those that are not with the reason, by name and version.
func (p *Plane) Index() []IndexEntry {
	listed := make(map[string][]found)
	if !p.single {
		if l, err := p.scan(); err == nil { // A folder that is gone has no more entries.
			listed = l
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var entries []IndexEntry
	names := slices.Collect(maps.Keys(listed))
	for name := range p.models {
		if _, ok := listed[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		entries = append(entries, p.indexModel(name, listed[name])...)
	}
	return entries
}

// indexModel lists one model: what serves, what the folder has beside it, and what an operator's file lacks.
func (p *Plane) indexModel(name string, listed []found) []IndexEntry {
	m, known := p.models[name]
	if !known {
		m = newModel(name, nil)
	}
	var entries []IndexEntry
	serving := make(map[string]bool)
	for version, s := range m.versions {
		serving[s.source.path] = true
		entries = append(entries, IndexEntry{Name: name, Version: version, Ready: true})
	}
	if m.own != nil && len(entries) == 0 {
		listed = []found{{source: *m.own}}
	}
	for _, f := range listed {
		if _, ready := m.versions[f.version]; serving[f.path] || (ready && f.version != "") {
			continue
		}
		entries = append(entries, IndexEntry{Name: name, Version: f.version, Reason: m.reason(f)})
	}
	slices.SortStableFunc(entries, func(a, b IndexEntry) int { return cmp.Compare(a.Version, b.Version) })
	slices.SortStableFunc(entries, func(a, b IndexEntry) int { return compareVersions(a.Version, b.Version) })
	return entries
}

// reason says why a file is not in service.
func (m *model) reason(f found) string {
	switch {
	case f.problem != nil:
		return f.problem.Message
	case m.unloaded:
		return "unloaded"
	default:
		return cmp.Or(m.reasons[f.path], "not loaded")
	}
}
