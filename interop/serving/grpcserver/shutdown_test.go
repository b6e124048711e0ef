package grpcserver

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/modelx-dev/modelx/interop/serving"
)

func TestHealth(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	client := healthpb.NewHealthClient(r.conn)
	services := []string{"", "modelx.v1.ModelService", "inference.GRPCInferenceService"}
	check := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		for _, service := range services {
			answer, err := client.Check(wait(t), &healthpb.HealthCheckRequest{Service: service})
			requireNone(t, err)
			if answer.GetStatus() != want {
				t.Fatalf("%q is %v", service, answer.GetStatus())
			}
		}
	}
	check(healthpb.HealthCheckResponse_SERVING)
	list, err := client.List(wait(t), &healthpb.HealthListRequest{})
	requireNone(t, err)
	if len(list.GetStatuses()) != len(services) {
		t.Fatalf("the list is %v", list)
	}
	_, err = client.Check(wait(t), &healthpb.HealthCheckRequest{Service: "x"})
	requireStatus(t, err, codes.NotFound, "unknown service")

	watch, err := client.Watch(wait(t), &healthpb.HealthCheckRequest{})
	requireNone(t, err)
	unknown, err := client.Watch(wait(t), &healthpb.HealthCheckRequest{Service: "x"})
	requireNone(t, err)
	first, err := watch.Recv()
	requireNone(t, err)
	none, err := unknown.Recv()
	requireNone(t, err)
	if first.GetStatus() != healthpb.HealthCheckResponse_SERVING || none.GetStatus() != healthpb.HealthCheckResponse_SERVICE_UNKNOWN {
		t.Fatalf("the states are %v and %v", first, none)
	}
	r.BeginShutdown()
	check(healthpb.HealthCheckResponse_NOT_SERVING)
	second, err := watch.Recv()
	requireNone(t, err)
	if second.GetStatus() != healthpb.HealthCheckResponse_NOT_SERVING {
		t.Fatalf("the state is %v", second)
	}
	for _, stream := range []interface {
		Recv() (*healthpb.HealthCheckResponse, error)
	}{watch, unknown} {
		_, err = stream.Recv()
		requireStatus(t, err, codes.Unavailable, "the server is shutting down")
	}
}

func TestReflection(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	want := []string{
		"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
		"inference.GRPCInferenceService", "modelx.v1.ModelService",
	}
	stream, err := reflectionpb.NewServerReflectionClient(r.conn).ServerReflectionInfo(wait(t))
	requireNone(t, err)
	requireNone(t, stream.Send(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{},
	}))
	answer, err := stream.Recv()
	requireNone(t, err)
	var names []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Fatalf("the services are %q", names)
	}
	for _, m := range methods() {
		requireNone(t, stream.Send(&reflectionpb.ServerReflectionRequest{
			MessageRequest: &reflectionpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: m.service + "." + m.name},
		}))
		answer, err := stream.Recv()
		requireNone(t, err)
		if len(answer.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 {
			t.Fatalf("%s is not described: %v", m.fullName, answer)
		}
	}
	// The older version has the same messages.
	alpha, err := r.conn.NewStream(wait(t), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true},
		"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
	requireNone(t, err)
	requireNone(t, alpha.SendMsg(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{},
	}))
	old := new(reflectionpb.ServerReflectionResponse)
	requireNone(t, alpha.RecvMsg(old))
	if len(old.GetListServicesResponse().GetService()) != len(want) {
		t.Fatalf("the services are %v", old)
	}
	// Who reflects does not keep the server from stopping.
	r.BeginShutdown()
	_, err = stream.Recv()
	requireStatus(t, err, codes.Unavailable, "the server is shutting down")
}

// All methods of the schema are answered, and of the kind that the schema says.
func TestMethodsAreComplete(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	for name, info := range r.grpc.GetServiceInfo() {
		if name != modelService && name != inferenceService {
			continue
		}
		described := 0
		for _, m := range methods() {
			if m.service == name {
				described++
			}
		}
		if schema := schemaMethods(t, name); described != len(schema) || len(info.Methods) != len(schema) {
			t.Errorf("%s has %d methods, %d in the schema", name, len(info.Methods), len(schema))
		} else {
			for _, m := range info.Methods {
				if streams, ok := schema[m.Name]; !ok || streams != m.IsClientStream || streams != m.IsServerStream {
					t.Errorf("%s/%s is not what the schema says", name, m.Name)
				}
			}
		}
	}
}

func TestShutdown(t *testing.T) {
	r := start(t, repository(t, line(), slow()), nil)
	idle, err := r.model.PredictStream(wait(t))
	requireNone(t, err)
	requireNone(t, idle.Send(predictRequest("line", 1, 2)))
	_, err = idle.Recv()
	requireNone(t, err)
	busy, err := r.model.PredictStream(wait(t))
	requireNone(t, err)
	requireNone(t, busy.Send(slowRequest(3_000)))
	answered := make(chan error, 1)
	go func() {
		_, err := r.model.Predict(wait(t), slowRequest(3_000))
		answered <- err
	}()
	eventually(t, "both requests are worked on", func() bool { return r.Gate.InFlight() == 2 })
	stopped := make(chan error, 1)
	go func() { stopped <- r.Shutdown(wait(t)) }()

	_, err = idle.Recv()
	requireStatus(t, err, codes.Unavailable, "the server is shutting down")
	requireTrailer(t, idle.Trailer(), serving.ShuttingDown)
	// What is under way is answered first.
	answer, err := busy.Recv()
	requireNone(t, err)
	if answer.GetResponse().GetRows() != 3_000 {
		t.Fatalf("the answer is %v", answer.GetError())
	}
	_, err = busy.Recv()
	requireStatus(t, err, codes.Unavailable, "the server is shutting down")
	requireNone(t, <-answered)
	requireNone(t, <-stopped)
	if !strings.Contains(r.log.String(), `"error":"the server is shutting down"`) {
		t.Error("the log does not tell of the streams that were ended")
	}
}

// What takes longer than it may is ended.
func TestShutdownHasAnEnd(t *testing.T) {
	r := start(t, repository(t, slow()), nil)
	answered := make(chan error, 1)
	go func() {
		_, err := r.model.Predict(wait(t), slowRequest(100_000))
		answered <- err
	}()
	eventually(t, "the request is worked on", func() bool { return r.Gate.InFlight() == 1 })
	ctx, cancel := context.WithTimeout(wait(t), time.Millisecond)
	defer cancel()
	if err := r.Shutdown(ctx); err != context.DeadlineExceeded {
		t.Fatalf("the error is %v", err)
	}
	if err := <-answered; err == nil {
		t.Fatal("the request was answered")
	}
}
