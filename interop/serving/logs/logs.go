// Package logs writes the server's log as docs/serving.md has it.
package logs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/modelx-dev/modelx/interop/serving"
)

// New makes a logger of a level (debug, info, warning or error) and a format (json or text).
func New(w io.Writer, level, format string) (*slog.Logger, error) {
	options := &slog.HandlerOptions{ReplaceAttr: replace}
	switch level {
	case "debug":
		options.Level = slog.LevelDebug
	case "info":
		options.Level = slog.LevelInfo
	case "warning":
		options.Level = slog.LevelWarn
	case "error":
		options.Level = slog.LevelError
	default:
		return nil, fmt.Errorf("log level %q; expected debug, info, warning or error", level)
	}
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	default:
		return nil, fmt.Errorf("log format %q; expected json or text", format)
	}
}

// replace writes the time in UTC, to the millisecond, and the level as the settings name it.
func replace(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		if t, ok := a.Value.Any().(time.Time); ok {
			return slog.String(a.Key, t.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
		}
	case slog.LevelKey:
		if level, ok := a.Value.Any().(slog.Level); ok {
			if level == slog.LevelWarn {
				return slog.String(a.Key, "warning")
			}
			return slog.String(a.Key, strings.ToLower(level.String()))
		}
	}
	return a
}

// Seconds is a time as the log has it: to the microsecond.
func Seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// Events writes what happens to models.
func Events(logger *slog.Logger) serving.Events { return events{logger} }

type events struct{ logger *slog.Logger }

func (e events) Loaded(l serving.Loaded) {
	e.logger.LogAttrs(context.Background(), slog.LevelInfo, "model loaded",
		slog.String("model", l.Model), slog.String("model_version", l.Version), slog.String("path", l.Path),
		slog.String("sha256", l.SHA256), slog.Float64("seconds", Seconds(l.Took)), slog.Int64("evidence_rows", l.EvidenceRows))
}

func (e events) Refused(r serving.Refused) {
	attributes := []slog.Attr{
		slog.String("model", r.Model), slog.String("path", r.Path), slog.String("trigger", string(r.Trigger)),
		slog.String("kind", string(r.Err.Kind)), slog.String("error", r.Err.Message),
	}
	if r.Err.Detail != "" {
		attributes = append(attributes, slog.String("detail", r.Err.Detail))
	}
	e.logger.LogAttrs(context.Background(), slog.LevelWarn, "reload refused", attributes...)
}

func (e events) Reloaded(r serving.Reloaded) {
	e.logger.LogAttrs(context.Background(), slog.LevelInfo, "model reloaded",
		slog.String("model", r.Model), slog.String("model_version", r.Version), slog.String("previous_version", r.PreviousVersion),
		slog.String("path", r.Path), slog.String("trigger", string(r.Trigger)), slog.Float64("seconds", Seconds(r.Took)))
}

func (events) Removed(string, string) {}
