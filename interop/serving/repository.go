package serving

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// found is a version that a repository has, or a single file. problem tells why it cannot be read.
type found struct {
	source
	problem *Error
}

// scan lists the models of a repository: for each, the versions in ascending order, then single files by name. What cannot
// be listed is no model: files come and go while one looks.
func (p *Plane) scan() (map[string][]found, error) {
	entries, err := os.ReadDir(p.path)
	if err != nil {
		return nil, err
	}
	folder := realPath(p.path)
	models := make(map[string][]found)
	for _, e := range entries {
		name := e.Name()
		if hidden(name) {
			continue
		}
		path := filepath.Join(p.path, name)
		resolved, info, err := resolve(path)
		if err == nil && info.IsDir() {
			if isUnder(resolved, folder) {
				models[name] = append(p.scanVersions(path, folder), models[name]...)
			}
		} else if stem, ok := suffixless(name); ok && !isAbsent(err) {
			models[stem] = append(models[stem], p.judge(path, ""))
		}
	}
	for name, list := range models {
		if len(list) == 0 {
			delete(models, name)
		}
	}
	return models, nil
}

// hidden tells whether a name is passed over. One that is no UTF-8 could not be told to anybody.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || !utf8.ValidString(name) }

// scanVersions lists the versions in a model's folder. realRoot is the repository's, without symbolic links.
func (p *Plane) scanVersions(folder, realRoot string) []found {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var versions []found
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		resolved, info, err := resolve(path)
		if err != nil || !info.IsDir() {
			continue
		}
		if !isUnder(resolved, realRoot) {
			versions = append(versions, p.found(path, e.Name(), outsideRoot(p.nameOf(path))))
			continue
		}
		versions = append(versions, p.scanVersion(path, e.Name()))
	}
	slices.SortFunc(versions, func(a, b found) int { return cmp.Compare(a.version, b.version) })
	slices.SortStableFunc(versions, func(a, b found) int { return compareVersions(a.version, b.version) })
	return versions
}

// scanVersion finds the one model file in a version's folder.
func (p *Plane) scanVersion(folder, version string) found {
	entries, err := os.ReadDir(folder)
	var names []string
	for _, e := range entries {
		if _, ok := suffixless(e.Name()); ok && !hidden(e.Name()) {
			if _, _, err := resolve(filepath.Join(folder, e.Name())); !isAbsent(err) {
				names = append(names, e.Name())
			}
		}
	}
	switch {
	case len(names) == 1:
		return p.judge(filepath.Join(folder, names[0]), version)
	case err != nil || len(names) == 0:
		return p.found(folder, version, NewError(NoFile, "no model file in %s", Quoted(p.nameOf(folder))))
	default:
		return p.found(folder, version, NewError(NoFile, "%d model files in %s; expected one", len(names), Quoted(p.nameOf(folder))))
	}
}

func (p *Plane) found(path, version string, problem *Error) found {
	return found{source{path: path, name: p.nameOf(path), under: p.path, version: version}, problem}
}

// judge is a file that may be read, or the reason why it may not.
func (p *Plane) judge(path, version string) found {
	f := p.found(path, version, nil)
	_, err := f.find()
	f.problem, _ = errors.AsType[*Error](err) // What else is wrong will show when it is read.
	return f
}

// nameOf is a file's place as texts have it: relative to the model root, or absolute when it is elsewhere.
func (p *Plane) nameOf(path string) string {
	name, ok := relative(path, p.root)
	if !ok {
		name, ok = relative(path, realPath(p.root))
	}
	if !ok {
		return path
	}
	return filepath.ToSlash(name)
}
