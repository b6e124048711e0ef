package serving

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Numbers belong to the version that the answer names, whatever happens to the model meanwhile.
func TestReloadsUnderPredictions(t *testing.T) {
	root := t.TempDir()
	versions := []string{"1", "2", "3"}
	for i, version := range versions {
		write(t, filepath.Join(root, version+".pb"), line(version, float64(i+1)))
	}
	p := start(t, Options{Path: filepath.Join(root, "1.pb")})
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var answers atomic.Int64
	for range 16 {
		asking.Go(func() {
			request, response := &Request{Features: make([]float64, 6)}, new(Response)
			for ctx.Err() == nil {
				if err := p.Predict(context.Background(), request, response); err != nil {
					t.Error(err)
					return
				}
				for _, v := range response.Outputs[0].Values {
					if fmt.Sprint(v) != response.Version {
						t.Errorf("version %s answers %v", response.Version, v)
						return
					}
				}
				answers.Add(1)
			}
		})
	}
	for i := range 300 {
		request := ReloadRequest{Path: versions[i%3] + ".pb"}
		if i%7 == 6 {
			request = ReloadRequest{Rollback: true}
		}
		reload(t, p, request)
		if i%10 == 0 {
			_, err := p.Info("", "")
			requireNone(t, err)
			p.Readiness()
			p.Index()
			p.States()
		}
	}
	stop()
	asking.Wait()
	if answers.Load() == 0 {
		t.Error("nothing was answered meanwhile")
	}
}

// Reloads of one model wait for each other, whoever asks.
func TestChangesAtTheSameTime(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a", "b"} {
		for version, value := range map[string]float64{"1": 1, "2": 2} {
			write(t, filepath.Join(root, name, version, "model.pb"), line("", value))
		}
	}
	p := start(t, Options{Path: root})
	var changing sync.WaitGroup
	for worker := range 8 {
		changing.Go(func() {
			name := []string{"a", "b"}[worker%2]
			for i := range 20 {
				var err error
				switch (i + worker) % 5 {
				case 0:
					err = p.Load(t.Context(), name, TriggerRPC)
				case 1:
					err = p.Unload(t.Context(), name)
				case 2:
					_, err = p.Reload(t.Context(), ReloadRequest{Model: name, Version: "1"})
				case 3:
					_, err = p.Reload(t.Context(), ReloadRequest{Model: name, Rollback: true})
				default:
					err = p.ReloadAll(t.Context(), TriggerSignal)
				}
				var e *Error
				if err != nil && (!errors.As(err, &e) || (e.Kind != UnknownModel && e.Kind != NoRollback)) {
					t.Error(err)
				}
			}
		})
	}
	changing.Wait()
	for _, name := range []string{"a", "b"} {
		requireNone(t, p.Load(t.Context(), name, TriggerRPC))
		same(t, "the versions", p.Versions(name), []string{"1", "2"})
	}
}

// A model that nobody needs any more is garbage: 2,000 reloads take no more memory than a few.
func TestMemoryDoesNotGrowWithReloads(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"1", "2"} {
		write(t, filepath.Join(root, version+".pb"), line(version, 1))
	}
	p := start(t, Options{Path: filepath.Join(root, "1.pb")})
	used := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	some := func(n int) {
		for i := range n {
			reload(t, p, ReloadRequest{Path: []string{"2.pb", "1.pb"}[i%2]})
		}
	}
	some(100)
	before := used()
	some(2000)
	if after := used(); after > before+(256<<10) {
		t.Errorf("%d bytes before, %d after", before, after)
	}
}

// A prediction that is under way keeps its model, and nothing else does.
func TestAReplacedModelIsCollected(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"1", "2", "3"} {
		write(t, filepath.Join(root, version+".pb"), line(version, 1))
	}
	p := start(t, Options{Path: filepath.Join(root, "1.pb")})
	collected := make(chan struct{})
	var response Response
	requireNone(t, p.Predict(t.Context(), &Request{Features: make([]float64, 2)}, &response))
	served, err := p.Served("", "")
	requireNone(t, err)
	runtime.AddCleanup(served, func(done chan struct{}) { close(done) }, collected)
	served = nil
	for _, version := range []string{"2", "3"} { // One more than rollback keeps.
		reload(t, p, ReloadRequest{Path: version + ".pb"})
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		runtime.GC()
		select {
		case <-collected:
			runtime.KeepAlive(&response)
			return
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("the model is still there")
		}
	}
}
