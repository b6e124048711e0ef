package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
)

const (
	// DefaultTarget is where a server listens unless it is told otherwise.
	DefaultTarget = "127.0.0.1:8081"
	// DefaultTimeout is for a call with all its attempts, DefaultReloadTimeout for a reload.
	DefaultTimeout       = 10 * time.Second
	DefaultReloadTimeout = 5 * time.Minute
	// DefaultRetries is how often a call that is safe to repeat is made again.
	DefaultRetries = 3

	defaultPort = "8081"
)

// Option is how a [Client] speaks to its server.
type Option func(*settings) error

type settings struct {
	token   string
	tls     *tls.Config
	timeout time.Duration
	reload  time.Duration
	retries int
	gzip    bool
	dial    []grpc.DialOption
}

// WithToken sends a bearer token with each call. It must be visible ASCII, as nothing else fits into a header.
func WithToken(token string) Option {
	return func(s *settings) error {
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("the token has a blank, or another character that no header can carry; expected visible ASCII")
		}
		s.token = token
		return nil
	}
}

// WithTLS speaks TLS. A nil configuration trusts what the system trusts, and checks the server's name.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) error {
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		s.tls = config.Clone()
		return nil
	}
}

// WithTLSFiles speaks TLS as PEM files say: ca has who signed the server's certificate, cert and key are what the client
// shows. Each may be empty, but cert and key belong together. A file that cannot be read is an error of package os.
func WithTLSFiles(ca, cert, key string) Option {
	return func(s *settings) error {
		if s.tls == nil {
			s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		if (cert == "") != (key == "") {
			return errors.New("cert and key belong together; expected both or none of them")
		}
		if ca != "" {
			pem, err := os.ReadFile(ca)
			if err != nil {
				return err
			}
			s.tls.RootCAs = x509.NewCertPool()
			if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
				return fmt.Errorf("%s has no certificate in PEM form", ca)
			}
		}
		if cert != "" {
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return err
			}
			s.tls.Certificates = []tls.Certificate{pair}
		}
		return nil
	}
}

// WithServerName is the name in the server's certificate, where that is not the target's host. It speaks TLS.
func WithServerName(name string) Option {
	return func(s *settings) error {
		if s.tls == nil {
			s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		s.tls.ServerName = name
		return nil
	}
}

// WithTimeout bounds each call with all its attempts, beside the deadline of its context; 0 is no bound. Without this
// option it is [DefaultTimeout], and [DefaultReloadTimeout] for reloads.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout < 0 {
			return fmt.Errorf("timeout is %v; expected 0 or more", timeout)
		}
		s.timeout, s.reload = timeout, timeout
		return nil
	}
}

// WithRetries is how often a call that is safe to repeat is made again; [DefaultRetries] without this option.
func WithRetries(retries int) Option {
	return func(s *settings) error {
		if retries < 0 {
			return fmt.Errorf("retries is %d; expected 0 or more", retries)
		}
		s.retries = retries
		return nil
	}
}

// WithGzip compresses requests; answers are compressed as well then.
func WithGzip() Option {
	return func(s *settings) error {
		s.gzip = true
		return nil
	}
}

// WithDialOptions adds options of grpc-go, such as interceptors.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) error {
		s.dial = append(s.dial, options...)
		return nil
	}
}

func newSettings(options []Option) (*settings, error) {
	s := &settings{timeout: DefaultTimeout, reload: DefaultReloadTimeout, retries: DefaultRetries}
	for _, option := range options {
		if err := option(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// dialOptions are those of grpc-go.
func (s *settings) dialOptions() []grpc.DialOption {
	credential := insecure.NewCredentials()
	if s.tls != nil {
		credential = credentials.NewTLS(s.tls)
	}
	call := []grpc.CallOption{grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32)}
	if s.gzip {
		call = append(call, grpc.UseCompressor(gzip.Name))
	}
	return append([]grpc.DialOption{
		grpc.WithTransportCredentials(credential), grpc.WithDefaultCallOptions(call...),
		// This package retries, as it knows what is safe.
		grpc.WithDisableRetry(), grpc.WithDisableServiceConfig(),
		// A server that restarts is back within a second: don't keep away from it for longer.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
	}, s.dial...)
}

// withPort adds the default port to a host that has none. Other names of gRPC, such as unix:/run/x.sock, stay as they are.
func withPort(target string) string {
	switch host := strings.TrimSuffix(strings.TrimPrefix(target, "["), "]"); {
	case target == "":
		return DefaultTarget
	case strings.HasPrefix(target, "[") && strings.HasSuffix(target, "]"), !strings.ContainsAny(target, ":/"):
		return net.JoinHostPort(host, defaultPort)
	default:
		return target
	}
}
