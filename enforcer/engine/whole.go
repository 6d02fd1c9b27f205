package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// wholeContract stands in place of an issue's id in the keys of what a contract asks for as a whole.
const wholeContract = ""

// Duty is one thing that a contract asks for in each period, and the issue to be made for it.
type Duty struct {
	enforcer.Recurrence
	Issue mapping.Duty
}

// run is a period of a duty with what the ledger and the mirror know of it.
type run struct {
	enforcer.Run
	duty *Duty
	key  string // of the issue made for it, as people type it
}

// whole gives what the contract as a whole calls for: its duties, and its cap on the cost of changes. changed are
// the issues that this pass looks at.
func (p *pass) whole(ctx context.Context, v *view, changed []string) ([]finding, error) {
	var out []finding
	due := v.stale || slices.Contains(changed, wholeContract)
	duties, err := p.duties(ctx, v, changed, due)
	if err != nil {
		return nil, err
	}
	account, err := p.account(ctx, v, changed, due)
	if err != nil {
		return nil, err
	}
	for _, f := range []*finding{duties, account} {
		if f == nil {
			continue
		}
		if err := p.decideWhole(ctx, f); err != nil {
			return nil, err
		}
		p.judge(f)
		out = append(out, *f)
	}
	if duties != nil {
		p.agenda = append(p.agenda, duties.item())
	}
	return out, nil
}

// decideWhole decides what is to become of the steps of a contract as a whole, and finds what is still to be done.
func (p *pass) decideWhole(ctx context.Context, f *finding) error {
	if err := p.reconsider(ctx, f.view, wholeContract); err != nil {
		return err
	}
	states, err := p.e.ledger.Recorded(ctx, p.conn.ID, wholeContract)
	if err != nil {
		return err
	}
	line := f.view.line
	line.PassedAt = time.Time{} // no field of a tracker moves a period, and one that began while we were down is late, not past
	if f.decisions, err = enforcer.Decide(f.ev, standing(states), line); err != nil {
		return err
	}
	p.restrain(f)
	for _, e := range p.pending[f.view.ID][wholeContract] {
		if f.cycle(e.Key) != nil {
			f.pending = append(f.pending, e)
		}
	}
	return nil
}

// duties evaluates the contract's duties when their next moment has come, or something happened to their issues.
func (p *pass) duties(ctx context.Context, v *view, changed []string, due bool) (*finding, error) {
	if len(v.Duties) == 0 {
		return nil, nil
	}
	made, err := p.e.ledger.Made(ctx, p.conn.ID, v.ID)
	if err != nil {
		return nil, err
	}
	if !due && p.pending[v.ID][wholeContract] == nil {
		touched := false
		for _, issue := range made {
			touched = touched || slices.Contains(changed, issue)
		}
		if _, known, err := p.e.ledger.Item(ctx, p.conn.ID, wholeContract, v.ID); err != nil || known && !touched {
			return nil, err
		}
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
	f.ev, err = enforcer.EvaluateDuties(v.Contract.Contract, p.conn.ID, runs, p.now)
	return f, err
}

// runsOf lists the periods of a duty since the line: one that began before it is past, unless its issue was made.
func (p *pass) runsOf(ctx context.Context, v *view, d *Duty, made map[enforcer.StepKey]string) ([]run, error) {
	first := v.Contract.Contract
	if len(v.Earlier) > 0 {
		first = v.Earlier[0]
	}
	since := v.line.EnforceFrom
	if first.ValidFrom.After(since) {
		since = first.ValidFrom
	}
	periods, err := periodsOf(d, since, p.now, v.Calendar.Location())
	if err != nil {
		return nil, err
	}
	var out []run
	for _, period := range periods {
		if !v.ValidTo.IsZero() && !period.From.Before(v.ValidTo) {
			break
		}
		r := run{duty: d, Run: enforcer.Run{
			Obligation: d.Obligation, Duty: d.ID, Within: d.Within, Period: period.ID, From: period.From, To: period.To,
		}}
		for key, issue := range made {
			if key.Obligation == d.Obligation && key.Cycle == r.CycleID() {
				r.Issue = issue
			}
		}
		if err := p.follow(ctx, v, &r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// follow finds out from the mirror what has become of the issue that was made for a run.
func (p *pass) follow(ctx context.Context, v *view, r *run) error {
	if r.Issue == "" {
		return nil
	}
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, r.Issue)
	if err != nil || !ok {
		return err
	}
	r.key = m.history.Issue.Key
	if m.entry.State == mirror.Gone {
		r.GoneAt = m.entry.StateAt
	}
	req := v.request(p.conn.ID, m.history, m.entry)
	for i := range req.Moments {
		m := &req.Moments[i]
		switch open := m.State.Status.Open(); {
		case open:
			r.DoneAt, r.DoneEvent, r.DoneBy = time.Time{}, "", enforcer.Person{}
		case r.DoneAt.IsZero():
			r.DoneAt, r.DoneEvent, r.DoneBy = m.At, m.Event, m.By
		}
	}
	return nil
}

// maxPeriods bounds the periods of a cron line: a line that fires each minute is a mistake, not a duty.
const maxPeriods = 10_000

// periodsOf lists the periods of a duty that begin at or after since and not after now, and the next one. A cron
// period is named by the local time at which it begins: where a clock is set back a time that comes twice is one.
func periodsOf(d *Duty, since, now time.Time, zone *time.Location) ([]enforcer.Period, error) {
	if list := enforcer.Periods(d.Period, since, now, zone); list != nil {
		return list, nil
	}
	schedule, err := cron.ParseStandard(d.Period)
	if err != nil {
		return nil, fmt.Errorf("period of duty %s: %q: %w", d.Issue.Path, d.Period, err)
	}
	var out []enforcer.Period
	for at := schedule.Next(since.In(zone).Add(-time.Second)); !at.IsZero() && len(out) < maxPeriods; {
		next := schedule.Next(at)
		id := at.Format("2006-01-02T15:04")
		if n := len(out); n == 0 || out[n-1].ID != id {
			out = append(out, enforcer.Period{ID: id, From: at, To: next})
		}
		if at.After(now) {
			break
		}
		at = next
	}
	return out, nil
}

// carryOutWhole writes what a contract as a whole calls for.
func (p *pass) carryOutWhole(ctx context.Context, f finding) error {
	for _, d := range f.with(enforcer.Act) {
		i := slices.IndexFunc(f.entries, func(e ledger.Entry) bool { return e.Key == d.Key && len(p.ready([]ledger.Entry{e})) > 0 })
		if i < 0 {
			continue
		}
		e := f.entries[i]
		e.Evidence = f.entry(d).Evidence
		r := f.runs[d.Key.Cycle]
		var err error
		switch {
		case d.Changes.Action == enforcer.ActionCreate:
			err = p.make(ctx, f, r, d, e)
		case r.Issue != "":
			err = p.remark(ctx, f, r.Issue, d, e)
		case f.watch != "":
			err = p.remark(ctx, f, f.watch, d, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// make makes the issue of a duty's period, unless it is there already: an answer may have been lost, or the ledger
// restored from before it was made.
func (p *pass) make(ctx context.Context, f finding, r run, d enforcer.Decision, e ledger.Entry) error {
	cycle := f.cycle(d.Key)
	facts := mapping.DutyFacts{
		Key: d.Key, Period: r.Period, Due: cycle.Due, Obligation: cycle.Obligation.Title, Source: cycle.Obligation.Source,
	}
	issue, problems := f.view.bound.NewIssue(r.duty.Issue, facts, p.e.writeOptions(f.view))
	for _, x := range problems {
		p.report.problem("", x.Fatal, "%s: %q: %s", x.Path, x.Value, x.Reason)
	}
	if anyFatal(problems) {
		return p.hold(ctx, []ledger.Entry{e}, heldDuty, "what the configuration says of the issue does not fit the tracker: run 'slabridge check --live'")
	}
	id, found, err := p.conn.Tracker.FindCreated(ctx, issue.Project, issue.Mark, r.From)
	if err != nil {
		return err
	}
	e.Facts.Against = strings.Join([]string{issue.Project, p.around(issue.Project), "-"}, " ")
	out, err := p.e.ledger.Begin(ctx, p.e.now(p.conn.Tracker), connectors.Write{Create: &issue}, e)
	if err != nil {
		return err
	}
	w := mapping.Planned{Write: out.Request, Keys: []enforcer.StepKey{d.Key}, Audience: enforcer.Internal}
	if !found {
		if id, err = p.conn.Tracker.Create(ctx, issue); err != nil {
			p.report.problem("", false, "%v", err)
			if ferr := p.finish(ctx, out, w, p.failure(w.Write, err)); ferr != nil {
				return ferr
			}
			return stop(err)
		}
	}
	return p.finish(ctx, out, w, p.seen(ctx, id))
}

// seen reads back an issue that was made; it is there whether or not it can be read now.
func (p *pass) seen(ctx context.Context, id string) ledger.Outcome {
	if h, err := p.conn.Tracker.History(ctx, id); err != nil {
		p.report.problem("", false, "%v", err)
	} else if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.e.now(p.conn.Tracker)); err != nil {
		p.report.problem("", false, "%v", err)
	}
	return ledger.Outcome{Receipt: &connectors.Receipt{Issue: id}}
}

// remark writes a comment about the contract as a whole on an issue that was made or named for it.
func (p *pass) remark(ctx context.Context, f finding, issue string, d enforcer.Decision, e ledger.Entry) error {
	h, err := p.conn.Tracker.History(ctx, issue)
	if noted, nerr := p.vanish(ctx, issue, err); noted {
		return nerr
	}
	if err != nil {
		return err
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.now); err != nil {
		return err
	}
	if err := p.lookOut(ctx, h); err != nil {
		return err
	}
	if r, ok := f.runs[d.Key.Cycle]; ok { // someone may have closed it a second ago
		if err := p.follow(ctx, f.view, &r); err != nil {
			return err
		}
		if !r.DoneAt.IsZero() {
			return p.drop(ctx, e)
		}
	}
	e.Facts.Against = p.against(h)
	d.Changes = left(d, e, p.said(h))
	about := f
	about.request = f.view.request(p.conn.ID, h, mirror.Entry{State: mirror.Visible})
	about.project = h.Issue.Values.One(connectors.FieldProject)
	for _, w := range about.writes(h, []enforcer.Decision{d}, p.e.writeOptions(f.view)) {
		if err := p.send(ctx, about, w, h, []ledger.Entry{e}); err != nil {
			return err
		}
	}
	return nil
}

// drop takes back what is no longer called for.
func (p *pass) drop(ctx context.Context, e ledger.Entry) error {
	e.Reason = enforcer.Reason{Code: "withdrawn", Text: enforcer.Text{
		"en": "the issue was closed before it was written", "ru": "задача закрыта до записи",
	}}
	_, err := p.e.ledger.Move(ctx, p.now, ledger.Withdrawn, e)
	return err
}
