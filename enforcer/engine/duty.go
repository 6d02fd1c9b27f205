package engine

import (
	"context"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// run is a period of a duty with what the ledger and the mirror know of it. Its Issue is the one that was made while
// it is in sight.
type run struct {
	enforcer.Run
	duty    *Duty
	made    string // the tracker's id of the issue made for it; "" while there is none
	project string // the tracker's id of that issue's
}

// duties evaluates the contract's duties when their next moment has come, something happened to their issues, or
// something of them is still to be done; nil when there is no need to.
func (x *contractLevel) duties(ctx context.Context) (*finding, error) {
	c, p := x.contract, x.snapshot
	pending := x.pendingOf(false)
	if len(c.Duties)+len(pending) == 0 || !x.due && len(pending)+len(x.changed) == 0 {
		return nil, nil
	}
	recorded, err := p.recorded(ctx, contractScope)
	if err != nil {
		return nil, err
	}
	passedBy := func(r *run) bool { // when the duty was first known
		key := c.StepKey(p.conn.ID, contractScope, r.Obligation, r.CycleID(), "")
		for _, s := range c.Obligation(r.Obligation).Rules[0].Steps {
			if key.Step = s.ID; s.Action == enforcer.ActionCreate && recorded(key).State == enforcer.Past {
				return true
			}
		}
		return false
	}
	made, err := p.ledger.Made(ctx, p.conn.ID, c.ID)
	if err != nil {
		return nil, err
	}
	touched := false
	for _, e := range made {
		touched = touched || slices.Contains(x.changed, e.Made())
	}
	if !x.due && !touched && len(pending) == 0 {
		return nil, nil
	}
	f := x.finding(pending)
	for i := range c.Duties {
		runs, err := x.runsOf(ctx, &c.Duties[i], made)
		if err != nil {
			return nil, err
		}
		f.runs = append(f.runs, slices.DeleteFunc(runs, func(r run) bool { return r.made == "" && passedBy(&r) })...)
	}
	f.evaluateRuns(p)
	for _, why := range f.Unjudged() {
		f.problem("", message.Of("%s", message.Kept(why)))
	}
	if x.due || touched { // what is held is looked at in each pass, and moves nothing on the agenda
		it, err := verdicts{p}.agendaItem(ctx, f)
		if err != nil {
			return nil, err
		}
		f.item = &it
	}
	return f, nil
}

// evaluateRuns evaluates the duties by their runs.
func (f *finding) evaluateRuns(p *snapshot) {
	runs := make([]enforcer.Run, len(f.runs))
	for i, r := range f.runs {
		runs[i] = r.Run
	}
	f.Evaluation = enforcer.EvaluateDuties(f.contract.Contract.Contract, p.conn.ID, runs, p.now)
}

// run finds the period that a step is of, nil where it is of none.
func (f *finding) run(k enforcer.StepKey) *run {
	for i := range f.runs {
		if r := &f.runs[i]; r.Obligation == k.Obligation && r.CycleID() == k.Cycle {
			return r
		}
	}
	return nil
}

// runsOf lists the periods of a duty since the cutover, the one that ran then among them, and those before it for which
// an issue was made.
func (x *contractLevel) runsOf(ctx context.Context, d *Duty, made map[enforcer.StepKey]ledger.Entry) ([]run, error) {
	c, p := x.contract, x.snapshot
	since := later(c.validFrom(), c.cutover.EnforceFrom)
	running, err := runningPeriod(d, since, c.Zone())
	if err != nil {
		return nil, err
	}
	first := running
	for key, e := range made {
		if key.Obligation == d.Obligation && e.Moment.Before(first) {
			first = e.Moment
		}
	}
	periods, err := periodsOf(d, first, p.now, c.Zone())
	if err != nil {
		return nil, err
	}
	var out []run
	for _, period := range periods {
		r := run{duty: d, Run: enforcer.Run{
			Obligation: d.Obligation, Duty: d.ID, Within: d.Within, Period: period.ID,
			From: later(period.From, c.validFrom()), To: period.To, Since: since,
		}}
		for key, e := range made {
			if key.Obligation == d.Obligation && key.Cycle == r.CycleID() && !(p.asOf && e.ChangedAt.After(p.now)) {
				r.made, r.MadeAt = e.Made(), e.ChangedAt
			}
		}
		if r.made == "" && (period.From.Before(running) || !c.ValidTo.IsZero() && !period.From.Before(c.ValidTo)) {
			continue
		}
		if err := r.follow(ctx, p, c); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// runningPeriod is when the period of a duty began that runs at a moment; that moment where none does.
func runningPeriod(d *Duty, at time.Time, zone *time.Location) (time.Time, error) {
	const day = 24 * time.Hour
	for _, back := range []time.Duration{day, 8 * day, 32 * day, 93 * day, 367 * day} { // a cron line may fire each minute
		periods, err := periodsOf(d, at.Add(-back), at, zone)
		if err != nil {
			return at, err
		}
		for _, p := range slices.Backward(periods) {
			if !p.From.After(at) {
				return p.From, nil
			}
		}
	}
	return at, nil
}

// follow finds out from the mirror what has become of the issue that was made for the run.
func (r *run) follow(ctx context.Context, p *snapshot, c *contract) error {
	if r.made == "" {
		return nil
	}
	m, ok, err := p.mirrored(ctx, r.made)
	if err != nil {
		return err
	}
	r.Hidden = !ok || m.entry.State == mirror.Hidden
	if !ok {
		return nil
	}
	r.Key, r.project = m.history.Issue.Key, m.history.Issue.Values.One(connectors.FieldProject)
	if r.Hidden {
		return nil
	}
	r.Issue, r.DoneAt = r.made, time.Time{}
	if m.entry.State == mirror.Gone {
		r.GoneAt = m.entry.StateAt
	}
	req := c.request(p.conn.ID, m)
	if p.asOf {
		req = req.At(p.now)
	}
	for i := range req.Moments {
		m := &req.Moments[i]
		switch {
		case m.State.Status.Open():
			r.DoneAt, r.DoneEvent, r.DoneBy = time.Time{}, "", enforcer.Person{}
		case r.DoneAt.IsZero():
			r.DoneAt, r.DoneEvent, r.DoneBy = m.At, m.Event, m.By
		}
	}
	return nil
}

// maxPeriods bounds the periods of a cron line: a line that fires each minute is a mistake, not a duty.
const maxPeriods = 10_000

// periodsOf lists the periods of a duty that begin at or after since and not after now, and the next one.
func periodsOf(d *Duty, since, now time.Time, zone *time.Location) ([]enforcer.Period, error) {
	if list := enforcer.Periods(d.Period, since, now, zone); list != nil {
		return list, nil
	}
	list, err := cronPeriods(d.Period, since, now, zone)
	if err != nil {
		return nil, message.Errorf("period of duty %s: %w", d.Issue.Path, err)
	}
	return list, nil
}

// newIssue is the issue to be made for a period, without people whom the tracker refuses as assignees, and with what
// the tracker would not take of it.
func (f *finding) newIssue(
	r *run, d *enforcer.Decision, unassignable map[string]bool,
) (connectors.NewIssue, []mapping.Problem) {
	cycle := f.Cycle(d.Key)
	o := f.contract.options
	o.Unassignable = unassignable
	issue, problems := f.contract.bound.NewIssue(r.duty.Issue, mapping.DutyFacts{
		Key: d.Key, Period: r.Period, Due: cycle.Due, Obligation: cycle.Obligation.Title, Source: cycle.Obligation.Source,
	}, o)
	if !cycle.Due.IsZero() && cycle.Due.Before(f.Evaluation.Now) {
		issue.DueDate = "" // trackers refuse one that lies before the day the issue is made
	}
	return issue, problems
}
