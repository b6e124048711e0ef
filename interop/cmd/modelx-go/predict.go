package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/atomicfile"
)

// blockValues is about how many values of the input are computed at a time: 512 KiB.
const blockValues = 1 << 16

type predictFlags struct {
	model, method, input, output, format, gaps string
	header, time                               bool
	repeat, block                              int
}

func newPredict() *cobra.Command {
	var f predictFlags
	cmd := &cobra.Command{
		Use:   "predict --model FILE [flags]",
		Short: "Run a model on rows of numbers and strings",
		Long: `Run a model on rows of CSV or JSON, and write one line of CSV for each.

Without --header every line of CSV has the model's features, in the order of training. With --header
the first line names the columns; they are matched with the model's feature names in any order, and
others are left out. Where the model has no names, the columns must be just its features.

JSON is told by its first character, without --header: objects by the names of the features, one after
the other (JSON lines) or in an array. Features of strings take text as it is. An empty cell of CSV
is a missing value, NaN, and so is null in JSON; among strings, null is None (see --gaps).

Numbers are written so that they read back exactly; labels as they are; bools as true and false.
The input is read and written in blocks, so its size does not matter. When a row is wrong, nothing
of its block is written to standard output, and nothing at all to --output.`,
		Example: `  modelx-go predict --model model.pb --input X.csv > y.csv
  modelx-go predict --model model.pb --method predict_proba --header --input table.csv --output p.csv
  cut -d, -f2- data.csv | modelx-go predict --model model.pb
  echo '{"age": 41, "city": "Oslo"}' | modelx-go predict --model model.pb
  modelx-go predict --model model.pb --input X.csv --time --repeat 10 > /dev/null`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.model, "model", "m", "", "read the model from `FILE`")
	flags.StringVar(&f.method, "method", "predict", "compute `NAME`: predict, predict_proba, predict_log_proba,\n"+
		"decision_function, transform, inverse_transform or score_samples, as the model has")
	flags.StringVarP(&f.input, "input", "i", "-", "read rows of CSV or JSON from `FILE`, - for standard input")
	flags.StringVarP(&f.output, "output", "o", "-", "write to `FILE`, - for standard output")
	flags.BoolVar(&f.header, "header", false, "the first line has the names of the columns")
	flags.StringVar(&f.gaps, "gaps", "", "take a missing string for `VALUE`: none or nan; by default nan in CSV, none in JSON")
	flags.StringVar(&f.format, "format", "csv", "write `FORMAT`: csv, or jsonl, one JSON array (or value) for each row")
	flags.BoolVar(&f.time, "time", false, "tell the time that the model alone took, as JSON on standard error")
	flags.IntVar(&f.repeat, "repeat", 1, "with --time: compute every block `TIMES` times, and tell the fastest")
	flags.IntVar(&f.block, "block", 0, "compute `ROWS` at a time; by default as many as suit the cache")
	_ = cmd.MarkFlagRequired("model") // The flag is there.
	return cmd
}

func (f *predictFlags) run(cmd *cobra.Command) error {
	if f.format != "csv" && f.format != "jsonl" {
		return fmt.Errorf("--format is %q; expected csv or jsonl", f.format)
	}
	if f.repeat < 1 || f.block < 0 {
		return fmt.Errorf("--repeat is %d and --block %d; expected 1 or more, and 0 or more", f.repeat, f.block)
	}
	gaps, err := gapsOf(f.gaps)
	if err != nil {
		return err
	}
	model, err := modelx.Load(f.model)
	if err != nil {
		return fileError{f.model, err}
	}
	answers, err := newAnswers(model, modelx.Method(f.method))
	if err != nil {
		return err
	}
	in := cmd.InOrStdin()
	if f.input != "-" {
		file, err := os.Open(f.input)
		if err != nil {
			return inputError{f.inputName(), err}
		}
		defer file.Close() //nolint:errcheck // nothing was written
		in = file
	}
	var spent timing
	work := func(out io.Writer) error { return f.stream(answers, bufio.NewReaderSize(in, 1<<16), out, gaps, &spent) }
	if f.output == "-" {
		err = work(cmd.OutOrStdout())
	} else {
		err = atomicfile.Write(f.output, work)
	}
	if err != nil {
		if errors.As(err, new(inputError)) {
			return err
		}
		return fileError{f.output, err}
	}
	if f.time {
		spent.Repeat = f.repeat
		if err := spent.print(cmd.ErrOrStderr()); err != nil {
			return fileError{f.output, err}
		}
	}
	return nil
}

// gapsOf is what --gaps says of missing strings; Present where it is not given.
func gapsOf(text string) (modelx.Missing, error) {
	gaps, ok := map[string]modelx.Missing{"": modelx.Present, "none": modelx.MissingNone, "nan": modelx.MissingNaN}[text]
	if !ok {
		return gaps, fmt.Errorf("--gaps is %q; expected none or nan", text)
	}
	return gaps, nil
}

// inputName is the name of the rows in errors.
func (f *predictFlags) inputName() string {
	if f.input == "-" {
		return "standard input"
	}
	return f.input
}

// stream computes and writes block by block.
func (f *predictFlags) stream(
	answers *answers, in *bufio.Reader, out io.Writer, gaps modelx.Missing, spent *timing,
) error {
	features := modelx.FeaturesOf(answers.model)
	if answers.method == modelx.InverseTransform {
		// Its input is what transform gives, which has no names.
		features = modelx.Features{N: answers.model.Columns(modelx.Transform)}
	}
	rows, err := openRows(features, in, f.header, modelx.WithGaps(gaps))
	if err != nil {
		return inputError{f.inputName(), err}
	}
	size := f.block
	if size == 0 {
		size = max(1, blockValues/features.N)
	}
	var b rowBlock
	w := bufio.NewWriterSize(out, 1<<16)
	for {
		columns, err := rows.Read(size)
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err == nil {
			err = b.fill(answers, columns, len(rows.Lines()))
		}
		if err != nil {
			return inputError{f.inputName(), err}
		}
		fastest, err := answers.compute(&b, f.repeat)
		if err != nil {
			return inputError{f.inputName(), answers.culprit(&b, rows.Lines(), err)}
		}
		spent.add(b.rows, fastest)
		if err := answers.write(w, b.rows, f.format == "jsonl"); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
}

// timing is what --time tells.
type timing struct {
	Rows     int     `json:"rows"`
	Repeat   int     `json:"repeat"`
	NsPerRow float64 `json:"ns_per_row"`
	spent    time.Duration
}

func (t *timing) add(rows int, spent time.Duration) {
	t.Rows += rows
	t.spent += spent
}

func (t *timing) print(w io.Writer) error {
	if t.Rows > 0 {
		t.NsPerRow = float64(t.spent.Nanoseconds()) / float64(t.Rows)
	}
	return json.NewEncoder(w).Encode(t)
}
