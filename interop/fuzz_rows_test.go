package modelx

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"
)

// FuzzRows reads hostile rows of text. Nothing panics; errors are typed; columns suit the model, and are the same when they
// are read in other pieces.
func FuzzRows(f *testing.F) {
	for _, text := range []string{
		"age,city,member\n1,Oslo,true\n,,\n", "member,x,city,age\r\n0,\"\"\"\n\",\"\",nan\r\n", "age,city,member,member\n",
		`[{"age":1,"city":"Oslo","member":true},{"age":null,"city":null,"member":"NaN","x":[{}]}]`,
		"{\"age\":1e999}\n", "{\"city\":\"\\ud83d\\ude00\",\"age\":-0.0,\"member\":0}{", "\xef\xbb\xbf[", "1,a,2,3\n", "\"",
	} {
		for _, json := range []bool{true, false} {
			f.Add([]byte(text), json, true)
			f.Add([]byte(text), json, false)
		}
	}
	trees := seedTrees()
	models := []Model{
		people(f), mustNew(f, peopleModel()), mustNew(f, linearModel()), mustNew(f, trees[0]), mustNew(f, trees[len(trees)-1]),
	}
	f.Fuzz(func(t *testing.T, text []byte, json, header bool) {
		opts := []RowsOption{WithGaps(MissingNone)}
		if !header {
			opts = append(opts, WithoutHeader())
		}
		for _, m := range models {
			features := FeaturesOf(m)
			whole, read := features.FromCSV, features.ReadCSV
			if json {
				whole, read = features.FromJSON, features.ReadJSON
			}
			columns, err := whole(text, opts...)
			var x []float64
			if err == nil && len(columns) > 0 {
				if x, err = m.AppendRows(nil, columns...); err != nil {
					t.Fatalf("columns that do not suit the model: %v", err)
				}
				if err := m.Run(Predict, make([]float64, len(x)/m.NumFeatures()), x); !refusesRow(err) {
					t.Fatalf("%v for %v", err, x)
				}
			}
			if e := (*Error)(nil); err != nil && (!errors.As(err, &e) || e.Kind == "") {
				t.Fatalf("an untyped error: %v", err)
			}
			pieces, again := inPieces(m, read, text, opts)
			if (again == nil) != (err == nil) || (err != nil && again.Error() != err.Error()) {
				t.Fatalf("in pieces: %v, not %v", again, err)
			}
			for i := range x {
				if err == nil && (len(pieces) != len(x) || math.Float64bits(pieces[i]) != math.Float64bits(x[i])) {
					t.Fatalf("in pieces: %v, not %v", pieces, x)
				}
			}
		}
	})
}

// inPieces reads byte by byte, and row by row.
func inPieces(
	m Model, read func(io.Reader, ...RowsOption) (*RowReader, error), text []byte, opts []RowsOption,
) (x []float64, err error) {
	r, err := read(iotest.OneByteReader(bytes.NewReader(text)), opts...)
	for err == nil {
		var columns []Column
		if columns, err = r.Read(1); err == nil {
			x, err = m.AppendRows(x, columns...)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return x, err
}
