package modelx

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// An encoder gives the rows that columns of the same structs give.
func TestRowEncoderAgreesWithColumns(t *testing.T) {
	m := people(t)
	e, err := NewRowEncoder[person](m)
	if err != nil {
		t.Fatal(err)
	}
	rows := []person{
		{Age: 7, City: pointer(place("Oslo")), Member: true}, {Age: -1.5, City: pointer(place("nowhere"))},
		{City: pointer(place(""))}, {Age: celsius(math.NaN())}, {identity: identity{ID: 1, Note: "x"}, Age: 3},
	}
	x, err := e.AppendRows(nil, rows)
	if err != nil {
		t.Fatal(err)
	}
	type same struct {
		Age    celsius `modelx:"age"`
		City   *place  `modelx:"city"`
		Member bool    `modelx:"member"`
	}
	var others []same
	for _, p := range rows {
		others = append(others, same{p.Age, p.City, p.Member})
	}
	columns, err := ColumnsOf(others)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.AppendRows(nil, columns...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Float64bits(x[i]) != math.Float64bits(want[i]) {
			t.Errorf("value %d is %v, expected %v", i, x[i], want[i])
		}
	}
	got := make([]float64, 1)
	if err := m.Run(Predict, got, x[:4]); err != nil || got[0] != 1107 {
		t.Errorf("predict is %v, %v", got, err)
	}
}

func TestRowEncoderOfEveryKind(t *testing.T) {
	type kinds struct {
		Age    *float64 `modelx:"age"`
		City   *string  `modelx:"city,nan"`
		Member *uint64  `modelx:"member"`
		Note   []string `modelx:"note"`
	}
	e, err := NewRowEncoder[kinds](people(t))
	if err != nil {
		t.Fatal(err)
	}
	x, err := e.AppendRow([]float64{42}, &kinds{})
	if err != nil || len(x) != 5 || x[0] != 42 || !math.IsNaN(x[1]) || !math.IsNaN(x[2]) || !math.IsNaN(x[3]) || x[4] != 0 {
		t.Errorf("gaps are %v, %v", x, err)
	}
	x, err = e.AppendRows(nil, []kinds{{Member: pointer(uint64(1 << 53))}, {Member: pointer(uint64(1<<53 + 1))}})
	requireKind(t, err, ErrNotNumeric)
	if len(x) != 0 || !strings.Contains(err.Error(), `column "member": found 9007199254740993 in row 1`) {
		t.Errorf("%v, %v", x, err)
	}
	x, err = e.AppendRow([]float64{42}, nil)
	requireKind(t, err, ErrNotNumeric)
	if len(x) != 1 {
		t.Errorf("%v after an error", x)
	}
	type signed struct {
		Age    int64  `modelx:"age"`
		City   string `modelx:"city"`
		Member int    `modelx:"member"`
	}
	s, err := NewRowEncoder[signed](people(t))
	if err != nil {
		t.Fatal(err)
	}
	if x, err = s.AppendRow(nil, &signed{Age: -5, City: "Oslo", Member: 1}); err != nil || x[0] != -5 || x[2] != 1 {
		t.Errorf("%v, %v", x, err)
	}
	_, err = s.AppendRow(nil, &signed{Age: math.MinInt64})
	requireKind(t, err, ErrNotNumeric)
}

func TestRowEncoderByOrder(t *testing.T) {
	m := mustNew(t, peopleModel())
	type ordered struct {
		A float64
		B string
		C bool
		D complex64 // Nobody reads it.
	}
	e, err := NewRowEncoder[ordered](m)
	if err != nil {
		t.Fatal(err)
	}
	x, err := e.AppendRow(nil, &ordered{1, "Paris", true, 0})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 1)
	if err := m.Run(Predict, got, x); err != nil || got[0] != 2101 {
		t.Errorf("predict is %v, %v", got, err)
	}
	_, err = NewRowEncoder[struct{ A int }](m)
	requireKind(t, err, ErrWrongWidth)
}

func TestRowEncoderRefuses(t *testing.T) {
	type lacking struct {
		Age  int    `modelx:"age"`
		City string `modelx:"city"`
	}
	type wrong struct {
		Age    int  `modelx:"age"`
		City   int  `modelx:"city"`
		Member bool `modelx:"member"`
	}
	type words struct {
		Age    string `modelx:"age"`
		City   string `modelx:"city"`
		Member bool   `modelx:"member"`
	}
	type lists struct {
		Age    []int  `modelx:"age"`
		City   string `modelx:"city"`
		Member bool   `modelx:"member"`
	}
	type twice struct {
		A int `modelx:"age"`
		B int `modelx:"age"`
	}
	check := func(name string, err error, kind Kind, path string) {
		t.Helper()
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != kind || e.Path != path {
			t.Errorf("%s: error is %v, expected kind %s at %q", name, err, kind, path)
		}
	}
	m := people(t)
	_, err := NewRowEncoder[lacking](m)
	check("lacking", err, ErrMissingColumn, `column "member"`)
	_, err = NewRowEncoder[wrong](m)
	check("a number for a string", err, ErrColumnType, `column "city"`)
	_, err = NewRowEncoder[words](m)
	check("a string for a number", err, ErrColumnType, `column "age"`)
	_, err = NewRowEncoder[lists](m)
	check("a list", err, ErrColumnType, "field Age")
	_, err = NewRowEncoder[twice](m)
	check("twice", err, ErrMissingColumn, `column "age"`)
	_, err = NewRowEncoder[int](m)
	check("no struct", err, ErrNotNumeric, "")
	_, err = NewRowEncoder[flat](nil)
	check("no model", err, ErrNotNumeric, "")
	_, err = NewRowEncoder[flat](struct{ Model }{m})
	check("another model", err, ErrNotNumeric, "")
}

type reading struct {
	A, B, C, D float64
	E, F       *float64
	City       string `modelx:"city"`
	Land       string `modelx:"land"`
	Member     bool
	Count      int
}

// BenchmarkRowEncoder fills one row, of ten fields.
func BenchmarkRowEncoder(b *testing.B) {
	m := readings(b)
	e, err := NewRowEncoder[reading](m)
	if err != nil {
		b.Fatal(err)
	}
	row := reading{A: 1, B: 2, C: 3, D: 4, E: pointer(5.0), City: "Oslo", Land: "nowhere", Member: true, Count: 9}
	x := make([]float64, 0, m.NumFeatures())
	b.ReportAllocs()
	for b.Loop() {
		if x, err = e.AppendRow(x[:0], &row); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkColumnsOf makes the same row by way of columns.
func BenchmarkColumnsOf(b *testing.B) {
	m := readings(b)
	rows := []reading{{A: 1, B: 2, C: 3, D: 4, E: pointer(5.0), City: "Oslo", Land: "nowhere", Member: true, Count: 9}}
	x := make([]float64, 0, m.NumFeatures())
	b.ReportAllocs()
	for b.Loop() {
		columns, err := ColumnsOf(rows)
		if err == nil {
			x, err = m.AppendRows(x[:0], columns...)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRowsOfJSON reads the same row from JSON.
func BenchmarkRowsOfJSON(b *testing.B) {
	m := readings(b)
	f := FeaturesOf(m)
	text := []byte(`{"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "F": null, "city": "Oslo", "land": "nowhere", "Member": true, "Count": 9}`)
	x := make([]float64, 0, m.NumFeatures())
	b.ReportAllocs()
	for b.Loop() {
		columns, err := f.FromJSON(text)
		if err == nil {
			x, err = m.AppendRows(x[:0], columns...)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
