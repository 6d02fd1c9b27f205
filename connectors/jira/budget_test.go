package jira

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// TestBudget: however fast writes are asked for, by however many at once, Cloud's limits for one issue are kept, none
// waits longer than they make it wait, and other issues are not kept waiting.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pauses := rapid.SliceOfN(rapid.IntRange(0, 400), 150, 250).Draw(r, "milliseconds between writes")
		synctest.Test(t, func(*testing.T) {
			b := budget{now: time.Now}
			var sent []time.Time
			for _, ms := range pauses {
				time.Sleep(time.Duration(ms) * time.Millisecond)
				if err := b.spend(context.Background(), "1"); err != nil {
					r.Fatal(err)
				}
				sent = append(sent, time.Now())
				before := time.Now()
				if err := b.spend(context.Background(), "2"); err == nil && len(sent) < 10 && time.Since(before) > 0 {
					r.Fatal("another issue was kept waiting")
				}
			}
			for i, at := range sent {
				for _, l := range []struct {
					most   int
					within time.Duration
				}{{20, 2 * time.Second}, {100, 30 * time.Second}} {
					n := len(slices.Collect(func(yield func(time.Time) bool) {
						for _, x := range sent[i:] {
							if x.Sub(at) < l.within && !yield(x) {
								return
							}
						}
					}))
					if n > l.most {
						r.Fatalf("%d writes within %s", n, l.within)
					}
				}
			}
		})
	})
}

// Whoever is told to stop does not wait for the budget.
func TestBudgetEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget{now: time.Now}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		var err error
		for range 200 {
			if err = b.spend(ctx, "1"); err != nil {
				break
			}
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}
