package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/grpclog"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving/server"
	"github.com/modelx-dev/modelx/interop/serving/settings"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve MODEL_OR_ROOT",
		Short: "Answer predictions over gRPC and HTTP",
		Long: `Answer predictions over gRPC and HTTP, until SIGTERM or SIGINT.

MODEL_OR_ROOT is a model file, or a folder of them: ROOT/NAME/VERSION/model.pb, or ROOT/NAME.pb.
Every file is checked in full, and its evidence replayed, before it serves. A new model goes live without
a failed request: by SIGHUP, by the RPC ReloadModel, by POST /reload, or with --watch. A file that is refused
leaves the model of before serving.

gRPC has modelx.v1.ModelService, the Open Inference Protocol v2, health and reflection. HTTP has POST /predict,
GET /model-info, POST /reload, /healthz, /readyz, /metrics and the Open Inference Protocol under /v2.
docs/serving.md is the contract: every code and text.

Each setting is a flag, else MODELX_ and its name in capitals (MODELX_GRPC_PORT), else a key in the TOML
file that --config names (grpc_port). It listens on this machine alone unless --host says otherwise; then give it
--tls-cert and --predict-token-file too. Requests are computed on all cores.`,
		Example: `  modelx-go serve model.pb
  modelx-go serve models/ --watch --host 0.0.0.0 --predict-token-file tokens --tls-cert cert.pem --tls-key key.pem
  modelx-go serve model.pb --grpc-port 0 --http-port -1 --log-requests all
  modelx-go serve model.pb --config serving.toml --print-config

  curl -d '{"features": [[5.1, 3.5, 1.4, 0.2]]}' http://127.0.0.1:8080/predict`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return serve(cmd, args[0]) },
	}
	settings.AddFlags(cmd.Flags())
	return cmd
}

func serve(cmd *cobra.Command, model string) error {
	s, err := settings.Read(model, cmd.Flags(), os.LookupEnv)
	if err != nil {
		return err
	}
	only, err := cmd.Flags().GetBool(settings.PrintFlag)
	if err != nil {
		return err
	}
	if only {
		return s.Print(cmd.OutOrStdout())
	}
	// What the library has to say is about clients that break off; its lines are not the log's.
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	return startError(model, server.Run(cmd.Context(), s, version, cmd.ErrOrStderr()))
}

// startError marks a model file that was refused: at the start of a server it is a bad file, whatever is wrong with it.
func startError(model string, err error) error {
	if typed := (*modelx.Error)(nil); errors.As(err, &typed) && typed.Kind != modelx.ErrIO {
		return refusedError{fileError{model, err}}
	}
	return err
}
