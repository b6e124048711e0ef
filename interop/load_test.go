package modelx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func modelFile(t *testing.T) (string, []byte) {
	t.Helper()
	data, err := proto.Marshal(twoClasses(func(*modelxpb.SGDClassifierProto) {}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.pb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, data
}

func TestEveryWayToLoadGivesTheModel(t *testing.T) {
	path, data := modelFile(t)
	ways := map[string]func(opts ...Option) (Model, error){
		"Load":        func(opts ...Option) (Model, error) { return Load(path, opts...) },
		"LoadContext": func(opts ...Option) (Model, error) { return LoadContext(context.Background(), path, opts...) },
		"Decode":      func(opts ...Option) (Model, error) { return Decode(bytes.NewReader(data), opts...) },
		"DecodeBytes": func(opts ...Option) (Model, error) { return DecodeBytes(data, opts...) },
	}
	size := int64(len(data))
	for name, load := range ways {
		m, err := load(WithMaxFileBytes(size), nil)
		if err != nil || m.Family() != "sgd_classifier" {
			t.Errorf("%s: %v", name, err)
		}
		_, err = load(WithMaxFileBytes(size - 1))
		requireKind(t, err, ErrTooLarge)
		if !strings.Contains(err.Error(), "WithMaxFileBytes") {
			t.Errorf("%s: %v does not say what to do", name, err)
		}
		_, err = load(WithLimits(Limits{MaxFileBytes: 1}))
		requireKind(t, err, ErrTooLarge)
		if _, err := load(WithLimits(Limits{}), WithMaxExpandedBytes(-1), WithMaxDepth(0), WithMaxJSONDepth(0)); err != nil {
			t.Errorf("%s: zeros do not stand for the defaults: %v", name, err)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.pb"))
	requireKind(t, err, ErrIO)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v hides the cause", err)
	}
	_, err = Load(t.TempDir())
	requireKind(t, err, ErrIO)
	_, err = Decode(nil)
	requireKind(t, err, ErrIO)
	broken := errors.New("broken")
	_, err = Decode(io.MultiReader(strings.NewReader("x"), failing{broken}))
	requireKind(t, err, ErrIO)
	if !errors.Is(err, broken) {
		t.Errorf("%v hides the cause", err)
	}
	path, _ := modelFile(t)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := LoadContext(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("LoadContext: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestErrorsSayAllTheyKnow(t *testing.T) {
	cause := errors.New("cause")
	err := error(&Error{Kind: ErrShape, Path: "a.b", Found: "1", Want: "2", Hint: "do it", Err: cause})
	if got, want := err.Error(), "modelx: shape: a.b: found 1, expected 2; do it: cause"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
	if !errors.Is(err, ErrShape) || errors.Is(err, ErrTree) || !errors.Is(err, cause) {
		t.Error("errors.Is does not see the kind and the cause")
	}
	if got := (&Error{Kind: ErrTree, Want: "w"}).Error(); got != "modelx: tree: expected w" {
		t.Errorf("%q", got)
	}
	if got := ErrTree.Error(); got != "modelx: tree" {
		t.Errorf("%q", got)
	}
}
