package modelx

import (
	"context"
	"math"
	"slices"
	"strings"
)

// mostTextsKept is how many strings of one request a [Texts] keeps memory for.
const mostTextsKept = 1024

// noSymbols are those of a model that another package made.
var noSymbols = new(symbols)

// Texts numbers the strings in rows of one model: for programs that make rows themselves, such as servers, and read each
// value once. [Model.AppendRows] does so for columns, and a [RowEncoder] for structs. It is not safe for concurrent use;
// its memory is used again after Begin.
type Texts struct {
	known *symbols
	own   localSymbols
	keep  bool
}

// Begin forgets what was before, and takes a model, which this package made; another one knows no strings.
//
// keep says that strings which the model does not know get numbers too, for a method that gives strings ([TypeNone]), as
// they may pass through it. The model must not give them to other rows then.
func (t *Texts) Begin(m Model, keep bool) {
	t.known, t.keep = noSymbols, keep
	if c, ok := m.(*compiled); ok {
		t.known = c.symbols
	}
	if len(t.own.texts) > mostTextsKept {
		t.own = localSymbols{}
	}
	clear(t.own.numbers)
	clear(t.own.texts)
	t.own.texts = t.own.texts[:0]
}

// Number is what stands for a string in a row. The string is copied where it is kept, so that it may be part of a buffer.
// It allocates nothing for a string that the model knows, and for none where unknown ones are not kept.
func (t *Texts) Number(text string) float64 {
	number := t.known.find(text)
	if number != codeUnknown || !t.keep {
		return number
	}
	own, ok := t.own.numbers[text]
	if !ok {
		own = t.own.number(strings.Clone(text))
	}
	return float64(len(t.known.texts) + own)
}

// MissingNumber is what stands for a missing string in a row.
func MissingNumber(m Missing) float64 {
	if m == MissingNone {
		return codeNone
	}
	return math.NaN()
}

// Text is the string that a number stands for; empty where it stands for none.
func (t *Texts) Text(number float64) (string, Missing) {
	if t.known == nil {
		t.known = noSymbols
	}
	return t.known.text(number, t.own.texts)
}

// ColumnTypes returns the types of the columns of a method whose Type is [TypeNone], as a copy: TypeString, and others for
// numbers. It is nil for all other methods.
func ColumnTypes(m Model, method Method) []DataType {
	c, ok := m.(*compiled)
	if !ok {
		return nil
	}
	out := c.lookup(method)
	if out == nil || out.kind != TypeNone {
		return nil
	}
	return slices.Clone(c.root.columnTypes(out.op))
}

// RunTexts is [Model.RunContext] for all methods: where one gives strings, dst has the numbers that stand for them, as the
// [Texts] that made the rows knows them.
func RunTexts(ctx context.Context, m Model, method Method, dst, x []float64) error {
	c, ok := m.(*compiled)
	if !ok {
		return m.RunContext(ctx, method, dst, x)
	}
	return c.runContext(ctx, method, dst, x, true)
}
