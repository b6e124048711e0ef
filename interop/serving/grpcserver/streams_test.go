package grpcserver

import (
	"context"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

func TestStream(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	stream, err := r.model.PredictStream(wait(t))
	requireNone(t, err)
	// Answers come while the stream goes on, in the order of the requests.
	for i := range 100 {
		requireNone(t, stream.Send(predictRequest("", float64(i), 0)))
		if i%2 == 0 {
			requireNone(t, stream.Send(predictRequest("", float64(i))))
		}
		answer, err := stream.Recv()
		requireNone(t, err)
		if p := answer.GetResponse().GetPredictions(); len(p) != 1 || p[0] != 2*float64(i)+0.25 {
			t.Fatalf("answer %d is %v", i, answer)
		}
		if i%2 == 0 {
			answer, err := stream.Recv()
			requireNone(t, err)
			if e := answer.GetError(); e.GetCode() != int32(codes.InvalidArgument) || e.GetKind() != "wrong_width" ||
				e.GetMessage() != "features has 1 values; expected a multiple of 2" {
				t.Fatalf("answer %d is %v", i, answer)
			}
		}
	}
	requireNone(t, stream.CloseSend())
	if _, err := stream.Recv(); err != io.EOF {
		t.Fatalf("the stream ends with %v", err)
	}
	eventually(t, "nothing is in flight", func() bool { return r.Gate.InFlight() == 0 })
}

func TestInferStream(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	stream, err := r.infer.ModelStreamInfer(wait(t))
	requireNone(t, err)
	for _, request := range []*inferencepb.ModelInferRequest{
		typed("", []int64{1, 2}, 1, 2), typed("none", []int64{1, 2}, 1, 2), raw("", []int64{1, 2}, 1, 2),
	} {
		requireNone(t, stream.Send(request))
	}
	requireNone(t, stream.CloseSend())
	var got []*inferencepb.ModelStreamInferResponse
	for {
		answer, err := stream.Recv()
		if err == io.EOF {
			break
		}
		requireNone(t, err)
		got = append(got, answer)
	}
	if len(got) != 3 || got[0].GetInferResponse().GetOutputs()[0].GetContents().GetFp64Contents()[0] != 1.25 ||
		got[1].GetErrorMessage() != `no model "none"; expected one of "line"` || got[1].GetInferResponse() != nil ||
		len(got[2].GetInferResponse().GetRawOutputContents()) != 1 {
		t.Fatalf("the answers are %v", got)
	}
}

// rawClientStream opens a stream whose messages are whatever bytes there are.
func (r *running) rawClientStream(t *testing.T, method string) grpc.ClientStream {
	t.Helper()
	stream, err := r.conn.NewStream(wait(t), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method,
		grpc.ForceCodec(frameCodec{}))
	requireNone(t, err)
	return stream
}

// Bytes that are no message are answered as any other refused request is.
func TestStreamGoesOn(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	stream := r.rawClientStream(t, "/modelx.v1.ModelService/PredictStream")
	for _, b := range messages(t) {
		requireNone(t, stream.SendMsg(frame(b)))
		requireNone(t, stream.RecvMsg(new(frame)))
	}
	requireNone(t, stream.SendMsg(frame{0xff}))
	var answer frame
	requireNone(t, stream.RecvMsg(&answer))
	want := "the message is not a modelx.v1.PredictRequest"
	if got := string(answer); len(got) < len(want) || got[6:6+len(want)] != want {
		t.Fatalf("the answer is %q", got)
	}
}

// A message that is too large ends the stream, as it does where the library counts.
func TestStreamTooLarge(t *testing.T) {
	r := start(t, repository(t, line()), func(c *Config) { c.MaxMessageBytes = 100 })
	stream, err := r.model.PredictStream(wait(t))
	requireNone(t, err)
	requireNone(t, stream.Send(predictRequest("", 1, 2)))
	_, err = stream.Recv()
	requireNone(t, err)
	requireNone(t, stream.Send(predictRequest("", make([]float64, 20)...)))
	_, err = stream.Recv()
	requireStatus(t, err, codes.ResourceExhausted, "SERVER: Received message larger than max (163 vs. 100)")
	requireTrailer(t, stream.Trailer(), serving.TooLarge)
}

func TestStreamIsCancelled(t *testing.T) {
	r := start(t, repository(t, slow()), nil)
	ctx, cancel := context.WithCancel(wait(t))
	defer cancel()
	stream, err := r.model.PredictStream(ctx)
	requireNone(t, err)
	requireNone(t, stream.Send(slowRequest(100_000)))
	eventually(t, "the request is worked on", func() bool { return r.Gate.InFlight() == 1 })
	cancel()
	eventually(t, "nothing is in flight", func() bool { return r.Gate.InFlight() == 0 })
}

func TestOverload(t *testing.T) {
	r := start(t, repository(t, line(), slow()), func(c *Config) { c.Gate = newGate(2) })
	held, err := r.model.PredictStream(wait(t))
	requireNone(t, err)
	requireNone(t, held.Send(predictRequest("line", 1, 2)))
	_, err = held.Recv()
	requireNone(t, err) // A stream without a message in work has no place.
	full := "2 requests are in flight, the server's limit; try again later"
	for range 2 {
		if refused := r.Gate.Enter(); refused != nil {
			t.Fatal(refused)
		}
	}
	const clients = 50
	errs := make(chan error, clients)
	for range clients {
		go func() {
			_, err := r.model.Predict(wait(t), predictRequest("line", 1, 2))
			errs <- err
		}()
	}
	for range clients {
		requireStatus(t, <-errs, codes.ResourceExhausted, full)
	}
	requireNone(t, held.Send(predictRequest("line", 1, 2)))
	answer, err := held.Recv()
	requireNone(t, err)
	if e := answer.GetError(); e.GetKind() != "overloaded" || e.GetMessage() != full || e.GetCode() != int32(codes.ResourceExhausted) {
		t.Fatalf("the answer is %v", answer)
	}
	// All else goes on.
	_, err = r.model.GetModelInfo(wait(t), &modelxpb.GetModelInfoRequest{ModelName: "line"})
	requireNone(t, err)
	r.Gate.Leave()
	r.Gate.Leave()
	_, err = r.model.Predict(wait(t), predictRequest("line", 1, 2))
	requireNone(t, err)
}
