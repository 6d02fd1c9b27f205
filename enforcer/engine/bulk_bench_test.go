package engine_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// seeded is a desk with -old requests that have a year of histories, all of them under the contract, after the first
// pass, which finds most promises kept or broken long ago.
func seeded(tb testing.TB) *world {
	tb.Helper()
	w := freshWorld(tb, at("2026-03-16 10:00"), replace("projects: [acme]", "projects: [acme, acme-erp, globex]"))
	w.sim.Seed(redminesim.SeedOptions{Issues: *old, Journals: 4, Seed: 4, Until: at("2026-03-13 18:00"), Days: 365})
	w.pass()
	w.passAt("2026-03-16 10:10") // what was read in the last two minutes before a pass is looked at once more
	return w
}

// BenchmarkBulk is what judging all of a mirror costs, in processor time a request, and of what it consists. "rows" is
// the floor: every row of the mirror read with SQL, and dropped.
//
//	go test ./enforcer/engine -run xxx -bench Bulk -old 5000
func BenchmarkBulk(b *testing.B) {
	w, ctx := seeded(b), context.Background()
	var ids []string
	for e, err := range w.mirror.Issues(ctx, "helpdesk") {
		w.do(err)
		ids = append(ids, e.ID)
	}
	each := func(b *testing.B, f func()) {
		b.Helper()
		began := processorTime(b)
		for b.Loop() {
			f()
		}
		b.ReportMetric(float64((processorTime(b)-began).Nanoseconds())/1e3/float64(b.N)/float64(len(ids)), "cpu-µs/request")
	}
	histories := make([]connectors.History, len(ids))
	read := func() {
		for i, id := range ids {
			var err error
			histories[i], _, err = w.mirror.History(ctx, "helpdesk", id)
			w.do(err)
		}
	}
	read()
	d, _, err := w.mirror.Directory(ctx, "helpdesk")
	w.do(err)
	c := w.settings().Contracts[0]
	bound, _ := mapping.Bind(c.Mapping, d, mapping.Memory{}, "")
	scope, _ := bound.Scope(c.Scope, "")
	requests := make([]enforcer.Request, len(ids))
	tell := func() {
		for i := range histories {
			requests[i] = bound.Request(histories[i], scope, c.Zone())
		}
	}
	tell()

	b.Run("rows", func(b *testing.B) { each(b, w.readRows) })
	b.Run("histories", func(b *testing.B) { each(b, read) })
	b.Run("timelines", func(b *testing.B) { each(b, tell) })
	b.Run("evaluate", func(b *testing.B) {
		each(b, func() {
			for i := range requests {
				enforcer.Evaluate(c.Contract, &requests[i], w.now())
			}
		})
	})
	minutes := 0
	b.Run("change", func(b *testing.B) {
		each(b, func() {
			minutes++
			w.configure(func(yaml string) string { return replaceWithin(yaml, minutes) })
			w.set(w.now().Add(time.Second))
			w.pass()
		})
	})
	b.Run("idle", func(b *testing.B) {
		each(b, func() {
			w.set(w.now().Add(time.Second))
			w.pass()
		})
	})
}

// readRows reads every row of the mirror's issues and events.
func (w *world) readRows() {
	for _, query := range []string{
		"SELECT id, key, state, state_at, updated_at, read_at, body FROM mirror_issue ORDER BY connection, id",
		"SELECT issue, n, noticed_at, what, events, 0, body FROM mirror_event ORDER BY connection, issue, n",
	} {
		rows, err := w.file.QueryContext(context.Background(), query)
		w.do(err)
		for rows.Next() {
			var a, b, c, d, e, f any
			var body []byte
			w.do(rows.Scan(&a, &b, &c, &d, &e, &f, &body))
		}
		w.do(rows.Err())
		w.do(rows.Close())
	}
}

// processorTime is what the process has used so far, on all cores.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
