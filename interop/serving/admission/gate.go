// Package admission bounds how many predictions are worked on at a time. What is too much is refused at once; nobody
// waits in a queue.
package admission

import (
	"fmt"
	"sync/atomic"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Gate counts what is in flight, in both transports together.
type Gate struct {
	limit    int64
	inFlight atomic.Int64
	refusal  *serving.Error
}

// New returns a gate that lets limit predictions in, which is at least 1.
func New(limit int) *Gate {
	return &Gate{limit: int64(limit), refusal: &serving.Error{
		Kind:    serving.Overloaded,
		Message: fmt.Sprintf("%d requests are in flight, the server's limit; try again later", limit),
	}}
}

// Enter lets one prediction in, which must [Gate.Leave], or returns why not.
func (g *Gate) Enter() *serving.Error {
	for {
		n := g.inFlight.Load()
		if n >= g.limit {
			return g.refusal
		}
		if g.inFlight.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}

// Leave tells that a prediction which was let in has ended.
func (g *Gate) Leave() { g.inFlight.Add(-1) }

// Look returns what Enter would, and lets nobody in: for refusing a request before its body is read.
func (g *Gate) Look() *serving.Error {
	if g.inFlight.Load() >= g.limit {
		return g.refusal
	}
	return nil
}

// InFlight is how many are in.
func (g *Gate) InFlight() int64 { return g.inFlight.Load() }
