package serving

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// unsettled is how young a file may be when it is read: one that is written again within the clock's grain has the
// same time of change, so it is looked at once more.
const unsettled = 50 * time.Millisecond

// formats are those that both engines read.
var formats = []modelx.Format{modelx.FormatProtobuf, modelx.FormatJSON, modelx.FormatONNX}

// source is a place where a model file is.
type source struct {
	// path is absolute; symbolic links on it are followed each time, because they may be exchanged.
	path string
	// name is how texts call it.
	name string
	// under is the folder that the file must not lead out of, or empty.
	under string
	// version is the one of the folder in the repository, or empty for the file's own.
	version string
}

// stamp tells one state of a file from another without reading it.
type stamp struct {
	resolved string
	info     fs.FileInfo
}

func (s stamp) equal(t stamp) bool {
	if s.info == nil || t.info == nil {
		return s.info == t.info
	}
	return s.resolved == t.resolved && os.SameFile(s.info, t.info) && s.info.Size() == t.info.Size() &&
		s.info.ModTime().Equal(t.info.ModTime())
}

// content is a model file that was read.
type content struct {
	data   []byte
	sha256 string
	stamp  stamp
}

// suffixless takes the suffixes of model files off a file's name. It is false for other files, and for a name that
// consists of suffixes.
func suffixless(name string) (string, bool) {
	rest := name
	for _, compression := range []string{".gz", ".zst"} {
		if len(rest) > len(compression) && strings.EqualFold(rest[len(rest)-len(compression):], compression) {
			rest = rest[:len(rest)-len(compression)]
			break
		}
	}
	for _, format := range []string{".pb", ".json", ".onnx"} {
		if len(rest) > len(format) && strings.EqualFold(rest[len(rest)-len(format):], format) {
			return rest[:len(rest)-len(format)], true
		}
	}
	return name, false
}

// find follows the links of a source to a regular file, which is not opened: opening a device or a pipe may do something.
// Errors: outside_root, no_file, and one of package modelx where the system does not let us look.
func (s *source) find() (stamp, error) {
	resolved, info, err := resolve(s.path)
	switch {
	case s.under != "" && !isUnder(resolved, realPath(s.under)):
		return stamp{}, outsideRoot(s.name)
	case isAbsent(err):
		return stamp{}, NewError(NoFile, "no file %s under the model root", Quoted(s.name))
	case err != nil:
		return stamp{}, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	case !info.Mode().IsRegular():
		return stamp{}, NewError(NoFile, "%s is not a regular file", Quoted(s.name))
	}
	return stamp{resolved, info}, nil
}

func outsideRoot(name string) *Error {
	return NewError(OutsideRoot, "path %s leads outside the model root", Quoted(name))
}

// read reads a file that find found. Only the file's own defects are errors that are not an [*Error].
func (s *source) read(found stamp, limit int64) (*content, error) {
	file, err := s.open(found.resolved)
	if err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	defer file.Close() //nolint:errcheck // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	if !info.Mode().IsRegular() {
		return nil, NewError(NoFile, "%s is not a regular file", Quoted(s.name))
	}
	if _, ok := suffixless(filepath.Base(s.path)); !ok {
		return nil, &modelx.Error{
			Kind: modelx.ErrUnknownFormat, Found: "a file name whose suffix names no format",
			Want: ".pb, .json or .onnx, with .gz or .zst after it or not", Hint: "rename the file",
		}
	}
	if info.Size() > limit {
		return nil, tooLarge(limit)
	}
	// The size is a hint only: the file may grow while it is read.
	buffer := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	bound := limit
	if bound+1 > bound {
		bound++
	}
	if _, err := buffer.ReadFrom(io.LimitReader(file, bound)); err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	if int64(buffer.Len()) > limit {
		return nil, tooLarge(limit)
	}
	after, err := file.Stat()
	if err != nil {
		return nil, &modelx.Error{Kind: modelx.ErrIO, Err: err}
	}
	if int64(buffer.Len()) != info.Size() || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		return nil, &modelx.Error{
			Kind: modelx.ErrMalformed, Found: "a file that changed while it was read", Want: "a whole one",
			Hint: "write it beside its place, and rename it",
		}
	}
	sum := sha256.Sum256(buffer.Bytes())
	c := &content{data: buffer.Bytes(), sha256: hex.EncodeToString(sum[:]), stamp: stamp{found.resolved, info}}
	if age := time.Since(info.ModTime()); -unsettled < age && age < unsettled {
		c.stamp = stamp{}
	}
	return c, nil
}

// open opens what was found. A pipe that took its place meanwhile must not make us wait, nor a link lead out.
func (s *source) open(resolved string) (*os.File, error) {
	const flags = os.O_RDONLY | syscall.O_NONBLOCK
	if s.under == "" {
		return os.OpenFile(resolved, flags, 0)
	}
	folder := realPath(s.under)
	inside, ok := relative(resolved, folder)
	if !ok {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // nothing was written
	return root.OpenFile(inside, flags, 0)
}

func tooLarge(limit int64) error {
	return &modelx.Error{
		Kind: modelx.ErrTooLarge, Found: "a larger file", Want: fmt.Sprintf("at most %d bytes", limit),
		Hint: "raise --max-file-bytes if you trust the file",
	}
}

// decode makes the model of a file that was read.
func (c *content) decode(ctx context.Context, limit int64) (modelx.Model, error) {
	return modelx.DecodeBytesContext(ctx, c.data, modelx.WithFormats(formats...), modelx.WithMaxFileBytes(limit), modelx.WithMaxExpandedBytes(limit))
}

// refusal puts the reason why a file is refused in the contract's words. goesOn is the version that serves, or nil.
func refusal(name string, err error, goesOn *Served) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if ended := contextError(err); ended != nil {
		return ended
	}
	var defect *modelx.Error
	if !errors.As(err, &defect) {
		return internal(err)
	}
	return &Error{
		Kind: Kind(defect.Kind), Refused: true, Err: err, Detail: err.Error(),
		Message: refused(name, Kind(defect.Kind)) + "; " + serving(goesOn),
	}
}

// refused says that a file is, as the index has it.
func refused(name string, kind Kind) string {
	return fmt.Sprintf("file %s is refused (%s)", Quoted(name), string(kind))
}

// internal is an error of modelx itself.
func internal(err error) *Error {
	return &Error{Kind: Internal, Message: "an internal error; the server's log tells more", Err: err}
}

// serving says what serves after a refusal.
func serving(goesOn *Served) string {
	if goesOn == nil {
		return "no version is in service"
	}
	return fmt.Sprintf("version %s goes on serving", Quoted(goesOn.version))
}

// contextError puts the end of a context in the contract's words; nil for other errors.
func contextError(err error) *Error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: DeadlineExceeded, Message: "the deadline passed before the answer was ready", Err: err}
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Cancelled, Message: "the client went away", Err: err}
	default:
		return nil
	}
}
