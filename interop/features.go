package modelx

import (
	"fmt"
	"strconv"
)

// Features say which columns a model takes: what is needed to read rows of text for it, with the model at hand or not.
type Features struct {
	// N is the number of features, at least 1.
	N int
	// Names are the names of the features in their order, or none.
	Names []string
	// Types are their types, or none when all are numbers. TypeString takes strings; TypeNone is not read, and need not be
	// there; all others are numbers, as which true and false count too.
	Types []DataType
}

// FeaturesOf returns the features of a model, and none for nil.
func FeaturesOf(m Model) Features {
	if m == nil {
		return Features{}
	}
	f := Features{N: m.NumFeatures(), Names: m.FeatureNames()}
	// A file can claim any width, and the types of numbers alone need no list.
	if c, ok := m.(*compiled); !ok || c.typed() {
		f.Types = m.FeatureTypes()
	}
	return f
}

// typed reports whether a feature may be something else than a number.
func (c *compiled) typed() bool {
	return len(c.root.proto.GetSignature().GetFeatureTypes()) > 0 || c.kinds != nil
}

// check checks that the counts agree.
func (f *Features) check() error {
	if f.N < 1 || (len(f.Names) != 0 && len(f.Names) != f.N) || (len(f.Types) != 0 && len(f.Types) != f.N) {
		return &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("%d features with %d names and %d types", f.N, len(f.Names), len(f.Types)),
			Want: "at least one feature, with a name and a type for each or none",
		}
	}
	return nil
}

func (f *Features) typeOf(i int) DataType {
	if len(f.Types) == 0 {
		return TypeFloat64
	}
	return f.Types[i]
}

// label names a feature in a message.
func (f *Features) label(i int) string {
	if len(f.Names) == 0 {
		return "column " + strconv.Itoa(i)
	}
	return "column " + strconv.Quote(f.Names[i])
}

// gathering makes columns of cells that come row by row.
type gathering struct {
	features *Features
	gap      Missing
	columns  []Column
	// slots are the places of the features in columns, -1 for those that have none.
	slots []int
	rows  int
}

// start makes the columns. It waits for the first row, whose size shows that the width is no mere claim.
func (g *gathering) start() {
	f := g.features
	g.slots = make([]int, f.N)
	for i := range g.slots {
		g.slots[i] = -1
		// Without names the columns go by their order, so that none may be left out.
		if f.typeOf(i) != TypeNone || len(f.Names) == 0 {
			g.addColumn(i)
		}
	}
	if len(g.columns) == 0 {
		g.addColumn(0) // It counts the rows.
	}
}

func (g *gathering) addColumn(i int) {
	column := Column{Float64s: []float64{}}
	if g.features.typeOf(i) == TypeString {
		column = Column{Strings: []string{}, Missing: []Missing{}}
	}
	if len(g.features.Names) > 0 {
		column.Name = g.features.Names[i]
	}
	g.slots[i] = len(g.columns)
	g.columns = append(g.columns, column)
}

// clear forgets the rows, and keeps the memory.
func (g *gathering) clear() {
	for i := range g.columns {
		c := &g.columns[i]
		c.Float64s, c.Strings, c.Missing = c.Float64s[:0], c.Strings[:0], c.Missing[:0]
	}
	g.rows = 0
}

func (g *gathering) addNumber(i int, v float64) {
	c := &g.columns[g.slots[i]]
	c.Float64s = append(c.Float64s, v)
}

func (g *gathering) addText(i int, text string, missing Missing) {
	c := &g.columns[g.slots[i]]
	c.Strings, c.Missing = append(c.Strings, text), append(c.Missing, missing)
}

// endRow fills the columns that nobody reads.
func (g *gathering) endRow() {
	g.rows++
	for i, slot := range g.slots {
		if slot >= 0 && g.features.typeOf(i) == TypeNone {
			g.columns[slot].Float64s = append(g.columns[slot].Float64s, 0)
		}
	}
}
