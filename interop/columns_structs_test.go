package modelx

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

type (
	celsius  float32
	place    string
	identity struct {
		ID   uint16 `modelx:"-"`
		Note string
	}
	person struct {
		identity
		Age    celsius `modelx:"age"`
		City   *place  `modelx:"city"`
		Member bool    `modelx:"member"`
		Born   time.Time
		hidden int
	}
	flat struct {
		Age    int8    `modelx:"age"`
		City   string  `modelx:"city"`
		Member *uint32 `modelx:"member"`
	}
)

func pointer[T any](v T) *T { return &v }

func TestColumnsOfStructs(t *testing.T) {
	m := people(t)
	type row struct {
		identity
		Age    *int    `modelx:"age"`
		City   *place  `modelx:"city"`
		Town   *string `modelx:"town,nan"`
		Member bool    `modelx:"member"`
	}
	rows := []row{
		{Age: pointer(7), City: pointer(place("Oslo")), Member: true},
		{Age: pointer(-1), City: pointer(place("Rome"))},
		{Age: pointer(0), City: pointer(place(""))},
		{Age: pointer(1)},
	}
	columns, err := ColumnsOf(rows)
	if err != nil {
		t.Fatal(err)
	}
	requirePeople(t, m, columns, 1107, -1, 3000, 4001)
	var names []string
	for i := range columns {
		names = append(names, columns[i].Name)
	}
	if got := strings.Join(names, " "); got != "Note age city town member" {
		t.Errorf("the columns are %s", got)
	}
	if columns[3].Missing[0] != MissingNaN || columns[2].Missing[3] != MissingNone {
		t.Errorf("gaps are %v and %v", columns[3].Missing, columns[2].Missing)
	}
	for name, given := range map[string]any{
		"pointers": []*flat{{Age: 2, City: "Paris", Member: pointer(uint32(3))}}, "an array": [1]flat{{2, "Paris", pointer(uint32(3))}},
		"one": flat{2, "Paris", pointer(uint32(3))}, "a pointer": &flat{2, "Paris", pointer(uint32(3))},
		"a pointer to a slice": &[]flat{{2, "Paris", pointer(uint32(3))}},
	} {
		columns, err := ColumnsOf(given)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		requirePeople(t, m, columns, 2302)
	}
	columns, err = ColumnsOf([]flat{})
	if err != nil || len(columns) != 3 || columns[1].Type() != TypeString || columns[1].Len() != 0 {
		t.Errorf("no rows are %+v, %v", columns, err)
	}
	requirePeople(t, m, columns)
}

type outer struct {
	*inner
	Age  float64
	Back *outer `modelx:"-"`
}
type inner struct {
	*outer
	Age  string
	City string `modelx:"city"`
}

// Embedded structs may be absent, hide fields, and embed one another.
func TestColumnsOfEmbeddedStructs(t *testing.T) {
	columns, err := ColumnsOf([]outer{{Age: 1}, {inner: &inner{City: "Oslo"}, Age: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) != 2 || columns[0].Name != "city" || columns[1].Name != "Age" || columns[1].Type() != TypeFloat64 {
		t.Fatalf("columns are %+v", columns)
	}
	if columns[0].Missing[0] != MissingNone || columns[0].Missing[1] != Present || columns[0].Strings[1] != "Oslo" {
		t.Errorf("city is %+v", columns[0])
	}
}

func TestColumnsOfRefuses(t *testing.T) {
	type doubled struct {
		A int `modelx:"x"`
		B int `modelx:"x"`
	}
	type secret struct {
		a int `modelx:"a"` //nolint:govet // this is what is wrong
	}
	type large struct{ N uint64 }
	for name, c := range map[string]struct {
		rows any
		kind Kind
		path string
	}{
		"nil":            {nil, ErrNotNumeric, ""},
		"no struct":      {[]int{1}, ErrNotNumeric, ""},
		"a map":          {map[string]int{}, ErrNotNumeric, ""},
		"a nil pointer":  {(*flat)(nil), ErrNotNumeric, ""},
		"a nil row":      {[]*flat{{}, nil}, ErrNotNumeric, ""},
		"interfaces":     {[]any{flat{}}, ErrNotNumeric, ""},
		"a time":         {[]person{{hidden: 1}}, ErrColumnType, "field Born"},
		"a struct field": {[]struct{ Flat flat }{{}}, ErrColumnType, "field Flat"},
		"pointers twice": {[]struct{ A **int }{{}}, ErrColumnType, "field A"},
		"a complex":      {[]struct{ A complex128 }{{}}, ErrColumnType, "field A"},
		"doubled":        {[]doubled{{}}, ErrMissingColumn, `column "x"`},
		"a hidden tag":   {[]secret{{a: 1}}, ErrColumnType, "field a"},
		"a large number": {[]large{{1}, {math.MaxUint64}}, ErrNotNumeric, `column "N"`},
	} {
		_, err := ColumnsOf(c.rows)
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != c.kind || e.Path != c.path {
			t.Errorf("%s: error is %v, expected kind %s at %q", name, err, c.kind, c.path)
		}
	}
	_, err := ColumnsOf([]large{{1}, {math.MaxUint64}})
	if err == nil || !strings.Contains(err.Error(), "in row 1") {
		t.Errorf("the row is not named: %v", err)
	}
}
