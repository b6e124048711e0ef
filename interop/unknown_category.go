package modelx

import (
	"errors"
	"fmt"
)

// unknownCategory returns the error for a value of feature j that is no category.
func (e *encodedFeatures) unknownCategory(row, j int, v float64) error {
	about := refusal{code: v, row: row, column: j, text: e.features[j].strings, names: e.names}
	return &Error{
		Kind: ErrUnknownCategory, Path: e.path, Found: about.found(e.symbols, nil),
		Want: fmt.Sprintf("one of the %d categories of that column", len(e.features[j].values)),
		Hint: "leave the row out, or refit with handle_unknown", value: &about,
	}
}

// runColumns runs a method on columns whose rows are x. Rows have no texts of strings that the model does not know, so
// when such a one is refused, they are made again with all texts, for the error to name it.
func (c *compiled) runColumns(m Method, dst, x []float64, columns []Column) error {
	err := c.Run(m, dst, x)
	var e *Error
	if !errors.As(err, &e) || e.value == nil || !e.value.text || e.value.code != codeUnknown {
		return err
	}
	var unknown localSymbols
	if x, again := c.appendRows(nil, columns, &unknown); again == nil {
		err = c.Run(m, dst, x)
	}
	return c.named(err, unknown.texts)
}

// named completes an error about a string that the model does not know.
func (c *compiled) named(err error, unknown []string) error {
	var e *Error
	if errors.As(err, &e) && e.value != nil {
		e.Found = e.value.found(c.symbols, unknown)
	}
	return err
}
