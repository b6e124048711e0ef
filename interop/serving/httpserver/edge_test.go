package httpserver

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
)

const good = `{"model_name": "line", "features": [1, 2]}`

func TestPathsAndMethods(t *testing.T) {
	s := started(t)
	for _, test := range []struct {
		what   string
		status int
	}{
		{"GET /healthz", 200},
		{"HEAD /healthz", 200},
		{"GET /healthz?x=1", 200},
		{"GET /%68ealthz", 200},
		{"HEAD /readyz", 200},
		{"HEAD /metrics", 200},
		{"HEAD /model-info?model_name=line", 200},
		{"GET /v2", 200},
		{"GET /v2/health/live", 200},
		{"HEAD /v2/health/ready", 200},
		{"GET /v2/models/line", 200},
		{"GET /v2/models/%6cine/versions/1", 200},
		{"GET /v2/models/line/ready", 200},
		{"GET /v2/models/none/ready", 404},
		{"HEAD /v2/models/line/versions/2/ready", 200},
		{"GET /v2/models/line/versions/3/ready", 404},
		{"POST /v2/repository/index", 200},
	} {
		a := s.do(t, test.what, nil)
		if a.status != test.status {
			t.Errorf("%s: got %d %s", test.what, a.status, a.body)
		}
		if method, rest, _ := strings.Cut(test.what, " "); method == "HEAD" {
			full := s.do(t, "GET "+rest, nil)
			if len(a.body) > 0 || a.header.Get("Content-Length") == "" || a.header.Get("Content-Type") != full.header.Get("Content-Type") {
				t.Errorf("%s: got %v %s", test.what, a.header, a.body)
			}
		}
	}
	for _, path := range []string{
		"/", "/foo", "/predict/", "//predict", "/v2/../predict", "/Predict", "/v2/", "/v2/models", "/v2/models/",
		"/v2/models/line/", "/v2/models//ready", "/v2/models/line/fit", "/v2/models/line/versions", "/v2/models/line/versions/",
		"/v2/models/line/versions//ready", "/v2/models/line/versions/1/", "/v2/models/line/ready/now", "/v2%2Fhealth/live",
		"/v2/repository/models/line", "/v2/repository/models//load", "/v2/repository/models/line/load/", "/v2/repository/index/",
		"/v2/models/a/b/c/d/e/f", "/%22x%00",
	} {
		s.do(t, "GET "+path, nil).refused(t, 404, "no_path",
			"no path "+serving.Quoted(path)+"; docs/serving.md lists those there are")
	}
	for _, test := range []struct{ what, expected, allow string }{
		{"GET /predict", "POST", "POST"},
		{"PUT /healthz", "GET or HEAD", "GET, HEAD"},
		{"OPTIONS /reload", "POST", "POST"},
		{"POST /v2/models/line", "GET or HEAD", "GET, HEAD"},
		{"GET /v2/models/none/infer", "POST", "POST"},
		{"DELETE /v2/repository/models/none/load", "POST", "POST"},
	} {
		a := s.do(t, test.what, nil)
		method, _, _ := strings.Cut(test.what, " ")
		a.refused(t, 405, "no_method", fmt.Sprintf("method %q is not allowed here; expected %s", method, test.expected))
		if a.header.Get("Allow") != test.allow {
			t.Errorf("%s: got %s", test.what, a.header.Get("Allow"))
		}
	}
	s.do(t, "GET /v2/models/a%2Fb%3f", nil).refused(t, 404, "unknown_model",
		`no model "a/b?"; expected one of "bools", "ints", "line", "longs", "through", "words"`)
}

func TestRequestIDs(t *testing.T) {
	s := started(t)
	if a := s.do(t, "GET /healthz", nil, "X-Request-Id: Abc-1._x"); a.header.Get("x-request-id") != "Abc-1._x" {
		t.Errorf("got %v", a.header)
	}
	for _, id := range []string{"a b", "ä", strings.Repeat("a", 129)} {
		if a := s.do(t, "GET /foo", nil, "X-Request-Id: "+id); len(a.header.Get("x-request-id")) != 16 {
			t.Errorf("%q: got %v", id, a.header)
		}
	}
	a := s.do(t, "POST /predict", []byte(`{"metadata": {"request_id": "body"}, "features": []}`), "X-Request-Id: head")
	if a.header.Get("x-request-id") != "head" {
		t.Errorf("got %v", a.header)
	}
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	return encoded(t, text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func deflated(t testing.TB, text string) []byte {
	t.Helper()
	return encoded(t, text, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func encoded(t testing.TB, text string, encoder func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var b bytes.Buffer
	w := encoder(&b)
	_, err := io.WriteString(w, text)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncodedBodies(t *testing.T) {
	s := started(t)
	for _, test := range []struct {
		encoding string
		body     []byte
	}{
		{"gzip", zipped(t, good)}, {" GZip ", zipped(t, good)}, {"deflate", deflated(t, good)}, {"identity", []byte(good)},
		{"gzip", zipped(t, strings.Repeat(" ", 100_000)+good)},
	} {
		a := s.do(t, "POST /predict", test.body, "Content-Encoding: "+test.encoding)
		if a.status != 200 {
			t.Errorf("%s: got %d %s", test.encoding, a.status, a.body)
		}
	}
	whole := zipped(t, good)
	for _, test := range []struct {
		encoding string
		body     []byte
	}{
		{"gzip", []byte(good)},
		{"deflate", []byte(good)},
		{"deflate", zipped(t, good)},
		{"gzip", whole[:len(whole)-1]},
		{"gzip", append(whole[:len(whole):len(whole)], 0)},
		{"gzip", append(whole[:len(whole):len(whole)], whole...)},
		{"gzip", append(whole[:len(whole)-5:len(whole)-5], 1, 2, 3, 4, 5)},
	} {
		s.do(t, "POST /predict", test.body, "Content-Encoding: "+test.encoding).
			refused(t, 400, "bad_request", "the body is not what its content-encoding says")
	}
	s.do(t, "POST /predict", nil, "Content-Encoding: gzip").refused(t, 400, "bad_request", "the body is not valid JSON")
	s.do(t, "POST /predict", []byte(good), "Content-Encoding: br").
		refused(t, 415, "bad_encoding", `content-encoding "br" is unknown; expected gzip, deflate or identity`)
	s.do(t, "POST /predict", whole, "Content-Encoding: gzip", "Content-Encoding: gzip").
		refused(t, 415, "bad_encoding", `content-encoding "gzip, gzip" is unknown; expected gzip, deflate or identity`)
}

func TestLargeBodies(t *testing.T) {
	o, log := options(t)
	o.MaxMessageBytes = 1000
	s := start(t, o, log)
	const text = "the body has more than 1000 bytes"
	fits := []byte(good + strings.Repeat(" ", 1000-len(good)))
	if a := s.do(t, "POST /predict", fits); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := s.do(t, "POST /predict", zipped(t, string(fits)), "Content-Encoding: gzip"); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	s.do(t, "POST /predict", append(fits, ' ')).refused(t, 413, "too_large", text)
	s.do(t, "POST /predict", zipped(t, string(fits)+" "), "Content-Encoding: gzip").refused(t, 413, "too_large", text)
	s.do(t, "POST /predict", deflated(t, strings.Repeat(" ", 10<<20)), "Content-Encoding: deflate").refused(t, 413, "too_large", text)
	// In chunks, of which no length is known before.
	request, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/predict", io.MultiReader(strings.NewReader(strings.Repeat(" ", 1001))))
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 413 {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestGzippedAnswers(t *testing.T) {
	s := started(t)
	body := []byte(`{"model_name": "line", "features": [` + strings.Repeat("1,2,", 999) + `1,2]}`)
	plain := s.do(t, "POST /predict", body)
	for _, test := range []struct {
		accept string
		want   bool
	}{
		{"gzip", true}, {"br, GZIP;q=0.5", true}, {"*", true}, {"gzip;q=0, *", false}, {"*, gzip;q=0", false},
		{"*;q=0, gzip", true}, {"deflate, br", false}, {"gzip; q=0.000", false}, {"", false}, {"x-gzip", false},
	} {
		a := s.do(t, "POST /predict", body, "Accept-Encoding: "+test.accept)
		if got := a.header.Get("Content-Encoding") == "gzip"; got != test.want || a.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: got %v", test.accept, a.header)
			continue
		}
		if test.want {
			reader, err := gzip.NewReader(bytes.NewReader(a.body))
			if err != nil {
				t.Fatal(err)
			}
			if a.body, err = io.ReadAll(reader); err != nil {
				t.Fatal(err)
			}
		}
		// All but the time of it is the same.
		if len(a.body) != len(plain.body) || !bytes.Equal(a.body[:5000], plain.body[:5000]) {
			t.Errorf("%q: got %s", test.accept, a.body)
		}
	}
	if a := s.do(t, "POST /predict", []byte(good), "Accept-Encoding: gzip"); a.header.Get("Content-Encoding") != "" {
		t.Errorf("a small body is gzipped: %v", a.header)
	}
}

func TestRights(t *testing.T) {
	o, log := options(t)
	o.Tokens = auth.NewTokens([]string{"asks"}, []string{"changes"})
	s := start(t, o, log)
	for _, what := range []string{"GET /healthz", "GET /readyz", "GET /metrics", "GET /v2/health/live", "GET /v2/health/ready", "GET /v2/models/line/ready"} {
		if a := s.do(t, what, nil); a.status != 200 {
			t.Errorf("%s: got %d %s", what, a.status, a.body)
		}
	}
	for _, what := range []string{
		"POST /predict", "GET /model-info", "POST /reload", "GET /v2", "GET /v2/models/line", "POST /v2/models/line/infer",
		"POST /v2/repository/index", "POST /v2/repository/models/line/load",
	} {
		a := s.do(t, what, []byte("{"))
		a.refused(t, 401, "unauthenticated", `no bearer token; expected the header "authorization: Bearer TOKEN"`)
		if a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: got %v", what, a.header)
		}
		s.do(t, what, []byte("{"), "Authorization: Bearer x").refused(t, 401, "unauthenticated", "the bearer token is unknown")
	}
	for _, what := range []string{"POST /reload", "POST /v2/repository/models/line/load", "POST /v2/repository/models/line/unload"} {
		s.do(t, what, nil, "Authorization: Bearer asks").refused(t, 403, "permission_denied", "the bearer token has no right to reload")
	}
	if a := s.do(t, "POST /predict", []byte(good), "Authorization: bearer asks"); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := s.do(t, "POST /reload", []byte(`{"model_name": "line"}`), "Authorization: Bearer changes"); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestOverload(t *testing.T) {
	o, log := options(t)
	o.Gate = admission.New(1)
	o.Tokens = auth.NewTokens([]string{"asks"}, nil)
	s := start(t, o, log)
	if err := o.Gate.Enter(); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"POST /predict", "POST /v2/models/none/infer"} {
		a := s.do(t, what, []byte(`{`))
		a.refused(t, 429, "overloaded", "1 requests are in flight, the server's limit; try again later")
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("got %v", a.header)
		}
	}
	if a := s.do(t, "GET /model-info?model_name=line", nil, "Authorization: Bearer asks"); a.status != 200 {
		t.Errorf("what is no prediction is refused: %d %s", a.status, a.body)
	}
	o.Gate.Leave()
	for range 3 {
		if a := s.do(t, "POST /predict", []byte(good), "Authorization: Bearer asks"); a.status != 200 {
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	if n := o.Gate.InFlight(); n != 0 {
		t.Errorf("%d are left in flight", n)
	}
}
