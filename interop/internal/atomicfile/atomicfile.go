// Package atomicfile writes files so that a failure leaves the old one whole.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write calls write with a temporary file in the folder of path, which takes the place of path when write and everything
// else has succeeded; else it is removed. The new file has the permissions of the old one. A symbolic link stays, and
// what it points to is replaced. What is no regular file, such as a pipe, cannot be replaced and is refused.
//
// It returns the error of write as it is, or one of package os.
func Write(path string, write func(w io.Writer) error) error {
	target := path
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		target = resolved
	}
	mode, exists := fs.FileMode(0), false
	if info, err := os.Stat(target); err == nil {
		if !info.Mode().IsRegular() {
			return &fs.PathError{Op: "replace", Path: path, Err: errors.New("not a regular file")}
		}
		mode, exists = info.Mode().Perm(), true
	}
	file, err := createBeside(target)
	if system := (*fs.PathError)(nil); errors.As(err, &system) {
		return &fs.PathError{Op: "create", Path: path, Err: system.Err} // The temporary name says nothing to anybody.
	}
	if err != nil {
		return err
	}
	if err = write(file); err == nil {
		err = finish(file, target, mode, exists)
	} else {
		_ = file.Close() // The error of writing says why.
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// createBeside creates a file with a name of its own and, unlike os.CreateTemp, with a new file's usual permissions.
func createBeside(target string) (*os.File, error) {
	folder, name := filepath.Split(target)
	for i := 0; ; i++ {
		temporary := filepath.Join(folder, fmt.Sprintf(".%s.%d-%d.tmp", name, os.Getpid(), i))
		file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
}

// finish brings a file to the disk before it takes its place, so that a crash leaves one of the two whole.
func finish(file *os.File, target string, mode fs.FileMode, exists bool) error {
	err := file.Sync()
	if exists {
		err = errors.Join(err, file.Chmod(mode))
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), target)
}
