package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
)

// wholeContract stands in place of an issue's id in the keys of what a contract asks for as a whole.
const wholeContract = ""

// whole gives what the contract as a whole calls for: its duties, and its cap on the cost of changes. changed are
// the issues that this pass looks at.
func (p *pass) whole(ctx context.Context, v *view, changed []string) ([]finding, error) {
	var out []finding
	due := v.stale || p.reads || slices.Contains(changed, wholeContract)
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
	return out, nil
}

// pendingWhole gives what was decided earlier about the contract as a whole and is not done: of its cap on the cost of
// changes, or of everything else.
func (p *pass) pendingWhole(v *view, account bool) []ledger.Entry {
	var out []ledger.Entry
	for _, e := range p.pending[v.ID][wholeContract] {
		if o := v.capped(); account == (o != nil && o.ID == e.Key.Obligation) {
			out = append(out, e)
		}
	}
	return out
}

// decideWhole decides what is to become of the steps of a contract as a whole.
func (p *pass) decideWhole(ctx context.Context, f *finding) error {
	if err := p.reconsider(ctx, f.view, wholeContract); err != nil {
		return err
	}
	states, err := p.e.ledger.Recorded(ctx, p.conn.ID, wholeContract)
	if err != nil {
		return err
	}
	line, err := p.wholeLine(ctx, f)
	if err != nil {
		return err
	}
	f.decisions = decide.Steps(f.ev, states, line)
	p.restrain(f)
	p.ground(f)
	return nil
}

// wholeLine is the contract's line as it is for its duties: a period that began before the last pass and was not seen
// by it came about by a change of configuration. A pass that could not evaluate them saw nothing.
func (p *pass) wholeLine(ctx context.Context, f *finding) (enforcer.Cutover, error) {
	line := f.view.line
	if f.runs == nil { // the moment of an account's step is that of the pass which finds it reached
		line.PassedAt = time.Time{}
		return line, nil
	}
	it, ok, err := p.e.ledger.Item(ctx, p.conn.ID, wholeContract, f.view.ID)
	if ok && !it.Next.IsZero() && !it.Next.After(line.PassedAt) && it.EvaluatedAt.Before(line.PassedAt) {
		line.PassedAt = it.EvaluatedAt
	}
	return line, err
}

// ground holds what the tracker would not take, as far as its names and our rights are known. It is decided again in
// each pass, for which the names are read again.
func (p *pass) ground(f *finding) {
	for i := range f.decisions {
		d := &f.decisions[i]
		if d.State != enforcer.Intended && d.State != enforcer.Waiting {
			continue
		}
		code, why := p.untenable(f, d)
		if why == "" {
			continue
		}
		p.report.problem("", true, "held: %s of %s: %s", d.Key.Obligation, f.view.ID, why)
		d.State, d.NotBefore = enforcer.Held, time.Time{}
		d.Reason = enforcer.Reason{Code: code, Text: enforcer.Text{"en": why, "ru": why}}
	}
}

// untenable is why the tracker would not take what a decision about the contract as a whole calls for.
func (p *pass) untenable(f *finding, d *enforcer.Decision) (code, why string) {
	r, duty := f.runs[d.Key.Cycle]
	switch {
	case d.Changes.Action == enforcer.ActionCreate && r.made == "":
		issue, problems := p.newIssue(f, &r, d)
		for _, x := range problems {
			if x.Fatal {
				return heldDuty, fmt.Sprintf("%s: %q: %s", x.Path, x.Value, x.Reason)
			}
		}
		return heldRights, p.mayNotCreate(issue.Project)
	case d.Changes.Comment == nil:
		return "", ""
	case duty:
		return heldRights, p.wouldBePublic(r.project)
	case f.watch == "":
		return heldWatch, fmt.Sprintf("issue %s, which is to be told of the cost of changes, is not in sight", f.view.Account.WatchIssue)
	}
	return heldRights, p.wouldBePublic(f.project)
}

// wouldBePublic is why an internal comment in the project would not stay internal. Who only reads asks no tracker.
func (p *pass) wouldBePublic(project string) string {
	if p.conn.Tracker == nil {
		return ""
	}
	return p.mayNotBeInternal(p.names.Self, project)
}

// mayNotCreate is why our account can make no issue in the project.
func (p *pass) mayNotCreate(project string) string {
	if p.conn.Tracker == nil {
		return ""
	}
	for _, permission := range p.conn.Tracker.Capabilities().Permissions[connectors.CreateIssues] {
		if !p.names.Self.Has(project, permission) {
			return fmt.Sprintf("our account lacks the right %q in project %s", permission, projectName(p.names, project))
		}
	}
	return ""
}

// carryOutWhole writes what a contract as a whole calls for.
func (p *pass) carryOutWhole(ctx context.Context, f finding) error {
	for _, d := range f.with(enforcer.Intended) {
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
		case r.made != "":
			err = p.remark(ctx, f, r.made, d, e)
		case f.watch != "":
			err = p.remark(ctx, f, f.watch, d, e)
		}
		if err != nil || p.again {
			return err
		}
	}
	return nil
}

// remark writes a comment about the contract as a whole on an issue that was made or named for it.
func (p *pass) remark(ctx context.Context, f finding, issue string, d enforcer.Decision, e ledger.Entry) error {
	h, err := p.conn.Tracker.History(ctx, issue)
	if noted, nerr := p.vanish(ctx, issue, err); noted {
		return nerr // the next pass sees that it is gone
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
