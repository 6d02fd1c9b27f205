package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// rules is a stable hash of what a text promises and does: not of titles and sources, of the admin's name for it,
// nor of calendar data, which has a version of its own.
func rules(c *enforcer.Contract, spec calendar.Spec) string {
	obligations := slices.Clone(c.Obligations)
	for i := range obligations {
		o := &obligations[i]
		o.Title, o.Source, o.Assumption, o.Items = nil, "", nil, nil
		if o.Inert != nil {
			o.Inert = enforcer.Text{} // that it is not acted on, and not the words for it
		}
	}
	return hash(struct {
		Text        string
		Severities  []string
		Obligations []enforcer.Obligation
		Reopen      string
		Plan        string
		Zone        string
		Week        calendar.Week
	}{c.Preset, severityIDs(c), obligations, c.Reopen, c.Plan, spec.Zone, spec.Week})
}

// fingerprint adds to the rules of all versions what else can move a deadline: the days off, and which requests are
// covered.
func (c *Contract) fingerprint() string {
	type part struct {
		Rules    string
		From, To time.Time
	}
	var parts []part
	for _, v := range append(slices.Clone(c.Earlier), c.Contract) {
		parts = append(parts, part{rules(v, c.Spec), v.ValidFrom.UTC(), v.ValidTo.UTC()})
	}
	return hash([]any{parts, c.Spec.Days, c.Duties, c.Account})
}

// fingerprint is a stable hash of all contracts, with their scopes, and of all mappings.
func (c *Config) fingerprint() string {
	type contract struct {
		ID, Fingerprint, Mapping, Connection string
		Scope                                mapping.Scope
	}
	var contracts []contract
	for i := range c.Contracts {
		x := &c.Contracts[i]
		contracts = append(contracts, contract{x.ID, x.Fingerprint, x.MappingID, x.Connection, x.Scope})
	}
	type rules struct {
		Mapping   mapping.Mapping
		AutoReply []string
	}
	var mappings []rules
	for _, m := range c.Mappings {
		r := rules{Mapping: m}
		for _, re := range m.AutoReply {
			r.AutoReply = append(r.AutoReply, re.String())
		}
		// Who is called in moves no deadline, nor how a comment is kept internal.
		r.Mapping.AutoReply, r.Mapping.Internal = nil, mapping.InternalNotes{}
		r.Mapping.Roles = slices.Clone(m.Roles)
		for i := range r.Mapping.Roles {
			r.Mapping.Roles[i].Lead, r.Mapping.Roles[i].Duty = nil, nil
		}
		mappings = append(mappings, r)
	}
	return hash([]any{contracts, mappings})
}

// hash is the sum of the value as JSON, in which map keys are sorted.
func hash(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
