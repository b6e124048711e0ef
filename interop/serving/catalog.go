package serving

import (
	"context"
	"maps"
	"slices"
	"time"
)

// model is one name, and what is known of it. Changes of it are made by whoever holds its gate; its fields are read and
// written under the plane's mutex, which nobody holds while a file is read.
type model struct {
	name string
	// own is the file that an operator gave; nil for a model of a repository.
	own *source
	// gate holds one token, which a change of the model takes.
	gate chan struct{}

	versions map[string]*Served
	// current answers when no version is named; previous did before it.
	current, previous *Served
	// highest is the highest version that ever served.
	highest  string
	last     *ReloadResult
	unloaded bool
	// reasons tell why files are not in service, by their paths.
	reasons map[string]string
	// stamps are the states of the files that were read last, good or refused, by their paths.
	stamps map[string]stamp
}

func newModel(name string, own *source) *model {
	return &model{
		name: name, own: own, gate: make(chan struct{}, 1),
		versions: make(map[string]*Served), reasons: make(map[string]string), stamps: make(map[string]stamp),
	}
}

// enter waits for other changes of the model to end. leave must follow.
func (m *model) enter(ctx context.Context) *Error {
	if ended := contextError(ctx.Err()); ended != nil {
		return ended // Of two that are ready, select takes any.
	}
	select {
	case m.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return contextError(ctx.Err())
	}
}

func (m *model) leave() { <-m.gate }

// currentOf gives the version that answers by default, for texts.
func (p *Plane) currentOf(m *model) *Served {
	p.mu.Lock()
	defer p.mu.Unlock()
	return m.current
}

// change is what one change of a model brings into service.
type change struct {
	loaded []*Served
	// makeDefault is which of loaded answers by default from now on; nil leaves that to the order of versions.
	makeDefault *Served
}

// commit lets a change serve, by one store of one pointer. It returns the version that answered by default before.
func (p *Plane) commit(m *model, c change) (before *Served) {
	p.mu.Lock()
	before = m.current
	served := maps.Clone(m.versions)
	p.place(m, c)
	serves := maps.Clone(m.versions)
	p.publish()
	p.mu.Unlock()
	for _, version := range ascending(slices.Collect(maps.Keys(served))) {
		if serves[version] == nil {
			p.events.Removed(m.name, version)
		}
	}
	for _, version := range ascending(slices.Collect(maps.Keys(serves))) {
		if s := serves[version]; s != served[version] {
			p.events.Loaded(Loaded{
				Model: s.name, Version: s.version, Type: s.model.Family(), Path: s.source.name, SHA256: s.sha256,
				Took: s.took, EvidenceRows: int64(s.summary.EvidenceRows),
			})
		}
	}
	return before
}

// place puts what was loaded in the place of what it replaces: the same version, an earlier version of the same file, and
// where only one version serves, all others.
func (p *Plane) place(m *model, c change) {
	before := m.current
	for _, s := range c.loaded {
		for version, old := range m.versions {
			if version != s.version && (m.own != nil || old.source.path == s.source.path) {
				delete(m.versions, version)
			}
		}
		m.versions[s.version] = s
		delete(m.reasons, s.source.path)
		if m.highest == "" || compareVersions(s.version, m.highest) > 0 {
			m.highest, m.current = s.version, s
		}
	}
	m.current = p.chooseDefault(m, c, before)
	if before != nil && (before.version != m.current.version || before.sha256 != m.current.sha256) {
		m.previous = before
	}
}

// chooseDefault finds what answers by default: what the change says; else a version above all before, which place has put
// there already; else the version that did before, as it was loaded last; else the highest one.
func (p *Plane) chooseDefault(m *model, c change, before *Served) *Served {
	if c.makeDefault != nil {
		return c.makeDefault
	}
	if m.current != nil && m.current != before {
		return m.current
	}
	if before != nil {
		if s, ok := m.versions[before.version]; ok {
			return s
		}
	}
	versions := ascending(slices.Collect(maps.Keys(m.versions)))
	return m.versions[versions[len(versions)-1]]
}

// snapshot is all that a prediction needs to find its model. It never changes.
type snapshot struct {
	models map[string]*entry
	// only is the model of a server that has one.
	only *entry
}

type entry struct {
	versions map[string]*Served
	current  *Served
}

// publish makes a snapshot of the models in service, and puts it in the place of the one before.
func (p *Plane) publish() {
	next := &snapshot{models: make(map[string]*entry, len(p.models))}
	for name, m := range p.models {
		if m.current != nil {
			next.models[name] = &entry{versions: maps.Clone(m.versions), current: m.current}
		}
	}
	if len(next.models) == 1 {
		for _, only := range next.models {
			next.only = only
		}
	}
	p.snapshot.Store(next)
}

// record notes how a change went, and tells the events of one that was refused.
func (p *Plane) record(m *model, trigger Trigger, path string, err *Error) {
	p.mu.Lock()
	result := &ReloadResult{OK: err == nil, Timestamp: time.Now().Unix(), Trigger: trigger, Path: path}
	if m.current != nil {
		result.Version = m.current.version
	}
	if err != nil {
		result.Error, result.ErrorKind, result.Detail = err.Message, string(err.Kind), err.Detail
	}
	if trigger != "" {
		m.last = result
	}
	p.mu.Unlock()
	if err != nil {
		p.events.Refused(Refused{Model: m.name, Path: path, Trigger: trigger, Err: err})
	}
}
