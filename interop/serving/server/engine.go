package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/grpcserver"
	"github.com/modelx-dev/modelx/interop/serving/httpserver"
	"github.com/modelx-dev/modelx/interop/serving/settings"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
	"github.com/modelx-dev/modelx/interop/serving/tracing"
)

// ListenError is an address that cannot be listened on: mostly a port that is taken.
type ListenError struct {
	Address string
	Err     error
}

// Error names the address.
func (e *ListenError) Error() string { return "cannot listen on " + e.Address + ": " + e.Err.Error() }

// Unwrap returns the system's error.
func (e *ListenError) Unwrap() error { return e.Err }

// engine is both transports over one data plane.
type engine struct {
	settings *settings.Settings
	version  string
	log      *slog.Logger
	// traces is nil where nothing is traced.
	traces    *tracing.Tracing
	telemetry *telemetry.Telemetry
	plane     *serving.Plane
	tokens    *auth.Tokens
	tls       *tls.Config

	// A transport that is turned off has neither listener nor server.
	grpcListener, httpListener net.Listener
	grpc                       *grpcserver.Server
	http                       *http.Server
	// failed has the error of a listener that broke.
	failed chan error
}

// listen reads what the settings name but models, and takes the ports. Nothing is answered yet.
func (e *engine) listen() (err error) {
	s := e.settings
	if e.tokens, err = auth.LoadTokens(s.PredictTokenFile, s.ReloadTokenFile); err != nil {
		return err
	}
	if e.tls, err = auth.TLSConfig(s.TLSCert, s.TLSKey, s.TLSClientCA); err != nil {
		return err
	}
	if e.grpcListener, err = listen(s.Host, s.GRPCPort); err != nil {
		return err
	}
	e.httpListener, err = listen(s.Host, s.HTTPPort)
	return err
}

// listen takes a port, none if it is negative.
func listen(host string, port int) (net.Listener, error) {
	if port < 0 {
		return nil, nil
	}
	address := net.JoinHostPort(host, strconv.Itoa(port))
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener, nil
	}
	// The system's error alone: what stands around it says the address again.
	if system := syscall.Errno(0); errors.As(err, &system) {
		err = system
	}
	return nil, &ListenError{address, err}
}

// address is where a listener is reached, or nothing.
func address(listener net.Listener) string {
	if listener == nil {
		return ""
	}
	return listener.Addr().String()
}

// isLoopback reports whether only this machine reaches a host.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve begins to answer on the ports.
func (e *engine) serve() {
	s := e.settings
	gate := admission.New(s.MaxInFlight)
	e.failed = make(chan error, 2)
	if e.grpcListener != nil {
		e.grpc = grpcserver.New(grpcserver.Config{
			Plane: e.plane, Gate: gate, Telemetry: e.telemetry, Tokens: e.tokens, TLS: e.tls, Version: e.version,
			MaxMessageBytes: int(s.MaxMessageBytes), HandshakeTimeout: s.ReadTimeout,
		})
		go func() {
			if err := e.grpc.Serve(e.grpcListener); err != nil {
				e.failed <- &ListenError{address(e.grpcListener), err}
			}
		}()
	}
	if e.httpListener != nil {
		e.http = httpserver.New(httpserver.Options{
			Plane: e.plane, Gate: gate, Telemetry: e.telemetry, Tokens: e.tokens, Version: e.version,
			MaxMessageBytes: s.MaxMessageBytes, ReadTimeout: s.ReadTimeout, IdleTimeout: s.IdleTimeout,
		})
		listener := e.httpListener
		if e.tls != nil {
			config := e.tls.Clone()
			config.NextProtos = []string{"http/1.1"}
			listener = tls.NewListener(listener, config)
		}
		go func() {
			if err := e.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				e.failed <- &ListenError{address(e.httpListener), err}
			}
		}()
	}
}

// shutdown lets requests under way finish for as long as the settings say, and ends them then. A second signal ends all
// at once.
func (e *engine) shutdown(heard <-chan os.Signal) error {
	e.plane.BeginShutdown()
	ctx, cancel := context.WithTimeout(context.Background(), e.settings.ShutdownGrace)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.finish(ctx)
	}()
	for {
		select {
		case <-done:
			return nil
		case s := <-heard:
			if number, ok := s.(syscall.Signal); ok && number != syscall.SIGHUP {
				return &KilledError{number}
			}
		}
	}
}

// finish stops both transports together, at the latest when the context ends.
func (e *engine) finish(ctx context.Context) {
	// Reloads do not end with their clients' connections.
	defer context.AfterFunc(ctx, e.plane.Close)()
	var both sync.WaitGroup
	if e.grpc != nil {
		both.Go(func() {
			if err := e.grpc.Shutdown(ctx); err != nil {
				e.log.Warn("requests were ended", "protocol", "grpc")
			}
		})
	}
	if e.http != nil {
		both.Go(func() {
			if err := e.http.Shutdown(ctx); err != nil {
				e.log.Warn("requests were ended", "protocol", "http")
				_ = e.http.Close() // Connections are broken off; nobody is left to be told.
			}
		})
	}
	both.Wait()
}

// close gives up what a start that failed has taken. After a shutdown nothing is left to close.
func (e *engine) close() {
	for _, listener := range []net.Listener{e.grpcListener, e.httpListener} {
		if listener != nil {
			_ = listener.Close()
		}
	}
}
