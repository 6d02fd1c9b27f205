package engine

import (
	"context"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// contractScope takes the place of the issue id in the keys of steps that belong to the contract as a whole: its
// duties, and its cap on the cost of changes.
const contractScope = ""

// contractLevel is what a contract as a whole is looked at by.
type contractLevel struct {
	snapshot *snapshot
	contract *contract
	blocks   decide.Blocks
	changed  []string       // the issues that this pass looks at
	pending  []ledger.Entry // decided earlier and not done
	tallies  []ledger.Tally // what those issues add to the cost of changes
	due      bool           // its next moment has come
}

// newContractLevel looks at a contract as a whole.
func newContractLevel(
	p *snapshot, c *contract, b decide.Blocks, changed []string, pending []ledger.Entry, tallies []ledger.Tally,
) *contractLevel {
	due := c.stale || p.reads || slices.Contains(changed, contractScope)
	return &contractLevel{
		snapshot: p, contract: c, blocks: b, changed: changed, pending: pending, tallies: tallies,
		due: due,
	}
}

// find gives what the contract as a whole calls for.
func (x *contractLevel) find(ctx context.Context) ([]finding, error) {
	duties, err := x.duties(ctx)
	if err != nil {
		return nil, err
	}
	spending, err := x.spending(ctx)
	if err != nil {
		return nil, err
	}
	var out []finding
	for _, f := range []*finding{duties, spending} {
		if f == nil {
			continue
		}
		if f.Recorded, err = x.snapshot.recorded(ctx, contractScope); err != nil {
			return nil, err
		}
		if f.Last, err = x.snapshot.item(ctx, contractScope, x.contract.ID); err != nil {
			return nil, err
		}
		f.Finding = decide.Decide(f.Case)
		x.holdInfeasible(f)
		out = append(out, *f)
	}
	return out, nil
}

// finding begins one about the contract as a whole.
func (x *contractLevel) finding(pending []ledger.Entry) *finding {
	f := &finding{contract: x.contract, pending: pending}
	f.Contract, f.Blocks = x.contract.rules(), x.blocks
	return f
}

// pendingOf gives what was decided earlier and is not done: of the cap on the cost of changes, or of everything else.
func (x *contractLevel) pendingOf(spending bool) []ledger.Entry {
	var out []ledger.Entry
	for _, e := range x.pending {
		if o := x.contract.capped(); spending == (o != nil && o.ID == e.Key.Obligation) {
			out = append(out, e)
		}
	}
	return out
}

// holdInfeasible holds what the tracker would refuse, as far as its names and our rights are known. It is decided again
// in each pass, after the names were read again.
func (x *contractLevel) holdInfeasible(f *finding) {
	for i := range f.Decisions {
		d := &f.Decisions[i]
		if d.State != enforcer.Intended && d.State != enforcer.Waiting {
			continue
		}
		code, why := x.infeasibleReason(f, d)
		if why == "" {
			continue
		}
		f.problem("", message.Of("held: %s of %s: %s", d.Key.Obligation, x.contract.ID, message.Kept(why)))
		d.State, d.NotBefore = enforcer.Held, time.Time{}
		d.Reason = enforcer.Reason{Code: code, Text: enforcer.Recalled(why)}
	}
}

// infeasibleReason is why the tracker would not take what a decision about the contract as a whole calls for.
func (x *contractLevel) infeasibleReason(f *finding, d *enforcer.Decision) (code, why string) {
	r := f.run(d.Key)
	switch {
	case d.Changes.Action == enforcer.ActionCreate && r.made == "":
		issue, problems := f.newIssue(r, d, nil)
		for _, p := range problems {
			if p.Fatal {
				return enforcer.HeldDuty, message.Text("%s: %q: %s", p.Path, p.Value, p.Reason)
			}
		}
		return enforcer.HeldRights, x.mayNotCreate(issue.Project)
	case d.Changes.Comment == nil:
		return "", ""
	case r != nil:
		return enforcer.HeldRights, x.wouldBePublic(r.project)
	case f.watch == "":
		return enforcer.HeldWatch, watchOutOfSight(x.contract)
	}
	return enforcer.HeldRights, x.wouldBePublic(f.project)
}

// wouldBePublic is why an internal comment in the project would not stay internal. Who only reads asks no tracker.
func (x *contractLevel) wouldBePublic(project string) string {
	p := x.snapshot
	if p.conn.Tracker == nil {
		return ""
	}
	return outbox.NotInternal(p.conn.Tracker.Capabilities(), p.names.Self, project)
}

// mayNotCreate is why our account can make no issue in the project.
func (x *contractLevel) mayNotCreate(project string) string {
	p := x.snapshot
	if p.conn.Tracker == nil {
		return ""
	}
	caps := p.conn.Tracker.Capabilities()
	lacks := outbox.LacksRight(caps, p.names.Self, connectors.CreateIssues, project)
	if lacks == "" {
		return ""
	}
	return message.Text("our account lacks the right \"%s\" (%s) in project %s", caps.Title(lacks), lacks,
		projectName(p.names, project))
}

func projectName(d connectors.Directory, id string) string {
	for _, p := range d.Projects {
		if p.ID == id {
			return p.Key
		}
	}
	return id
}
