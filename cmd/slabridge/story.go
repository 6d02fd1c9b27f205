package main

import (
	"fmt"
	"strings"
	"time"

	"slabridge/connectors/mirror"
	"slabridge/enforcer"
)

// endWords say in words why a cycle ended; the codes are those of enforcer.Cycle.
var endWords = map[string]phrase{
	"stopped":            "done",
	"resolved":           "the request was resolved",
	"due":                "the due passed",
	"closed-by-customer": "the customer closed the request",
	"closed-by-nobody":   "someone without a role closed the request",
	"duplicate":          "the request was closed as a duplicate",
	"left-contract":      "the request left the contract",
	"left-status":        "the status was left",
	"severity":           "the severity changed",
	"gone":               "the request was deleted",
	"again":              "the stopwatch was started anew",
	"reopened":           "the request was reopened",
	"failed":             "the check failed",
}

// stepWords say what became of a step that the ledger knows nothing of.
var stepWords = map[string]phrase{
	toCome:    "to come",
	notNeeded: "not needed",
}

// dueNote says in words what enforcer.Cycle gives as a code.
func (a *app) dueNote(code string) string {
	if other, ok := strings.CutPrefix(code, "as "); ok {
		return a.tf("due when %s is", other)
	}
	if date, ok := strings.CutPrefix(code, "due-date "); ok {
		return a.tf("the close of the due date, %s, or of the last working day before it", date)
	}
	if step, ok := strings.CutPrefix(code, "notice "); ok {
		return a.tf("later than the term, because %s comes first", step)
	}
	if code == enforcer.FieldAgreedDue {
		return a.t("both sides agreed on this moment")
	}
	return code
}

func (a *app) printStory(s explanation) {
	a.wrap("", a.colour("1", hash(s.Issue))+"  "+s.Subject)
	switch mirror.State(s.State) {
	case mirror.Visible:
	case mirror.Gone:
		fmt.Fprintln(a.out, a.t("deleted in the tracker"))
	default:
		a.wrap("", a.t("out of our sight in the tracker: frozen until it is seen again"))
	}
	if s.Contract == "" {
		fmt.Fprintln(a.out, a.t("no contract covers it"))
		return
	}
	if s.Severity == "" { // an issue of the contract as a whole
		a.wrap("", a.tf("contract %s, as of %s", s.Contract, a.stamp(s.Now)))
	} else {
		a.wrap("", a.tf("contract %s, severity %s, as of %s", s.Contract, s.Severity, a.stamp(s.Now)))
	}
	if s.Hold != "" {
		a.wrap(a.t("on hold: "), s.Hold)
	}
	for _, n := range s.Notes {
		a.wrap(a.t("note: "), n)
	}
	fmt.Fprintf(a.out, "\n%s\n", a.t("what happened"))
	for _, e := range s.Events {
		what := strings.Join(e.What, ", ")
		if len(e.Ours) > 0 {
			what += " (" + strings.Join(e.Ours, ", ") + ")"
		}
		role := e.Role
		if role == "" {
			role = a.t("no role")
		}
		a.wrap("  "+a.stamp(e.At)+"  ", fmt.Sprintf("%s (%s): %s", e.By, role, what))
	}
	fmt.Fprintf(a.out, "\n%s\n", a.t("what was promised"))
	for _, c := range s.Cycles {
		a.printCycle(c)
	}
	a.printTimeline(s.Timeline)
	a.printSecondOpinion(s.SecondOpinion)
	if len(s.Writes) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", a.t("what slabridge did"))
		for _, i := range s.Writes {
			a.printEntry(i, false)
		}
	}
}

// printSecondOpinion shows what the tracker's own clocks say, which decide nothing here.
func (a *app) printSecondOpinion(clocks []slaInfo) {
	if len(clocks) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", a.t("what the service desk's own clocks say (a second opinion, which decides nothing)"))
	for _, c := range clocks {
		state := a.t("kept")
		switch {
		case c.Breached:
			state = a.t("broken")
		case c.Paused:
			state = a.t("paused")
		case c.Ongoing:
			state = a.t("running")
		}
		line := fmt.Sprintf("%s: %s", c.Name, state)
		if c.Started != nil {
			line += ", " + a.tf("from %s", a.stamp(*c.Started))
		}
		if c.Breach != nil {
			line += ", " + a.tf("due %s", a.stamp(*c.Breach))
		}
		if c.Stopped != nil {
			line += ", " + a.tf("ended %s", a.stamp(*c.Stopped))
		}
		a.wrap("  ", line)
	}
}

func (a *app) printCycle(c cycleStory) {
	const indent = "            "
	title := ""
	if c.Title != "" {
		title = ": " + c.Title
	}
	a.wrap("  "+a.state(c.State)+" ", a.colour("1", c.Obligation)+" ("+c.Source+")"+title)
	if c.Due == nil {
		a.wrap(indent, a.tf("from %s, no due", a.stamp(c.Started)))
	} else {
		a.wrap(indent, a.tf("from %s, due %s", a.stamp(c.Started), a.stamp(*c.Due)))
	}
	switch {
	case c.Ended != nil:
		a.wrap(indent, a.tf("ended %s", a.stamp(*c.Ended))+": "+a.ending(c))
	case c.Due == nil:
	case c.RemainingS < 0:
		a.wrap(indent, a.tf("%s of counting time passed, late by %s", seconds(a, c.ElapsedS), seconds(a, -c.RemainingS)))
	default:
		a.wrap(indent, a.tf("%s of counting time passed, %s left", seconds(a, c.ElapsedS), seconds(a, c.RemainingS)))
	}
	for _, w := range c.Why {
		a.wrap(indent, w)
	}
	for _, m := range c.Moves {
		what := a.tf("due date %s -> %s, %s", m.From, m.To, m.By)
		if m.Binding == nil {
			what += " (" + a.t("not agreed") + ")"
		}
		a.wrap(indent, a.stamp(m.At)+" "+what)
	}
	for _, p := range c.Pauses {
		to := a.t("still")
		if p.To != nil {
			to = a.stamp(*p.To)
		}
		a.wrap(indent, a.tf("paused %s .. %s: %s (%s)", a.stamp(p.From), to, p.Class, p.Event))
	}
	for _, s := range c.Steps {
		if s.At != nil {
			state := s.State
			if word, ok := stepWords[state]; ok {
				state = a.t(word)
			}
			fmt.Fprintf(a.out, "%s%-10s %s  %s\n", indent, s.Step, a.stamp(*s.At), state)
		}
	}
}

// ending says why a cycle ended, by whom and with which event of the tracker.
func (a *app) ending(c cycleStory) string {
	why := c.EndedWhy
	if word, ok := endWords[why]; ok {
		why = a.t(word)
	}
	if c.endedName != "" {
		why += ", " + c.endedName
	}
	if c.EndedBy != "" {
		why += " (" + c.EndedBy + ")"
	}
	return why
}

func seconds(a *app, s int64) string { return a.span(time.Duration(s) * time.Second) }
