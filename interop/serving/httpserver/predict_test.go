package httpserver

import (
	"strconv"
	"strings"
	"testing"
)

func TestPredictions(t *testing.T) {
	s := started(t)
	for _, test := range []struct{ body, want string }{
		{`{"model_name": "line", "features": [[1, 2], [0.5, -0]]}`, `[1.25,1.25]`},
		{`{"model_name": "line", "features": [1, 2, 0.5, 0], "rows": 2, "method": "predict"}`, `[1.25,1.25]`},
		{`{"model_name": "line", "features": [1e2, 2E+0]}`, `[199.25]`},
		{`{"model_name": "words", "features": [-1, 1]}`, `["no","<yes> \"é\""]`},
		{`{"model_name": "longs", "features": [-1, 1]}`, `[-1,4611686018427387905]`},
		{`{"model_name": "ints", "features": [-1, 1]}`, `[3,7]`},
		{`{"model_name": "bools", "features": [-1, 1]}`, `[false,true]`},
		{`{"model_name": "ints", "features": [-1, 0, 1], "method": "predict_proba"}`, `[[1.0,0.0],[0.5,0.5],[0.0,1.0]]`},
		{`{"model_name": "ints", "features": [0.1], "method": "decision_function"}`, `[0.1]`},
		{
			`{"model_name": "through", "features": ["NaN", "Infinity", "-Infinity", null, -0.0, 1e300], "method": "transform"}`,
			`[["NaN","Infinity","-Infinity"],["NaN",-0.0,1e+300]]`,
		},
		{`{"model_name": "through", "method": "transform", "features": [1000000000000000000000000000000, 5e-324, 123456789012345678]}`, `[[1e+30,5e-324,1.2345678901234568e+17]]`},
		{"\t\r\n{\"model_\\u006eame\"\n:\r\"line\" , \"features\" : [ [ 1 , 2 ] ,[ 3,4 ] ] } ", `[1.25,4.25]`},
		{`{"rows": "x", "model_name": "none", "features": [1], "rows": 0, "model_name": "line", "features": [[1, 2]]}`, `[1.25]`},
	} {
		a := s.do(t, "POST /predict", []byte(test.body))
		if a.status != 200 || !strings.Contains(string(a.body), `"predictions":`+test.want+",") {
			t.Errorf("%s: got %d %s; want %s", test.body, a.status, a.body, test.want)
		}
	}
}

func TestAllFieldsOfAPrediction(t *testing.T) {
	o, log := options(t)
	s := start(t, o, log)
	body := `{"features": [[-1], [1], [0.5]], "model_name": "ints", "include_probabilities": true,
		"metadata": {"request_id": "from-the-body", "user": "me"}}`
	a := s.do(t, "POST /predict", []byte(body))
	object := a.object(t)
	if a.status != 200 || a.header.Get("Content-Type") != "application/json" || a.header.Get("x-request-id") != "from-the-body" {
		t.Fatalf("got %d %v %s", a.status, a.header, a.body)
	}
	at, err := strconv.ParseInt(string(a.body[strings.Index(string(a.body), `"timestamp":`)+12:][:10]), 10, 64)
	if err != nil || at < 1_700_000_000 {
		t.Errorf("computed at %d: %v", at, err)
	}
	version, _ := object["model_version"].(string)
	want := `{"predictions":[3,7,7],"model_version":"` + version + `","timestamp":` + strconv.FormatInt(at, 10) +
		`,"model_name":"ints","rows":3,"columns":1,"probabilities":[[1.0,0.0],[0.0,1.0],[0.25,0.75]]}`
	if string(a.body) != want || len(version) != 12 {
		t.Errorf("got  %s\nwant %s", a.body, want)
	}
	log.wait(t, `"msg":"request"`, `"request_id":"from-the-body"`, `"method":"POST /predict"`, `"code":"OK"`,
		`"model":"ints"`, `"rows":3`)
	// With another method there is nothing to add.
	a = s.do(t, "POST /predict", []byte(`{"features": [1], "model_name": "ints", "include_probabilities": true, "method": "decision_function"}`))
	if a.status != 200 || strings.Contains(string(a.body), "probabilities") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestRefusedPredictions(t *testing.T) {
	s := started(t)
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, test := range []struct {
		body   string
		status int
		kind   string
		text   string
	}{
		{``, 400, "bad_request", "the body is not valid JSON"},
		{`{`, 400, "bad_request", "the body is not valid JSON"},
		{`nul`, 400, "bad_request", "the body is not valid JSON"},
		{`[1, 2] x`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [NaN]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [1,]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [[1,]]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [01]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [1.]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [-]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [1e+]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [+1]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [1 2]}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"features": [1] "rows": 1}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"x": 1,}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"model_name": "\ud800"}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"model_name": "\ud800\u0041"}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"model_name": "\udc00"}`, 400, "bad_request", "the body is not valid JSON"},
		{`{"model_name": "\x"}`, 400, "bad_request", "the body is not valid JSON"},
		{"{\"model_name\": \"a\nb\"}", 400, "bad_request", "the body is not valid JSON"},
		{"{\"model_name\": \"\xff\"}", 400, "bad_request", "the body is not valid JSON"},
		{"{\"metadata\": {\"\xc3\x28\": \"\"}}", 400, "bad_request", "the body is not valid JSON"},
		{`{"a": 1, "features": tru}`, 400, "bad_request", "the body is not valid JSON"},
		{`[` + deep + `]`, 400, "bad_request", "the body is not valid JSON"},
		{deep, 400, "bad_request", "the body is an array; expected an object"},
		{`"x"`, 400, "bad_request", "the body is a string; expected an object"},
		{` 7 `, 400, "bad_request", "the body is a number; expected an object"},
		{`null`, 400, "bad_request", "the body is null; expected an object"},
		{`true`, 400, "bad_request", "the body is a boolean; expected an object"},
		{`{}`, 400, "bad_request", `no field "features"`},
		{
			`{"rows": 1, "Features": 2, "rows": "x", "model_name": 3}`, 400, "bad_request",
			`field "rows" is a string; expected an integer`,
		},
		{
			`{"rows": 1, "Features": 2, "x": 3}`, 400, "bad_request",
			`unknown field "Features"; expected one of features, gaps, include_probabilities, metadata, method, model_name, model_version, rows`,
		},
		{`{"features": {}}`, 400, "bad_request", `field "features" is an object; expected an array`},
		{`{"features": null}`, 400, "bad_request", `field "features" is null; expected an array`},
		{`{"rows": 1.0}`, 400, "bad_request", `field "rows" is a number; expected an integer`},
		{`{"rows": 9223372036854775808}`, 400, "bad_request", `field "rows" is a number; expected an integer`},
		{`{"rows": -1}`, 400, "bad_request", `rows is -1; expected 0 or more`},
		{`{"method": 1}`, 400, "bad_request", `field "method" is a number; expected a string`},
		{`{"model_version": []}`, 400, "bad_request", `field "model_version" is an array; expected a string`},
		{`{"include_probabilities": 1}`, 400, "bad_request", `field "include_probabilities" is a number; expected a boolean`},
		{`{"metadata": []}`, 400, "bad_request", `field "metadata" is an array; expected an object`},
		{
			`{"metadata": {"a": 1, "b": null, "c": {}, "a": "x"}}`, 400, "bad_request",
			`field "metadata.b" is null; expected a string`,
		},
		{`{"features": [[1], 2, [3]]}`, 400, "bad_request", `row 2 is a number; expected an array`},
		{
			`{"features": [1]}`, 400, "bad_request",
			`model_name is empty; expected one of "bools", "ints", "line", "longs", "through", "words"`,
		},
		{
			`{"features": ["x"], "model_name": "l\u0022"}`, 404, "unknown_model",
			`no model "l\u0022"; expected one of "bools", "ints", "line", "longs", "through", "words"`,
		},
		{
			`{"features": ["x"], "model_name": "line", "model_version": "9"}`, 404, "unknown_version",
			`model "line" has no version "9" in service; expected one of "1", "2"`,
		},
		{
			`{"features": ["x"], "model_name": "line", "method": "fit"}`, 400, "unsupported_method",
			`the model has no method "fit"; expected one of predict`,
		},
		{
			`{"features": ["x"], "model_name": "line", "include_probabilities": true}`, 400, "unsupported_method",
			`the model has no method "predict_proba"; expected one of predict`,
		},
		{
			`{"features": ["x"], "model_name": "through"}`, 400, "unsupported_method",
			`the model has no method "predict"; expected one of transform, inverse_transform`,
		},
		{`{"features": ["x"], "model_name": "line"}`, 400, "wrong_width", `features has 1 values; expected a multiple of 2`},
		{
			`{"features": ["x", 1], "rows": 2, "model_name": "line"}`, 400, "wrong_width",
			`features has 2 values for 2 rows; expected 4`,
		},
		{`{"features": [["x"], [1]], "model_name": "line"}`, 400, "wrong_width", `row 1 has 1 values; expected 2`},
		{`{"features": [[1, "x"], [], [3]], "model_name": "line"}`, 400, "wrong_width", `row 2 has 0 values; expected 2`},
		{`{"features": [], "model_name": "line"}`, 400, "no_rows", `no rows; expected at least one`},
		{
			`{"features": [` + strings.Repeat(`"x",1,`, 2000) + `1, 2], "model_name": "line"}`, 413, "too_many_rows",
			`2001 rows; expected at most 2000`,
		},
		{
			`{"features": [["NaN", 2], [3, "abc"]], "model_name": "line"}`, 400, "not_numeric",
			`row 2, feature 2 is the text "abc"; expected a number`,
		},
		{`{"features": [1, 2, true, 4], "model_name": "line"}`, 400, "not_numeric", `row 2, feature 1 is a boolean; expected a number`},
		{`{"features": [[1, 2], [3, [4]]], "model_name": "line"}`, 400, "not_numeric", `row 2, feature 2 is an array; expected a number`},
		{`{"features": [1, [2]], "model_name": "line"}`, 400, "not_numeric", `row 1, feature 2 is an array; expected a number`},
		{`{"features": [[1, {"a": 2}]], "model_name": "line"}`, 400, "not_numeric", `row 1, feature 2 is an object; expected a number`},
		{`{"features": [[1, -1e999]], "model_name": "line"}`, 400, "not_numeric", `row 1, feature 2 is out of range; expected a number`},
		{
			`{"features": [[1, 1` + strings.Repeat("0", 400) + `]], "model_name": "line"}`, 400, "not_numeric",
			`row 1, feature 2 is out of range; expected a number`,
		},
		{
			`{"features": [[1, 2], [3, null]], "model_name": "line"}`, 400, "non_finite_input",
			`row 2, feature 2 ("b") is NaN; expected a finite number`,
		},
	} {
		s.do(t, "POST /predict", []byte(test.body)).refused(t, test.status, test.kind, test.text)
	}
}
