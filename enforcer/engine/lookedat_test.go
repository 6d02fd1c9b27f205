package engine_test

import (
	"testing"
	"time"
)

// evaluatedAfter makes a pass so much later and gives how many requests it evaluated.
func (w *world) evaluatedAfter(d time.Duration) int {
	w.t.Helper()
	w.set(w.now().Add(d))
	return w.pass().Evaluated
}

// What a pass has judged the next one judges again only if something happened to it, however short the time between
// them is.
func TestNothingIsJudgedAgainForNothing(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	for range 4 {
		w.issue("minor", "Printer")
	}
	critical := w.issue("critical", "Server down")
	want := func(what string, after time.Duration, want int) {
		t.Helper()
		if n := w.evaluatedAfter(after); n != want {
			t.Errorf("%s: %d requests were evaluated, want %d", what, n, want)
		}
	}
	want("all are new", 10*time.Second, 5)
	want("read back after the receipts", 10*time.Second, 5)
	want("nothing happened", 10*time.Second, 0)
	want("nothing happened", time.Minute, 0)

	_, err := w.sim.As("support1").Comment(2, "We are on it.")
	w.do(err)
	want("one was answered", 10*time.Second, 1)
	want("nothing happened since", 10*time.Second, 0)

	w.configure(func(yaml string) string { return replaceWithin(yaml, 1) })
	want("another configuration", 10*time.Second, 5)
	want("nothing happened since", 10*time.Second, 0)

	w.set(at("2026-03-16 10:12:00"))
	w.pass() // a warning, half-way
	w.wantSaid(critical, "+acknowledge/start", "respond/warn-50")
	w.restart()
	if n := w.evaluatedAfter(10 * time.Second); n == 0 {
		t.Error("a new process has looked at nothing, and takes it for looked at")
	}
}
