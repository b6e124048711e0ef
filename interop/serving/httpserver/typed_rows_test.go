package httpserver

import (
	"strings"
	"testing"
)

// startTyped starts a server that has models of strings too.
func startTyped(t testing.TB) *running {
	t.Helper()
	o, log := optionsFor(t, typedRepository(t))
	return start(t, o, log)
}

func TestRowsWithStrings(t *testing.T) {
	s := startTyped(t)
	for _, test := range []struct{ body, want string }{
		{
			`{"model_name": "people", "features": [{"age": 1, "city": "Oslo", "member": true, "other": [{}]}, {"city": null, "member": 0.5, "age": 2, "age": 3}]}`,
			`[1101.0,4053.0]`,
		},
		{`{"features": [[1, null, false, {}], [2, "", 0, "x"]], "gaps": "nan", "model_name": "people"}`, `[5001.0,3002.0]`},
		{`{"features": [1, "Paris", null, 5, 2, "Rome", true, [1]], "model_name": "people", "rows": 2, "method": "predict"}`, ``},
		{`{"features": [1, "Pa\u0072\u0069s", 0, 5, 2, "Rome", true, [1]], "model_name": "people", "rows": 2}`, `[2001.0,102.0]`},
		{`{"features": [{"x0": "red", "x1": "\u00e9"}, {"x1": null, "x0": "green"}], "model_name": "colors", "method": "transform"}`, `[[1.0,2.0],[0.0,3.0]]`},
		{`{"features": [0, 3], "model_name": "colors", "method": "inverse_transform"}`, `[["green",null]]`},
		{`{"features": [["<\ud83d\ude00>", "Infinity"], [null, 2]], "model_name": "filled", "method": "transform"}`, `[["<😀>","Infinity"],["none",2.0]]`},
		{`{"features": [{"a": true, "b": 2}], "model_name": "line"}`, `[1.25]`},
	} {
		a := s.do(t, "POST /predict", []byte(test.body))
		if test.want == "" {
			a.refused(t, 400, "non_finite_input", `row 1, feature 3 ("member") is NaN; expected a finite number`)
		} else if a.status != 200 || !strings.Contains(string(a.body), `"predictions":`+test.want+",") {
			t.Errorf("%s: got %d %s; want %s", test.body, a.status, a.body, test.want)
		}
	}
}

func TestRefusedRowsWithStrings(t *testing.T) {
	s := startTyped(t)
	const good = `{"age":1,"city":"Oslo","member":true},`
	for _, test := range []struct {
		model, fields, kind, text string
	}{
		{"people", `"features":[` + good + `[1]]`, "bad_request", "row 2 is an array; expected an object"},
		{"people", `"features":[[1],{}]`, "bad_request", "row 2 is an object; expected an array"},
		{"people", `"features":[{}],"gaps":"x"`, "bad_request", `gaps is "x"; expected "none" or "nan"`},
		{"people", `"features":[{}],"gaps":null`, "bad_request", `field "gaps" is null; expected a string`},
		{"people", `"features":[` + good + `{"member":[],"age":"old"}]`, "missing_column", `row 2 has no key "city"; expected one for each feature`},
		{"people", `"features":[` + good + `{"member":[],"age":"old","city":""},{}]`, "not_numeric", `row 2, feature 1 ("age") is the text "old"; expected a number`},
		{"people", `"features":[{"member":1e999,"age":"old","city":"","age":2}]`, "not_numeric", `row 1, feature 3 ("member") is out of range; expected a number`},
		{"people", `"features":[{"member":1,"age":1,"city":2}]`, "not_text", `row 1, feature 2 ("city") is a number; expected a string or null`},
		{"people", `"features":[` + good[:len(good)-1] + `],"rows":2`, "wrong_width", "features has 1 rows; expected 2"},
		{"people", `"features":[[1,"a",2],[1,2]],"rows":3`, "wrong_width", "features has 2 rows; expected 3"},
		{"people", `"features":[[1,"a",2,3],["x",2]]`, "wrong_width", "row 2 has 2 values; expected 4"},
		{"people", `"features":[[1,true,2,3],["x",2]]`, "not_text", "row 1, feature 2 is a boolean; expected a string or null"},
		{"people", `"features":[1,"a",2]`, "wrong_width", "features has 3 values; expected a multiple of 4"},
		{"people", `"features":[1,"a",2],"rows":9223372036854775807`, "wrong_width", "features has 3 values for 9223372036854775807 rows; expected 36893488147419103228"},
		{"people", `"features":[1,"a",2,0,1,{},2,0]`, "not_text", "row 2, feature 2 is an object; expected a string or null"},
		{"people", `"features":[]`, "no_rows", "no rows; expected at least one"},
		{"people", `"features":[` + strings.Repeat("{},", 2000) + `{}]`, "too_many_rows", "2001 rows; expected at most 2000"},
		{"colors", `"features":[{}],"method":"inverse_transform"`, "bad_request", "inverse_transform takes numbers; expected arrays"},
		{"colors", `"features":[["0",true]],"method":"inverse_transform"`, "not_numeric", `row 1, feature 1 is the text "0"; expected a number`},
		{"colors", `"features":[["red","red"],["blue",null]],"method":"transform"`, "refused_value", "row 2 has values that the model does not take, or that overflow inside it"},
		{"line", `"features":[{"a":1,"b":"1"}]`, "not_numeric", `row 1, feature 2 ("b") is the text "1"; expected a number`},
		{"line", `"features":[[true,1]]`, "not_numeric", "row 1, feature 1 is a boolean; expected a number"},
	} {
		status := 400
		if test.kind == "too_many_rows" {
			status = 413
		}
		s.do(t, "POST /predict", []byte(`{"model_name":"`+test.model+`",`+test.fields+`}`)).refused(t, status, test.kind, test.text)
	}
	for _, body := range []string{"{\"features\":[{\"a\":\"\xff\"}]}", `{"features":[{"a":"\ud800"}]}`, `{"features":[{"a":` + strings.Repeat("[", 98) + strings.Repeat("]", 98) + `}]}`} {
		s.do(t, "POST /predict", []byte(body)).refused(t, 400, "bad_request", "the body is not valid JSON")
	}
}

func TestTensorsOfText(t *testing.T) {
	s := startTyped(t)
	const age, member = `{"name":"age","shape":[2],"datatype":"FP64","data":[1,2]}`, `{"name":"member","shape":[2],"datatype":"BOOL","data":[true,false]}`
	city := func(rest string) string { return `{"name":"city","shape":[2,1],` + rest + `}` }
	for _, test := range []struct{ path, body, want string }{
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"data":["Oslo",[null]],"datatype":"BYTES"`) + `]}`, `"data":[1101.0,4002.0]`},
		{
			"people", `{"parameters":{"gaps":"nan"},"inputs":[` + age + `,` + member + `,` + city(`"datatype":"BYTES","data":[null,"Pa\u0072is"],"parameters":{"missing":"1"}`) + `]}`,
			`"data":[5101.0,5002.0]`,
		},
		{"colors", `{"inputs":[{"name":"X","shape":[1,2],"datatype":"BYTES","data":["red",null]}],"outputs":[{"name":"transform"}]}`, `"shape":[1,2],"data":[1.0,3.0]`},
		{
			"colors", `{"inputs":[{"name":"x1","shape":[1,2],"datatype":"INT8","data":[3,2]}],"outputs":[{"name":"inverse_transform"}]}`,
			`{"name":"inverse_transform","datatype":"BYTES","shape":[1,2],"parameters":{"missing":"0"},"data":["","é"]}`,
		},
		{"line", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":[1],"parameters":{"missing":"","other":[]}},{"name":"b","shape":[1],"datatype":"FP64","data":[2]}]}`, `"data":[1.25]`},
	} {
		a := s.do(t, "POST /v2/models/"+test.path+"/infer", []byte(test.body))
		if a.status != 200 || !strings.Contains(string(a.body), test.want) {
			t.Errorf("%s: got %d %s; want %s", test.body, a.status, a.body, test.want)
		}
	}
	body, header := withBinary(
		`{"inputs":[{"name":"X","shape":[1,2],"datatype":"BYTES","parameters":{"binary_data_size":15,"missing":"1"}}],"parameters":{"binary_data_output":true}}`,
		[]byte("\x03\x00\x00\x00red\x04\x00\x00\x00blue"))
	if a := s.do(t, "POST /v2/models/colors/infer", body, header); a.status != 200 || !strings.HasSuffix(string(a.body), string(doubles(1, 3))) {
		t.Errorf("got %d %q", a.status, a.body)
	}
	for _, test := range []struct{ path, body, kind, text string }{
		{"people", `{"inputs":[{"name":"X","shape":[1,4],"datatype":"BYTES","data":["a","b","c","d"]}]}`, "missing_column", `input "X" is there for all features; expected one tensor for each, as some are strings`},
		{"people", `{"inputs":[` + age + `,` + member + `]}`, "missing_column", `no input "city"; expected one tensor for each feature, or a single one for all`},
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"datatype":"FP64","data":[1,"x"]`) + `]}`, "not_text", `input "city" has datatype "FP64"; expected BYTES`},
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"datatype":"BYTES","data":["a",true]`) + `]}`, "not_text", "row 2, feature 2 is a boolean; expected a string or null"},
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"datatype":"BYTES","data":["a"]`) + `]}`, "bad_request", `input "city" has 1 values; expected 2`},
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"datatype":"BYTES","data":["a","b"],"parameters":{"missing":"1,0"}`) + `]}`, "bad_request", `parameter "missing" of input "city" is "1,0"; expected places in the data, in ascending order`},
		{"people", `{"inputs":[` + age + `,` + member + `,` + city(`"datatype":"BYTES","data":["a","b"],"parameters":{"missing":[1]}`) + `]}`, "bad_request", `parameter "missing" of input "city" is an array; expected places in the data, in ascending order`},
		{"people", `{"parameters":{"gaps":2},"inputs":[` + age + `]}`, "bad_request", `parameter "gaps" is a number; expected "none" or "nan"`},
		{"line", `{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP64","data":[1,2],"parameters":{"missing":"0"}}]}`, "non_finite_input", `row 1, feature 1 ("a") is NaN; expected a finite number`},
		{"colors", `{"inputs":[{"name":"X","shape":[1,2],"datatype":"BYTES","data":["",""]}],"outputs":[{"name":"transform"},{"name":"inverse_transform"}]}`, "bad_request", `output "inverse_transform" takes numbers, and others take strings; expected it alone`},
		{"colors", `{"inputs":[{"name":"x0","shape":[1],"datatype":"FP64","data":[1]},{"name":"x1","shape":[1],"datatype":"FP64","data":[1]}],"outputs":[{"name":"inverse_transform"}]}`, "bad_request", `inverse_transform takes numbers; expected one tensor`},
	} {
		s.do(t, "POST /v2/models/"+test.path+"/infer", []byte(test.body)).refused(t, 400, test.kind, test.text)
	}
}
