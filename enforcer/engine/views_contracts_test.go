package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// The same of all four contracts at once, in one project: staff moves requests from one to another, requests are put on
// hold, writes beyond the bound wait for a human, and, on every other desk, consent is recorded and the configuration
// changes in the middle. Where it does not, an installation that begins only at the end and reads everything at once
// says what the one says that was there all the time.
func TestViewsAgreeOnAllContracts(t *testing.T) {
	seeds := 4
	if stride > 1 {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := desks{openDesk(t, uint64(seed), allContracts), seed%2 == 1}
			for range d.dice.IntN(6) {
				d.receive()
				d.wait(4000)
			}
			d.do(d.syncOnly())
			d.agree(false)
			for range 45 {
				d.live()
			}
			d.remembers()
			d.rereads()
			if !d.changes {
				d.beginsAnew()
			}
		})
	}
}

// desks is a support desk for customers of all four contracts.
type desks struct {
	*desk
	changes bool // of the configuration, and of what only the ledger knows
}

// beginsAnew holds what an installation says that has only just begun. What slabridge itself did, or was to do, at the
// due of an escalation is in the ledger alone.
func (d desks) beginsAnew() {
	d.t.Helper()
	told := func() map[int]string {
		out := map[int]string{}
		for _, id := range d.issues {
			for line := range strings.Lines(d.story(id, time.Time{}) + "\n") {
				if !strings.Contains(line, "involve-developers") && !strings.Contains(line, "inform-management") {
					out[id] += line
				}
			}
		}
		return out
	}
	d.do(d.syncOnly())
	before := told()
	d.stop()
	d.path = filepath.Join(d.t.TempDir(), "anew.db")
	d.start()
	_, err := d.engine.Sync(context.Background(), engine.SyncOptions{Full: true})
	d.do(err)
	for id, now := range told() {
		if now != before[id] {
			d.t.Errorf("of issue %d explain says\n%s\nand, of an installation that begins now,\n%s", id, before[id], now)
		}
	}
}

// severities are those of each contract, by the words of the tracker.
var severities = map[string][]string{
	"kamal": {"critical", "noncritical", "minor"}, "rusbitech": {"high", "normal", "normal"},
	"vendor-kz": {"fault", "fault", "request"}, "endocs": {"high", "normal", "normal"},
}

// presets are the contracts, each with what its configuration adds, and with what a change of it adds.
var presets = []struct{ id, terms, changed string }{
	{"kamal", "", "    change:\n      - {obligation: respond, severity: critical, within: 45m}\n"},
	{
		"rusbitech", "    change:\n      - {obligation: respond, on: true}\n",
		"      - {obligation: resolve, severity: normal, within: 8bd}\n",
	},
	{
		"vendor-kz", "    valid: {from: 2026-01-01, to: 2026-12-31}\n",
		"    change:\n      - {obligation: agree-due-date, within: 4h}\n",
	},
	{
		"endocs", "    plan: paid\n    change:\n      - {obligation: await-answer, on: true}\n",
		"    calendar: {hours: \"Mon-Fri 09:00-18:00\"}\n",
	},
}

// allContracts is a configuration with all four contracts, which the field Organisation tells apart.
func allContracts(yaml string) string {
	var out strings.Builder
	head, rest, _ := strings.Cut(yaml, "mappings:\n")
	mapping, _, _ := strings.Cut(rest, "contracts:\n")
	_, names, _ := strings.Cut(mapping, "    status:\n")
	names = strings.Replace(names, "      - {is: received, field: Organisation}\n",
		"      - {is: on-site-requested, field: Phone notified at}\n      - {is: on-site-agreed, field: On-site agreed at}\n"+
			"      - {is: arrived, field: Arrived at}\n      - {is: agreed, field: SLA due}\n"+
			"      - {is: cause-report, field: SLA state}\n", 1)
	names = strings.Replace(names, "      - {is: resolved,", "      - {is: waiting-third-party, names: [Frozen]}\n"+
		"      - {is: resolved,", 1)
	out.WriteString(head + "limits: {writes_per_pass: 5}\nmappings:\n")
	for _, p := range presets {
		s := severities[p.id]
		fmt.Fprintf(&out, "  - id: %s\n    connection: helpdesk\n    severity:\n"+
			"      - {is: %s, when: {field: Severity, in: [critical]}}\n"+
			"      - {is: %s, when: {field: Severity, in: [minor]}}\n      - {is: %s}\n    status:\n%s",
			p.id, s[0], s[2], s[1], names)
	}
	out.WriteString("contracts:\n")
	for _, p := range presets {
		fmt.Fprintf(&out, "  - use: %s\n    id: my-%s\n    mapping: %s\n    projects: [acme]\n"+
			"    when: [{field: Organisation, in: [%s]}]\n%s", p.id, p.id, p.id, p.id, p.terms)
	}
	return out.String()
}

func (d desks) receive() {
	d.t.Helper()
	id, err := d.sim.As("customer1").Create(redminesim.NewIssue{
		Project: "acme", Subject: "Something is wrong", Fields: map[string]string{
			"Organisation": presets[d.dice.IntN(len(presets))].id,
			"Severity":     []string{"critical", "non-critical", "minor"}[d.dice.IntN(3)],
		},
	})
	d.do(err)
	d.issues = append(d.issues, id)
}

func (d desks) live() {
	d.t.Helper()
	d.wait([]int{5, 40, 200, 1500, 1500, 6000}[d.dice.IntN(6)])
	switch n := d.dice.IntN(40); {
	case n < 8 || len(d.issues) == 0:
		d.receive()
	case n == 8 && d.changes:
		d.reconfigures()
	case n < 11:
		_, err := d.ledger.Release(context.Background(), d.now(), ledger.Filter{})
		d.do(err)
	default:
		for range 1 + d.dice.IntN(2) {
			d.somebodyActs(d.issues[d.dice.IntN(len(d.issues))])
			d.set(d.now().Add(time.Duration(d.dice.IntN(50)) * time.Second))
		}
	}
	d.look()
}

// reconfigures changes what one of the contracts says, or takes the change back.
func (d desks) reconfigures() {
	d.t.Helper()
	p := presets[d.dice.IntN(len(presets))]
	mark := "    when: [{field: Organisation, in: [" + p.id + "]}]\n" + p.terms
	if strings.Contains(d.yaml, mark+p.changed) {
		d.configure(replace(mark+p.changed, mark))
	} else {
		d.configure(replace(mark, mark+p.changed))
	}
	d.said = map[string]map[int]string{} // deadlines are told by the text of today
}

// somebodyActs lets somebody do to a request what the contracts have a word for.
func (d desks) somebodyActs(id int) {
	d.t.Helper()
	staff := []string{"support1", "support2", "dev1"}[d.dice.IntN(3)]
	day := d.now().In(almaty).AddDate(0, 0, d.dice.IntN(8)-1).Format(time.DateOnly)
	stamp := d.now().In(almaty).Format("2006-01-02 15:04")
	may := func(_ int, err error) { d.may(err) }
	switch d.dice.IntN(20) {
	case 0, 1:
		may(d.sim.As("customer1").Comment(id, "How is it going?"))
	case 2, 3:
		may(d.sim.As(staff).Comment(id, "We are on it."))
	case 4:
		d.may(d.sim.As(staff).SetStatus(id, "In Progress"))
	case 5:
		d.may(d.sim.As("manager1").SetStatus(id, "Frozen"))
	case 6:
		d.may(d.sim.As(staff).SetStatus(id, "Waiting for customer"))
	case 7:
		may(d.sim.As(staff).Update(id, redminesim.Change{Status: "Waiting for customer", Note: "Which version is it?"}))
	case 8:
		d.may(d.sim.As("support1").SetStatus(id, "Resolved"))
	case 9:
		may(d.sim.As("support1").Update(id, redminesim.Change{Status: "Resolved", Note: "Solved."}))
	case 10:
		d.may(d.sim.As("support1").SetStatus(id, "In Progress"))
	case 11:
		d.may(d.sim.As("customer1").SetStatus(id, []string{"Feedback", "Closed"}[d.dice.IntN(2)]))
	case 12:
		d.may(d.sim.As("support1").Assign(id, []string{staff, "-"}[d.dice.IntN(2)]))
	case 13:
		severity := []string{"critical", "non-critical", "minor"}[d.dice.IntN(3)]
		d.may(d.sim.As("support1").SetField(id, "Severity", severity))
	case 14, 15:
		d.may(d.sim.As([]string{staff, "customer1"}[d.dice.IntN(2)]).SetDue(id, day))
	case 16, 17:
		d.may(d.sim.As("support1").SetField(id, "Organisation", presets[d.dice.IntN(len(presets))].id))
	case 18:
		field := []string{"Phone notified at", "On-site agreed at", "Arrived at", "SLA due", "SLA state"}[d.dice.IntN(5)]
		d.may(d.sim.As("support1").SetField(id, field, stamp))
	default:
		switch d.dice.IntN(3) {
		case 0:
			d.may(d.sim.As("support1").SetField(id, "Client ID", []string{"on hold", ""}[d.dice.IntN(2)]))
		case 1:
			if !d.changes {
				break
			}
			_, err := d.ledger.Agree(context.Background(), "helpdesk", fmt.Sprint(id),
				enforcer.Agreement{Date: day, At: d.now(), By: "support1", Reason: "by phone"})
			d.do(err)
		default:
			may(d.sim.As(staff).PrivateNote(id, "Between us."))
		}
	}
}

// may lets the tracker refuse what the person may not do.
func (d desks) may(err error) { _ = err }

// A promise that is broken and still owed is listed as going on, also where nothing else of the request runs: by the
// pass that found it, by one that is long past, and by a state file of before that was counted.
func TestBrokenAndNothingElse(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", vendor)
	id := w.issue("critical", "Nobody sets a date")
	w.do(w.sim.As("support1").Assign(id, "support1"))
	w.run("2026-03-16 13:00")
	listed := func() string {
		t.Helper()
		items, err := w.engine.Running(t.Context(), time.Time{})
		w.do(err)
		var out []string
		for _, c := range report.OpenCycles(items) {
			if c.Item.Issue == fmt.Sprint(id) {
				out = append(out, c.Obligation+" "+string(c.State))
			}
		}
		return strings.Join(out, ", ")
	}
	const want = "agree-due-date breached"
	if got := listed(); got != want {
		t.Errorf("after the pass: %q, want %q", got, want)
	}
	w.run("2026-03-18 13:00")
	if got := listed(); got != want {
		t.Errorf("two days later: %q, want %q", got, want)
	}
	_, err := w.file.ExecContext(t.Context(), "UPDATE ledger_agenda SET running = 0 WHERE issue = $1", fmt.Sprint(id))
	w.do(err)
	for _, step := range ledger.Migrations() {
		if strings.Contains(step, "UPDATE ledger_agenda SET running = 1") {
			_, err = w.file.ExecContext(t.Context(), step)
			w.do(err)
		}
	}
	if got := listed(); got != want {
		t.Errorf("of an older state file: %q, want %q", got, want)
	}
}

// An edit of the text changes no verdict, and what explain and status say is that verdict, not what the text of today
// would make of it.
func TestViewsTellTheVerdictOfItsDay(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", vendor)
	id := w.issue("critical", "Nobody sets a date")
	kept := w.issue("critical", "Somebody does")
	w.run("2026-03-16 11:00")
	_, err := w.sim.As("support1").Update(kept, redminesim.Change{Due: "2026-03-20", Note: "By Friday."})
	w.do(err)
	w.run("2026-03-16 13:00")
	w.configure(appended("    change:\n      - {obligation: agree-due-date, within: 30m}\n"))
	told := func(issue int) string {
		t.Helper()
		found, err := w.engine.Explain(t.Context(), fmt.Sprint(issue), time.Time{})
		w.do(err)
		for _, c := range found[0].Evaluation.Cycles {
			if c.Obligation.ID == "agree-due-date" {
				return fmt.Sprintf("%s, due %s, %t", c.State, c.Due.In(almaty).Format("15:04"), c.Judged != nil)
			}
		}
		return ""
	}
	for _, when := range []string{"before a pass", "after it"} {
		if got := told(id); got != "breached, due 12:00, true" {
			t.Errorf("%s explain says %s of what was broken", when, got)
		}
		if got := told(kept); got != "met, due 12:00, true" {
			t.Errorf("%s explain says %s of what was kept", when, got)
		}
		items, err := w.engine.Running(t.Context(), time.Time{})
		w.do(err)
		for _, c := range report.OpenCycles(items) {
			if c.Obligation == "agree-due-date" && (c.Item.Issue != fmt.Sprint(id) || !c.Due.Equal(at("2026-03-16 12:00"))) {
				t.Errorf("%s status lists %s, due %s", when, c.Item.Issue, c.Due.In(almaty))
			}
		}
		w.passAt("2026-03-16 13:05")
	}
}

// What was broken and solved long before anybody watched is no work for anybody: it is told by explain and counted by
// a report over that time, but neither listed among what goes on nor kept in the ledger. Opened again it is.
func TestSolvedBeforeAnybodyWatched(t *testing.T) {
	w := freshWorld(t, at("2026-01-12 10:00"), vendor)
	id := w.issue("critical", "Of long ago")
	w.do(w.sim.As("support1").Assign(id, "support1"))
	_, err := w.sim.As("support1").Update(id, redminesim.Change{Due: "2026-01-14", Note: "By Wednesday."})
	w.do(err)
	w.set(at("2026-01-14 12:00"))
	w.do(w.sim.As("support1").SetStatus(id, "Resolved")) // neither the result nor a report on the cause
	w.set(at("2026-03-16 10:00"))
	w.do(w.syncOnly())
	look := func() (listed, judged, told string) {
		t.Helper()
		items, err := w.engine.Running(t.Context(), time.Time{})
		w.do(err)
		for _, c := range report.OpenCycles(items) {
			if c.Item.Issue == fmt.Sprint(id) {
				listed += c.Obligation + " "
			}
		}
		for _, v := range w.verdicts(fmt.Sprint(id)) {
			judged += v + "; "
		}
		x, err := w.engine.Explain(t.Context(), fmt.Sprint(id), time.Time{})
		w.do(err)
		for _, c := range x[0].Evaluation.Cycles {
			if c.State == enforcer.Breached {
				told += c.Obligation.ID + " "
			}
		}
		return listed, judged, told
	}
	for _, when := range []string{"before the first pass", "after it"} {
		if listed, judged, told := look(); listed != "" || judged != "" || told != "keep-agreed-date " {
			t.Errorf("%s: listed %q, judged %q, told %q", when, listed, judged, told)
		}
		w.pass()
	}
	w.set(at("2026-03-17 10:00"))
	w.do(w.sim.As("support1").SetStatus(id, "In Progress"))
	w.passAt("2026-03-17 10:01")
	listed, judged, _ := look()
	if !strings.Contains(listed, "keep-agreed-date") || !strings.Contains(judged, "keep-agreed-date") {
		t.Errorf("opened again: listed %q, judged %q", listed, judged)
	}
}
