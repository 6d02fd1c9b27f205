package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// writeFields are those of one write in DESIGN's JSON.
var writeFields = []string{
	"id", "connection", "issue", "contract", "obligation", "cycle", "step", "state", "due", "decided", "changes", "reason",
}

func steps(lines []map[string]any) []string {
	var out []string
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%v/%v", l["obligation"], l["step"]))
	}
	return out
}

func TestPlan(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	d.sim.ResetRequests()

	lines := d.lines(exitOK, "plan")
	if got, want := steps(lines), []string{"respond/due"}; !slices.Equal(got, want) { // the warning is overtaken
		t.Fatalf("want %v, got %v", want, got)
	}
	due := lines[0]
	has(t, "plan", due, writeFields...)
	for field, want := range map[string]string{
		"connection": "helpdesk", "issue": "1", "contract": "kamal-acme", "cycle": "created", "state": "intended",
		"due": "2026-03-20T16:20:00+05:00", "decided": "2026-03-20T16:30:00+05:00",
	} {
		if due[field] != want {
			t.Errorf("%s: want %s, got %v", field, want, due[field])
		}
	}
	changes, _ := due["changes"].(map[string]any)
	comment, _ := changes["comment"].(map[string]any)
	if changes["assign"] != "Ivan Ivanov" || changes["priority"] != "Immediate" || comment["internal"] != true ||
		comment["text"] == "" {
		t.Errorf("changes: %v", changes)
	}

	text := d.want(exitOK, "plan").out
	contains(t, "plan", text, "as of Fri 2026-03-20 16:30:00 +05, mirrored Fri 2026-03-20 16:30:00 +05",
		"\n      Overdue: start of work",
		"moment Fri 2026-03-20 16:20:00 +05", "    assign Ivan Ivanov\n", "    priority Immediate\n")
	if sent := d.sim.Requests(); len(sent) > 0 {
		t.Errorf("plan asked the tracker: %v", sent)
	}
	if got := d.lines(exitOK, "ledger", "list", "--obligation", "respond"); len(got) > 0 {
		t.Errorf("plan recorded %v", got)
	}
}

// What waits for an opening is shown with the words that it will have, and how old the mirror is in days.
func TestPlanShowsTheWordsOfWhatWaits(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.at("2026-03-20 19:00:00") // closed
	d.want(exitOK, "sync")
	waits := d.lines(exitOK, "plan")[0]
	changes, _ := waits["changes"].(map[string]any)
	comment, _ := changes["comment"].(map[string]any)
	text, _ := comment["text"].(string)
	if waits["state"] != "waiting" || !strings.HasPrefix(text, "Overdue: start of work") || comment["internal"] != true ||
		changes["assign"] != "Ivan Ivanov" {
		t.Errorf("want a step that waits, with its words: %v", waits)
	}
	contains(t, "plan", d.want(exitOK, "plan").out, "Overdue: start of work", "not before Thu 2026-03-26 09:00:00 +05",
		"    assign Ivan Ivanov\n")
	d.at("2026-03-23 20:00:00")
	contains(t, "plan", unfolded(d.want(exitOK, "plan").out), "mirrored Fri 2026-03-20 19:00:00 +05 (3 days ago)")
}

func TestPlanAtIgnoresWhatCameLater(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.at("2026-03-20 16:40:00")
	if _, err := d.sim.As("petrov").Comment(1, "We are looking into it."); err != nil {
		t.Fatal(err)
	}
	d.at("2026-03-20 16:45:00")
	d.want(exitOK, "sync")
	for at, want := range map[string][]string{
		"2026-03-20T16:05:00+05:00": nil,
		"2026-03-20T16:10:00+05:00": {"respond/warn-50"},
		"2026-03-20T16:30:00+05:00": {"respond/due"},
		"2026-03-20T16:45:00+05:00": nil,
	} {
		if got := steps(d.lines(exitOK, "plan", "--at", at)); !slices.Equal(got, want) {
			t.Errorf("plan --at %s: want %v, got %v", at, want, got)
		}
	}
	d.want(exitUsage, "plan", "--at", "yesterday")
}

func TestEnforceWritesOnce(t *testing.T) {
	d := newOffice(t)
	d.breached()
	first := d.lines(exitOK, "enforce")
	if len(first) != 1 {
		t.Fatalf("want one line a connection, got %v", first)
	}
	has(t, "enforce", first[0], "connection", "changed", "evaluated", "written", "held", "refused", "problems")
	if written, _ := first[0]["written"].([]any); len(written) != 1 {
		t.Errorf("want the breach written, got %v", written)
	}
	story := d.want(exitOK, "explain", "1").out
	for _, again := range [][]string{{"enforce"}, {"sync", "--full"}, {"enforce"}, {"sync", "--rebuild"}, {"enforce"}} {
		d.want(exitOK, again...)
	}
	if after := d.want(exitOK, "explain", "1").out; after != story {
		t.Errorf("a second pass or a rebuilt mirror changed the story:\n%s\nbefore:\n%s", after, story)
	}
}

func TestSync(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	requests := func(args ...string) (n, histories int) {
		d.sim.ResetRequests()
		d.want(exitOK, args...)
		for _, r := range d.sim.Requests() {
			if r.Method != "GET" {
				t.Errorf("%v wrote: %s %s", args, r.Method, r.Path)
			}
			if strings.HasPrefix(r.Path, "/issues/1.json") {
				histories++
			}
		}
		return len(d.sim.Requests()), histories
	}
	if _, histories := requests("sync"); histories != 0 {
		t.Errorf("an idle sync read %d histories", histories)
	}
	for minute, all := range []string{"--full", "--rebuild"} {
		d.at(fmt.Sprintf("2026-03-20 16:3%d:00", minute+1))
		if _, histories := requests("sync", all); histories != 1 {
			t.Errorf("sync %s read %d histories of one issue: %v", all, histories, d.sim.Requests())
		}
	}
	has(t, "sync", d.lines(exitOK, "sync")[0], "connection", "listed", "changed", "new", "gone", "hidden", "failed",
		"requests", "complete")
	contains(t, "sync", d.want(exitOK, "sync").out,
		"helpdesk: issues changed: 0 (new 0, deleted 0, out of sight 0), requests: ")
}

func TestExplain(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	x := d.lines(exitOK, "explain", "#1")[0]
	has(t, "explain", x, "issue", "contract", "severity", "now", "events", "cycles", "writes")
	events, _ := x["events"].([]any)
	if len(events) == 0 {
		t.Fatal("no events")
	}
	cycles, _ := x["cycles"].([]any)
	states := map[string]any{}
	for _, c := range cycles {
		c, _ := c.(map[string]any)
		has(t, "cycle", c, "obligation", "cycle", "state", "started", "due", "ended", "elapsed_s", "remaining_s", "pauses",
			"steps", "source", "why")
		states[fmt.Sprint(c["obligation"])] = c["state"]
		if c["obligation"] == "respond" && (c["elapsed_s"] != 1800.0 || c["remaining_s"] != -600.0) {
			t.Errorf("respond: want 1800 s passed and 600 s late, got %v and %v", c["elapsed_s"], c["remaining_s"])
		}
	}
	for obligation, want := range map[string]string{
		"acknowledge": "met", "respond": "breached",
		"involve-developers": "running", "progress-update": "running",
	} {
		if states[obligation] != want {
			t.Errorf("%s: want %s, got %v", obligation, want, states[obligation])
		}
	}
	writes, _ := x["writes"].([]any)
	for _, w := range writes {
		w, _ := w.(map[string]any)
		has(t, "write", w, writeFields...)
		if reason := fmt.Sprint(w["reason"]); w["state"] == "done" &&
			!strings.Contains(reason, "counting from 2026-03-20 16:00:00") {
			t.Errorf("a write's reason does not say why it was decided: %q", reason)
		}
	}
	short := d.want(exitOK, "explain", "1").out
	contains(t, "explain", short, "30m of counting time passed, late by 10m",
		"  with us 30m, of these 30m of working time\n",
		"shortened: --full shows each night")
	if strings.Contains(short, "the same deadline as “start of work”") {
		t.Errorf("what was kept is explained:\n%s", short)
	}
	text := d.want(exitOK, "explain", "1", "--full").out
	contains(t, "explain --full", text, "30m of counting time passed, late by 10m",
		"the same deadline as “start of work”",
		"ended Fri 2026-03-20 16:00:05 +05: done, SLA Bot (journal 1)",
		"received, severity\n                               critical failure, status new", "to come")
	early := d.want(exitOK, "explain", "1", "--at", "2026-03-20T16:00:02+05:00").out
	if strings.Contains(early, "journal 1") {
		t.Errorf("--at tells what came later:\n%s", early)
	}
	d.want(exitFailed, "explain", "99")
}
