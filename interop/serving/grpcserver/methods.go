package grpcserver

import (
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
)

// method is one RPC.
type method struct {
	// service and name are the parts of the full name, between which a slash stands.
	service, name, fullName string
	// input is the full name of the message that it takes.
	input string
	label metrics.Method
	right auth.Right
	// gated tells that it takes a place among the requests in flight.
	gated bool
	// answer answers one message, of which nothing may be kept. Its result is sent before the call is used again.
	answer func(c *call, message []byte) (any, error)
	// refusal is set for streams, both ways: what tells of a refused message.
	refusal func(err *serving.Error) any
}

const (
	modelService     = "modelx.v1.ModelService"
	inferenceService = "inference.GRPCInferenceService"
)

// methods are all but those of health and reflection.
func methods() []*method {
	of := func(service, messages string, m method) *method {
		m.service, m.fullName, m.input = service, service+"/"+m.name, messages+"."+m.input
		return &m
	}
	modelx := func(m method) *method { return of(modelService, "modelx.v1", m) }
	oip := func(m method) *method { return of(inferenceService, "inference", m) }
	return []*method{
		modelx(method{
			name: "Predict", input: "PredictRequest", label: metrics.Predict, right: auth.Predict, gated: true, answer: (*call).predict,
		}),
		modelx(method{
			name: "PredictStream", input: "PredictRequest", label: metrics.PredictStream, right: auth.Predict, gated: true,
			answer: (*call).predictOne, refusal: refusePredictOne,
		}),
		modelx(method{
			name: "GetModelInfo", input: "GetModelInfoRequest", label: metrics.Info, right: auth.Predict, answer: message((*call).info),
		}),
		modelx(method{
			name: "ReloadModel", input: "ReloadModelRequest", label: metrics.Reload, right: auth.Reload, answer: message((*call).reload),
		}),
		oip(method{
			name: "ModelInfer", input: "ModelInferRequest", label: metrics.Infer, right: auth.Predict, gated: true, answer: (*call).infer,
		}),
		oip(method{
			name: "ModelStreamInfer", input: "ModelInferRequest", label: metrics.InferStream, right: auth.Predict, gated: true,
			answer: (*call).inferOne, refusal: refuseInferOne,
		}),
		oip(method{name: "ServerLive", input: "ServerLiveRequest", label: metrics.Other, answer: message((*call).serverLive)}),
		oip(method{name: "ServerReady", input: "ServerReadyRequest", label: metrics.Other, answer: message((*call).serverReady)}),
		oip(method{name: "ModelReady", input: "ModelReadyRequest", label: metrics.Other, answer: message((*call).modelReady)}),
		oip(method{
			name: "ServerMetadata", input: "ServerMetadataRequest", label: metrics.Other, right: auth.Predict,
			answer: message((*call).serverMetadata),
		}),
		oip(method{
			name: "ModelMetadata", input: "ModelMetadataRequest", label: metrics.Other, right: auth.Predict,
			answer: message((*call).modelMetadata),
		}),
		oip(method{
			name: "RepositoryIndex", input: "RepositoryIndexRequest", label: metrics.Other, right: auth.Predict,
			answer: message((*call).repositoryIndex),
		}),
		oip(method{
			name: "RepositoryModelLoad", input: "RepositoryModelLoadRequest", label: metrics.Reload, right: auth.Reload,
			answer: message((*call).repositoryLoad),
		}),
		oip(method{
			name: "RepositoryModelUnload", input: "RepositoryModelUnloadRequest", label: metrics.Reload, right: auth.Reload,
			answer: message((*call).repositoryUnload),
		}),
	}
}

// message makes an answer of a function over generated messages.
func message[Q any, P interface {
	*Q
	proto.Message
}, R any](f func(c *call, request P) (R, error)) func(*call, []byte) (any, error) {
	return func(c *call, data []byte) (any, error) {
		if err := checkFields(data, countedOther, maxFields); err != nil {
			return nil, err
		}
		request := P(new(Q))
		if err := proto.Unmarshal(data, request); err != nil {
			return nil, c.notAMessage()
		}
		return f(c, request)
	}
}

// register adds all services.
func (s *Server) register() {
	services := map[string]*grpc.ServiceDesc{
		modelService:     {ServiceName: modelService, Metadata: modelxpb.File_modelx_v1_service_proto.Path()},
		inferenceService: {ServiceName: inferenceService, Metadata: inferencepb.File_modelx_inference_open_inference_proto.Path()},
	}
	for _, m := range methods() {
		streams := m.refusal != nil
		handler := s.unary(m)
		if streams {
			handler = s.stream(m)
		}
		// A unary method is a stream of one message each way, which is all that its clients see of it.
		service := services[m.service]
		service.Streams = append(service.Streams, grpc.StreamDesc{
			StreamName: m.name, Handler: handler, ServerStreams: streams, ClientStreams: streams,
		})
	}
	for _, service := range services {
		s.grpc.RegisterService(service, nil)
	}
	healthpb.RegisterHealthServer(s.grpc, &health{server: s})
	s.registerReflection()
}
