package modelx

import (
	"context"
	"sync"
)

// sharedWork is about how many products make a goroutine worth its while: a tenth of a millisecond's work.
const sharedWork = contextWork / 4

// shareRows returns how many rows make sharedWork.
func shareRows(root *node) int { return max(1, sharedWork/max(1, root.rowWork(), root.width())) }

// runShared is runBlocks with the rows shared among goroutines. The error is that of the first rows which have one.
func (c *compiled) runShared(ctx context.Context, out output, dst, x []float64, rows int) error {
	columns, width := out.values(), c.root.inputWidth(out.op)
	return c.inShares(rows, func(first, end int) error {
		return c.root.runBlocks(ctx, out, dst[first*columns:end*columns], x[first*width:end*width], end-first, c.block, first)
	})
}

// indexShared numbers the labels of so many outputs with the rows shared among goroutines.
func (c *compiled) indexShared(
	dst []int, x []float64, rows, outputs int, index func(dst []int, x []float64, first int) error,
) error {
	width := c.root.width()
	return c.inShares(rows, func(first, end int) error {
		return index(dst[first*outputs:end*outputs], x[first*width:end*width], first)
	})
}

// inShares lets goroutines, the caller's among them, work on rows first ... end-1, and waits for all. Shares are so small
// that one which the system keeps waiting holds the others up only a little.
func (c *compiled) inShares(rows int, work func(first, end int) error) error {
	workers := min(c.workers, rows/c.share)
	share := max(c.share, (rows+4*workers-1)/(4*workers))
	var (
		lock   sync.Mutex
		next   int
		failed error
		at     = rows // The first row of the share that failed.
	)
	take := func() {
		for {
			lock.Lock()
			first := next
			next = min(rows, next+share)
			end, over := next, first >= at
			lock.Unlock()
			if first >= end || over {
				return
			}
			if err := work(first, end); err != nil {
				lock.Lock()
				if first < at {
					failed, at = err, first
				}
				lock.Unlock()
			}
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(take)
	}
	take()
	others.Wait()
	return failed
}
