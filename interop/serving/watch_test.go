package serving

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// watching is a plane with a watcher whose looks the test takes.
func watching(t testing.TB, o Options) (*Plane, *watcher, *journal) {
	t.Helper()
	told := new(journal)
	p, err := New(t.Context(), o, told)
	requireNone(t, err)
	told.take()
	return p, &watcher{p, make(map[string]stamp)}, told
}

func (w *watcher) looks(t testing.TB, n int) {
	t.Helper()
	for range n {
		w.look(t.Context())
	}
}

func TestWatchWaitsUntilAFileIsAtRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p, w, told := watching(t, Options{Path: path})
	w.looks(t, 3)
	if lines := told.take(); lines != nil {
		t.Fatalf("nothing changed, but %q", lines)
	}
	// As long as it grows, it is left alone.
	for _, text := range []string{"\x0a\x04line", "\x0a\x04line\x12", "\x0a\x04line\x12\x01"} {
		writeBytes(t, path, text)
		w.looks(t, 1)
	}
	write(t, path, line("2", 2))
	w.looks(t, 1)
	requireServes(t, p, "", "1", 1)
	w.looks(t, 1)
	requireServes(t, p, "", "2", 2)
	same(t, "what is told", told.take(), []string{"removed line 1", "loaded line 2 from own.pb", `reloaded line from "1" to "2" by watch`})
	w.looks(t, 3)
	if lines := told.take(); lines != nil {
		t.Fatalf("nothing changed, but %q", lines)
	}
	info, err := p.Info("", "")
	requireNone(t, err)
	equal(t, "the trigger", info.LastReload.Trigger, TriggerWatch)
	reload(t, p, ReloadRequest{Rollback: true})
	w.looks(t, 3)
	requireServes(t, p, "", "1", 1) // What was brought back stays.
}

func TestWatchTriesABadFileOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p, w, told := watching(t, Options{Path: path})
	writeBytes(t, path, "<html>")
	w.looks(t, 5)
	const text = `file "own.pb" is refused (unknown_format); version "1" goes on serving`
	same(t, "what is told", told.take(), []string{`refused line own.pb by "watch": ` + text})
	_, models := p.Readiness()
	if r := models[0].LastReload; !models[0].Ready || r.OK || r.Error != text {
		t.Errorf("readiness is %+v", models)
	}
	write(t, path, line("2", 2))
	w.looks(t, 2)
	requireServes(t, p, "", "2", 2)
}

func TestWatchSurvivesAFileThatVanishes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p, w, told := watching(t, Options{Path: path})
	requireNone(t, os.Remove(path))
	w.looks(t, 3)
	requireServes(t, p, "", "1", 1)
	if lines := told.take(); lines != nil {
		t.Fatalf("a file that vanishes tells %q", lines)
	}
	write(t, path, line("2", 2))
	w.looks(t, 2)
	requireServes(t, p, "", "2", 2)
}

// Editors write beside the file, and rename; so does modelx. The inode is another one, even where size and time are the same.
func TestWatchSeesARename(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p, w, _ := watching(t, Options{Path: path})
	info, err := os.Stat(path)
	requireNone(t, err)
	beside := filepath.Join(filepath.Dir(path), "beside.pb")
	write(t, beside, line("2", 2))
	requireNone(t, os.Chtimes(beside, info.ModTime(), info.ModTime()))
	requireNone(t, os.Rename(path, path+"~"))
	w.looks(t, 1)
	requireNone(t, os.Rename(beside, path))
	w.looks(t, 2)
	requireServes(t, p, "", "2", 2)
}

// Kubernetes swaps one symbolic link, ..data, to another folder.
func TestWatchSeesALinkThatIsSwapped(t *testing.T) {
	root := t.TempDir()
	for version, folder := range map[string]string{"1": "..one", "2": "..two"} {
		write(t, filepath.Join(root, folder, "model.pb"), line(version, float64(len(folder))))
	}
	requireNone(t, os.Symlink("..one", filepath.Join(root, "..data")))
	requireNone(t, os.Symlink("..data/model.pb", filepath.Join(root, "model.pb")))
	p, w, _ := watching(t, Options{Path: filepath.Join(root, "model.pb")})
	requireServes(t, p, "", "1", 5)
	requireNone(t, os.Symlink("..two", filepath.Join(root, "..next")))
	requireNone(t, os.Rename(filepath.Join(root, "..next"), filepath.Join(root, "..data")))
	w.looks(t, 2)
	requireServes(t, p, "", "2", 5)
}

func TestWatchIgnoresATouch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	_, w, told := watching(t, Options{Path: path})
	settle(t, path)
	w.looks(t, 3)
	if lines := told.take(); lines != nil {
		t.Errorf("the same bytes tell %q", lines)
	}
}

// A file that is written twice within the grain of the clock has the same time and size: a young one is looked at again.
func TestWatchLooksAtAYoungFileAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	now := time.Now()
	requireNone(t, os.Chtimes(path, now, now))
	p, w, _ := watching(t, Options{Path: path})
	data, err := modelx.Marshal(line("2", 1), modelx.FormatProtobuf)
	requireNone(t, err)
	requireNone(t, os.WriteFile(path, data, 0o644))
	requireNone(t, os.Chtimes(path, now, now))
	w.looks(t, 2)
	requireServes(t, p, "", "2", 1)
}

func TestWatchOfARepository(t *testing.T) {
	root := t.TempDir()
	for version, value := range map[string]float64{"1": 1, "9": 9} {
		write(t, filepath.Join(root, "a", version, "model.pb"), line("", value))
	}
	p, w, told := watching(t, Options{Path: root})
	w.looks(t, 3)
	if lines := told.take(); lines != nil {
		t.Fatalf("nothing changed, but %q", lines)
	}
	// Versions and models that appear are loaded; a higher one than all before is the default.
	write(t, filepath.Join(root, "a", "10", "model.pb"), line("", 10))
	write(t, filepath.Join(root, "a", "2", "model.pb"), line("", 2))
	write(t, filepath.Join(root, "b.pb"), line("1", 1))
	requireNone(t, os.Mkdir(filepath.Join(root, "a", "11"), 0o755))
	w.looks(t, 2)
	requireServes(t, p, "a", "10", 10)
	requireServes(t, p, "b", "1", 1)
	same(t, "the versions", p.Versions("a"), []string{"1", "2", "9", "10"})

	// A version that a reload named stays the default, until a newer one arrives.
	reload(t, p, ReloadRequest{Model: "a", Version: "9"})
	write(t, filepath.Join(root, "a", "10", "model.pb"), line("", 10.5))
	write(t, filepath.Join(root, "a", "3", "model.pb"), line("", 3))
	w.looks(t, 2)
	requireServes(t, p, "a", "9", 9)
	v, _, err := predict(p, "a", "10")
	requireNone(t, err)
	equal(t, "what version 10 answers", v, 10.5)
	write(t, filepath.Join(root, "a", "11", "model.pb"), line("", 11))
	w.looks(t, 2)
	requireServes(t, p, "a", "11", 11)
	reload(t, p, ReloadRequest{Model: "a", Rollback: true})
	requireServes(t, p, "a", "9", 9)

	// A single file's version may change, and may be one that there is already.
	write(t, filepath.Join(root, "b.pb"), line("0.5", 2))
	w.looks(t, 2)
	requireServes(t, p, "b", "0.5", 2)
	same(t, "the versions", p.Versions("b"), []string{"0.5"})
	write(t, filepath.Join(root, "b", "7", "model.pb"), line("", 7))
	w.looks(t, 2)
	write(t, filepath.Join(root, "b.pb"), line("7", 3))
	told.take()
	w.looks(t, 3)
	same(t, "what is told", told.take(), []string(nil))
	requireServes(t, p, "b", "7", 7)

	// What was unloaded stays so.
	requireNone(t, p.Unload(t.Context(), "a"))
	write(t, filepath.Join(root, "a", "12", "model.pb"), line("", 12))
	w.looks(t, 3)
	if p.ModelReady("a", "") {
		t.Error("an unloaded model is back")
	}
	requireNone(t, os.RemoveAll(root))
	w.looks(t, 3)
	requireServes(t, p, "b", "7", 7)
}

func TestWatchLeavesAloneWhatThePolicyLeft(t *testing.T) {
	root := t.TempDir()
	for version, value := range map[string]float64{"1": 1, "2": 2} {
		write(t, filepath.Join(root, "a", version, "model.pb"), line("", value))
	}
	p, w, _ := watching(t, Options{Path: root, Load: LoadLatest})
	w.looks(t, 3)
	same(t, "the versions", p.Versions("a"), []string{"2"})
	write(t, filepath.Join(root, "a", "3", "model.pb"), line("", 3))
	w.looks(t, 2)
	requireServes(t, p, "", "3", 3)
	p, w, _ = watching(t, Options{Path: root, Load: LoadNone})
	w.looks(t, 3)
	if p.ModelReady("a", "") {
		t.Error("what was not to be loaded is")
	}
}

// What a reload brought from outside the folder is not watched.
func TestWatchLooksAtTheFolderOnly(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "repository", "a.pb"), line("1", 1))
	extra := filepath.Join(top, "extra.pb")
	write(t, extra, line("2", 2))
	p, w, _ := watching(t, Options{Path: filepath.Join(top, "repository"), ModelRoot: top})
	reload(t, p, ReloadRequest{Path: "extra.pb"})
	write(t, extra, line("2", 2.5))
	w.looks(t, 3)
	requireServes(t, p, "a", "2", 2)
	write(t, filepath.Join(top, "repository", "a.pb"), line("1", 1.5))
	w.looks(t, 2)
	if got, _, err := predict(p, "a", "1"); err != nil || got != 1.5 {
		t.Errorf("version 1 answers %v, %v", got, err)
	}
	requireServes(t, p, "a", "2", 2)
}

func TestWatchEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p, err := New(t.Context(), Options{Path: path, WatchInterval: time.Millisecond}, nil)
	requireNone(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Watch(ctx)
	}()
	write(t, path, line("2", 2))
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, version, err := predict(p, "", ""); err == nil && version == "2" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the change is not seen")
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("Watch does not end")
	}
}
