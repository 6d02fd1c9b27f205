package main

import (
	"context"
	"fmt"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// few is how many held steps are told one by one; of more a person wants the summary.
const few = 10

// groupInfo is one line of `ledger list --summary -o json`.
type groupInfo struct {
	Connection string        `json:"connection"`
	Contract   string        `json:"contract"`
	Obligation string        `json:"obligation"`
	Step       string        `json:"step"`
	State      string        `json:"state"`
	Code       string        `json:"code"`   // of the reason, for --reason
	Reason     string        `json:"reason"` // of one of them
	Entries    int           `json:"entries"`
	Issues     int           `json:"issues"`
	Oldest     time.Time     `json:"oldest"` // moment
	Newest     time.Time     `json:"newest"`
	Examples   []exampleInfo `json:"examples"`
}

// exampleInfo is one write of a group as it would be made now; its changes are empty when it is no longer called for.
type exampleInfo struct {
	ID      string      `json:"id"`
	Issue   string      `json:"issue"`
	Subject string      `json:"subject"`
	Moment  time.Time   `json:"moment"`
	Changes changesInfo `json:"changes"`
}

// groupInfos gives groups of entries with examples of what would be written, for a person to judge.
func (w *workspace) groupInfos(ctx context.Context, groups []ledger.Group) ([]groupInfo, error) {
	out := make([]groupInfo, len(groups))
	for i := range groups {
		var err error
		if out[i], err = w.groupInfo(ctx, &groups[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *workspace) groupInfo(ctx context.Context, g *ledger.Group) (groupInfo, error) {
	zone := w.zone(g.Contract)
	info := groupInfo{
		Connection: g.Connection, Contract: g.Contract, Obligation: g.Obligation, Step: g.Step, State: string(g.State),
		Code: g.Reason, Reason: w.reason(g.Examples[0].Reason), Entries: g.Entries, Issues: g.Issues,
		Oldest: g.Oldest.In(zone), Newest: g.Newest.In(zone),
	}
	n, err := w.names(ctx, g.Connection)
	if err != nil {
		return info, err
	}
	examples, err := w.engine.Preview(ctx, g.Examples...)
	for _, e := range examples {
		x := exampleInfo{ID: e.ID, Issue: e.IssueKey, Subject: e.Subject, Moment: e.Moment.In(zone)}
		if e.Write != nil {
			x.Changes = changesOf(e.Write, n)
		}
		info.Examples = append(info.Examples, x)
	}
	return info, err
}

func (g groupInfo) text(p *page) {
	p.linef("= ", "%s: %s: issues %d, steps %d", stateWord(p, g.State),
		p.ofContract(p.stepOf(g.Contract, g.Obligation, g.Step), g.Contract), g.Issues, g.Entries)
	p.line(entryIndent, p.why(g.Contract, g.Obligation, g.Reason))
	if g.Oldest.Equal(g.Newest) {
		p.linef(entryIndent, "moment %s", p.stamp(g.Oldest))
	} else {
		p.linef(entryIndent, "moments from %s to %s", p.stamp(g.Oldest), p.stamp(g.Newest))
	}
	for _, x := range g.Examples {
		p.labelled(entryIndent, "for example ", fmt.Sprintf("%s %s, %s", typed(x.Issue), x.Subject, p.stamp(x.Moment)))
		if x.Changes.none() {
			p.linef(entryIndent+"  ", "not called for any more")
			continue
		}
		x.Changes.tell(p, false)
	}
	if g.State == string(enforcer.Held) && g.Code == enforcer.HeldOverLimit {
		filter := fmt.Sprintf("--contract %s --obligation %s --step %s --reason %s", g.Contract, g.Obligation, g.Step, g.Code)
		p.linef(entryIndent, "let go with 'slabridge ledger release %s'", filter)
	}
}

// heldGroups summarizes what a pass held.
func heldGroups(r *engine.Report) []ledger.Group {
	groups, _ := ledger.Summarize(func(yield func(ledger.Entry, error) bool) { // without an error there is none
		for _, e := range r.Held {
			if !yield(e, nil) {
				return
			}
		}
	})
	return groups
}
