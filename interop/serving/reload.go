package serving

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Reload brings another file or version into service, and returns when it serves. Once it has its turn it is finished,
// whether or not the context ends. Errors: those of Served, outside_root, no_file, version_mismatch, no_rollback,
// shutting_down, the end of the context before that, and with Refused the kind of a file's defect.
func (p *Plane) Reload(ctx context.Context, request ReloadRequest) (*ReloadReport, error) {
	if request.Rollback && (request.Path != "" || request.Version != "") {
		return nil, NewError(BadRequest, "rollback excludes path and version")
	}
	if n := len(request.Path); n > longestPath {
		return nil, NewError(BadRequest, "path has %d bytes; expected at most %d", n, longestPath)
	}
	if p.Stopping() {
		return nil, ShuttingDownError()
	}
	m, err := p.reloadable(request.Model)
	if err != nil {
		return nil, err
	}
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.leave()
	if p.isUnloaded(m) {
		return nil, unknownModel(m.name, p.reloadableNames())
	}
	start := time.Now()
	var report *ReloadReport
	path := request.Path
	if request.Rollback {
		report, err = p.rollback(m)
	} else {
		var from source
		if from, err = p.sourceOf(m, request); err == nil {
			path = from.name
			report, err = p.replace(p.open, m, from, p.expected(m, request))
		}
	}
	if err == nil {
		s := p.currentOf(m)
		path = cmp.Or(request.Path, s.source.name)
		p.record(m, request.Trigger, path, nil)
		p.tellReloaded(report, s.source.name, request.Trigger, time.Since(start))
		return report, nil
	}
	p.record(m, request.Trigger, path, err)
	return nil, err
}

func (p *Plane) tellReloaded(r *ReloadReport, path string, trigger Trigger, took time.Duration) {
	p.events.Reloaded(Reloaded{
		Model: r.Model, Version: r.Version, PreviousVersion: r.PreviousVersion, Path: path, Trigger: trigger, Took: took,
	})
}

// reloadable finds the model that a reload is for.
func (p *Plane) reloadable(name string) (*model, *Error) {
	p.rediscover()
	names := p.reloadableNames()
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m, ok := p.models[name]; ok && !m.unloaded {
		return m, nil
	}
	return nil, unknownModel(name, names)
}

func (p *Plane) reloadableNames() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for name, m := range p.models {
		if !m.unloaded {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (p *Plane) isUnloaded(m *model) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return m.unloaded
}

// rediscover looks at the folder of a repository. One that is gone has nothing more, and what serves goes on serving.
func (p *Plane) rediscover() map[string][]found {
	if p.single {
		return nil
	}
	listed, err := p.scan()
	if err != nil {
		return nil
	}
	p.discover(listed)
	return listed
}

// discover makes models of the names that are new, and returns all that are listed and not unloaded, by name.
func (p *Plane) discover(listed map[string][]found) []*model {
	p.mu.Lock()
	defer p.mu.Unlock()
	var models []*model
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		m, ok := p.models[name]
		if !ok {
			m = newModel(name, nil)
			p.models[name] = m
		}
		if !m.unloaded {
			models = append(models, m)
		}
	}
	return models
}

// expected is the version that a file must have, or empty.
func (p *Plane) expected(m *model, request ReloadRequest) string {
	if request.Path != "" || m.own != nil {
		return request.Version
	}
	return "" // The version has chosen the file.
}

// sourceOf finds the file that a reload means.
func (p *Plane) sourceOf(m *model, request ReloadRequest) (source, *Error) {
	switch {
	case request.Path != "":
		return p.clientSource(m, request.Path)
	case m.own != nil:
		return *m.own, nil
	}
	current := p.currentOf(m)
	if request.Version == "" && current != nil {
		return current.source, nil
	}
	versions := p.rediscover()[m.name]
	if request.Version == "" {
		if len(versions) == 0 {
			return source{}, NewError(NoFile, "no file %s under the model root", Quoted(m.name))
		}
		last := versions[len(versions)-1]
		return last.source, last.problem
	}
	return p.versionSource(m, versions, request.Version)
}

// versionSource finds the file of a version: that of its folder, else the one that the version in service was read from.
func (p *Plane) versionSource(m *model, versions []found, version string) (source, *Error) {
	for _, f := range versions {
		if f.version == version && f.version != "" {
			return f.source, f.problem
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := m.versions[version]; ok {
		return s.source, nil
	}
	return source{}, NewError(NoFile, "no version %s of model %s in the repository", Quoted(version), Quoted(m.name))
}

// clientSource is a path that a client gave. It is kept as it is, links and all, unless it goes up: then by where it leads.
// Errors: outside_root, and no_file for what cannot be a path.
func (p *Plane) clientSource(m *model, path string) (source, *Error) {
	if strings.ContainsRune(path, 0) {
		return source{}, NewError(NoFile, "no file %s under the model root", Quoted(path))
	}
	full := path
	if !filepath.IsAbs(path) {
		full = p.root + string(filepath.Separator) + path
	}
	resolved := realPath(full)
	if !isUnder(resolved, realPath(p.root)) {
		return source{}, outsideRoot(path)
	}
	if slices.Contains(split(full), "..") {
		full = resolved
	}
	full = filepath.Clean(full)
	from := source{path: full, name: path, under: p.root}
	if !p.single {
		from.version = p.folderVersion(m, full)
	}
	return from, nil
}

// folderVersion is the version that a file has by its place in the repository, or empty.
func (p *Plane) folderVersion(m *model, path string) string {
	inside, ok := relative(path, p.path)
	if !ok {
		inside, ok = relative(path, realPath(p.path))
	}
	parts := strings.Split(filepath.ToSlash(inside), "/")
	if !ok || len(parts) != 3 || parts[0] != m.name || hidden(parts[1]) {
		return ""
	}
	return parts[1]
}

// replace loads a file and makes it the one that answers by default.
func (p *Plane) replace(ctx context.Context, m *model, from source, expected string) (*ReloadReport, *Error) {
	s, err := p.load(ctx, m, from)
	if err != nil {
		return nil, p.refuse(m, from, err)
	}
	if expected != "" && s.version != expected {
		return nil, NewError(VersionMismatch, "file %s has version %s; expected %s; %s",
			Quoted(from.name), Quoted(s.version), Quoted(expected), serving(p.currentOf(m)))
	}
	before := p.commit(m, change{loaded: []*Served{s}, makeDefault: s})
	return reportOf(s, before, s.took), nil
}

// refuse makes the contract's error, and notes it for the index.
func (p *Plane) refuse(m *model, from source, err error) *Error {
	if p.open.Err() != nil {
		return ShuttingDownError() // Nothing is known of the file.
	}
	e := refusal(from.name, err, p.currentOf(m))
	if e.Refused {
		p.mu.Lock()
		m.reasons[from.path] = refused(from.name, e.Kind)
		p.mu.Unlock()
	}
	return e
}

func reportOf(s, before *Served, took time.Duration) *ReloadReport {
	r := &ReloadReport{Model: s.name, Version: s.version, SHA256: s.sha256, Changed: true, LoadSeconds: took.Seconds()}
	if before != nil {
		r.PreviousVersion, r.Changed = before.version, before.sha256 != s.sha256
	}
	return r
}

// rollback brings back what answered by default before the last change.
func (p *Plane) rollback(m *model) (*ReloadReport, *Error) {
	p.mu.Lock()
	s := m.previous
	p.mu.Unlock()
	if s == nil {
		return nil, NewError(NoRollback, "model %s has no earlier version to bring back", Quoted(m.name))
	}
	before := p.commit(m, change{loaded: []*Served{s}, makeDefault: s})
	return reportOf(s, before, 0), nil
}
