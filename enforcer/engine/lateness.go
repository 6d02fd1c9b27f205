package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
	"slabridge/mapping"
)

// Lateness says whether slabridge itself is late with something. The zero value: it is not.
type Lateness struct {
	At      time.Time // when it was looked; zero: not at all
	Since   time.Time // of the oldest thing that is due and not done; zero: nothing is late
	Overdue int       // how many things are
	Began   bool      // with this pass
	Ended   time.Time // with this pass: since when it had been late
	// Of has what is late of each contract.
	Of map[string]ContractLateness
}

// ContractLateness says what is late of one contract.
type ContractLateness struct {
	Since   time.Time // of the oldest thing that is due and not done
	Overdue int       // how many things are
}

// Late reports whether something is late.
func (l Lateness) Late() bool { return !l.Since.IsZero() }

// lateness finds what has been due on the connection for longer than the limit. A request out of sight is left out:
// nothing can be done about it.
func (s *source) lateness(ctx context.Context, now time.Time) (Lateness, error) {
	late := Lateness{At: now, Of: map[string]ContractLateness{}}
	if s.settings.LateAfter <= 0 {
		return late, nil
	}
	overdue, err := s.ledger.Overdue(ctx, s.conn.ID, now.Add(-s.settings.LateAfter))
	if err != nil {
		return late, err
	}
	for _, o := range overdue {
		if o.Issue != contractScope {
			m, ok, err := s.mirror.Entry(ctx, s.conn.ID, o.Issue)
			if err != nil {
				return late, err
			}
			if ok && m.State != mirror.Visible {
				continue
			}
		}
		if late.Overdue++; late.Since.IsZero() {
			late.Since = o.Since
		}
		own := late.Of[o.Contract]
		if own.Overdue++; own.Since.IsZero() { // the oldest comes first
			own.Since = o.Since
		}
		late.Of[o.Contract] = own
	}
	return late, nil
}

// HealthStatus is how slabridge itself fares on a connection, as of a moment.
type HealthStatus struct {
	ledger.Health
	Now      time.Time
	Late     Lateness
	Unjudged int            // requests on which some promise cannot be judged
	Examples []string       // some of them, with the reason
	OnHold   []OnHold       // requests about which somebody said that nothing is written for now
	Refused  int            // steps that stand refused on requests on which something is still owed
	Alarms   []ledger.Alarm // that wait for a human to acknowledge them, oldest first
}

// OnHold is a request about which nothing is written for now.
type OnHold struct {
	Issue string // what people type
	enforcer.Hold
}

// onHold lists them, the soonest to go on first.
func onHold(ctx context.Context, s *source, now time.Time) ([]OnHold, error) {
	holds, err := s.ledger.HoldsAfter(ctx, s.conn.ID, now)
	if err != nil {
		return nil, err
	}
	var out []OnHold
	for issue, all := range holds {
		h := enforcer.HoldAt(all, now)
		if h == nil {
			continue
		}
		e, _, err := s.mirror.Entry(ctx, s.conn.ID, issue)
		if err != nil {
			return nil, err
		}
		out = append(out, OnHold{cmp.Or(e.Key, issue), *h})
	}
	slices.SortFunc(out, func(a, b OnHold) int {
		return cmp.Or(a.Until.Compare(b.Until), strings.Compare(a.Issue, b.Issue))
	})
	return out, nil
}

// maxExamples is how many requests that cannot be judged are told of one by one.
const maxExamples = 5

func (s *source) healthStatus(ctx context.Context, now time.Time) (HealthStatus, error) {
	h, err := s.ledger.Health(ctx, s.conn.ID)
	if err != nil {
		return HealthStatus{}, err
	}
	status := HealthStatus{Health: h, Now: now}
	if status.Late, err = s.lateness(ctx, now); err != nil {
		return status, err
	}
	if status.OnHold, err = onHold(ctx, s, now); err != nil {
		return status, err
	}
	first, n, err := s.ledger.Unjudged(ctx, s.conn.ID, maxExamples)
	for _, it := range first {
		status.Examples = append(status.Examples, strings.TrimPrefix(it.IssueKey+": "+it.Unjudged, ": "))
	}
	if status.Unjudged = n; err != nil {
		return status, err
	}
	if status.Refused, err = s.ledger.StandingRefusals(ctx, s.conn.ID); err != nil {
		return status, err
	}
	alarms, err := s.ledger.Alarms(ctx, s.conn.ID)
	for _, a := range alarms {
		if a.Open() {
			status.Alarms = append(status.Alarms, a)
		}
	}
	return status, err
}

// healthKeeper ends a pass: it keeps how the pass went, and tells people when slabridge itself is late.
type healthKeeper struct{ *pass }

// keep keeps how the pass went and whether slabridge is late, and tells the watch issue once when that begins and once
// when it is over. before is how late it was when the pass began: an outage that this very pass has made up for is
// told, too. rest is until when the tracker wants to be left alone.
func (p healthKeeper) keep(ctx context.Context, before Lateness, rest time.Time, failed error) error {
	if ctx.Err() != nil {
		return nil // told to stop: the next process sees for itself
	}
	now := p.trackerTime()
	was, err := p.healthStatus(ctx, now)
	if err != nil {
		return err
	}
	late := was.Late
	is := ledger.Health{
		Connection: p.conn.ID, PassedAt: now, GoodAt: was.GoodAt, LateSince: was.LateSince, Faults: p.report.Faults,
		RestUntil: rest,
	}
	if failed == nil {
		is.GoodAt = now
	} else {
		is.Error = failed.Error()
	}
	if is.LateSince.IsZero() && (late.Late() || before.Late()) {
		late.Began = true
		if is.LateSince = late.Since; before.Late() {
			is.LateSince = before.Since
		}
	}
	if since := is.LateSince; !since.IsZero() && !p.now.IsZero() {
		step := stepLate
		if !late.Late() {
			step = stepCaughtUp
		}
		var told bool
		if told, err = p.noteLateness(ctx, step, since); told && !late.Late() {
			late.Ended, is.LateSince = since, time.Time{}
		}
	}
	p.report.Late, p.report.Unjudged, p.report.StandingRefusals = late, was.Unjudged, was.Refused
	return errors.Join(err, p.ledger.SetHealth(ctx, is))
}

// The steps of what slabridge says of itself; the cycle is named by the moment since which it is late.
const (
	stepLate     = "late"
	stepCaughtUp = "caught-up"
)

// noteLateness writes an internal note about ourselves on the watch issue, through the ledger like every other. It
// reports whether there is nothing left to say; where nothing may be written now, a later pass tries again.
func (p healthKeeper) noteLateness(ctx context.Context, step string, since time.Time) (told bool, err error) {
	if p.conn.WatchIssue == "" || len(p.contracts) == 0 {
		return true, nil
	}
	c := p.contracts[0]
	if p.out.Block() != nil || c.fatal || p.out.TrackerFails() {
		return false, nil
	}
	id, ok, err := p.mirror.IDByKey(ctx, p.conn.ID, p.conn.WatchIssue)
	if err != nil {
		return false, err
	}
	if !ok {
		p.report.Problem(p.conn.WatchIssue, true, "the issue that is to be told when slabridge is late is not in the mirror")
		return true, nil
	}
	d := p.latenessStep(step, since)
	e := ledger.Entry{Entry: d.Entry(p.now)}
	e.IssueKey, e.Subject = p.conn.WatchIssue, "slabridge"
	recorded, err := p.ledger.Record(ctx, p.now, e)
	if err != nil {
		return false, err
	}
	if e = recorded[0].Entry; p.ready(e) {
		err := p.comment(context.WithoutCancel(ctx), c, id, nil, outbox.Step{Decision: d, Entry: e})
		if err := p.out.TolerateIssueFailure(err); err != nil {
			return false, err
		}
		if e, err = p.ledger.Get(ctx, e.ID); err != nil {
			return false, err
		}
	}
	return !e.State.Open(), nil
}

// latenessStep is the decision to say that slabridge is late since a moment, or was.
func (p healthKeeper) latenessStep(step string, since time.Time) enforcer.Decision {
	text, reason := mapping.TextLate, enforcer.Say("slabridge itself is late")
	if step == stepCaughtUp {
		text, reason = mapping.TextCaughtUp, enforcer.Say("slabridge has caught up")
	}
	return enforcer.Decision{
		Key:   p.contracts[0].StepKey(p.conn.ID, contractScope, enforcer.Watch, since.UTC().Format(time.RFC3339), step),
		State: enforcer.Intended, Moment: p.now, Audience: enforcer.Internal, Source: "slabridge",
		Reason: enforcer.Reason{Code: step, Text: reason},
		Changes: enforcer.Changes{Comment: &enforcer.Comment{
			Audience: enforcer.Internal, Text: text, StartedAt: since,
			Moment: p.now,
		}},
	}
}
