package modelx

import (
	"errors"
	"fmt"
	"strconv"
)

// unknownCategory is the value that an error of kind ErrUnknownCategory is about.
type unknownCategory struct {
	code   float64
	column string
	row    int
	string bool
}

// unknownCategory returns the error for a value of feature j that is no category.
func (e *encodedFeatures) unknownCategory(row, j int, v float64) error {
	about := &unknownCategory{code: v, column: strconv.Itoa(j), row: row, string: e.features[j].strings}
	if e.names != nil {
		about.column = strconv.Quote(e.names[j])
	}
	return &Error{
		Kind: ErrUnknownCategory, Path: e.path, Found: about.found(e.symbols, nil),
		Want: fmt.Sprintf("one of the %d categories of that column", len(e.features[j].values)),
		Hint: "leave the row out, or refit with handle_unknown", category: about,
	}
}

// found names the value and its place. local are the strings of one call alone.
func (u *unknownCategory) found(s *symbols, local []string) string {
	value := formatFloat(u.code)
	if u.string {
		value = s.describe(u.code, local)
	}
	return fmt.Sprintf("%s in row %d, column %s", value, u.row, u.column)
}

// runColumns runs a method on columns whose rows are x. Rows have no texts of strings that the model does not know, so
// when such a one is refused, they are made again with all texts, for the error to name it.
func (c *compiled) runColumns(m Method, dst, x []float64, columns []Column) error {
	err := c.Run(m, dst, x)
	var e *Error
	if !errors.As(err, &e) || e.category == nil || e.category.code != codeUnknown {
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
	if errors.As(err, &e) && e.category != nil {
		e.Found = e.category.found(c.symbols, unknown)
	}
	return err
}
