package client_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/modelx-dev/modelx/interop/client"
)

func idOf(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	return strings.Join(md.Get("x-request-id"), "|")
}

// fails answers with a code, and names a kind where there is one.
func fails(code codes.Code, kind string) func(context.Context) error {
	return func(ctx context.Context) error {
		if kind != "" {
			if err := grpc.SetTrailer(ctx, metadata.Pairs("modelx-error-kind", kind)); err != nil {
				return err
			}
		}
		return status.Error(code, "as the script says")
	}
}

// goesWell answers.
func goesWell(context.Context) error { return nil }

// hangs answers nothing until the client gives up.
func hangs(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWhatIsRetried(t *testing.T) {
	unavailable, overloaded := fails(codes.Unavailable, ""), fails(codes.ResourceExhausted, "overloaded")
	s, address := play(t, unavailable, overloaded, unavailable, goesWell, overloaded)
	c := dial(t, address)
	p, err := c.Predict(t.Context(), []float64{7})
	if err != nil || p.Values[0] != 7 || s.count() != 4 {
		t.Fatalf("got %+v, %v after %d calls", p, err, s.count())
	}
	// All attempts have one name, and each waits longer than the one before, within its bounds.
	for i, id := range s.ids {
		if len(id) != 16 || id != s.ids[0] {
			t.Errorf("attempt %d is named %q", i, id)
		}
	}
	for i, least := range []time.Duration{50, 100, 200} {
		if waited := s.times[i+1].Sub(s.times[i]); waited < least*time.Millisecond {
			t.Errorf("attempt %d came after %v", i+1, waited)
		}
	}
	if info, err := c.Info(t.Context()); err != nil || info.GetName() != "scripted" || s.count() != 6 {
		t.Errorf("got %v, %v after %d calls", info, err, s.count())
	}
}

func TestWhatIsNotRetried(t *testing.T) {
	for code, kind := range map[codes.Code]string{
		codes.InvalidArgument: "wrong_width", codes.ResourceExhausted: "too_large", codes.Internal: "internal",
		codes.NotFound: "", codes.Unknown: "", codes.DeadlineExceeded: "", codes.Canceled: "cancelled", codes.Unimplemented: "",
		codes.FailedPrecondition: "malformed", codes.DataLoss: "", codes.Aborted: "",
	} {
		s, address := play(t, fails(code, kind))
		_, err := dial(t, address).Predict(t.Context(), []float64{1})
		if kind == "" {
			kind = strings.ToLower((&client.Error{Code: code}).CodeName())
		}
		refused(t, err, code, client.Kind(kind), "as the script says")
		if s.count() != 1 {
			t.Errorf("%v: %d calls", code, s.count())
		}
	}
	// A reload may have happened.
	s, address := play(t, fails(codes.Unavailable, ""), fails(codes.ResourceExhausted, "overloaded"))
	c := dial(t, address)
	_, err := c.Reload(t.Context(), "x.pb")
	refused(t, err, codes.Unavailable, client.Unavailable, "as the script says")
	_, err = c.Rollback(t.Context())
	refused(t, err, codes.ResourceExhausted, client.Overloaded, "as the script says")
	if s.count() != 2 {
		t.Errorf("%d calls", s.count())
	}
}

func TestRetriesEnd(t *testing.T) {
	unavailable := fails(codes.Unavailable, "")
	s, address := play(t, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable)
	_, err := dial(t, address, client.WithRetries(1)).Predict(t.Context(), []float64{1})
	refused(t, err, codes.Unavailable, client.Unavailable, "as the script says")
	if s.count() != 2 {
		t.Errorf("%d calls", s.count())
	}
	// There is no time for a pause: what the server said counts, and at once.
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = dial(t, address, client.WithTimeout(40*time.Millisecond)).Predict(ctx, []float64{1})
	if status.Code(err) != codes.Unavailable && status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestDeadlines(t *testing.T) {
	_, address := play(t, hangs, hangs, hangs)
	c := dial(t, address, client.WithTimeout(50*time.Millisecond))
	_, err := c.Predict(t.Context(), []float64{1})
	if !errors.Is(err, client.DeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err = c.Reload(t.Context(), ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = dial(t, address).Predict(ctx, []float64{1})
	if !errors.Is(err, client.Cancelled) || !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatComesLater(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c := dial(t, address, client.WithRetries(0))
	if ready, err := c.Ready(t.Context()); ready || err != nil {
		t.Errorf("got %v, %v", ready, err)
	}
	_, err = c.Predict(t.Context(), []float64{1})
	if !errors.Is(err, client.Unavailable) {
		t.Errorf("got %v", err)
	}
	closed := dial(t, address)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err = closed.Predict(t.Context(), []float64{1}); !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v", err)
	}
}
