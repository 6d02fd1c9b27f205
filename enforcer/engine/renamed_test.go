package engine_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"slabridge/enforcer/ledger"
)

// renamedInAPass lives through a rename by another process before the nth request of a pass, while pages that share the
// daemon's ledger read the names anew. It gives what was said and judged in the end, and how many requests there are.
func renamedInAPass(t *testing.T, n int, ids ...string) (end string, requests int) {
	t.Helper()
	var then func()
	var counting sync.Mutex // a pass reads several issues at once
	w := freshWorld(t, at("2026-03-16 09:45"))
	w.through = func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			counting.Lock()
			if requests++; then != nil && requests == n {
				then()
			}
			counting.Unlock()
			return next.RoundTrip(r)
		})
	}
	w.restart()
	w.passBy()
	w.pass()
	rename := func(from, to string) {
		other, err := ledger.Open(t.Context(), w.file.DB, w.now())
		w.do(err)
		w.do(other.Rename(t.Context(), w.now(), from, to, "olga"))
		w.do(w.ledger.ReadNames(t.Context()))
	}
	w.set(at("2026-03-16 10:00"))
	first := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:01")
	second := w.issue("critical", "Mail down")
	for i := 0; i+2 < len(ids); i++ { // renamed before, and the daemon has followed
		rename(ids[i], ids[i+1])
		w.configure(replace("id: "+ids[i], "id: "+ids[i+1]))
	}
	from, to := ids[len(ids)-2], ids[len(ids)-1]
	w.set(at("2026-03-16 10:11"))
	renamed := false
	requests, then = 0, func() { renamed = true; rename(from, to) }
	_, _ = w.engine.Pass(t.Context())
	inPass := requests
	then = nil
	if !renamed { // a pass that reads several issues at once does not always make as many requests
		rename(from, to)
	}
	w.set(at("2026-03-16 10:11:30"))
	_, _ = w.engine.Pass(t.Context()) // by the old configuration still: it writes nothing
	w.configure(replace("id: "+from, "id: "+to))
	w.passAt("2026-03-16 10:12")
	w.answer(first, "We are on it.")
	w.run("2026-03-16 10:31")
	var judged []string
	for v, err := range w.ledger.Verdicts(t.Context(), ledger.VerdictFilter{}) {
		w.do(err)
		judged = append(judged, fmt.Sprintln(v.Contract, v.Issue, v.Obligation, v.Cycle, v.State))
	}
	slices.Sort(judged)
	return fmt.Sprintln(w.said(first), w.said(second), judged), inPass
}

// A contract that is renamed in the middle of a daemon's pass, for the first time or again, loses no step, says none
// twice and is judged as one that is renamed between two passes.
func TestRenamedInAPass(t *testing.T) {
	for _, ids := range [][]string{{"kamal-acme", "kamal-2027"}, {"kamal-acme", "kamal-2027", "kamal"}} {
		want, requests := renamedInAPass(t, 0, ids...)
		for n := 1; n <= requests; n++ {
			if got, _ := renamedInAPass(t, n, ids...); got != want {
				t.Errorf("%v before request %d:\n%s\nwant\n%s", ids, n, got, want)
			}
		}
	}
}
