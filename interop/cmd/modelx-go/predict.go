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
	model, method, input, output, format string
	header, time                         bool
	repeat, block                        int
}

func newPredict() *cobra.Command {
	var f predictFlags
	cmd := &cobra.Command{
		Use:   "predict --model FILE [flags]",
		Short: "Run a model on rows of numbers",
		Long: `Run a model on rows of CSV, and write one line of CSV for each.

Without --header every line has the model's features, in the order of training. With --header the
first line names the columns; they are matched with the model's feature names in any order, and
others are left out. Where the model has no names, the columns must be just its features.

Numbers are written so that they read back exactly; labels as they are; bools as true and false.
The input is read and written in blocks, so its size does not matter. When a row is wrong, nothing
of its block is written to standard output, and nothing at all to --output.`,
		Example: `  modelx-go predict --model model.pb --input X.csv > y.csv
  modelx-go predict --model model.pb --method predict_proba --header --input table.csv --output p.csv
  cut -d, -f2- data.csv | modelx-go predict --model model.pb
  modelx-go predict --model model.pb --input X.csv --time --repeat 10 > /dev/null`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.model, "model", "m", "", "read the model from `FILE`")
	flags.StringVar(&f.method, "method", "predict", "compute `NAME`: predict, predict_proba, predict_log_proba,\n"+
		"decision_function, transform, inverse_transform or score_samples, as the model has")
	flags.StringVarP(&f.input, "input", "i", "-", "read rows of CSV from `FILE`, - for standard input")
	flags.StringVarP(&f.output, "output", "o", "-", "write to `FILE`, - for standard output")
	flags.BoolVar(&f.header, "header", false, "the first line has the names of the columns")
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
	work := func(out io.Writer) error { return f.stream(model, answers, in, out, &spent) }
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

// inputName is the name of the rows in errors.
func (f *predictFlags) inputName() string {
	if f.input == "-" {
		return "standard input"
	}
	return f.input
}

// stream computes and writes block by block.
func (f *predictFlags) stream(model modelx.Model, answers *answers, in io.Reader, out io.Writer, spent *timing) error {
	names := model.FeatureNames()
	if answers.method == modelx.InverseTransform {
		names = nil // Its input is what transform gives, which has no names.
	}
	width := model.NumFeatures()
	rows, err := newRowReader(in, width, names, f.header)
	if err != nil {
		return inputError{f.inputName(), err}
	}
	size := f.block
	if size == 0 {
		size = max(1, blockValues/width)
	}
	var x []float64
	var lines []int
	w := bufio.NewWriterSize(out, 1<<16)
	for more := true; more; {
		x, lines = x[:0], lines[:0]
		for len(lines) < size {
			var line int
			if x, line, err = rows.appendRow(x); err != nil {
				if more = !errors.Is(err, io.EOF); more {
					return inputError{f.inputName(), err}
				}
				break
			}
			lines = append(lines, line)
		}
		fastest, err := answers.compute(x, len(lines), f.repeat)
		if err != nil {
			return inputError{f.inputName(), answers.culprit(x, lines, err)}
		}
		spent.add(len(lines), fastest)
		if err := answers.write(w, len(lines), f.format == "jsonl"); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
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
