package httpserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// doubles are raw values.
func doubles(values ...float64) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return raw
}

// withBinary puts raw values behind JSON, and gives the header for it.
func withBinary(text string, raw ...[]byte) (body []byte, header string) {
	return append([]byte(text), bytes.Join(raw, nil)...), lengthHeader + ": " + strconv.Itoa(len(text))
}

func TestInference(t *testing.T) {
	s := started(t)
	for _, test := range []struct{ path, body, want string }{
		{
			"line", `{"id": "7", "inputs": [{"name": "X", "shape": [2, 2], "datatype": "FP64", "data": [1, 2, [3, [4]]]}]}`,
			`{"model_name":"line","model_version":"2","id":"7","outputs":[{"name":"predict","datatype":"FP64","shape":[2],"data":[1.25,4.25]}]}`,
		},
		{
			"line/versions/1", `{"inputs": [{"name": "b", "shape": [2], "datatype": "INT8", "data": [2, 4]},
				{"name": "a", "shape": [2, 1], "datatype": "BOOL", "data": [true, false]}], "parameters": null, "id": null, "other": {}}`,
			`{"model_name":"line","model_version":"1","outputs":[{"name":"predict","datatype":"FP64","shape":[2],"data":[1.25,-1.75]}]}`,
		},
		{
			"through", `{"inputs": [{"name": "any", "shape": [1, 3], "datatype": "FP32", "data": [["NaN", null, "-Infinity"]], "parameters": null}]}`,
			`"outputs":[{"name":"transform","datatype":"FP64","shape":[1,3],"data":["NaN","NaN","-Infinity"]}]}`,
		},
		{
			"ints", `{"outputs": [{"name": "predict_proba", "parameters": {"classification": 1}}, {"name": "predict"}],
				"inputs": [{"name": "X", "shape": [2, 1], "datatype": "UINT64", "data": [0, 1]}]}`,
			`"outputs":[{"name":"predict_proba","datatype":"FP64","shape":[2,2],"data":[0.5,0.5,0.0,1.0]},` +
				`{"name":"predict","datatype":"INT64","shape":[2],"data":[3,7]}]}`,
		},
		{
			"words", `{"inputs": [], "inputs": [{"name": "X", "data": "x", "shape": [1, 1], "datatype": "FP64", "data": [1]}]}`,
			`"outputs":[{"name":"predict","datatype":"BYTES","shape":[1],"data":["<yes> \"é\""]}]}`,
		},
		{
			"bools", `{"inputs": [{"name": "X", "shape": [1, 1], "datatype": "FP64", "data": [1]}]}`,
			`"outputs":[{"name":"predict","datatype":"BOOL","shape":[1],"data":[true]}]}`,
		},
		{
			"longs", `{"inputs": [{"name": "X", "shape": [1, 1], "datatype": "FP64", "data": [1]}]}`,
			`"outputs":[{"name":"predict","datatype":"INT64","shape":[1],"data":[4611686018427387905]}]}`,
		},
	} {
		a := s.do(t, "POST /v2/models/"+test.path+"/infer", []byte(test.body))
		if a.status != 200 || !strings.HasSuffix(string(a.body), test.want) {
			t.Errorf("%s %s: got  %d %s\nwant %s", test.path, test.body, a.status, a.body, test.want)
		}
	}
}

func TestBinaryInference(t *testing.T) {
	s := started(t)
	body, header := withBinary(`{"inputs": [{"name": "X", "shape": [2, 1], "datatype": "FP64", "parameters": {"binary_data_size": 16}}],
		"outputs": [{"name": "predict", "parameters": {"binary_data": true}}, {"name": "decision_function"}]}`, doubles(-1, 0.75))
	a := s.do(t, "POST /v2/models/words/infer", body, header)
	n, err := strconv.Atoi(a.header.Get(lengthHeader))
	if err != nil || n > len(a.body) || a.status != 200 || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("got %d %v %q", a.status, a.header, a.body)
	}
	const outputs = `"outputs":[{"name":"predict","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":20}},` +
		`{"name":"decision_function","datatype":"FP64","shape":[2],"data":[-1.0,0.75]}]}`
	if !strings.HasSuffix(string(a.body[:n]), outputs) || string(a.body[n:]) != "\x02\x00\x00\x00no\x0a\x00\x00\x00<yes> \"é\"" {
		t.Errorf("got %q", a.body)
	}

	body, header = withBinary(`{"parameters": {"binary_data_output": true}, "inputs": [
		{"name": "b", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}},
		{"name": "a", "shape": [1], "datatype": "INT16", "parameters": {"binary_data_size": 2, "other": "x"}}]}`,
		[]byte{0, 0, 0, 0x40}, []byte{0xff, 0xff})
	for range 2 {
		a = s.do(t, "POST /v2/models/line/infer", body, header)
		if n, err = strconv.Atoi(a.header.Get(lengthHeader)); err != nil || !bytes.Equal(a.body[n:], doubles(-2.75)) {
			t.Errorf("got %d %v %q", a.status, a.header, a.body)
		}
	}
	// Compressed, the length is that of the JSON before.
	a = s.do(t, "POST /v2/models/line/infer", zipped(t, string(body)), header, "Content-Encoding: gzip")
	if a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	// The whole body is JSON where nothing else is said, and the first output binary when the second is not.
	a = s.do(t, "POST /v2/models/ints/infer", []byte(`{"inputs": [{"name": "X", "shape": [1, 1], "datatype": "FP64", "data": [1]}],
		"parameters": {"binary_data_output": true}, "outputs": [{"name": "predict"}, {"name": "predict_proba", "parameters": {"binary_data": false}}]}`))
	if !strings.Contains(string(a.body), `"data":[0.0,1.0]`) || !bytes.HasSuffix(a.body, []byte{7, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("got %d %q", a.status, a.body)
	}
}

func TestRefusedInferences(t *testing.T) {
	s := started(t)
	const x = `{"name": "X", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]}`
	input := func(shape, datatype, rest string) string {
		return fmt.Sprintf(`{"inputs": [{"name": "X", "shape": %s, "datatype": "%s"%s}]}`, shape, datatype, rest)
	}
	for _, test := range []struct {
		body string
		kind string
		text string
	}{
		{`{`, "bad_request", "the body is not valid JSON"},
		{`{"inputs": 1, "x": }`, "bad_request", "the body is not valid JSON"},
		{`{"inputs": [{"data": [1 2]}]}`, "bad_request", "the body is not valid JSON"},
		{`{"inputs": [1, {"data": [tru]}]}`, "bad_request", "the body is not valid JSON"},
		{`[]`, "bad_request", "the body is an array; expected an object"},
		{`{}`, "bad_request", "no inputs; expected at least one"},
		{`{"inputs": null}`, "bad_request", "no inputs; expected at least one"},
		{`{"outputs": 1, "id": 1, "inputs": 1}`, "bad_request", `field "outputs" is a number; expected an array`},
		{`{"id": 1}`, "bad_request", `field "id" is a number; expected a string`},
		{`{"inputs": "x"}`, "bad_request", `field "inputs" is a string; expected an array`},
		{`{"inputs": [` + x + `, "x"]}`, "bad_request", `field "inputs[1]" is a string; expected an object`},
		{`{"inputs": [{}]}`, "bad_request", `no field "inputs[0].name"`},
		{`{"inputs": [{"name": "x"}]}`, "bad_request", `no field "inputs[0].shape"`},
		{`{"inputs": [{"name": "x", "shape": []}]}`, "bad_request", `no field "inputs[0].datatype"`},
		{`{"inputs": [{"name": "x", "shape": [], "datatype": ""}]}`, "bad_request", `no field "inputs[0].data"`},
		{`{"inputs": [{"shape": 1, "name": 2}]}`, "bad_request", `field "inputs[0].shape" is a number; expected an array`},
		{`{"inputs": [{"shape": [1, "x"], "name": 2}]}`, "bad_request", `field "inputs[0].shape[1]" is a string; expected an integer`},
		{`{"inputs": [{"shape": [1, 2.0]}]}`, "bad_request", `field "inputs[0].shape[1]" is a number; expected an integer`},
		{`{"inputs": [{"name": null, "datatype": 2}]}`, "bad_request", `field "inputs[0].datatype" is a number; expected a string`},
		{`{"inputs": [{"data": {}}]}`, "bad_request", `field "inputs[0].data" is an object; expected an array`},
		{`{"inputs": [{"parameters": []}]}`, "bad_request", `field "inputs[0].parameters" is an array; expected an object`},
		{
			`{"inputs": [{"parameters": {"binary_data_size": "x"}}]}`, "bad_request",
			`field "inputs[0].parameters.binary_data_size" is a string; expected an integer`,
		},
		{
			input(`[1, 2]`, "FP64", `, "data": [1, 2], "parameters": {"binary_data_size": 16}`), "bad_request",
			`input "X" has both data and binary_data_size; expected one of them`,
		},
		{`{"parameters": 1}`, "bad_request", `field "parameters" is a number; expected an object`},
		{
			`{"parameters": {"binary_data_output": 1}}`, "bad_request",
			`field "parameters.binary_data_output" is a number; expected a boolean`,
		},
		{`{"outputs": [1]}`, "bad_request", `field "outputs[0]" is a number; expected an object`},
		{`{"outputs": [{"name": "a"}, {"name": 1}]}`, "bad_request", `field "outputs[1].name" is a number; expected a string`},
		{`{"outputs": [{"parameters": {"binary_data": true}}]}`, "bad_request", `no field "outputs[0].name"`},
		{
			`{"outputs": [{"parameters": {"binary_data": "x"}}]}`, "bad_request",
			`field "outputs[0].parameters.binary_data" is a string; expected a boolean`,
		},
		{
			input(`[1, 2]`, "FP64", `, "parameters": {"binary_data_size": 16}`), "bad_request",
			"the binary part has 0 bytes; expected 16",
		},
		{
			input(`[1, 2]`, "FP64", `, "parameters": {"binary_data_size": -1}`), "bad_request",
			"the binary part has 0 bytes; expected -1",
		},
		{
			`{"inputs": [` + strings.Repeat(`{"name": "", "shape": [], "datatype": "", "parameters": {"binary_data_size": 9223372036854775807}},`, 2) + x + `]}`,
			"bad_request", "the binary part has 0 bytes; expected 18446744073709551614",
		},
		{input(`[1, 2]`, "FP64", `, "data": [1]`), "bad_request", `input "X" has 1 values; expected 2`},
		{input(`[1, -2]`, "FP64", `, "data": [1]`), "bad_request", `input "X" has shape [1,-2]; expected dimensions of 0 or more`},
		{
			input(`[1, 2]`, "BYTES", `, "data": ["a", "b"]`), "not_numeric",
			`input "X" has datatype "BYTES"; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64`,
		},
		{
			`{"inputs": [` + x + `], "outputs": [{"name": "a"}, {"name": "a"}]}`, "bad_request",
			`output "a" is there twice; expected it once`,
		},
		{
			`{"inputs": [` + x + `], "outputs": [{"name": "a"}]}`, "unsupported_method",
			`the model has no method "a"; expected one of predict`,
		},
		{input(`[1, 1]`, "FP64", `, "data": ["x"]`), "wrong_width", `input "X" has shape [1,1]; expected [-1,2]`},
		{input(`[0, 2]`, "FP64", `, "data": []`), "no_rows", "no rows; expected at least one"},
		{input(`[2, 2]`, "FP64", `, "data": ["NaN", 2, "x", true]`), "not_numeric", `row 2, feature 1 is the text "x"; expected a number`},
		{input(`[1, 2]`, "FP64", `, "data": [1, true]`), "not_numeric", "row 1, feature 2 is a boolean; expected a number"},
		{input(`[2, 2]`, "INT8", `, "data": [false, 1, "x", 1]`), "not_numeric", "row 1, feature 1 is a boolean; expected a number"},
		{input(`[1, 2]`, "FP64", `, "data": [1e400, {}]`), "not_numeric", "row 1, feature 1 is out of range; expected a number"},
		{
			`{"inputs": [{"name": "b", "shape": [2], "datatype": "FP64", "data": [1, "x"]}, {"name": "a", "shape": [2], "datatype": "FP64", "data": [1, "y"]}]}`,
			"not_numeric", `row 2, feature 1 is the text "y"; expected a number`,
		},
		{
			`{"inputs": [{"name": "b", "shape": [1], "datatype": "FP64", "data": [null]}, {"name": "a", "shape": [1], "datatype": "FP64", "data": [1]}]}`,
			"non_finite_input", `row 1, feature 2 ("b") is NaN; expected a finite number`,
		},
		{
			`{"inputs": [{"name": "b", "shape": [1], "datatype": "FP64", "data": [1]}]}`, "missing_column",
			`no input "a"; expected one tensor for each feature, or a single one for all`,
		},
	} {
		s.do(t, "POST /v2/models/line/infer", []byte(test.body)).refused(t, 400, test.kind, test.text)
	}
	s.do(t, "POST /v2/models/line/versions/7/infer", []byte(`{"inputs": [`+x+`]}`)).
		refused(t, 404, "unknown_version", `model "line" has no version "7" in service; expected one of "1", "2"`)
	names := make([]string, 30_000) // In quadratic time this would take the test's.
	for i := range names {
		names[i] = fmt.Sprintf(`{"name":"%d"}`, i)
	}
	names[len(names)-1] = names[0]
	s.do(t, "POST /v2/models/line/infer", []byte(`{"inputs":[`+x+`],"outputs":[`+strings.Join(names, ",")+`]}`)).
		refused(t, 400, "bad_request", `output "0" is there twice; expected it once`)
	many := input(`[2001, 2]`, "FP64", `, "data": [`+strings.Repeat("1,", 4001)+"1]")
	s.do(t, "POST /v2/models/line/infer", []byte(many)).refused(t, 413, "too_many_rows", "2001 rows; expected at most 2000")
	for _, length := range []string{"x", "", "-1", "+1", "1000000", "99999999999999999999"} {
		s.do(t, "POST /v2/models/line/infer", []byte(`{"inputs": [`+x+`]}`), lengthHeader+": "+length).refused(t, 400, "bad_request",
			`Inference-Header-Content-Length is "`+strings.TrimSpace(length)+`"; expected the number of bytes of the JSON part`)
	}
}

// What some bytes make hundreds of in memory is refused before it does.
func TestBodiesOfTooManyTensors(t *testing.T) {
	o, log := options(t)
	o.MaxMessageBytes = 8 << 20
	s := start(t, o, log)
	const post = "POST /v2/models/line/infer"
	inputs := func(n int) []byte {
		input := `{"name":"","shape":[0],"datatype":"FP64","data":[]}`
		return []byte(`{"inputs":[` + strings.Repeat(input+",", n-1) + input + `]}`)
	}
	s.do(t, post, inputs(mostTensors)).refused(t, 400, "missing_column",
		`unknown input ""; expected one tensor for each feature, or a single one for all`)
	s.do(t, post, inputs(mostTensors+1)).refused(t, 413, "too_large", "the body has more than 100000 inputs")
	outputs := `{"inputs":[],"outputs":[` + strings.Repeat(`{"name":""},`, mostTensors) + `{"name":""}]}`
	s.do(t, post, []byte(outputs)).refused(t, 413, "too_large", "the body has more than 100000 outputs")
}
