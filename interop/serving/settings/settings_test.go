package settings

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/modelx-dev/modelx/interop/serving"
)

// read reads settings from flags, variables and the text of a file, whose path it puts in the place of FILE in variables.
func read(t *testing.T, flags []string, environment map[string]string, document string) (*Settings, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "modelx.toml")
	if err := os.WriteFile(path, []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	AddFlags(set)
	if document != "" {
		flags = append(flags, "--config", path)
	}
	if err := set.Parse(flags); err != nil {
		t.Fatal(err)
	}
	s, err := Read("model.pb", set, func(name string) (string, bool) {
		v, ok := environment[name]
		return v, ok
	})
	return s, path, err
}

const defaults = `host = "127.0.0.1"
grpc_port = 8081
http_port = 8080
model_name = ""
model_root = ""
load = "all"
watch = false
watch_interval = "1s"
workers = 1
max_message_bytes = 67108864
max_rows = 100000
max_in_flight = 256
max_file_bytes = 1073741824
read_timeout = "30s"
idle_timeout = "75s"
shutdown_grace = "30s"
tls_cert = ""
tls_key = ""
tls_client_ca = ""
predict_token_file = ""
reload_token_file = ""
log_level = "info"
log_format = "json"
log_requests = "errors"
`

func printed(t *testing.T, s *Settings) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Print(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDefaults(t *testing.T) {
	s, _, err := read(t, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := printed(t, s); got != defaults {
		t.Errorf("the defaults are\n%s", got)
	}
	want := serving.Options{
		Path: "model.pb", Load: serving.LoadAll, MaxRows: 100_000, MaxFileBytes: 1 << 30, WatchInterval: time.Second,
	}
	if s.Plane() != want {
		t.Errorf("the plane has %+v", s.Plane())
	}
	if s.IdleTimeout != 75*time.Second || s.GRPCPort != 8081 || s.MaxMessageBytes != 64<<20 || s.LogRequests != "errors" {
		t.Errorf("the settings are %+v", s)
	}
}

func TestTheFirstSourceCounts(t *testing.T) {
	document := "host = 'file'\nmodel_name = 'file'\nload = 'none'\nwatch = true\nread_timeout = '2m'\n"
	environment := map[string]string{"MODELX_HOST": "environment", "MODELX_MODEL_NAME": "environment", "MODELX_WORKERS": "3"}
	s, _, err := read(t, []string{"--host", "flag", "--shutdown-grace=0s"}, environment, document)
	if err != nil {
		t.Fatal(err)
	}
	if s.Host != "flag" || s.ModelName != "environment" || s.Load != "none" || !s.Watch || s.Workers != 3 || s.ShutdownGrace != 0 || s.ReadTimeout != 2*time.Minute {
		t.Errorf("the settings are %+v", s)
	}
	s, _, err = read(t, []string{"--watch"}, nil, "")
	if err != nil || !s.Watch {
		t.Errorf("--watch alone is %+v, %v", s, err)
	}
	s, _, err = read(t, []string{"--watch=false"}, map[string]string{"MODELX_WATCH": "true"}, "")
	if err != nil || s.Watch {
		t.Errorf("--watch=false is %+v, %v", s, err)
	}
	path := filepath.Join(t.TempDir(), "a.toml")
	if err := os.WriteFile(path, []byte("workers = 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, _, err = read(t, nil, map[string]string{"MODELX_CONFIG": path}, "")
	if err != nil || s.Workers != 7 {
		t.Errorf("the settings are %+v, %v", s, err)
	}
}

// What is printed reads back as the same, whatever is in it.
func TestWhatIsPrintedReadsBack(t *testing.T) {
	s, _, err := read(t, []string{
		"--host", "a\"b\\c\n\x7fé", "--read-timeout", "1500ms", "--idle-timeout", "2h", "--watch", "--max-file-bytes=9223372036854775807",
		"--watch-interval", "999999999h",
	}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	text := printed(t, s)
	for _, line := range []string{
		`host = "a\"b\\c\u000a\u007fé"`, `read_timeout = "1500ms"`, `idle_timeout = "7200s"`, `watch_interval = "3599999996400s"`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
	// Nobody waits for so long; it is cut to what the clock can hold.
	if s.WatchInterval < 200*365*24*time.Hour {
		t.Errorf("a long time is %v", s.WatchInterval)
	}
	text = strings.Replace(text, `"3599999996400s"`, `"1h"`, 1) // Ten digits are more than are read.
	again, _, err := read(t, nil, nil, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := printed(t, again); got != strings.Replace(text, `"1h"`, `"3600s"`, 1) {
		t.Errorf("again it is\n%s", got)
	}
}

func TestWhatIsWrongIsTold(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, c := range []struct {
		flags       []string
		environment map[string]string
		document    string
		text        string
	}{
		{[]string{"--grpc-port", "x"}, nil, "", `flag --grpc-port is "x"; expected a whole number from -1 to 65535`},
		{[]string{"--grpc-port", "65536"}, nil, "", `flag --grpc-port is "65536"; expected a whole number from -1 to 65535`},
		{[]string{"--grpc-port", "+1"}, nil, "", `flag --grpc-port is "+1"; expected a whole number from -1 to 65535`},
		{[]string{"--max-file-bytes", "9223372036854775808"}, nil, "", `flag --max-file-bytes is "9223372036854775808"; expected a whole number from 1 to 9223372036854775807`},
		{nil, map[string]string{"MODELX_WATCH": "yes"}, "", `environment MODELX_WATCH is "yes"; expected true or false`},
		{nil, map[string]string{"MODELX_LOAD": ""}, "", `environment MODELX_LOAD is ""; expected one of all, latest, none`},
		{nil, map[string]string{"MODELX_LOG_LEVEL": long}, "", `environment MODELX_LOG_LEVEL is "` + long[:64] + `..."; expected one of debug, info, warning, error`},
		{[]string{"--watch-interval", "0s"}, nil, "", `flag --watch-interval is "0s"; expected a duration such as 500ms, 30s or 5m, longer than 0s`},
		{[]string{"--shutdown-grace", "1.5s"}, nil, "", `flag --shutdown-grace is "1.5s"; expected a duration such as 500ms, 30s or 5m`},
		{[]string{"--read-timeout", "1234567890s"}, nil, "", `flag --read-timeout is "1234567890s"; expected a duration such as 500ms, 30s or 5m, longer than 0s`},
		{nil, nil, "grpc_port = '8081'", `key grpc_port of FILE is "8081"; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = 1.5", `key grpc_port of FILE is 1.5; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = 1.0", `key grpc_port of FILE is 1.0; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = -inf", `key grpc_port of FILE is -inf; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = inf", `key grpc_port of FILE is inf; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = nan", `key grpc_port of FILE is nan; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = 1e300", `key grpc_port of FILE is 1e+300; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = 123456789012345680000.0", `key grpc_port of FILE is 1.2345678901234568e+20; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = 1e-7", `key grpc_port of FILE is 1e-07; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = true", `key grpc_port of FILE is true; expected a whole number from -1 to 65535`},
		{nil, nil, "grpc_port = -2", `key grpc_port of FILE is -2; expected a whole number from -1 to 65535`},
		{nil, nil, "watch = 'true'", `key watch of FILE is "true"; expected true or false`},
		{nil, nil, "host = 1", `key host of FILE is 1; expected text`},
		{nil, nil, "host = []", `key host of FILE is an array; expected text`},
		{nil, nil, "[host]\na = 1", `key host of FILE is a table; expected text`},
		{nil, nil, "host = 2020-01-01", `key host of FILE is a date or time; expected text`},
		{nil, nil, "host = 2020-01-01T00:00:00Z", `key host of FILE is a date or time; expected text`},
		{nil, nil, "load = 3", `key load of FILE is 3; expected one of all, latest, none`},
		{nil, nil, "idle_timeout = 3", `key idle_timeout of FILE is 3; expected a duration such as 500ms, 30s or 5m, longer than 0s`},
		{
			nil, nil, "zebra = 1\napple = 2",
			`key apple of FILE is unknown; expected one of host, grpc_port, http_port, model_name, model_root, load, watch, watch_interval, workers, ` +
				`max_message_bytes, max_rows, max_in_flight, max_file_bytes, read_timeout, idle_timeout, shutdown_grace, tls_cert, tls_key, tls_client_ca, ` +
				`predict_token_file, reload_token_file, log_level, log_format, log_requests`,
		},
		{[]string{"--grpc-port=9000"}, nil, "http_port = 9000", `flag --grpc-port, key http_port of FILE: gRPC and HTTP are both on port 9000; expected another port for each`},
		{[]string{"--grpc-port=8080"}, nil, "", `flag --grpc-port: gRPC and HTTP are both on port 8080; expected another port for each`},
		{[]string{"--grpc-port=-1", "--http-port=-1"}, nil, "", `flag --grpc-port, flag --http-port: gRPC and HTTP are both on port -1; expected at least one of the two ports`},
		{[]string{"--tls-cert=a"}, nil, "", `flag --tls-cert is set and tls_key is not; expected both`},
		{nil, map[string]string{"MODELX_TLS_KEY": "a"}, "", `environment MODELX_TLS_KEY is set and tls_cert is not; expected both`},
		{nil, nil, "tls_client_ca = 'a'", `key tls_client_ca of FILE is set and tls_cert is not; expected both`},
	} {
		s, path, err := read(t, c.flags, c.environment, c.document)
		var e *Error
		if s != nil || !errors.As(err, &e) {
			t.Errorf("%q is taken: %v", c.text, err)
			continue
		}
		if want := strings.ReplaceAll(c.text, "FILE", path); e.Message != want {
			t.Errorf("the error is\n%s, expected\n%s", e.Message, want)
		}
	}
}

func TestPortsThatBothTakeAFreeOne(t *testing.T) {
	if _, _, err := read(t, []string{"--grpc-port=0", "--http-port=0"}, nil, ""); err != nil {
		t.Error(err)
	}
}

func TestFilesThatAreNoTOML(t *testing.T) {
	for _, document := range []string{"host", "host = 1\nhost = 2", "host = \"\xff\"", "= 1"} {
		_, path, err := read(t, nil, nil, document)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Message, path+" is not valid TOML: ") {
			t.Errorf("%q: the error is %v", document, err)
		}
	}
	_, _, err := read(t, nil, map[string]string{"MODELX_CONFIG": "/nonexistent/x.toml"}, "")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	AddFlags(set)
	_, err = Read("", set, func(string) (string, bool) { return "", false })
	var e *Error
	if !errors.As(err, &e) || e.Error() != "MODEL_OR_ROOT is empty; expected a model file or a folder" {
		t.Errorf("the error is %v", err)
	}
}

func FuzzTOML(f *testing.F) {
	f.Add(defaults)
	f.Add("host = [[[1]]]\n[a.b]")
	f.Fuzz(func(t *testing.T, document string) {
		s, _, err := read(t, nil, nil, document)
		if err == nil && printed(t, s) == "" {
			t.Error("nothing is printed")
		}
	})
}
