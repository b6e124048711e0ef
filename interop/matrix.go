package modelx

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// RunDense applies a method of a model to the rows of x, and returns a new matrix of as many rows and
// m.Columns(method) columns. Its errors are those of [Model.Run].
//
// A row-major matrix, such as a *mat.Dense whose rows stand without gaps, is read in place; any other is copied first.
func RunDense(m Model, method Method, x mat.Matrix) (*mat.Dense, error) {
	if m == nil || x == nil {
		return nil, &Error{Kind: ErrNotNumeric, Found: "nil", Want: "a model and a matrix"}
	}
	rows, columns := dims(x)
	if columns != m.NumFeatures() || rows == 0 {
		return nil, &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("a %d x %d matrix", rows, columns),
			Want: fmt.Sprintf("at least one row of %d values", m.NumFeatures()),
		}
	}
	if !m.Has(method) {
		return nil, m.Run(method, nil, nil)
	}
	dst := make([]float64, rows*m.Columns(method))
	if err := m.Run(method, dst, rowMajor(x, rows, columns)); err != nil {
		return nil, err
	}
	return mat.NewDense(rows, m.Columns(method), dst), nil
}

// dims is x.Dims, and 0 x 0 for a nil *mat.Dense, whose Dims panics.
func dims(x mat.Matrix) (rows, columns int) {
	if d, ok := x.(*mat.Dense); ok && d == nil {
		return 0, 0
	}
	return x.Dims()
}

// rowMajor returns the values of x row by row, without a copy where they are kept so.
func rowMajor(x mat.Matrix, rows, columns int) []float64 {
	if raw, ok := x.(mat.RawMatrixer); ok {
		if r := raw.RawMatrix(); r.Rows == rows && r.Cols == columns && r.Stride == columns && len(r.Data) >= rows*columns {
			return r.Data[:rows*columns]
		}
	}
	values := make([]float64, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			values = append(values, x.At(i, j))
		}
	}
	return values
}
