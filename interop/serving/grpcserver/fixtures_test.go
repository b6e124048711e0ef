package grpcserver

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/logs/logstest"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// line is y = 2 a - 0.5 b + 0.25, of named features.
func line() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "line", Version: "1", SchemaVersion: 1, Signature: &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b"}},
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2, -0.5}, Intercept: proto.Float64(0.25), NFeatures: 2,
		}},
	}
}

// side tells by the sign of its one feature which of two labels a row has.
func side(name string, labels *modelxpb.Labels) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: name, Version: "1", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: []float64{1}, Intercepts: []float64{0}, NFeatures: 1, Classes: labels,
			Probability: modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
		}},
	}
}

const (
	slowFeatures = 4
	slowCenters  = 20_000
)

// slow takes some seconds for 100,000 rows.
func slow() *modelxpb.ModelProto {
	centers := make([]float64, slowFeatures*slowCenters)
	for i := range centers {
		centers[i] = float64(i%97) / 7
	}
	return &modelxpb.ModelProto{
		Name: "slow", Version: "1", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_Kmeans{Kmeans: &modelxpb.KMeansProto{
			Centers: centers, NClusters: slowCenters, NFeatures: slowFeatures,
		}},
	}
}

func slowRequest(rows int) *modelxpb.PredictRequest {
	return predictRequest("slow", make([]float64, rows*slowFeatures)...)
}

// repository writes models for the tests into a new folder.
func repository(t testing.TB, models ...*modelxpb.ModelProto) string {
	t.Helper()
	root := t.TempDir()
	for _, m := range models {
		if err := modelx.Save(filepath.Join(root, m.GetName()+".pb"), m); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// running is a server that listens on loopback.
type running struct {
	*Server
	address string
	log     *logstest.Buffer
	conn    *grpc.ClientConn
	model   modelxpb.ModelServiceClient
	infer   inferencepb.GRPCInferenceServiceClient
}

// start serves a folder until the test ends. change may be nil.
func start(t testing.TB, root string, change func(*Config)) *running {
	t.Helper()
	r := &running{log: new(logstest.Buffer)}
	logger, err := logs.New(r.log, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	plane, err := serving.New(t.Context(), serving.Options{Path: root}, logs.Events(logger))
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Plane: plane, Gate: admission.New(256), Telemetry: told(logger, "all"), Version: "0.1.0", MaxMessageBytes: 64 << 20,
		HandshakeTimeout: patience,
	}
	if change != nil {
		change(&c)
	}
	r.Server = New(c)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- r.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Errorf("the server did not stop: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	r.conn = r.dial(t, insecure.NewCredentials())
	r.model, r.infer = modelxpb.NewModelServiceClient(r.conn), inferencepb.NewGRPCInferenceServiceClient(r.conn)
	return r
}

func told(logger *slog.Logger, requests string) *telemetry.Telemetry {
	return telemetry.New(metrics.New(), logger, requests, nil)
}

func (r *running) dial(t testing.TB, c credentials.TransportCredentials, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(r.address, append(options, grpc.WithTransportCredentials(c))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func withTokens(predict, reload []string) func(*Config) {
	return func(c *Config) { c.Tokens = auth.NewTokens(predict, reload) }
}

func withTLS(config *tls.Config) func(*Config) { return func(c *Config) { c.TLS = config } }

// wait makes a context that ends with the test, or when patience does.
func wait(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, met func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if met() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}

func requireNone(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// requireStatus checks an error's code and text.
func requireStatus(t testing.TB, err error, code codes.Code, text string) {
	t.Helper()
	if got := status.Convert(err); got.Code() != code || got.Message() != text {
		t.Fatalf("the status is  %v: %s\nexpected       %v: %s", got.Code(), got.Message(), code, text)
	}
}

// requireTrailer checks an error's kind, and that it has a request id.
func requireTrailer(t testing.TB, md metadata.MD, kind serving.Kind) {
	t.Helper()
	if got := md.Get("modelx-error-kind"); len(got) != 1 || got[0] != string(kind) {
		t.Fatalf("modelx-error-kind is %q, expected %q", got, kind)
	}
	if ids := md.Get("x-request-id"); len(ids) != 1 || ids[0] == "" {
		t.Fatalf("x-request-id is %q", ids)
	}
}

func predictRequest(model string, features ...float64) *modelxpb.PredictRequest {
	return &modelxpb.PredictRequest{ModelName: model, Features: features}
}

func writeFile(t testing.TB, root, name, text string) {
	t.Helper()
	requireNone(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
}

// schemaMethods are a service's methods, and whether they stream.
func schemaMethods(t testing.TB, service string) map[string]bool {
	t.Helper()
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	requireNone(t, err)
	described, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		t.Fatalf("%s is no service", service)
	}
	streams := map[string]bool{}
	for i := range described.Methods().Len() {
		m := described.Methods().Get(i)
		streams[string(m.Name())] = m.IsStreamingClient() && m.IsStreamingServer()
	}
	return streams
}
