package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// few is how many held steps are told one by one; of more a person wants the summary.
const few = 10

// heldByBound is the reason of what was held because it was too much for one pass: only a human lets it go.
const heldByBound = "storm"

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

// groups puts entries into groups with examples of what would be written.
func (a *app) groups(ctx context.Context, w *workspace, groups []ledger.Group) ([]groupInfo, error) {
	dirs, err := w.directories(ctx)
	if err != nil {
		return nil, err
	}
	var out []groupInfo
	for _, g := range groups {
		loc := w.zone()(g.Contract)
		info := groupInfo{
			Connection: g.Connection, Contract: g.Contract, Obligation: g.Obligation, Step: g.Step, State: string(g.State), Code: g.Reason,
			Reason:  reasonText(g.Examples[0].Reason.Text.In(a.lang), g.Reason),
			Entries: g.Entries, Issues: g.Issues, Oldest: g.Oldest.In(loc), Newest: g.Newest.In(loc),
		}
		examples, err := w.engine.Preview(ctx, g.Examples...)
		if err != nil {
			return nil, err
		}
		for _, e := range examples {
			x := exampleInfo{ID: e.ID, Issue: e.IssueKey, Subject: e.Subject, Moment: e.Moment.In(loc)}
			if e.Write != nil {
				x.Changes = changesOf(e.Write, dirs[g.Connection])
			}
			info.Examples = append(info.Examples, x)
		}
		out = append(out, info)
	}
	return out, nil
}

// summarize writes the groups of entries, for a person to judge.
func (a *app) summarize(ctx context.Context, w *workspace, groups []ledger.Group) error {
	infos, err := a.groups(ctx, w, groups)
	if err != nil {
		return err
	}
	for _, g := range infos {
		if a.json() {
			if err := a.writeJSON(g); err != nil {
				return err
			}
			continue
		}
		a.printGroup(g)
	}
	return nil
}

func (a *app) printGroup(g groupInfo) {
	a.wrap("= ", a.tf("%s %s/%s of %s: issues %d, steps %d", g.State, g.Obligation, g.Step, g.Contract, g.Issues, g.Entries))
	a.wrap(entryIndent, g.Reason)
	if g.Oldest.Equal(g.Newest) {
		a.wrap(entryIndent, a.tf("moment %s", a.stamp(g.Oldest)))
	} else {
		a.wrap(entryIndent, a.tf("moments from %s to %s", a.stamp(g.Oldest), a.stamp(g.Newest)))
	}
	for _, x := range g.Examples {
		a.wrap(entryIndent+a.t("for example "), fmt.Sprintf("%s %s, %s", hash(x.Issue), x.Subject, a.stamp(x.Moment)))
		if x.Changes.none() {
			a.wrap(entryIndent+"  ", a.t("not called for any more"))
			continue
		}
		a.printChanges(x.Changes, false)
	}
	if g.State == string(ledger.Held) && g.Code == heldByBound {
		filter := fmt.Sprintf("--contract %s --obligation %s --step %s --reason %s", g.Contract, g.Obligation, g.Step, g.Code)
		a.wrap(entryIndent, a.tf("let go with 'slabridge ledger release %s'", filter))
	}
}

// none reports whether nothing would be changed.
func (c changesInfo) none() bool {
	return c.Comment == nil && c.Assign == "" && c.Priority == "" && len(c.Watchers)+len(c.Fields) == 0 && c.Transition == ""
}

// heldGroups summarizes what a pass held.
func heldGroups(r engine.Report) []ledger.Group {
	groups, _ := ledger.Summarize(func(yield func(ledger.Entry, error) bool) { // without an error there is none
		for _, e := range r.Held {
			if !yield(e, nil) {
				return
			}
		}
	})
	return groups
}

// logHeld logs what a pass held: each step, or of many a line for each group, and the steps when debugging.
func (w *workspace) logHeld(r engine.Report) {
	level := slog.LevelWarn
	if len(r.Held) > few {
		level = slog.LevelDebug
		for _, g := range heldGroups(r) {
			var examples []string
			for _, e := range g.Examples {
				examples = append(examples, hash(e.IssueKey))
			}
			w.log.Warn("held", slog.String("connection", r.Connection), slog.String("contract", g.Contract), slog.String("step", g.Obligation+"/"+g.Step),
				slog.Int("issues", g.Issues), slog.Int("steps", g.Entries), slog.Time("oldest", g.Oldest), slog.Time("newest", g.Newest),
				slog.String("examples", strings.Join(examples, " ")), slog.String("why", g.Examples[0].Reason.Text.In("en")))
		}
	}
	for _, e := range r.Held {
		w.log.Log(context.Background(), level, "held", slog.String("connection", r.Connection), slog.String("issue", e.IssueKey), slog.String("step", e.Key.Obligation+"/"+e.Key.Step), slog.String("entry", e.ID), slog.String("why", e.Reason.Text.In("en")))
	}
}
