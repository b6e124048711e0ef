package serving

import (
	"context"
	"fmt"
	"math/big"
	"math/bits"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
)

const (
	// fewRows are computed by one goroutine: starting others would take longer than what they save.
	fewRows = 2048
	// fewValues is as fewRows, for rows of few features.
	fewValues = 1 << 15
	// indexedRows is how many labels are numbered between two looks at the context.
	indexedRows = 4096
)

// Predict is [Plane.Predict] by this load, whatever the request's Model and Version are: for transports that must know
// the model before they can read the request.
func (s *Served) Predict(ctx context.Context, request *Request, response *Response) error {
	if request.Rows < 0 {
		return negativeRows(request.Rows)
	}
	return s.answer(ctx, request, response)
}

func negativeRows(rows int64) *Error {
	return NewError(BadRequest, "rows is %d; expected 0 or more", rows)
}

// answer checks a request in the order of the contract, and computes it.
func (s *Served) answer(ctx context.Context, request *Request, response *Response) (err error) {
	s.requests.Add(1)
	defer func() {
		if r := recover(); r != nil {
			err = internal(panicked(r))
		}
	}()
	if err := s.choose(request.Methods, response); err != nil {
		return err
	}
	x, rows := request.Features, 0
	if made := request.Made; made != nil {
		x, rows = made.Values, made.n
	} else if rows, err = s.countNumbers(request, response); err != nil {
		return err
	}
	response.Model, response.Version, response.Rows = s.name, s.version, rows
	for i := range response.Outputs {
		output := &response.Outputs[i]
		if output.Types != nil {
			if output.texts = &response.texts; request.Made != nil {
				output.texts = &request.Made.texts
			}
		}
		output.Values = resize(output.Values, rows*output.Columns)
		if err := s.compute(ctx, output, x, rows, response); err != nil {
			return s.explain(ctx, err, output, x, rows)
		}
	}
	return nil
}

// countNumbers finds out how many rows of numbers there are, which a model that takes strings has no use for but to turn its
// own numbers into strings.
func (s *Served) countNumbers(request *Request, response *Response) (int, error) {
	rows, err := s.countRows(len(request.Features), request.Rows)
	if err != nil {
		return 0, err
	}
	if err := s.CheckRows(rows); err != nil {
		return 0, err
	}
	for i := range response.Outputs {
		out := &response.Outputs[i]
		if s.Strings() > 0 && out.Method != modelx.InverseTransform {
			return 0, NotTextError(0, s.firstString(), "", "a number")
		}
		if out.Types != nil {
			response.texts.Begin(s.model, false)
		}
	}
	return rows, nil
}

// choose makes an output for each method, in the memory of those that were there before.
func (s *Served) choose(methods []modelx.Method, response *Response) error {
	n := max(1, len(methods))
	response.Outputs = slices.Grow(response.Outputs[:0], n)[:n]
	for i := range response.Outputs {
		chosen := s.defaultMethod()
		if len(methods) > 0 {
			var err error
			if chosen, err = s.Method(methods[i]); err != nil {
				return err
			}
		}
		output := &response.Outputs[i]
		output.Method, output.Columns, output.Vector, output.Type, output.Types, output.Indexed, output.Classes =
			chosen.Method, chosen.Columns, chosen.Vector, chosen.Type, chosen.Types, chosen.Indexed, nil
		if chosen.Method == modelx.Predict {
			output.Classes = s.labels
		}
	}
	return nil
}

// countRows finds out how many rows the values are.
func (s *Served) countRows(values int, rows int64) (int, error) {
	if rows == 0 {
		if values%s.width != 0 {
			return 0, NewError(WrongWidth, "features has %d values; expected a multiple of %d", values, s.width)
		}
		return values / s.width, nil
	}
	high, low := bits.Mul64(uint64(rows), uint64(s.width))
	if high != 0 || low != uint64(values) {
		expected := new(big.Int).Mul(big.NewInt(rows), big.NewInt(int64(s.width)))
		return 0, NewError(WrongWidth, "features has %d values for %d rows; expected %s", values, rows, expected)
	}
	return int(rows), nil
}

// CheckRows refuses what are no rows, or too many. Errors: no_rows, too_many_rows.
func (s *Served) CheckRows(rows int) *Error {
	if rows == 0 {
		return NewError(NoRows, "no rows; expected at least one")
	}
	if rows > s.maxRows {
		return NewError(TooManyRows, "%d rows; expected at most %d", rows, s.maxRows)
	}
	return nil
}

// compute runs one method, over several cores where that is worth it. Rows are independent of each other, so that the
// numbers are the same.
func (s *Served) compute(ctx context.Context, output *Output, x []float64, rows int, response *Response) error {
	info := MethodInfo{Method: output.Method, Columns: output.Columns, Types: output.Types, Indexed: output.Indexed}
	parts := min(runtime.GOMAXPROCS(0), rows/fewRows, len(x)/fewValues)
	if parts <= 1 {
		return s.run(ctx, &info, &response.indices, output.Values, x)
	}
	return s.computeParts(ctx, info, output.Values, x, rows, parts)
}

// computeParts gives each core its part of the rows. The error is that of the first part which has one.
func (s *Served) computeParts(ctx context.Context, info MethodInfo, dst, x []float64, rows, parts int) error {
	failures := make([]error, parts)
	var running sync.WaitGroup
	for i := range parts {
		first, end := rows*i/parts, rows*(i+1)/parts
		running.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failures[i] = panicked(r)
				}
			}()
			var indices []int
			failures[i] = s.run(ctx, &info, &indices, dst[first*info.Columns:end*info.Columns], x[first*s.width:end*s.width])
		})
	}
	running.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// panicked makes an error of a defect of modelx itself: one request must not end all others.
func panicked(r any) error { return fmt.Errorf("%v\n%s", r, debug.Stack()) }

// run runs one method. indices is memory for labels that no double holds.
func (s *Served) run(ctx context.Context, info *MethodInfo, indices *[]int, dst, x []float64) error {
	if info.Types != nil {
		return modelx.RunTexts(ctx, s.model, info.Method, dst, x)
	}
	if !info.Indexed {
		return s.model.RunContext(ctx, info.Method, dst, x)
	}
	for len(dst) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := min(len(dst)/info.Columns, indexedRows)
		*indices = resize(*indices, rows*info.Columns)
		if err := s.model.PredictIndex(*indices, x[:rows*s.width]); err != nil {
			return err
		}
		for i, k := range *indices {
			dst[i] = float64(k)
		}
		dst, x = dst[len(*indices):], x[rows*s.width:]
	}
	return nil
}

// explain puts what a model says of its input in the contract's words.
func (s *Served) explain(ctx context.Context, err error, output *Output, x []float64, rows int) error {
	if ended := contextError(err); ended != nil {
		return ended
	}
	if !refusesValue(err) {
		return internal(err)
	}
	info := MethodInfo{Method: output.Method, Columns: output.Columns, Types: output.Types, Indexed: output.Indexed}
	row, err := s.refusedRow(ctx, &info, x, rows)
	if err != nil {
		if ended := contextError(err); ended != nil {
			return ended
		}
		return internal(err)
	}
	values := x[row*s.width : (row+1)*s.width]
	column := s.refusedColumn(ctx, &info, values)
	number := strconv.Itoa(row + 1)
	if column < 0 {
		return NewError(RefusedValue, "row %s has values that the model does not take, or that overflow inside it", number)
	}
	feature := strconv.Itoa(column + 1)
	if names := s.FeatureNames(); len(names) > 0 {
		feature += " (" + Quoted(names[column]) + ")"
	}
	return NewError(
		NonFiniteInput, "row %s, feature %s is %s; expected a finite number", number, feature, plainjson.NonFinite(values[column]),
	)
}

// resize gives n values, in the memory of before where that is enough.
func resize[T any](values []T, n int) []T {
	if cap(values) < n {
		return make([]T, n)
	}
	return values[:n]
}
