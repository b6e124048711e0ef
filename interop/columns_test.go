package modelx

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// wordsAndSizes is an encoder of two named columns, one of strings with None and an empty string, one of ints.
func wordsAndSizes(unknown modelxpb.OneHotEncoderProto_Unknown) *modelxpb.ModelProto {
	words := &modelxpb.Categories{Strings: []string{"", "red", "e\u0301"}, None: true}
	return &modelxpb.ModelProto{
		Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
			Features: []*modelxpb.EncodedFeature{
				{Categories: words}, {Categories: &modelxpb.Categories{Ints: []int64{-1, 5}}},
			},
			Unknown: unknown,
		}},
		Signature: &modelxpb.Signature{
			NFeatures: 2, FeatureNames: []string{"color", "size"},
			FeatureTypes: []modelxpb.DataType{modelxpb.DataType_DATA_TYPE_STRING, modelxpb.DataType_DATA_TYPE_INT64},
		},
	}
}

const (
	refuseUnknown = modelxpb.OneHotEncoderProto_UNKNOWN_ERROR
	zeroUnknown   = modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS
)

// hot runs the encoder on columns and tells for each row which columns are 1.
func hot(t *testing.T, m Model, columns ...Column) []string {
	t.Helper()
	rows := columns[0].Len()
	dst := make([]float64, rows*m.Columns(Transform))
	if err := m.RunColumns(Transform, dst, columns...); err != nil {
		t.Fatal(err)
	}
	var out []string
	for row := range slices.Chunk(dst, m.Columns(Transform)) {
		var ones []string
		for i, v := range row {
			if v != 0 {
				ones = append(ones, fmt.Sprint(i))
			}
		}
		out = append(out, strings.Join(ones, " "))
	}
	return out
}

func TestColumnsGoByNameOrByOrder(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	if got := m.FeatureTypes(); !slices.Equal(got, []DataType{TypeString, TypeInt64}) {
		t.Errorf("types are %v", got)
	}
	color, size := StringColumn("color", "red", "", "blue", "\u00e9"), Int64Column("size", 5, -1, 7, 0)
	want := []string{"1 5", "0 4", "", ""}
	for name, columns := range map[string][]Column{
		"in order":           {color, size},
		"the other way":      {size, color},
		"one too many":       {StringColumn("other", "x", "y", "z", "z"), size, color},
		"without names":      {StringColumn("", color.Strings...), Int64Column("", size.Int64s...)},
		"floats":             {color, Float64Column("size", 5, -1, 7, math.Copysign(0, -1))},
		"an empty list more": {{Name: "color", Float64s: []float64{}, Strings: color.Strings}, size},
	} {
		if got := hot(t, m, columns...); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestWhatIsMissingIsToldApart(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	color := Column{
		Name: "color", Strings: []string{"", "", "", "e\u0301"}, Missing: []Missing{Present, MissingNone, MissingNaN, Present},
	}
	size := Column{Name: "size", Int64s: []int64{5, 5, 5, 5}, Missing: []Missing{Present, Present, MissingNone, MissingNaN}}
	if got := hot(t, m, color, size); !slices.Equal(got, []string{"0 5", "3 5", "", "2"}) {
		t.Errorf("%q", got)
	}
	none := []Missing{MissingNone, MissingNone}
	if got := hot(t, m, Column{Name: "color", Float64s: []float64{0, 0}, Missing: none}, Int64Column("size", 5, 5)); got[1] != "3 5" {
		t.Errorf("a column of another type without values gives %q", got)
	}
}

func TestColumnsThatAreRefused(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	color, size := StringColumn("color", "red"), Int64Column("size", 5)
	for name, c := range map[string]struct {
		columns []Column
		kind    Kind
		says    string
	}{
		"missing":            {[]Column{color}, ErrMissingColumn, `"size"`},
		"misspelt":           {[]Column{color, Int64Column("Size", 5)}, ErrMissingColumn, `"size"`},
		"twice":              {[]Column{color, size, color}, ErrMissingColumn, `"color"`},
		"too few":            {[]Column{StringColumn("", "red")}, ErrWrongWidth, "1 columns"},
		"none":               {nil, ErrWrongWidth, "0 columns"},
		"numbers":            {[]Column{Float64Column("color", 1), size}, ErrColumnType, `"color"`},
		"bools":              {[]Column{BoolColumn("color", true), size}, ErrColumnType, "type bool"},
		"strings":            {[]Column{color, StringColumn("size", "5")}, ErrColumnType, `"size"`},
		"two lists":          {[]Column{color, {Name: "size", Int64s: []int64{1}, Bools: []bool{true}}}, ErrColumnType, "several"},
		"another length":     {[]Column{color, Int64Column("size", 5, 6)}, ErrWrongWidth, `"size"`},
		"too few marks":      {[]Column{color, {Name: "size", Int64s: []int64{5}, Missing: make([]Missing, 2)}}, ErrWrongWidth, "2 marks"},
		"no float64":         {[]Column{color, Int64Column("size", 1<<53+1)}, ErrNotNumeric, `"size"`},
		"no float64 below 0": {[]Column{StringColumn("", "red"), Int64Column("", -1<<53-1)}, ErrNotNumeric, "column 1"},
	} {
		x, err := m.AppendRows([]float64{1, 2}, c.columns...)
		requireKind(t, err, c.kind)
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q does not say %q", name, err, c.says)
		}
		if !slices.Equal(x, []float64{1, 2}) {
			t.Errorf("%s: the rows that were there are %v", name, x)
		}
		if _, err := m.ApplyColumns(Transform, c.columns...); !errors.Is(err, c.kind) {
			t.Errorf("%s: ApplyColumns: %v", name, err)
		}
	}
}

// What an encoder refuses is named by its text and its column, however the rows come.
func TestAnUnknownCategoryIsNamed(t *testing.T) {
	encoder := wordsAndSizes(refuseUnknown)
	named := mustNew(t, encoder)
	nested := mustNew(t, pipelineProto(edit(wordsAndSizes(refuseUnknown), func(p *modelxpb.ModelProto) { p.Name = "encode" }), passthroughOf("pass", 6)))
	for _, m := range []Model{named, nested} {
		columns := []Column{StringColumn("color", "red", "green", "blue"), Int64Column("size", 5, 5, 5)}
		dst := make([]float64, 18)
		says := `"green" in row 1, column 0 ("color")`
		err := m.RunColumns(Transform, dst, columns...)
		requireKind(t, err, ErrUnknownCategory)
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
		_, err = m.ApplyColumns(Transform, columns...)
		requireKind(t, err, ErrUnknownCategory)
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	dst := make([]float64, 6)
	for says, columns := range map[string][]Column{
		`NaN in row 0, column 0 ("color")`: {{Strings: []string{""}, Missing: []Missing{MissingNaN}}, Int64Column("", 5)},
		`6 in row 0, column 1 ("size")`:    {StringColumn("", "red"), Float64Column("", 6)},
	} {
		err := named.RunColumns(Transform, dst, columns...)
		requireKind(t, err, ErrUnknownCategory)
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	x, err := named.AppendRows(nil, StringColumn("", "green"), Int64Column("", 5))
	if err != nil {
		t.Fatal(err)
	}
	err = named.Run(Transform, dst, x)
	requireKind(t, err, ErrUnknownCategory)
	if says := "a string that the model does not know"; !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
}

func TestStringsComeBackAsColumns(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	given, err := m.ApplyColumns(Transform, StringColumn("", "e\u0301", "", "no"), Int64Column("", -1, 5, 3))
	if err != nil {
		t.Fatal(err)
	}
	back, err := m.ApplyColumns(InverseTransform, given...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back[0].Strings, []string{"e\u0301", "", ""}) || !slices.Equal(back[0].Missing, []Missing{Present, Present, MissingNone}) {
		t.Errorf("strings are %q, %v", back[0].Strings, back[0].Missing)
	}
	if sizes := back[1].Float64s; !slices.Equal(sizes[:2], []float64{-1, 5}) || !math.IsNaN(sizes[2]) {
		t.Errorf("sizes are %v", sizes)
	}
	requireKind(t, m.Run(InverseTransform, make([]float64, 2), make([]float64, 6)), ErrStringLabels)
	_, err = m.ApplyColumns(InverseTransform, given[:5]...)
	requireKind(t, err, ErrWrongWidth)
	given[2] = StringColumn("", "1", "0", "0")
	_, err = m.ApplyColumns(InverseTransform, given...)
	requireKind(t, err, ErrColumnType)
}

// Any float64 may stand in a column of strings: none is taken for a category that it is not, and nothing panics.
func TestRowsWithNumbersThatAreNoStrings(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	dst := make([]float64, 6)
	for _, v := range []float64{-1, -3, 0.5, 1e9, 1e300, -1e300, math.MaxInt64, math.Inf(1), math.Inf(-1), 17} {
		if err := m.Run(Transform, dst, []float64{v, 5}); err != nil || slices.Index(dst, 1) != 5 {
			t.Errorf("%v: %v, %v", v, dst, err)
		}
	}
	requireKind(t, m.Run(Transform, dst, []float64{0, math.Inf(1)}), ErrNonFiniteInput)
}

func TestSparseAndDenseTablesOfCategories(t *testing.T) {
	for _, values := range [][]float64{
		{3, 4, 7, -2}, {-1 << 53, 1 << 53}, {0.5, 1, 2}, {1e300, 5e-324, -1e300}, {0}, {1, 1e6}, nil,
	} {
		numbers := make([]int32, len(values))
		for i := range numbers {
			numbers[i] = int32(i)
		}
		l := newCategoryLookup(values, numbers)
		for i, v := range values {
			if got := l.find(v); got != int32(i) {
				t.Errorf("%v of %v is number %d", v, values, got)
			}
			for _, near := range []float64{math.Nextafter(v, 1e308), math.Nextafter(v, -1e308), -v - 0.25, math.NaN(), math.Inf(1)} {
				if got := l.find(near); got != int32(slices.Index(values, near)) {
					t.Errorf("%v in %v is number %d", near, values, got)
				}
			}
		}
		if got, want := l.find(math.Copysign(0, -1)), int32(slices.Index(values, 0)); got != want {
			t.Errorf("-0 in %v is number %d, want %d", values, got, want)
		}
	}
}
