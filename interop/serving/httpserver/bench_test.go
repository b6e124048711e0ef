package httpserver

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
)

// discard is a response that goes nowhere.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

type noClose struct{ *bytes.Reader }

func (noClose) Close() error { return nil }

// rowsAsJSON are random rows of two features, of 17 digits as the most numbers of real data have.
func rowsAsJSON(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("[%v, %v]", random.NormFloat64(), random.NormFloat64())
	}
	return `{"model_name": "line", "features": [` + strings.Join(rows, ", ") + `]}`
}

// BenchmarkPredict is all that POST /predict costs but the network.
func BenchmarkPredict(b *testing.B) {
	for _, rows := range []int{1, 100, 2000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			o, _ := options(b)
			send(b, o, []byte(rowsAsJSON(rows)))
		})
	}
}

// wideAsJSON are rows of the model wide: 8 strings, a letter of which is escaped as Python's json escapes it, and 22 numbers.
func wideAsJSON(n int, objects bool) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	names := typedmodels.Wide().GetSignature().GetFeatureNames()
	var b strings.Builder
	b.WriteString(`{"model_name": "wide", "features": [`)
	for row := range n {
		open, end := "[", "]"
		if objects {
			open, end = "{", "}"
		}
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString(open)
		for i, name := range names {
			if i > 0 {
				b.WriteString(", ")
			}
			if objects {
				fmt.Fprintf(&b, "%q: ", name)
			}
			switch {
			case i == 0:
				b.WriteString(`"\u0063` + fmt.Sprint(random.IntN(10)) + `"`)
			case name[0] == 's':
				fmt.Fprintf(&b, `"c%d"`, random.IntN(11))
			default:
				fmt.Fprint(&b, random.NormFloat64())
			}
		}
		b.WriteString(end)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// BenchmarkMixed is BenchmarkPredict for 8 strings and 22 numbers.
func BenchmarkMixed(b *testing.B) {
	o, _ := optionsFor(b, typedRepository(b))
	for _, rows := range []int{1, 1000} {
		for name, objects := range map[string]bool{"objects": true, "arrays": false} {
			b.Run(fmt.Sprintf("%d/%s", rows, name), func(b *testing.B) {
				send(b, o, wideAsJSON(rows, objects))
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
			})
		}
	}
}

// send lets a body in without a network between, again and again.
func send(b *testing.B, o Options, body []byte) {
	b.Helper()
	handler := New(o).Handler
	request, err := http.NewRequest(http.MethodPost, "/predict", nil)
	if err != nil {
		b.Fatal(err)
	}
	request.RequestURI = "/predict"
	w := discard{http.Header{}}
	reader := noClose{bytes.NewReader(body)}
	request.Body = reader
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		handler.ServeHTTP(w, request)
	}
}

// BenchmarkNumbers is the reading of 1,000 rows of 30 features.
func BenchmarkNumbers(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	row := make([]string, 30)
	var rows []string
	for range 1000 {
		for i := range row {
			row[i] = fmt.Sprint(random.NormFloat64())
		}
		rows = append(rows, "["+strings.Join(row, ", ")+"]")
	}
	body := []byte(`{"features": [` + strings.Join(rows, ", ") + `]}`)
	var p predictBody
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.read(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkServer is a client and a server on one machine.
func BenchmarkServer(b *testing.B) {
	s := started(b)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			response, err := s.client.Post("http://"+s.address+"/predict", "application/json", strings.NewReader(good))
			if err != nil {
				b.Error(err)
				return
			}
			_ = response.Body.Close()
		}
	})
}
