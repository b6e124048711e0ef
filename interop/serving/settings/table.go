package settings

import (
	"math"
	"strings"
	"time"
)

// setting is one row of the table that flags, environment variables, keys of the TOML file and what is printed are made of.
type setting struct {
	name    string
	kind    kind
	initial string
	help    string
	// field is where the value goes: a pointer to a string, int, int64, bool or time.Duration.
	field func(*Settings) any
}

func (s setting) flag() string     { return strings.ReplaceAll(s.name, "_", "-") }
func (s setting) variable() string { return "MODELX_" + strings.ToUpper(s.name) }

// value is the default as parse gives it.
func (s setting) value() any {
	v, _ := s.kind.parse(s.initial)
	return v
}

var (
	port = integer{-1, 65535, "PORT"}
	file = text{"FILE"}
)

func count(high int64) integer { return integer{1, high, "N"} }

// table has the settings in the order of docs/serving.md.
var table = []setting{
	{"host", text{"ADDRESS"}, "127.0.0.1", "The address to listen on.", func(s *Settings) any { return &s.Host }},
	{"grpc_port", port, "8081", "Where gRPC answers; 0 takes a free port, -1 turns gRPC off.", func(s *Settings) any { return &s.GRPCPort }},
	{"http_port", port, "8080", "Where HTTP answers; 0 takes a free port, -1 turns HTTP off.", func(s *Settings) any { return &s.HTTPPort }},
	{"model_name", text{"NAME"}, "", "The name of a single file's model.", func(s *Settings) any { return &s.ModelName }},
	{"model_root", text{"FOLDER"}, "", "Where reload may take files from.", func(s *Settings) any { return &s.ModelRoot }},
	{
		"load", choice{"WHICH", []string{"all", "latest", "none"}}, "all", "Which versions of a folder: all, latest or none.",
		func(s *Settings) any { return &s.Load },
	},
	{"watch", toggle{}, "false", "Load files that change.", func(s *Settings) any { return &s.Watch }},
	{"watch_interval", duration{}, "1s", "How often to look.", func(s *Settings) any { return &s.WatchInterval }},
	{"workers", count(1024), "1", "Processes of the Python engine; Go uses all cores in one.", func(s *Settings) any { return &s.Workers }},
	// gRPC keeps the size of a message in 32 bits.
	{
		"max_message_bytes", count(math.MaxInt32), "67108864", "Largest request, also after decompression.",
		func(s *Settings) any { return &s.MaxMessageBytes },
	},
	{"max_rows", count(math.MaxInt32), "100000", "Most rows in a request.", func(s *Settings) any { return &s.MaxRows }},
	{
		"max_in_flight", count(math.MaxInt32), "256", "Most predictions at a time, in each process.",
		func(s *Settings) any { return &s.MaxInFlight },
	},
	{
		"max_file_bytes", count(math.MaxInt64), "1073741824", "Largest model file, also after decompression.",
		func(s *Settings) any { return &s.MaxFileBytes },
	},
	{
		"read_timeout", duration{}, "30s", "For the head and for the body of an HTTP request, and for a handshake.",
		func(s *Settings) any { return &s.ReadTimeout },
	},
	{"idle_timeout", duration{}, "75s", "After which an idle HTTP connection is closed.", func(s *Settings) any { return &s.IdleTimeout }},
	{
		"shutdown_grace", duration{zero: true}, "30s", "How long requests under way may take to finish at the end.",
		func(s *Settings) any { return &s.ShutdownGrace },
	},
	{"tls_cert", file, "", "The server's certificate (PEM); both ports speak TLS then.", func(s *Settings) any { return &s.TLSCert }},
	{"tls_key", file, "", "The certificate's private key (PEM).", func(s *Settings) any { return &s.TLSKey }},
	{
		"tls_client_ca", file, "", "Clients must show a certificate that one of these (PEM) signed.",
		func(s *Settings) any { return &s.TLSClientCA },
	},
	{"predict_token_file", file, "", "Tokens that may predict, one on a line.", func(s *Settings) any { return &s.PredictTokenFile }},
	{
		"reload_token_file", file, "", "Tokens that may reload as well, one on a line.",
		func(s *Settings) any { return &s.ReloadTokenFile },
	},
	{
		"log_level", choice{"LEVEL", []string{"debug", "info", "warning", "error"}}, "info", "debug, info, warning or error.",
		func(s *Settings) any { return &s.LogLevel },
	},
	{
		"log_format", choice{"FORMAT", []string{"json", "text"}}, "json", "json or text, to standard error.",
		func(s *Settings) any { return &s.LogFormat },
	},
	{
		"log_requests", choice{"WHICH", []string{"all", "errors", "none"}}, "errors", "Requests in the log: all, errors or none.",
		func(s *Settings) any { return &s.LogRequests },
	},
}

// put writes a value that a kind gave to its field.
func put(field, v any) {
	switch field := field.(type) {
	case *string:
		*field = v.(string)
	case *int:
		*field = int(v.(int64))
	case *int64:
		*field = v.(int64)
	case *bool:
		*field = v.(bool)
	case *time.Duration:
		*field = v.(milliseconds).duration()
	}
}
