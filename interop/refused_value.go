package modelx

import (
	"fmt"
	"strconv"
)

// refusal is the value that an error about a row is about.
type refusal struct {
	code        float64
	row, column int
	// text: the value is a number of the model's symbols.
	text bool
	// names are those of the features where it was refused, if they have any.
	names []string
	// place says where the value is, once that is known; see compiled.traced.
	place string
}

// found names the value and its place. local are the strings of one call alone.
func (r *refusal) found(s *symbols, local []string) string {
	value, place := formatFloat(r.code), r.place
	if r.text {
		value = s.describe(r.code, local)
	}
	if place == "" {
		place = fmt.Sprintf("in row %d, %s", r.row, columnLabel(r.column, r.names))
	}
	return value + " " + place
}

// refusedAt returns an error of this kind about a value.
func refusedAt(kind Kind, path string, about refusal, want, hint string) error {
	return &Error{
		Kind: kind, Path: path, Found: about.found(new(symbols), nil), Want: want, Hint: hint, value: &about,
	}
}

// nonFiniteInput is the error for NaN or an infinity that a model, as scikit-learn, does not take.
func nonFiniteInput(path string, row, column int, v float64, want string) error {
	return refusedAt(ErrNonFiniteInput, path, refusal{code: v, row: row, column: column}, want, "clean or impute the input first")
}

// refusedValue is the error for a finite value that a model, as scikit-learn, does not take.
func refusedValue(path string, row, column int, v float64, want string) error {
	const hint = "leave the row out, or refit on rows like it"
	return refusedAt(ErrRefusedValue, path, refusal{code: v, row: row, column: column}, want, hint)
}

// columnLabel names a column by its number, and by its name where it has one.
func columnLabel(column int, names []string) string {
	if column < len(names) {
		return fmt.Sprintf("column %d (%s)", column, strconv.Quote(names[column]))
	}
	return fmt.Sprintf("column %d", column)
}
