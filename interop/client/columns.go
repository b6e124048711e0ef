package client

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// PredictColumns is [Client.Predict] for rows given as columns of numbers and strings: by name in any order, where others
// than the model's are left out, or without names in the model's order. [modelx.ColumnsOf] makes columns of structs, and
// [modelx.Features] reads them from CSV and JSON. They must not change before it returns.
//
// Errors: [*Error]; of kind [MissingColumn], [NotNumeric] and [NotText] for columns that do not suit the model, with the
// column's name in the text.
func (c *Client) PredictColumns(ctx context.Context, columns []modelx.Column, options ...CallOption) (*Prediction, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	request, err := call.columnsRequest(columns)
	if err != nil {
		return nil, err
	}
	return c.predict(ctx, call, request)
}

// SendColumns is Send for rows given as columns, as [Client.PredictColumns] takes them.
func (s *Stream) SendColumns(columns []modelx.Column) error {
	request, err := s.call.columnsRequest(columns)
	if err != nil {
		return err
	}
	return s.send(request)
}

func (c *call) columnsRequest(columns []modelx.Column) (*modelxpb.PredictRequest, error) {
	request := c.request(nil)
	request.Columns = make([]*modelxpb.Column, len(columns))
	for i := range columns {
		message, err := messageOf(&columns[i], i)
		if err != nil {
			err.RequestID = c.requestID
			return nil, err
		}
		request.Columns[i] = message
	}
	return request, nil
}

// messageOf is a column as requests have it. What is missing has 0, "" or false in its place.
func messageOf(column *modelx.Column, i int) (*modelxpb.Column, *Error) {
	m := &modelxpb.Column{
		Name: column.Name, Doubles: column.Float64s, Ints: column.Int64s, Bools: column.Bools, Strings: column.Strings,
	}
	if n := len(column.Missing); n > 0 && n != column.Len() {
		return nil, refusedColumn(BadRequest, column, i, fmt.Sprintf("%d marks of missing values; expected %d", n, column.Len()))
	}
	for row, missing := range column.Missing {
		switch missing {
		case modelx.MissingNone:
			m.NoneRows = append(m.NoneRows, uint32(row))
		case modelx.MissingNaN:
			m.NanRows = append(m.NanRows, uint32(row))
		default:
		}
	}
	if len(m.GetNoneRows())+len(m.GetNanRows()) > 0 {
		m.Doubles, m.Ints = cleared(m.GetDoubles(), column.Missing), cleared(m.GetInts(), column.Missing)
		m.Bools, m.Strings = cleared(m.GetBools(), column.Missing), cleared(m.GetStrings(), column.Missing)
	}
	for _, text := range m.GetStrings() {
		if !utf8.ValidString(text) {
			return nil, refusedColumn(NotText, column, i, "text that is not UTF-8")
		}
	}
	return m, nil
}

// cleared are values with zeros in the place of those that are missing: a copy where that is something else.
func cleared[T comparable](values []T, missing []modelx.Missing) []T {
	var zero T
	out, copied := values, false
	for row, v := range values {
		if row >= len(missing) || missing[row] == modelx.Present || v == zero {
			continue
		}
		if !copied {
			out, copied = append([]T(nil), values...), true
		}
		out[row] = zero
	}
	return out
}

// refusedColumn is the error for a column that cannot be sent.
func refusedColumn(kind Kind, column *modelx.Column, i int, found string) *Error {
	label := strconv.Itoa(i + 1)
	if column.Name != "" {
		label = strconv.Quote(column.Name)
	}
	return &Error{Code: codes.InvalidArgument, Kind: kind, Message: "column " + label + " has " + found}
}

// columnOf is a column of an answer.
func columnOf(m *modelxpb.Column) modelx.Column {
	c := modelx.Column{Name: m.GetName(), Float64s: m.GetDoubles(), Int64s: m.GetInts(), Bools: m.GetBools(), Strings: m.GetStrings()}
	mark := func(rows []uint32, missing modelx.Missing) {
		for _, row := range rows {
			if int64(row) >= int64(c.Len()) {
				continue // Another server's defect.
			}
			if c.Missing == nil {
				c.Missing = make([]modelx.Missing, c.Len())
			}
			c.Missing[row] = missing
		}
	}
	mark(m.GetNoneRows(), modelx.MissingNone)
	mark(m.GetNanRows(), modelx.MissingNaN)
	return c
}
