package main

import (
	"regexp"
	"slices"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

var heldLine = regexp.MustCompile(`in all [^<\n|]*?plain time`)

// heldOf are the lines of the evidence and of the page of a contract that tell who held the request.
func (d *office) heldOf() (breach, period []string) {
	d.t.Helper()
	text := pageText(d.want(exitOK, "report", "--contract", "kamal-acme", "--for", "customer", "-o", "html",
		"--from", "2026-03-01", "--to", "2026-03-31").out)
	_, page := see(d.t, pagesHandler(d.reader()), "/contract/kamal-acme?from=2026-03-01&to=2026-03-31")
	return heldLine.FindAllString(text, -1), heldLine.FindAllString(pageText(page), -1)
}

// Who held a request is counted until the promise was kept after all, until the request left the contract, or to the
// end of the period: a report that is made later says the same of the same time.
func TestReportCountsNoFurtherThanItSays(t *testing.T) {
	kept := []string{"in all with us: 40m in working hours, 40m of plain time"}
	for what, c := range map[string]struct {
		who            string
		do             redminesim.Change
		breach, period []string
	}{
		"kept after all": {
			"ivanov",
			redminesim.Change{Note: "On it.", Status: "In Progress"},
			kept,
			// from Friday 16:00 to the end of March, in which are four working days more
			[]string{"in all with us: 38h in working hours, 272h of plain time"},
		},
		"moved to another contract": {"admin", redminesim.Change{Project: "globex"}, kept, kept},
	} {
		t.Run(what, func(t *testing.T) {
			d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
				"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n")
			d.desks("globex")
			d.breached()
			d.want(exitOK, "enforce")
			d.at("2026-03-20 16:40:00")
			_, err := d.sim.As(c.who).Update(1, c.do)
			d.check(err)
			for _, later := range []string{"2026-04-02 12:00:00", "2026-04-20 12:00:00"} {
				d.at(later)
				d.run("enforce") // of the rest of the promises nothing matters here
				breach, period := d.heldOf()
				if len(breach) == 0 || !slices.Equal(breach[:1], c.breach) {
					t.Errorf("on %s a breach says %q, want %q", later, breach, c.breach)
				}
				if !slices.Equal(period, c.period) {
					t.Errorf("on %s the contract says %q, want %q", later, period, c.period)
				}
			}
		})
	}
}
