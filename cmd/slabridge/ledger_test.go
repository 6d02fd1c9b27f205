package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestLedgerListAndShow(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:31:00")
	d.report("A report prints slowly", "non-critical")
	d.at("2026-03-20 16:31:05")
	d.want(exitOK, "enforce")

	all := d.lines(exitOK, "ledger", "list")
	for _, l := range all {
		has(t, "ledger list", l, writeFields...)
	}
	if !slices.IsSortedFunc(all, func(a, b map[string]any) int {
		return strings.Compare(fmt.Sprint(a["decided"]), fmt.Sprint(b["decided"]))
	}) {
		t.Errorf("not the oldest first: %v", all)
	}
	for _, c := range []struct {
		filter []string
		want   []string
	}{
		{nil, []string{"acknowledge/start", "respond/warn-50", "respond/due", "acknowledge/start"}},
		{[]string{"--issue", "2"}, []string{"acknowledge/start"}},
		{[]string{"--issue", "1", "--obligation", "respond"}, []string{"respond/warn-50", "respond/due"}},
		{[]string{"--state", "overtaken"}, []string{"respond/warn-50"}},
		{[]string{"--state", "held"}, nil},
		{[]string{"--contract", "other"}, nil},
		{[]string{"--connection", "other"}, nil},
		{[]string{"--id", fmt.Sprint(all[2]["id"])}, []string{"respond/due"}},
	} {
		got := steps(d.lines(exitOK, append([]string{"ledger", "list"}, c.filter...)...))
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("ledger list %v: want %v, got %v", c.filter, c.want, got)
		}
	}
	contains(t, "error", d.want(exitUsage, "ledger", "list", "--state", "hold").err,
		`--state "hold": there is no such state`)

	id := fmt.Sprint(all[2]["id"])
	shown := d.lines(exitOK, "ledger", "show", id)[0]
	has(t, "ledger show", shown, append([]string{"facts", "history", "requests"}, writeFields...)...)
	contains(t, "ledger show", d.want(exitOK, "ledger", "show", id).out,
		"rule: ", "contract version ", "Overdue: start of work", "intended: ", "done: ", "request ", "accepted",
		"Fri 2026-03-20 16:30:00 +05")
	d.want(exitFailed, "ledger", "show", "nothing")
}

func TestLedgerRelease(t *testing.T) {
	d := newOffice(t, "state: slabridge.db", "state: slabridge.db\nlimits: {writes_per_pass: 1}")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	for _, s := range []string{"one", "two", "three"} {
		d.report(s, "critical")
	}
	d.at("2026-03-20 16:00:05")
	o := d.want(exitHeld, "enforce")
	contains(t, "enforce", o.out, "held: 3", "held      #1 confirmation of receipt, at the start",
		"slabridge ledger release --id ")
	if notes := d.notes(1) + d.notes(2) + d.notes(3); notes != 0 {
		t.Errorf("%d notes were written in spite of the bound", notes)
	}
	held := d.lines(exitOK, "ledger", "list", "--state", "held")
	if len(held) != 3 {
		t.Fatalf("want 3 held, got %v", held)
	}
	contains(t, "error", d.want(exitUsage, "ledger", "release").err, "give a filter", "or --all")
	d.want(exitUsage, "ledger", "retry")
	contains(t, "release", d.want(exitOK, "ledger", "release", "--issue", "2").out,
		"entries released: 1; the next pass decides again")
	d.want(exitHeld, "enforce")
	if d.notes(1)+d.notes(3) != 0 || d.notes(2) != 1 {
		t.Errorf("want the released one written alone; notes: %d, %d, %d", d.notes(1), d.notes(2), d.notes(3))
	}
	d.want(exitOK, "ledger", "release", "--all")
	d.want(exitOK, "enforce")
	if d.notes(1) != 1 || d.notes(2) != 1 || d.notes(3) != 1 {
		t.Errorf("want each written once; notes: %d, %d, %d", d.notes(1), d.notes(2), d.notes(3))
	}
}

func TestLedgerRetry(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.sim.SetFieldRule("SLA bot", "", "", "priority_id", "readonly") // left alone in silence, with a 204
	o := d.want(exitHeld, "enforce")
	contains(t, "enforce", unfolded(o.out), "steps written: 1, not all of it taken: 1",
		"refused #1 start of work, at the deadline", "refused: priority", "slabridge ledger retry --id ")
	refused := d.lines(exitOK, "ledger", "list", "--state", "refused")
	if len(refused) != 1 {
		t.Fatalf("want 1 refused, got %v", refused)
	}
	has(t, "refused", refused[0], "refused", "hint")
	d.sim.SetFieldRule("SLA bot", "", "", "priority_id", "")
	contains(t, "retry", d.want(exitOK, "ledger", "retry", "--id", fmt.Sprint(refused[0]["id"])).out,
		"entries to be tried again in the next pass: 1")
	before := d.notes(1)
	d.want(exitOK, "enforce")
	issue, err := d.sim.As("admin").See(1)
	d.check(err)
	if issue.Priority.Name != "Immediate" {
		t.Errorf("the priority was not raised: %v", issue.Priority)
	}
	if now := d.notes(1); now > before+1 {
		t.Errorf("retrying wrote %d notes", now-before)
	}
}

// notes counts the notes on an issue.
func (d *office) notes(issue int) int {
	d.t.Helper()
	i, err := d.sim.As("admin").See(issue)
	d.check(err)
	n := 0
	for _, j := range *i.Journals {
		if j.Notes != nil && *j.Notes != "" {
			n++
		}
	}
	return n
}

func TestTrackerAway(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(d *office)
		mend   func(d *office)
	}{
		"500": {
			func(d *office) { d.sim.Use(broken(http.StatusInternalServerError)) },
			func(d *office) { d.sim.Use(nil) },
		},
		"not JSON": {func(d *office) { d.sim.Use(html) }, func(d *office) { d.sim.Use(nil) }},
		"wrong key": {
			func(d *office) { d.key = strings.Repeat("0", 40); d.configure() },
			func(d *office) { d.key = d.sim.Key("sla-bot"); d.configure() },
		},
		"locked bot":  {func(d *office) { d.sim.LockUser("sla-bot") }, func(d *office) { d.sim.UnlockUser("sla-bot") }},
		"no REST API": {func(d *office) { d.sim.SetREST(false) }, func(d *office) { d.sim.SetREST(true) }},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t)
			d.breached()
			c.breaks(d)
			for _, args := range [][]string{{"sync"}, {"enforce"}, {"check", "--live"}} {
				o := d.want(exitTracker, args...)
				contains(t, "error", o.err, "slabridge: ", "helpdesk")
				if strings.Contains(o.err, d.key) {
					t.Errorf("the key is told: %s", o.err)
				}
			}
			d.want(exitOK, "status") // what only reads goes on
			c.mend(d)
			if written := steps(listOf(t, d.lines(exitOK, "enforce")[0]["written"])); !slices.Equal(written,
				[]string{"respond/due"}) {
				t.Errorf("the next pass wrote %v", written)
			}
		})
	}
}

func html(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><body>Sign in</body></html>")) // of a recorder
	})
}

func listOf(t *testing.T, v any) []map[string]any {
	t.Helper()
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("not a list: %v", v)
	}
	var out []map[string]any
	for _, one := range list {
		m, ok := one.(map[string]any)
		if !ok {
			t.Fatalf("not an object: %v", one)
		}
		out = append(out, m)
	}
	return out
}

// What was over before enforcement began is a wall of entries on the first day: a person is told how many, a program
// all.
func TestPastEntriesAreCounted(t *testing.T) {
	d := newOffice(t)
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce") // the first pass: what was due before it is past
	d.at("2026-03-20 18:00:05")
	d.want(exitOK, "enforce")
	past := len(d.lines(exitOK, "ledger", "list", "--state", "past"))
	all := len(d.lines(exitOK, "ledger", "list"))
	if past == 0 || all <= past {
		t.Fatalf("%d of %d entries are past", past, all)
	}
	text := d.want(exitOK, "ledger", "list").out
	contains(t, "ledger list", text, fmt.Sprintf("past entries, not shown: %d; --state past shows them\n", past))
	if n := strings.Count(text, "\n    moment "); n != all-past {
		t.Errorf("%d entries are shown, want %d:\n%s", n, all-past, text)
	}
	contains(t, "ledger list --state past", d.want(exitOK, "ledger", "list", "--state", "past").out, "  past      #1 ")
}
