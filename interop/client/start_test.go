package client_test

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/grpcserver"
	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// flowers tells by the sign of its only feature which of two labels a row has.
func flowers(version string) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "flowers", Version: version, SchemaVersion: 1,
		Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: []float64{1}, Intercepts: []float64{0}, NFeatures: 1,
			Classes:     &modelxpb.Labels{Strings: []string{"aster", "rose"}},
			Probability: modelxpb.SGDClassifierProto_PROBABILITY_MODIFIED_HUBER,
		}},
	}
}

func write(t testing.TB, path string, model *modelxpb.ModelProto) {
	t.Helper()
	data, err := proto.Marshal(model)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// engine is a server of the test's own, with the model flowers.
type engine struct {
	address string
	path    string
	gate    *admission.Gate
	plane   *serving.Plane
	server  *grpcserver.Server
}

// start starts a server, which the test's end stops.
func start(t testing.TB, configure func(*grpcserver.Config)) *engine {
	t.Helper()
	return startWith(t, flowers("1"), configure)
}

// startWith is start for another model.
func startWith(t testing.TB, model *modelxpb.ModelProto, configure func(*grpcserver.Config)) *engine {
	t.Helper()
	e := &engine{path: filepath.Join(t.TempDir(), "model.pb"), gate: admission.New(64)}
	write(t, e.path, model)
	logger, err := logs.New(io.Discard, "error", "json")
	if err != nil {
		t.Fatal(err)
	}
	if e.plane, err = serving.New(t.Context(), serving.Options{Path: e.path}, nil); err != nil {
		t.Fatal(err)
	}
	config := grpcserver.Config{
		Plane: e.plane, Gate: e.gate, Telemetry: telemetry.New(metrics.New(), logger, "none", nil), Version: "1.2.3",
		MaxMessageBytes: 64 << 20, HandshakeTimeout: 10 * time.Second,
	}
	if configure != nil {
		configure(&config)
	}
	e.server = grpcserver.New(config)
	e.address = listen(t, e.server.Serve, func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = e.server.Shutdown(ended)
	})
	return e
}

// listen serves on a port of its own until the test's end.
func listen(t testing.TB, serve func(net.Listener) error, stop func()) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- serve(listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Errorf("the server ended with %v", err)
		}
	})
	return listener.Addr().String()
}

// dial makes a client, which the test's end closes.
func dial(t testing.TB, address string, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.Dial(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// scripted is a server that answers each call as the next line of its script says.
type scripted struct {
	modelxpb.UnimplementedModelServiceServer

	mu     sync.Mutex
	script []func(context.Context) error
	calls  []string
	ids    []string
	times  []time.Time
}

// next does what the script says; after its end calls go well.
func (s *scripted) next(ctx context.Context, name, id string) error {
	s.mu.Lock()
	step := func(context.Context) error { return nil }
	if len(s.calls) < len(s.script) {
		step = s.script[len(s.calls)]
	}
	s.calls, s.ids, s.times = append(s.calls, name), append(s.ids, id), append(s.times, time.Now())
	s.mu.Unlock()
	return step(ctx)
}

func (s *scripted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func (s *scripted) Predict(ctx context.Context, r *modelxpb.PredictRequest) (*modelxpb.PredictResponse, error) {
	return &modelxpb.PredictResponse{Predictions: r.GetFeatures(), Rows: 1, Columns: 1}, s.next(ctx, "Predict", idOf(ctx))
}

func (s *scripted) GetModelInfo(ctx context.Context, _ *modelxpb.GetModelInfoRequest) (*modelxpb.GetModelInfoResponse, error) {
	return &modelxpb.GetModelInfoResponse{Name: "scripted"}, s.next(ctx, "GetModelInfo", idOf(ctx))
}

func (s *scripted) ReloadModel(ctx context.Context, _ *modelxpb.ReloadModelRequest) (*modelxpb.ReloadModelResponse, error) {
	return &modelxpb.ReloadModelResponse{ModelVersion: "2"}, s.next(ctx, "ReloadModel", idOf(ctx))
}

// play starts a scripted server.
func play(t *testing.T, script ...func(context.Context) error) (*scripted, string) {
	t.Helper()
	s := &scripted{script: script}
	server := grpc.NewServer()
	modelxpb.RegisterModelServiceServer(server, s)
	return s, listen(t, server.Serve, server.Stop)
}

// tokens are for asking and for changing.
func tokens(c *grpcserver.Config) { c.Tokens = auth.NewTokens([]string{"asks"}, []string{"changes"}) }

// serveFlowers is start for examples, which have no test to belong to.
func serveFlowers() (address string, stop func()) { return serveModel(flowers("1")) }

// servePeople is serveFlowers for the model people.
func servePeople() (address string, stop func()) {
	return serveModel(typedmodels.People(typedmodels.PeopleNames()...))
}

func serveModel(model *modelxpb.ModelProto) (address string, stop func()) {
	folder, err := os.MkdirTemp("", "models")
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(folder, "model.pb")
	data, err := proto.Marshal(model)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
	plane, err := serving.New(context.Background(), serving.Options{Path: path}, nil)
	if err != nil {
		log.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	server := grpcserver.New(grpcserver.Config{
		Plane: plane, Gate: admission.New(1), Telemetry: telemetry.New(metrics.New(), logger, "none", nil),
		MaxMessageBytes: 1 << 20, HandshakeTimeout: time.Second,
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- server.Serve(listener) }()
	return listener.Addr().String(), func() {
		_ = server.Shutdown(context.Background())
		<-done
		_ = os.RemoveAll(folder)
	}
}
