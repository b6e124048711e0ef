package client_test

import (
	"slices"
	"testing"

	"google.golang.org/grpc/codes"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
)

func TestColumns(t *testing.T) {
	c := dial(t, startWith(t, typedmodels.Filled(), nil).address)
	words := modelx.Column{
		Name: "word", Strings: []string{"a", "gone", "\u00e9"}, Missing: []modelx.Missing{modelx.Present, modelx.MissingNone, modelx.Present},
	}
	numbers := modelx.Column{
		Name: "number", Int64s: []int64{7, 8, 9}, Missing: []modelx.Missing{modelx.MissingNone, modelx.Present, modelx.MissingNaN},
	}
	transform := client.Method(modelx.Transform)
	columns := []modelx.Column{modelx.BoolColumn("other"), numbers, words}
	s, err := c.Stream(t.Context(), transform)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SendColumns(columns); err != nil {
		t.Fatal(err)
	}
	streamed, err := s.Recv()
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.PredictColumns(t.Context(), columns, transform, client.Rows(3))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*client.Prediction{p, streamed} {
		if p.Rows != 3 || p.Columns != 2 || p.Values != nil || p.Row(1) != nil || len(p.OutputColumns) != 2 {
			t.Fatalf("got %+v", p)
		}
		texts, values := p.OutputColumns[0], p.OutputColumns[1].Float64s
		if !slices.Equal(texts.Strings, []string{"a", "none", "\u00e9"}) || texts.Missing != nil || values[0] == values[0] || values[1] != 8 || values[2] == values[2] {
			t.Errorf("got %+v", p.OutputColumns)
		}
	}
	if words.Strings[1] != "gone" {
		t.Error("the caller's column was changed")
	}
	_, err = c.PredictColumns(t.Context(), columns[1:2], transform)
	refused(t, err, codes.InvalidArgument, client.MissingColumn, `no column "word"; expected one for each feature`)
	_, err = c.PredictColumns(t.Context(), []modelx.Column{numbers, modelx.Float64Column("word", 1, 2, 3)}, transform)
	refused(t, err, codes.InvalidArgument, client.NotText, `column "word" has doubles; expected strings`)
	_, err = c.PredictColumns(t.Context(), []modelx.Column{modelx.StringColumn("", "\xff")})
	refused(t, err, codes.InvalidArgument, client.NotText, `column 1 has text that is not UTF-8`)
	numbers.Missing = numbers.Missing[:1]
	err = s.SendColumns([]modelx.Column{numbers})
	refused(t, err, codes.InvalidArgument, client.BadRequest, `column "number" has 1 marks of missing values; expected 3`)
}

// What is missing in an answer is told apart.
func TestMissingTextsInAnAnswer(t *testing.T) {
	c := dial(t, startWith(t, typedmodels.Colors(), nil).address)
	p, err := c.Predict(t.Context(), []float64{3, 0}, client.Method(modelx.InverseTransform))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.OutputColumns; len(got) != 2 || !slices.Equal(got[0].Missing, []modelx.Missing{modelx.MissingNone}) || got[1].Strings[0] != "green" || got[1].Missing != nil {
		t.Errorf("got %+v", got)
	}
}
