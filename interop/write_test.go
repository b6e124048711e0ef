package modelx

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestSaveWritesWhatTheSuffixSays(t *testing.T) {
	folder := t.TempDir()
	for _, suffix := range []string{".pb", ".json", ".gob", ".pb.gz", ".json.gz", ".gob.zst", ".PB.ZST"} {
		path := filepath.Join(folder, "model"+suffix)
		if err := Save(path, fullModel(), WithLevel(9)); err != nil {
			t.Fatal(err)
		}
		m, err := Load(path)
		if err != nil || !proto.Equal(m.Proto(), fullModel()) {
			t.Errorf("%s: %v", suffix, err)
		}
		first, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := EncodingOf(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, found, err := Unmarshal(first); err != nil || found != want {
			t.Errorf("%s is %s, %v; expected %s", path, found, err, want)
		}
		if err := Save(path, m.Proto(), WithLevel(9)); err != nil {
			t.Fatal(err)
		}
		if second, err := os.ReadFile(path); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s written twice differs: %v", suffix, err)
		}
	}
	requireOnly(t, folder, 7)
}

// Whatever goes wrong, the old file stays as it was, and nothing is left beside it.
func TestSaveFailsWithoutATrace(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.pb.gz")
	if err := Save(path, fullModel()); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tampered := fullModel()
	tampered.GetLinearRegression().Coefficients[0]++
	short := linearModel()
	short.GetLinearRegression().NFeatures = 3
	notText := linearModel()
	notText.Name = "\xff"
	for _, c := range []struct {
		name  string
		p     *modelxpb.ModelProto
		level int
		kind  Kind
	}{
		{"a tampered coefficient", tampered, 6, ErrEvidenceMismatch},
		{"a wrong width", short, 6, ErrShape},
		{"no family", new(modelxpb.ModelProto), 6, ErrUnknownFamily},
		{"no model", nil, 6, ErrUnknownFamily},
		{"a name that is no text", notText, 6, ErrMalformed},
		{"a level that gzip lacks", fullModel(), 10, ErrUnknownFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireKind(t, Save(path, c.p, WithLevel(c.level)), c.kind)
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, old) {
				t.Errorf("the old file changed: %v", err)
			}
			requireOnly(t, folder, 1)
		})
	}
	requireKind(t, Save(filepath.Join(folder, "model.txt"), fullModel()), ErrUnknownFormat)
	requireKind(t, Save(filepath.Join(folder, "model.onnx"), fullModel()), ErrUnknownFormat)
	requireKind(t, Save(folder+".pb/x.pb", fullModel()), ErrIO)
	if err := os.Mkdir(filepath.Join(folder, "folder.pb"), 0o777); err != nil {
		t.Fatal(err)
	}
	requireKind(t, Save(filepath.Join(folder, "folder.pb"), fullModel()), ErrIO)
	requireOnly(t, folder, 2)
}

func requireOnly(t *testing.T, folder string, n int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != n {
		t.Errorf("the folder has %v, %v; expected %d files", entries, err, n)
	}
}

func TestSaveKeepsPermissionsAndLinks(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "model.pb"), filepath.Join(folder, "latest.json")
	if err := Save(path, linearModel()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("model.pb", link); err != nil {
		t.Fatal(err)
	}
	if err := Save(link, fullModel()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
	if info, err = os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if m, err := Load(path); err != nil || m.Version() != "1.2" {
		t.Errorf("the link's file was not replaced: %v", err)
	}
}

// A stream that ends early is told, in every format and compression.
func TestEncodeTellsOfAFullDisk(t *testing.T) {
	for _, c := range []Compression{CompressionNone, CompressionGzip, CompressionZstd} {
		err := Encode(full{}, fullModel(), FormatProtobuf, WithCompression(c))
		requireKind(t, err, ErrIO)
		if !errors.Is(err, errFull) {
			t.Errorf("the cause is lost: %v", err)
		}
	}
	requireKind(t, Encode(full{}, fullModel(), "yaml"), ErrUnknownFormat)
	requireKind(t, Encode(full{}, fullModel(), FormatProtobuf, WithCompression("lzma")), ErrUnknownFormat)
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestDropEvidence(t *testing.T) {
	inner, outer := fullModel(), fullModel()
	inner.Name = "only"
	outer.Model = &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{inner}}}
	DropEvidence(outer)
	if outer.Evidence != nil || inner.Evidence != nil {
		t.Error("evidence is left")
	}
	DropEvidence(nil)
}
