package grpcserver

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/modelx-dev/modelx/interop/serving"
)

// health is grpc.health.v1. The library's own would let those who watch keep a server from stopping.
type health struct {
	healthpb.UnimplementedHealthServer
	server *Server
}

// state is that of a service; false where there is no such service.
func (h *health) state(service string) (healthpb.HealthCheckResponse_ServingStatus, bool) {
	switch service {
	case "", modelService, inferenceService:
	default:
		return healthpb.HealthCheckResponse_SERVICE_UNKNOWN, false
	}
	if h.server.stopping.Err() != nil {
		return healthpb.HealthCheckResponse_NOT_SERVING, true
	}
	return healthpb.HealthCheckResponse_SERVING, true
}

// Check tells whether a service serves.
func (h *health) Check(_ context.Context, request *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	state, known := h.state(request.GetService())
	if !known {
		return nil, status.Error(codes.NotFound, "unknown service")
	}
	return &healthpb.HealthCheckResponse{Status: state}, nil
}

// List tells of all services.
func (h *health) List(context.Context, *healthpb.HealthListRequest) (*healthpb.HealthListResponse, error) {
	response := &healthpb.HealthListResponse{Statuses: map[string]*healthpb.HealthCheckResponse{}}
	for _, service := range []string{"", modelService, inferenceService} {
		state, _ := h.state(service)
		response.Statuses[service] = &healthpb.HealthCheckResponse{Status: state}
	}
	return response, nil
}

// Watch tells how a service is, and when that changes: once, when the server is told to stop, which ends the stream too.
func (h *health) Watch(request *healthpb.HealthCheckRequest, stream grpc.ServerStreamingServer[healthpb.HealthCheckResponse]) error {
	for first := true; ; first = false {
		// A change after this look is seen by the wait below.
		stopped := h.server.stopping.Err() != nil
		state, known := h.state(request.GetService())
		if first || known {
			if err := stream.Send(&healthpb.HealthCheckResponse{Status: state}); err != nil {
				return err
			}
		}
		if stopped {
			return status.Error(codes.Unavailable, serving.ShuttingDownError().Message)
		}
		select {
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		case <-h.server.stopping.Done():
		}
	}
}
