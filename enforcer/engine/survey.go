package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// Survey is what the mirror tells of a contract's requests in a period, beside the verdicts that the ledger keeps.
// It is worked out anew each time, by the contract and the mapping of today.
type Survey struct {
	Requests   map[string]int // received in the period, by severity
	Billed     []enforcer.BilledTime
	Handled    []Handled // by the obligations of kind account that ask for a mean
	Spending   *Spent    // as of now; nil where nothing is capped
	Moves      []Moved   // of due dates in the period
	Lowerings  []Lowered
	Exceptions []Exception
}

// Handled is a mean handling time.
type Handled struct {
	Obligation *enforcer.Obligation
	Requests   int
	Days       float64 // working days, on average
}

// Spent is the cost of changes with its currency.
type Spent struct {
	enforcer.Spending
	Currency string
}

// About names a request in a survey.
type About struct{ Issue, Key, Subject string }

// Moved is a due date that was moved.
type Moved struct {
	About
	Obligation *enforcer.Obligation
	Move       enforcer.Move
}

// Lowered is a severity that was lowered before a due.
type Lowered struct {
	About
	enforcer.Lowering
}

// ExceptionKind is what made a request another than the contract's ordinary one.
type ExceptionKind string

// The kinds of exceptions.
const (
	AgreedDue    ExceptionKind = "agreed-due"
	AfterHours   ExceptionKind = "after-hours-agreed"
	OutOfScope   ExceptionKind = "out-of-scope" // of a severity without obligations
	OutsideValid ExceptionKind = "outside-valid"
	OutsidePlan  ExceptionKind = "outside-plan"
)

// Exception is a request that was one.
type Exception struct {
	About
	Kind ExceptionKind
	Due  time.Time // the agreed one
}

// Survey goes through the mirrored requests of a contract, as of at, or of now when that is zero. It reads only.
func (e *Engine) Survey(ctx context.Context, contract string, from, to, at time.Time) (Survey, error) {
	var s Survey
	_, err := e.each(func(c Connection) (Report, error) {
		p, err := e.look(ctx, c, at)
		if err != nil {
			return Report{}, err
		}
		for _, v := range p.views {
			if v.ID != contract {
				continue
			}
			y := surveyor{pass: p, view: v, from: from, to: to, out: Survey{Requests: map[string]int{}}}
			if err := y.survey(ctx); err != nil {
				return Report{}, err
			}
			s = y.out
		}
		return Report{}, nil
	})
	return s, err
}

// surveyor looks at one request after the other.
type surveyor struct {
	pass     *pass
	view     *view
	from, to time.Time
	work     []enforcer.Work
	handled  map[string][]float64
	out      Survey
}

func (y *surveyor) survey(ctx context.Context) error {
	y.handled = map[string][]float64{}
	for entry, err := range y.pass.e.mirror.Issues(ctx, y.pass.conn.ID) {
		if err != nil {
			return err
		}
		m, ok, err := y.pass.e.mirrored(ctx, y.pass.conn.ID, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := y.request(m); err != nil {
			return err
		}
	}
	return y.sum(ctx)
}

func (y *surveyor) in(t time.Time) bool { return !t.Before(y.from) && t.Before(y.to) }

// request adds one request to the survey.
func (y *surveyor) request(m mirrored) error {
	v := y.view
	r := v.request(y.pass.conn.ID, m.history, m.entry)
	r.Elsewhere = y.pass.elsewhere(v, m)
	ev, err := enforcer.Evaluate(v.Contract.Contract, &r, y.pass.at(&r))
	if err != nil || !ev.Covered {
		return err
	}
	about := About{Issue: r.Issue, Key: r.Key, Subject: r.Subject}
	y.exceptions(about, &ev)
	if y.in(r.ReceivedAt) {
		y.out.Requests[ev.Request.State().Severity]++
	}
	zone := v.Calendar.Location()
	first, last := y.from.In(zone).Format(time.DateOnly), y.to.Add(-time.Second).In(zone).Format(time.DateOnly)
	for i := range ev.Request.Moments {
		if w := ev.Request.Moments[i].Work; w != nil && w.On >= first && w.On <= last {
			y.work = append(y.work, *w)
		}
	}
	for i := range ev.Cycles {
		if err := y.cycle(about, &ev.Cycles[i]); err != nil {
			return err
		}
	}
	lowered, err := enforcer.Lowerings(v.Contract.Contract, ev.Request, y.from, y.to)
	for _, l := range lowered {
		y.out.Lowerings = append(y.out.Lowerings, Lowered{about, l})
	}
	return err
}

// cycle adds what one cycle has to tell.
func (y *surveyor) cycle(about About, c *enforcer.Cycle) error {
	for _, m := range c.Moves {
		if y.in(m.At) {
			y.out.Moves = append(y.out.Moves, Moved{about, c.Obligation, m})
		}
	}
	if !c.EndedAt.IsZero() && y.in(c.EndedAt) && c.EndWhy == "stopped" {
		days, err := c.Handled()
		if err != nil {
			return err
		}
		y.handled[c.Obligation.ID] = append(y.handled[c.Obligation.ID], days)
	}
	return nil
}

// exceptions adds what made the request one, when it was received, or agreed on, in the period.
func (y *surveyor) exceptions(about About, ev *enforcer.Evaluation) {
	add := func(kind ExceptionKind, due time.Time) {
		y.out.Exceptions = append(y.out.Exceptions, Exception{about, kind, due})
	}
	st := ev.State
	outside := slices.ContainsFunc(ev.Cycles, func(c enforcer.Cycle) bool {
		return c.EndWhy == "failed" && slices.ContainsFunc(c.Obligation.Stop, func(s enforcer.Condition) bool { return s.Word == enforcer.WordEntitled })
	})
	received := y.in(ev.Request.ReceivedAt)
	switch {
	case !received:
	case outside && st.NeedsPlan != "" && st.NeedsPlan != ev.Contract.Plan:
		add(OutsidePlan, time.Time{})
	case outside:
		add(OutsideValid, time.Time{})
	}
	if received && st.Severity != "" && !slices.ContainsFunc(ev.Contract.Obligations, func(o enforcer.Obligation) bool { return o.Rule(st.Severity) != nil }) {
		add(OutOfScope, time.Time{})
	}
	if received && ev.Request.AfterHours {
		add(AfterHours, time.Time{})
	}
	if due := st.Times[enforcer.FieldAgreedDue]; !due.IsZero() && (received || y.in(due)) {
		add(AgreedDue, due)
	}
}

// sum works out the accounts of the contract.
func (y *surveyor) sum(ctx context.Context) error {
	v := y.view
	for i := range v.Obligations {
		o := &v.Obligations[i]
		if o.Kind != enforcer.Account || o.Inert != nil || o.Off || o.Rules[0].Sum == nil {
			continue
		}
		switch sum := o.Rules[0].Sum; {
		case sum.Billed != nil:
			y.out.Billed = enforcer.Bill(*sum.Billed, y.work)
		case sum.Mean != nil:
			h := Handled{Obligation: o, Requests: len(y.handled[sum.Mean.Of])}
			for _, days := range y.handled[sum.Mean.Of] {
				h.Days += days / float64(h.Requests)
			}
			y.out.Handled = append(y.out.Handled, h)
		case v.Account != nil:
			spent, requests, err := y.pass.e.ledger.Tally(ctx, y.pass.conn.ID, v.ID, o.ID, v.term())
			if err != nil {
				return err
			}
			y.out.Spending = &Spent{
				Spending: enforcer.Spending{Obligation: o, Period: v.term(), Spent: spent, Sum: v.Account.Sum, Requests: requests},
				Currency: v.Account.Currency,
			}
		}
	}
	byKey := func(a, b About) int { return strings.Compare(a.Key, b.Key) }
	slices.SortStableFunc(y.out.Exceptions, func(a, b Exception) int { return byKey(a.About, b.About) })
	return nil
}
