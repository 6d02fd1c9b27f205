package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// Connection is one tracker to watch.
type Connection struct {
	ID      string
	Tracker connectors.Tracker // nil where nothing is to be asked: Plan, Explain and Running only read
	// Recent lists the requests of projects that changed last, as connectors.Kind has it; nil where nothing does.
	Recent func(ctx context.Context, projects []string, most int) ([]connectors.Issue, error)
	// Options reads the names of list fields' options out of a history, as connectors.Kind has it; nil where nothing does.
	Options func(fields []connectors.Field, h connectors.History) []connectors.Option
	// Names reads what an issue calls its ids, as connectors.Kind has it; nil where nothing does.
	Names func(issue json.RawMessage) []connectors.Naming
	Poll  string           // cron text, for Run
	Scope connectors.Scope // what of it is followed, as Tracker was told
	// WatchIssue is the key of the issue that is told when slabridge itself is late; "" for none.
	WatchIssue string
}

// Contract is a contract on a connection, with the mapping of its words. Path and ScopePath name the places in
// the admin's file for problems.
type Contract struct {
	*enforcer.Contract
	Connection  string
	Mapping     mapping.Mapping
	Path        string
	Scope       mapping.Scope
	ScopePath   string
	EnforceFrom time.Time // zero: the contract's first pass
	Duties      []Duty    // for which an issue is made in each period
	Account     *Account  // by which a cap on the cost of changes is measured
	Fingerprint string    // of everything that can move its deadlines, mapping and scope included
}

// Duty is one thing that a contract asks for in each period, and the issue to be made for it.
type Duty struct {
	enforcer.Recurrence
	Issue mapping.Duty
}

// Account is what a contract's cap on the cost of changes is measured by. Amounts are hundredths of the currency.
type Account struct {
	Sum        int64
	Currency   string
	Rate       int64 // of an hour of booked time; 0: the mapped field `cost` of each request
	Changes    []mapping.When
	WatchIssue string // key of the issue that is told
}

// Settings is what an engine works by; a reload makes a new one.
type Settings struct {
	Connections   []Connection
	Contracts     []Contract
	Texts         *mapping.Texts
	WritesPerPass int           // more are held; 0 means none are written
	ClockSkew     time.Duration // a greater difference between our clock and the tracker's holds writes
	LateAfter     time.Duration // what is due and not done for longer makes slabridge itself late; 0: it never is
}

// capped is the obligation that limits the cost of changes, nil when the contract has none that is acted on.
func (c *Contract) capped() *enforcer.Obligation {
	if c.Account == nil {
		return nil
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if o.Kind == enforcer.Account && o.Active() && o.Rules[0].Sum != nil && o.Rules[0].Sum.Percent > 0 {
			return o
		}
	}
	return nil
}

// versions are the texts of the contract, the oldest first.
func (c *Contract) versions() []*enforcer.Contract {
	return append(slices.Clone(c.Earlier), c.Contract)
}

// countsWork reports whether some version of the contract counts booked time, or its cap is measured by it.
func (c *Contract) countsWork() bool {
	return c.capped() != nil && c.Account.Rate > 0 || slices.ContainsFunc(c.versions(), countsWork)
}
