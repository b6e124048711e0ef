package modelx

import "fmt"

// refusedValue is the error for a finite value that a model, as scikit-learn, does not take.
func refusedValue(path string, row, column int, v float64, want string) error {
	return &Error{
		Kind: ErrRefusedValue, Path: path, Found: fmt.Sprintf("%s in row %d, column %d", formatFloat(v), row, column),
		Want: want, Hint: "leave the row out, or refit on rows like it",
	}
}
