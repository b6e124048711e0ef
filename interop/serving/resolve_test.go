package serving

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// paths makes a root with everything that a path may meet.
func paths(t testing.TB) (root string) {
	t.Helper()
	top := realPath(t.TempDir())
	root = filepath.Join(top, "root")
	write(t, filepath.Join(root, "own.pb"), line("1", 1))
	write(t, filepath.Join(root, "sub", "b.pb"), line("2", 2))
	write(t, filepath.Join(top, "secret.pb"), line("9", 9))
	requireNone(t, syscall.Mkfifo(filepath.Join(root, "pipe.pb"), 0o644))
	for link, target := range map[string]string{
		"inside.pb":    "sub/b.pb",
		"absolute.pb":  filepath.Join(root, "sub", "b.pb"),
		"out.pb":       "../secret.pb",
		"out":          "..",
		"in":           "sub",
		"loop.pb":      "loop.pb",
		"dangling.pb":  "nothing.pb",
		"far.pb":       "/etc/passwd",
		"farther.pb":   "/nonexistent/x.pb",
		"sub/up":       "../..",
		"twice":        "in",
		"sub/back":     "../sub",
		"to-pipe.pb":   "pipe.pb",
		"to-folder.pb": "sub",
	} {
		requireNone(t, os.Symlink(target, filepath.Join(root, link)))
	}
	return root
}

func TestPathsOfReloads(t *testing.T) {
	root := paths(t)
	o := Options{Path: filepath.Join(root, "own.pb")}
	const version = "2"
	for path, want := range map[string]string{
		"sub/b.pb":                              version,
		"./sub//b.pb":                           version,
		"sub/../sub/b.pb":                       version,
		"../root/sub/b.pb":                      version,
		"in/../sub/b.pb":                        version,
		"in/b.pb":                               version,
		"twice/back/back/b.pb":                  version,
		"inside.pb":                             version,
		"absolute.pb":                           version,
		root + "/sub/b.pb":                      version,
		"out/root/sub/b.pb":                     version,
		"sub/up/root/sub/b.pb":                  version,
		"missing/../sub/b.pb":                   version,
		"../secret.pb":                          "outside_root",
		"out/secret.pb":                         "outside_root",
		"out/missing.pb":                        "outside_root",
		"out.pb":                                "outside_root",
		"far.pb":                                "outside_root",
		"farther.pb":                            "outside_root",
		"/etc/passwd":                           "outside_root",
		"/nonexistent/x.pb":                     "outside_root",
		"..":                                    "outside_root",
		"../../../../../../../../../etc/passwd": "outside_root",
		root + "-other/x.pb":                    "outside_root",
		"sub/up/secret.pb":                      "outside_root",
		"in/../../secret.pb":                    "outside_root",
		"missing.pb":                            "no_file",
		"dangling.pb":                           "no_file",
		"loop.pb":                               "no_file",
		"own.pb/x.pb":                           "no_file",
		"a\x00b":                                "no_file",
		"../a\x00b":                             "no_file",
		strings.Repeat("x", 300) + ".pb":        "no_file",
		strings.Repeat("x/", 2046) + ".pb":      "no_file",
		"sub":                                   "not regular",
		".":                                     "not regular",
		"to-folder.pb":                          "not regular",
		"pipe.pb":                               "not regular",
		"to-pipe.pb":                            "not regular",
		"own.pb/..":                             "not regular",
	} {
		p := start(t, o)
		report, err := p.Reload(t.Context(), ReloadRequest{Path: path, Trigger: TriggerRPC})
		switch want {
		case version:
			if err != nil {
				t.Errorf("%s: %v", path, err)
			} else if report.Version != version || !report.Changed || report.PreviousVersion != "1" {
				t.Errorf("%s: %+v", path, report)
			}
		case "outside_root":
			requireError(t, err, OutsideRoot, "path "+Quoted(path)+" leads outside the model root")
		case "no_file":
			requireError(t, err, NoFile, "no file "+Quoted(path)+" under the model root")
		default:
			requireError(t, err, NoFile, Quoted(path)+" is not a regular file")
		}
	}
}

// A link that is put in the way after the path was judged leads nowhere.
func TestALinkThatComesTooLateIsNotFollowed(t *testing.T) {
	root := paths(t)
	from := source{path: filepath.Join(root, "sub", "b.pb"), name: "sub/b.pb", under: root}
	at, err := from.find()
	requireNone(t, err)
	requireNone(t, os.Rename(filepath.Join(root, "sub"), filepath.Join(root, "before")))
	write(t, filepath.Join(root, "..", "elsewhere", "b.pb"), line("9", 9))
	requireNone(t, os.Symlink(filepath.Join(root, "..", "elsewhere"), filepath.Join(root, "sub")))
	if c, err := from.read(at, 1<<20); err == nil {
		t.Fatalf("%d bytes from outside the root", len(c.data))
	}
}

// A pipe that takes a file's place after the path was judged is not waited for.
func TestAPipeThatComesTooLateIsNotWaitedFor(t *testing.T) {
	root := paths(t)
	from := source{path: filepath.Join(root, "own.pb"), name: "own.pb"}
	at, err := from.find()
	requireNone(t, err)
	requireNone(t, os.Remove(from.path))
	requireNone(t, syscall.Mkfifo(from.path, 0o644))
	_, err = from.read(at, 1<<20)
	requireError(t, err, NoFile, `"own.pb" is not a regular file`)
}

// Whatever a client sends, what is read lies under the root.
func FuzzPaths(f *testing.F) {
	root := paths(f)
	p := start(f, Options{Path: filepath.Join(root, "own.pb")})
	m := p.models["line"]
	for _, path := range []string{"sub/b.pb", "../secret.pb", "out/secret.pb", "/etc/passwd", "a\x00", "sub/up/root/own.pb", "loop.pb/..", "~"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		from, refusal := p.clientSource(m, path)
		if refusal != nil {
			if refusal.Kind != OutsideRoot && refusal.Kind != NoFile {
				t.Fatal(refusal)
			}
			return
		}
		at, err := from.find()
		if err != nil {
			return
		}
		// The system's own way of following links must lead to the same place.
		real, err := filepath.EvalSymlinks(from.path)
		if err != nil || real != at.resolved {
			t.Fatalf("%q leads to %q, the system says %q, %v", path, at.resolved, real, err)
		}
		if !strings.HasPrefix(real, root+"/") || at.info.Mode()&fs.ModeType != 0 {
			t.Fatalf("%q leads to %q", path, real)
		}
	})
}
