package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving/auth/authtest"
	"github.com/modelx-dev/modelx/interop/serving/logs/logstest"
	"github.com/modelx-dev/modelx/interop/serving/settings"
)

const patience = 20 * time.Second

// lines is a log that tests read.
type lines struct{ logstest.Buffer }

// find returns the first line with a message, or nil.
func (l *lines) find(message string) map[string]any {
	for text := range strings.Lines(l.String()) {
		line := map[string]any{}
		if json.Unmarshal([]byte(text), &line) == nil && line["msg"] == message {
			return line
		}
	}
	return nil
}

func modelFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "line.pb")
	err := modelx.Save(path, &modelxpb.ModelProto{
		Name: "line", Version: "1", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2}, Intercept: proto.Float64(1), NFeatures: 1,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// read makes settings of flags.
func read(t *testing.T, model string, args ...string) *settings.Settings {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	settings.AddFlags(flags)
	if err := flags.Parse(append([]string{"--grpc-port", "0", "--http-port", "0"}, args...)); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Read(model, flags, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a server until stop is called, which returns what Run did.
func run(t *testing.T, s *settings.Settings) (serving map[string]any, log *lines, stop func() error) {
	t.Helper()
	log = new(lines)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, s, "1.2", log) }()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if line := log.find("serving"); line != nil {
			return line, log, func() error { cancel(); return <-ended }
		}
		select {
		case err := <-ended:
			t.Fatalf("the server ended: %v", err)
		default:
		}
	}
	cancel()
	t.Fatal("the server does not serve")
	return nil, nil, nil
}

func TestRunEndsWithItsContext(t *testing.T) {
	serving, log, stop := run(t, read(t, modelFile(t)))
	if serving["engine"] != "go" || serving["version"] != "1.2" {
		t.Errorf("the line is %v", serving)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if log.find("stopped") == nil {
		t.Error("the log does not tell of the end")
	}
	if log.find("listening beyond this machine without tokens: whoever reaches the ports may predict and reload") != nil {
		t.Error("the log warns of nothing")
	}
}

func TestRunWithOneTransport(t *testing.T) {
	for _, c := range []struct{ off, empty, full string }{
		{"--http-port=-1", "http_address", "grpc_address"}, {"--grpc-port=-1", "grpc_address", "http_address"},
	} {
		serving, _, stop := run(t, read(t, modelFile(t), c.off))
		if serving[c.empty] != "" || serving[c.full] == "" {
			t.Errorf("%s: the line is %v", c.off, serving)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
}

// Both ports speak TLS, and want a client's certificate.
func TestRunWithTLS(t *testing.T) {
	files := authtest.Make(t)
	serving, _, stop := run(t, read(t, modelFile(t), "--tls-cert", files.Cert, "--tls-key", files.Key, "--tls-client-ca", files.CA))
	config := &tls.Config{RootCAs: files.CAs, Certificates: []tls.Certificate{files.Client}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := grpc.NewClient(serving["grpc_address"].(string), grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := modelxpb.NewModelServiceClient(conn).Predict(ctx, &modelxpb.PredictRequest{Features: []float64{3}})
	if err != nil || answer.GetPredictions()[0] != 7 {
		t.Fatalf("the answer is %v, %v", answer, err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	url := "https://" + serving["http_address"].(string) + "/readyz"
	for _, c := range []struct {
		config *tls.Config
		fails  bool
	}{{config, false}, {&tls.Config{RootCAs: files.CAs}, true}} {
		transport := &http.Transport{TLSClientConfig: c.config}
		response, err := (&http.Client{Transport: transport, Timeout: patience}).Get(url)
		if (err != nil) != c.fails {
			t.Errorf("the answer is %v, %v", response, err)
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		transport.CloseIdleConnections()
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// A stream that its client keeps open does not hold the server; it hears why it ends.
func TestRunEndsStreams(t *testing.T) {
	serving, _, stop := run(t, read(t, modelFile(t)))
	conn, err := grpc.NewClient(serving["grpc_address"].(string), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	stream, err := modelxpb.NewModelServiceClient(conn).PredictStream(t.Context())
	if err == nil {
		err = stream.Send(&modelxpb.PredictRequest{Features: []float64{3}})
	}
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if time.Since(began) > patience {
		t.Error("the stream held the server")
	}
	if _, err := stream.Recv(); err == nil || !strings.Contains(err.Error(), "the server is shutting down") {
		t.Errorf("the stream ends with %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	const nobodys = "192.0.2.1" // An address for documentation.
	err := Run(t.Context(), read(t, modelFile(t), "--host", nobodys), "1", io.Discard)
	if wrong := (*ListenError)(nil); !errors.As(err, &wrong) || wrong.Unwrap() == nil || !strings.Contains(err.Error(), nobodys) {
		t.Errorf("the error is %v", err)
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "localhost": true, "0.0.0.0": false, "": false, "::": false, "10.0.0.1": false,
		"example.com": false,
	} {
		if isLoopback(host) != want {
			t.Errorf("%q is loopback: %v", host, !want)
		}
	}
}
