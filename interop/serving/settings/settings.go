// Package settings reads the server's settings: flags, environment and a TOML file, as docs/serving.md lists them.
package settings

import (
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Settings are what the server runs with. The fields are those of docs/serving.md.
type Settings struct {
	// Model is the model file or the folder of the repository, as the operator gave it.
	Model            string
	Host             string
	GRPCPort         int
	HTTPPort         int
	ModelName        string
	ModelRoot        string
	Load             string
	Watch            bool
	WatchInterval    time.Duration
	Workers          int
	MaxMessageBytes  int64
	MaxRows          int
	MaxInFlight      int
	MaxFileBytes     int64
	ReadTimeout      time.Duration
	IdleTimeout      time.Duration
	ShutdownGrace    time.Duration
	TLSCert          string
	TLSKey           string
	TLSClientCA      string
	PredictTokenFile string
	ReloadTokenFile  string
	LogLevel         string
	LogFormat        string
	LogRequests      string
}

// Error is a setting that cannot be used.
type Error struct {
	Message string
}

func (e *Error) Error() string { return e.Message }

// Defaults are the settings that count where nothing is said.
func Defaults() Settings { return Settings{} }

// AddFlags adds a flag for each setting, and --config and --print-config.
func AddFlags(flags *pflag.FlagSet) {}

// Read is given MODEL_OR_ROOT, and takes each setting from the flags that were given, else from the environment, else from the TOML file that --config
// or MODELX_CONFIG names, else its default, and checks them. lookup is os.LookupEnv. Every error is an [*Error], or, where
// the TOML file cannot be read, the one of package os.
func Read(model string, flags *pflag.FlagSet, lookup func(string) (string, bool)) (*Settings, error) {
	return nil, nil
}

// Plane has what the data plane needs.
func (s *Settings) Plane() serving.Options { return serving.Options{} }

// Print writes what counts, as TOML.
func (s *Settings) Print(w io.Writer) error { return nil }
