package httpserver

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/logs/logstest"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// line is y = 2 a - 0.5 b + 0.25, with names.
func line(version string) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "line", Version: version, SchemaVersion: 1,
		Signature: &modelxpb.Signature{
			NFeatures: 2, FeatureNames: []string{"a", "b"},
			Outputs: []*modelxpb.OutputSpec{{Method: "predict", Type: modelxpb.DataType_DATA_TYPE_FLOAT64}},
		},
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2, -0.5}, Intercept: proto.Float64(0.25), NFeatures: 2,
		}},
	}
}

// side tells by the sign of its only feature which of two labels a row has.
func side(name string, labels *modelxpb.Labels) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: name, SchemaVersion: 1,
		Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: []float64{1}, Intercepts: []float64{0}, NFeatures: 1, Classes: labels,
			Probability: modelxpb.SGDClassifierProto_PROBABILITY_MODIFIED_HUBER,
		}},
	}
}

// through gives its three features back.
func through() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "through", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_Passthrough{Passthrough: &modelxpb.PassthroughProto{NFeatures: 3}},
	}
}

// repository writes the models of the tests into a new folder.
func repository(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "line", "1", "model.pb"), line("1"))
	write(t, filepath.Join(root, "line", "2", "model.pb"), line("2"))
	write(t, filepath.Join(root, "words.pb"), side("words", &modelxpb.Labels{Strings: []string{"no", "<yes> \"é\""}}))
	write(t, filepath.Join(root, "longs.pb"), side("longs", &modelxpb.Labels{Ints: []int64{-1, 1<<62 + 1}}))
	write(t, filepath.Join(root, "ints.pb"), side("ints", &modelxpb.Labels{Ints: []int64{3, 7}}))
	write(t, filepath.Join(root, "bools.pb"), side("bools", &modelxpb.Labels{Bools: []bool{false, true}}))
	write(t, filepath.Join(root, "through.pb"), through())
	return root
}

// typedRepository is repository, with models of strings beside.
func typedRepository(t testing.TB) string {
	t.Helper()
	root := repository(t)
	for _, model := range []*modelxpb.ModelProto{
		typedmodels.People(typedmodels.PeopleNames()...), typedmodels.Colors(), typedmodels.Filled(), typedmodels.Wide(),
	} {
		write(t, filepath.Join(root, model.GetName()+".pb"), model)
	}
	return root
}

func write(t testing.TB, path string, model *modelxpb.ModelProto) {
	t.Helper()
	data, err := proto.Marshal(model)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// running is a server of the test's own.
type running struct {
	address string
	client  *http.Client
	log     *logged
}

// logged is a log to wait for.
type logged struct{ logstest.Buffer }

// wait waits for a line with all of the words.
func (l *logged) wait(t *testing.T, words ...string) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for line := range strings.Lines(l.String()) {
			missing := false
			for _, word := range words {
				missing = missing || !strings.Contains(line, word)
			}
			if !missing {
				return line
			}
		}
	}
	t.Fatalf("the log has no line with %q:\n%s", words, l)
	return ""
}

// options are those of a server of all models of the tests.
func options(t testing.TB) (Options, *logged) {
	t.Helper()
	return optionsFor(t, repository(t))
}

func optionsFor(t testing.TB, path string) (Options, *logged) {
	t.Helper()
	log := new(logged)
	logger, err := logs.New(log, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New()
	plane, err := serving.New(t.Context(), serving.Options{Path: path, MaxRows: 2000}, serving.Join(m, logs.Events(logger)))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Follow(plane); err != nil {
		t.Fatal(err)
	}
	return Options{
		Plane: plane, Gate: admission.New(64), Telemetry: telemetry.New(m, logger, "all", nil), Version: "1.2.3",
		MaxMessageBytes: 1 << 20, ReadTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second,
	}, log
}

// start starts a server, which the test's end stops.
func start(t testing.TB, o Options, log *logged) *running {
	t.Helper()
	return serve(t, New(o), log)
}

// serve lets a server answer until the test's end.
func serve(t testing.TB, server *http.Server, log *logged) *running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &running{address: listener.Addr().String(), log: log}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	s.client = &http.Client{Transport: transport}
	done := make(chan error)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		if err := <-done; err != http.ErrServerClosed {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s
}

// started starts a server of all models of the tests.
func started(t testing.TB) *running {
	t.Helper()
	o, log := options(t)
	return start(t, o, log)
}

// answered is a response that was read to its end.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request of its parts: "POST /path", and headers as "Name: value".
func (s *running) do(t testing.TB, what string, body []byte, headers ...string) answered {
	t.Helper()
	method, path, _ := strings.Cut(what, " ")
	request, err := http.NewRequest(method, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	a := answered{status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	if a.header.Get("x-request-id") == "" {
		t.Errorf("%s: no x-request-id", what)
	}
	return a
}

// object is the body as JSON.
func (a answered) object(t testing.TB) map[string]any {
	t.Helper()
	return objectOf(t, a.body)
}

func objectOf(t testing.TB, body []byte) map[string]any {
	t.Helper()
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return object
}

// refused checks an error of the contract.
func (a answered) refused(t testing.TB, status int, kind, text string) {
	t.Helper()
	object := a.object(t)
	if a.status != status || object["kind"] != kind || object["error"] != text {
		t.Errorf("got %d %s; want %d, %s, %s", a.status, a.body, status, kind, text)
	}
	if object["request_id"] != a.header.Get("x-request-id") {
		t.Errorf("the body has the id %v, the header %s", object["request_id"], a.header.Get("x-request-id"))
	}
	if a.header.Get("Content-Type") != "application/json" {
		t.Errorf("an error is %s", a.header.Get("Content-Type"))
	}
}
