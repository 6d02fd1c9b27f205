package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// upkeepStep is the step under which kept fields stand in the ledger.
const upkeepStep = "fields"

// upkeep adds the decision to bring the fields that slabridge keeps (sla-due, sla-state) up to date. It is keyed
// by the target value: a value written once and changed by a person since is theirs, until another is due.
func (p *pass) upkeep(ctx context.Context, f *finding, h connectors.History) error {
	if !f.current() {
		return nil
	}
	fields := f.view.bound.Upkeep(f.ev, h)
	if len(fields) == 0 {
		return nil
	}
	entries, err := p.e.ledger.ByIssue(ctx, p.conn.ID, f.request.Issue)
	if err != nil {
		return err
	}
	key := enforcer.StepKey{
		Connection: p.conn.ID, Issue: f.request.Issue, Contract: f.view.ID,
		Obligation: enforcer.Upkeep, Cycle: f.ev.Now.UTC().Format(time.RFC3339), Step: upkeepStep,
	}
	written, writtenAt := p.kept(h)
	for _, e := range entries {
		if e.Key.Obligation != enforcer.Upkeep || e.Key.Contract != f.view.ID {
			continue
		}
		switch e.State {
		case ledger.Sent:
			return nil // its outcome comes first
		case ledger.Done, ledger.Refused:
			if e.Write != nil {
				for field, value := range e.Write.Fields { // entries come by their moments: the last one stays
					if !e.ChangedAt.Before(writtenAt[field]) {
						written[field] = value
					}
				}
			}
		default:
			key = e.Key
		}
	}
	maps.DeleteFunc(fields, func(field, value string) bool {
		last, ok := written[field]
		return ok && last == value
	})
	if len(fields) == 0 {
		return nil
	}
	f.fields = fields
	f.decisions = append(f.decisions, enforcer.Decision{
		Key: key, State: enforcer.Intended, Moment: f.ev.Now, Audience: enforcer.Internal, Severity: f.ev.State.Severity,
		Reason: enforcer.Reason{Code: "upkeep", Text: enforcer.Text{
			"ru": "поля срока и состояния приводятся к действительным", "en": "the fields for due and state are brought up to date",
		}},
	})
	return nil
}

// kept gives the values that the tracker shows our account to have written last into its fields, and when: a ledger
// restored from an older backup does not know of them.
func (p *pass) kept(h connectors.History) (values map[string]string, at map[string]time.Time) {
	values, at = map[string]string{}, map[string]time.Time{}
	for _, e := range h.Events {
		if e.Author != p.names.Self.ID {
			continue
		}
		for _, c := range e.Changes {
			if _, custom := connectors.IsCustomField(c.Field); custom && len(c.To) <= 1 {
				values[c.Field], at[c.Field] = strings.Join(c.To, ""), e.At
			}
		}
	}
	return values, at
}

// current reports whether the request is one to keep fields of: watched since enforcement began, in sight, not
// on hold.
func (f *finding) current() bool {
	return !f.request.Hidden && f.request.GoneAt.IsZero() && f.request.Hold == "" &&
		slices.ContainsFunc(f.ev.Cycles, func(c enforcer.Cycle) bool { return !c.StartedAt.Before(f.view.line.EnforceFrom) })
}

// withoutFields sends a write again without the fields that ride along, when the tracker refused it whole: a
// field of the wrong kind must not cost a comment. It reports the fields as refused.
func (p *pass) withoutFields(ctx context.Context, w *connectors.Write, refused error) ([]connectors.Refusal, error) {
	if connectors.ClassOf(refused) != connectors.Refused || len(w.Fields) == 0 {
		return nil, refused
	}
	var out []connectors.Refusal
	for _, field := range slices.Sorted(maps.Keys(w.Fields)) {
		out = append(out, connectors.Refusal{Field: field, Wanted: w.Fields[field], Got: refused.Error()})
	}
	w.Fields = nil
	if !w.HasUpdate() {
		return nil, refused
	}
	return out, p.conn.Tracker.Update(ctx, *w)
}
