// Command modelx-go runs, checks, shows, converts and serves model files of modelx, without Python.
//
// `modelx-go --help` tells more, and so does docs/cli-go.md.
package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteC()
	if err == nil {
		return exitOK
	}
	return fail(stderr, command, args, err)
}

// version is that of the project.
const version = "0.1.0"

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:     "modelx-go",
		Version: version,
		Short:   "Run, check, show, convert and serve models that were trained in scikit-learn",
		Long: `modelx-go runs, checks, shows, converts and serves model files of modelx, without Python.

Files are recognised by their content: protobuf, JSON, ONNX or GOB, in gzip or zstd or not.
A model that carries evidence (rows with scikit-learn's own answers) is compared with it
before it predicts anything.`,
		Example: `  modelx-go predict --model model.pb --method predict_proba --input X.csv > p.csv
  modelx-go verify models/*.pb && deploy
  modelx-go inspect --json model.pb
  modelx-go convert model.json model.pb.zst
  modelx-go serve model.pb
  modelx-go call predict --row 5.1,3.5,1.4,0.2`,
		Args:              cobra.NoArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().Bool("json", false, "print results, and errors, as JSON for scripts")
	root.AddCommand(newPredict(), newVerify(), newInspect(), newConvert(), newServe(), newCall())
	root.SetHelpTemplate(root.HelpTemplate() + exitHelp)
	return root
}

// wantsJSON reports whether --json was given.
func wantsJSON(cmd *cobra.Command) bool {
	given, err := cmd.Flags().GetBool("json")
	return err == nil && given
}
