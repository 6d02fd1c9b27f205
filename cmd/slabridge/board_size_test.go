package main

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/board"
)

// A daemon's desk of 10,000 rows: a page is no larger than its rows, each page has as many of them as it should, and
// makes little more than reading the list itself does.
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
	allocations := func(do func()) uint64 { // in place of time, which is the machine's
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	raw := allocations(func() {
		if found, err := w.ledger.Running(t.Context()); err != nil || len(found) < rows {
			t.Fatal(len(found), err)
		}
	})
	body, code := "", 0
	for _, path := range []string{"/", "/?page=50", "/?overdue=1"} {
		fresh := board.New(answersOf(w, &runningCycles{kept: true}), english)
		made := allocations(func() { code, body = see(t, fresh, path) })
		t.Logf("%s: %d bytes, %d allocations; the list alone %d", path, len(body), made, raw)
		if code != http.StatusOK || len(body) > 120_000 || made > raw*3/2 {
			t.Errorf("%s: %d, %d bytes, %d allocations; the list alone has %d", path, code, len(body), made, raw)
		}
	}
	_, _ = see(t, pages, "/")
	if again := allocations(func() { _, _ = see(t, pages, "/") }); again > raw/2 {
		t.Errorf("once it is read a page makes %d allocations; the list alone has %d", again, raw)
	}
}
