package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
)

// capped gives the vendor's contract a sum of 1,000,000, of which changes may cost 150,000: requests of tracker
// Feature, by the field for the cost. Issue 1 is told.
func capped(yaml string) string {
	return only(yaml) + `    account: {sum: 1000000, currency: KZT, changes: [{tracker: Feature}], watch_issue: "1"}
`
}

// byTime measures the cost by booked time, 1000 an hour.
var byTime = replace("currency: KZT,", "currency: KZT, rate: 1000,")

// capWorld is a desk with the issue that is told of the cost.
func capWorld(t *testing.T, opts ...option) *world {
	w := newWorld(t, "2026-03-16 10:00", append([]option{vendor, capped}, opts...)...)
	if id, err := w.sim.As("manager1").Create(redminesim.NewIssue{
		Project: "internal",
		Subject: "Cost of changes",
	}); err != nil || id != 1 {
		t.Fatalf("issue %d, %v", id, err)
	}
	w.sim.AddMember("internal", "sla-bot", "SLA bot")
	w.passAt("2026-03-16 11:20") // the names are read again
	return w
}

// change is a request for a change at a cost.
func (w *world) change(tracker, cost string) int {
	w.t.Helper()
	n := redminesim.NewIssue{Project: "acme", Tracker: tracker, Subject: "Another report"}
	if cost != "" {
		n.Fields = map[string]string{"Client ID": cost}
	}
	id, err := w.sim.As("customer1").Create(n)
	w.do(err)
	w.do(w.sim.As("manager1").Assign(id, "support1"))
	return id
}

// wantCost holds the sum of changes, in hundredths, and the number of requests against what they should be.
func (w *world) wantCost(sum int64, requests int) {
	w.t.Helper()
	s, n, err := w.ledger.Tally(w.t.Context(), "helpdesk", "vendor", "change-cap", "2026-01-01")
	w.do(err)
	if s != sum || n != requests {
		w.t.Errorf("at %s changes cost %d of %d requests, want %d of %d", w.clock(), s, n, sum, requests)
	}
}

// The watch issue is told at 80 %, at 100 % and of more than that, once each, whatever the sum does afterwards.
func TestCapByField(t *testing.T) {
	w := capWorld(t)
	first := w.change("Feature", "100 000,50")
	w.change("Bug", "999999")
	w.passAt("2026-03-16 11:30")
	w.wantCost(10000050, 1)
	w.wantSaid(1)
	second := w.change("Feature", "19999.49")
	w.passAt("2026-03-16 11:31")
	w.wantSaid(1) // 119,999.99 is not yet 80 %
	w.do(w.sim.As("manager1").SetField(second, "Client ID", "19999.50"))
	w.passAt("2026-03-16 11:32")
	w.wantSaid(1, "change-cap/warn-80")
	n := w.notes("admin", 1)[0]
	if !n.private || !strings.Contains(n.text, "has reached 80%") || !strings.Contains(n.text, "120,000") {
		t.Errorf("private: %t\n%s", n.private, n.text)
	}
	w.do(w.sim.As("manager1").SetField(first, "Client ID", "1"))
	w.passAt("2026-03-16 11:33")
	w.wantCost(2000050, 2)
	w.do(w.sim.As("manager1").SetField(first, "Client ID", "130000"))
	w.passAt("2026-03-16 11:34")
	w.wantSaid(1, "change-cap/warn-80")
	w.do(w.sim.As("manager1").SetField(first, "Client ID", "130000.50"))
	w.run("2026-03-16 12:34")
	w.wantSaid(1, "change-cap/warn-80", "change-cap/due")
	w.run("2026-03-18 12:34")
	w.wantSaid(1, "change-cap/warn-80", "change-cap/due")
	w.do(w.sim.As("manager1").SetField(first, "Client ID", "130000.51"))
	w.run("2026-03-18 12:40")
	w.wantSaid(1, "change-cap/warn-80", "change-cap/due", "change-cap/exceeded")
	if n := w.notes("admin", 1)[2]; !n.private || !strings.Contains(n.text, "is more than it may be") {
		t.Errorf("private: %t\n%s", n.private, n.text)
	}
	w.wantDuties("change-cap/warn-80 2026-01-01 done accepted", "change-cap/due 2026-01-01 done accepted",
		"change-cap/exceeded 2026-01-01 done accepted")
	if got := w.verdicts(""); len(got) > 0 {
		t.Errorf("an account has no verdict: %v", got)
	}
}

// Both shares reached at once are told in one word, and at night with the morning; fallen again by then, not at all.
func TestCapAtOnceAndByNight(t *testing.T) {
	w := capWorld(t)
	w.passAt("2026-03-16 20:00")
	id := w.change("Feature", "150000")
	w.run("2026-03-16 21:00")
	w.wantSaid(1)
	w.wantDuties("change-cap/warn-80 2026-01-01 overtaken overtaken", "change-cap/due 2026-01-01 waiting outside-hours")
	w.do(w.sim.As("manager1").SetField(id, "Client ID", "140000"))
	w.run("2026-03-17 09:10")
	w.wantSaid(1)
	w.do(w.sim.As("manager1").SetField(id, "Client ID", "150000"))
	w.run("2026-03-17 09:20")
	w.wantSaid(1, "change-cap/due")
}

// What is no change of the contract's any more is taken out of the sum.
func TestCapLeaving(t *testing.T) {
	for name, leave := range map[string]func(w *world, id int){
		"moved":   func(w *world, id int) { w.do(w.sim.As("admin").Move(id, "internal")) },
		"deleted": func(w *world, id int) { w.do(w.sim.As("admin").Delete(id)) },
		"no change": func(w *world, id int) {
			_, err := w.sim.As("manager1").Update(id, redminesim.Change{Tracker: "Bug"})
			w.do(err)
		},
		"by its when": func(w *world, id int) { w.do(w.sim.As("manager1").SetField(id, "Organisation", "another")) },
		"no cost":     func(w *world, id int) { w.do(w.sim.As("manager1").SetField(id, "Client ID", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := capWorld(t, replace("projects: [acme]", "projects: [acme]\n    when: [{field: Organisation, in: [ours]}]"))
			id := w.change("Feature", "1000")
			w.do(w.sim.As("manager1").SetField(id, "Organisation", "ours"))
			w.passAt("2026-03-16 11:30")
			w.wantCost(100000, 1)
			leave(w, id)
			w.passAt("2026-03-16 12:30") // with a census
			w.passAt("2026-03-16 12:31") // as of which it is deleted
			w.wantCost(0, 0)
		})
	}
}

// Booked time costs by the hour, also where nothing else of the contract counts it.
func TestCapByTime(t *testing.T) {
	w := capWorld(t, byTime)
	id, other := w.change("Feature", ""), w.change("Bug", "")
	w.book(id, 100.25, "Development")
	entry := w.book(id, 0.5, "Design")
	w.book(other, 300, "Development")
	w.passAt("2026-03-16 11:30")
	w.wantCost(100_75000, 1)
	w.do(w.sim.As("manager1").RemoveTimeEntry(entry))
	w.passAt("2026-03-16 13:00") // with a census
	w.wantCost(100_25000, 1)
	w.book(id, 20, "Development")
	w.passAt("2026-03-16 13:10")
	w.wantSaid(1, "change-cap/warn-80")
	w.configure(replace("rate: 1000", "rate: 2000"))
	w.passAt("2026-03-16 13:20")
	w.wantCost(240_50000, 1)
	w.wantSaid(1, "change-cap/warn-80", "change-cap/exceeded") // which says it all
	w.sim.RevokePermission("SLA bot", "view_time_entries")
	r := w.passAt("2026-03-16 14:30")
	if !strings.Contains(problems(r), "view_time_entries") {
		t.Errorf("problems %s", problems(r))
	}
}

// A changed configuration counts anew what is a change.
func TestCapOfAnotherConfiguration(t *testing.T) {
	w := capWorld(t)
	w.change("Feature", "1000")
	w.change("Bug", "20")
	w.passAt("2026-03-16 11:30")
	w.wantCost(1000_00, 1)
	w.configure(replace("changes: [{tracker: Feature}]", "changes: [{tracker: Bug}]"))
	w.passAt("2026-03-16 12:00")
	w.wantCost(20_00, 1)
	w.configure(replace("projects: [acme]", "projects: [globex]"))
	w.passAt("2026-03-16 12:10")
	w.wantCost(0, 0)
}

// A cost that is no amount is told of once, and counts nothing.
func TestCapUnreadableCost(t *testing.T) {
	w := capWorld(t)
	ids := map[string]int{}
	for _, cost := range []string{"approx. 5", "1,500", "1.500.000", "-3"} {
		ids[cost] = w.change("Feature", cost)
	}
	r := w.passAt("2026-03-16 11:30")
	for cost, id := range ids {
		if want := fmt.Sprintf("%d grave=false the field for the cost holds %q", id, cost); !strings.Contains(problems(r),
			want) {
			t.Errorf("problems %s; want %s", problems(r), want)
		}
	}
	w.wantCost(0, 0)
	for _, moment := range []string{"2026-03-16 11:31", "2026-03-16 12:35"} {
		if r := w.passAt(moment); strings.Contains(problems(r), "cost") {
			t.Errorf("at %s again: %s", moment, problems(r))
		}
	}
	w.do(w.sim.As("manager1").SetField(ids["1,500"], "Client ID", "1,50"))
	w.do(w.sim.As("manager1").SetField(ids["-3"], "Client ID", "three"))
	if r := w.passAt("2026-03-16 12:36"); strings.Count(problems(r), "holds") != 1 ||
		!strings.Contains(problems(r), `holds "three"`) {
		t.Errorf("problems %s", problems(r))
	}
	w.wantCost(1_50, 1)
}

// Without the watch issue the note is held and said to be; it is written when the issue is there.
func TestCapWithoutAWatchIssue(t *testing.T) {
	w := capWorld(t)
	w.sim.RemoveMember("internal", "sla-bot")
	w.passAt("2026-03-16 12:30")
	w.change("Feature", "130000")
	for _, moment := range []string{"2026-03-16 12:40", "2026-03-16 12:41"} {
		if r := w.passAt(moment); !strings.Contains(problems(r),
			"grave=true held: change-cap of vendor: issue 1, which is to be told") {
			t.Errorf("problems %s", problems(r))
		}
	}
	w.wantDuties("change-cap/warn-80 2026-01-01 held watch")
	if e := w.entry("change-cap/warn-80 2026-01-01"); e.Version != 1 || e.State != enforcer.Held {
		t.Errorf("the held entry was moved %d times", e.Version)
	}
	w.sim.AddMember("internal", "sla-bot", "SLA bot")
	w.passAt("2026-03-16 14:00")
	w.passAt("2026-03-16 14:01")
	w.wantSaid(1, "change-cap/warn-80")
}
