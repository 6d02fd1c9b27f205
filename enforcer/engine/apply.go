package engine

import (
	"context"
	"fmt"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// batch is how many requests share a transaction where nothing is sent between them: a first pass over an old
// tracker has a hundred thousand.
const batch = 500

// enter brings the ledger in line with what was found, and keeps of it in todo only what is to be written now.
func (p *pass) enter(ctx context.Context, todo, found []finding) ([]finding, error) {
	if err := p.record(ctx, found); err != nil {
		return nil, err
	}
	for _, f := range found {
		if len(p.ready(f.entries)) > 0 {
			todo = append(todo, f)
		}
	}
	return todo, nil
}

// bound holds what is to be written when it is more than the bound, all that is new of it and before anything is
// sent, until a human releases it; storm then says so, else it is "".
func (p *pass) bound(ctx context.Context, findings []finding) (storm string, err error) {
	limit := p.e.settings.WritesPerPass
	known := func(finding) (map[string]connectors.Event, error) { return nil, nil }
	fresh, err := p.unknown(findings, known)
	if err == nil && len(fresh) > limit { // what the tracker shows to have been said is only taken over: a ledger restored from a backup is no storm
		known = func(f finding) (map[string]connectors.Event, error) {
			h, _, err := p.e.mirror.History(ctx, p.conn.ID, f.request.Issue)
			return p.said(h), err
		}
		fresh, err = p.unknown(findings, known)
	}
	if err != nil || len(fresh) <= limit {
		return "", err
	}
	storm = fmt.Sprintf("%d steps in one pass are more than the bound of %d", len(fresh), limit)
	p.storm = enforcer.Text{"en": storm, "ru": fmt.Sprintf("шагов за один проход: %d, предел: %d", len(fresh), limit)}
	p.report.problem("", true, "held: %s; look at them with 'slabridge ledger list --state held', then 'slabridge ledger release'", storm)
	if err := p.holdFor(ctx, fresh, enforcer.Reason{Code: heldStorm, Text: p.storm}); err != nil {
		return "", err
	}
	for i := range findings {
		said, err := known(findings[i])
		if err != nil {
			return "", err
		}
		findings[i].entries = slices.DeleteFunc(findings[i].entries, func(e ledger.Entry) bool { return !excepted(e, said) })
	}
	return storm, nil
}

// unknown are the entries that are to be written now and that the bound is for.
func (p *pass) unknown(findings []finding, known func(finding) (map[string]connectors.Event, error)) ([]ledger.Entry, error) {
	var fresh []ledger.Entry
	for i := range findings {
		said, err := known(findings[i])
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, slices.DeleteFunc(p.ready(findings[i].entries), func(e ledger.Entry) bool { return excepted(e, said) })...)
	}
	return fresh, nil
}

// excepted reports whether the bound on new writes is not for the entry: a request left with it before, a human let it
// go, or a comment of ours tells of it already.
func excepted(e ledger.Entry, said map[string]connectors.Event) bool {
	_, told := said[e.ID]
	return told || sentBefore(e)
}

// ready are the entries that are to be written now.
func (p *pass) ready(entries []ledger.Entry) []ledger.Entry {
	var out []ledger.Entry
	for _, e := range entries {
		if e.State == ledger.Intended && !e.NotBefore.After(p.now) {
			out = append(out, e)
		}
	}
	return out
}

// afresh gives the entries as the ledger has them now, some of them written since they were decided.
func (p *pass) afresh(ctx context.Context, entries []ledger.Entry) ([]ledger.Entry, error) {
	out := make([]ledger.Entry, len(entries))
	for i, e := range entries {
		var err error
		if out[i], err = p.e.ledger.Get(ctx, e.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sentBefore reports whether a human let the entry go or a request left with it already: the bound on new ones is
// not for it.
func sentBefore(e ledger.Entry) bool { return !e.ReleasedAt.IsZero() || e.Tries > 0 }

// apply writes what is to be written. An issue that cannot be read or written does not keep the others waiting.
func (p *pass) apply(ctx context.Context, findings []finding, storm string) error {
	for _, f := range findings {
		if len(p.ready(f.entries)) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		err := p.carryOut(ctx, f, storm)
		for err == nil && p.again { // ends, because each turn rules out another assignee
			p.again = false
			if f.entries, err = p.afresh(ctx, f.entries); err == nil {
				err = p.carryOut(ctx, f, storm)
			}
		}
		if err := p.endure(err); err != nil {
			return err
		}
	}
	return nil
}

// record puts the decisions about requests into the ledger, and takes back what is pending there and no longer
// called for. Each finding then has its entries.
func (p *pass) record(ctx context.Context, findings []finding) error {
	var fresh []ledger.Entry
	for i := range findings {
		for _, d := range findings[i].decisions {
			fresh = append(fresh, findings[i].entry(d))
		}
	}
	recorded, err := p.e.ledger.Record(ctx, p.now, fresh...)
	if err != nil {
		return err
	}
	for i := range findings {
		f := &findings[i]
		f.entries = make([]ledger.Entry, len(f.decisions))
		for j := range f.decisions {
			r := recorded[0]
			f.entries[j] = r.Entry
			if r.New {
				p.count(r.Entry)
			} else if f.entries[j], err = p.revise(ctx, f, r.Entry, fresh[0]); err != nil {
				return err
			}
			recorded, fresh = recorded[1:], fresh[1:]
		}
		if err := p.withdraw(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// The codes of holds, beside the request's own: one that only a human ends, one whose cause is looked at no more
// often than the tracker's names are, and those that last as long as nothing at all, or nothing internal, may be written.
const (
	heldStorm   = "storm"
	heldRights  = "rights"
	heldBlocked = "blocked"
	heldMapping = "mapping"
	// heldLeak: an internal comment came out public; until a human has looked, none is written.
	heldLeak = "leak"
	// heldImpossible: the tracker would refuse what the step is about; it is looked at again when the issue changes.
	heldImpossible = "impossible"
	// heldDuty: what the admin says of the issue to be made does not fit the tracker; heldWatch: the issue that is told
	// of the cost of changes is not there. Both are looked at in each pass.
	heldDuty  = "duty"
	heldWatch = "watch"
)

// revise moves an entry that was pending to what is decided now. One held by the bound stays held until a human
// releases it, one held for a missing right until the right is there, and one that waits out a back-off keeps
// waiting.
func (p *pass) revise(ctx context.Context, f *finding, was, now ledger.Entry) (ledger.Entry, error) {
	to := now.State
	switch {
	case was.State == ledger.Held && to == ledger.Intended && was.Reason.Code == heldStorm:
		return was, nil
	case was.State == ledger.Held && to == ledger.Intended && was.Reason.Code == heldRights &&
		f.request.Issue != wholeContract && p.mayNotBeInternal(p.names.Self, f.project) != "":
		return was, nil
	case was.State == ledger.Held && to == ledger.Intended && was.Reason.Code == heldLeak && p.leak != nil:
		return was, nil
	case was.State == to && to != ledger.Waiting:
		return was, nil
	case was.State == to && was.NotBefore.Equal(now.NotBefore):
		return was, nil
	case !was.State.Can(to):
		return was, nil
	}
	was.Reason, was.Evidence, was.NotBefore = now.Reason, now.Evidence, now.NotBefore
	moved, err := p.e.ledger.Move(ctx, p.now, to, was)
	if err != nil {
		return was, err
	}
	p.count(moved[0])
	return moved[0], nil
}

// withdraw takes back what was decided earlier, is not done, and is no longer called for.
func (p *pass) withdraw(ctx context.Context, f *finding) error {
	var gone []ledger.Entry
	for _, e := range f.pending {
		if e.State.Can(ledger.Withdrawn) && !slices.ContainsFunc(f.decisions, func(d enforcer.Decision) bool { return d.Key == e.Key }) {
			e.Reason = enforcer.Reason{Code: "withdrawn", Text: enforcer.Text{
				"en": "no longer called for when the issue was looked at again",
				"ru": "при повторном рассмотрении шаг уже не нужен",
			}}
			gone = append(gone, e)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := p.e.ledger.Move(ctx, p.now, ledger.Withdrawn, gone...)
	return err
}

// hold keeps entries from being written.
func (p *pass) hold(ctx context.Context, entries []ledger.Entry, code, why string) error {
	return p.holdFor(ctx, entries, enforcer.Reason{Code: code, Text: enforcer.Text{"en": why, "ru": why}})
}

func (p *pass) holdFor(ctx context.Context, entries []ledger.Entry, r enforcer.Reason) error {
	for i := range entries {
		entries[i].Reason = r
	}
	moved, err := p.e.ledger.Move(ctx, p.now, ledger.Held, entries...)
	if err != nil {
		return err
	}
	p.count(moved...)
	return nil
}

func (p *pass) count(entries ...ledger.Entry) {
	for _, e := range entries {
		switch e.State {
		case ledger.Held:
			p.report.Held = append(p.report.Held, e)
		case ledger.Done:
			p.report.Written = append(p.report.Written, e)
		case ledger.Refused:
			p.report.Refused = append(p.report.Refused, e)
		}
	}
}
