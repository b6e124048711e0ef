package main

import (
	"slices"

	modelx "github.com/modelx-dev/modelx/interop"
	ort "github.com/yalue/onnxruntime_go"
)

// graph is onnxruntime on one thread, with one tensor of shape (rows, 1) for each column, bound once.
type graph struct {
	session *ort.AdvancedSession
	numbers map[string][]float64
	strings map[string]*ort.StringTensor
	out     *ort.Tensor[float64]
	values  []ort.Value
}

// openGraph binds a graph to so many rows of the columns, and to the output "probabilities" of two classes.
func openGraph(path string, columns []modelx.Column, rows int) (*graph, error) {
	g := &graph{numbers: map[string][]float64{}, strings: map[string]*ort.StringTensor{}}
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
		shape := ort.NewShape(int64(rows), 1)
		if c.Strings != nil {
			t, err := ort.NewStringTensor(shape)
			if err != nil {
				return nil, err
			}
			g.strings[c.Name], g.values = t, append(g.values, t)
			continue
		}
		g.numbers[c.Name] = make([]float64, rows)
		t, err := ort.NewTensor(shape, g.numbers[c.Name])
		if err != nil {
			return nil, err
		}
		g.values = append(g.values, t)
	}
	var err error
	if g.out, err = ort.NewEmptyTensor[float64](ort.NewShape(int64(rows), 2)); err != nil {
		return nil, err
	}
	settings, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer func() { _ = settings.Destroy() }()
	if err := settings.SetIntraOpNumThreads(1); err != nil {
		return nil, err
	}
	g.session, err = ort.NewAdvancedSession(path, names, []string{"probabilities"}, g.values, []ort.Value{g.out}, settings)
	return g, err
}

// run gives the graph the rows, as modelx's time has the reading of columns too, and computes.
func (g *graph) run(columns []modelx.Column) error {
	for _, c := range columns {
		if c.Strings == nil {
			copy(g.numbers[c.Name], c.Float64s)
		} else if err := g.strings[c.Name].SetContents(c.Strings); err != nil {
			return err
		}
	}
	return g.session.Run()
}

func (g *graph) close() {
	_ = g.session.Destroy()
	for _, v := range append(slices.Clone(g.values), ort.Value(g.out)) {
		_ = v.Destroy()
	}
}
