package report

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
)

// Period is a stretch of whole days in a contract's zone.
type Period struct {
	From, To   calendar.Date // both included
	Start, End time.Time     // [Start, End)
}

// NewPeriod returns the period from the beginning of one day to the end of another.
func NewPeriod(from, to calendar.Date, zone *time.Location) Period {
	midnight := func(d calendar.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone) }
	return Period{From: from, To: to, Start: midnight(from), End: midnight(to.AddDays(1))}
}

// holds reports whether a moment lies in the period.
func (p *Period) holds(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }

// Question is what a report is asked for.
type Question struct {
	Connection string
	Contract   *enforcer.Contract
	Period     Period
	Now        time.Time
	Past       bool // Now is an earlier moment: what was recorded later is not known
}

// Facts is what a report is made of.
type Facts struct {
	Question
	Verdicts []enforcer.Verdict // the last record of each cycle, reached since the period began
	Waivers  []ledger.Waiver    // oldest first
	// EscalatedAt is when the steps at the deadlines of escalations were written.
	EscalatedAt map[enforcer.StepKey]time.Time
	Running     []enforcer.AgendaItem // with the cycles that go on, of every contract
	Survey      Survey
}

// Read gathers what the ledger knows at Now. Running and Survey are the caller's to add.
func (q Question) Read(ctx context.Context, l *ledger.Ledger) (f Facts, err error) {
	f = Facts{Question: q}
	filter := ledger.VerdictFilter{Connection: q.Connection, Contract: q.Contract.ID, From: q.Period.Start}
	if q.Past {
		filter.From = time.Time{} // what was known then may have moved out of the period since
	}
	for v, err := range enforcer.Latest(q.known(l.Verdicts(ctx, filter))) {
		if err != nil {
			return f, err
		}
		f.Verdicts = append(f.Verdicts, v)
	}
	if f.Waivers, err = l.Waivers(ctx, q.Connection, q.Contract.ID); err != nil {
		return f, err
	}
	f.Waivers = slices.DeleteFunc(f.Waivers, func(w ledger.Waiver) bool { return w.At.After(q.Now) })
	f.EscalatedAt, err = q.escalations(ctx, l)
	return f, err
}

// known leaves out the verdicts that were not yet reached at Now.
func (q *Question) known(verdicts iter.Seq2[enforcer.Verdict, error]) iter.Seq2[enforcer.Verdict, error] {
	return func(yield func(enforcer.Verdict, error) bool) {
		for v, err := range verdicts {
			if (err != nil || !v.JudgedAt.After(q.Now)) && !yield(v, err) {
				return
			}
		}
	}
}

// escalations finds when the steps at the deadlines of the contract's escalations were written whole.
func (q *Question) escalations(ctx context.Context, l *ledger.Ledger) (map[enforcer.StepKey]time.Time, error) {
	out := map[enforcer.StepKey]time.Time{}
	for i := range q.Contract.Obligations {
		o := &q.Contract.Obligations[i]
		if !o.Escalation {
			continue
		}
		filter := ledger.Filter{Connection: q.Connection, Contract: q.Contract.ID, Obligation: o.ID, State: enforcer.Done}
		for e, err := range l.List(ctx, filter, ledger.OldestFirst) {
			if err != nil {
				return nil, err
			}
			if e.Key.Step == escalationStep && writtenWhole(&e) {
				out[e.Key] = e.ChangedAt
			}
		}
	}
	return out, nil
}

// writtenWhole reports whether the tracker took all that a contract can promise of a step. It does not if the tracker
// refused a part, except for a priority: no contract promises one.
func writtenWhole(e *ledger.Entry) bool {
	if e.Receipt == nil {
		return true
	}
	for _, r := range e.Receipt.Refused {
		if r.Field != "priority" {
			return false
		}
	}
	return true
}

func (f *Facts) zone() *time.Location { return f.Contract.Zone() }

// running are the items of the contract that the report is on.
func (f *Facts) running() []enforcer.AgendaItem {
	return slices.DeleteFunc(slices.Clone(f.Running), func(it enforcer.AgendaItem) bool {
		return it.Connection != f.Connection || it.Contract != f.Contract.ID
	})
}

// end is when the report ends: with the period, or now when that is earlier.
func (f *Facts) end() time.Time {
	if f.Now.Before(f.Period.End) {
		return f.Now
	}
	return f.Period.End
}

// SeverityCount is how many requests of a severity were created in the period.
type SeverityCount struct {
	Severity string `json:"severity"`
	Requests int    `json:"requests"`
}

// requests counts the requests that were created in the period by the severity known last, the gravest first. A request
// that was promised anything has a cycle that its creation started, judged or going on; the survey also knows the
// others.
func (f *Facts) requests() []SeverityCount {
	severity, judged := map[string]string{}, map[string]time.Time{}
	created := func(cycle string, started time.Time) bool {
		return cycle == "created" && f.Period.holds(started) && !started.After(f.Now)
	}
	for _, v := range f.Verdicts {
		if created(v.Cycle, v.StartedAt) && !v.JudgedAt.Before(judged[v.Issue]) {
			severity[v.Issue], judged[v.Issue] = v.Severity, v.JudgedAt
		}
	}
	for _, it := range f.running() {
		_, known := severity[it.Issue]
		if known || slices.ContainsFunc(it.Cycles, func(c enforcer.AgendaCycle) bool { return created(c.ID, c.StartedAt) }) {
			severity[it.Issue] = it.Severity
		}
	}
	count := map[string]int{}
	for _, s := range severity {
		count[s]++
	}
	for s, n := range f.Survey.Requests {
		count[s] = max(count[s], n)
	}
	out := []SeverityCount{}
	for s, n := range count {
		out = append(out, SeverityCount{s, n})
	}
	slices.SortFunc(out, func(x, y SeverityCount) int {
		rank := f.Contract.SeverityRank(x.Severity) - f.Contract.SeverityRank(y.Severity)
		return cmp.Or(rank, cmp.Compare(x.Severity, y.Severity))
	})
	return out
}
