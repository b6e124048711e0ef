// Package logs writes the server's log as docs/serving.md has it.
package logs

import (
	"io"
	"log/slog"

	"github.com/modelx-dev/modelx/interop/serving"
)

// New makes a logger of a level (debug, info, warning or error) and a format (json or text).
func New(w io.Writer, level, format string) (*slog.Logger, error) { return nil, nil }

// Events writes what happens to models.
func Events(logger *slog.Logger) serving.Events { return nil }
