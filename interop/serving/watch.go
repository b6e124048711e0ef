package serving

import (
	"context"
	"time"
)

// watcher remembers what the last look saw.
type watcher struct {
	plane *Plane
	seen  map[string]stamp
}

// candidate is a file that a look is at.
type candidate struct {
	model *model
	source
}

// Watch looks at the files at every interval, and loads what has changed once two looks in a row see the same: a file that
// is being written changes in between. It returns when the context ends.
func (p *Plane) Watch(ctx context.Context) {
	w := watcher{p, make(map[string]stamp)}
	ticker := time.NewTicker(p.options.WatchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.look(ctx)
		}
	}
}

// look loads what has changed, and has not since the last look.
func (w *watcher) look(ctx context.Context) {
	now := make(map[string]stamp)
	for _, c := range w.plane.candidates() {
		if ctx.Err() != nil || w.plane.Stopping() {
			return
		}
		at, err := c.find()
		if err != nil || w.plane.isRead(c, at) {
			continue // A file that vanishes changes nothing.
		}
		if before, ok := w.seen[c.path]; !ok || !before.equal(at) {
			now[c.path] = at
			continue
		}
		w.plane.reread(ctx, c)
	}
	w.seen = now
}

// candidates are the files that may have to be loaded: that of the command line, or those of the folder. What a reload
// brought from elsewhere is read again when a reload says so.
func (p *Plane) candidates() []candidate {
	var out []candidate
	if p.single {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, m := range p.models {
			if !m.unloaded {
				out = append(out, candidate{m, *m.own})
			}
		}
		return out
	}
	listed, err := p.scan()
	if err != nil {
		return nil
	}
	p.discover(listed)
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, files := range listed {
		m := p.models[name]
		if m.unloaded {
			continue
		}
		for _, f := range files {
			if f.problem == nil {
				out = append(out, candidate{m, f.source})
			}
		}
	}
	return out
}

// isRead tells whether a file was read, well or not, as it is now.
func (p *Plane) isRead(c candidate, at stamp) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ok := c.model.stamps[c.path]
	return ok && last.equal(at)
}

// reread loads a file that has changed.
func (p *Plane) reread(ctx context.Context, c candidate) {
	m := c.model
	if err := m.enter(ctx); err != nil {
		return
	}
	defer m.leave()
	at, err := c.find()
	if err != nil || p.isRead(c, at) || p.isUnloaded(m) {
		return // It was loaded, or taken away, while this waited.
	}
	start := time.Now()
	s, err := p.load(ctx, m, c.source)
	if err != nil {
		p.rereadRefused(ctx, c, err)
		return
	}
	if p.serves(s) {
		return // It was touched only.
	}
	if m.own == nil && p.isDouble(m, s, c.source) {
		return
	}
	change := change{loaded: []*Served{s}}
	if m.own != nil {
		change.makeDefault = s
	}
	before := p.commit(m, change)
	p.record(m, TriggerWatch, s.source.name, nil)
	p.tellReloaded(reportOf(s, before, s.took), s.source.name, TriggerWatch, time.Since(start))
}

func (p *Plane) rereadRefused(ctx context.Context, c candidate, err error) {
	if ctx.Err() != nil {
		return // Nothing is known of the file.
	}
	refused := p.refuse(c.model, c.source, err)
	if refused.Kind == NoFile {
		return // It vanished between two looks.
	}
	p.record(c.model, TriggerWatch, c.name, refused)
}

// serves tells whether the same bytes of the same file are in service.
func (p *Plane) serves(s *Served) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.models[s.name]
	if !ok {
		return false
	}
	old, ok := m.versions[s.version]
	return ok && old.sha256 == s.sha256 && old.source.path == s.source.path
}
