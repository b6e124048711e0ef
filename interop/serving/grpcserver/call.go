package grpcserver

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// The keys of trailing metadata.
const (
	kindKey   = "modelx-error-kind"
	detailKey = "modelx-error-detail-bin"

	// longestDetail bounds headers: what the reader says of a file may be long.
	longestDetail = 2048
)

// call is an RPC. Its memory is used again by later ones.
type call struct {
	server    *Server
	method    *method
	ctx       context.Context
	stream    grpc.ServerStream
	transport transportStream
	header    [headerBytes]byte
	// requestID is the header's, or empty.
	requestID string

	// What follows is of one message. messageID is made when it is needed.
	started        time.Time
	span           trace.Span
	messageID      string
	model, version string
	rows           int

	predictRequest predictMessage
	columns        columnsOf
	predictAnswer  predictAnswer
	streamedAnswer streamedAnswer
	inference      tensor.Inference
	methods        [2]modelx.Method
	request        serving.Request
	response       serving.Response
}

// begin takes a call for an RPC.
func (s *Server) begin(m *method, stream grpc.ServerStream) (*call, error) {
	ctx := stream.Context()
	transport, err := transportOf(ctx)
	if err != nil {
		s.Telemetry.InternalError("", err)
		return nil, status.Error(codes.Internal, err.Error())
	}
	c := s.calls.Get().(*call)
	c.server, c.method, c.ctx, c.stream, c.transport = s, m, ctx, stream, transport
	c.requestID, c.messageID = "", ""
	if id := first(ctx, auth.RequestIDHeader); id != "" {
		c.requestID = auth.RequestID(id)
		// It fails only once the header is sent.
		_ = stream.SetHeader(metadata.Pairs(auth.RequestIDHeader, c.requestID))
	}
	return c, nil
}

// first is the first value of a key of the request's metadata, or empty.
func first(ctx context.Context, key string) string {
	if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// largestKept is how many numbers a call may keep memory for: 8 MiB of it.
const largestKept = 1 << 20

// columnNumbers is how many numbers take as much memory as a column.
const columnNumbers = int(unsafe.Sizeof(columnMessage{}) / 8)

// release gives the call back.
func (c *call) release() {
	c.ctx, c.stream, c.transport, c.span = nil, nil, nil, nil
	c.inference.Reset()
	c.request = serving.Request{}
	clear(c.predictRequest.columns)
	c.columns.columns = nil
	kept := cap(c.predictRequest.features) + c.inference.Kept() + c.response.Kept() + c.columns.rows.Kept() +
		columnNumbers*cap(c.predictRequest.columns)
	if kept <= largestKept {
		c.server.calls.Put(c)
	}
}

// admit refuses what is too much, and what has no right, before anything of the request is read.
func (c *call) admit() error {
	s := c.server
	if c.method.gated {
		if refused := s.Gate.Look(); refused != nil {
			return refused
		}
	}
	if s.Tokens.Guards(c.method.right) {
		if refused := s.Tokens.Check(first(c.ctx, "authorization"), c.method.right); refused != nil {
			return refused
		}
	}
	return nil
}

// read waits for a message. Errors: io.EOF after the last one, else a *serving.Error.
func (c *call) read() (mem.Buffer, error) {
	message, err := readMessage(c.transport, &c.header, c.server.MaxMessageBytes)
	switch {
	case err == nil || err == io.EOF: // The transport's is never wrapped.
		return message, err
	case errors.Is(err, errNotAMessage):
		return nil, c.notAMessage()
	case errors.As(err, new(*serving.Error)):
		return nil, err
	default:
		return nil, ended(c.ctx, err)
	}
}

// notAMessage tells of bytes that are no message of the method's.
func (c *call) notAMessage() *serving.Error {
	return serving.NewError(serving.BadRequest, "the message is not a %s", c.method.input)
}

// answer answers one message, which it frees, in a place in flight if the method takes one.
func (c *call) answer(message mem.Buffer) (answer any, err error) {
	defer message.Free()
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = nil, c.internal(cause)
		}
	}()
	if c.method.gated {
		gate := c.server.Gate
		if refused := gate.Enter(); refused != nil {
			return nil, refused
		}
		defer gate.Leave()
	}
	return c.method.answer(c, message.ReadOnlyData())
}

// begun is called before a message is answered.
func (c *call) begun() {
	c.started = time.Now()
	c.messageID, c.model, c.version, c.rows = "", "", "", 0
	c.predictRequest.requestID = ""
	c.server.Telemetry.Metrics.Begin()
	if tracing := c.server.Telemetry.Tracing; tracing != nil {
		// The context stays that of the stream: nothing below a request makes spans.
		_, c.span = tracing.RPC(c.ctx, c.method.fullName, func(key string) string { return first(c.ctx, key) })
	}
}

// told tells of a message that is answered, or was refused by err, and returns the error that the client learns.
func (c *call) told(err error) *serving.Error {
	t := c.server.Telemetry
	t.Metrics.End()
	answer := telemetry.Answer{
		Protocol: metrics.GRPC, Method: c.method.label, Name: c.method.fullName, Code: codes.OK,
		Model: c.model, Version: c.version, Rows: c.rows, Took: time.Since(c.started), Span: c.span,
	}
	var refused *serving.Error
	if err != nil {
		refused = c.known(err)
		answer.Code, answer.Error = refused.Code(), refused.Message
	}
	if t.Logs(answer.Code) {
		answer.RequestID = c.id()
	}
	t.Answered(&answer)
	return refused
}

// known makes an error of the contract of err.
func (c *call) known(err error) *serving.Error {
	refused := (*serving.Error)(nil)
	switch {
	case !errors.As(err, &refused):
		return c.internal(err)
	case refused.Kind == serving.Cancelled:
		return ended(c.ctx, err)
	default:
		return refused
	}
}

// internal tells of a defect of modelx.
func (c *call) internal(cause any) *serving.Error {
	c.server.Telemetry.InternalError(c.id(), cause)
	return serving.NewError(serving.Internal, "an internal error; the server's log tells more")
}

// id is the request's.
func (c *call) id() string {
	if c.requestID != "" {
		return c.requestID
	}
	if c.messageID == "" {
		c.messageID = auth.RequestID(c.predictRequest.requestID)
	}
	return c.messageID
}

// refuse returns what ends an RPC with an error.
func (c *call) refuse(err *serving.Error) error {
	c.stream.SetTrailer(trailer(err, c.id()))
	return status.Error(err.Code(), err.Message)
}

func trailer(err *serving.Error, id string) metadata.MD {
	md := metadata.Pairs(kindKey, string(err.Kind), auth.RequestIDHeader, id)
	if detail := strings.ToValidUTF8(err.Detail, "\uFFFD"); detail != "" {
		if len(detail) > longestDetail {
			detail = strings.ToValidUTF8(detail[:longestDetail], "")
		}
		md.Append(detailKey, detail)
	}
	return md
}

// unary handles an RPC of one message each way.
func (s *Server) unary(m *method) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		c, err := s.begin(m, stream)
		if err != nil {
			return err
		}
		defer c.release()
		c.begun()
		answer, err := c.once()
		if err == nil {
			if err = stream.SendMsg(answer); err != nil {
				err = ended(c.ctx, err)
			}
		}
		if refused := c.told(err); refused != nil {
			return c.refuse(refused)
		}
		return nil
	}
}

// once answers the only message.
func (c *call) once() (any, error) {
	if err := c.admit(); err != nil {
		return nil, err
	}
	message, err := c.read()
	if err == io.EOF {
		return nil, c.notAMessage()
	}
	if err != nil {
		return nil, err
	}
	return c.answer(message)
}

// unknown answers for methods that there are not.
func (s *Server) unknown(_ any, stream grpc.ServerStream) error {
	name, _ := grpc.MethodFromServerStream(stream)
	c, err := s.begin(&method{fullName: strings.TrimPrefix(name, "/"), label: metrics.Other}, stream)
	if err != nil {
		return err
	}
	defer c.release()
	c.begun()
	return c.refuse(c.told(serving.NewError(serving.NoMethod, "no method %s; reflection lists those there are", serving.Quoted(name))))
}
