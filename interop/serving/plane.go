package serving

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// LoadPolicy says which versions of a repository are loaded.
type LoadPolicy string

// What of a repository is loaded at the start.
const (
	LoadAll    LoadPolicy = "all"
	LoadLatest LoadPolicy = "latest"
	LoadNone   LoadPolicy = "none"
)

const (
	defaultMaxRows       = 100_000
	defaultMaxFileBytes  = 1 << 30
	defaultWatchInterval = time.Second
)

// Options are what a Plane is made with.
type Options struct {
	// Path is a model file, or the folder of a repository.
	Path string
	// ModelName is what a single file's model answers to; empty for the name in the file.
	ModelName string
	// ModelRoot is where reloads may take files from; empty for the folder, or the folder of the file.
	ModelRoot string
	// Load is what of a repository is loaded; empty for all.
	Load LoadPolicy
	// MaxRows is the most rows in a request; values below 1 stand for 100,000.
	MaxRows int
	// MaxFileBytes is the largest model file, also after decompression; values below 1 stand for 1 GiB.
	MaxFileBytes int64
	// WatchInterval is how often Watch looks; values below 1 stand for a second.
	WatchInterval time.Duration
}

// Plane is the models that serve. All of its methods are safe for concurrent use.
type Plane struct {
	options Options
	events  Events
	// path is the file or the folder, root the model root. Symbolic links on them are followed each time.
	path, root string
	single     bool

	snapshot atomic.Pointer[snapshot]
	stopping atomic.Bool
	// open ends with Close. Changes that have begun have it for their context: they are finished, also when their clients
	// have gone.
	open  context.Context
	close context.CancelFunc

	// mu guards models and all that is in them. It is never held while a file is read.
	mu     sync.Mutex
	models map[string]*model
}

// New loads what o names. A single file that is refused is an error of package modelx, or of package os, with the file's
// path; of a repository, only a folder that cannot be read is one. Files of a repository that are refused are told to
// events, and are in the index. events may be nil.
func New(ctx context.Context, o Options, events Events) (*Plane, error) {
	o = o.orDefaults()
	if events == nil {
		events = Join()
	}
	p := &Plane{options: o, events: events, models: make(map[string]*model)}
	p.open, p.close = context.WithCancel(context.Background())
	p.publish()
	info, err := os.Stat(o.Path)
	if err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	p.single = !info.IsDir()
	if err := p.findRoot(); err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	if p.single {
		return p, p.startFile(ctx)
	}
	return p, p.startRepository(ctx)
}

func (o Options) orDefaults() Options {
	if o.Load == "" {
		o.Load = LoadAll
	}
	if o.MaxRows < 1 {
		o.MaxRows = defaultMaxRows
	}
	if o.MaxFileBytes < 1 {
		o.MaxFileBytes = defaultMaxFileBytes
	}
	if o.WatchInterval < 1 {
		o.WatchInterval = defaultWatchInterval
	}
	return o
}

// findRoot makes the paths absolute.
func (p *Plane) findRoot() (err error) {
	if p.path, err = filepath.Abs(p.options.Path); err != nil {
		return err
	}
	switch {
	case p.options.ModelRoot != "":
		if p.root, err = filepath.Abs(p.options.ModelRoot); err != nil {
			return err
		}
	case p.single:
		p.root = filepath.Dir(p.path)
	default:
		p.root = p.path
	}
	info, err := os.Stat(p.root)
	if err == nil && !info.IsDir() {
		err = &os.PathError{Op: "open", Path: p.root, Err: syscall.ENOTDIR}
	}
	return err
}

// startFile loads the file, whose model has its name from then on.
func (p *Plane) startFile(ctx context.Context) error {
	own := &source{path: p.path, name: p.nameOf(p.path)}
	m := newModel(p.options.ModelName, own)
	s, err := p.load(ctx, m, *own)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			return &modelx.Error{Kind: modelx.ErrIO, Err: e}
		}
		return fmt.Errorf("%s: %w", p.options.Path, err)
	}
	if m.name == "" {
		m.name = s.model.Name()
	}
	if m.name == "" {
		m.name, _ = suffixless(filepath.Base(p.path))
	}
	s.name = m.name
	p.models[m.name] = m
	p.commit(m, change{loaded: []*Served{s}})
	return nil
}

// startRepository loads the folder as the policy says.
func (p *Plane) startRepository(ctx context.Context) error {
	listed, err := p.scan()
	if err != nil {
		return &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	for _, m := range p.discover(listed) {
		for _, f := range listed[m.name] {
			if at, err := f.find(); err == nil {
				m.stamps[f.path] = at // The watch looks for what has changed since.
			}
		}
		if p.options.Load == LoadNone {
			continue
		}
		_ = p.loadListed(ctx, m, listed[m.name], "") // The events and the index have been told.
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// load reads a file, checks it in full, and warms it up. Only defects of the file, and the context's end, are errors that
// are no [*Error].
func (p *Plane) load(ctx context.Context, m *model, from source) (s *Served, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, internal(panicked(r))
		}
	}()
	start := time.Now()
	at, err := from.find()
	if err != nil {
		return nil, err
	}
	c, err := from.read(at, p.options.MaxFileBytes)
	if c != nil {
		at = c.stamp
	}
	p.mu.Lock()
	m.stamps[from.path] = at
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	loaded, err := c.decode(ctx, p.options.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	if s, err = newServed(ctx, loaded, p.options.MaxRows); err != nil {
		return nil, err
	}
	s.name, s.version, s.sha256, s.source = m.name, from.version, c.sha256, from
	s.source.name = p.nameOf(from.path)
	if s.version == "" {
		s.version = loaded.Version()
	}
	if s.version == "" {
		s.version = c.sha256[:12]
	}
	s.began, s.took = time.Now(), time.Since(start)
	return s, nil
}

// BeginShutdown makes the plane unready. Predictions go on; reloads are refused.
func (p *Plane) BeginShutdown() { p.stopping.Store(true) }

// Close ends the reloads and loads that are under way, which go on when their clients go away: for a server that waits for
// them no longer. Predictions go on.
func (p *Plane) Close() {
	p.BeginShutdown()
	p.close()
}

// Stopping tells whether BeginShutdown was called.
func (p *Plane) Stopping() bool { return p.stopping.Load() }

// ShuttingDownError is the error of a server that is told to stop.
func ShuttingDownError() *Error { return NewError(ShuttingDown, "the server is shutting down") }
