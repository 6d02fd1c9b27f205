package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// settleAfter is how long a write without an answer is left alone before its mark is looked for: longer than any
// tracker works on one request.
const settleAfter = 2 * time.Minute

// retryAfter is the pause after a failure that the tracker put no time to.
const retryAfter = time.Minute

// carryOut writes what a request calls for. The issue is read afresh and decided again first: if someone
// answered a second ago, nothing is sent.
func (p *pass) carryOut(ctx context.Context, f finding, storm string) error {
	h, err := p.conn.Tracker.History(ctx, f.request.Issue)
	if err != nil {
		return p.unreadable(ctx, f, err)
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.now); err != nil {
		return err
	}
	now, covered, err := p.find(ctx, f.view, mirrored{h, mirror.Entry{State: mirror.Visible}})
	if err != nil {
		return err
	}
	if err := p.withdraw(ctx, f, now); err != nil || !covered {
		return err
	}
	entries, err := p.record(ctx, &now)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e ledger.Entry) bool {
		return e.State != ledger.Intended || e.NotBefore.After(p.now)
	})
	switch {
	case p.block != "":
		return p.hold(ctx, entries, "blocked", p.block)
	case f.view.fatal:
		return p.hold(ctx, entries, "mapping", "the mapping has faults that the tracker shows: run 'slabridge check --live'")
	}
	if storm != "" {
		held := slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool { return !e.ReleasedAt.IsZero() || e.Tries > 0 })
		if err := p.hold(ctx, held, heldStorm, storm); err != nil {
			return err
		}
		entries = slices.DeleteFunc(entries, func(e ledger.Entry) bool { return e.ReleasedAt.IsZero() && e.Tries == 0 })
	}
	// once begun, a write is seen through: stopping half-way would leave an outcome to be looked for
	return p.write(context.WithoutCancel(ctx), now, h, entries)
}

// unreadable is what an issue that cannot be read just before its write means: gone or hidden, it is noted and
// nothing written; anything else ends the pass.
func (p *pass) unreadable(ctx context.Context, f finding, err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Gone:
		_, err = p.e.mirror.StoreVanished(ctx, p.conn.ID, f.request.Issue, mirror.Gone, p.now)
		return err
	case connectors.Hidden:
		_, err = p.e.mirror.StoreVanished(ctx, p.conn.ID, f.request.Issue, mirror.Hidden, p.now)
		return err
	}
	return err
}

// withdraw takes back what was intended and is no longer called for on a fresh look.
func (p *pass) withdraw(ctx context.Context, before, now finding) error {
	for _, d := range before.with(enforcer.Act) {
		if slices.ContainsFunc(now.decisions, func(n enforcer.Decision) bool { return n.Key == d.Key }) {
			continue
		}
		e, err := p.e.ledger.Get(ctx, d.Key.ID())
		if err != nil {
			return err
		}
		if e.State != ledger.Intended {
			continue
		}
		e.Reason = enforcer.Reason{Code: "withdrawn", Text: enforcer.Text{
			"en": "no longer called for when the issue was read again just before writing",
			"ru": "при повторном чтении перед записью шаг уже не нужен",
		}}
		if _, err := p.e.ledger.Move(ctx, p.now, ledger.Withdrawn, e); err != nil {
			return err
		}
	}
	return nil
}

// write sends the steps of one request, one comment per audience, the customer's first.
func (p *pass) write(ctx context.Context, f finding, h connectors.History, entries []ledger.Entry) error {
	byKey := make(map[enforcer.StepKey]ledger.Entry, len(entries))
	var decisions []enforcer.Decision
	for _, e := range entries {
		byKey[e.Key] = e
	}
	for _, d := range f.with(enforcer.Act) {
		if _, ok := byKey[d.Key]; ok {
			decisions = append(decisions, d)
		}
	}
	if len(decisions) == 0 {
		return nil
	}
	for _, w := range f.writes(h, decisions, p.e.writeOptions(f.view)) {
		var group []ledger.Entry
		for _, k := range w.Keys {
			group = append(group, byKey[k])
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
		Contract: v.Contract.Contract, Install: e.ledger.Installation(), Texts: e.settings.Texts, Lang: v.Language,
	}
}

// send makes one request of a group of entries: marked as sent, watchers, update, read back, receipt.
func (p *pass) send(ctx context.Context, f finding, w mapping.Planned, before connectors.History, group []ledger.Entry) error {
	if why, err := p.refusal(ctx, w.Write, before); err != nil {
		return err
	} else if why != "" {
		return p.hold(ctx, group, "rights", why)
	}
	out, err := p.e.ledger.Begin(ctx, p.now, w.Write, group...)
	if err != nil {
		return err
	}
	after := func(o ledger.Outcome) error {
		o.Reason = notes(w.Notes, o.Reason)
		done, err := p.e.ledger.Finish(ctx, p.e.now(p.conn.Tracker), out.ID, o)
		if err != nil {
			return err
		}
		p.count(done...)
		return nil
	}
	if err := p.watchers(ctx, out, w.Write); err != nil {
		return after(p.failure(err))
	}
	var dropped []connectors.Refusal
	if w.Write.HasUpdate() {
		err := p.conn.Tracker.Update(ctx, w.Write)
		if err != nil {
			dropped, err = p.withoutFields(ctx, &w.Write, err)
		}
		if err != nil {
			o := p.failure(err)
			p.report.problem(f.request.Key, false, "%v", err)
			if ferr := after(o); ferr != nil {
				return ferr
			}
			return stop(err)
		}
	}
	receipt, err := p.readBack(ctx, w.Write, before)
	if err != nil {
		// written, but not seen: the next pass looks for the mark
		return after(ledger.Outcome{Class: connectors.Unknown, Error: err.Error(), RetryAt: p.now.Add(settleAfter)})
	}
	receipt.Refused = append(receipt.Refused, dropped...)
	if receipt.Public {
		p.report.problem(f.request.Key, true, "an internal comment is public: the customer can read %s; take it back in the tracker", receipt.Event)
	}
	for _, r := range receipt.Refused {
		p.report.problem(f.request.Key, false, "the tracker accepted the write and left this alone: %s", r)
	}
	return after(ledger.Outcome{Receipt: &receipt})
}

// stop passes on the errors after which the rest of the pass is pointless.
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

// refusal is why a write must not even be tried: an internal comment by an account that cannot keep it internal
// becomes public (Redmine posts it and says 204).
func (p *pass) refusal(ctx context.Context, w connectors.Write, h connectors.History) (string, error) {
	if w.Comment == nil || !w.Comment.Internal {
		return "", nil
	}
	caps := p.conn.Tracker.Capabilities()
	if !caps.InternalNotes {
		return "the tracker keeps no comment from customers", nil
	}
	self, err := p.rights(ctx)
	if err != nil {
		return "", err
	}
	project := h.Issue.Values.One(connectors.FieldProject)
	for _, permission := range caps.Permissions[connectors.WriteInternal] {
		if !self.Has(project, permission) {
			return fmt.Sprintf("our account lacks the right %q in this project: the comment would be public", permission), nil
		}
	}
	return "", nil
}

func (p *pass) watchers(ctx context.Context, out ledger.Write, w connectors.Write) error {
	for _, person := range w.Watchers {
		err := p.conn.Tracker.AddWatcher(ctx, w.Issue, person)
		o := ledger.Outcome{Class: connectors.ClassOf(err)}
		if err != nil {
			o.Error = err.Error()
		}
		if lerr := p.e.ledger.Watched(ctx, p.now, out.ID, person, o); lerr != nil {
			return lerr
		}
		if err != nil && stop(err) != nil {
			return err
		}
	}
	return nil
}

// failure is the outcome of a request that the tracker did not accept.
func (p *pass) failure(err error) ledger.Outcome {
	o := ledger.Outcome{Class: connectors.ClassOf(err), Error: err.Error(), RetryAt: p.now.Add(retryAfter)}
	if o.Class == 0 {
		o.Class = connectors.Unknown
	}
	if o.Class == connectors.Unknown || o.Class == connectors.Garbled {
		o.RetryAt = p.now.Add(settleAfter)
	}
	return o
}

// readBack reads the issue after a write and compares.
func (p *pass) readBack(ctx context.Context, w connectors.Write, before connectors.History) (connectors.Receipt, error) {
	after, err := p.conn.Tracker.History(ctx, w.Issue)
	if err != nil {
		return connectors.Receipt{}, err
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, after, p.e.now(p.conn.Tracker)); err != nil {
		return connectors.Receipt{}, err
	}
	self, err := p.account(ctx)
	if err != nil {
		return connectors.Receipt{}, err
	}
	return connectors.Verify(w, self, before, after), nil
}

// account is the id of our own account as last read.
func (p *pass) account(ctx context.Context) (string, error) {
	d, _, err := p.e.mirror.Directory(ctx, p.conn.ID)
	return d.Self.ID, err
}
