package enforcer

import "time"

// AgendaItem is when time alone will next change something on an issue under a contract, and the cycles that go on.
type AgendaItem struct {
	Connection  string
	Issue       string
	Contract    string
	IssueKey    string
	Subject     string
	Severity    string
	EvaluatedAt time.Time
	Next        time.Time // when time alone changes something; zero: never
	Fingerprint string    // of contract and configuration at that evaluation; "" when the issue could not be read since
	Cycles      []AgendaCycle
	Unjudged    string // why some promise of it cannot be judged; "" when all can
}

// AgendaCycle is a cycle in short, as of the item's evaluation.
type AgendaCycle struct {
	Obligation string     `json:"obligation"`
	ID         string     `json:"cycle"`
	Ordinal    int        `json:"ordinal"`
	State      CycleState `json:"state"`
	StartedAt  time.Time  `json:"started"`
	Due        time.Time  `json:"due,omitzero"`
	EndedAt    time.Time  `json:"ended,omitzero"`
	IssueKey   string     `json:"issue,omitempty"`  // of the issue made for a duty's period
	AlwaysOn   bool       `json:"always,omitempty"` // its clock runs round the clock
}

// Soonest returns the soonest deadline of the running cycles, zero if none has one, and the number of running cycles. A
// breached cycle runs on until something ends it.
func (it *AgendaItem) Soonest() (due time.Time, running int) {
	for _, c := range it.Cycles {
		switch {
		case !c.EndedAt.IsZero(), c.State == Met, c.State == Escalated, c.State == Cancelled:
			continue
		}
		running++
		if !c.Due.IsZero() && (due.IsZero() || c.Due.Before(due)) {
			due = c.Due
		}
	}
	return due, running
}
