package grpcserver

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"

	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
)

// registerReflection adds the library's reflection, v1 and v1alpha. It needs the right to predict, and ends at shutdown.
func (s *Server) registerReflection() { reflection.Register(guarded{s}) }

// guarded registers services whose streams are handled by the library.
type guarded struct{ server *Server }

// GetServiceInfo is what reflection lists.
func (g guarded) GetServiceInfo() map[string]grpc.ServiceInfo { return g.server.grpc.GetServiceInfo() }

// RegisterService is grpc.ServiceRegistrar's.
func (g guarded) RegisterService(service *grpc.ServiceDesc, implementation any) {
	streams := make([]grpc.StreamDesc, len(service.Streams))
	for i, described := range service.Streams {
		m := &method{fullName: service.ServiceName + "/" + described.StreamName, label: metrics.Other, right: auth.Predict}
		streams[i] = described
		streams[i].Handler = g.server.untilShutdown(m, func(c *call, _ *streamEnd) error {
			return described.Handler(implementation, c.stream)
		})
	}
	g.server.grpc.RegisterService(&grpc.ServiceDesc{
		ServiceName: service.ServiceName, HandlerType: service.HandlerType, Methods: service.Methods, Streams: streams,
		Metadata: service.Metadata,
	}, implementation)
}
