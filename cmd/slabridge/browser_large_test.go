package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer/board"
)

// The state that the pages are measured on.
const (
	manyRequests = 20_000
	manyOpen     = 2_600 // that nobody answered, with four promises each
)

// manyDesk is a desk of 20,000 requests with histories, known to slabridge.
func manyDesk(t *testing.T) *office {
	t.Helper()
	d := newOffice(t)
	now := d.clock()
	act := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range manyRequests {
		at := now.Add(-time.Duration(manyRequests-i) * 6 * time.Minute) // over some eighty days
		id, err := d.sim.As("romashkin").At(at).Create(redminesim.NewIssue{
			Project: "acme", Tracker: "Bug", Subject: fmt.Sprintf("The report of branch %d cannot be opened", i),
			Fields: map[string]string{"Severity": []string{"critical", "non-critical"}[i%2]},
		})
		act(err)
		if i%(manyRequests/manyOpen) == 0 {
			continue
		}
		_, err = d.sim.As("ivanov").At(at.Add(5*time.Minute)).Comment(id, "We look into it.")
		act(err)
		act(d.sim.As("ivanov").At(at.Add(10*time.Minute)).SetStatus(id, "In Progress"))
		_, err = d.sim.As("romashkin").At(at.Add(15*time.Minute)).Comment(id, "Thank you; branch 7 has the same.")
		act(err)
		_, err = d.sim.As("ivanov").At(at.Add(20*time.Minute)).Comment(id, "Mended with the next version.")
		act(err)
		act(d.sim.As("ivanov").At(at.Add(20*time.Minute)).SetStatus(id, "Resolved"))
		act(d.sim.As("ivanov").At(at.Add(25*time.Minute)).SetStatus(id, "Closed"))
	}
	return d
}

// The pages over 20,000 requests with histories and 10,000 cycles that run: each page is of a bounded size, and
// in a browser it can be used, on a phone too. How long it takes is told beside reading the list alone.
func TestLargeBoardInABrowser(t *testing.T) {
	var daemon http.Handler
	b := newBrowser(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { daemon.ServeHTTP(w, r) }))
	d := manyDesk(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
	d.run("enforce") // only time has gone on; many warnings at once are held
	w := d.writer()
	began := time.Now()
	items, err := w.ledger.Running(t.Context())
	raw := time.Since(began)
	d.check(err)
	cycles := 0
	for i := range items {
		cycles += len(items[i].Cycles)
	}
	if cycles < 10_000 {
		t.Fatalf("%d cycles are running", cycles)
	}
	daemon = board.New(answersOf(w, &runningCycles{kept: true}), english)
	alone := pagesHandler(w)
	for _, x := range []struct {
		name, path string
		pages      http.Handler
		most       int // bytes
	}{
		{"desk", "/", daemon, 120_000},
		{"last page", "/?page=100", daemon, 120_000},
		{"desk without a daemon", "/", alone, 120_000},
		{"request", "/request/500", daemon, 120_000},
		{"trust", "/trust", daemon, 60_000},
		{"contract", "/contract/kamal-acme", daemon, 300_000},
	} {
		began := time.Now()
		code, body := see(t, x.pages, x.path)
		took := time.Since(began)
		t.Logf("%s: %d bytes in %s; the list of %d cycles alone %s", x.name, len(body), took, cycles, raw)
		if code != http.StatusOK || len(body) > x.most {
			t.Errorf("%s: %d, %d bytes, at most %d", x.name, code, len(body), x.most)
		}
	}
	for _, l := range []look{wide, narrows} {
		p := b.open(t, l)
		for _, path := range []string{"/", "/?page=100&overdue=1", "/request/500", "/trust"} {
			p.see(path)
			p.fits()
			t.Logf("%s in %s: first paint after %.0f ms", path, l,
				eval[float64](p, `(async () => {
					for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
					return performance.getEntriesByType("paint")[0]?.startTime ?? -1;
				})()`))
		}
		p.see("/")
		p.shot("large-desk-"+l.String(), false)
		if rows := eval[int](p, `document.querySelectorAll("table.rows tbody tr").length`); rows != board.RowsOnPage {
			t.Errorf("%d rows", rows)
		}
		p.do(chromedp.Click("nav.pages a[rel=next]"))
		p.do(chromedp.WaitVisible("nav.pages a[rel=prev]"))
		p.quiet()
	}
}
