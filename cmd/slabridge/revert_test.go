package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// TestRevert takes back what was written by mistake, on the simulated Redmine.
func TestRevert(t *testing.T) {
	for _, version := range []string{redminesim.V50, redminesim.V61} {
		t.Run(version, func(t *testing.T) { reverted(t, simGround(t, version)) })
	}
}

// TestLiveRevert is the same on a real one.
func TestLiveRevert(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	reverted(t, &ground{site: d.site(t)})
}

func reverted(t *testing.T, g *ground) {
	issue, touched := g.filed(t, "critical", waited), g.filed(t, "critical", waited)
	g.want(t, exitOK, "enforce")
	whole := refusal{public: 1, private: 1, assignee: "Dora Developer", priority: "Immediate", told: true, status: "New"}
	whole.saw(t, g, issue, whole)
	g.put(t, g.staff(), touched, object{"assigned_to_id": g.Users["support1"].ID})

	contains(t, "revert", g.want(t, exitUsage, "ledger", "revert").err, "give a filter")
	filter := []string{"ledger", "revert", "--issue", strconv.Itoa(issue)}
	plan := g.want(t, exitOK, filter...).out
	contains(t, "the plan", plan, "assignee back: Dora Developer -> nobody", "priority back: Immediate -> Normal",
		"public follow-up to journal ",
		"internal follow-up to journal ", "- the watchers stay", "- the fields are kept up to date by themselves",
		"nothing was taken back; to do it, add --yes")
	whole.saw(t, g, issue, whole)
	for _, i := range jsonLines[undoInfo](t, g.site, filter...) {
		if i.TakenBack == (i.Obligation == "upkeep") || i.Issue != strconv.Itoa(issue) {
			t.Errorf("of %s/%s taken back: %t", i.Obligation, i.Step, i.TakenBack)
		}
	}

	contains(t, "revert", g.want(t, exitOK, append(filter, "--yes")...).out, "steps taken back: 5, refused: 0, held: 0",
		"done      #"+strconv.Itoa(issue)+" start of work, taking back what was done at the deadline")
	back := refusal{public: 2, private: 2, priority: "Normal", told: true, status: "New"}
	whole.saw(t, g, issue, back)
	public, private := g.notes(t, g.staff(), issue, g.bot.id)
	contains(t, "the public follow-up", public[1],
		"Наш комментарий, оставленный ", "ошибочен")
	contains(t, "the internal follow-up", private[1], "ошибочен", "Исполнитель возвращён прежний: никто.",
		"Приоритет возвращён прежний: «Normal».")
	if strings.Contains(public[1], "Исполнитель") {
		t.Errorf("the customer is told too much: %s", public[1])
	}

	// once, and the steps do not come back
	contains(t, "again", g.want(t, exitOK, append(filter, "--yes")...).out, "it was taken back before",
		"nothing of it can be taken back")
	g.want(t, exitOK, "enforce")
	whole.saw(t, g, issue, back)

	// what somebody touched stays theirs
	o := g.want(t, exitOK, "ledger", "revert", "--issue", fmt.Sprint(touched), "--yes")
	contains(t, "revert", o.out, "- the assignee stays: it was changed since", "priority back: Immediate -> Normal")
	whole.saw(t, g, touched, refusal{
		public: 2, private: 2, assignee: "Sanjay Support", priority: "Normal", told: true,
		status: "New",
	})
	contains(t, "ledger show", g.want(t, exitOK, "ledger", "list", "--issue", fmt.Sprint(touched), "--obligation",
		"respond").out, "a human ordered the step to be taken back")
}

func TestAffirmed(t *testing.T) {
	for text, want := range map[string]bool{
		"yes\n": true, " YES ": true, "да\n": true, "y\n": false, "": false,
		"\n": false, "no\nyes\n": false,
	} {
		if got := affirmed(strings.NewReader(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// dutiful is a contract that asks for one thing a day, and nothing else.
const dutiful = `id: dutiful
version: "1"
title: {ru: обязанность, en: duty}
calendar: {zone: Europe/Moscow, hours: "Mon-Fri 10:00-19:00", days: RU}
severities:
  - {id: critical, title: {ru: критичный, en: critical}}
  - {id: noncritical, title: {ru: некритичный, en: noncritical}}
  - {id: minor, title: {ru: незначительный, en: minor}}
obligations:
  - id: standing-duty
    source: п. 1
    title: {ru: ежедневная проверка, en: daily check}
    kind: duty
    start: period
    stop: [issue-closed]
    rules:
      - on: period-end
        limit: {ru: по настройке, en: as configured}
        steps: [{at: start, action: create}]
`

// TestMadeIssueIsTheirs: what people do to an issue that slabridge made is left; taken back, it gets a comment and is
// not deleted; deleted by them, it is not made again.
func TestMadeIssueIsTheirs(t *testing.T) { madeIssue(t, simGround(t, redminesim.V61)) }

// TestLiveMadeIssueIsTheirs is the same on a real Redmine.
func TestLiveMadeIssueIsTheirs(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	madeIssue(t, &ground{site: d.site(t)})
}

func madeIssue(t *testing.T, g *ground) {
	g.write(t, "dutiful.yaml", dutiful)
	g.use = "dutiful.yaml"
	now := time.Now().UTC()
	zone := time.FixedZone("", (12-now.Hour())*3600)
	g.enforceFrom = now.In(zone).Format(time.DateOnly)
	g.extra = fmt.Sprintf("    duties: [{obligation: standing-duty, period: \"0 0 * * *\", within: 5bd, project: %s, "+
		"tracker: Support, subject: Проверка, assign: support}]\n", g.project)
	g.configure(t)
	g.filed(t, "minor", 0) // an account that may not administer Redmine learns of fields from issues
	g.want(t, exitOK, "enforce")
	made := func() (ids []int) {
		var answer struct {
			Issues []struct {
				ID      int
				Subject string
			}
		}
		g.ask(t, g.admin(), "GET", "/issues.json?status_id=*&project_id="+g.project, nil, &answer)
		for _, i := range answer.Issues {
			if i.Subject == "Проверка" {
				ids = append(ids, i.ID)
			}
		}
		return ids
	}
	ids := made()
	if len(ids) != 1 {
		t.Fatalf("made %v", ids)
	}
	g.put(t, g.Users["manager1"].Key, ids[0], object{
		"assigned_to_id": g.Users["dev1"].ID,
		"priority_id":    g.Priorities["low"],
	})
	g.want(t, exitOK, "enforce")
	if now := g.show(t, g.admin(), ids[0]); now.Assignee.Name != "Dora Developer" || now.Priority.Name != "Low" {
		t.Errorf("with %s at %s", now.Assignee.Name, now.Priority.Name)
	}

	o := g.want(t, exitOK, "ledger", "revert", "--obligation", "standing-duty", "--yes")
	contains(t, "revert", o.out, "internal comment: the issue was made in error",
		"the issue is not deleted: a comment is written on it", "steps taken back: 1")
	public, private := g.notes(t, g.admin(), ids[0], g.bot.id)
	if len(public) != 0 || len(private) != 1 || !strings.HasPrefix(private[0], "Эта задача создана по ошибке.") {
		t.Errorf("told %q and %q", public, private)
	}

	g.ask(t, g.admin(), "DELETE", fmt.Sprintf("/issues/%d.json", ids[0]), nil, nil)
	g.want(t, exitOK, "sync", "--full")
	g.want(t, exitOK, "enforce")
	if ids := made(); len(ids) > 0 {
		t.Errorf("made again: %v", ids)
	}
}
