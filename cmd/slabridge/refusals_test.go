package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// refusal is a way in which Redmine leaves undone, or refuses, what is written to it (a request that has been waiting
// for more than four hours, so that every kind of step is due): what is done to Redmine, what enforce says and how it
// exits, what the ledger has and what Redmine has of it then.
type refusal struct {
	name  string
	early func(t *testing.T, g *ground, issue int) // before slabridge has read the names
	spoil func(t *testing.T, g *ground, issue int)
	mend  func(t *testing.T, g *ground, issue int)

	asked60 bool // before 6.0 Redmine shows it as done
	closes  bool // the contract is one that closes what waits for the customer, and nothing else
	// nothing of the public comment is to be seen: unless the issue moved, it is looked for again in two minutes, before
	// it counts as refused
	unseen bool

	code            int
	says            []string // by enforce
	state           string   // of the entries that were not done, as `ledger list --state` takes it; "" when all were
	listed          []string // by ledger list: what and what to do
	public, private int      // comments of ours
	assignee        string
	priority        string
	told            bool // management watches
	status          string
}

const waited = 4*time.Hour + 5*time.Minute

// closing is a contract that closes at once what waits for the customer.
const closing = `id: closing
version: "1"
title: {ru: закрытие, en: closing}
calendar: {zone: Europe/Moscow, hours: "Mon-Fri 10:00-19:00", days: RU}
severities:
  - {id: critical, title: {ru: критичный, en: critical}}
  - {id: noncritical, title: {ru: некритичный, en: noncritical}}
  - {id: minor, title: {ru: незначительный, en: minor}}
obligations:
  - id: await-answer
    source: п. 1
    title: {ru: ожидание ответа, en: waiting for an answer}
    start: {status: waiting-customer}
    stop: [{note: any, by: [customer]}]
    no_verdict: true
    rules:
      - within: 1h
        while: waiting-customer
        steps: [{at: due, comment: {audience: public, text: no-answer}, action: close}]
`

func refusals() []refusal {
	whole := refusal{public: 1, private: 1, assignee: "Dora Developer", priority: "Immediate", told: true, status: "New"}
	like := func(change func(r *refusal)) refusal {
		r := whole
		change(&r)
		return r
	}
	return []refusal{
		{
			name: "a status that the workflow does not allow", closes: true,
			early: func(t *testing.T, g *ground, _ int) { g.mayClose(t, false) },
			mend: func(t *testing.T, g *ground, issue int) {
				g.mayClose(t, true)
				g.put(t, g.staff(), issue, object{"priority_id": g.Priorities["high"]}) // it is looked at again when it changes
			},
			code: exitHeld, says: []string{"held: no status of class closed", `can be set from "Waiting for customer"`},
			state: "held", listed: []string{"waiting for an answer, at the deadline", "no status of class closed"},
			priority: "Normal",
			status:   "Waiting for customer",
		},
		{
			name: "a status that is forbidden between the look and the write", closes: true,
			spoil: func(t *testing.T, g *ground, _ int) {
				g.atWrite(t, func() { g.mayClose(t, false) })
			},
			mend: func(t *testing.T, g *ground, _ int) { g.mayClose(t, true) },
			code: exitHeld, says: []string{"the tracker accepted the write and left this alone: status: wanted"},
			state: "refused", listed: []string{"refused: status: wanted", "Allow the account's role this change of status"},
			public: 1, priority: "Normal", status: "Waiting for customer",
		},
		{
			name: "closing with an open subtask", closes: true,
			early: func(t *testing.T, g *ground, issue int) { g.mayClose(t, true); g.child(t, issue) },
			mend: func(t *testing.T, g *ground, issue int) {
				g.ask(t, g.admin(), "DELETE", fmt.Sprintf("/issues/%d.json", g.lastChild), nil, nil)
				g.put(t, g.staff(), issue, object{"done_ratio": 10})
			},
			code: exitHeld, says: []string{"held: no status of class closed"},
			state: "held", listed: []string{"waiting for an answer, at the deadline"}, priority: "Normal",
			status: "Waiting for customer",
		},
		like(func(r *refusal) {
			r.name = "the priority of a parent"
			r.early = func(t *testing.T, g *ground, issue int) { g.child(t, issue) }
			r.mend = func(t *testing.T, g *ground, _ int) {
				g.ask(t, g.admin(), "DELETE", fmt.Sprintf("/issues/%d.json", g.lastChild), nil, nil)
			}
			r.code, r.says = exitHeld, []string{`left this alone: priority: wanted "Immediate (5)", tracker has "Normal (2)"`}
			r.state, r.listed = "refused",
				[]string{`refused: priority: wanted "Immediate (5)"`, "that of an issue with subtasks may be theirs"}
			r.priority = "Normal"
		}),
		like(func(r *refusal) {
			r.name = "a priority that the workflow makes read-only"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.rule(t, "priority_id", "", "readonly") }
			r.mend = func(t *testing.T, g *ground, _ int) { g.rule(t, "priority_id", "", "") }
			r.code, r.says = exitHeld, []string{`left this alone: priority: wanted "Immediate (5)", tracker has "Normal (2)"`}
			r.state, r.listed = "refused",
				[]string{"refused: priority: wanted", "not be read-only in the workflow", "slabridge ledger retry --id"}
			r.priority = "Normal"
		}),
		like(func(r *refusal) {
			r.name = "a kept field that the workflow makes read-only"
			due := func(t *testing.T, g *ground) string { return strconv.Itoa(g.fieldID(t, "SLA state")) }
			r.spoil = func(t *testing.T, g *ground, _ int) { g.rule(t, due(t, g), "SLA state", "readonly") }
			r.mend = func(t *testing.T, g *ground, _ int) { g.rule(t, due(t, g), "SLA state", "") }
			r.code, r.says = exitHeld, []string{"left this alone: SLA state: wanted"}
			r.state = "refused"
			r.listed = []string{"fields kept up to date", "refused: SLA state: wanted", "Make the field editable"}
		}),
		like(func(r *refusal) {
			r.name = "the field of the assignee is off for the tracker"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.assignees(t, false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.assignees(t, true) }
			r.code, r.says = exitHeld, []string{"left this alone: assignee: wanted"}
			r.state, r.listed = "refused",
				[]string{"refused: assignee: wanted", "the assignee field must be on for the issue's type"}
			r.assignee = ""
		}),
		like(func(r *refusal) {
			r.name = "a role without edit_issues"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.right(t, "edit_issues", false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.right(t, "edit_issues", true) }
			r.code, r.says = exitHeld, []string{"left this alone: assignee: wanted", "left this alone: priority: wanted"}
			r.state, r.listed = "refused",
				[]string{"refused: assignee: wanted", "Give the account's role the right to edit issues"}
			r.assignee, r.priority = "", "Normal"
		}),
		like(func(r *refusal) {
			r.name = "a role without add_issue_notes"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.right(t, "add_issue_notes", false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.right(t, "add_issue_notes", true) }
			r.code, r.says = exitHeld, []string{`left this alone: comment: wanted "written"`}
			r.state, r.listed = "refused", []string{"refused: comment: wanted", "the right to add notes"}
			r.public, r.private, r.unseen = 0, 0, true
		}),
		like(func(r *refusal) {
			r.name = "a role without set_notes_private"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.right(t, "set_notes_private", false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.right(t, "set_notes_private", true) }
			r.code, r.says = exitHeld, []string{`lacks the right "Set notes as private" (set_notes_private)`}
			r.state, r.listed = "held", []string{"start of work, at the deadline", "the comment would be public"}
			r.private, r.assignee, r.priority, r.told = 0, "", "Normal", false
		}),
		like(func(r *refusal) {
			r.name = "a field that the workflow requires and the issue lacks"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.rule(t, "due_date", "", "required") }
			r.mend = func(t *testing.T, g *ground, _ int) { g.rule(t, "due_date", "", "") }
			r.code, r.says = exitHeld, []string{"refused (HTTP 422): Due date cannot be blank"}
			r.state, r.listed = "refused", []string{"Due date cannot be blank", "mostly a field that the workflow requires"}
			r.public, r.private, r.assignee, r.priority = 0, 0, "", "Normal" // the watcher is a request of its own
		}),
		like(func(r *refusal) {
			r.name = "the project is closed"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.state(t, "close") }
			r.mend = func(t *testing.T, g *ground, _ int) { g.state(t, "open") }
			r.code, r.says = exitHeld, []string{"(HTTP 403)", "the project is closed or the account's role lacks the permission"}
			r.state, r.listed = "refused", []string{"or a closed project"}
			r.public, r.private, r.assignee, r.priority, r.told = 0, 0, "", "Normal", false
		}),
		like(func(r *refusal) {
			r.name = "the project is archived"
			later := func(g *ground, by time.Duration) { // what is read in one second has no order
				if g.sim != nil {
					g.shift.Store(int64(by))
				}
			}
			r.spoil = func(t *testing.T, g *ground, _ int) { g.state(t, "archive"); later(g, 2*time.Second) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.state(t, "open"); later(g, 4*time.Second) }
			r.code, r.says = exitHeld, []string{"our account cannot see the issue"}
			r.state, r.listed = "held", []string{"our account cannot see the issue"}
			r.public, r.private, r.assignee, r.priority, r.told, r.status = 0, 0, "", "", false, ""
		}),
		like(func(r *refusal) {
			r.name = "a priority that is switched off: Redmine would set it, slabridge does not"
			r.early = func(t *testing.T, g *ground, _ int) { g.active(t, "Immediate", false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.active(t, "Immediate", true) }
			r.priority = "Urgent"
		}),
		like(func(r *refusal) {
			r.name = "a watcher who cannot see the issue"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.member(t, false) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.member(t, true) }
			r.code, r.says = exitHeld, []string{"left this alone: watcher: wanted"}
			r.state, r.listed = "refused",
				[]string{"refused: watcher: wanted", "Make the watcher a member who may see the issue"}
			r.told, r.asked60 = false, true
		}),
		like(func(r *refusal) {
			r.name = "a custom field that goes between the look and the write"
			r.early = func(t *testing.T, g *ground, _ int) {
				g.field = fresh("Due")
				g.ownField(t, g.field, true)
				g.configure(t)
			}
			r.spoil = func(t *testing.T, g *ground, _ int) { g.atWrite(t, func() { g.ownField(t, g.field, false) }) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.field = "SLA due"; g.configure(t) }
			r.code, r.says = exitHeld, []string{"left this alone: Due-"}
			r.state, r.listed = "refused", []string{"fields kept up to date", "see that it still exists"}
		}),
		like(func(r *refusal) {
			r.name = "an assignee who is locked: the next in line gets it, and nobody says that the developers have it"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.locked(t, "dev1", true) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.locked(t, "dev1", false) }
			r.says = []string{
				`not carried out: assignee: wanted "developers", tracker has "Sanjay Support"`,
			}
			r.code, r.state = exitHeld, "refused"
			r.listed = []string{"involvement of the developers, at the deadline", `wanted "developers"`}
			r.assignee = "Sanjay Support"
		}),
		like(func(r *refusal) {
			r.name = "a watcher who is locked: the rest is done, and nobody says that the management was told"
			r.spoil = func(t *testing.T, g *ground, _ int) { g.locked(t, "manager1", true) }
			r.mend = func(t *testing.T, g *ground, _ int) { g.locked(t, "manager1", false) }
			r.says = []string{`not carried out: watcher: wanted "management", tracker has "nobody active is named"`}
			r.code, r.state = exitHeld, "refused"
			r.listed = []string{"information of the management, at the deadline", `wanted "management"`}
			r.told = false
		}),
	}
}

// TestRefusals is every way in which Redmine refuses, loudly or in silence, on the simulated one.
func TestRefusals(t *testing.T) {
	for _, version := range []string{redminesim.V50, redminesim.V61} {
		for _, r := range refusals() {
			t.Run(version+" "+r.name, func(t *testing.T) {
				t.Parallel()
				r.play(t, simGround(t, version))
			})
		}
	}
}

// TestLiveRefusals is the same on a real Redmine. What is spoilt is the whole instance's here and there, so it runs
// alone.
func TestLiveRefusals(t *testing.T) {
	l := live(t)
	for _, r := range refusals() {
		t.Run(r.name, func(t *testing.T) {
			d := l.desk(t)
			r.play(t, &ground{site: d.site(t)})
		})
	}
}

func (r refusal) play(t *testing.T, g *ground) {
	if r.asked60 && strings.HasPrefix(g.Version, "5.") {
		r.code, r.says, r.state, r.told = exitOK, nil, "", true
	}
	if r.closes {
		g.write(t, "closing.yaml", closing)
		g.use = "closing.yaml"
		g.mayClose(t, true)
	}
	g.configure(t)
	issue := g.filed(t, "critical", waited)
	if r.closes {
		g.ago(t, 2*time.Hour, issue, func() { g.put(t, g.staff(), issue, object{"status_id": g.Statuses["waiting"]}) })
	}
	mended := false
	t.Cleanup(func() {
		if !mended && r.mend != nil {
			r.mend(t, g, issue)
		}
	})
	if r.early != nil {
		r.early(t, g, issue)
	}
	g.want(t, exitOK, "sync")
	if r.spoil != nil {
		r.spoil(t, g, issue)
	}
	o := g.want(t, r.code, "enforce")
	contains(t, "enforce", o.out+o.err, r.says...)
	g.url = g.URL
	g.configure(t)
	if r.state != "" {
		contains(t, "ledger list", g.want(t, exitOK, "ledger", "list", "--state", r.state).out, r.listed...)
	}
	if r.status != "" {
		r.saw(t, g, issue, r)
	}
	if r.state == "refused" { // and what nothing changed about is not tried again
		before := g.show(t, g.admin(), issue).UpdatedOn
		g.run("enforce")
		if after := g.show(t, g.admin(), issue).UpdatedOn; !after.Equal(before) {
			t.Error("a refused step was tried again though nothing had changed")
		}
	}

	mended = true
	if r.mend != nil {
		r.mend(t, g, issue)
	}
	if r.state == "" {
		return
	}
	if r.name == "the project is archived" {
		g.want(t, exitOK, "sync", "--full") // or the census of the next hour
	}
	g.want(t, exitOK, "ledger", "retry", "--all", "--at-once")
	g.want(t, exitOK, "enforce")
	g.want(t, exitOK, "enforce")
	if r.closes {
		r.saw(t, g, issue, refusal{public: 1, priority: g.show(t, g.admin(), issue).Priority.Name, status: "Closed"})
		return
	}
	end := refusal{public: 1, private: 1, assignee: "Dora Developer", priority: "Immediate", told: true, status: "New"}
	if public, _ := g.notes(t, g.admin(), issue, g.bot.id); r.unseen && len(public) == 0 {
		end.public = 0
	}
	r.saw(t, g, issue, end)
}

// saw holds what Redmine has against what it should.
func (r refusal) saw(t *testing.T, g *ground, issue int, want refusal) {
	t.Helper()
	public, private := g.notes(t, g.admin(), issue, g.bot.id)
	theirs, hidden := g.notes(t, g.customer(), issue, g.bot.id)
	if !slices.Equal(theirs, public) || len(hidden) > 0 {
		t.Errorf("the customer reads %q and %q, want what is public alone", theirs, hidden)
	}
	now := g.show(t, g.admin(), issue)
	got := fmt.Sprint(len(public), len(private), now.Assignee.Name, now.Priority.Name, now.Status.Name,
		slices.ContainsFunc(now.Watchers, func(w named) bool { return w.Name == "Maria Manager" }))
	if want.state != "" && len(private) > 0 { // nobody has changed it since
		told := strings.Join(private, "\n")
		if strings.Contains(told, "«Immediate»") != (now.Priority.Name == "Immediate") {
			t.Errorf("the priority is %s, and staff is told:\n%s", now.Priority.Name, told)
		}
		if strings.Contains(told, ": Dora Developer.") && now.Assignee.Name != "Dora Developer" {
			t.Errorf("it is with %q, and staff is told:\n%s", now.Assignee.Name, told)
		}
	}
	if want := fmt.Sprint(want.public, want.private, want.assignee, want.priority, want.status, want.told); got != want {
		t.Errorf("Redmine has %s, want %s\n%s", got, want, g.run("ledger", "list"))
	}
}

// atWrite does something just before the first write of an issue leaves for the tracker.
func (g *ground) atWrite(t *testing.T, do func()) {
	t.Helper()
	done := false
	g.before(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if !done && r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/issues/") {
			done = true
			do()
		}
		return true
	})
}

// fieldID is the number of a custom field of issues.
func (g *ground) fieldID(t *testing.T, name string) int {
	t.Helper()
	var answer struct {
		Fields []named `json:"custom_fields"`
	}
	g.ask(t, g.admin(), "GET", "/custom_fields.json", nil, &answer)
	for _, f := range answer.Fields {
		if f.Name == name {
			return f.ID
		}
	}
	t.Fatalf("no field %q", name)
	return 0
}
