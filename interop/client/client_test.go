package client_test

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/client"
)

// refused checks an error of a call.
func refused(t *testing.T, err error, code codes.Code, kind client.Kind, text string) {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T); want an Error", err, err)
	}
	if e.Code != code || e.Kind != kind || e.Message != text || e.RequestID == "" {
		t.Errorf("got %#v; want %v, %s, %s", e, code, kind, text)
	}
	if !errors.Is(err, kind) {
		t.Errorf("%v is not %v", err, kind)
	}
}

func TestPredictions(t *testing.T) {
	e := start(t, nil)
	for _, options := range [][]client.Option{nil, {client.WithGzip(), client.WithRetries(0), client.WithTimeout(time.Minute)}} {
		c := dial(t, e.address, options...)
		before := time.Now().Truncate(time.Second)
		p, err := c.Predict(t.Context(), []float64{-1, 0.5}, client.Model("flowers"), client.Version("1"), client.Rows(2),
			client.Probabilities(), client.Metadata(map[string]string{"user": "me"}), client.RequestID("it"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Model != "flowers" || p.Version != "1" || p.Rows != 2 || p.Columns != 1 || p.Time.Before(before) ||
			!slices.Equal(p.Values, []float64{0, 1}) || !slices.Equal(p.Labels, []string{"aster", "rose"}) ||
			!slices.Equal(p.Probabilities, []float64{1, 0, 0.25, 0.75}) || !slices.Equal(p.ProbabilitiesOf(1), []float64{0.25, 0.75}) {
			t.Errorf("got %+v", p)
		}
		p, err = c.PredictProba(t.Context(), []float64{-1, 0.5})
		if err != nil {
			t.Fatal(err)
		}
		if p.Columns != 2 || !slices.Equal(p.Row(1), []float64{0.25, 0.75}) || len(p.ProbabilitiesOf(1)) != 0 {
			t.Errorf("got %+v", p)
		}
		p, err = c.Predict(t.Context(), []float64{2}, client.Method(modelx.DecisionFunction))
		if err != nil || !slices.Equal(p.Values, []float64{2}) {
			t.Errorf("got %+v, %v", p, err)
		}
	}
}

func TestInfoAndReload(t *testing.T) {
	e := start(t, nil)
	c := dial(t, e.address)
	info, err := c.Info(t.Context(), client.Model("flowers"), client.Version("1"))
	if err != nil || info.GetName() != "flowers" || info.GetEngine() != "go" || !slices.Equal(info.GetClasses(), []string{"aster", "rose"}) {
		t.Errorf("got %v, %v", info, err)
	}
	write(t, e.path, flowers("2"))
	done, err := c.Reload(t.Context(), "", client.Model("flowers"))
	if err != nil || done.GetModelVersion() != "2" || done.GetPreviousVersion() != "1" || !done.GetChanged() {
		t.Errorf("got %v, %v", done, err)
	}
	if done, err = c.Rollback(t.Context()); err != nil || done.GetModelVersion() != "1" {
		t.Errorf("got %v, %v", done, err)
	}
	if err := os.WriteFile(e.path, []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = c.Reload(t.Context(), "")
	var refusal *client.Error
	if !errors.As(err, &refusal) || refusal.Code != codes.FailedPrecondition || refusal.Detail == "" ||
		!strings.HasSuffix(refusal.Message, `; version "1" goes on serving`) {
		t.Errorf("got %v", err)
	}
	if !errors.Is(err, modelx.Kind(refusal.Kind)) || !strings.HasSuffix(err.Error(), "[FAILED_PRECONDITION, "+string(refusal.Kind)+"]") {
		t.Errorf("got %v", err)
	}
	_, err = c.Reload(t.Context(), "", client.Version("9"))
	if !errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
	_, err = c.Reload(t.Context(), "../x.pb")
	refused(t, err, codes.PermissionDenied, client.OutsideRoot, `path "../x.pb" leads outside the model root`)
}

func TestRefusals(t *testing.T) {
	c := dial(t, start(t, nil).address)
	_, err := c.Predict(t.Context(), []float64{1, 2}, client.Rows(1))
	refused(t, err, codes.InvalidArgument, client.WrongWidth, "features has 2 values for 1 rows; expected 1")
	if !errors.Is(err, modelx.ErrWrongWidth) || errors.Is(err, modelx.ErrNotNumeric) || errors.Is(err, context.Canceled) {
		t.Errorf("%v is of another kind", err)
	}
	if s, ok := status.FromError(err); !ok || s.Code() != codes.InvalidArgument {
		t.Errorf("%v is no status", err)
	}
	_, err = c.Predict(t.Context(), []float64{math.NaN()})
	refused(t, err, codes.InvalidArgument, client.NonFiniteInput, "row 1, feature 1 is NaN; expected a finite number")
	_, err = c.Transform(t.Context(), []float64{1})
	refused(t, err, codes.InvalidArgument, client.UnsupportedMethod,
		`the model has no method "transform"; expected one of predict, predict_proba, predict_log_proba, decision_function`)
	_, err = c.Info(t.Context(), client.Model("x"), client.RequestID("me"))
	refused(t, err, codes.NotFound, client.UnknownModel, `no model "x"; expected one of "flowers"`)
	var e *client.Error
	if !errors.As(err, &e) || e.RequestID != "me" || e.CodeName() != "NOT_FOUND" {
		t.Errorf("got %#v", e)
	}
	for _, id := range []string{"", "a b", strings.Repeat("a", 129)} {
		if _, err = c.Predict(t.Context(), nil, client.RequestID(id)); err == nil || errors.As(err, &e) && e.Code != codes.NotFound {
			t.Errorf("%q: got %v", id, err)
		}
	}
}

func TestRights(t *testing.T) {
	e := start(t, tokens)
	for token, want := range map[string][2]codes.Code{
		"":        {codes.Unauthenticated, codes.Unauthenticated},
		"unknown": {codes.Unauthenticated, codes.Unauthenticated},
		"asks":    {codes.OK, codes.PermissionDenied},
		"changes": {codes.OK, codes.OK},
	} {
		var options []client.Option
		if token != "" {
			options = append(options, client.WithToken(token))
		}
		c := dial(t, e.address, options...)
		_, asked := c.Predict(t.Context(), []float64{1})
		_, changed := c.Reload(t.Context(), "")
		ready, err := c.Ready(t.Context())
		if status.Code(asked) != want[0] || status.Code(changed) != want[1] || !ready || err != nil {
			t.Errorf("%q: got %v, %v, %v, %v", token, asked, changed, ready, err)
		}
	}
	for _, token := range []string{"", "a b", "a\n", "ä"} {
		if _, err := client.Dial("", client.WithToken(token)); err == nil {
			t.Errorf("%q is a token", token)
		}
	}
}

func TestReady(t *testing.T) {
	e := start(t, nil)
	c := dial(t, e.address)
	if err := c.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.server.BeginShutdown()
	if ready, err := c.Ready(t.Context()); ready || err != nil {
		t.Errorf("got %v, %v", ready, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.WaitReady(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	_, address := play(t) // A server without health.
	if ready, err := dial(t, address).Ready(t.Context()); ready || status.Code(err) != codes.Unimplemented {
		t.Errorf("got %v, %v", ready, err)
	}
}

func TestStream(t *testing.T) {
	e := start(t, nil)
	c := dial(t, e.address)
	s, err := c.Stream(t.Context(), client.Model("flowers"), client.Probabilities(), client.RequestID("it"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, values := range [][]float64{{-1, 1}, {math.NaN()}, {}, {1}} {
		if err := s.Send(values); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	p, err := s.Recv()
	if err != nil || !slices.Equal(p.Labels, []string{"aster", "rose"}) || len(p.Probabilities) != 4 {
		t.Errorf("got %+v, %v", p, err)
	}
	_, err = s.Recv()
	refused(t, err, codes.InvalidArgument, client.NonFiniteInput, "row 1, feature 1 is NaN; expected a finite number")
	_, err = s.Recv()
	refused(t, err, codes.InvalidArgument, client.NoRows, "no rows; expected at least one")
	var refusal *client.Error
	if !errors.As(err, &refusal) || !refusal.InStream || refusal.RequestID != "it" {
		t.Errorf("got %#v", refusal)
	}
	if p, err = s.Recv(); err != nil || !slices.Equal(p.Labels, []string{"rose"}) {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, err = s.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}

	if s, err = c.Stream(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err = s.Recv(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}

	if s, err = c.Stream(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Send([]float64{1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recv(); err != nil {
		t.Fatal(err)
	}
	e.server.BeginShutdown()
	_, err = s.Recv()
	refused(t, err, codes.Unavailable, client.ShuttingDown, "the server is shutting down")
	if !errors.As(err, &refusal) || refusal.InStream {
		t.Errorf("got %#v", refusal)
	}
}

func TestManyGoroutines(t *testing.T) {
	c := dial(t, start(t, nil).address)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 50 {
				v := float64(i*50 + j + 1)
				p, err := c.Predict(t.Context(), []float64{v, -v}, client.Method(modelx.DecisionFunction))
				if err != nil || !slices.Equal(p.Values, []float64{v, -v}) {
					t.Errorf("got %+v, %v; want %v", p, err, v)
				}
			}
		})
	}
	all.Wait()
}
