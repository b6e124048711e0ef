package serving

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// LoadPolicy says which versions of a repository are loaded.
type LoadPolicy string

// What of a repository is loaded at the start.
const (
	LoadAll    LoadPolicy = "all"
	LoadLatest LoadPolicy = "latest"
	LoadNone   LoadPolicy = "none"
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
	options  Options
	events   Events
	snapshot atomic.Pointer[any]
	stopping atomic.Bool
	mu       sync.Mutex
}

// New loads what o names. A single file that is refused is an error of package modelx, with the file's path; of a
// repository, only a folder that cannot be read is one. Files of a repository that are refused are told to events, and
// are in the index. events may be nil.
func New(ctx context.Context, o Options, events Events) (*Plane, error) { return nil, nil }

// Predict computes all methods that the request asks for, by one load of one model. It allocates nothing once response
// has been used for such a request before, and takes no lock. Every error is an [*Error]; response is unspecified then.
func (p *Plane) Predict(ctx context.Context, request *Request, response *Response) error { return nil }

// Served returns the load of a model that a request for this name and version is answered by; both may be empty.
// Errors: unknown_model, unknown_version, bad_request.
func (p *Plane) Served(model, version string) (*Served, error) { return nil, nil }

// Versions returns the versions of a model that are ready, in ascending order; nil where there is no such model.
func (p *Plane) Versions(model string) []string { return nil }

// Info describes a model. Errors: as of Served.
func (p *Plane) Info(model, version string) (*Info, error) { return nil, nil }

// Index lists the repository: all versions that are ready, and those that are not with the reason, by name and version.
func (p *Plane) Index() []IndexEntry { return nil }

// Readiness tells whether requests are taken, and the models with the versions that answer by default, by name.
func (p *Plane) Readiness() (ready bool, models []ModelReadiness) { return false, nil }

// ModelReady tells whether a model answers; version may be empty.
func (p *Plane) ModelReady(model, version string) bool { return false }

// Reload brings another file or version into service, and returns when it serves. Errors: those of Served,
// outside_root, no_file, version_mismatch, no_rollback, shutting_down, and with Refused the kind of a file's defect.
func (p *Plane) Reload(ctx context.Context, request ReloadRequest) (*ReloadReport, error) {
	return nil, nil
}

// ReloadAll reads all models again, as Load does, and those that a repository has got since; not those that were unloaded.
// What is refused is told to the events. The error is the context's, or shutting_down.
func (p *Plane) ReloadAll(ctx context.Context, trigger Trigger) error { return nil }

// Load reads all versions of a model again that the load policy says. Errors: unknown_model, shutting_down, and with
// Refused the defect of the first version that is refused; the others serve then.
func (p *Plane) Load(ctx context.Context, model string, trigger Trigger) error { return nil }

// Unload takes a model out of service until it is loaded again. Errors: unknown_model, shutting_down.
func (p *Plane) Unload(ctx context.Context, model string) error { return nil }

// Watch looks at the files at every interval, and loads what has changed. It returns when the context ends.
func (p *Plane) Watch(ctx context.Context) {}

// BeginShutdown makes the plane unready. Predictions go on; reloads are refused.
func (p *Plane) BeginShutdown() {}

// Stopping tells whether BeginShutdown was called.
func (p *Plane) Stopping() bool { return false }
