package modelx

import (
	"runtime"
	"slices"
)

// Limits bound what a file may cost before it is trusted. The zero value of a field stands for its default.
type Limits struct {
	// MaxFileBytes is the largest file, in bytes: 1 GiB by default.
	MaxFileBytes int64
	// MaxExpandedBytes is the largest that a compressed file may expand to, in bytes: 1 GiB by default.
	MaxExpandedBytes int64
	// MaxDepth is how many models may nest, the outermost counting as 1: 16 by default.
	MaxDepth int
	// MaxJSONDepth is how many levels of JSON may nest: 100 by default.
	MaxJSONDepth int
}

// DefaultLimits returns the limits that apply without options.
func DefaultLimits() Limits {
	return Limits{MaxFileBytes: 1 << 30, MaxExpandedBytes: 1 << 30, MaxDepth: 16, MaxJSONDepth: 100}
}

// orDefaults returns the limits with the default in place of every value below 1.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	if l.MaxFileBytes > 0 {
		d.MaxFileBytes = l.MaxFileBytes
	}
	if l.MaxExpandedBytes > 0 {
		d.MaxExpandedBytes = l.MaxExpandedBytes
	}
	if l.MaxDepth > 0 {
		d.MaxDepth = l.MaxDepth
	}
	if l.MaxJSONDepth > 0 {
		d.MaxJSONDepth = l.MaxJSONDepth
	}
	return d
}

type settings struct {
	limits  Limits
	replay  bool
	workers int
	formats []Format
}

func newSettings(opts []Option) settings {
	s := settings{limits: DefaultLimits(), replay: true, workers: 1}
	for _, opt := range opts {
		if opt != nil {
			opt(&s)
		}
	}
	s.limits = s.limits.orDefaults()
	return s
}

// Option changes how a model is loaded.
type Option func(*settings)

// WithLimits sets all limits at once. Values below 1 stand for the default.
func WithLimits(l Limits) Option { return func(s *settings) { s.limits = l } }

// WithMaxFileBytes sets the largest file that is read, in bytes. Values below 1 stand for the default, 1 GiB.
func WithMaxFileBytes(n int64) Option { return func(s *settings) { s.limits.MaxFileBytes = n } }

// WithMaxExpandedBytes sets the largest that a compressed file may expand to, in bytes. Values below 1 stand for the
// default, 1 GiB.
func WithMaxExpandedBytes(n int64) Option { return func(s *settings) { s.limits.MaxExpandedBytes = n } }

// WithMaxDepth sets how many models may nest, the outermost counting as 1. Values below 1 stand for the default, 16.
func WithMaxDepth(n int) Option { return func(s *settings) { s.limits.MaxDepth = n } }

// WithMaxJSONDepth sets how many levels of JSON may nest. Values below 1 stand for the default, 100.
func WithMaxJSONDepth(n int) Option { return func(s *settings) { s.limits.MaxJSONDepth = n } }

// WithoutEvidenceReplay loads a model without comparing its answers with the recorded ones. The form of the evidence is
// checked all the same. [Model.Verify] replays it later.
func WithoutEvidenceReplay() Option { return func(s *settings) { s.replay = false } }

// WithWorkers lets a call of [Model.Run], [Model.RunContext] or [Model.PredictIndex] share many rows among n goroutines.
// The default is 1, so that a server decides itself how many cores a request may have; values below 1 stand for
// [runtime.GOMAXPROCS]. Few rows are computed by the calling goroutine, which then allocates nothing. The numbers are
// the same for any n.
func WithWorkers(n int) Option {
	return func(s *settings) {
		if n < 1 {
			n = runtime.GOMAXPROCS(0)
		}
		s.workers = n
	}
}

// WithFormats reads these formats alone; a file of another is an error of kind [ErrUnknownFormat]. None stands for all.
func WithFormats(formats ...Format) Option {
	return func(s *settings) { s.formats = slices.Clone(formats) }
}
