package client

import (
	"context"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// ask makes a call, and makes it again up to retries times where that helps. All attempts have one deadline and one id.
func ask[T any](
	ctx context.Context, c *Client, id string, retries int, timeout time.Duration,
	call func(context.Context, ...grpc.CallOption) (T, error),
) (answer T, err error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	ctx = c.outgoing(ctx, id)
	for made := 0; ; made++ {
		var trailer metadata.MD
		if answer, err = call(ctx, grpc.Trailer(&trailer)); err == nil {
			return answer, nil
		}
		failed := newError(err, trailer, id)
		again := failed.Code == codes.Unavailable || failed.Kind == Overloaded
		if !again || made >= retries || !pauseFor(ctx, made) {
			var none T
			return none, failed
		}
	}
}

// pauseFor waits before the next attempt. It is false where there is no time for one.
func pauseFor(ctx context.Context, made int) bool {
	longest := min(longestPause, firstPause<<min(made, 10))
	// Clients that were turned away together must not come back together.
	wait := longest/2 + rand.N(longest/2)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	return pause(ctx, wait) == nil
}

// pause waits, unless the context ends.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
