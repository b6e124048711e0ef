package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/settings"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
	"github.com/modelx-dev/modelx/interop/serving/tracing"
)

// tracesGrace is how long a collector that does not answer may keep the server from ending.
const tracesGrace = 5 * time.Second

// KilledError tells that a second signal ended the server before its requests were answered.
type KilledError struct{ Signal syscall.Signal }

// Error names the signal.
func (e *KilledError) Error() string {
	return "a second signal ended the server at once: " + signalName(e.Signal)
}

// Run serves until SIGTERM or SIGINT arrives or the context ends, and logs to stderr. version is that of modelx. While it
// runs it takes the process's SIGHUP, SIGTERM and SIGINT.
//
// Errors: those of package modelx for a model file that is refused or cannot be read; a [*ListenError]; errors of package
// os for other files that cannot be read; a [*KilledError]; all others are of the settings.
func Run(ctx context.Context, s *settings.Settings, version string, stderr io.Writer) error {
	log, err := logs.New(stderr, s.LogLevel, s.LogFormat)
	if err != nil {
		return err
	}
	heard := make(chan os.Signal, 4)
	signal.Notify(heard, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(heard)
	traces, err := tracing.Start(ctx, os.LookupEnv, version)
	if err != nil {
		return err
	}
	defer closeTraces(traces, log)
	e := &engine{settings: s, version: version, log: log, traces: traces}
	defer e.close()
	if err := e.listen(); err != nil {
		return err
	}
	return e.run(ctx, heard)
}

func closeTraces(traces *tracing.Tracing, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), tracesGrace)
	defer cancel()
	if err := traces.Close(ctx); err != nil {
		log.Warn("traces were lost", "error", err)
	}
}

// run loads, serves and stops.
func (e *engine) run(ctx context.Context, heard <-chan os.Signal) error {
	if e.traces != nil {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { e.log.Warn("traces", "error", err) }))
	}
	stopped, err := e.load(ctx, heard)
	if err != nil || stopped {
		return err
	}
	e.serve()
	e.noteExposure()
	e.log.Info("serving", "engine", "go", "version", e.version, "grpc_address", address(e.grpcListener),
		"http_address", address(e.httpListener), "pid", os.Getpid())
	working, stopWork := context.WithCancel(ctx)
	defer stopWork()
	reload := e.reloader(working)
	if e.settings.Watch {
		go e.plane.Watch(working)
	}
	name, err := e.wait(ctx, heard, reload)
	if err != nil {
		return err
	}
	stopWork()
	e.log.Info("shutting down", "signal", name)
	if err := e.shutdown(heard); err != nil {
		return err
	}
	e.log.Info("stopped", "signal", name)
	return nil
}

// load makes the data plane. Who is told to stop meanwhile does not wait for it: stopped is true then.
func (e *engine) load(ctx context.Context, heard <-chan os.Signal) (stopped bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := metrics.New()
	loaded := make(chan error, 1)
	go func() {
		plane, err := serving.New(ctx, e.settings.Plane(), serving.Join(logs.Events(e.log), m))
		e.plane = plane
		loaded <- err
	}()
	for {
		select {
		case err := <-loaded:
			if err != nil {
				return false, err
			}
			e.telemetry = telemetry.New(m, e.log, e.settings.LogRequests, e.traces)
			return false, m.Follow(e.plane)
		case s := <-heard:
			if s == syscall.SIGHUP {
				continue // What is being read is new.
			}
			e.log.Info("stopped", "signal", signalName(s))
			cancel()
			<-loaded
			return true, nil
		}
	}
}

// wait returns the name of the signal that says to stop, or nothing when the context ended. SIGHUP reloads.
func (e *engine) wait(ctx context.Context, heard <-chan os.Signal, reload chan<- struct{}) (string, error) {
	for {
		select {
		case s := <-heard:
			if s != syscall.SIGHUP {
				return signalName(s), nil
			}
			select {
			case reload <- struct{}{}:
			default: // One that is yet to begin will read what is there then.
			}
		case err := <-e.failed:
			return "", err
		case <-ctx.Done():
			return "", nil
		}
	}
}

// reloader reloads all models whenever it is told to, one time after the other.
func (e *engine) reloader(ctx context.Context) chan<- struct{} {
	asked := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-asked:
				if err := e.plane.ReloadAll(ctx, serving.TriggerSignal); err != nil && ctx.Err() == nil {
					e.log.Warn("reload ended", "trigger", string(serving.TriggerSignal), "error", err.Error())
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return asked
}

// noteExposure says when everybody who reaches the ports may do everything.
func (e *engine) noteExposure() {
	s := e.settings
	if s.PredictTokenFile+s.ReloadTokenFile+s.TLSClientCA == "" && !isLoopback(s.Host) {
		e.log.Warn("listening beyond this machine without tokens: whoever reaches the ports may predict and reload", "host", s.Host)
	}
}

// signalName is the name that people know a signal by.
func signalName(s os.Signal) string {
	switch s {
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGHUP:
		return "SIGHUP"
	default:
		return fmt.Sprint(s)
	}
}
