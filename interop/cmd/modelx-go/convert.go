package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	modelx "github.com/modelx-dev/modelx/interop"
)

func newConvert() *cobra.Command {
	var format string
	var level int
	var dropEvidence bool
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write a model in another format",
		Long: `Write a model in another format. The suffix of OUT decides: .pb, .json or .gob, with .gz or .zst after it or
not. IN is recognised by its content. Either may be - for a standard stream; OUT then needs --format.

The model is checked against its evidence first, and OUT is replaced only when the new file is whole.
ONNX is read; the Python package writes it: modelx convert model.pb model.onnx.`,
		Example: `  modelx-go convert model.json model.pb
  modelx-go convert model.pb model.json.zst --level 19
  modelx-go convert model.onnx - --format json | jq .model_spec
  modelx-go convert edited.json model.pb --drop-evidence`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var options []modelx.WriteOption
			if cmd.Flags().Changed("level") {
				options = append(options, modelx.WithLevel(level))
			}
			return convert(cmd, args[0], args[1], format, dropEvidence, options)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&format, "format", "", "format of OUT when it is -: protobuf, json or gob")
	flags.IntVar(&level, "level", 0, "of the compression: 0 to 9 for .gz, 1 to 22 for .zst")
	flags.BoolVar(&dropEvidence, "drop-evidence", false, "leave out the recorded answers, and do not compare with them:\n"+
		"for a model that was edited on purpose, or whose rows are private")
	return cmd
}

func convert(cmd *cobra.Command, from, to, format string, dropEvidence bool, options []modelx.WriteOption) error {
	if (to == "-") != (format != "") {
		return fmt.Errorf("OUT is %q and --format %q; give --format when OUT is -, and only then", to, format)
	}
	compression := modelx.CompressionNone
	if to != "-" {
		// A wrong name is told before a large file is read.
		encoding, err := modelx.EncodingOf(to)
		if err != nil {
			return err
		}
		format, compression = string(encoding.Format), encoding.Compression
	}
	if compression == modelx.CompressionNone && cmd.Flags().Changed("level") {
		return fmt.Errorf("--level is given, and %q is not compressed; add .gz or .zst to it", to)
	}
	if modelx.Format(format) == modelx.FormatONNX {
		_, err := modelx.Marshal(nil, modelx.FormatONNX) // Its error says what to do.
		return err
	}
	data, err := readAll(cmd, from)
	if err != nil {
		return fileError{from, err}
	}
	p, _, err := modelx.Unmarshal(data)
	if err != nil {
		return fileError{from, err}
	}
	if dropEvidence {
		modelx.DropEvidence(p)
	}
	if to == "-" {
		err = modelx.Encode(cmd.OutOrStdout(), p, modelx.Format(format), options...)
	} else {
		err = modelx.Save(to, p, options...)
	}
	if errors.Is(err, modelx.ErrUnknownFormat) {
		return fmt.Errorf("--level: %s", describe(err).Message) // The formats are known by now.
	}
	if err != nil {
		return fileError{from, err}
	}
	if to == "-" || !wantsJSON(cmd) {
		return nil
	}
	return tellWritten(cmd.OutOrStdout(), to)
}

// written is what --json tells of a new file.
type written struct {
	Path        string `json:"path"`
	Format      string `json:"format"`
	Compression string `json:"compression,omitempty"`
	Bytes       int    `json:"bytes"`
	SHA256      string `json:"sha256"`
}

func tellWritten(out io.Writer, path string) error {
	encoding, err := modelx.EncodingOf(path)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fileError{path, err}
	}
	sum := sha256.Sum256(data)
	return json.NewEncoder(out).Encode(written{
		Path: path, Format: string(encoding.Format), Compression: string(encoding.Compression), Bytes: len(data),
		SHA256: hex.EncodeToString(sum[:]),
	})
}

// readAll reads a file or standard input, up to the limit that a model file has.
func readAll(cmd *cobra.Command, path string) ([]byte, error) {
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // nothing was written
		in = file
	}
	// One byte more than the limit, which the decoder then refuses.
	return io.ReadAll(io.LimitReader(in, modelx.DefaultLimits().MaxFileBytes+1))
}
