package decide

import (
	"errors"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// Contract is a contract as one pass decides by it.
type Contract struct {
	*enforcer.Contract
	Fingerprint string // of everything that can move its deadlines
	Cutover     enforcer.Cutover
	Stale       bool // the last complete pass was under another configuration
}

// Case is an evaluated request, or what a contract asks for as a whole, with what the ledger says of it.
type Case struct {
	Contract   Contract
	Evaluation enforcer.Evaluation
	Recorded   func(enforcer.StepKey) enforcer.StepRecord
	Last       *enforcer.AgendaItem // of the last evaluation; nil where there was none
	Blocks     Blocks
	Upkeep     *enforcer.Decision // to keep fields of the tracker up to date; nil when they are
	WatchIssue string             // what people type for the issue that is told of the cost of changes
}

// Finding is what was found out about a case.
type Finding struct {
	Case
	Decisions []enforcer.Decision
}

// Decide makes the decision about every step of a case. A step that would be written is held while something blocks it.
func Decide(c Case) Finding {
	f := Finding{Case: c, Decisions: Steps(c.Evaluation, c.Recorded, c.cutover())}
	if c.Upkeep != nil {
		f.Decisions = append(f.Decisions, *c.Upkeep)
	}
	blocked := c.Blocks.reason()
	for i := range f.Decisions {
		d := &f.Decisions[i]
		reason := blocked
		if reason.Code == "" {
			reason = c.unclear(d)
		}
		if d.State == enforcer.Intended && reason.Code != "" {
			d.State, d.Reason = enforcer.Held, reason
		}
	}
	return f
}

// unclear is why it is not known whom a decision would assign; its code is "" where it is.
func (c *Case) unclear(d *enforcer.Decision) enforcer.Reason {
	for i := range c.Evaluation.Request.Faults {
		if f := &c.Evaluation.Request.Faults[i]; f.Assign != "" && f.Assign == d.Changes.Assign {
			return faultReason(f)
		}
	}
	return enforcer.Reason{}
}

// cutover is the contract's cutover as it is for the case. A step that was still to come at the last pass and lies
// before it now was moved there by a change, but only if that pass had seen the case; on a request that could not be
// read or was not visible then, the step is merely late. So are duties that could not be evaluated; and an account's
// step comes with the pass that finds it reached.
func (c *Case) cutover() enforcer.Cutover {
	cut, last := c.Contract.Cutover, c.Last
	cut.Changed = c.Contract.Stale
	known := cut.PassedAt
	switch request := c.Evaluation.Request; {
	case slices.ContainsFunc(c.Evaluation.Cycles, func(x enforcer.Cycle) bool { return x.Spending != nil }):
		known = time.Time{}
	case request.Issue == "":
		if last != nil && !last.Next.IsZero() && !last.Next.After(cut.PassedAt) {
			known = last.EvaluatedAt
		}
	case c.Contract.Stale || cut.PassedAt.IsZero():
	case last == nil:
		known = request.ReceivedAt // earlier than its creation for what was taken by phone: a receipt is owed all the same
	case last.Fingerprint == "":
		known = last.EvaluatedAt
	}
	if known.Before(cut.PassedAt) {
		cut.PassedAt = known
	}
	return cut
}

// Current reports whether the case is a request to keep fields of: watched since enforcement began, in sight, not on
// hold.
func (c *Case) Current() bool {
	r := c.Evaluation.Request
	return !r.Hidden && r.GoneAt.IsZero() && r.Hold == "" && r.HeldBy == nil &&
		slices.ContainsFunc(c.Evaluation.Cycles, func(x enforcer.Cycle) bool {
			return !x.StartedAt.Before(c.Contract.Cutover.EnforceFrom)
		})
}

// In gives the decisions in one of the states.
func (f *Finding) In(states ...enforcer.EntryState) []enforcer.Decision {
	return slices.DeleteFunc(slices.Clone(f.Decisions), func(d enforcer.Decision) bool {
		return !slices.Contains(states, d.State)
	})
}

// CallsFor reports whether there is a decision about the step.
func (f *Finding) CallsFor(k enforcer.StepKey) bool {
	return slices.ContainsFunc(f.Decisions, func(d enforcer.Decision) bool { return d.Key == k })
}

// Entry is the ledger's entry for a decision, standing alone: everything the decision rests on is in it.
func (f *Finding) Entry(d enforcer.Decision) enforcer.Entry {
	r, c := f.Evaluation.Request, f.Contract
	e := d.Entry(f.Evaluation.Now)
	e.IssueKey, e.Subject = r.Key, r.Subject
	e.Facts = enforcer.Facts{
		Version: c.Version, Fingerprint: c.Fingerprint, Calendar: c.Calendar.Version(), Zones: calendar.ZoneRelease(),
	}
	if cycle := f.Cycle(d.Key); cycle != nil {
		e.Facts = f.facts(cycle)
		e.Facts.Why = f.reasons(cycle)
		if r.Issue == "" {
			e.IssueKey, e.Subject = f.WatchIssue, cycle.Obligation.Title.In(c.Language)
		}
		if cycle.Run != nil {
			e.IssueKey = cycle.Run.Key
		}
	}
	return e
}

// Cycle finds the cycle of a step, nil for one of none.
func (f *Finding) Cycle(k enforcer.StepKey) *enforcer.Cycle {
	for i := range f.Evaluation.Cycles {
		if c := &f.Evaluation.Cycles[i]; c.Obligation.ID == k.Obligation && c.ID == k.Cycle {
			return c
		}
	}
	return nil
}

// Item is what the agenda keeps of the finding: when to look again, and the cycles that go on.
func (f *Finding) Item() enforcer.AgendaItem {
	ev, r := &f.Evaluation, f.Evaluation.Request
	it := enforcer.AgendaItem{
		Connection: r.Connection, Issue: r.Issue, Contract: f.Contract.ID, IssueKey: r.Key, Subject: r.Subject,
		Severity: ev.State.Severity, EvaluatedAt: ev.Now, Next: ev.Next, Fingerprint: f.Contract.Fingerprint,
		Unjudged: strings.Join(f.Unjudged(), "; "),
	}
	if len(r.Faults) > 0 && it.Unjudged != "" { // the tracker's names may be mended at any time
		it.Next = ev.Now
	}
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		if !c.EndedAt.IsZero() || f.history(c) {
			continue // an old request has hundreds
		}
		short := enforcer.AgendaCycle{
			Obligation: c.Obligation.ID, ID: c.ID, Ordinal: c.Ordinal, State: c.State, StartedAt: c.StartedAt, Due: c.Due,
			AlwaysOn: c.AlwaysOn(),
		}
		if c.Run != nil {
			short.IssueKey = c.Run.Key
		}
		it.Cycles = append(it.Cycles, short)
	}
	return it
}

// Verdicts are what the cycles came to. Nothing is judged of what is out of our sight, nor by a mapping with faults;
// what cannot be judged yet is judged once calendar or mapping are mended.
func (f *Finding) Verdicts() []enforcer.Verdict {
	if f.Evaluation.Request.Hidden || f.Blocks.Mapping {
		return nil
	}
	var out []enforcer.Verdict
	for i := range f.Evaluation.Cycles {
		if c := &f.Evaluation.Cycles[i]; f.keeps(c) {
			out = append(out, f.verdict(c))
		}
	}
	return out
}

// keeps reports whether what the cycle came to is for the ledger.
func (f *Finding) keeps(c *enforcer.Cycle) bool {
	return f.judges(c) && !f.history(c) && c.Unjudged == nil
}

// NewVerdicts are Verdicts without those of which the last record of their cycle, nil for none, shows that they add
// nothing (enforcer.Verdict.Supersedes). The reasons are made for these alone.
func (f *Finding) NewVerdicts(last func(enforcer.StepKey) *enforcer.Verdict) []enforcer.Verdict {
	if f.Evaluation.Request.Hidden || f.Blocks.Mapping {
		return nil
	}
	var out []enforcer.Verdict
	for i := range f.Evaluation.Cycles {
		c := &f.Evaluation.Cycles[i]
		if !f.keeps(c) {
			continue
		}
		v := f.outcome(c)
		if !v.AddsNothing(last(v.SameCycleKey())) {
			v.Facts.Why = f.reasons(c)
			out = append(out, v)
		}
	}
	return out
}

// Judgements are Verdicts of some cycles, by their SameCycleKey, without regard to when anybody began to watch, for a
// report over a period that a pass keeps nothing of. What cannot be judged for a fault is among them as NotJudged. They
// have no reasons (Facts.Why).
func (f *Finding) Judgements(of func(enforcer.StepKey) bool) []enforcer.Verdict {
	if f.Evaluation.Request.Hidden {
		return nil
	}
	var out []enforcer.Verdict
	for i := range f.Evaluation.Cycles {
		c := &f.Evaluation.Cycles[i]
		if !f.judges(c) || !of(f.cycleKey(c)) {
			continue
		}
		v := f.outcome(c)
		switch {
		case v.State == enforcer.Paused:
			v.State = enforcer.Running
		case f.Blocks.Mapping && v.State != enforcer.Running:
			v.State = enforcer.NotJudged
		}
		if v.Valid() == nil {
			out = append(out, v)
		}
	}
	return out
}

// cycleKey is the SameCycleKey of the cycle's verdicts.
func (f *Finding) cycleKey(c *enforcer.Cycle) enforcer.StepKey {
	r := f.Evaluation.Request
	return enforcer.StepKey{
		Connection: r.Connection, Issue: r.Issue, Contract: f.Contract.ID, Obligation: c.Obligation.ID, Cycle: c.ID,
	}
}

// judges reports whether the cycle comes to a verdict.
func (f *Finding) judges(c *enforcer.Cycle) bool {
	switch {
	case c.Run != nil && c.Run.Hidden, c.Obligation.NoVerdict, c.Obligation.Kind == enforcer.Account:
		return false
	}
	return c.Run == nil || c.Run.Issue != "" || !f.notOwed(c)
}

// notOwed reports whether a period of a duty had gone by when the duty was first known: no issue is made for it, and
// nobody is held to it.
func (f *Finding) notOwed(c *enforcer.Cycle) bool {
	return slices.ContainsFunc(f.Decisions, func(d enforcer.Decision) bool {
		return d.State == enforcer.Past && d.Key.Obligation == c.Obligation.ID && d.Key.Cycle == c.ID
	})
}

// history reports whether the cycle was over before enforcement began: an old tracker has too many of these to keep a
// verdict of each. A broken cycle that nothing will ever end, because the request was solved by then and has not been
// reopened, counts as over too. A report on that time includes all of them.
func (f *Finding) history(c *enforcer.Cycle) bool {
	line := f.Contract.Cutover.EnforceFrom
	if !c.EndedAt.IsZero() {
		return c.EndedAt.Before(line)
	}
	broken := c.State == enforcer.Breached || c.State == enforcer.NotJudged && !c.Due.IsZero()
	return broken && c.Due.Before(line) && f.solvedBefore(line)
}

// solvedBefore reports whether the request was resolved or closed before the moment and has not been opened since.
func (f *Finding) solvedBefore(line time.Time) bool {
	moments := f.Evaluation.Request.Moments
	for i := len(moments) - 1; i >= 0 && !moments[i].State.Status.Open(); i-- {
		if moments[i].At.Before(line) {
			return true
		}
	}
	return false
}

// Unjudged are the reasons why cycles that a verdict is to be kept of cannot be judged, each once: with the obligation
// it is about, or without where the whole request cannot be read.
func (f *Finding) Unjudged() []string {
	var out []string
	for i := range f.Evaluation.Cycles {
		c := &f.Evaluation.Cycles[i]
		if c.Unjudged == nil || !f.judges(c) || f.history(c) {
			continue
		}
		why := c.Unjudged.Error()
		if !errors.As(c.Unjudged, new(*enforcer.Fault)) {
			why = c.Obligation.ID + ": " + why
		}
		if !slices.Contains(out, why) {
			out = append(out, why)
		}
	}
	return out
}

// verdict is what is found about a cycle, standing alone.
func (f *Finding) verdict(c *enforcer.Cycle) enforcer.Verdict {
	v := f.outcome(c)
	v.Facts.Why = f.reasons(c)
	return v
}

// outcome is verdict without the reasons of the deadline, which take most of the time.
func (f *Finding) outcome(c *enforcer.Cycle) enforcer.Verdict {
	r := f.Evaluation.Request
	v := enforcer.Verdict{
		Connection: r.Connection, Issue: r.Issue, IssueKey: r.Key, Subject: r.Subject,
		Contract: f.Contract.ID, Obligation: c.Obligation.ID, Cycle: c.ID, Ordinal: c.Ordinal, State: c.State,
		Severity: c.Severity, Source: c.Obligation.Source, StartedAt: c.StartedAt, Due: c.Due,
		EndedAt: c.EndedAt, EndEvent: c.EndEvent, EndBy: c.EndBy.Name, EndByRole: c.EndBy.Role, EndWhy: c.EndWhy,
		Elapsed: c.Elapsed, Moves: len(c.Moves), Facts: f.facts(c),
		RevivedAt: c.RevivedAt,
	}
	if run := c.Run; run != nil {
		v.IssueKey, v.Subject = run.Key, c.Obligation.Title.In(c.Contract.Language)
		v.LastEvent = run.DoneEvent
	}
	if n := len(r.Moments); n > 0 {
		v.LastEvent = r.Moments[n-1].Event
	}
	return v
}

// facts is what a cycle rests on, but for the reasons of its deadline.
func (f *Finding) facts(c *enforcer.Cycle) enforcer.Facts {
	lang := c.Contract.Language
	out := enforcer.Facts{
		Rule: c.Obligation.Title.In(lang), Assumption: c.Obligation.Assumption.In(lang), Version: c.Contract.Version,
		Fingerprint: f.Contract.Fingerprint, Calendar: c.Calendar().Version(), Provisional: c.Provisional,
		Zones: calendar.ZoneRelease(), StartedAt: c.StartedAt, Elapsed: c.Elapsed, Events: []string{c.ID},
	}
	for _, p := range c.Pauses {
		out.Events = append(out.Events, p.Event)
	}
	for _, m := range c.Moves {
		out.Events = append(out.Events, m.Event)
	}
	if c.Rests.Event != "" && !slices.Contains(out.Events, c.Rests.Event) {
		out.Events = append(out.Events, c.Rests.Event)
	}
	return out
}

// reasons are those of a cycle's deadline, as sentences.
func (f *Finding) reasons(c *enforcer.Cycle) (out []string) {
	for _, why := range c.DueWhy() {
		out = append(out, why.Text(c.Contract.Language))
	}
	return out
}
