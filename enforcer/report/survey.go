package report

import (
	"slices"
	"time"

	"slabridge/enforcer"
)

// Survey is what a contract's requests tell of a period, beside the verdicts that the ledger keeps. It is worked out
// anew each time, by the contract and the mapping of today: NewSurvey, Add for each request, then Sum.
type Survey struct {
	Requests map[string]int // received in the period, by severity
	// Verdicts on the requests' cycles as a pass made now would leave them, with those from before anybody watched.
	Verdicts   []enforcer.Verdict
	Watched    time.Time // since when slabridge watches the contract; zero while it does not
	Billed     []enforcer.BilledTime
	Handled    []Handled // by the obligations of kind account that ask for a mean
	Spending   *Spent    // as of now; nil where nothing is capped
	Exceptions []Exception
	// Shown are the keys of the mirrored requests that the tracker does not keep from customers (a private issue of
	// Redmine, a security level of Jira).
	Shown map[string]bool
	Held  []Holding // who had the requests that were received in the period, to the end of it or to now

	contract *enforcer.Contract
	period   Period
	work     []enforcer.Work
	handled  map[string][]float64 // working days, by obligation
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

// NewSurvey begins a survey of a contract's requests over [from, to).
func NewSurvey(c *enforcer.Contract, from, to time.Time) *Survey {
	return &Survey{
		Requests: map[string]int{}, contract: c, period: Period{Start: from, End: to}, handled: map[string][]float64{},
		Shown: map[string]bool{},
	}
}

// Add adds one request, as evaluated. One that the contract does not cover adds nothing, but that it came in while the
// contract was not valid.
func (s *Survey) Add(ev *enforcer.Evaluation) error {
	r := ev.Request
	if !ev.Covered {
		if ev.Outside && s.period.holds(r.ReceivedAt) {
			s.add(OutsideValid, r)
		}
		return nil
	}
	s.addExceptions(ev)
	if s.period.holds(r.ReceivedAt) {
		s.Requests[r.State().Severity]++
		s.addHoldings(ev)
	}
	s.addWork(r)
	for i := range ev.Cycles {
		if err := s.addCycle(r, &ev.Cycles[i]); err != nil {
			return err
		}
	}
	for _, l := range enforcer.Lowerings(s.contract, r, s.period.Start, s.period.End) {
		x := s.add(Lowered, r)
		x.Obligation, x.Lowering, x.Events = l.Obligation, &l, []Trace{{Event: l.Event, At: l.At}}
	}
	return nil
}

// addHoldings adds who had a request while the contract had it, as far as that lies in the period.
func (s *Survey) addHoldings(ev *enforcer.Evaluation) {
	for _, h := range Holdings(ev.Held(s.period.End)) {
		i := slices.IndexFunc(s.Held, func(x Holding) bool { return x.Holder == h.Holder })
		if i < 0 {
			s.Held = append(s.Held, h)
			continue
		}
		s.Held[i].Worked += h.Worked
		s.Held[i].Plain += h.Plain
	}
}

// AddVerdicts adds what the cycles of one request came to, as far as it may matter to the period.
func (s *Survey) AddVerdicts(verdicts ...enforcer.Verdict) {
	for _, v := range verdicts {
		if v.StartedAt.Before(s.period.End) && (v.State == enforcer.Running || !v.Reached().Before(s.period.Start)) {
			s.Verdicts = append(s.Verdicts, v)
		}
	}
}

// addWork adds the time that was booked for a day of the period, whenever it was entered.
func (s *Survey) addWork(r *enforcer.Request) {
	zone := s.contract.Zone()
	first := s.period.Start.In(zone).Format(time.DateOnly)
	last := s.period.End.Add(-time.Second).In(zone).Format(time.DateOnly)
	for i := range r.Moments {
		if w := r.Moments[i].Work; w != nil && w.On >= first && w.On <= last {
			booked := *w
			booked.Issue, booked.By = r.Issue, r.Moments[i].By.ID
			s.work = append(s.work, booked)
		}
	}
}

// addCycle adds the moves of a due date, what the date rests on and, of a cycle that was fulfilled in the period, how
// long it took.
func (s *Survey) addCycle(r *enforcer.Request, c *enforcer.Cycle) error {
	for _, m := range c.Moves {
		if s.period.holds(m.At) {
			x := s.add(DueMoved, r)
			x.Obligation, x.Move, x.Events = c.Obligation.ID, &m, []Trace{{Event: m.Event, At: m.At}}
		}
	}
	s.addDates(r, c)
	if c.EndedAt.IsZero() || !s.period.holds(c.EndedAt) || c.EndWhy != "stopped" {
		return nil
	}
	days, err := c.Handled()
	if err != nil { // it cannot be counted in the mean, and counts nowhere else
		return nil //nolint:nilerr // the cycle says of itself that the calendar lacks the year
	}
	s.handled[c.Obligation.ID] = append(s.handled[c.Obligation.ID], days)
	return nil
}

// Sum works out the accounts once every request is added. spent tells what was spent under an obligation that caps
// spending; nil when the contract's sum is not known.
func (s *Survey) Sum(spent func(*enforcer.Obligation) (*Spent, error)) (err error) {
	for i := range s.contract.Obligations {
		o := &s.contract.Obligations[i]
		if o.Kind != enforcer.Account || !o.Active() || o.Rules[0].Sum == nil {
			continue
		}
		switch sum := o.Rules[0].Sum; {
		case sum.Billed != nil:
			s.Billed = enforcer.Bill(*sum.Billed, s.work)
		case sum.Mean != nil:
			s.Handled = append(s.Handled, mean(o, s.handled[sum.Mean.Of]))
		default:
			if s.Spending, err = spent(o); err != nil {
				return err
			}
		}
	}
	sortExceptions(s.Exceptions)
	return nil
}

func mean(o *enforcer.Obligation, days []float64) Handled {
	h := Handled{Obligation: o, Requests: len(days)}
	for _, d := range days {
		h.Days += d / float64(len(days))
	}
	return h
}
