// Package settings reads the server's settings: flags, environment and a TOML file, as docs/serving.md lists them.
package settings

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"

	"github.com/modelx-dev/modelx/interop/serving"
)

// ConfigFlag and PrintFlag are flags that are no settings: the TOML file, and that the settings are printed.
const (
	ConfigFlag = "config"
	PrintFlag  = "print-config"
)

const configVariable = "MODELX_CONFIG"

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

	values map[string]any
}

// Error is a setting that cannot be used: what was found where, and what was expected.
type Error struct {
	Message string
}

func (e *Error) Error() string { return e.Message }

func refuse(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Defaults are the settings that count where nothing is said.
func Defaults() Settings {
	var s Settings
	s.values = make(map[string]any, len(table))
	for _, row := range table {
		s.set(row, row.value())
	}
	return s
}

func (s *Settings) set(row setting, v any) {
	s.values[row.name] = v
	put(row.field(s), v)
}

// raw is the text that a flag was given.
type raw struct {
	text string
	name string
}

func (r *raw) String() string     { return r.text }
func (r *raw) Set(s string) error { r.text = s; return nil }
func (r *raw) Type() string       { return r.name }

// AddFlags adds a flag for each setting, and --config and --print-config.
func AddFlags(flags *pflag.FlagSet) {
	for _, row := range table {
		flag := flags.VarPF(&raw{row.initial, row.kind.placeholder()}, row.flag(), "", row.help)
		if _, ok := row.kind.(toggle); ok {
			flag.NoOptDefVal = "true"
		}
	}
	flags.Var(&raw{"", "FILE"}, ConfigFlag, "A TOML file with settings.")
	flags.Bool(PrintFlag, false, "Print the settings that count, as TOML, and end.")
}

// Read is given MODEL_OR_ROOT, and takes each setting from the flags that were given, else from the environment, else from
// the TOML file that --config or MODELX_CONFIG names, else its default, and checks them. lookup is os.LookupEnv. Every error
// is an [*Error], or, where the TOML file cannot be read, the one of package os.
func Read(model string, flags *pflag.FlagSet, lookup func(string) (string, bool)) (*Settings, error) {
	path, _ := lookup(configVariable)
	if flag := flags.Lookup(ConfigFlag); flag != nil && flag.Changed {
		path = flag.Value.String()
	}
	document, err := readFile(path)
	if err != nil {
		return nil, err
	}
	s := Defaults()
	s.Model = model
	sources := make(map[string]string)
	for _, row := range table {
		source, given, v, ok := pick(row, flags, lookup, document, path)
		if source == "" {
			continue
		}
		if !ok {
			return nil, refuse("%s is %s; expected %s", source, found(given), row.kind.expected())
		}
		s.set(row, v)
		sources[row.name] = source
	}
	if err := s.check(sources); err != nil {
		return nil, err
	}
	return &s, nil
}

// pick finds where a setting is given. source is empty where it is not; ok is false for a value that is wrong.
func pick(row setting, flags *pflag.FlagSet, lookup func(string) (string, bool), document map[string]any, path string) (
	source string, given, v any, ok bool,
) {
	if flag := flags.Lookup(row.flag()); flag != nil && flag.Changed {
		v, ok = row.kind.parse(flag.Value.String())
		return "flag --" + row.flag(), flag.Value.String(), v, ok
	}
	if text, is := lookup(row.variable()); is {
		v, ok = row.kind.parse(text)
		return "environment " + row.variable(), text, v, ok
	}
	if given, is := document[row.name]; is {
		v, ok = row.kind.take(given)
		return fmt.Sprintf("key %s of %s", row.name, path), given, v, ok
	}
	return "", nil, nil, false
}

// readFile reads the TOML file; no path is no file.
func readFile(path string) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, refuse("%s is not valid TOML: it is no UTF-8", path)
	}
	var document map[string]any
	if err := toml.Unmarshal(data, &document); err != nil {
		return nil, refuse("%s is not valid TOML: %v", path, err)
	}
	names := make([]string, len(table))
	for i, row := range table {
		names[i] = row.name
	}
	for _, key := range slices.Sorted(maps.Keys(document)) {
		if !slices.Contains(names, key) {
			return nil, refuse("key %s of %s is unknown; expected one of %s", key, path, strings.Join(names, ", "))
		}
	}
	return document, nil
}

// check refuses settings that contradict each other.
func (s *Settings) check(sources map[string]string) error {
	if s.Model == "" {
		return refuse("MODEL_OR_ROOT is empty; expected a model file or a folder")
	}
	if s.GRPCPort == s.HTTPPort && s.GRPCPort != 0 {
		var both []string
		for _, name := range []string{"grpc_port", "http_port"} {
			if source, ok := sources[name]; ok {
				both = append(both, source)
			}
		}
		wanted := "another port for each"
		if s.GRPCPort < 0 {
			wanted = "at least one of the two ports"
		}
		return refuse("%s: gRPC and HTTP are both on port %d; expected %s", serving.Listed(both), s.GRPCPort, wanted)
	}
	for _, pair := range []struct{ name, value, needed, other string }{
		{"tls_cert", s.TLSCert, "tls_key", s.TLSKey},
		{"tls_key", s.TLSKey, "tls_cert", s.TLSCert},
		{"tls_client_ca", s.TLSClientCA, "tls_cert", s.TLSCert},
	} {
		if pair.value != "" && pair.other == "" {
			return refuse("%s is set and %s is not; expected both", sources[pair.name], pair.needed)
		}
	}
	return nil
}

// Plane has what the data plane needs.
func (s *Settings) Plane() serving.Options {
	return serving.Options{
		Path: s.Model, ModelName: s.ModelName, ModelRoot: s.ModelRoot, Load: serving.LoadPolicy(s.Load), MaxRows: s.MaxRows,
		MaxFileBytes: s.MaxFileBytes, WatchInterval: s.WatchInterval,
	}
}

// Print writes what counts, as TOML: settings of Read or Defaults, not fields that were changed since.
func (s *Settings) Print(w io.Writer) error {
	for _, row := range table {
		if _, err := fmt.Fprintf(w, "%s = %s\n", row.name, row.kind.show(s.values[row.name])); err != nil {
			return err
		}
	}
	return nil
}
