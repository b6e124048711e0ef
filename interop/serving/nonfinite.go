package serving

import (
	"context"
	"errors"
	"math"

	modelx "github.com/modelx-dev/modelx/interop"
)

// refusesValue reports whether an error says that the model does not take a number of a row.
func refusesValue(err error) bool {
	return errors.Is(err, modelx.ErrNonFiniteInput) || errors.Is(err, modelx.ErrRefusedValue) || errors.Is(err, modelx.ErrUnknownCategory)
}

// refusedRow finds the first row that the model refuses, by trying each alone: what the model says of many at once may
// be about a later one.
func (s *Served) refusedRow(ctx context.Context, info *MethodInfo, x []float64, rows int) (int, error) {
	var indices []int
	dst := make([]float64, info.Columns)
	for row := range rows {
		err := s.run(ctx, info, &indices, dst, x[row*s.width:(row+1)*s.width])
		if err == nil {
			continue
		}
		if !refusesValue(err) {
			return 0, err
		}
		return row, nil
	}
	return 0, errors.New("rows that the model refuses together are taken one by one")
}

// refusedColumn finds the first number of a row that is NaN or infinite and that the model refuses when zeros stand for the
// others, else the first at all; -1 for a row without any, or one with strings that is refused whatever its numbers are.
func (s *Served) refusedColumn(ctx context.Context, info *MethodInfo, row []float64) int {
	var indices []int
	dst := make([]float64, info.Columns)
	alone := make([]float64, len(row))
	inverse := info.Method == modelx.InverseTransform
	// What is missing among strings is NaN, and what nobody reads may be.
	wrong := func(i int, v float64) bool {
		return (math.IsNaN(v) || math.IsInf(v, 0)) && (inverse || s.Reads(i) && s.Type(i) != modelx.TypeString)
	}
	for i, v := range row {
		if !wrong(i, v) {
			alone[i] = v
		}
	}
	if s.Strings() > 0 {
		if err := s.run(ctx, info, &indices, dst, alone); refusesValue(err) {
			return -1 // It has something else that is refused, such as a category that is not known.
		}
	}
	first := -1
	for i, v := range row {
		if !wrong(i, v) {
			continue
		}
		if first < 0 {
			first = i
		}
		alone[i] = v
		if err := s.run(ctx, info, &indices, dst, alone); refusesValue(err) {
			return i
		}
		alone[i] = 0
	}
	return first
}
