package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	modelx "github.com/modelx-dev/modelx/interop"
)

func newVerify() *cobra.Command {
	var required bool
	cmd := &cobra.Command{
		Use:   "verify FILE...",
		Short: "Check model files, and compare their answers with the recorded ones",
		Long: `Check model files, and compare their answers with those that scikit-learn gave, which they carry.

One line for each file. Exit code 1 when any of them fails, for whatever reason.`,
		Example: `  modelx-go verify model.pb
  modelx-go verify models/*.pb && deploy
  modelx-go verify --json model.pb | jq '.files[] | select(.ok | not)'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error { return verify(cmd, paths, required) },
	}
	cmd.Flags().BoolVar(&required, "require-evidence", false, "a model without evidence fails too")
	return cmd
}

// verified is what verify tells of a file.
type verified struct {
	Path         string       `json:"path"`
	OK           bool         `json:"ok"`
	ClassName    string       `json:"class_name,omitempty"`
	EvidenceRows int          `json:"evidence_rows"`
	Methods      []string     `json:"methods"`
	Error        *description `json:"error,omitempty"`
}

func verify(cmd *cobra.Command, paths []string, required bool) error {
	files := make([]verified, 0, len(paths))
	failed := false
	for _, path := range paths {
		v := verifyFile(path, required)
		failed = failed || !v.OK
		files = append(files, v)
		if !wantsJSON(cmd) {
			if _, err := fmt.Fprintln(cmd.OutOrStdout(), v.line()); err != nil {
				return fileError{error: err}
			}
		}
	}
	if wantsJSON(cmd) {
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"files": files}); err != nil {
			return fileError{error: err}
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func verifyFile(path string, required bool) verified {
	v := verified{Path: path, Methods: []string{}}
	model, err := modelx.Load(path)
	if err != nil {
		d := describe(fileError{error: err})
		v.Error = &d
		return v
	}
	p := model.Proto()
	v.ClassName = p.GetSource().GetClassName()
	v.EvidenceRows = int(p.GetEvidence().GetRows().GetNRows())
	for _, o := range p.GetEvidence().GetOutputs() {
		v.Methods = append(v.Methods, o.GetMethod())
	}
	if v.OK = v.EvidenceRows > 0 || !required; !v.OK {
		message := "the model has no evidence: export it with modelx.dump"
		v.Error = &description{Kind: string(modelx.ErrEvidence), Message: message}
	}
	return v
}

func (v verified) line() string {
	switch {
	case !v.OK:
		failure := *v.Error
		if failure.Path == v.Path {
			failure.Path = "" // It is at the front of the line already.
		}
		return printable(fmt.Sprintf("FAILED  %s: (%s) %s", v.Path, failure.Kind, failure.text()))
	case v.EvidenceRows == 0:
		return printable(fmt.Sprintf("ok      %s: sound, but it has no evidence to compare with", v.Path))
	default:
		return printable(fmt.Sprintf("ok      %s: %d rows, %s", v.Path, v.EvidenceRows, strings.Join(v.Methods, ", ")))
	}
}
