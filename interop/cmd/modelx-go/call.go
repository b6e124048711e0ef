package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
)

// tokenVariable names the environment's bearer token.
const tokenVariable = "MODELX_TOKEN"

type callFlags struct {
	method, input, path, model, version, gaps   string
	rows                                        []string
	header, probabilities, rollback, tls        bool
	tokenFile, ca, cert, key, serverName, named string
	wait, timeout                               string
	retries                                     int
}

// callActions are what a call may do; each takes the flags of callTakes beside those of the connection.
var callActions = []string{"predict", "info", "reload", "ready"}

var callTakes = map[string][]string{
	"predict": {"method", "input", "row", "header", "gaps", "probabilities", "model", "version"},
	"info":    {"model", "version"},
	"reload":  {"path", "rollback", "model", "version"},
	"ready":   {"wait"},
}

// callExclude are flags of which only one may be given.
var callExclude = [][2]string{{"row", "input"}, {"row", "header"}, {"rollback", "path"}, {"rollback", "version"}}

func newCall() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call [TARGET] predict|info|reload|ready",
		Short: "Ask a server of models",
		Long: `Ask a server of models (modelx serve, modelx-go serve) over gRPC. TARGET is host:port, by default 127.0.0.1:8081.

predict sends rows and prints one line for each, as modelx-go predict does; JSON is objects by the names of the
features, one after the other or in an array, or an array of rows, or an object with one under "features". info tells what serves. reload brings another file or version into service,
and returns when it serves. ready ends with 0 when the server takes requests, else with 1.

The bearer token comes from --token-file or from the variable MODELX_TOKEN.`,
		Example: `  modelx-go call predict --row 5.1,3.5,1.4,0.2
  modelx-go call models.example:8081 predict --input X.csv --method predict_proba --tls > p.csv
  echo '[[5.1, 3.5, 1.4, 0.2]]' | modelx-go call predict --probabilities --json
  echo '{"age": 41, "city": "Oslo"}' | modelx-go call predict --model people
  modelx-go call info --model iris --json
  modelx-go call reload --path new/model.pb --token-file admin.token
  modelx-go call ready --wait 30s`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.method, "method", "", "predict: compute `NAME`: predict (the default), predict_proba, ...: what the model has")
	flags.StringVarP(&f.input, "input", "i", "", "predict: rows, as CSV, .npy or JSON, from `FILE`; - or nothing for standard input")
	flags.StringArrayVar(&f.rows, "row", nil, "predict: a row `V,V,...`, in place of --input; more than once for more")
	flags.BoolVar(&f.header, "header", false, "predict: the first line of the CSV names its columns, which are matched with\n"+
		"the model's feature names in any order")
	flags.StringVar(&f.gaps, "gaps", "", "predict: take a missing string for `VALUE`: none or nan; by default nan in CSV, none in JSON")
	flags.BoolVar(&f.probabilities, "probabilities", false, "predict: of a classifier, a probability for each class too")
	flags.StringVar(&f.path, "path", "", "reload: a file at `PATH` under the server's model root; by default the model's own again")
	flags.BoolVar(&f.rollback, "rollback", false, "reload: bring the model of before the last change back")
	flags.StringVar(&f.wait, "wait", "", "ready: ask until it is, for `DURATION`")
	flags.StringVar(&f.model, "model", "", "the model `NAME`; needless where the server has one only")
	flags.StringVar(&f.version, "version", "", "its `VERSION`; with reload, the one to serve by default, or with --path the one that\n"+
		"the file must have")
	flags.StringVar(&f.tokenFile, "token-file", "", "the bearer token: the first line of `FILE` that is not empty and no # comment")
	flags.BoolVar(&f.tls, "tls", false, "speak TLS, as with each of the next four")
	flags.StringVar(&f.ca, "ca", "", "PEM `FILE`: who signed the server's certificate")
	flags.StringVar(&f.cert, "cert", "", "PEM `FILE`: the certificate to show")
	flags.StringVar(&f.key, "key", "", "PEM `FILE`: its key")
	flags.StringVar(&f.serverName, "server-name", "", "the `NAME` in the server's certificate, if not the target's")
	flags.StringVar(&f.timeout, "timeout", "", "`DURATION` for all attempts of a call: 10s; for a reload: 5m")
	flags.IntVar(&f.retries, "retries", client.DefaultRetries, "ask again `N` times when no server answers, or it has too many requests;\n"+
		"a reload is sent once")
	flags.StringVar(&f.named, "request-id", "", "`ID` of the request in the server's log")
	return cmd
}

// caller is one call that is under way.
type caller struct {
	*callFlags
	cmd    *cobra.Command
	client *client.Client
	json   bool
	// missing is what a missing string is; Present for what the format says.
	missing modelx.Missing
}

func (f *callFlags) run(cmd *cobra.Command, args []string) error {
	target, action, err := callWords(args)
	if err != nil {
		return err
	}
	if err := f.check(cmd, action); err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	wait, err := duration("--wait", f.wait)
	if err != nil {
		return err
	}
	missing, err := gapsOf(f.gaps)
	if err != nil {
		return err
	}
	c, err := client.Dial(target, options...)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // All answers are there.
	call := &caller{callFlags: f, cmd: cmd, client: c, json: wantsJSON(cmd), missing: missing}
	ctx := cmd.Context()
	switch action {
	case "predict":
		return call.predict(ctx)
	case "info":
		return call.info(ctx)
	case "reload":
		return call.reload(ctx)
	default:
		return call.ready(ctx, wait)
	}
}

// callWords tells the target from the action.
func callWords(args []string) (target, action string, err error) {
	action = args[len(args)-1]
	if !slices.Contains(callActions, action) {
		return "", "", fmt.Errorf("%q is no action; expected one of %s", action, strings.Join(callActions, ", "))
	}
	if len(args) > 2 {
		return "", "", fmt.Errorf("there are %d words; expected [TARGET] %s", len(args), strings.Join(callActions, "|"))
	}
	if len(args) == 2 {
		target = args[0]
	}
	return target, action, nil
}

// check refuses flags that the action has no use for, or that exclude each other.
func (f *callFlags) check(cmd *cobra.Command, action string) error {
	for _, other := range callActions {
		for _, name := range callTakes[other] {
			if cmd.Flags().Changed(name) && !slices.Contains(callTakes[action], name) {
				return fmt.Errorf("--%s is for %s, not for %s", name, other, action)
			}
		}
	}
	for _, pair := range callExclude {
		if cmd.Flags().Changed(pair[0]) && cmd.Flags().Changed(pair[1]) {
			return fmt.Errorf("--%s and --%s exclude each other", pair[0], pair[1])
		}
	}
	if f.retries < 0 || f.retries > 100 {
		return fmt.Errorf("--retries is %d; expected 0 to 100", f.retries)
	}
	if f.named != "" || cmd.Flags().Changed("request-id") {
		return client.CheckRequestID(f.named)
	}
	return nil
}

// options are those of the connection.
func (f *callFlags) options() ([]client.Option, error) {
	options := []client.Option{client.WithRetries(f.retries)}
	if token, err := f.token(); err != nil {
		return nil, err
	} else if token != "" {
		options = append(options, client.WithToken(token))
	}
	if f.tls || f.ca != "" || f.cert != "" || f.key != "" {
		options = append(options, client.WithTLSFiles(f.ca, f.cert, f.key))
	}
	if f.serverName != "" {
		options = append(options, client.WithServerName(f.serverName))
	}
	timeout, err := duration("--timeout", f.timeout)
	if timeout > 0 {
		options = append(options, client.WithTimeout(timeout))
	}
	return options, err
}

func (f *callFlags) token() (string, error) {
	if f.tokenFile == "" {
		return os.Getenv(tokenVariable), nil
	}
	data, err := os.ReadFile(f.tokenFile)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		if token := strings.TrimSpace(line); token != "" && !strings.HasPrefix(token, "#") {
			return token, nil
		}
	}
	return "", fmt.Errorf("--token-file: %q has no token", f.tokenFile)
}

// duration reads a flag that is written as the server's settings are. Nothing is 0.
func duration(flag, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no duration; expected one such as 500ms, 30s or 5m", flag, text)
	}
	if d <= 0 {
		return 0, fmt.Errorf("%s: %q is out of range; expected more than 0s", flag, text)
	}
	return d, nil
}

// about are the options of a call that name the model and the request.
func (c *caller) about() []client.CallOption {
	options := []client.CallOption{client.Model(c.model), client.Version(c.version)}
	if c.named != "" {
		options = append(options, client.RequestID(c.named))
	}
	return options
}

// print writes a line to standard output.
func (c *caller) print(line []byte) error {
	if _, err := c.cmd.OutOrStdout().Write(append(line, '\n')); err != nil {
		return fileError{"-", err}
	}
	return nil
}

// note says what is worth knowing, without being in the way of the output.
func (c *caller) note(text string) {
	_, _ = fmt.Fprintf(c.cmd.ErrOrStderr(), "modelx-go: %s\n", printable(text)) // Nobody is left to be told.
}

// ready answers whether the server is, and asks again for as long as there is time to wait.
func (c *caller) ready(ctx context.Context, wait time.Duration) error {
	ready, err := c.client.Ready(ctx)
	if err == nil && !ready && wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		err = c.client.WaitReady(waiting)
		ready = err == nil
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	switch {
	case c.json:
		var w plainjson.Writer
		w.Open('{')
		w.Key("ready")
		w.Boolean(ready)
		w.Close('}')
		err = c.print(w.Buf)
	case ready:
		err = c.print([]byte("ready"))
	default:
		c.note("not ready")
	}
	if err == nil && !ready {
		return errFailed
	}
	return err
}
