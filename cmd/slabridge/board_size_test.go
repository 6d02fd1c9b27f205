package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/board"
)

// A daemon's desk of 10,000 rows: a page is no larger than its rows, each page has as many of them as it should, and
// takes little more than reading the list itself does.
func TestDeskOfTenThousandRows(t *testing.T) {
	const rows = 10_000
	d := newBreachedOffice(t)
	w := d.writer()
	items := make([]enforcer.AgendaItem, rows)
	for i := range items {
		items[i] = enforcer.AgendaItem{
			Connection: "helpdesk", Contract: "kamal-acme", Issue: fmt.Sprint(1000 + i), IssueKey: fmt.Sprint(1000 + i),
			Subject: "The report of the month cannot be opened", Severity: "critical", EvaluatedAt: d.clock(), Fingerprint: "x",
			Next: d.clock().Add(time.Hour),
			Cycles: []enforcer.AgendaCycle{{
				Obligation: "respond", ID: "created", Ordinal: 1, State: enforcer.Running, StartedAt: d.clock(),
				Due: d.clock().Add(time.Duration(i-rows/10) * time.Minute),
			}},
		}
	}
	d.check(w.ledger.SetAgenda(t.Context(), items...))
	pages := board.New(answersOf(w, &runningCycles{kept: true}), english)
	best := func(do func()) time.Duration {
		least := time.Hour
		for range 3 {
			began := time.Now()
			do()
			least = min(least, time.Since(began))
		}
		return least
	}
	raw := best(func() {
		if found, err := w.ledger.Running(t.Context()); err != nil || len(found) < rows {
			t.Fatal(len(found), err)
		}
	})
	body, code := "", 0
	for _, path := range []string{"/", "/?page=50", "/?overdue=1"} {
		took := best(func() { code, body = see(t, board.New(answersOf(w, &runningCycles{kept: true}), english), path) })
		t.Logf("%s: %d bytes in %s; the list alone %s", path, len(body), took, raw)
		if code != http.StatusOK || len(body) > 120_000 || took > 3*raw+50*time.Millisecond {
			t.Errorf("%s: %d, %d bytes in %s; the list alone takes %s", path, code, len(body), took, raw)
		}
	}
	again := best(func() { _, _ = see(t, pages, "/") })
	t.Logf("once it is read: %s", again)
}
