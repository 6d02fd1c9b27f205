package board

import (
	"context"
	"net/url"
	"time"

	"slabridge/config/message"
)

// Answers are the questions that the pages put. Each is answered in the language given, and may be asked by several
// readers at the same time; who asks is for the context to tell. An answer's Value is what /api/v1 gives.
type Answers struct {
	Desk     func(ctx context.Context, lang string, ask DeskQuestion) (Desk, error)
	Request  func(ctx context.Context, lang, key string) (Requests, error)
	Contract func(ctx context.Context, lang string, ask ContractQuestion) (Contract, error)
	Trust    func(ctx context.Context, lang string) (Trust, error)
	// Contracts are those that the pages lead to.
	Contracts func(ctx context.Context, lang string) []Option
}

// ErrNotFound is for something that does not exist: the page says so with the status 404.
var ErrNotFound = message.New("there is no such page")

// ErrAsked is for a question that cannot be answered as it was put: the status is 400.
var ErrAsked = message.New("the address asks for something that cannot be given")

// Option is something that can be chosen, by its id, with its name.
type Option struct{ ID, Name string }

// Fact is a name with its value.
type Fact struct{ Name, Value string }

// DeskQuestion chooses among the running cycles; what is empty chooses all.
type DeskQuestion struct {
	Contract, Severity, Assignee string
	Within                       time.Duration // so little is left on the promise's own clock, or less
	Overdue                      bool
	Page                         int // from 1
}

// RowsOnPage is how many cycles a page of the desk shows.
const RowsOnPage = 100

// Desk is what is due next.
type Desk struct {
	Value                            any
	AsOf, Mirrored                   string
	Overdue, Next                    []Row // of this page
	Total, TotalOverdue              int   // that the question chooses
	Contracts, Severities, Assignees []Option
}

// Row is a cycle that goes on.
type Row struct {
	Key, Typed, Subject string // Typed is the key as people write it
	Link                string // into the tracker
	Promise, Clause     string
	Contract, Severity  string // Contract is "" where there is only one
	Assignee            string // "" for nobody
	State, StateWord    string // "" for one that simply runs
	Due, Left           string
	Soon                bool // less than an hour is left
}

// Requests is what there is to say of an issue, under each contract that covers it.
type Requests struct {
	Value   any
	Stories []Request
}

// Request is an issue under one contract.
type Request struct {
	Key, Typed, Subject, Link string
	Contract, ContractTitle   string // "" where no contract covers it
	Facts                     []Fact
	Notes                     []string
	Now                       time.Time // in the contract's zone, as all moments
	Working                   []Stretch // the contract's calendar, from before the first moment to after the last one
	Held                      []Stretch
	Holdings                  []string // who held it how long, in all
	Events                    []Event
	Cycles                    []Cycle
	Others                    []Step // of slabridge's, that belong to no cycle shown
}

// Stretch is a stretch of time of one name.
type Stretch struct {
	From, To time.Time
	Kind     string // StretchCounting and so on
	Holder   string // of a stretch of the request: us, customer, third-party, nobody
	Late     bool   // after the deadline
	Name     string
	When     string // the stretch in words
	Cause    string
	Counted  string // how much of it counts, and all up to its end
	Sum      string
}

// The kinds of stretches, as they are drawn.
const (
	StretchCounting = "counting"
	StretchPaused   = "paused"
	StretchCutOff   = "cut-off"
	StretchRest     = "rest" // nights and days off
	StretchUnknown  = "no-data"
)

// Event is what somebody did in the tracker.
type Event struct {
	At             time.Time
	ID, When, Link string
	Who, Role      string // Role as people read it, RoleID as the contract calls it
	RoleID         string
	What           string
	Ours           bool
}

// Cycle is one run of an obligation's stopwatch.
type Cycle struct {
	Obligation, Title, Clause string
	State, StateWord          string
	Result                    string // the state with by how much
	Started                   time.Time
	Due, Ended                *time.Time
	Facts                     []Fact
	Why                       []string // how the deadline came about
	Stretches                 []Stretch
	Steps                     []Step
}

// Step is a step with what became of it.
type Step struct {
	ID, State, StateWord string
	At                   time.Time
	When, Why, Hint      string
	Words, Audience      string // what was written
	Changes              string
	Link                 string
}

// Broken reports whether the promise was not kept.
func (c *Cycle) Broken() bool { return c.State == "breached" }

// ContractQuestion is a contract and a period, of days as 2026-03-31; where they are empty, the last months.
type ContractQuestion struct{ ID, From, To string }

// Contract is what a contract promised in a period, and what was kept.
type Contract struct {
	Value       any
	ID, Title   string
	From, To    string
	Lead        []string
	Parts       []Part // the first has the numbers of each clause
	Charts      []Chart
	Rule        string // how the numbers count
	Assumptions []Fact // the readings taken where the text is silent, by clause
}

// Trust is whether slabridge itself does its work.
type Trust struct {
	Value       any
	Connections []Connection
}

// Connection is how slabridge fares on one connection.
type Connection struct {
	ID, Health, Words string
	Facts             []Fact
	Faults            []string
	Waiting           []Waiting
	More              int // that wait and are not shown
}

// Waiting is a step at which a person must look.
type Waiting struct {
	Key, Typed, Step, Clause, State, StateWord string
	When, Why, Do                              string
}

// query is the question as it stands in an address.
func (q *DeskQuestion) query() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"contract": q.Contract, "severity": q.Severity, "assignee": q.Assignee} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Within > 0 {
		v.Set("within", q.Within.String())
	}
	if q.Overdue {
		v.Set("overdue", "1")
	}
	return v
}
