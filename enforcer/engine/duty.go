package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Duty is one thing that a contract asks for in each period, and the issue to be made for it.
type Duty struct {
	enforcer.Recurrence
	Issue mapping.Duty
}

// run is a period of a duty with what the ledger and the mirror know of it. Its Issue is the one that was made while
// it is in sight.
type run struct {
	enforcer.Run
	duty    *Duty
	made    string // the tracker's id of the issue made for it; "" while there is none
	key     string // of that issue, as people type it
	project string // the tracker's id of that issue's
	unseen  bool   // it is out of our sight: nothing is judged
}

// duties evaluates the contract's duties when their next moment has come, something happened to their issues, or
// something of them is still to be done.
func (p *pass) duties(ctx context.Context, v *view, changed []string, due bool) (*finding, error) {
	pending := p.pendingWhole(v, false)
	if len(v.Duties)+len(pending) == 0 || !due && len(pending)+len(changed) == 0 {
		return nil, nil
	}
	made, err := p.e.ledger.Made(ctx, p.conn.ID, v.ID)
	if err != nil {
		return nil, err
	}
	touched := false
	for _, e := range made {
		touched = touched || slices.Contains(changed, e.Made())
	}
	if !due && !touched && len(pending) == 0 {
		return nil, nil
	}
	f := &finding{view: v, request: enforcer.Request{Connection: p.conn.ID}, runs: map[string]run{}}
	var runs []enforcer.Run
	for i := range v.Duties {
		list, err := p.runsOf(ctx, v, &v.Duties[i], made)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			runs = append(runs, r.Run)
			f.runs[r.CycleID()] = r
		}
	}
	f.ev = enforcer.EvaluateDuties(v.Contract.Contract, p.conn.ID, runs, p.now)
	p.reportUnjudged(f)
	f.pending = pending
	if due || touched { // what is held is looked at in each pass, and moves nothing on the agenda
		p.agenda = append(p.agenda, f.item())
	}
	return f, nil
}

// runsOf lists the periods of a duty since the line, and those before it for which an issue was made.
func (p *pass) runsOf(ctx context.Context, v *view, d *Duty, made map[enforcer.StepKey]ledger.Entry) ([]run, error) {
	since := v.since()
	first := since
	for key, e := range made {
		if key.Obligation == d.Obligation && e.Moment.Before(first) {
			first = e.Moment
		}
	}
	periods, err := periodsOf(d, first, p.now, v.Zone())
	if err != nil {
		return nil, err
	}
	var out []run
	for _, period := range periods {
		r := run{duty: d, Run: enforcer.Run{
			Obligation: d.Obligation, Duty: d.ID, Within: d.Within, Period: period.ID, From: period.From, To: period.To,
		}}
		for key, e := range made {
			if key.Obligation == d.Obligation && key.Cycle == r.CycleID() && !(p.asOf && e.ChangedAt.After(p.now)) {
				r.made, r.MadeAt = e.Made(), e.ChangedAt
			}
		}
		if r.made == "" && (period.From.Before(since) || !v.ValidTo.IsZero() && !period.From.Before(v.ValidTo)) {
			continue
		}
		if err := p.follow(ctx, v, &r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// since is the moment from which on periods of the contract's duties are owed.
func (v *view) since() time.Time {
	first := v.Contract.Contract
	if len(v.Earlier) > 0 {
		first = v.Earlier[0]
	}
	return later(first.ValidFrom, v.line.EnforceFrom)
}

// follow finds out from the mirror what has become of the issue that was made for a run.
func (p *pass) follow(ctx context.Context, v *view, r *run) error {
	if r.made == "" {
		return nil
	}
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, r.made)
	if err != nil {
		return err
	}
	r.unseen = !ok || m.entry.State == mirror.Hidden
	if !ok {
		return nil
	}
	r.key, r.project = m.history.Issue.Key, m.history.Issue.Values.One(connectors.FieldProject)
	if r.unseen {
		return nil
	}
	r.Issue, r.DoneAt = r.made, time.Time{}
	if m.entry.State == mirror.Gone {
		r.GoneAt = m.entry.StateAt
	}
	req := v.request(p.conn.ID, m.history, m.entry)
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
		return nil, fmt.Errorf("period of duty %s: %w", d.Issue.Path, err)
	}
	return list, nil
}

// newIssue is the issue to be made for a period, with what the tracker would not take of it.
func (p *pass) newIssue(f *finding, r *run, d *enforcer.Decision) (connectors.NewIssue, []mapping.Problem) {
	cycle := f.cycle(d.Key)
	o := p.e.writeOptions(f.view)
	o.Unassignable = p.unassignable
	issue, problems := f.view.bound.NewIssue(r.duty.Issue, mapping.DutyFacts{
		Key: d.Key, Period: r.Period, Due: cycle.Due, Obligation: cycle.Obligation.Title, Source: cycle.Obligation.Source,
	}, o)
	if !cycle.Due.IsZero() && cycle.Due.Before(p.now) {
		issue.DueDate = "" // trackers refuse one that lies before the day the issue is made
	}
	return issue, problems
}

// make makes the issue of a duty's period, unless it is there already: an answer may have been lost, or the ledger
// restored from before it was made.
func (p *pass) make(ctx context.Context, f finding, r run, d enforcer.Decision, e ledger.Entry) error {
	issue, problems := p.newIssue(&f, &r, &d)
	for _, x := range problems {
		p.report.problem("", x.Fatal, "%s: %q: %s", x.Path, x.Value, x.Reason)
	}
	if e.Made() != "" {
		return p.amend(ctx, issue, e)
	}
	// the installation in a mark does not matter, as with comments; our measure of the tracker's clock may have moved
	id, found, err := p.conn.Tracker.FindCreated(ctx, issue.Project, mapping.StepMark(d.Key), r.From.Add(-lookBack))
	if err != nil {
		return err
	}
	e.Facts.Against = strings.Join([]string{issue.Project, p.around(issue.Project), "-"}, " ")
	out, err := p.e.ledger.Begin(ctx, p.e.now(p.conn.Tracker), connectors.Write{Create: &issue}, e)
	if err != nil {
		return err
	}
	w := mapping.Planned{Write: out.Request}
	if !found {
		if id, err = p.conn.Tracker.Create(ctx, issue); err != nil {
			p.report.problem("", false, "%v", err)
			if ferr := p.finish(ctx, out, w, p.failure(w.Write, err)); ferr != nil {
				return ferr
			}
			return stop(err)
		}
	}
	if err := p.finish(ctx, out, w, p.seen(ctx, id, issue)); err != nil {
		return err
	}
	r.made = id
	if err := p.follow(ctx, f.view, &r); err != nil {
		return err
	}
	f.runs[d.Key.Cycle] = r
	return p.replan(ctx, f)
}

// replan puts the steps that a new issue brings on the agenda.
func (p *pass) replan(ctx context.Context, f finding) error {
	var runs []enforcer.Run
	for _, id := range slices.Sorted(maps.Keys(f.runs)) {
		runs = append(runs, f.runs[id].Run)
	}
	f.ev = enforcer.EvaluateDuties(f.view.Contract.Contract, p.conn.ID, runs, p.now)
	return p.e.ledger.SetAgenda(ctx, f.item())
}

// seen reads back an issue that was made; it is there whether or not it can be read now. What the tracker made
// otherwise than it was asked to is a refusal; what people changed since is not.
func (p *pass) seen(ctx context.Context, id string, asked connectors.NewIssue) ledger.Outcome {
	receipt := connectors.Receipt{Issue: id}
	h, err := p.conn.Tracker.History(ctx, id)
	if err == nil {
		receipt.Refused = connectors.VerifyNew(asked, h.Initial())
		p.tell(h.Issue.Key, receipt)
		_, err = p.e.mirror.Store(ctx, p.conn.ID, h, p.e.now(p.conn.Tracker))
	}
	if err != nil {
		p.report.problem("", false, "%v", err)
	}
	return ledger.Outcome{Receipt: &receipt}
}

// amend asks once more for what the tracker left undone of an issue that was made, as far as that can be changed: its
// assignee. The rest is held against what people have made of it since.
func (p *pass) amend(ctx context.Context, asked connectors.NewIssue, e ledger.Entry) error {
	id := e.Made()
	h, err := p.conn.Tracker.History(ctx, id)
	if noted, nerr := p.vanish(ctx, id, err); noted {
		return nerr // the next pass sees that it is gone
	}
	if err != nil {
		return err
	}
	w := connectors.Write{Issue: id}
	if slices.ContainsFunc(connectors.VerifyNew(asked, h.Issue.Values), func(x connectors.Refusal) bool { return x.Field == connectors.FieldAssignee }) {
		w.Assign = &asked.Assign
	}
	out, err := p.e.ledger.Begin(ctx, p.e.now(p.conn.Tracker), w, e)
	if err != nil {
		return err
	}
	if err = p.conn.Tracker.Update(ctx, w); err == nil {
		h, err = p.conn.Tracker.History(ctx, id)
	}
	if err != nil {
		p.report.problem(e.IssueKey, false, "%v", err)
		if ferr := p.finish(ctx, out, mapping.Planned{Write: w}, p.failure(w, err)); ferr != nil {
			return ferr
		}
		return stop(err)
	}
	receipt := connectors.Receipt{Issue: id, Refused: connectors.VerifyNew(asked, h.Issue.Values)}
	p.tell(h.Issue.Key, receipt)
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.e.now(p.conn.Tracker)); err != nil {
		return err
	}
	return p.finish(ctx, out, mapping.Planned{Write: w}, ledger.Outcome{Receipt: &receipt})
}
