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
	Verdicts []enforcer.Verdict    // the last record of each cycle, reached since the period began
	Waivers  []ledger.Waiver       // oldest first
	Running  []enforcer.AgendaItem // with the cycles that go on, of every contract
	Survey   Survey
	Chain    ledger.Chain // of the ledger, as it stands when the report is made
}

// Read gathers what the ledger knows at Now. Running and Survey are the caller's to add.
func (q Question) Read(ctx context.Context, l *ledger.Ledger) (f Facts, err error) {
	f = Facts{Question: q}
	filter := ledger.VerdictFilter{Connection: q.Connection, Contract: q.Contract.ID, From: q.Period.Start}
	if q.Past {
		filter.From = time.Time{} // what was known then may have moved out of the period since
	}
	if f.Chain, err = l.Chain(ctx, q.Connection); err != nil {
		return f, err
	}
	for range mostReads {
		chain := f.Chain
		if err = f.read(ctx, l, filter); err != nil {
			return f, err
		}
		if f.Chain, err = l.Chain(ctx, q.Connection); err != nil || f.Chain == chain {
			return f, err
		}
	}
	return f, nil
}

// mostReads is how often the ledger is read so that nothing was recorded meanwhile, and the chain's end is that of what
// was read.
const mostReads = 5

func (f *Facts) read(ctx context.Context, l *ledger.Ledger, filter ledger.VerdictFilter) (err error) {
	f.Verdicts = nil
	for v, err := range enforcer.Latest(f.known(l.Verdicts(ctx, filter))) {
		if err != nil {
			return err
		}
		f.Verdicts = append(f.Verdicts, v)
	}
	if f.Waivers, err = l.Waivers(ctx, f.Connection, f.Contract.ID); err != nil {
		return err
	}
	f.Waivers = slices.DeleteFunc(f.Waivers, func(w ledger.Waiver) bool { return !f.Knows(w.At) })
	return nil
}

// Knows reports whether what was recorded at a moment was there at Now, or in the second of it: trackers tell no more.
func (q *Question) Knows(recorded time.Time) bool { return recorded.Before(q.nextSecond()) }

func (q *Question) nextSecond() time.Time { return q.Now.Truncate(time.Second).Add(time.Second) }

// known leaves out the verdicts that were not yet reached at Now.
func (q *Question) known(verdicts iter.Seq2[enforcer.Verdict, error]) iter.Seq2[enforcer.Verdict, error] {
	return func(yield func(enforcer.Verdict, error) bool) {
		for v, err := range verdicts {
			if (err != nil || q.Knows(v.JudgedAt)) && !yield(v, err) {
				return
			}
		}
	}
}

// verdicts are those of the survey, and what the ledger has of other cycles: of duties, of requests that are mirrored
// no more, and of promises that the text of today does not make.
func (f *Facts) verdicts() []enforcer.Verdict {
	known := make(map[enforcer.StepKey]bool, len(f.Survey.Verdicts))
	out := slices.Clone(f.Survey.Verdicts)
	for i := range out {
		known[out[i].SameCycleKey()] = true
	}
	for i := range f.Verdicts {
		if v := &f.Verdicts[i]; !known[v.SameCycleKey()] {
			out = append(out, *v)
		}
	}
	slices.SortFunc(out, func(a, b enforcer.Verdict) int {
		return cmp.Or(a.Reached().Compare(b.Reached()), cmp.Compare(a.Issue, b.Issue),
			cmp.Compare(a.Obligation, b.Obligation), cmp.Compare(a.Cycle, b.Cycle))
	})
	return out
}

func (f *Facts) zone() *time.Location { return f.Contract.Zone() }

// running are the items of the contract that the report is on.
func (f *Facts) running() []enforcer.AgendaItem {
	return slices.DeleteFunc(slices.Clone(f.Running), func(it enforcer.AgendaItem) bool {
		return it.Connection != f.Connection || it.Contract != f.Contract.ID
	})
}

// end is when the report ends, itself not in it: with the period, or with the present second when that is earlier.
// What happened in that second, as trackers tell time, has happened.
func (f *Facts) end() time.Time {
	if next := f.nextSecond(); next.Before(f.Period.End) {
		return next
	}
	return f.Period.End
}

// Holds reports whether what was reached at a moment is of the report.
func (f *Facts) Holds(reached time.Time) bool {
	return !reached.Before(f.Period.Start) && reached.Before(f.end())
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
	for _, v := range f.verdicts() {
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
