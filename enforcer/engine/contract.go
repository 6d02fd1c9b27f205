package engine

import (
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
	"slabridge/mapping"
)

// contract is a contract bound to what its tracker shows now.
type contract struct {
	Contract
	bound   *mapping.Bound
	scope   *mapping.BoundScope
	changes *mapping.BoundScope // which requests are changes, whose cost is capped; nil where nothing is
	options mapping.WriteOptions
	fatal   bool // a problem of the mapping forbids writes
	cutover enforcer.Cutover
	watched time.Time // since when slabridge watches it: the first pass, and not before enforcement begins
	// unwatched: it has had no pass yet, and watched is now.
	unwatched bool
	stale     bool // the last complete pass was under another configuration: evaluate everything
}

// bindScopes finds out which requests are the contract's, and which of them are changes.
func (c *contract) bindScopes() (problems []mapping.Problem) {
	c.scope, problems = c.bound.Scope(c.Scope, c.ScopePath)
	if c.Account == nil {
		return problems
	}
	changes := mapping.Scope{Projects: c.Scope.Projects, When: c.Account.Changes, Subtasks: true}
	var found []mapping.Problem
	c.changes, found = c.bound.Scope(changes, c.ScopePath+".account")
	for _, p := range found { // the projects are the contract's own
		if rest, ok := strings.CutPrefix(p.Path, c.ScopePath+".account.when"); ok {
			p.Path = c.ScopePath + ".account.changes" + rest
			problems = append(problems, p)
		}
	}
	return problems
}

// enforceBy sets what the ledger tells of the contract's passes so far.
func (c *contract) enforceBy(l ledger.Cutover) {
	c.cutover = enforcer.Cutover{EnforceFrom: l.FirstPassAt, PassedAt: l.PassedAt}
	if !c.EnforceFrom.IsZero() {
		c.cutover.EnforceFrom = c.EnforceFrom
	}
	c.watched = later(l.FirstPassAt, c.EnforceFrom)
	c.stale = l.Fingerprint != c.Fingerprint
}

// rules is the contract as decisions rest on it.
func (c *contract) rules() decide.Contract {
	return decide.Contract{Contract: c.Contract.Contract, Fingerprint: c.Fingerprint, Cutover: c.cutover, Stale: c.stale}
}

// words is the contract as its words are rendered.
func (c *contract) words() outbox.Contract {
	return outbox.Contract{Contract: c.Contract.Contract, Mapping: c.bound, Options: c.options}
}

// request tells a mirrored issue as the contract sees it.
func (c *contract) request(conn string, m mirrored) enforcer.Request {
	r := c.bound.Request(m.history, c.scope, c.Zone()).WithAgreements(m.agreements)
	r.Connection = conn
	switch m.entry.State {
	case mirror.Gone:
		r.GoneAt = m.entry.StateAt
	case mirror.Hidden: // its steps are held and go on when it is visible again
		r.Hidden, r.Hold = true, message.Text("our account cannot see the issue")
	}
	return r
}

// checksEntitlement reports whether the contract says something of requests outside its validity.
func (c *contract) checksEntitlement() bool {
	for i := range c.Obligations {
		if o := &c.Obligations[i]; o.Active() && o.StopsWith(enforcer.WordEntitled) {
			return true
		}
	}
	return false
}

// validFrom is when the first version of the contract began, zero when it has no beginning.
func (c *contract) validFrom() time.Time { return c.versions()[0].ValidFrom }

// term names the contract's own period, over which its sum is agreed: by its first day.
func (c *contract) term() string {
	from := c.validFrom()
	if from.IsZero() {
		return "contract"
	}
	return from.In(c.Zone()).Format(time.DateOnly)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// canAssign reports whether an entry was refused because nobody could be assigned, and somebody can be now: named in
// the configuration since, or active again.
func (c *contract) canAssign(e ledger.Entry) bool {
	project, _, _ := strings.Cut(e.Facts.Against, " ")
	return e.Receipt != nil && slices.ContainsFunc(e.Receipt.Refused, func(r connectors.Refusal) bool {
		return r.Field == connectors.FieldAssignee && r.Got == mapping.NobodyToAssign
	}) && c.bound.CanAssign(e.Changes, project)
}
