package modelx

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRowsOfCSV(t *testing.T) {
	m := people(t)
	f := FeaturesOf(m)
	for name, c := range map[string]struct {
		text string
		opts []RowsOption
		want []float64
	}{
		"plain":             {"age,city,member\n7,Oslo,True\n-1,Rome,0\n", nil, []float64{1107, -1}},
		"another order":     {"x,member,city,age\r\n?,true,Paris,1e1\r\n\r\n,FALSE,Oslo, 2 ", nil, []float64{2110, 1002}},
		"gaps and quotes":   {"city,age,member\n,1,0\n\"\",2,0\n\"Oslo\",\"3\",1\n", nil, []float64{5001, 3002, 1103}},
		"gaps are None":     {"city,age,member\n,1,0\n", []RowsOption{WithGaps(MissingNone), nil}, []float64{4001}},
		"blanks are kept":   {"city,age,member\n Oslo,1,0\nOslo ,2,0\n\" Oslo\",3,0\n \"Oslo\" ,4,0\n", nil, []float64{1, 2, 3, 1004}},
		"names with blanks": {" age, city,\"member \"\n1,Oslo,0\n", nil, []float64{1001}},
		"no header":         {"1,Oslo,1,whatever\n", []RowsOption{WithoutHeader()}, []float64{1101}},
		"lines in quotes":   {"age,city,member,x\n1,\"a\nb\"\"\",0,\"\n\"\n2,Oslo,0,\n", nil, []float64{1, 1002}},
		"a mark":            {"\xef\xbb\xbfage,city,member\n1,Oslo,0", nil, []float64{1001}},
		"no rows":           {"age,city,member\n", nil, nil},
	} {
		columns, err := f.FromCSV([]byte(c.text), c.opts...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) { requirePeople(t, m, columns, c.want...) })
	}
	columns, err := f.FromCSV([]byte("age,city,member\n,x,nan\n"))
	if err != nil || !math.IsNaN(columns[0].Float64s[0]) || !math.IsNaN(columns[2].Float64s[0]) {
		t.Errorf("gaps among numbers are %+v, %v", columns, err)
	}
}

func TestRowsOfCSVWithoutNames(t *testing.T) {
	m := mustNew(t, peopleModel())
	columns, err := FeaturesOf(m).FromCSV([]byte("a,b,c,d\n1,Oslo,1,x\n"))
	if err != nil {
		t.Fatal(err)
	}
	requirePeople(t, m, columns, 1101)
	columns, err = FeaturesOf(m).FromCSV(nil, WithoutHeader())
	if err != nil || len(columns) != 0 {
		t.Errorf("no rows are %+v, %v", columns, err)
	}
	_, err = FeaturesOf(m).FromCSV([]byte("a,b\n"))
	requireKind(t, err, ErrWrongWidth)
}

func TestDefectsOfCSV(t *testing.T) {
	f := FeaturesOf(people(t))
	for text, c := range map[string]struct {
		kind  Kind
		words []string
	}{
		"":                                      {ErrMissingColumn, []string{"empty"}},
		"age,city\n":                            {ErrMissingColumn, []string{"line 1", `"member"`}},
		"age,city,member,age\n":                 {ErrMissingColumn, []string{`"age" more than once`}},
		"age,city,member\n1,Oslo\n":             {ErrWrongWidth, []string{"line 2", "2 values", "expected 3"}},
		"age,city,member\n\n1,x,0\nold,Oslo,0":  {ErrNotNumeric, []string{"line 4, column 1 (age)", `"old"`}},
		"city,member,age\nx,0,\"\"\n":           {ErrNotNumeric, []string{"line 2, column 3 (age)"}},
		"city,member,age\nx,yes,1\n":            {ErrNotNumeric, []string{"(member)", `"yes"`}},
		"city,member,age\nx,1,\"1\"2\n":         {ErrNotNumeric, []string{"line 2", "quotation"}},
		"city,member,age\nx,1,\"1\n":            {ErrNotNumeric, []string{"line 2", "not closed"}},
		"city,member,age\n\xff,1,1\n":           {ErrNotNumeric, []string{"line 2", "UTF-8"}},
		"city,member,age\nx,1,1_0\n":            {ErrNotNumeric, []string{"(age)"}},
		"city,member,age\nx,1," + longText + "": {ErrNotNumeric, []string{"(age)", longText[:38]}},
	} {
		_, err := f.FromCSV([]byte(text))
		requireWords(t, text, err, c.kind, c.words)
	}
	_, err := f.ReadCSV(iotest.ErrReader(errors.New("broken")))
	requireKind(t, err, ErrIO)
	_, err = f.ReadCSV(nil)
	requireKind(t, err, ErrMissingColumn)
}

var longText = strings.Repeat("é", 60)

func requireWords(t *testing.T, text string, err error, kind Kind, words []string) {
	t.Helper()
	e := (*Error)(nil)
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("%q: error is %v, expected kind %s", text, err, kind)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v lacks %q", text, err, word)
		}
	}
}

func TestRowsOfJSON(t *testing.T) {
	m := people(t)
	f := FeaturesOf(m)
	for name, c := range map[string]struct {
		text string
		opts []RowsOption
		want []float64
	}{
		"one object":    {`{"age": 7, "city": "Oslo", "member": true}`, nil, []float64{1107}},
		"an array":      {` [ {"age":7,"city":"Oslo","member":1} , {"member":false,"x":[{"city":1}],"city":"Rome","age":-1e0}]` + "\n", nil, []float64{1107, -1}},
		"lines":         {"{\"age\":1,\"city\":\"\",\"member\":0}\n\n{\"age\":2,\"city\":\"Paris\",\"member\":0,\"note\":{}}\r\n", nil, []float64{3001, 2002}},
		"several lines": {"\xef\xbb\xbf{\n \"age\": 1,\n\"city\": \"\\u004fslo\", \"member\": 0\n}\n{\"age\":2,\"city\":\"]}\\\"{[\",\"member\":0}", nil, []float64{1001, 2}},
		"null":          {`[{"age":1,"city":null,"member":0}]`, nil, []float64{4001}},
		"null is NaN":   {`[{"age":1,"city":null,"member":0}]`, []RowsOption{WithGaps(MissingNaN)}, []float64{5001}},
		"no rows":       {` [ ] `, nil, nil},
		"nothing":       {" \n", nil, nil},
	} {
		columns, err := f.FromJSON([]byte(c.text), c.opts...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) { requirePeople(t, m, columns, c.want...) })
	}
	columns, err := f.FromJSON([]byte(`{"age":null,"city":"","member":"-Infinity"}`))
	if err != nil || !math.IsNaN(columns[0].Float64s[0]) || !math.IsInf(columns[2].Float64s[0], -1) {
		t.Errorf("words among numbers are %+v, %v", columns, err)
	}
}

func TestDefectsOfJSON(t *testing.T) {
	f := FeaturesOf(people(t))
	good := `{"age":1,"city":"Oslo","member":0}`
	for text, c := range map[string]struct {
		kind  Kind
		words []string
	}{
		good + `{"age":1,"city":"Oslo"}`:              {ErrMissingColumn, []string{`column "member"`, "row 1 (line 1)"}},
		`[` + good + ",\n{}]":                         {ErrMissingColumn, []string{`column "age"`, "row 1 (line 2)"}},
		`{"age":"1","city":"Oslo","member":0}`:        {ErrColumnType, []string{`column "age"`, `the string "1"`, "row 0"}},
		good + "\n" + `{"age":1,"city":5,"member":0}`: {ErrColumnType, []string{`column "city"`, "found 5 in row 1 (line 2)"}},
		`{"age":1,"city":true,"member":0}`:            {ErrColumnType, []string{`column "city"`, "true"}},
		`{"age":[1],"city":"","member":0}`:            {ErrColumnType, []string{`column "age"`, "an array"}},
		`{"age":1,"city":{},"member":0}`:              {ErrColumnType, []string{`column "city"`, "an object"}},
		`{"age":1,"city":"","member":0,"age":1}`:      {ErrDuplicateKey, []string{"line 1, column 31", `"age" twice in row 0`}},
		`{"x":1,"city":"","x":0,"age":1}`:             {ErrDuplicateKey, []string{`"x" twice`}},
		`{"note":1,"city":"","note":0,"age":1}`:       {ErrDuplicateKey, []string{`"note" twice`}},
		`{"x":{"y":1,"y":2}}`:                         {ErrDuplicateKey, []string{`"y"`}},
		`{"age":1e999,"city":"","member":0}`:          {ErrMalformed, []string{"line 1, column 8", "float64"}},
		"[" + good + ",\n " + `{"age":01}]`:           {ErrMalformed, []string{"line 2, column 10"}},
		`[1,2]`:                                       {ErrMalformed, []string{"an object"}},
		`[` + good:                                    {ErrMalformed, []string{"the end of the text"}},
		`[` + good + good + `]`:                       {ErrMalformed, []string{`","`}},
		`[` + good + `,]`:                             {ErrMalformed, []string{"an object"}},
		`[` + good + `] ` + good:                      {ErrMalformed, []string{"the end of the text"}},
		`[,` + good + `]`:                             {ErrMalformed, []string{"an object"}},
		good + `,` + good:                             {ErrMalformed, []string{"an object"}},
		`5`:                                           {ErrMalformed, []string{"an object"}},
		"\xef\xbbx":                                   {ErrMalformed, []string{"UTF-8"}},
		good[:20]:                                     {ErrMalformed, []string{"begins on line 1"}},
		`{"age":1]`:                                   {ErrMalformed, []string{"line 1"}},
		`{"age":1 "city":""}`:                         {ErrMalformed, []string{"','"}},
		`{age:1}`:                                     {ErrMalformed, []string{"a key"}},
		`{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`: {ErrTooDeep, []string{"100"}},
	} {
		_, err := f.FromJSON([]byte(text))
		requireWords(t, text, err, c.kind, c.words)
	}
	r, err := f.ReadJSON(iotest.ErrReader(errors.New("broken")))
	if err == nil {
		_, err = r.Read(1)
	}
	requireKind(t, err, ErrIO)
	_, err = FeaturesOf(mustNew(t, peopleModel())).FromJSON([]byte("[]"))
	requireKind(t, err, ErrMissingColumn)
	for _, wrong := range []Features{{}, FeaturesOf(nil), {N: 2, Names: []string{"a"}}, {N: 1, Types: make([]DataType, 2)}} {
		_, err = wrong.FromJSON([]byte("[]"))
		requireKind(t, err, ErrWrongWidth)
		_, err = wrong.FromCSV([]byte("a\n1\n"))
		requireKind(t, err, ErrWrongWidth)
	}
}

// Blocks have the lines of their rows, and nothing follows a defect.
func TestRowsInBlocks(t *testing.T) {
	m := people(t)
	f := FeaturesOf(m)
	for name, text := range map[string]string{
		"CSV":  "age,city,member\n1,Oslo,0\n\n2,Paris,0\n3,x,0\nbad,x,0\n4,x,0\n",
		"JSON": "\n{\"age\":1,\"city\":\"Oslo\",\"member\":0}\n\n{\"age\":2,\"city\":\"Paris\",\"member\":0}\n{\"age\":3,\"city\":\"x\",\"member\":0}\n{\"age\":\"x\"}\n{}",
	} {
		read := f.ReadCSV
		if name == "JSON" {
			read = f.ReadJSON
		}
		r, err := read(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil {
			t.Fatal(name, err)
		}
		columns, err := r.Read(2)
		if err != nil || len(r.Lines()) != 2 || r.Lines()[0] != 2 || r.Lines()[1] != 4 {
			t.Fatalf("%s: %v on %v", name, err, r.Lines())
		}
		requirePeople(t, m, columns, 1001, 2002)
		columns, err = r.Read(-1)
		if err != nil || len(r.Lines()) != 1 || r.Lines()[0] != 5 {
			t.Fatalf("%s: %v on %v", name, err, r.Lines())
		}
		requirePeople(t, m, columns, 3)
		for range 2 {
			if _, err = r.Read(5); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("%s: %v after a defect", name, err)
			}
		}
	}
	r, err := f.ReadCSV(strings.NewReader("age,city,member\n1,Oslo,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Read(9); err != nil {
		t.Error(err)
	}
	if columns, err := r.Read(9); columns != nil || !errors.Is(err, io.EOF) {
		t.Errorf("%v, %v at the end", columns, err)
	}
}

// A model that reads nothing has as many rows as objects.
func TestRowsOfNothing(t *testing.T) {
	f := Features{N: 2, Names: []string{"a", "b"}, Types: []DataType{TypeNone, TypeNone}}
	columns, err := f.FromJSON([]byte(`{"a":"x"}{}`))
	if err != nil || len(columns) != 1 || columns[0].Len() != 2 {
		t.Errorf("%+v, %v", columns, err)
	}
	columns, err = f.FromCSV([]byte("b,b,c\n1,2,x\n"))
	if err != nil || len(columns) != 1 || columns[0].Len() != 1 {
		t.Errorf("%+v, %v", columns, err)
	}
}
