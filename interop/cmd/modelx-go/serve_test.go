package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// servePatience is how long a test waits for a server.
const servePatience = 30 * time.Second

// served is a server in a process of its own.
type served struct {
	t       *testing.T
	process *exec.Cmd
	grpc    string
	http    string
	mu      sync.Mutex
	lines   []map[string]any
	ended   chan struct{}
	code    int
}

// startServe starts modelx-go serve on free ports, and waits until it serves.
func startServe(t *testing.T, args ...string) *served {
	t.Helper()
	s := beginServe(t, append(args, "--grpc-port", "0", "--http-port", "0")...)
	line := s.wait("serving", 0)
	s.grpc, s.http = line["grpc_address"].(string), line["http_address"].(string)
	return s
}

func beginServe(t *testing.T, args ...string) *served {
	t.Helper()
	process := exec.Command(os.Args[0], append([]string{"serve"}, args...)...)
	process.Env = append(os.Environ(), asProgram+"=1")
	out, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, process: process, ended: make(chan struct{})}
	go s.read(out)
	t.Cleanup(func() {
		_ = process.Process.Kill() // It may have ended.
		<-s.ended
	})
	return s
}

func (s *served) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := map[string]any{}
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			line["text"] = lines.Text()
		}
		s.mu.Lock()
		s.lines = append(s.lines, line)
		s.mu.Unlock()
	}
	_ = s.process.Wait() // Its code says the same.
	s.code = s.process.ProcessState.ExitCode()
	close(s.ended)
}

// wait returns the first line with this message from line number after on.
func (s *served) wait(message string, after int) map[string]any {
	s.t.Helper()
	for end := time.Now().Add(servePatience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		lines := s.lines
		s.mu.Unlock()
		for _, line := range lines[min(after, len(lines)):] {
			if line["msg"] == message {
				return line
			}
		}
		select {
		case <-s.ended:
			s.t.Fatalf("the server ended with %d: %v", s.code, lines)
		default:
		}
	}
	s.t.Fatalf("the log does not say %q: %v", message, s.lines)
	return nil
}

func (s *served) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lines)
}

func (s *served) signal(number syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(number); err != nil {
		s.t.Fatal(err)
	}
}

// exit waits for the end, and gives the code.
func (s *served) exit() int {
	s.t.Helper()
	select {
	case <-s.ended:
		return s.code
	case <-time.After(servePatience):
		s.t.Fatal("the server does not end")
		return -1
	}
}

// version asks over both transports which version answers.
func (s *served) version() string {
	s.t.Helper()
	conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	answer, err := modelxpb.NewModelServiceClient(conn).Predict(s.t.Context(), &modelxpb.PredictRequest{Features: []float64{1, 1}})
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.Post("http://"+s.http+"/predict", "application/json", strings.NewReader(`{"features": [1, 1]}`))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"`+answer.GetModelVersion()+`"`)) {
		s.t.Fatalf("HTTP answers %d: %s, %v", response.StatusCode, body, err)
	}
	return answer.GetModelVersion()
}

func versioned(version string) *modelxpb.ModelProto {
	p := line()
	p.Version = version
	return p
}

func TestServe(t *testing.T) {
	path := save(t, "line.pb", versioned("1"))
	s := startServe(t, path)
	line := s.wait("serving", 0)
	if line["engine"] != "go" || line["version"] != version || line["pid"] != float64(s.process.Process.Pid) {
		t.Errorf("the line is %v", line)
	}
	if got := s.version(); got != "1" {
		t.Fatalf("version %q answers", got)
	}

	if err := modelx.Save(path, versioned("2")); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	if line := s.wait("model reloaded", 0); line["trigger"] != "signal" || line["model_version"] != "2" {
		t.Errorf("the line is %v", line)
	}
	if got := s.version(); got != "2" {
		t.Fatalf("version %q answers", got)
	}

	after := s.count()
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.wait("reload refused", after)
	if got := s.version(); got != "2" {
		t.Fatalf("version %q answers", got)
	}

	s.signal(syscall.SIGTERM)
	if code := s.exit(); code != exitOK {
		t.Fatalf("the exit code is %d", code)
	}
	for _, message := range []string{"shutting down", "stopped"} {
		if line := s.wait(message, after); line["signal"] != "SIGTERM" {
			t.Errorf("the line is %v", line)
		}
	}
}

func TestServeWatches(t *testing.T) {
	path := save(t, "line.pb", versioned("1"))
	s := startServe(t, path, "--watch", "--watch-interval", "20ms")
	if err := modelx.Save(path, versioned("2")); err != nil {
		t.Fatal(err)
	}
	if line := s.wait("model reloaded", 0); line["trigger"] != "watch" {
		t.Errorf("the line is %v", line)
	}
	s.signal(syscall.SIGINT)
	if code := s.exit(); code != exitOK {
		t.Fatalf("the exit code is %d", code)
	}
}

// A request under way is answered though the server was told to stop; a second signal ends it at once.
func TestServeSignals(t *testing.T) {
	path := save(t, "line.pb", line())
	for _, second := range []bool{false, true} {
		s := startServe(t, path)
		conn, err := net.Dial("tcp", s.http)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if err := conn.SetDeadline(time.Now().Add(servePatience)); err != nil {
			t.Fatal(err)
		}
		// The server is under way with a request whose body is not there yet.
		body := `{"features": [1, 1]}`
		head := "POST /predict HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n"
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(conn)
		if text, err := answers.ReadString('\n'); err != nil || !strings.Contains(text, "100") {
			t.Fatalf("the answer is %q, %v", text, err)
		}
		s.signal(syscall.SIGTERM)
		s.wait("shutting down", 0)
		if second {
			s.signal(syscall.SIGINT)
			if code := s.exit(); code != exitSignal+int(syscall.SIGINT) {
				t.Fatalf("the exit code is %d", code)
			}
			continue
		}
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(answers)
		if err != nil || !bytes.Contains(rest, []byte("200 OK")) || !bytes.Contains(rest, []byte("1.75")) {
			t.Fatalf("the answer is %q, %v", rest, err)
		}
		if code := s.exit(); code != exitOK {
			t.Fatalf("the exit code is %d", code)
		}
	}
}

func TestServeStartErrors(t *testing.T) {
	good := save(t, "line.pb", line())
	bad := save(t, "bad.pb", line())
	if err := os.WriteFile(bad, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := line()
	wrong.Evidence.Outputs[0].Doubles[0] = 7
	mismatch := filepath.Join(t.TempDir(), "mismatch.pb")
	if err := os.WriteFile(mismatch, serialised(t, wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.tokens")
	if err := os.WriteFile(empty, []byte("# none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{bad}, exitBadFile, "bad.pb"},
		{[]string{mismatch}, exitBadFile, "evidence_mismatch"},
		{[]string{filepath.Join(t.TempDir(), "none.pb")}, exitIO, "no such file"},
		{[]string{good, "--grpc-port", port}, exitIO, "cannot listen on 127.0.0.1:" + port + ": address already in use"},
		{[]string{good, "--http-port", port}, exitIO, "cannot listen on 127.0.0.1:" + port + ": address already in use"},
		{[]string{good, "--grpc-port", "http"}, exitUsage, "grpc-port"},
		{[]string{good, "--tls-cert", "cert.pem"}, exitUsage, "tls_key"},
		{[]string{good, "--predict-token-file", "none.tokens"}, exitIO, "none.tokens"},
		{[]string{good, "--predict-token-file", empty}, exitUsage, "has no token"},
		{[]string{good, "--tls-cert", empty, "--tls-key", empty}, exitUsage, "empty.tokens"},
		{[]string{good, "--grpc-port", "-1", "--http-port", "-1"}, exitUsage, "at least one"},
	} {
		args := append([]string{"serve", "--http-port", "0", "--grpc-port", "0"}, c.args...)
		if r := runWith("", args...); r.code != c.code || !strings.Contains(r.errOut, c.text) || r.out != "" {
			t.Errorf("%v: exit code %d, errors %q; expected %d, %q", c.args, r.code, r.errOut, c.code, c.text)
		}
	}
	requireError(t, runWith("", "--json", "serve", bad, "--http-port", "0", "--grpc-port", "0"), exitBadFile, "unknown_format", "")
}

func TestServePrintsItsSettings(t *testing.T) {
	r := runWith("", "serve", "model.pb", "--grpc-port", "5", "--print-config")
	for _, line := range []string{"grpc_port = 5\n", "http_port = 8080\n", "host = \"127.0.0.1\"\n"} {
		if r.code != exitOK || !strings.Contains(r.out, line) {
			t.Errorf("exit code %d, no %q in %q", r.code, line, r.out)
		}
	}
}

func TestServeHelp(t *testing.T) {
	r := runWith("", "serve", "--help")
	for _, part := range []string{"Examples:", "Exit codes:", "--max-in-flight", "--shutdown-grace", "--print-config"} {
		if r.code != exitOK || !strings.Contains(r.out, part) {
			t.Errorf("exit code %d, no %q in %q", r.code, part, r.out)
		}
	}
}

// Who listens beyond this machine without a guard is told so.
func TestServeNotesExposure(t *testing.T) {
	path := save(t, "line.pb", line())
	s := startServe(t, path, "--host", "0.0.0.0")
	line := s.wait("listening beyond this machine without tokens: whoever reaches the ports may predict and reload", 0)
	if line["level"] != "warning" || line["host"] != "0.0.0.0" {
		t.Errorf("the line is %v", line)
	}
}
