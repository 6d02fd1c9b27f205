package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// vendor is the configuration of the vendor-kz contract with a quarterly delivery, a monthly duty and one that comes
// each Monday.
func vendor(string) string {
	text, err := os.ReadFile("testdata/vendor.yaml")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// enforced draws the vendor's line by hand.
func enforced(from string) option {
	return replace("valid: {from: 2026-01-01, to: 2026-12-31}",
		"valid: {from: 2026-01-01, to: 2026-12-31}\n    enforce_from: "+from)
}

// made lists the issues that slabridge made and nobody deleted, "#1 Delivery Q2 2026", in the order of their numbers.
func (w *world) made() []string {
	w.t.Helper()
	out := []string{}
	for id, missing := 1, 0; missing < 5; id++ {
		i, err := w.sim.As("admin").See(id)
		switch {
		case err != nil:
			missing++
		case i.Author.Name == "SLA Bot":
			out = append(out, fmt.Sprintf("#%d %s", id, i.Subject))
		}
	}
	return out
}

func (w *world) wantMade(want ...string) {
	w.t.Helper()
	if got := w.made(); !slices.Equal(got, want) {
		w.t.Errorf("at %s slabridge has made\n  %s\nwant\n  %s", w.clock(), strings.Join(got, "\n  "),
			strings.Join(want, "\n  "))
	}
}

func (w *world) clock() string { return w.now().In(almaty).Format("2006-01-02 15:04:05") }

// duties tells the ledger's entries of the contract as a whole, "obligation/step cycle state reason", oldest first.
func (w *world) duties() []string {
	w.t.Helper()
	out := []string{}
	for e, err := range w.ledger.List(w.t.Context(), ledger.Filter{}, ledger.OldestFirst) {
		w.do(err)
		if e.Key.Issue == "" && e.Reason.Code != "passed-by" {
			out = append(out, fmt.Sprintf("%s/%s %s %s %s", e.Key.Obligation, e.Key.Step, e.Key.Cycle, e.State, e.Reason.Code))
		}
	}
	return out
}

func (w *world) wantDuties(want ...string) {
	w.t.Helper()
	if got := w.duties(); !slices.Equal(got, want) {
		w.t.Errorf("at %s the ledger has of the contract\n  %s\nwant\n  %s", w.clock(), strings.Join(got, "\n  "),
			strings.Join(want, "\n  "))
	}
}

// Every duty gets one issue a period, in working hours, to whom and until when the configuration says; what goes on
// is told there, to staff.
func TestDuties(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-04-01 08:59")
	w.wantMade("#1 Sync 30 March 2026")
	w.wantDuties("standing-duty/start sync@2026-03-30T10:00 done accepted",
		"quarterly-delivery/start 2026-Q2 waiting outside-hours", "standing-duty/start backup@2026-04 waiting outside-hours")
	w.run("2026-04-01 09:00")
	w.wantMade("#1 Sync 30 March 2026", "#2 Delivery Q2 2026", "#3 Backup April 2026")
	i := w.see("admin", 2)
	if i.AssignedTo == nil || i.AssignedTo.Name != "Sanjay Support" || i.DueDate == nil || *i.DueDate != "2026-06-30" {
		t.Errorf("the delivery is with %v until %v", i.AssignedTo, i.DueDate)
	}
	w.do(w.sim.As("support1").SetStatus(1, "Closed"))
	w.run("2026-04-09 12:00")
	w.wantMade("#1 Sync 30 March 2026", "#2 Delivery Q2 2026", "#3 Backup April 2026", "#4 Sync 6 April 2026")
	w.wantSaid(1)
	w.wantSaid(4, "standing-duty/due")
	w.run("2026-07-01 10:00")
	w.wantSaid(2, "quarterly-delivery/warn-5bd", "quarterly-delivery/due")
	w.wantSaid(3, "standing-duty/due")
	for _, s := range w.made() {
		if n := strings.Count(strings.Join(w.made(), "\n"), s[strings.Index(s, " "):]); n != 1 {
			t.Errorf("%s was made %d times", s, n)
		}
	}
	if n := len(w.made()); n != 14+4+2 { // Mondays, months, quarters
		t.Errorf("%d issues were made: %v", n, w.made())
	}
}

// A ledger restored from before, or begun anew, finds what was made in the tracker and makes nothing again: an issue
// of another installation too, and one made in the very second in which its period began.
func TestDutiesAreFoundAgain(t *testing.T) {
	for _, name := range []string{"restored", "begun anew"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2026-03-30 09:00", vendor, enforced("2026-03-30"))
			state := filepath.Join(t.TempDir(), "other.db")
			if name == "restored" {
				_, err := w.file.ExecContext(t.Context(), "VACUUM INTO ?", state)
				w.do(err)
			}
			w.run("2026-04-09 12:00")
			before, told := w.made(), w.said(4)
			w.stop()
			w.path = state
			w.start()
			w.set(at("2026-04-09 12:01"))
			for _, r := range w.requests(func() { w.pass() }) {
				if r.Method != "GET" {
					t.Errorf("asked for %s %s", r.Method, r.Path)
				}
			}
			w.run("2026-04-09 12:30")
			w.wantMade(before...)
			w.wantSaid(4, told...)
			w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
			w.run("2026-04-09 13:30")
			w.wantMade(before...)
			w.wantSaid(4, told...)
		})
	}
}

// What was missed in an outage is made, once for each period, and told of though its due has passed.
func TestDutiesMissedInAnOutage(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-03-30 10:00")
	w.run("2026-04-15 11:00") // what the daemon would have done
	undisturbed := w.made()

	w = newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-03-30 10:00")
	w.passAt("2026-04-15 11:00")
	w.run("2026-04-15 12:00")
	subjects := func(made []string) []string {
		var out []string
		for _, s := range made {
			out = append(out, s[strings.Index(s, " "):])
		}
		slices.Sort(out)
		return out
	}
	if got, want := subjects(w.made()), subjects(undisturbed); !slices.Equal(got, want) {
		t.Errorf("after the outage there are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	for _, s := range w.made() {
		id := 0
		if _, err := fmt.Sscanf(s, "#%d", &id); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(s, "Sync") && !strings.Contains(s, "13 April") {
			w.wantSaid(id, "standing-duty/due") // each on its own issue
		}
	}
}

// What an admin adds is owed from the running period on: the periods that went by without it are no debt, and nobody is
// judged by them.
func TestDutyAddedLater(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-04-14 12:00")
	before := w.made()
	w.configure(replace("    duties:\n",
		"    duties:\n      - {obligation: standing-duty, id: archive, period: \"0 10 * * 2\", within: 1bd, project: "+
			"acme, tracker: Bug, subject: \"Archive {{.Period}}\"}\n"))
	w.run("2026-04-14 13:00")
	w.wantMade(append(before, "#6 Archive 14 April 2026")...)
	w.run("2026-04-21 10:00")
	w.wantMade(append(before, "#6 Archive 14 April 2026", "#7 Sync 20 April 2026", "#8 Archive 21 April 2026")...)
	for _, v := range w.verdicts("") {
		if strings.Contains(v, "archive@") && !strings.Contains(v, "archive@2026-04-14T10:00: breached") {
			t.Errorf("judged: %s", v)
		}
	}
}

// only leaves the configuration the quarterly delivery alone.
func only(yaml string) string {
	i := strings.Index(yaml, "      - {obligation: standing-duty")
	return yaml[:i]
}

// What the tracker would not take is held, once, and made when it is mended, in the tracker or in the configuration.
func TestDutyHeld(t *testing.T) {
	for _, c := range []struct {
		name, code string
		opt        option
		spoil      func(w *world)
		mend       func(w *world)
	}{
		{
			"project closed", "duty", only,
			func(w *world) { w.sim.CloseProject("acme") },
			func(w *world) { w.sim.ReopenProject("acme") },
		},
		{
			"no such tracker", "duty",
			func(yaml string) string { return replace("tracker: Bug", "tracker: Bugg")(only(yaml)) },
			func(*world) {},
			func(w *world) { w.configure(replace("tracker: Bugg", "tracker: Bug")) },
		},
		{
			"no such project", "duty",
			func(yaml string) string {
				return replace("delivery, project: acme", "delivery, project: acmee")(only(yaml))
			},
			func(*world) {},
			func(w *world) { w.configure(replace("project: acmee", "project: acme")) },
		},
		{
			"no right", "rights", only,
			func(w *world) { w.sim.RevokePermission("SLA bot", "add_issues") },
			func(w *world) { w.sim.GrantPermission("SLA bot", "add_issues") },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-30 09:00", vendor, c.opt)
			c.spoil(w)
			w.passAt("2026-03-31 23:00") // by then the names are read again
			w.run("2026-04-01 12:00")
			w.wantMade()
			w.wantDuties("quarterly-delivery/start 2026-Q2 held " + c.code)
			e := w.entry("quarterly-delivery/start 2026-Q2")
			r := w.passAt("2026-04-01 12:05")
			if !strings.Contains(problems(r), "grave=true held: quarterly-delivery of vendor: ") {
				t.Errorf("problems %s", problems(r))
			}
			if now := w.entry("quarterly-delivery/start 2026-Q2"); now.Version != e.Version || e.Version > 2 {
				t.Errorf("the held entry was moved %d times", now.Version)
			}
			c.mend(w)
			w.passAt("2026-04-01 12:06")
			w.wantMade("#1 Delivery Q2 2026")
			w.wantDuties("quarterly-delivery/start 2026-Q2 done accepted")
		})
	}
}

// entry is the ledger's of the contract as a whole, by "obligation/step cycle".
func (w *world) entry(name string) ledger.Entry {
	w.t.Helper()
	for e, err := range w.ledger.List(w.t.Context(), ledger.Filter{}, ledger.OldestFirst) {
		w.do(err)
		if e.Key.Issue == "" && e.Key.Obligation+"/"+e.Key.Step+" "+e.Key.Cycle == name {
			return e
		}
	}
	w.t.Fatalf("no entry %s: %v", name, w.duties())
	return ledger.Entry{}
}

// What the tracker leaves undone of an issue that it makes is a refusal; tried again, nothing is made a second time.
func TestDutyMadeOtherwise(t *testing.T) {
	t.Run("assignee left alone", func(t *testing.T) {
		w := newWorld(t, "2026-03-30 09:00", vendor, only)
		w.sim.SetStandardField("Bug", "assigned_to_id", false)
		r := w.passAt("2026-04-01 09:00")
		w.wantDuties("quarterly-delivery/start 2026-Q2 refused accepted")
		if len(r.Refused) != 1 ||
			!strings.Contains(problems(r), "1 grave=false the tracker accepted the write and left this alone: assignee") {
			t.Errorf("problems %s", problems(r))
		}
		retry := func() {
			t.Helper()
			_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{Obligation: "quarterly-delivery"}, outbox.SendableFrom)
			w.do(err)
			w.set(w.now().Add(3 * 60e9))
			w.pass()
		}
		retry()
		w.wantDuties("quarterly-delivery/start 2026-Q2 refused accepted")
		w.sim.SetStandardField("Bug", "assigned_to_id", true)
		retry()
		w.wantMade("#1 Delivery Q2 2026")
		w.wantDuties("quarterly-delivery/start 2026-Q2 done accepted")
		if a := w.see("admin", 1).AssignedTo; a == nil || a.Name != "Sanjay Support" {
			t.Errorf("the delivery is with %v", a)
		}
	})
	t.Run("due date read-only", func(t *testing.T) {
		w := newWorld(t, "2026-03-30 09:00", vendor, only, replace("tracker: Bug", "tracker: Feature"))
		w.passAt("2026-04-01 09:00")
		w.wantDuties("quarterly-delivery/start 2026-Q2 refused accepted")
		w.run("2026-07-01 10:00") // what is told does not depend on it
		w.wantSaid(1, "quarterly-delivery/warn-5bd", "quarterly-delivery/due")
	})
	t.Run("lead locked meanwhile", func(t *testing.T) {
		w := newWorld(t, "2026-03-30 09:00", vendor, only)
		w.passAt("2026-04-01 08:50")
		w.sim.LockUser("support1")
		w.passAt("2026-04-01 09:00")
		w.wantMade("#1 Delivery Q2 2026")
		w.wantDuties("quarterly-delivery/start 2026-Q2 done accepted")
		if a := w.see("admin", 1).AssignedTo; a == nil || a.Name != "Svetlana Support" {
			t.Errorf("the delivery is with %v, want the next of the leads", a)
		}
	})
}

// verdicts tells every record of the contract's cycles, "obligation cycle issue: state, end, why", oldest first. issue
// chooses those of one issue; "" is the contract as a whole.
func (w *world) verdicts(issue string) []string {
	w.t.Helper()
	out := []string{}
	for v, err := range w.ledger.Verdicts(w.t.Context(), ledger.VerdictFilter{}) {
		w.do(err)
		if v.Issue != issue {
			continue
		}
		end := "goes on"
		if !v.EndedAt.IsZero() {
			end = v.EndedAt.In(almaty).Format("2006-01-02 15:04:05")
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: %s, %s %s", v.Obligation, v.Cycle, v.State, end, v.Why)))
	}
	return out
}

func (w *world) wantVerdicts(issue string, want ...string) {
	w.t.Helper()
	if got := w.verdicts(issue); !slices.Equal(got, want) {
		w.t.Errorf("at %s the verdicts are\n  %s\nwant\n  %s", w.clock(), strings.Join(got, "\n  "),
			strings.Join(want, "\n  "))
	}
}

// A duty is kept when its issue is closed by the due, whoever closed it, and cancelled when the issue is deleted.
// Reopened, it is not done.
func TestVerdictsOfDuties(t *testing.T) {
	const cycle = "quarterly-delivery 2026-Q2: "
	for _, c := range []struct {
		name string
		play func(w *world)
		want []string
	}{
		{"closed in time", func(w *world) {
			w.run("2026-06-30 18:00")
			w.do(w.sim.As("support1").SetStatus(1, "Closed"))
		}, []string{cycle + "met, 2026-06-30 18:00:00"}},
		{"closed late", func(w *world) {
			w.run("2026-07-02 12:00")
			w.wantVerdicts("", cycle+"breached, goes on")
			w.do(w.sim.As("support1").SetStatus(1, "Closed"))
		}, []string{cycle + "breached, goes on", cycle + "breached, 2026-07-02 12:00:00 ended"}},
		{"reopened, closed again in time", func(w *world) {
			w.run("2026-05-04 12:00")
			w.do(w.sim.As("support1").SetStatus(1, "Resolved"))
			w.run("2026-05-05 12:00")
			w.do(w.sim.As("manager1").SetStatus(1, "In Progress"))
			w.run("2026-05-06 12:00")
			w.do(w.sim.As("support1").SetStatus(1, "Closed"))
		}, []string{
			cycle + "met, 2026-05-04 12:00:00", cycle + "running, goes on facts", cycle + "met, 2026-05-06 12:00:00 facts",
		}},
		{"reopened and left", func(w *world) {
			w.run("2026-06-29 12:00")
			w.do(w.sim.As("support1").SetStatus(1, "Resolved"))
			w.run("2026-06-29 12:30")
			w.do(w.sim.As("manager1").SetStatus(1, "In Progress"))
		}, []string{
			cycle + "met, 2026-06-29 12:00:00", cycle + "running, goes on facts", cycle + "breached, goes on facts",
		}},
		{"deleted", func(w *world) {
			w.run("2026-05-04 12:00")
			w.do(w.sim.As("admin").Delete(1))
			w.run("2026-05-04 14:00") // with a census
			w.do(w.mirror.Wipe(w.t.Context(), "helpdesk"))
		}, []string{cycle + "cancelled, 2026-05-04 12:00:00"}},
		{"out of sight", func(w *world) {
			w.run("2026-05-04 12:00")
			w.sim.RemoveMember("acme", "sla-bot")
		}, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-30 09:00", vendor, only)
			w.run("2026-04-01 09:00")
			c.play(w)
			w.run("2026-07-03 12:00")
			w.wantVerdicts("", append(c.want, w.others(cycle)...)...)
		})
	}
}

// others are the verdicts on the contract as a whole that do not begin like this.
func (w *world) others(prefix string) []string {
	return slices.DeleteFunc(w.verdicts(""), func(s string) bool { return strings.HasPrefix(s, prefix) })
}

// Of a contract that is installed in mid-period the running period is owed at once, but not one whose due has passed:
// the sync of Monday, due on Wednesday. What of it lies in the past is not told. A period that begins after the
// contract's last day is not owed; one that it cuts short is due on the last working day inside.
func TestPeriodsOwed(t *testing.T) {
	w := freshWorld(t, at("2026-04-02 09:00"), vendor, replace("to: 2026-12-31", "to: 2026-05-04"))
	w.run("2026-04-02 09:30")
	w.wantMade("#1 Delivery Q2 2026", "#2 Backup April 2026")
	if due := w.see("admin", 1).DueDate; due == nil || *due != "2026-05-04" {
		t.Errorf("the delivery is due on %v, want the contract's last working day", due)
	}
	w.run("2026-07-02 12:00")
	w.wantMade("#1 Delivery Q2 2026", "#2 Backup April 2026", "#3 Sync 6 April 2026", "#4 Sync 13 April 2026",
		"#5 Sync 20 April 2026", "#6 Sync 27 April 2026", "#7 Backup May 2026", "#8 Sync 4 May 2026")
	w.wantSaid(1, "quarterly-delivery/warn-5bd", "quarterly-delivery/due")
	w.wantSaid(7, "standing-duty/due")
	w.passAt("2026-07-02 12:09") // the names are read anew
	if asked := w.requests(func() { w.passAt("2026-07-02 12:10") }); len(asked) != 1 {
		t.Errorf("after the contract's end a pass asked %v", asked)
	}
	w.configure(replace("to: 2026-05-04}", "to: 2026-05-04}\n    enforce_from: 2026-05-03"))
	w.passAt("2026-07-02 12:20")
	w.do(w.sim.As("support1").SetStatus(7, "Closed")) // begun before the line that was drawn since
	w.passAt("2026-07-02 12:30")
	if got := w.verdicts(""); !slices.Contains(got, "standing-duty backup@2026-05: breached, 2026-07-02 12:20:00 ended") {
		t.Errorf("verdicts\n%s", strings.Join(got, "\n"))
	}
}

// Installed four working days before the end of the quarter: the issue is made at once, in working hours, and the
// warning that would have come five days before the due is past. One who closes it in time keeps the promise.
func TestInstalledLateInThePeriod(t *testing.T) {
	w := freshWorld(t, at("2026-06-25 08:00"), vendor, only)
	w.run("2026-06-25 09:30")
	w.wantMade("#1 Delivery Q2 2026")
	w.wantDuties("quarterly-delivery/start 2026-Q2 done accepted",
		"quarterly-delivery/warn-5bd 2026-Q2 past before-enforcement")
	w.wantSaid(1)
	w.do(w.sim.As("support1").SetStatus(1, "Closed"))
	w.run("2026-06-30 19:00")
	w.wantVerdicts("", "quarterly-delivery 2026-Q2: met, 2026-06-25 09:30:00")
}

// A contract that begins in mid-quarter owes that quarter's delivery from its first day, also when it was installed
// before.
func TestContractThatBeginsInThePeriod(t *testing.T) {
	w := freshWorld(t, at("2026-05-04 10:00"), vendor, only, replace("from: 2026-01-01", "from: 2026-05-12"))
	w.run("2026-05-11 18:00")
	w.wantMade()
	w.run("2026-05-12 10:00")
	w.wantMade("#1 Delivery Q2 2026")
}

// A local time that comes twice, when a zone is changed, begins one period.
func TestPeriodThatComesTwice(t *testing.T) {
	w := newWorld(t, "2024-02-29 20:00", vendor, only, replace("valid: {from: 2026-01-01", "valid: {from: 2024-01-01"),
		func(yaml string) string {
			return yaml +
				"      - {obligation: standing-duty, id: nightly, period: \"30 23 * * *\", within: 1bd, project: acme, tracker: " +
				"Bug, subject: \"Nightly {{.Period}}\"}\n"
		})
	w.run("2024-03-02 12:00")
	w.wantDuties("standing-duty/start nightly@2024-02-29T23:30 done accepted",
		"standing-duty/due nightly@2024-02-29T23:30 done accepted",
		"standing-duty/start nightly@2024-03-01T23:30 waiting outside-hours")
}

// A year without days off is told of, and keeps nothing else from being done.
func TestDutyInAYearWithoutDays(t *testing.T) {
	w := newWorld(t, "2027-12-30 09:00", vendor,
		replace("valid: {from: 2026-01-01, to: 2026-12-31}", "valid: {from: 2026-01-01}"))
	id := w.issue("", "Nobody has it")
	w.passAt("2027-12-31 10:00")
	r := w.passAt("2028-01-05 10:00")
	if !strings.Contains(problems(r), "grave=true quarterly-delivery: calendar") ||
		!strings.Contains(problems(r), "2028") {
		t.Errorf("problems %s", problems(r))
	}
	w.wantSaid(id, "has-owner/due")
}

// What runs of the contract as a whole is listed beside the requests, now and as of a moment, and is no issue to ask
// the tracker for.
func TestDutiesAmongWhatRuns(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-04-02 09:00")
	for _, r := range w.requests(func() { w.passAt("2026-04-02 11:00") }) { // with a census
		if strings.Contains(r.Path, "/issues/.json") {
			t.Errorf("asked for %s", r.Path)
		}
	}
	for moment, want := range map[string][]string{
		"": {
			"standing-duty sync@2026-03-30T10:00 of #1 breached", "quarterly-delivery 2026-Q2 of #2 running",
			"standing-duty backup@2026-04 of #3 running",
		},
		"2026-04-02 10:00": {
			"standing-duty sync@2026-03-30T10:00 of #1 breached", "quarterly-delivery 2026-Q2 of #2 running",
			"standing-duty backup@2026-04 of #3 running",
		},
		"2026-03-31 12:00": {"standing-duty sync@2026-03-30T10:00 of #1 running"},
	} {
		var asOf time.Time
		if moment != "" {
			asOf = at(moment)
		}
		items, err := w.engine.Running(t.Context(), asOf)
		w.do(err)
		var got []string
		for _, it := range items {
			for _, c := range it.Cycles {
				got = append(got, fmt.Sprintf("%s %s of #%s %s", c.Obligation, c.ID, c.IssueKey, c.State))
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("as of %q there runs\n  %s\nwant\n  %s", moment, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
		}
	}
}

// The issue of one period is told of its own term and of no other's.
func TestDutyIsToldOfItself(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor)
	w.run("2026-04-09 12:00")
	for _, n := range w.notes("admin", 4) {
		if !n.private || !strings.Contains(n.text, "Overdue for 6 April 2026") || strings.Contains(n.text, "June") ||
			strings.Contains(n.text, "30 April") {
			t.Errorf("private: %t\n%s", n.private, n.text)
		}
	}
	if got := w.notes("customer1", 4); len(got) > 0 {
		t.Errorf("the customer reads %d comments of ours", len(got))
	}
}

// loseFirst loses the answer about the first issue that is made.
func (w *world) loseFirst() {
	lost := 0
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path == "/issues.json" {
				if lost++; lost == 1 {
					next.ServeHTTP(httptest.NewRecorder(), r)
					panic(http.ErrAbortHandler)
				}
			}
			next.ServeHTTP(rw, r)
		})
	})
}

// An issue made after its due, whose answer was lost besides, is told of its breach once it is found.
func TestLateDutyWithALostAnswer(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor, only, enforced("2026-03-30"))
	w.set(at("2026-07-01 10:00"))
	w.loseFirst()
	_, _ = w.engine.Pass(t.Context()) // its error is the answer
	for m := range 6 {
		w.set(at("2026-07-01 10:01").Add(time.Duration(m) * time.Minute))
		w.pass()
	}
	w.wantMade("#1 Delivery Q2 2026", "#2 Delivery Q3 2026")
	w.wantSaid(1, "quarterly-delivery/due")
	w.wantSaid(2)
}

// trailing is a tracker whose lists show an issue that was made only once they have caught up with it.
type trailing struct {
	connectors.Tracker
	now     func() time.Time
	lag     time.Duration
	catches time.Time
}

func (t *trailing) Capabilities() connectors.Capabilities {
	c := t.Tracker.Capabilities()
	c.Lag = t.lag
	return c
}

func (t *trailing) FindCreated(ctx context.Context, project, mark string, since time.Time) (string, bool, error) {
	if t.now().Before(t.catches) {
		return "", false, nil
	}
	return t.Tracker.FindCreated(ctx, project, mark, since)
}

// An issue whose answer was lost is not made again while the tracker's lists may not show it yet.
func TestLostAnswerOnATrackerThatTrails(t *testing.T) {
	for lag, want := range map[time.Duration]string{
		10 * time.Minute: "#1 Delivery Q3 2026",
		0:                "#1 Delivery Q3 2026, #2 Delivery Q3 2026", // shows that the declaration is what helps
	} {
		w := newWorld(t, "2026-06-30 10:00", vendor, only)
		w.as = func(tr connectors.Tracker) connectors.Tracker {
			return &trailing{tr, w.now, lag, at("2026-07-01 10:00").Add(9 * time.Minute)}
		}
		w.restart()
		w.set(at("2026-07-01 10:00"))
		w.loseFirst()
		_, _ = w.engine.Pass(t.Context()) // its error is the answer
		for m := range 20 {
			w.set(at("2026-07-01 10:01").Add(time.Duration(m) * time.Minute))
			w.pass()
		}
		w.wantMade(strings.Split(want, ", ")...)
	}
}

// Issues to be made are bound like comments: too many in one pass are held, and made once when a human lets them go.
func TestStormOfDuties(t *testing.T) {
	w := newWorld(t, "2026-03-30 09:00", vendor, func(yaml string) string {
		return "limits: {writes_per_pass: 1}\n" + yaml
	})
	w.run("2026-04-01 09:30")
	w.wantMade("#1 Sync 30 March 2026")
	w.wantDuties("standing-duty/start sync@2026-03-30T10:00 done accepted",
		"quarterly-delivery/start 2026-Q2 held storm", "standing-duty/start backup@2026-04 held storm")
	w.passAt("2026-04-01 09:35")
	w.wantMade("#1 Sync 30 March 2026")
	_, err := w.ledger.Release(t.Context(), w.now(), ledger.Filter{Contract: "vendor"})
	w.do(err)
	w.run("2026-04-01 09:45")
	w.wantMade("#1 Sync 30 March 2026", "#2 Delivery Q2 2026", "#3 Backup April 2026")
}
