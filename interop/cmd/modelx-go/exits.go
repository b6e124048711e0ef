package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving/server"
)

// The exit codes. They are stable: scripts rely on them.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitBadFile  = 3
	exitBadInput = 4
	exitRefused  = 5
	exitIO       = 6
	exitNoAnswer = 7
	// 128 and the number of a second signal that ended a server.
	exitSignal = 128
)

const exitHelp = `
Exit codes:
  0  done
  1  a check failed: the model answers something else than was recorded, or verify found a bad file
  2  the command line is wrong
  3  a model file is damaged, or of an unknown kind
  4  the rows do not suit the model
  5  call: the server refused the file of a reload, or the token has no right to it
  6  a file cannot be read or written, or a port is taken
  7  call: the server does not answer, fails, has too many requests, or takes too long

Errors go to standard error; with --json as {"error": {"kind", "message", "path", "file"}} on one line.
`

// fileError marks an error as one of a model file or of an output; inputError as one of the rows. Both name the file
// that has the defect in it, where it has a name.
type (
	fileError struct {
		file string
		error
	}
	inputError struct {
		file string
		error
	}
)

// refusedError marks a model file that a server refuses at its start.
type refusedError struct{ fileError }

func (e refusedError) Unwrap() error { return e.fileError }

func (e fileError) Unwrap() error  { return e.error }
func (e inputError) Unwrap() error { return e.error }

// errFailed ends a command whose output says already what failed.
var errFailed = errors.New("a check failed")

func exitCode(err error) int {
	killed := (*server.KilledError)(nil)
	if call := asCall(err); call != nil {
		return callExit(call)
	}
	switch {
	case errors.As(err, &killed):
		return exitSignal + int(killed.Signal) // As shells have it.
	case errors.As(err, new(refusedError)):
		return exitBadFile
	case errors.Is(err, errFailed), errors.Is(err, modelx.ErrEvidenceMismatch):
		return exitFailed
	case errors.Is(err, modelx.ErrUnsupportedMethod):
		return exitUsage
	case errors.Is(err, modelx.ErrIO), errors.As(err, new(*fs.PathError)), errors.As(err, new(*server.ListenError)):
		return exitIO
	case errors.As(err, new(inputError)):
		return exitBadInput
	case errors.As(err, new(fileError)):
		return exitBadFile
	default:
		return exitUsage // All others come from the flags and arguments.
	}
}

// description is an error for scripts.
type description struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Path is the place in the model or in the rows; of an error of the file system, it is the path of the file.
	Path string `json:"path"`
	File string `json:"file,omitempty"`
	// Detail and RequestID are there where a server sent them.
	Detail    string `json:"detail,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

func describe(err error) description {
	if call := asCall(err); call != nil {
		return description{
			Kind: string(call.Kind), Message: call.Message, File: fileOf(err), Detail: call.Detail, RequestID: call.RequestID,
		}
	}
	d := description{Kind: "usage", Message: err.Error()}
	if typed := (*modelx.Error)(nil); errors.As(err, &typed) {
		bare := *typed
		bare.Path = ""
		message := strings.TrimPrefix(bare.Error(), typed.Kind.Error()+": ")
		d = description{Kind: string(typed.Kind), Message: message, Path: typed.Path, File: fileOf(err)}
	} else if exitCode(err) != exitUsage {
		d.Kind = string(modelx.ErrIO)
	}
	if system := (*fs.PathError)(nil); d.Kind == string(modelx.ErrIO) && errors.As(err, &system) {
		d = description{Kind: d.Kind, Message: system.Err.Error(), Path: system.Path}
	}
	return d
}

// fileOf names the file that an error is about, or gives "".
func fileOf(err error) string {
	input, file := inputError{}, fileError{}
	if errors.As(err, &input) {
		return input.file
	}
	if errors.As(err, &file) {
		return file.file
	}
	return ""
}

// text is the place, and the message.
func (d description) text() string {
	out := d.Message
	for _, place := range []string{d.Path, d.File} {
		if place != "" {
			out = place + ": " + out
		}
	}
	out = printable(out)
	for line := range strings.Lines(d.Detail) {
		out += "\n  " + printable(strings.TrimRight(line, "\n"))
	}
	if d.RequestID != "" {
		out += "\n  request id: " + printable(d.RequestID)
	}
	return out
}

// fail prints an error, and gives its exit code.
func fail(stderr io.Writer, cmd *cobra.Command, args []string, err error) int {
	code := exitCode(err)
	if errors.Is(err, errFailed) || code > exitSignal {
		return code
	}
	d := describe(err)
	// The flags may be what is wrong, so the arguments are asked.
	if slices.Contains(args, "--json") {
		_ = json.NewEncoder(stderr).Encode(map[string]description{"error": d}) // Nobody is left to be told.
		return code
	}
	text := d.text()
	if d.Kind == "usage" {
		text += fmt.Sprintf("\n  try: %s --help", cmd.CommandPath())
	}
	_, _ = fmt.Fprintf(stderr, "modelx-go: error (%s): %s\n", d.Kind, text)
	return code
}

// printable shows what a file says on a terminal: control characters, which could command it, as escapes.
func printable(text string) string {
	var out strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
		} else {
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return out.String()
}
