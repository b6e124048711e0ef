package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// callBlock is how many rows go in one request.
const callBlock = 8192

// block is rows that go in one request.
type block struct {
	values []float64
	// columns are the rows in place of values, where some are strings or go by names.
	columns []modelx.Column
	rows    int
	// version is the one that must answer; empty for the one that was asked for.
	version string
	// place is where they stand in the input, for errors; it may be empty.
	place string
}

// scored is an answer with what is known of its method.
type scored struct {
	*client.Prediction
	kind modelx.DataType
	// flat tells that there is one value for each row.
	flat bool
}

// predict sends the rows, a block at a time, and prints the answers.
func (c *caller) predict(ctx context.Context) error {
	var before string
	var last *modelxpb.OutputSpec
	answered := false
	err := c.blocks(ctx, func(b block) error {
		p, err := c.score(ctx, b)
		if err != nil {
			return err
		}
		if !answered || p.Version != before {
			if last, err = c.outputOf(ctx, p.Model, p.Version, string(c.methodName())); err != nil {
				return err
			}
			if answered {
				c.note(fmt.Sprintf("version %s answers from here on; version %s did before", p.Version, before))
			}
		}
		answered, before = true, p.Version
		return c.write(typed(p, last))
	})
	if err == nil && !answered {
		c.note("the input has no rows, and so has the output")
	}
	return err
}

func (c *caller) methodName() modelx.Method {
	if c.method == "" {
		return modelx.Predict
	}
	return modelx.Method(c.method)
}

// score asks for one block.
func (c *caller) score(ctx context.Context, b block) (*client.Prediction, error) {
	options := append(c.about(), client.Method(c.methodName()), client.Rows(b.rows))
	if b.version != "" {
		options = append(options, client.Version(b.version))
	}
	if c.probabilities {
		options = append(options, client.Probabilities())
	}
	var p *client.Prediction
	var err error
	if b.columns != nil {
		p, err = c.client.PredictColumns(ctx, b.columns, options...)
	} else {
		p, err = c.client.Predict(ctx, b.values, options...)
	}
	if err != nil && b.place != "" {
		return nil, inputError{b.place, err}
	}
	return p, err
}

// blocks reads the rows, and gives them to one.
func (c *caller) blocks(ctx context.Context, one func(block) error) error {
	if len(c.rows) > 0 {
		t, err := c.taken(ctx)
		if err != nil {
			return err
		}
		b, err := c.rowsOfWords(t)
		if err != nil {
			return inputError{"--row", err}
		}
		return one(b)
	}
	name, in := c.input, io.Reader(nil)
	if name == "" || name == "-" {
		name, in = "standard input", c.cmd.InOrStdin()
	} else {
		file, err := os.Open(name)
		if err != nil {
			return inputError{name, err}
		}
		defer file.Close() //nolint:errcheck // nothing was written
		in = file
	}
	source := bufio.NewReaderSize(in, 1<<16)
	if !c.header && isJSON(source) {
		return c.jsonBlocks(ctx, name, source, one)
	}
	return c.tableBlocks(ctx, name, source, one)
}

// jsonBlocks is blocks for JSON.
func (c *caller) jsonBlocks(ctx context.Context, name string, source *bufio.Reader, one func(block) error) error {
	start, _ := source.Peek(source.Size()) // What is shorter has an error, and is looked at all the same.
	start = bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))
	if hasObjects(start) {
		if bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte("[")) || !bytes.Contains(start, []byte(`"features"`)) {
			return c.objectBlocks(ctx, name, source, one)
		}
	}
	text, err := io.ReadAll(source)
	if err != nil {
		return inputError{name, err}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if hasObjects(text) && !isBody(text) {
		return c.objectBlocks(ctx, name, bufio.NewReader(bytes.NewReader(text)), one)
	}
	return c.arrayBlocks(ctx, name, text, one)
}

// tableBlocks is blocks for CSV, and for .npy.
func (c *caller) tableBlocks(ctx context.Context, name string, source *bufio.Reader, one func(block) error) error {
	t, err := c.taken(ctx)
	if err != nil {
		return inputError{name, err}
	}
	pinned := ""
	if c.header || t.typed() {
		pinned = t.version // What the columns were matched with must be what answers.
	}
	if isNpy(source) {
		return npyBlocks(name, source, t.N, one)
	}
	rows, err := openCSV(t.Features, source, c.header, modelx.WithGaps(c.missing))
	if err != nil {
		return inputError{name, err}
	}
	return t.readBlocks(rows, name, pinned, t.typed(), one)
}

// rowsOfWords reads the rows of the command line, each of which is a line of CSV.
func (c *caller) rowsOfWords(t *taken) (block, error) {
	text := []byte(strings.Join(c.rows, "\n"))
	if t.typed() {
		columns, err := t.FromCSV(text, modelx.WithoutHeader(), modelx.WithGaps(c.missing))
		if err != nil || len(columns) == 0 {
			return block{}, err
		}
		return block{columns: columns, rows: columns[0].Len(), version: t.version}, nil
	}
	features := modelx.Features{N: strings.Count(c.rows[0], ",") + 1}
	columns, err := features.FromCSV(text, modelx.WithoutHeader())
	if err != nil || len(columns) == 0 {
		return block{}, err
	}
	n := columns[0].Len()
	return block{values: appendRowMajor(nil, columns, n), rows: n}, nil
}

// isJSON tells by the first character.
func isJSON(source *bufio.Reader) bool {
	start, _ := source.Peek(64) // What is shorter has an error, and is looked at all the same.
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(start) > 0 && (start[0] == '[' || start[0] == '{')
}

// typed adds to an answer what is known of its method; what is not known, the answer tells itself as far as it goes.
func typed(p *client.Prediction, output *modelxpb.OutputSpec) scored {
	if output != nil {
		return scored{p, modelx.DataType(output.GetType()), output.GetNColumns() == 0}
	}
	kind := modelx.TypeFloat64
	if len(p.Labels) > 0 {
		kind = modelx.TypeString
	}
	return scored{p, kind, p.Columns == 1}
}

func (c *caller) write(s scored) error {
	if c.json {
		return c.print(s.json())
	}
	w := bufio.NewWriter(c.cmd.OutOrStdout())
	cells := answers{kind: s.kind}
	probabilities := answers{kind: modelx.TypeFloat64}
	for i := range s.Rows {
		cells.cell, probabilities.cell = cells.cell[:0], probabilities.cell[:0]
		switch {
		case len(s.OutputColumns) > 0:
			cells.given = s.OutputColumns
			cells.appendTexts(i, false)
		case len(s.Labels) == 0:
			cells.appendValues(s.Row(i), false)
		case s.kind == modelx.TypeString:
			cells.cell = append(cells.cell, quoteCSV(s.Labels[i])...)
		default:
			cells.cell = append(cells.cell, s.Labels[i]...)
		}
		for _, p := range s.ProbabilitiesOf(i) {
			probabilities.cell = append(probabilities.cell, ',')
			probabilities.appendValue(p, false)
		}
		// A writer keeps its first error for Flush.
		_, _ = w.Write(cells.cell)
		_, _ = w.Write(probabilities.cell)
		_ = w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		return fileError{"-", err}
	}
	return nil
}

// json is what POST /predict answers.
func (s scored) json() []byte {
	var w plainjson.Writer
	w.Open('{')
	w.Key("predictions")
	w.Open('[')
	for i := range s.Rows {
		if !s.flat {
			w.Open('[')
		}
		s.values(&w, i)
		if !s.flat {
			w.Close(']')
		}
	}
	w.Close(']')
	w.Key("model_name")
	w.Text(s.Model)
	w.Key("model_version")
	w.Text(s.Version)
	w.Key("timestamp")
	w.Integer(s.Time.Unix())
	w.Key("rows")
	w.Integer(int64(s.Rows))
	w.Key("columns")
	w.Integer(int64(s.Columns))
	if len(s.Probabilities) > 0 {
		w.Key("probabilities")
		w.Open('[')
		for i := range s.Rows {
			w.Open('[')
			for _, p := range s.ProbabilitiesOf(i) {
				w.Double(p)
			}
			w.Close(']')
		}
		w.Close(']')
	}
	w.Close('}')
	return w.Buf
}

// values writes those of a row as what they are.
func (s scored) values(w *plainjson.Writer, i int) {
	if len(s.OutputColumns) > 0 {
		s.texts(w, i)
		return
	}
	if len(s.Labels) > 0 {
		if s.kind == modelx.TypeString {
			w.Text(s.Labels[i])
			return
		}
		w.Next()
		w.Buf = append(w.Buf, s.Labels[i]...)
		return
	}
	for _, v := range s.Row(i) {
		switch s.kind {
		case modelx.TypeInt64:
			w.Integer(int64(v))
		case modelx.TypeBool:
			w.Boolean(v != 0)
		default:
			w.Double(v)
		}
	}
}
