package client

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Stream scores rows that keep coming: one answer for each request, in their order. One goroutine may send while another
// receives; nothing is retried.
type Stream struct {
	call   *call
	stream modelxpb.ModelService_PredictStreamClient
	cancel context.CancelFunc
}

// Stream opens a stream. It lasts until its context ends, or [Stream.Close]; the client's timeout does not count. The
// options count for all requests, but for [Rows].
//
// Errors: [*Error].
func (c *Client) Stream(ctx context.Context, options ...CallOption) (*Stream, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stream, err := c.service.PredictStream(c.outgoing(ctx, call.requestID))
	if err != nil {
		cancel()
		return nil, newError(err, nil, call.requestID)
	}
	return &Stream{call: call, stream: stream, cancel: cancel}, nil
}

// Send sends rows. An error that ended the stream is told by [Stream.Recv]; Send returns io.EOF then.
func (s *Stream) Send(values []float64) error { return s.send(s.call.request(values)) }

func (s *Stream) send(request *modelxpb.PredictRequest) error {
	err := s.stream.Send(request)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return newError(err, nil, s.call.requestID)
}

// CloseSend tells the server that no more rows come. Answers still do.
func (s *Stream) CloseSend() error { return s.stream.CloseSend() }

// Recv waits for the next answer. After the last one, when CloseSend was called, the error is io.EOF. A request that was
// refused is an [*Error] with InStream set, and the next call gives the answer to the next request; after any other error
// the stream has ended.
func (s *Stream) Recv() (*Prediction, error) {
	answer, err := s.stream.Recv()
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, newError(err, s.stream.Trailer(), s.call.requestID)
	}
	if refused := answer.GetError(); refused != nil {
		return nil, &Error{
			Code: codes.Code(refused.GetCode()), Kind: Kind(refused.GetKind()), Message: refused.GetMessage(),
			RequestID: s.call.requestID, InStream: true,
		}
	}
	return newPrediction(answer.GetResponse()), nil
}

// Close ends the stream. Answers that are under way are lost.
func (s *Stream) Close() { s.cancel() }
