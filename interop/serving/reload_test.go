package serving

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
)

func reload(t testing.TB, p *Plane, r ReloadRequest) *ReloadReport {
	t.Helper()
	r.Trigger = TriggerRPC
	report, err := p.Reload(t.Context(), r)
	requireNone(t, err)
	return report
}

func reloadError(t testing.TB, p *Plane, r ReloadRequest, kind Kind, text string) {
	t.Helper()
	r.Trigger = TriggerHTTP
	report, err := p.Reload(t.Context(), r)
	if report != nil {
		t.Fatalf("the report is %+v", report)
	}
	requireError(t, err, kind, text)
}

func TestASingleFile(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "own.pb")
	write(t, path, line("1", 1))
	data, err := os.ReadFile(path)
	requireNone(t, err)
	sum := sha256.Sum256(data)
	told := new(journal)
	p, err := New(t.Context(), Options{Path: path}, told)
	requireNone(t, err)
	same(t, "what is told", told.take(), []string{"loaded line 1 from own.pb"})

	info, err := p.Info("", "")
	requireNone(t, err)
	equal(t, "the hash", info.SHA256, hex.EncodeToString(sum[:]))
	equal(t, "the class", info.ClassName, "Ridge")
	equal(t, "the type", info.Type, "linear_regression")
	equal(t, "the path", info.Path, "own.pb")
	equal(t, "the rows of the evidence", info.EvidenceRows, 1)
	same(t, "the methods of the evidence", info.EvidenceMethods, []string{"predict"})
	same(t, "the versions", info.ReadyVersions, []string{"1"})
	equal(t, "the version to bring back", info.RollbackVersion, "")
	equal(t, "the metrics", info.Metadata.GetMetrics()["r2"], 0.5)
	// The file's signature lists no methods.
	equal(t, "the method", info.Signature.GetOutputs()[0].GetMethod(), "predict")
	if info.LastReload != nil || time.Since(time.Unix(info.LoadedTimestamp, 0)) > time.Hour {
		t.Errorf("the info is %+v", info)
	}

	// The same file again is no change.
	report := reload(t, p, ReloadRequest{})
	if report.Changed || report.PreviousVersion != "1" || report.Version != "1" || report.LoadSeconds <= 0 || report.SHA256 != info.SHA256 {
		t.Errorf("the report is %+v", report)
	}
	reloadError(t, p, ReloadRequest{Rollback: true}, NoRollback, `model "line" has no earlier version to bring back`)

	// Another file, whose name and version are its own.
	other := line("2", 2)
	other.Name = "another"
	write(t, filepath.Join(root, "sub", "other.json.gz"), other)
	told.take()
	report = reload(t, p, ReloadRequest{Path: "sub/other.json.gz", Version: "2", Model: "line"})
	equal(t, "the model", report.Model, "line")
	requireServes(t, p, "line", "2", 2)
	same(t, "what is told", told.take(), []string{"removed line 1", "loaded line 2 from sub/other.json.gz", `reloaded line from "1" to "2" by rpc`})
	_, _, err = predict(p, "", "1")
	requireError(t, err, UnknownVersion, `model "line" has no version "1" in service; expected one of "2"`)

	// Back, and forth again.
	report = reload(t, p, ReloadRequest{Rollback: true})
	equal(t, "the version", report.Version+" after "+report.PreviousVersion, "1 after 2")
	requireServes(t, p, "", "1", 1)
	info, err = p.Info("", "")
	requireNone(t, err)
	equal(t, "the version to bring back", info.RollbackVersion, "2")
	if r := info.LastReload; !r.OK || r.Trigger != TriggerRPC || r.Version != "1" || r.Path != "own.pb" {
		t.Errorf("the last reload is %+v", r)
	}
	reload(t, p, ReloadRequest{Rollback: true})
	requireServes(t, p, "", "2", 2)

	// An empty request reads the file of the command line.
	write(t, path, line("3", 3))
	reload(t, p, ReloadRequest{})
	requireServes(t, p, "", "3", 3)
}

func TestReloadsThatAreRefused(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "own.pb")
	write(t, path, line("1", 1))
	told := new(journal)
	p, err := New(t.Context(), Options{Path: path, MaxFileBytes: 20_000}, told)
	requireNone(t, err)
	told.take()
	invalid := filepath.Join("..", "..", "tests", "conformance", "invalid")
	for name, from := range map[string]string{
		"malformed": "truncated/in_the_name.pb", "evidence": "evidence/no_outputs.pb", "shape": "bisecting_kmeans/zero_width.pb",
		"too_deep": "frame/nested_17.pb", "schema_version": "frame/newer_schema.pb", "unknown_family": "frame/no_arm.pb",
	} {
		data, err := os.ReadFile(filepath.Join(invalid, from))
		requireNone(t, err)
		writeBytes(t, filepath.Join(root, name+".pb"), string(data))
	}
	mismatch := line("4", 4)
	mismatch.Evidence.Outputs[0].Doubles[0] = 5
	lie, err := proto.Marshal(mismatch)
	requireNone(t, err)
	writeBytes(t, filepath.Join(root, "evidence_mismatch.pb"), string(lie))
	writeBytes(t, filepath.Join(root, "too_large.pb"), string(make([]byte, 20_001)))
	writeBytes(t, filepath.Join(root, "unknown_format.pb"), "<html>")
	write(t, filepath.Join(root, "b.pb"), line("2", 2))
	data, err := os.ReadFile(filepath.Join(root, "b.pb"))
	requireNone(t, err)
	writeBytes(t, filepath.Join(root, "unknown_format"), string(data))

	for _, name := range []string{
		"malformed.pb", "evidence.pb", "shape.pb", "too_deep.pb", "schema_version.pb", "unknown_family.pb", "evidence_mismatch.pb",
		"too_large.pb", "unknown_format.pb", "unknown_format",
	} {
		kind, _ := suffixless(name)
		text := `file "./` + name + `" is refused (` + kind + `); version "1" goes on serving`
		reloadError(t, p, ReloadRequest{Path: "./" + name}, Kind(kind), text)
		requireServes(t, p, "line", "1", 1)
		info, err := p.Info("", "")
		requireNone(t, err)
		r := info.LastReload
		if r.OK || r.Error != text || r.ErrorKind != kind || r.Detail == "" || r.Version != "1" || r.Path != "./"+name || r.Trigger != TriggerHTTP {
			t.Errorf("the last reload is %+v", r)
		}
		same(t, "what is told", told.take(), []string{`refused line ./` + name + ` by "http": ` + text})
	}
	reloadError(t, p, ReloadRequest{Path: "b.pb", Version: "3"}, VersionMismatch,
		`file "b.pb" has version "2"; expected "3"; version "1" goes on serving`)
	reloadError(t, p, ReloadRequest{Version: "3"}, VersionMismatch,
		`file "own.pb" has version "1"; expected "3"; version "1" goes on serving`)
	reloadError(t, p, ReloadRequest{Model: "x"}, UnknownModel, `no model "x"; expected one of "line"`)
	told.take()
	for _, r := range []ReloadRequest{{Rollback: true, Path: "b.pb"}, {Rollback: true, Version: "1", Model: "x"}} {
		reloadError(t, p, r, BadRequest, "rollback excludes path and version")
	}
	reloadError(t, p, ReloadRequest{Path: strings.Repeat("a/", 2048) + "é"}, BadRequest, "path has 4098 bytes; expected at most 4096")
	if lines := told.take(); lines != nil {
		t.Errorf("a bad request tells %q", lines)
	}
	requireNone(t, os.Remove(path))
	reloadError(t, p, ReloadRequest{}, NoFile, `no file "own.pb" under the model root`)
	requireServes(t, p, "line", "1", 1)

	p.BeginShutdown()
	reloadError(t, p, ReloadRequest{}, ShuttingDown, "the server is shutting down")
	requireError(t, p.Load(t.Context(), "line", TriggerRPC), ShuttingDown, "the server is shutting down")
	requireError(t, p.Unload(t.Context(), "line"), ShuttingDown, "the server is shutting down")
	if ready, _ := p.Readiness(); ready || !p.Stopping() {
		t.Error("a plane that is told to stop is ready")
	}
	requireServes(t, p, "line", "1", 1)
}

func TestTheNameOfASingleFile(t *testing.T) {
	nameless := line("", 1)
	nameless.Name = ""
	for file, names := range map[string][2]string{
		"model.pb": {"", "model"}, "a.b.json.gz": {"", "a.b"}, "x.pb.zst": {"given", "given"}, "X.PB": {"", "X"},
	} {
		path := filepath.Join(t.TempDir(), file)
		write(t, path, nameless)
		p := start(t, Options{Path: path, ModelName: names[0]})
		served, err := p.Served(names[1], "")
		requireNone(t, err)
		info, err := p.Info("", "")
		requireNone(t, err)
		equal(t, "the version", served.Version(), info.SHA256[:12])
	}
}

func TestAServerThatCannotStart(t *testing.T) {
	root := t.TempDir()
	writeBytes(t, filepath.Join(root, "bad.pb"), "<html>")
	write(t, filepath.Join(root, "good.pb"), line("1", 1))
	write(t, filepath.Join(root, "good.gob"), line("1", 1))
	for path, kind := range map[string]modelx.Kind{
		"bad.pb": modelx.ErrUnknownFormat, "missing.pb": modelx.ErrIO, "good.gob": modelx.ErrUnknownFormat,
	} {
		_, err := New(t.Context(), Options{Path: filepath.Join(root, path)}, nil)
		if !errors.Is(err, kind) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
	_, err := New(t.Context(), Options{Path: filepath.Join(root, "good.pb"), ModelRoot: filepath.Join(root, "missing")}, nil)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	_, err = New(t.Context(), Options{Path: filepath.Join(root, "good.pb"), ModelRoot: filepath.Join(root, "bad.pb")}, nil)
	if !errors.Is(err, modelx.ErrIO) {
		t.Errorf("the error is %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{filepath.Join(root, "good.pb"), root} {
		if _, err := New(ended, Options{Path: path}, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
}

// GOB is a format of Go alone: its bytes are refused under another suffix too.
func TestBytesThatOnlyOneEngineReadsAreRefused(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "own.pb"), line("1", 1))
	write(t, filepath.Join(root, "x.gob"), line("2", 2))
	requireNone(t, os.Rename(filepath.Join(root, "x.gob"), filepath.Join(root, "x.pb")))
	p := start(t, Options{Path: filepath.Join(root, "own.pb")})
	reloadError(t, p, ReloadRequest{Path: "x.pb"}, "unknown_format", `file "x.pb" is refused (unknown_format); version "1" goes on serving`)
}

// The file of the command line may lie anywhere, also outside the model root.
func TestTheModelRootIsElsewhere(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "root")
	own := filepath.Join(top, "own.pb")
	write(t, own, line("1", 1))
	write(t, filepath.Join(root, "b.pb"), line("2", 2))
	p := start(t, Options{Path: own, ModelRoot: root})
	info, err := p.Info("", "")
	requireNone(t, err)
	equal(t, "the path", info.Path, own)
	reload(t, p, ReloadRequest{Path: "b.pb"})
	requireServes(t, p, "line", "2", 2)
	reloadError(t, p, ReloadRequest{Path: own}, OutsideRoot, "path "+Quoted(own)+" leads outside the model root")
	reload(t, p, ReloadRequest{})
	requireServes(t, p, "line", "1", 1)
}

func TestUnloadAndLoadOfASingleFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	told := new(journal)
	p, err := New(t.Context(), Options{Path: path}, told)
	requireNone(t, err)
	told.take()
	requireError(t, p.Unload(t.Context(), "x"), UnknownModel, `no model "x"; expected one of "line"`)
	requireError(t, p.Load(t.Context(), "x", TriggerRPC), UnknownModel, `no model "x"; expected one of "line"`)
	requireNone(t, p.Unload(t.Context(), "line"))
	_, _, err = predict(p, "line", "")
	requireError(t, err, UnknownModel, `no model "line"; none is loaded`)
	reloadError(t, p, ReloadRequest{}, UnknownModel, `no model ""; none is loaded`)
	requireError(t, p.Unload(t.Context(), "line"), UnknownModel, `no model "line"; none is loaded`)
	same(t, "the index", p.Index(), []IndexEntry{{Name: "line", Reason: "unloaded"}})
	if ready, models := p.Readiness(); !ready || models != nil || p.ModelReady("line", "") {
		t.Error("an unloaded model is ready")
	}
	requireNone(t, p.ReloadAll(t.Context(), TriggerSignal))
	_, _, err = predict(p, "line", "")
	requireError(t, err, UnknownModel, `no model "line"; none is loaded`)

	writeBytes(t, path, "<html>")
	requireError(t, p.Load(t.Context(), "line", TriggerRPC), "unknown_format", `file "own.pb" is refused (unknown_format); no version is in service`)
	write(t, path, line("2", 2))
	requireNone(t, p.Load(t.Context(), "line", TriggerRPC))
	requireServes(t, p, "line", "2", 2)
	if lines := told.take(); !slices.Contains(lines, "loaded line 2 from own.pb") || lines[0] != "removed line 1" {
		t.Errorf("told is %q", lines)
	}
	same(t, "the index", p.Index(), []IndexEntry{{Name: "line", Version: "2", Ready: true}})
	write(t, path, line("3", 3))
	requireNone(t, p.ReloadAll(t.Context(), TriggerSignal))
	requireServes(t, p, "line", "3", 3)
}

// A reload whose client goes away while another one is under way does not wait on.
func TestAReloadThatWaitsEndsWithItsContext(t *testing.T) {
	p := startWith(t, line("1", 1))
	m := p.models["line"]
	requireNoRefusal(t, m.enter(t.Context()))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Reload(ended, ReloadRequest{})
	requireError(t, err, Cancelled, "the client went away")
	requireError(t, p.Load(ended, "line", TriggerRPC), Cancelled, "the client went away")
	requireError(t, p.Unload(ended, "line"), Cancelled, "the client went away")
	if err := p.ReloadAll(ended, TriggerSignal); err == nil {
		t.Error("reloading all does not end")
	}
	requireServes(t, p, "line", "1", 1) // Predictions wait for nothing.
	m.leave()
	_, err = p.Reload(ended, ReloadRequest{})
	requireError(t, err, Cancelled, "the client went away")
	requireServes(t, p, "line", "1", 1)
}

// waiting is a context that tells when somebody waits for its end.
type waiting struct {
	context.Context
	asked func()
}

func (w waiting) Done() <-chan struct{} {
	w.asked()
	return w.Context.Done()
}

// interrupted makes a change, and does something to it between its turn and its reading of files.
func interrupted(t *testing.T, p *Plane, change func(context.Context) error, interrupt func(leave context.CancelFunc)) error {
	t.Helper()
	m := p.models["line"]
	requireNoRefusal(t, m.enter(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	waits := make(chan struct{})
	done := make(chan error, 1)
	go func() { done <- change(waiting{ctx, sync.OnceFunc(func() { close(waits) })}) }()
	<-waits
	p.mu.Lock() // Whoever has the gate needs it next.
	m.leave()
	for deadline := time.Now().Add(20 * time.Second); len(m.gate) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			p.mu.Unlock()
			t.Fatal("nobody takes the gate")
		}
	}
	interrupt(cancel)
	p.mu.Unlock()
	return <-done
}

// What a client asked for is done, also when it goes away meanwhile.
func TestAReloadThatHasBegunOutlivesItsClient(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	write(t, path, line("1", 1))
	p := start(t, Options{Path: path})
	leave := func(cancel context.CancelFunc) { cancel() }
	write(t, path, line("2", 2))
	requireNone(t, interrupted(t, p, func(ctx context.Context) error {
		_, err := p.Reload(ctx, ReloadRequest{Trigger: TriggerRPC})
		return err
	}, leave))
	requireServes(t, p, "line", "2", 2)
	write(t, path, line("3", 3))
	requireNone(t, interrupted(t, p, func(ctx context.Context) error { return p.Load(ctx, "line", TriggerRPC) }, leave))
	requireServes(t, p, "line", "3", 3)
}

func TestCloseEndsReloads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.pb")
	for _, change := range []func(*Plane, context.Context) error{
		func(p *Plane, ctx context.Context) error {
			_, err := p.Reload(ctx, ReloadRequest{})
			return err
		},
		func(p *Plane, ctx context.Context) error { return p.Load(ctx, "line", TriggerRPC) },
	} {
		write(t, path, line("1", 1))
		p := start(t, Options{Path: path})
		write(t, path, line("2", 2))
		err := interrupted(t, p, func(ctx context.Context) error { return change(p, ctx) }, func(context.CancelFunc) { p.Close() })
		requireError(t, err, ShuttingDown, "the server is shutting down")
		requireServes(t, p, "line", "1", 1)
		equal(t, "stopping", p.Stopping(), true)
	}
}

func requireNoRefusal(t testing.TB, err *Error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
