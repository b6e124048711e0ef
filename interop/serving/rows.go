package serving

import (
	"slices"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
)

// Rows are rows of one model that a transport makes of strings and numbers. Their memory is used again.
type Rows struct {
	// Values are the rows, one after the other. Numbers stand for strings.
	Values []float64
	n      int
	texts  modelx.Texts
}

// Begin makes room for n rows of zeros, which these methods are for. Errors: no_rows, too_many_rows.
func (r *Rows) Begin(s *Served, n int, methods []modelx.Method) *Error {
	if err := s.CheckRows(n); err != nil {
		return err
	}
	r.n = n
	r.Values = resize(r.Values, n*s.width)
	clear(r.Values)
	r.texts.Begin(s.model, s.GivesTexts(methods))
	return nil
}

// Number is what stands for a string, which is not kept.
func (r *Rows) Number(text string) float64 { return r.texts.Number(text) }

// Kept is how many numbers there is memory for.
func (r *Rows) Kept() int { return cap(r.Values) }

// ChosenGap is what a gap among strings means, by what a request says of it: "none" or "nan". Errors: bad_request.
func ChosenGap(said string) (modelx.Missing, *Error) {
	switch said {
	case "none":
		return modelx.MissingNone, nil
	case "nan":
		return modelx.MissingNaN, nil
	default:
		return modelx.Present, NewError(BadRequest, `gaps is %s; expected "none" or "nan"`, Quoted(said))
	}
}

// IsInverse tells whether inverse_transform is among methods: its rows are numbers alone.
func IsInverse(methods []modelx.Method) bool {
	return slices.Contains(methods, modelx.InverseTransform)
}

// NotNumericError is about a value, whose places count from 0. what says what it is, such as "an array"; feature is a name
// or empty.
func NotNumericError(row, column int, feature, what string) *Error {
	return NewError(NotNumeric, "%sis %s; expected a number", Place(row, column, feature), what)
}

// NotTextError is NotNumericError for a feature of strings.
func NotTextError(row, column int, feature, what string) *Error {
	return NewError(NotText, "%sis %s; expected a string or null", Place(row, column, feature), what)
}

// Place names a value in a text, with a blank at its end. It counts from 0, the text from 1; feature is a name or empty.
func Place(row, column int, feature string) string {
	text := "row " + strconv.Itoa(row+1) + ", feature " + strconv.Itoa(column+1)
	if feature != "" {
		text += " (" + Quoted(feature) + ")"
	}
	return text + " "
}
