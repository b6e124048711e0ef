package grpcserver

import (
	"context"
	"crypto/tls"
	"net"
	"runtime"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// Config is what a Server is made of. All but Tokens and TLS must be there.
type Config struct {
	Plane     *serving.Plane
	Gate      *admission.Gate
	Telemetry *telemetry.Telemetry
	// Tokens and TLS are nil where neither is asked for.
	Tokens *auth.Tokens
	TLS    *tls.Config
	// Version is that of modelx.
	Version string
	// MaxMessageBytes is the largest request, also after decompression.
	MaxMessageBytes int
	// HandshakeTimeout is how long a new connection may take to be ready.
	HandshakeTimeout time.Duration
}

const (
	maxStreams     = 1000
	maxHeaderBytes = 64 << 10
	// A peer that is silent for so long is asked whether it is there, and has so long to say so.
	silence       = time.Minute
	answerWithin  = 20 * time.Second
	leastPingGap  = 10 * time.Second
	workersPerCPU = 64
)

// Server answers gRPC.
type Server struct {
	Config

	grpc  *grpc.Server
	calls sync.Pool
	// stopping ends when the server is told to stop; stop ends it.
	stopping context.Context
	stop     context.CancelFunc
}

// New makes a server that does not listen yet.
func New(c Config) *Server {
	s := &Server{Config: c}
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.calls.New = func() any { return new(call) }
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(newCodec()),
		grpc.MaxRecvMsgSize(c.MaxMessageBytes),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.ConnectionTimeout(c.HandshakeTimeout),
		grpc.NumStreamWorkers(uint32(workersPerCPU * runtime.GOMAXPROCS(0))),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: silence, Timeout: answerWithin}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: leastPingGap, PermitWithoutStream: true}),
		grpc.UnknownServiceHandler(s.unknown),
	}
	if c.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(c.TLS.Clone())))
	}
	s.grpc = grpc.NewServer(options...)
	s.register()
	return s
}

// Serve answers on a listener until Shutdown or Stop; it closes the listener. The error is the listener's.
func (s *Server) Serve(listener net.Listener) error { return s.grpc.Serve(listener) }

// BeginShutdown makes health say NOT_SERVING, and ends the streams. Requests under way go on.
func (s *Server) BeginShutdown() { s.stop() }

// Shutdown is BeginShutdown; it then takes no new connections and waits for the requests under way. When the context
// ends before they do, they are ended, and the error is the context's.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	done := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		<-done
		return ctx.Err()
	}
}
