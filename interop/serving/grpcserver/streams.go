package grpcserver

import (
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/modelx-dev/modelx/interop/serving"
)

// stream handles an RPC of any number of messages each way. A refused message is answered with an error; what ends the
// stream is the client, bytes that are no messages, or the server's shutdown. The RPC counts as a request only when it is
// refused as a whole.
func (s *Server) stream(m *method) grpc.StreamHandler {
	return s.untilShutdown(m, (*call).each)
}

// untilShutdown handles a stream that ends when the server is told to stop. serve returns nil, a *serving.Error, or what a
// library's handler has for the client.
func (s *Server) untilShutdown(m *method, serve func(c *call, end *streamEnd) error) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		c, err := s.begin(m, stream)
		if err != nil {
			return err
		}
		defer c.release()
		if err = c.admit(); err == nil {
			end := s.endAtShutdown(stream, c.transport, c.id())
			err = serve(c, end)
			end.handled()
		}
		refused := (*serving.Error)(nil)
		if err == nil || !errors.As(err, &refused) {
			return err
		}
		if refused.Kind == serving.Cancelled && s.stopping.Err() != nil {
			refused = serving.ShuttingDownError()
		}
		c.begun()
		return c.refuse(c.told(refused))
	}
}

// each answers messages until there are no more.
func (c *call) each(end *streamEnd) error {
	for {
		message, err := c.read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		end.mu.Lock()
		c.begun()
		answer, err := c.answer(message)
		if refused := c.told(err); refused != nil {
			answer = c.method.refusal(refused)
		}
		err = c.stream.SendMsg(answer)
		end.mu.Unlock()
		if err != nil {
			return ended(c.ctx, err)
		}
	}
}

// streamEnd ends a stream when the server is told to stop.
type streamEnd struct {
	// mu is held while a message is answered, so that the stream does not end in between.
	mu sync.Mutex
	// done tells that the handler has returned.
	done   bool
	cancel func() bool
}

// endAtShutdown ends a stream with shutting_down as soon as the server is told to stop and no message is being answered.
// The transport's status wakes a handler that waits for the next message.
func (s *Server) endAtShutdown(stream grpc.ServerStream, transport transportStream, id string) *streamEnd {
	end := new(streamEnd)
	end.cancel = context.AfterFunc(s.stopping, func() {
		end.mu.Lock()
		defer end.mu.Unlock()
		if !end.done {
			err := serving.ShuttingDownError()
			stream.SetTrailer(trailer(err, id))
			// It fails when the client is gone.
			_ = transport.WriteStatus(status.New(err.Code(), err.Message))
		}
	})
	return end
}

// handled must be called before the handler returns.
func (e *streamEnd) handled() {
	e.cancel()
	e.mu.Lock()
	e.done = true
	e.mu.Unlock()
}
