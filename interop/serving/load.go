package serving

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Load reads all versions of a model again that the load policy says. Once it has its turn it is finished, whether or not
// the context ends. Errors: unknown_model, shutting_down, the end of the context before that, and with Refused the defect
// of the lowest version that is refused; the others serve then.
func (p *Plane) Load(ctx context.Context, name string, trigger Trigger) error {
	if p.Stopping() {
		return ShuttingDownError()
	}
	p.rediscover()
	p.mu.Lock()
	m, ok := p.models[name]
	names := slices.Sorted(maps.Keys(p.models))
	p.mu.Unlock()
	if !ok {
		return unknownModel(name, names)
	}
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	return p.loadEntered(p.open, m, trigger)
}

// loadEntered is Load for whoever holds the model's gate.
func (p *Plane) loadEntered(ctx context.Context, m *model, trigger Trigger) error {
	load := p.loadFile
	if m.own == nil {
		// What is there may be something else than before the gate opened.
		listed := p.rediscover()[m.name]
		load = func(ctx context.Context, m *model, trigger Trigger) *Error {
			return p.loadListed(ctx, m, listed, trigger)
		}
	}
	if err := load(ctx, m, trigger); err != nil {
		return err
	}
	return nil
}

// loadFile loads the file of the command line.
func (p *Plane) loadFile(ctx context.Context, m *model, trigger Trigger) *Error {
	start := time.Now()
	report, err := p.replace(ctx, m, *m.own, "")
	p.record(m, trigger, m.own.name, err)
	if err != nil {
		return err
	}
	p.setUnloaded(m, false)
	p.tellReloaded(report, m.own.name, trigger, time.Since(start))
	return nil
}

// loadListed reads what a repository has of a model, and lets it serve at once. Whoever calls it holds the model's gate, or
// is the only one there.
func (p *Plane) loadListed(ctx context.Context, m *model, listed []found, trigger Trigger) *Error {
	start := time.Now()
	loaded, failed := p.loadChosen(ctx, m, p.chosen(listed))
	if ended := contextError(ctx.Err()); ended != nil { // Nothing is known of the files.
		if p.open.Err() != nil {
			return ShuttingDownError()
		}
		return ended
	}
	var before *Served
	if len(loaded) > 0 {
		p.setUnloaded(m, false)
		before = p.commit(m, change{loaded: loaded})
	}
	current := p.currentOf(m)
	if len(failed) == 0 && current == nil {
		others := slices.DeleteFunc(p.reloadableNames(), func(name string) bool { return name == m.name })
		return unknownModel(m.name, others)
	}
	if len(failed) == 0 {
		p.record(m, trigger, current.source.name, nil)
		if trigger != "" {
			p.tellReloaded(reportOf(current, before, 0), current.source.name, trigger, time.Since(start))
		}
		return nil
	}
	for _, f := range failed[1:] {
		p.events.Refused(Refused{Model: m.name, Path: f.name, Trigger: trigger, Err: p.refuse(m, f.source, f.err)})
	}
	lowest := p.refuse(m, failed[0].source, failed[0].err)
	p.record(m, trigger, failed[0].name, lowest)
	return lowest
}

// failure is a file with the reason why it is refused.
type failure struct {
	source
	err error
}

// loadChosen reads files until the context ends. Of two with one version, the first counts; the index tells of the other.
func (p *Plane) loadChosen(ctx context.Context, m *model, files []found) (loaded []*Served, failed []failure) {
	taken := make(map[string]*Served)
	for _, f := range files {
		s, err := p.load(ctx, m, f.source)
		if err != nil {
			failed = append(failed, failure{f.source, err})
		} else if other, ok := taken[s.version]; ok {
			p.noteDouble(m, f.path, s.version, other)
		} else {
			taken[s.version] = s
			loaded = append(loaded, s)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return loaded, failed
}

func (p *Plane) noteDouble(m *model, path, version string, other *Served) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.reasons[path] = fmt.Sprintf("version %s is in %s already", Quoted(version), Quoted(other.source.name))
}

// isDouble tells whether the version that a single file has is in service from another file, and notes it for the index.
func (p *Plane) isDouble(m *model, s *Served, from source) bool {
	p.mu.Lock()
	other, ok := m.versions[s.version]
	p.mu.Unlock()
	if !ok || from.version != "" || other.source.path == from.path {
		return false
	}
	p.noteDouble(m, from.path, s.version, other)
	return true
}

// chosen are the files that can be read and that the policy says.
func (p *Plane) chosen(listed []found) []found {
	var folders, files []found
	for _, f := range listed {
		switch {
		case f.problem != nil:
		case f.version == "":
			files = append(files, f) // Its version is known once it is read.
		default:
			folders = append(folders, f)
		}
	}
	if p.options.Load == LoadLatest && len(folders) > 1 {
		folders = folders[len(folders)-1:]
	}
	return append(folders, files...)
}

func (p *Plane) setUnloaded(m *model, unloaded bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.unloaded = unloaded
}

// ReloadAll loads all models again but those that were unloaded, and those that a repository has got since. What is refused
// is told to the events. The error is the context's, or shutting_down.
func (p *Plane) ReloadAll(ctx context.Context, trigger Trigger) error {
	p.rediscover()
	for _, name := range p.reloadableNames() {
		if p.Stopping() {
			return ShuttingDownError()
		}
		m, err := p.reloadable(name)
		if err != nil {
			continue // It was unloaded meanwhile.
		}
		if err := m.enter(ctx); err != nil {
			return err
		}
		if !p.isUnloaded(m) {
			_ = p.loadEntered(ctx, m, trigger) // The events have been told.
		}
		m.leave()
		if ended := contextError(ctx.Err()); ended != nil {
			return ended
		}
	}
	return nil
}

// Unload takes a model out of service until it is loaded again. Errors: unknown_model, shutting_down, the end of the
// context.
func (p *Plane) Unload(ctx context.Context, name string) error {
	if p.Stopping() {
		return ShuttingDownError()
	}
	p.rediscover()
	p.mu.Lock()
	m, ok := p.models[name]
	ok = ok && !m.unloaded
	p.mu.Unlock()
	if !ok {
		return unknownModel(name, p.reloadableNames())
	}
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	p.mu.Lock()
	gone := slices.Collect(maps.Values(m.versions))
	fresh := newModel(m.name, m.own)
	m.versions, m.reasons, m.current, m.previous, m.last, m.highest = fresh.versions, fresh.reasons, nil, nil, nil, ""
	m.unloaded = true
	p.publish()
	p.mu.Unlock()
	for _, s := range gone {
		p.events.Removed(s.name, s.version)
	}
	return nil
}
