package serving

import "time"

// Events are told what happens to models: logs and metrics are made of them. The methods are called one at a time for each
// model, and must be safe for concurrent use.
type Events interface {
	// Loaded tells of a version that begins to serve.
	Loaded(Loaded)
	// Refused tells of a change that was refused.
	Refused(Refused)
	// Reloaded tells of a change that a reload, a load or the watch made.
	Reloaded(Reloaded)
	// Removed tells of a version that no longer serves.
	Removed(model, version string)
}

// Loaded is a version of a model that begins to serve.
type Loaded struct {
	Model, Version, Type, Path, SHA256 string
	Took                               time.Duration
	EvidenceRows                       int64
}

// Refused is a change that was refused.
type Refused struct {
	// Model is empty where there is no such model.
	Model, Path string
	// Trigger is empty at the start of the server.
	Trigger Trigger
	Err     *Error
}

// Reloaded is a change of a model.
type Reloaded struct {
	Model, Version, PreviousVersion, Path string
	Trigger                               Trigger
	Took                                  time.Duration
}

// Join tells everything to all of the events, in their order.
func Join(events ...Events) Events { return joined(events) }

type joined []Events

func (j joined) Loaded(e Loaded) {
	for _, events := range j {
		events.Loaded(e)
	}
}

func (j joined) Refused(e Refused) {
	for _, events := range j {
		events.Refused(e)
	}
}

func (j joined) Reloaded(e Reloaded) {
	for _, events := range j {
		events.Reloaded(e)
	}
}

func (j joined) Removed(model, version string) {
	for _, events := range j {
		events.Removed(model, version)
	}
}
