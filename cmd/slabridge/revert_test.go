package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

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
	contains(t, "the plan", plan, "assignee back: Dora Developer -> nobody", "priority back: Immediate -> Normal", "public follow-up to journal:",
		"internal follow-up to journal:", "- the watchers stay", "- the fields are kept up to date by themselves", "nothing was taken back; to do it, add --yes")
	whole.saw(t, g, issue, whole)
	for _, i := range jsonLines[undoInfo](t, g.site, filter...) {
		if i.TakenBack == (i.Obligation == "upkeep") || i.Issue != strconv.Itoa(issue) {
			t.Errorf("of %s/%s taken back: %t", i.Obligation, i.Step, i.TakenBack)
		}
	}

	contains(t, "revert", g.want(t, exitOK, append(filter, "--yes")...).out, "steps taken back: 5, refused: 0, held: 0", "done      #"+strconv.Itoa(issue)+" respond/revert-due")
	back := refusal{public: 2, private: 2, priority: "Normal", told: true, status: "New"}
	whole.saw(t, g, issue, back)
	public, private := g.notes(t, g.staff(), issue, g.bot.id)
	contains(t, "the public follow-up", public[1], "Наш комментарий, оставленный в", "ошибочен")
	contains(t, "the internal follow-up", private[1], "ошибочен", "Исполнитель возвращён прежний: никто.", "Приоритет возвращён прежний: «Normal».")
	if strings.Contains(public[1], "Исполнитель") {
		t.Errorf("the customer is told too much: %s", public[1])
	}

	// once, and the steps do not come back
	contains(t, "again", g.want(t, exitOK, append(filter, "--yes")...).out, "it was taken back before", "nothing of it can be taken back")
	g.want(t, exitOK, "enforce")
	whole.saw(t, g, issue, back)

	// what somebody touched stays theirs
	o := g.want(t, exitOK, "ledger", "revert", "--issue", fmt.Sprint(touched), "--yes")
	contains(t, "revert", o.out, "- the assignee stays: it was changed since", "priority back: Immediate -> Normal")
	whole.saw(t, g, touched, refusal{public: 2, private: 2, assignee: "Sanjay Support", priority: "Normal", told: true, status: "New"})
	contains(t, "ledger show", g.want(t, exitOK, "ledger", "list", "--issue", fmt.Sprint(touched), "--obligation", "respond").out, "a human ordered the step to be taken back")
}

func TestAffirmed(t *testing.T) {
	for text, want := range map[string]bool{"yes\n": true, " YES ": true, "да\n": true, "y\n": false, "": false, "\n": false, "no\nyes\n": false} {
		if got := affirmed(strings.NewReader(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
