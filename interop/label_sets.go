package modelx

import (
	"fmt"
	"slices"
)

// LabelSets returns the columns of rows that are sets of labels, as a MultiLabelBinarizer of strings takes them: n columns,
// n being the model's NumFeatures, in which each row has its labels, in their order, and [MissingNone] after them.
//
//	columns, err := modelx.LabelSets(model.NumFeatures(), [][]string{{"comedy", "drama"}, {}})
//
// A label that a set has several times counts once. A set of more than n labels is an *[Error] of kind [ErrWrongWidth]: some
// of them are none of the model's, which change nothing and may be left out.
func LabelSets(n int, sets [][]string) ([]Column, error) {
	columns := make([]Column, max(n, 0))
	for j := range columns {
		columns[j] = Column{Strings: make([]string, len(sets)), Missing: slices.Repeat([]Missing{MissingNone}, len(sets))}
	}
	for row, set := range sets {
		at := 0
		for i, label := range set {
			if slices.Contains(set[:i], label) {
				continue
			}
			if at == len(columns) {
				return nil, &Error{
					Kind: ErrWrongWidth, Found: fmt.Sprintf("over %d labels in row %d", at, row), Want: fmt.Sprintf("at most %d", n),
					Hint: "leave out labels that the model does not know",
				}
			}
			columns[at].Strings[row], columns[at].Missing[row] = label, Present
			at++
		}
	}
	return columns, nil
}
