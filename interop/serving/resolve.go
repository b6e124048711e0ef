package serving

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// mostLinks is how many symbolic links a path may go through.
const mostLinks = 64

// longestPath is how many bytes the path of a reload may have. Systems take no longer ones, and following one with millions
// of parts would take hours.
const longestPath = 4096

// resolve follows all symbolic links of an absolute path and all "..", as far as it leads; what comes after that is taken
// as it stands. filepath.EvalSymlinks gives up where a path ends, and so cannot tell where a missing file would lie.
// The path is not cleaned before, because ".." after a link leaves the link's target. err is that of looking at its end.
func resolve(path string) (resolved string, info fs.FileInfo, err error) {
	volume := filepath.VolumeName(path)
	root := volume + string(filepath.Separator)
	at := root
	rest := split(path[len(volume):])
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		at = filepath.Join(at, part)
		found, err := os.Lstat(at)
		if err != nil || found.Mode()&fs.ModeSymlink == 0 || links == mostLinks {
			continue
		}
		target, err := os.Readlink(at)
		if err != nil {
			continue
		}
		links++
		at = filepath.Dir(at)
		if filepath.IsAbs(target) {
			at = root
			target = target[len(filepath.VolumeName(target)):]
		}
		rest = append(split(target), rest...)
	}
	info, err = os.Lstat(at)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return at, nil, syscall.ELOOP
	}
	return at, info, err
}

// realPath is where a path leads.
func realPath(path string) string {
	resolved, _, _ := resolve(path)
	return resolved
}

// isAbsent tells whether the system says that there is nothing under a path.
func isAbsent(err error) bool {
	for _, absent := range []error{fs.ErrNotExist, syscall.ENOTDIR, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EINVAL} {
		if errors.Is(err, absent) {
			return true
		}
	}
	return false
}

func split(path string) []string { return strings.Split(filepath.ToSlash(path), "/") }

// isUnder tells whether a resolved path is a resolved folder or lies in it.
func isUnder(path, folder string) bool {
	_, ok := relative(path, folder)
	return ok
}

// relative is the path from a folder to what lies in it, by the texts of both alone.
func relative(path, folder string) (string, bool) {
	if path == folder {
		return ".", true
	}
	if !strings.HasSuffix(folder, string(filepath.Separator)) {
		folder += string(filepath.Separator)
	}
	return strings.CutPrefix(path, folder)
}
