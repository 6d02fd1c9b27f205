package engine

import (
	"maps"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// upkeepStep is the step under which kept fields stand in the ledger.
const upkeepStep = "fields"

// keepFields adds the decision to bring the fields that slabridge keeps (sla-due, sla-state) to the values given. It is
// keyed by the target value: a value written once and changed by a person since is theirs, until another is due.
func (f *finding) keepFields(fields map[string]string, entries []ledger.Entry, self string) {
	ev := &f.Evaluation
	key := f.contract.StepKey(f.contract.Connection, ev.Request.Issue, enforcer.Upkeep,
		ev.Now.UTC().Format(time.RFC3339), upkeepStep)
	written, writtenAt := fieldsWritten(f.history, self)
	for _, e := range entries {
		if e.Key.Obligation != enforcer.Upkeep || e.Key.Contract != f.contract.ID {
			continue
		}
		switch e.State {
		case enforcer.Sent:
			return // its outcome comes first
		case enforcer.Done, enforcer.Refused:
			addWritten(written, writtenAt, e)
		default:
			key = e.Key
		}
	}
	maps.DeleteFunc(fields, func(field, value string) bool {
		last, ok := written[field]
		return ok && last == value
	})
	if len(fields) == 0 {
		return
	}
	f.fields = fields
	f.Upkeep = &enforcer.Decision{
		Key: key, State: enforcer.Intended, Moment: ev.Now, Audience: enforcer.Internal, Severity: ev.State.Severity,
		Reason: enforcer.Because("upkeep", "the fields for due and state are brought up to date"),
	}
}

// addWritten adds what the ledger knows to have been written into fields last. Entries come by their moments: the last
// one stays.
func addWritten(values map[string]string, at map[string]time.Time, e ledger.Entry) {
	if e.Write == nil {
		return
	}
	for field, value := range e.Write.Fields {
		if !e.ChangedAt.Before(at[field]) {
			values[field] = value
		}
	}
}

// fieldsWritten gives the values that the tracker shows our account to have written last into its fields, and when: a
// ledger restored from an older backup does not know of them.
func fieldsWritten(h connectors.History, self string) (values map[string]string, at map[string]time.Time) {
	values, at = map[string]string{}, map[string]time.Time{}
	for _, e := range h.Events {
		if e.Author != self {
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
