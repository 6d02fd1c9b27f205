package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

func (a *app) explainCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "explain ISSUE",
		Short: "Tell the story of an issue: events, cycles, pauses, steps and writes, with clauses",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args[0]) },
	})
}

// explanation is what `explain -o json` gives.
type explanation struct {
	Issue    string       `json:"issue"`
	Subject  string       `json:"subject"`
	State    string       `json:"tracker_state"` // visible, hidden or gone
	Contract string       `json:"contract"`
	Severity string       `json:"severity"`
	Now      time.Time    `json:"now"`
	Hold     string       `json:"hold,omitempty"`
	Notes    []string     `json:"notes,omitempty"`
	Events   []eventInfo  `json:"events"`
	Cycles   []cycleStory `json:"cycles"`
	Writes   []writeInfo  `json:"writes"`
}

type eventInfo struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Role    string    `json:"role"`
	What    []string  `json:"what"`
	Ours    []string  `json:"ours,omitempty"` // the steps whose comment this is
	Segment string    `json:"status_class,omitempty"`
}

type cycleStory struct {
	Obligation string        `json:"obligation"`
	Title      string        `json:"title"`
	Cycle      string        `json:"cycle"`
	Ordinal    int           `json:"ordinal"`
	State      string        `json:"state"`
	Severity   string        `json:"severity"`
	Started    time.Time     `json:"started"`
	Due        *time.Time    `json:"due"`
	Ended      *time.Time    `json:"ended"`
	EndedBy    string        `json:"ended_by,omitempty"`
	EndedWhy   string        `json:"ended_why,omitempty"`
	ElapsedS   int64         `json:"elapsed_s"`
	RemainingS int64         `json:"remaining_s"`
	Pauses     []pauseInfo   `json:"pauses"`
	Steps      []stepHistory `json:"steps"`
	Source     string        `json:"source"`
	Assumption string        `json:"assumption,omitempty"`
	Why        []string      `json:"why"`
}

type pauseInfo struct {
	From  time.Time  `json:"from"`
	To    *time.Time `json:"to"`
	Class string     `json:"class"`
	Event string     `json:"event"`
}

type stepHistory struct {
	Step  string     `json:"step"`
	At    *time.Time `json:"at"`
	State string     `json:"state"` // the ledger's, or "to come"
}

func (a *app) explain(ctx context.Context, key string) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	at, err := a.moment()
	if err != nil {
		return err
	}
	found, err := w.engine.Explain(ctx, strings.TrimPrefix(key, "#"), at)
	if err != nil {
		return err
	}
	for _, x := range found {
		story := a.story(x, w.zone())
		if a.json() {
			if err := a.writeJSON(story); err != nil {
				return err
			}
			continue
		}
		a.printStory(story)
	}
	return nil
}

func (a *app) story(x engine.Explanation, zone zoneOf) explanation {
	out := explanation{
		Issue: x.History.Issue.Key, Subject: x.History.Issue.Subject, State: string(x.State),
		Events: []eventInfo{}, Cycles: []cycleStory{}, Writes: []writeInfo{},
	}
	if x.Contract == nil {
		return out
	}
	loc := x.Contract.Calendar.Location()
	ev := x.Evaluation
	out.Contract, out.Severity, out.Now = x.Contract.ID, ev.State.Severity, ev.Now.In(loc)
	out.Hold, out.Notes = ev.Request.Hold, ev.Request.Notes
	n := namesOf(x.Directory)
	for i := range ev.Request.Moments {
		out.Events = append(out.Events, eventOf(ev.Request, i, loc))
	}
	state := map[enforcer.StepKey]string{}
	for _, e := range x.Entries {
		state[e.Key] = string(e.State)
		out.Writes = append(out.Writes, a.info(e, n, zone(e.Key.Contract)))
	}
	for i := range ev.Cycles {
		out.Cycles = append(out.Cycles, a.cycleStory(&ev, &ev.Cycles[i], state, loc))
	}
	return out
}

// eventOf says what happened at a moment, in the contract's words.
func eventOf(r *enforcer.Request, i int, loc *time.Location) eventInfo {
	m := &r.Moments[i]
	e := eventInfo{ID: m.Event, At: m.At.In(loc), By: m.By.Name, Role: string(m.By.Role), What: []string{}, Ours: m.Steps, Segment: string(m.State.Status)}
	say := func(format string, args ...any) { e.What = append(e.What, fmt.Sprintf(format, args...)) }
	if i == 0 {
		say("received, severity %s, status %s", m.State.Severity, m.State.Status)
		return e
	}
	was := &r.Moments[i-1].State
	if m.Note != "" {
		kind := ""
		switch {
		case m.AutoReply:
			kind = " (auto-reply)"
		case m.OnBehalf:
			kind = " (on the customer's behalf)"
		}
		say("%s note%s", m.Note, kind)
	}
	if m.State.Status != was.Status {
		say("status %s", m.State.Status)
	}
	if m.State.Severity != was.Severity {
		say("severity %s", m.State.Severity)
	}
	if m.State.Assignee.ID != was.Assignee.ID {
		if m.State.Assignee.ID == "" {
			say("unassigned")
		} else {
			say("assigned to %s", m.State.Assignee.Name)
		}
	}
	if m.State.Priority != was.Priority {
		say("priority rank %d", m.State.Priority)
	}
	if m.State.Covered != was.Covered {
		say("%s the contract", map[bool]string{true: "entered", false: "left"}[m.State.Covered])
	}
	if len(e.What) == 0 {
		say("changed")
	}
	return e
}

func (a *app) cycleStory(ev *enforcer.Evaluation, c *enforcer.Cycle, state map[enforcer.StepKey]string, loc *time.Location) cycleStory {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.In(loc)
		return &t
	}
	s := cycleStory{
		Obligation: c.Obligation.ID, Title: c.Obligation.Title.In(a.lang), Cycle: c.ID, Ordinal: c.Ordinal,
		State: string(c.State), Severity: c.Severity, Started: c.StartedAt.In(loc), Due: at(c.Due), Ended: at(c.EndedAt),
		EndedBy: c.EndEvent, EndedWhy: c.EndWhy, ElapsedS: int64(c.Elapsed.Seconds()), RemainingS: int64(c.Remaining.Seconds()),
		Source: c.Obligation.Source, Assumption: c.Obligation.Assumption,
		Pauses: []pauseInfo{}, Steps: []stepHistory{}, Why: []string{},
	}
	for _, w := range c.DueWhy {
		s.Why = append(s.Why, w.Text(a.lang))
	}
	if c.DueNote != "" {
		s.Why = append([]string{c.DueNote}, s.Why...)
	}
	for _, p := range c.Pauses {
		s.Pauses = append(s.Pauses, pauseInfo{p.From.In(loc), at(p.To), string(p.Class), p.Event})
	}
	for _, step := range c.Steps {
		key := enforcer.StepKey{
			Connection: ev.Request.Connection, Issue: ev.Request.Issue, Contract: ev.Contract.ID,
			Obligation: c.Obligation.ID, Cycle: c.ID, Step: step.Step.ID,
		}
		h := stepHistory{Step: step.Step.ID, At: at(step.At), State: state[key]}
		switch {
		case h.State != "":
		case !c.EndedAt.IsZero() && (step.At.IsZero() || step.At.After(c.EndedAt)):
			h.State = "not needed"
		case step.At.IsZero():
			h.State = "none"
		default:
			h.State = "to come"
		}
		s.Steps = append(s.Steps, h)
	}
	return s
}

func (a *app) printStory(s explanation) {
	a.wrap("", a.colour("1", "#"+s.Issue)+"  "+s.Subject)
	if s.State != string(mirror.Visible) {
		fmt.Fprintf(a.out, "the tracker says: %s\n", s.State)
	}
	if s.Contract == "" {
		fmt.Fprintln(a.out, "no contract covers it")
		return
	}
	fmt.Fprintf(a.out, "contract %s, severity %s, as of %s\n", s.Contract, s.Severity, a.stamp(s.Now))
	if s.Hold != "" {
		a.wrap("on hold: ", s.Hold)
	}
	for _, n := range s.Notes {
		a.wrap("note: ", n)
	}
	fmt.Fprintln(a.out, "\nwhat happened")
	for _, e := range s.Events {
		what := strings.Join(e.What, ", ")
		if len(e.Ours) > 0 {
			what += " (" + strings.Join(e.Ours, ", ") + ")"
		}
		role := e.Role
		if role == "" {
			role = "no role"
		}
		a.wrap("  "+a.stamp(e.At)+"  ", fmt.Sprintf("%s (%s): %s", e.By, role, what))
	}
	fmt.Fprintln(a.out, "\nwhat was promised")
	for _, c := range s.Cycles {
		a.printCycle(c)
	}
	if len(s.Writes) > 0 {
		fmt.Fprintln(a.out, "\nwhat slabridge did")
		for _, i := range s.Writes {
			a.printEntry(i, false)
		}
	}
}

func (a *app) printCycle(c cycleStory) {
	fmt.Fprintf(a.out, "  %s %s (%s)\n", a.state(c.State), a.colour("1", c.Obligation), c.Source)
	line := "from " + a.stamp(c.Started)
	if c.Due != nil {
		line += ", due " + a.stamp(*c.Due)
	}
	a.wrap("            ", line)
	if c.Ended != nil {
		a.wrap("            ", strings.TrimSpace(fmt.Sprintf("ended %s: %s %s", a.stamp(*c.Ended), c.EndedWhy, c.EndedBy)))
	} else if c.Due != nil {
		left := "left " + span(time.Duration(c.RemainingS)*time.Second)
		if c.RemainingS < 0 {
			left = "late by " + span(time.Duration(-c.RemainingS)*time.Second)
		}
		a.wrap("            ", fmt.Sprintf("%s of counting time passed, %s", span(time.Duration(c.ElapsedS)*time.Second), left))
	}
	for _, w := range c.Why {
		a.wrap("            ", w)
	}
	for _, p := range c.Pauses {
		to := "still"
		if p.To != nil {
			to = a.stamp(*p.To)
		}
		a.wrap("            ", fmt.Sprintf("paused %s .. %s: %s (%s)", a.stamp(p.From), to, p.Class, p.Event))
	}
	for _, s := range c.Steps {
		if s.At != nil {
			fmt.Fprintf(a.out, "            %-10s %s  %s\n", s.Step, a.stamp(*s.At), s.State)
		}
	}
}

// zoneOf gives the zone that a contract's moments are shown in.
type zoneOf func(contract string) *time.Location

func (w *workspace) zone() zoneOf {
	zones := map[string]*time.Location{}
	for _, c := range w.cfg.Contracts {
		zones[c.ID] = c.Calendar.Location()
	}
	return func(contract string) *time.Location {
		if loc := zones[contract]; loc != nil {
			return loc
		}
		return time.UTC
	}
}

func sortByDue(rows []cycleInfo) {
	slices.SortStableFunc(rows, func(x, y cycleInfo) int {
		switch {
		case x.Due == nil && y.Due == nil:
			return 0
		case x.Due == nil:
			return 1
		case y.Due == nil:
			return -1
		}
		return x.Due.Compare(*y.Due)
	})
}

// moment is what --at says, zero when it says nothing.
func (a *app) moment() (time.Time, error) {
	if a.at == "" {
		return time.Time{}, nil
	}
	return a.now()
}
