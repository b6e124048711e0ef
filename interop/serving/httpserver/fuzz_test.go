package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"unicode/utf8"
)

// FuzzJSON compares the reader with encoding/json: what is valid JSON must be the same to both, but for text that is no
// UTF-8 and for halves of surrogate pairs, which encoding/json mends, and for depth.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":[1,-0.5e3,"x\u00e9\ud83d\ude00",true,false,null,{}]}`, `[[],[[]]]`, `01`, `1.`, `-`, `"\ud800"`, "\"\xff\"",
		`{"a":1,}`, `{"a" 1}`, ` [ 1 , 2 ] `, `nul`, `tru`, `"` + "\x01" + `"`, `1e5`, `1E+5`, `[1e]`, `{"a":{"b":[{"c":[]}]}}`,
		`"\u00e9\n\\\"\/\b\f\r\t\uD83D\uDE00 x"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		r := jsonReader{data: data}
		r.space()
		got := r.skip() && r.end()
		want := json.Valid(data) && utf8.Valid(data)
		if got && !want {
			t.Fatalf("%q is taken for JSON", data)
		}
		if text := string(bytes.TrimSpace(data)); got && text[0] == '"' {
			var wanted string
			start := bytes.IndexByte(data, '"')
			found, ok := r.unquote(start, start+len(text))
			if err := json.Unmarshal(data, &wanted); err != nil || !ok || found != wanted {
				t.Fatalf("%q is read as %q, expected %q", data, found, wanted)
			}
		}
		if want && !got && !bytes.Contains(data, []byte(`\u`)) && deepOf(data) <= deepest {
			t.Fatalf("%q is not taken for JSON", data)
		}
	})
}

// deepOf is at least how deep arrays and objects nest.
func deepOf(data []byte) (deep int) {
	depth := 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
			deep = max(deep, depth)
		case ']', '}':
			depth--
		}
	}
	return deep
}

// FuzzNumber compares numbers with strconv's.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{
		"0", "-0", "0.1", "123456789012345678", "9007199254740993", "1e308", "1e309", "5e-324", "2.2250738585072011e-308",
		"0.038075906433423026", "1.00000000000000000000000000000000001", "0.0000000000000000000000001", "9007199254740993.0",
		"-179769313486231580793728971405301e277", "1234567890.12345678901234567890", "0.30000000000000004", "00", "1.e1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if kindOf(append([]byte(text), 0)[0]) != numberValue {
			return
		}
		r := jsonReader{data: []byte(text)}
		got, inRange, ok := r.number()
		if !ok {
			if json.Valid([]byte(text)) {
				t.Fatalf("%q is a number", text)
			}
			return
		}
		read := text[:r.pos]
		if !json.Valid([]byte(read)) {
			t.Fatalf("%q is taken for a number", read)
		}
		again := jsonReader{data: []byte(text)}
		if !again.skipNumber() || again.pos != r.pos {
			t.Fatalf("%q: one reader ends at %d, the other at %d", text, r.pos, again.pos)
		}
		want, err := strconv.ParseFloat(read, 64)
		if inRange != (err == nil) || inRange && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q: got %v, %v; want %v, %v", read, got, inRange, want, err)
		}
	})
}

// fuzzed lets bodies in without a network between.
func fuzzed(f *testing.F, path string, headers func(r *http.Request)) func(t *testing.T, body []byte) {
	o, _ := optionsFor(f, typedRepository(f))
	handler := New(o).Handler
	return func(t *testing.T, body []byte) {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, bytes.NewReader(body))
		headers(r)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
		case http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge:
			object := objectOf(t, w.Body.Bytes())
			if object["kind"] == "" || object["error"] == "" {
				t.Fatalf("%q: got %s", body, w.Body)
			}
		default:
			t.Fatalf("%q: got %d %s", body, w.Code, w.Body)
		}
		if n := o.Gate.InFlight(); n != 0 {
			t.Fatalf("%q: %d are left in flight", body, n)
		}
	}
}

// FuzzPredict sends bodies to POST /predict.
func FuzzPredict(f *testing.F) {
	for _, seed := range []string{
		good, `{"model_name":"through","features":[["NaN",null,1e5],[1,2,3]]}`, `{"features":[[1],2]}`, `{"features":[],"rows":-1}`,
		`{"metadata":{"request_id":"x","a":1},"features":[{}]}`, `{"model_name":"words","features":[1,true,[2],"x",1e999]}`,
		`{"model_name":"ints","include_probabilities":true,"features":[1]}`, `{"model_name":"line","model_version":"1","rows":1,"features":[1,2],"method":"predict"}`,
		`{"model_name":"people","gaps":"nan","features":[{"age":1,"city":"Os\u006co","member":true,"note":{"a":[]}},{"city":null,"age":"NaN","member":0,"age":2}]}`,
		`{"model_name":"people","features":[[1,"Paris",false,"x"],[2,null,1,null]]}`, `{"model_name":"filled","features":["\ud83d\ude00",1,"",2],"method":"transform"}`,
		`{"model_name":"colors","features":[{"x0":"red","x1":"green"},{}],"method":"transform"}`, `{"model_name":"colors","features":[0,3],"method":"inverse_transform"}`,
		`{"model_name":"line","features":[{"a":true,"b":[]},1]}`,
	} {
		f.Add([]byte(seed))
	}
	send := fuzzed(f, "/predict", func(*http.Request) {})
	f.Fuzz(func(t *testing.T, body []byte) { send(t, body) })
}

// FuzzInfer sends bodies, with a length of the JSON part or none, to the inference of a model.
func FuzzInfer(f *testing.F) {
	for _, seed := range []string{
		`{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP64","data":[1,2]}]}`,
		`{"id":"x","inputs":[{"name":"a","shape":[1],"datatype":"BOOL","data":[true]},{"name":"b","shape":[1,1],"datatype":"INT8","data":[[2]]}],"outputs":[{"name":"predict","parameters":{"binary_data":true}}]}`,
		`{"inputs":[{"name":"X","shape":[1,-2],"datatype":"FP64","data":[]}],"inputs":1,"outputs":[]}`,
		`{"inputs":[{"data":[1]},{"name":null}],"parameters":{"binary_data_output":true}}`,
	} {
		f.Add([]byte(seed), "")
	}
	body, header := withBinary(`{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP64","parameters":{"binary_data_size":16}}]}`, doubles(1, 2))
	f.Add(body, header[len(lengthHeader)+2:])
	body, header = withBinary(`{"inputs":[{"name":"X","shape":[2,2],"datatype":"FP16","parameters":{"binary_data_size":8}}]}`, doubles(1))
	f.Add(body, header[len(lengthHeader)+2:])
	for _, seed := range []string{
		`{"inputs":[{"name":"age","shape":[2],"datatype":"INT64","data":[1,2],"parameters":{"missing":"1"}},{"name":"city","shape":[2,1],"data":[["a"],null],"datatype":"BYTES"},{"name":"member","shape":[2],"datatype":"BOOL","data":[true,false]}],"parameters":{"gaps":"nan"}}`,
		`{"inputs":[{"name":"X","shape":[1,2],"datatype":"BYTES","data":["red","\u0067reen"],"parameters":{"missing":"0,1"}}]}`,
	} {
		f.Add([]byte(seed), "")
	}
	body, header = withBinary(`{"inputs":[{"name":"X","shape":[1,2],"datatype":"BYTES","parameters":{"binary_data_size":15}}]}`, []byte("\x03\x00\x00\x00red\x04\x00\x00\x00blue"))
	f.Add(body, header[len(lengthHeader)+2:])
	length := ""
	var sends []func(*testing.T, []byte)
	for _, model := range []string{"line", "people", "colors"} {
		sends = append(sends, fuzzed(f, "/v2/models/"+model+"/infer", func(r *http.Request) {
			if length != "" {
				r.Header.Set(lengthHeader, length)
			}
		}))
	}
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		length = header
		for _, send := range sends {
			send(t, body)
		}
	})
}
