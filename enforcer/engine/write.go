package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// A write without an answer is left alone for settleAfter, which is longer than we wait for any answer; then its mark is
// looked for. Only when nothing was seen of it until resendAfter, longer than trackers and what stands before them let a
// request live (a minute, mostly), is it taken for lost. What comes later still is a second comment: see twice.
const (
	settleAfter = 2 * time.Minute
	resendAfter = 5 * time.Minute
)

// retryAfter is the pause after a failure that the tracker put no time to.
const retryAfter = time.Minute

// carryOut writes what a request calls for. The issue is read afresh and decided again first: if someone
// answered a second ago, nothing is sent.
func (p *pass) carryOut(ctx context.Context, f finding, storm string) error {
	if f.request.Issue == wholeContract {
		return p.carryOutWhole(context.WithoutCancel(ctx), f)
	}
	h, err := p.conn.Tracker.History(ctx, f.request.Issue)
	if err != nil {
		return p.unreadable(ctx, f, err)
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.now); err != nil {
		return err
	}
	if h, err = p.e.withWork(ctx, p.conn.ID, h); err != nil {
		return err
	}
	if err := p.lookOut(ctx, h); err != nil {
		return err
	}
	now, _, err := p.find(ctx, f.view, mirrored{h, mirror.Entry{State: mirror.Visible}})
	if err != nil {
		return err
	}
	now.pending = f.entries
	p.judge(&now)
	if err := p.keepVerdicts(ctx); err != nil {
		return err
	}
	again := []finding{now}
	if err := p.record(ctx, again); err != nil {
		return err
	}
	if err := p.e.ledger.SetAgenda(ctx, now.item()); err != nil { // what was just read may have moved the next moment
		return err
	}
	entries := p.ready(again[0].entries)
	if storm != "" {
		said := p.said(h)
		if err := p.holdFor(ctx, slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool { return excepted(e, said) }), enforcer.Reason{Code: heldStorm, Text: p.storm}); err != nil {
			return err
		}
		entries = slices.DeleteFunc(entries, func(e ledger.Entry) bool { return !excepted(e, said) })
	}
	// once begun, a write is seen through: stopping half-way would leave an outcome to be looked for
	return p.write(context.WithoutCancel(ctx), now, h, entries)
}

// unreadable is what an issue that cannot be read just before its write means: gone or hidden, it is noted and
// nothing written.
func (p *pass) unreadable(ctx context.Context, f finding, err error) error {
	if noted, nerr := p.vanish(ctx, f.request.Issue, err); noted {
		return nerr
	}
	p.report.problem(f.request.Key, false, "%v", err)
	return err
}

// vanish notes in the mirror that an issue was found gone or hidden; it reports whether that is what err says.
func (p *pass) vanish(ctx context.Context, issue string, err error) (bool, error) {
	var state mirror.State
	switch connectors.ClassOf(err) {
	case connectors.Gone:
		state = mirror.Gone
	case connectors.Hidden:
		state = mirror.Hidden
	default:
		return false, nil
	}
	_, err = p.e.mirror.StoreVanished(ctx, p.conn.ID, issue, state, p.now)
	return true, err
}

// write sends the steps of one request, one comment per audience, the customer's first.
func (p *pass) write(ctx context.Context, f finding, h connectors.History, entries []ledger.Entry) error {
	byKey := make(map[enforcer.StepKey]ledger.Entry, len(entries))
	said := p.said(h)
	var decisions []enforcer.Decision
	for _, d := range f.with(enforcer.Intended) {
		i := slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.Key == d.Key })
		if i < 0 {
			continue
		}
		e := entries[i]
		e.Evidence = f.entry(d).Evidence // what is written rests on what was just read
		e.Facts.Against = p.against(h)
		byKey[d.Key] = e
		d.Changes = p.unmarked(&f.request, d, e, left(d, e, said))
		decisions = append(decisions, d)
	}
	if len(decisions) == 0 {
		return nil
	}
	o := p.e.writeOptions(f.view)
	o.Unassignable = p.unassignable
	for _, w := range f.writes(h, decisions, o) {
		var group []ledger.Entry
		for _, k := range w.Keys {
			group = append(group, byKey[k])
		}
		if w.Impossible != "" {
			p.report.problem(f.request.Key, true, "held: %s", w.Impossible)
			if err := p.hold(ctx, group, heldImpossible, w.Impossible); err != nil {
				return err
			}
			continue
		}
		if err := p.send(ctx, f, w, h, group); err != nil {
			return err
		}
	}
	return nil
}

// writes renders decisions. Upkeep is no step with words of its own: its fields ride in the last write, or make one.
func (f *finding) writes(h connectors.History, ds []enforcer.Decision, o mapping.WriteOptions) []mapping.Planned {
	var steps []enforcer.Decision
	var upkeep []enforcer.StepKey
	for _, d := range ds {
		if d.Key.Obligation == enforcer.Upkeep {
			upkeep, o.Upkeep = append(upkeep, d.Key), f.fields
			continue
		}
		steps = append(steps, d)
	}
	planned := f.view.bound.Writes(f.request, h, steps, o)
	if n := len(planned); n > 0 {
		planned[n-1].Keys = append(planned[n-1].Keys, upkeep...)
	}
	return planned
}

func (e *Engine) writeOptions(v *view) mapping.WriteOptions {
	return mapping.WriteOptions{
		Contract: v.Contract.Contract, Install: e.ledger.Installation(), Markup: e.markup(v.Connection), Texts: e.settings.Texts,
		Lang: v.Language,
	}
}

// markup is what comments on the connection are written in.
func (e *Engine) markup(id string) connectors.Markup {
	for _, c := range e.settings.Connections {
		if c.ID == id {
			return c.Markup
		}
	}
	return ""
}

// send makes one request of a group of entries: marked as sent, watchers, update, read back, receipt.
func (p *pass) send(ctx context.Context, f finding, w mapping.Planned, before connectors.History, group []ledger.Entry) error {
	if p.block != "" { // another installation was seen on this very issue
		return p.holdFor(ctx, group, p.blocked())
	}
	if held, err := p.keepIn(ctx, f, w.Write, group); held || err != nil {
		return err
	}
	// the moment at which it leaves, not the pass's: how long the tracker may still be working on it counts from here
	w.Write.BaseEvent = before.Newest()
	out, err := p.e.ledger.Begin(ctx, p.e.now(p.conn.Tracker), w.Write, group...)
	if err != nil {
		return err
	}
	left, err := p.request(ctx, out, &w.Write)
	if err != nil {
		p.report.problem(f.request.Key, false, "%v", err)
		if ferr := p.finish(ctx, out, w, p.failure(w.Write, err)); ferr != nil {
			return ferr
		}
		return stop(err)
	}
	after, err := p.readBack(ctx, w.Write.Issue)
	if err != nil {
		// written, but not seen: a later pass looks for the mark
		p.report.problem(f.request.Key, false, "%v", err)
		o := ledger.Outcome{Class: connectors.Unknown, Error: err.Error(), RetryAt: out.BeganAt.Add(settleAfter)}
		return p.finish(ctx, out, w, o)
	}
	p.overrun(w.Write, before, after)
	receipt := connectors.Verify(w.Write, p.names.Self.ID, before, after)
	if len(receipt.Refused) > 0 && p.unmoved(before, after) {
		// left alone altogether, or read from something that is behind: a later pass tells
		o := ledger.Outcome{Class: connectors.Unknown, Error: unseen, Receipt: &receipt, RetryAt: p.e.now(p.conn.Tracker).Add(settleAfter)}
		return p.finish(ctx, out, w, o)
	}
	receipt = p.complete(receipt, left, before, group)
	if receipt, err = p.leaked(ctx, before.Issue, receipt); err != nil {
		return err
	}
	p.tell(f.request.Key, receipt)
	return p.finish(ctx, out, w, ledger.Outcome{Receipt: &receipt})
}

// request sends the watchers, which Redmine's update has no place for, and then everything else at once. What the
// tracker refused without refusing the whole is given back.
func (p *pass) request(ctx context.Context, out ledger.Write, w *connectors.Write) ([]connectors.Refusal, error) {
	left, err := p.watchers(ctx, out, *w)
	if err != nil || !w.HasUpdate() {
		return left, err
	}
	err = p.conn.Tracker.Update(ctx, *w)
	if err == nil {
		return left, nil
	}
	dropped, err := p.withoutFields(ctx, w, err)
	return append(left, dropped...), err
}

// watchers are added one by one. A refused one does not keep the rest from being written.
func (p *pass) watchers(ctx context.Context, out ledger.Write, w connectors.Write) ([]connectors.Refusal, error) {
	var refused []connectors.Refusal
	for _, person := range w.Watchers {
		err := p.conn.Tracker.AddWatcher(ctx, w.Issue, person)
		o := ledger.Outcome{Class: connectors.ClassOf(err)}
		if err != nil {
			o.Error = err.Error()
		}
		if lerr := p.e.ledger.Watched(ctx, p.e.now(p.conn.Tracker), out.ID, person, o); lerr != nil {
			return nil, lerr
		}
		if o.Class == connectors.Refused {
			refused = append(refused, connectors.Refusal{Field: "watcher", Wanted: person, Got: o.Error})
		} else if err != nil {
			return nil, err
		}
	}
	return refused, nil
}

// finish records what came of a write.
func (p *pass) finish(ctx context.Context, out ledger.Write, w mapping.Planned, o ledger.Outcome) error {
	o.Reason = notes(w.Notes, o.Reason)
	done, err := p.e.ledger.Finish(ctx, p.e.now(p.conn.Tracker), out.ID, o)
	if err != nil {
		return err
	}
	p.count(done...)
	return nil
}

// tell reports what a receipt shows to be wrong.
func (p *pass) tell(issue string, r connectors.Receipt) {
	switch {
	case !r.Public:
	case r.TakenBack == "":
		p.report.problem(issue, true, "an internal comment is public: the customer can read %s; take it back in the tracker; mail about it may have gone out", r.Event)
	default:
		p.report.problem(issue, true, "an internal comment came out public and was taken back (%s); mail about it may have gone out", r.TakenBack)
	}
	for _, x := range r.Refused {
		p.report.problem(issue, false, "the tracker accepted the write and left this alone: %s", x)
	}
}

// stop passes on the errors that are not a refusal of this one write.
func stop(err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Refused, connectors.Hidden, connectors.Gone:
		return nil
	}
	return err
}

// notes puts what mapping left out, and why, into the ledger's history.
func notes(notes []string, r enforcer.Reason) enforcer.Reason {
	for _, n := range notes {
		if r.Text == nil {
			r.Text = enforcer.Text{}
		}
		r.Text["en"] += n + ". "
	}
	if r.Text != nil && r.Code == "" {
		r.Code = "accepted"
	}
	return r
}

// assigned is whom a write assigns, "" for nobody.
func assigned(w connectors.Write) string {
	switch {
	case w.Create != nil:
		return w.Create.Assign
	case w.Assign != nil:
		return *w.Assign
	}
	return ""
}

// failure is the outcome of a request that the tracker did not accept.
func (p *pass) failure(w connectors.Write, err error) ledger.Outcome {
	now := p.e.now(p.conn.Tracker)
	o := ledger.Outcome{Class: connectors.ClassOf(err), Error: err.Error(), RetryAt: now.Add(retryAfter)}
	var e *connectors.Error
	if errors.As(err, &e) && e.RetryAfter > retryAfter {
		o.RetryAt = now.Add(e.RetryAfter)
	}
	switch o.Class {
	case 0:
		o.Class = connectors.Unknown
		fallthrough
	case connectors.Unknown, connectors.Garbled:
		o.RetryAt = now.Add(settleAfter)
	case connectors.Refused:
		if who := assigned(w); who != "" { // someone else, then: nothing of it was saved
			p.unassignable[who], p.again = true, true
			o.Class, o.RetryAt = connectors.TryLater, time.Time{}
		}
	}
	return o
}
