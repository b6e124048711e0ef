package serving

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// repository makes a folder with everything that one may hold.
func repository(t testing.TB) (root string) {
	t.Helper()
	top := realPath(t.TempDir())
	root = filepath.Join(top, "root")
	for path, model := range map[string][2]any{
		"a/1/model.pb":          {"ignored", 1.0},
		"a/10/model.json.gz":    {"", 10.0},
		"a/9/any.pb":            {"", 9.0},
		"b.pb":                  {"1.2.3", 3.0},
		"c.json":                {"", 4.0},
		"d/1/model.pb":          {"", 5.0},
		"d.pb":                  {"1", 6.0},
		".hidden/1/model.pb":    {"", 7.0},
		"a/.hidden/model.pb":    {"", 7.0},
		"a/11/.hidden.pb":       {"", 7.0},
		"two/1/x.pb":            {"", 7.0},
		"two/1/y.json":          {"", 7.0},
		"two/2/model.pb":        {"", 8.0},
		"deep/1/2/model.pb":     {"", 7.0},
		"shallow/model.pb":      {"", 7.0},
		"../outside/1/model.pb": {"", 7.0},
	} {
		write(t, filepath.Join(root, path), line(model[0].(string), model[1].(float64)))
	}
	writeBytes(t, filepath.Join(root, "bad", "1", "model.pb"), "<html>")
	writeBytes(t, filepath.Join(root, "notes.txt"), "nothing")
	requireNone(t, os.MkdirAll(filepath.Join(root, "odd", "1", "model.pb"), 0o755))
	requireNone(t, syscall.Mkfifo(filepath.Join(root, "pipe.pb"), 0o644))
	for link, target := range map[string]string{
		"linked": "a", "away": "../outside", "dangling.pb": "nothing", "odd/2": "../../outside/1",
	} {
		requireNone(t, os.Symlink(target, filepath.Join(root, link)))
	}
	requireNone(t, os.MkdirAll(filepath.Join(root, "odd", "3"), 0o755))
	requireNone(t, os.Symlink("../../../outside/1/model.pb", filepath.Join(root, "odd", "3", "model.pb")))
	requireNone(t, os.MkdirAll(filepath.Join(root, "odd", "4"), 0o755))
	requireNone(t, os.Symlink("nothing", filepath.Join(root, "odd", "4", "model.pb")))
	return root
}

func TestARepository(t *testing.T) {
	root := repository(t)
	told := new(journal)
	p, err := New(t.Context(), Options{Path: root}, told)
	requireNone(t, err)
	c, err := p.Served("c", "")
	requireNone(t, err)
	same(t, "the index", p.Index(), []IndexEntry{
		{"a", "1", true, ""},
		{"a", "9", true, ""},
		{"a", "10", true, ""},
		{"a", "11", false, `no model file in "a/11"`},
		{"b", "1.2.3", true, ""},
		{"bad", "1", false, `file "bad/1/model.pb" is refused (unknown_format)`},
		{"c", c.Version(), true, ""},
		{"d", "", false, `version "1" is in "d/1/model.pb" already`},
		{"d", "1", true, ""},
		{"deep", "1", false, `no model file in "deep/1"`},
		{"linked", "1", true, ""},
		{"linked", "9", true, ""},
		{"linked", "10", true, ""},
		{"linked", "11", false, `no model file in "linked/11"`},
		{"odd", "1", false, `"odd/1/model.pb" is not a regular file`},
		{"odd", "2", false, `path "odd/2" leads outside the model root`},
		{"odd", "3", false, `path "odd/3/model.pb" leads outside the model root`},
		{"odd", "4", false, `no model file in "odd/4"`},
		{"pipe", "", false, `"pipe.pb" is not a regular file`},
		{"two", "1", false, `2 model files in "two/1"; expected one`},
		{"two", "2", true, ""},
	})
	requireServes(t, p, "a", "10", 10)
	for version, value := range map[string]float64{"1": 1, "9": 9} {
		v, answered, err := predict(p, "a", version)
		requireNone(t, err)
		if v != value || answered != version {
			t.Errorf("version %s answers %v as %s", version, v, answered)
		}
	}
	requireServes(t, p, "b", "1.2.3", 3)
	requireServes(t, p, "d", "1", 5)
	_, _, err = predict(p, "", "")
	requireError(t, err, BadRequest, `model_name is empty; expected one of "a", "b", "c", "d", "linked", "two"`)
	_, _, err = predict(p, "a", "2")
	requireError(t, err, UnknownVersion, `model "a" has no version "2" in service; expected one of "1", "9", "10"`)
	_, _, err = predict(p, "bad", "")
	requireError(t, err, UnknownModel, `no model "bad"; expected one of "a", "b", "c", "d", "linked", "two"`)
	ready, models := p.Readiness()
	if !ready || len(models) != 10 || models[2].Name != "bad" || models[2].Ready || models[2].Version != "" || models[2].LastReload != nil {
		t.Errorf("readiness is %t, %+v", ready, models)
	}
	if !p.ModelReady("a", "") || !p.ModelReady("a", "9") || p.ModelReady("a", "2") || p.ModelReady("bad", "") {
		t.Error("the models' readiness is wrong")
	}
	same(t, "the versions", p.Versions("a"), []string{"1", "9", "10"})
	if p.Versions("bad") != nil {
		t.Error("a model without versions has some")
	}
	info, err := p.Info("a", "9")
	requireNone(t, err)
	equal(t, "the path", info.Path, "a/9/any.pb")
}

func TestLoadPolicies(t *testing.T) {
	root := t.TempDir()
	for version, value := range map[string]float64{"1": 1, "9": 9, "10": 10} {
		write(t, filepath.Join(root, "a", version, "model.pb"), line("", value))
	}
	requireNone(t, os.Mkdir(filepath.Join(root, "a", "11"), 0o755)) // Its file is not there yet.
	p := start(t, Options{Path: root, Load: LoadLatest})
	same(t, "the index", p.Index(), []IndexEntry{
		{"a", "1", false, "not loaded"}, {"a", "9", false, "not loaded"}, {"a", "10", true, ""}, {"a", "11", false, `no model file in "a/11"`},
	})
	reload(t, p, ReloadRequest{Version: "9"})
	requireServes(t, p, "", "9", 9)

	p = start(t, Options{Path: root, Load: LoadNone})
	_, _, err := predict(p, "a", "")
	requireError(t, err, UnknownModel, `no model "a"; none is loaded`)
	if ready, models := p.Readiness(); !ready || len(models) != 1 {
		t.Errorf("readiness is %t, %v", ready, models)
	}
	requireNone(t, p.Load(t.Context(), "a", TriggerRPC))
	same(t, "the versions", p.Versions("a"), []string{"1", "9", "10"})
	requireServes(t, p, "", "10", 10)
	requireError(t, p.Load(t.Context(), "b", TriggerRPC), UnknownModel, `no model "b"; expected one of "a"`)
}

func TestReloadsInARepository(t *testing.T) {
	root := repository(t)
	told := new(journal)
	p, err := New(t.Context(), Options{Path: root}, told)
	requireNone(t, err)
	reloadError(t, p, ReloadRequest{}, BadRequest,
		`model_name is empty; expected one of "a", "b", "bad", "c", "d", "deep", "linked", "odd", "pipe", "two"`)
	reloadError(t, p, ReloadRequest{Model: "a", Version: "12"}, NoFile, `no version "12" of model "a" in the repository`)
	reloadError(t, p, ReloadRequest{Model: "a", Version: "11"}, NoFile, `no model file in "a/11"`)
	reloadError(t, p, ReloadRequest{Model: "odd", Version: "3"}, OutsideRoot, `path "odd/3/model.pb" leads outside the model root`)
	reloadError(t, p, ReloadRequest{Model: "bad"}, "unknown_format", `file "bad/1/model.pb" is refused (unknown_format); no version is in service`)

	// A version that is named is the default, until a newer one than all before arrives.
	told.take()
	report := reload(t, p, ReloadRequest{Model: "a", Version: "9"})
	equal(t, "the version", report.Version+" after "+report.PreviousVersion, "9 after 10")
	requireServes(t, p, "a", "9", 9)
	same(t, "what is told", told.take(), []string{"loaded a 9 from a/9/any.pb", `reloaded a from "10" to "9" by rpc`})
	same(t, "the versions", p.Versions("a"), []string{"1", "9", "10"})
	report = reload(t, p, ReloadRequest{Model: "a"})
	if report.Changed || report.Version != "9" {
		t.Errorf("the report is %+v", report)
	}
	requireNone(t, p.Load(t.Context(), "a", TriggerRPC))
	requireServes(t, p, "a", "9", 9)
	reload(t, p, ReloadRequest{Model: "a", Rollback: true})
	requireServes(t, p, "a", "10", 10)
	reload(t, p, ReloadRequest{Model: "a", Rollback: true})
	requireServes(t, p, "a", "9", 9)
	write(t, filepath.Join(root, "a", "12", "model.pb"), line("", 12))
	requireNone(t, p.Load(t.Context(), "a", TriggerRPC))
	requireServes(t, p, "a", "12", 12)

	// A path has the version of its folder, elsewhere its own.
	reload(t, p, ReloadRequest{Model: "a", Path: "a/1/model.pb", Version: "1"})
	requireServes(t, p, "a", "1", 1)
	reload(t, p, ReloadRequest{Model: "a", Path: filepath.Join(root, "b.pb")})
	requireServes(t, p, "a", "1.2.3", 3)
	reloadError(t, p, ReloadRequest{Model: "a", Path: "d/1/model.pb", Version: "1"}, VersionMismatch,
		`file "d/1/model.pb" has version `+Quoted(shaOf(t, filepath.Join(root, "d/1/model.pb"))[:12])+`; expected "1"; version "1.2.3" goes on serving`)
	// A version in service that no folder has is read from where it came.
	reload(t, p, ReloadRequest{Model: "a", Version: "9"})
	reload(t, p, ReloadRequest{Model: "a", Version: "1.2.3"})
	requireServes(t, p, "a", "1.2.3", 3)

	// One file has one version in service.
	write(t, filepath.Join(root, "b.pb"), line("2.0.0", 5))
	reload(t, p, ReloadRequest{Model: "b"})
	same(t, "the versions", p.Versions("b"), []string{"2.0.0"})

	// A model of which nothing serves is taken once its file is good.
	write(t, filepath.Join(root, "bad", "1", "model.pb"), line("", 8))
	reload(t, p, ReloadRequest{Model: "bad", Path: "bad/1/model.pb"})
	requireServes(t, p, "bad", "1", 8)
	// So is one that the folder has got since.
	write(t, filepath.Join(root, "new", "1", "model.pb"), line("", 1))
	reload(t, p, ReloadRequest{Model: "new"})
	requireServes(t, p, "new", "1", 1)
}

func shaOf(t testing.TB, path string) string {
	t.Helper()
	from := source{path: path, name: path}
	at, err := from.find()
	requireNone(t, err)
	c, err := from.read(at, 1<<30)
	requireNone(t, err)
	return c.sha256
}

func TestLoadTellsTheLowestVersionThatIsRefused(t *testing.T) {
	root := t.TempDir()
	for version, value := range map[string]float64{"1": 1, "2": 2, "10": 10} {
		write(t, filepath.Join(root, "a", version, "model.pb"), line("", value))
	}
	told := new(journal)
	p, err := New(t.Context(), Options{Path: root}, told)
	requireNone(t, err)
	told.take()
	writeBytes(t, filepath.Join(root, "a", "2", "model.pb"), "<html>")
	writeBytes(t, filepath.Join(root, "a", "10", "model.pb"), "<html>")
	write(t, filepath.Join(root, "a", "1", "model.pb"), line("", 1.5))
	const text = `file "a/2/model.pb" is refused (unknown_format); version "10" goes on serving`
	requireError(t, p.Load(t.Context(), "a", TriggerRPC), "unknown_format", text)
	same(t, "what is told", told.take(), []string{
		"loaded a 1 from a/1/model.pb",
		`refused a a/10/model.pb by "rpc": file "a/10/model.pb" is refused (unknown_format); version "10" goes on serving`,
		`refused a a/2/model.pb by "rpc": ` + text,
	})
	requireServes(t, p, "a", "10", 10) // What served goes on.
	v, _, err := predict(p, "a", "1")
	requireNone(t, err)
	equal(t, "what version 1 answers", v, 1.5)
	info, err := p.Info("a", "")
	requireNone(t, err)
	equal(t, "the error", info.LastReload.Error, text)
}

func TestUnloadOfARepositorysModel(t *testing.T) {
	root := repository(t)
	p := start(t, Options{Path: root})
	requireNone(t, p.Unload(t.Context(), "a"))
	_, _, err := predict(p, "a", "")
	requireError(t, err, UnknownModel, `no model "a"; expected one of "b", "c", "d", "linked", "two"`)
	same(t, "the index", p.Index()[:4], []IndexEntry{
		{"a", "1", false, "unloaded"}, {"a", "9", false, "unloaded"}, {"a", "10", false, "unloaded"},
		{"a", "11", false, `no model file in "a/11"`},
	})
	requireNone(t, p.ReloadAll(t.Context(), TriggerSignal))
	if p.ModelReady("a", "") {
		t.Error("what was unloaded is back")
	}
	requireNone(t, p.Load(t.Context(), "a", TriggerHTTP))
	requireServes(t, p, "a", "10", 10)
	info, err := p.Info("a", "")
	requireNone(t, err)
	if info.RollbackVersion != "" || info.LastReload.Trigger != TriggerHTTP {
		t.Errorf("the info is %+v", info)
	}
	requireError(t, p.Load(t.Context(), "deep", TriggerRPC), UnknownModel,
		`no model "deep"; expected one of "a", "b", "bad", "c", "d", "linked", "odd", "pipe", "two"`)
}

func TestReloadAllFindsNewModels(t *testing.T) {
	root := repository(t)
	told := new(journal)
	p, err := New(t.Context(), Options{Path: root}, told)
	requireNone(t, err)
	write(t, filepath.Join(root, "new.pb"), line("1", 1))
	write(t, filepath.Join(root, "a", "12", "model.pb"), line("", 12))
	requireNone(t, p.ReloadAll(t.Context(), TriggerSignal))
	requireServes(t, p, "new", "1", 1)
	requireServes(t, p, "a", "12", 12)
	requireNone(t, os.RemoveAll(root)) // A folder that is gone changes nothing.
	requireServes(t, p, "a", "12", 12)
	if len(p.Index()) == 0 {
		t.Error("what serves is not in the index")
	}
	reload(t, p, ReloadRequest{Model: "a", Rollback: true})
	requireServes(t, p, "a", "10", 10)
}

func TestAFolderThatCannotBeRead(t *testing.T) {
	_, err := New(t.Context(), Options{Path: filepath.Join(t.TempDir(), "missing")}, nil)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	p := start(t, Options{Path: t.TempDir()})
	if ready, models := p.Readiness(); !ready || models != nil {
		t.Error("an empty folder is not ready")
	}
	_, _, err = predict(p, "", "")
	requireError(t, err, UnknownModel, `no model ""; none is loaded`)
}
