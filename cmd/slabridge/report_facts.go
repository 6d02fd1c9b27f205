package main

import (
	"cmp"
	"math"
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// reportFacts is what a report is made of; assemble turns it into one without asking anybody.
type reportFacts struct {
	contract   *enforcer.Contract
	period     period
	now        time.Time
	lang       string
	verdicts   []ledger.Verdict               // the last record of each cycle, reached since the period began
	waivers    []ledger.Waiver                // oldest first
	done       map[enforcer.StepKey]time.Time // when the due steps of escalations were written
	running    []ledger.Item                  // with the cycles that go on
	received   map[string]int                 // requests by severity, as the mirror has them
	accounts   []accountLine
	exceptions []exceptionInfo
}

// report is what `report -o json` gives. Moments carry the offset of the contract's zone.
type report struct {
	Contract    string             `json:"contract"`
	Title       string             `json:"title"`
	Versions    []string           `json:"versions"`  // of the text, by which the period's verdicts were reached
	Calendars   []string           `json:"calendars"` // versions of the calendar data, likewise
	From        string             `json:"from"`
	To          string             `json:"to"` // included
	Made        time.Time          `json:"made"`
	Obligations []obligationReport `json:"obligations"`
	Accounts    []accountLine      `json:"accounts"`
	Requests    []severityCount    `json:"requests"` // created in the period, gravest first
	Exceptions  []exceptionInfo    `json:"exceptions"`
}

// obligationReport counts the cycles whose verdict was reached in the period. Excused are those of the breached that
// were excused: they are breaches all the same.
type obligationReport struct {
	ID       string `json:"id"`
	Source   string `json:"source"`
	Title    string `json:"title"`
	Met      int    `json:"met"`
	Breached int    `json:"breached"`
	Excused  int    `json:"excused"`
	// CarriedOut are those of the breached that slabridge itself carried out at the due, escalations and confirmations:
	// kept all the same.
	CarriedOut int `json:"carried_out"`
	Cancelled  int `json:"cancelled"`
	Running    int `json:"running"` // at the end of the period, or now when that is earlier
	// Kept is the share of the met and carried out among the met and breached, in percent; nil where there are neither.
	// KeptExcused leaves out the excused.
	Kept        *float64      `json:"kept_percent"`
	KeptExcused *float64      `json:"kept_percent_without_excused"`
	Cycles      []cycleReport `json:"cycles"`
}

// cycleReport is one cycle; with state running, one that goes on at the end of the period.
type cycleReport struct {
	Issue       string       `json:"issue"`
	Subject     string       `json:"subject"`
	Severity    string       `json:"severity"`
	Source      string       `json:"source"`
	Cycle       string       `json:"cycle"`
	Ordinal     int          `json:"ordinal"`
	State       string       `json:"state"`
	Started     *time.Time   `json:"started"`
	Due         *time.Time   `json:"due"`
	Ended       *time.Time   `json:"ended"` // of a breach, when the promise was kept after all; null while it was not
	LateS       int64        `json:"late_s"`
	ElapsedS    int64        `json:"elapsed_s"`
	EndedBy     string       `json:"ended_by,omitempty"`
	EndedByRole string       `json:"ended_by_role,omitempty"`
	EndedWhy    string       `json:"ended_why,omitempty"` // a code
	Moves       int          `json:"moves,omitempty"`     // of a due date
	Version     string       `json:"version"`
	Calendar    string       `json:"calendar"`
	Provisional bool         `json:"provisional,omitempty"`
	Earlier     int          `json:"earlier_records"`
	CarriedOut  *time.Time   `json:"carried_out,omitempty"` // when slabridge itself did what was promised, if it did in time
	Excused     []excuseInfo `json:"excused,omitempty"`
	whole       bool         // of the contract as a whole: its cycle is a period
}

// What slabridge carries out at the due (an escalation, a confirmation) has been carried out in time when it was written
// by then: a poll, a write and its reading back, with room for a storm.
const carriedOutWithin = 10 * time.Minute

const dueStep = "due"

type excuseInfo struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

type severityCount struct {
	Severity string `json:"severity"`
	Requests int    `json:"requests"`
}

// assemble makes the report.
func assemble(f reportFacts) report {
	p, loc := f.period, f.contract.Calendar.Location()
	r := report{
		Contract: f.contract.ID, Title: f.contract.Title.In(f.lang), From: p.from.String(), To: p.to.String(), Made: f.now.In(loc),
		Obligations: []obligationReport{}, Accounts: f.accounts, Requests: f.requests(), Exceptions: f.exceptions,
	}
	end := p.end
	if f.now.Before(end) {
		end = f.now
	}
	at := map[string]int{}
	obligation := func(id string) *obligationReport {
		i, ok := at[id]
		if !ok {
			i = len(r.Obligations)
			at[id], r.Obligations = i, append(r.Obligations, obligationReport{ID: id, Cycles: []cycleReport{}})
		}
		return &r.Obligations[i]
	}
	for _, o := range f.contract.Obligations {
		if o.Kind != enforcer.Account && !o.Off && !o.NoVerdict && o.Inert == nil {
			o2 := obligation(o.ID)
			o2.Source, o2.Title = o.Source, o.Title.In(f.lang)
		}
	}
	judged := map[enforcer.StepKey]bool{}
	for i := range f.verdicts {
		v := &f.verdicts[i]
		c := f.cycle(v)
		switch reached := v.Reached(); {
		case v.State == enforcer.Running, !reached.Before(end):
			if !v.StartedAt.Before(end) {
				continue
			}
			judged[cycleKey(v.Issue, v.Obligation, v.Cycle)] = true
			c = c.asRunning()
		case reached.Before(p.start):
			continue
		default:
			judged[cycleKey(v.Issue, v.Obligation, v.Cycle)] = true
			r.Versions, r.Calendars = add(r.Versions, v.Facts.Version), add(r.Calendars, v.Facts.Calendar)
		}
		o := obligation(v.Obligation)
		o.Source, o.Title = cmp.Or(o.Source, v.Source), cmp.Or(o.Title, v.Facts.Rule)
		o.count(c)
	}
	for _, it := range f.running {
		for _, c := range it.Cycles {
			goesOn := c.State == enforcer.Running || c.State == enforcer.Paused
			_, known := at[c.Obligation]
			if goesOn && known && c.StartedAt.Before(end) && !judged[cycleKey(it.Issue, c.Obligation, c.ID)] {
				obligation(c.Obligation).count(f.going(it, c))
			}
		}
	}
	for i := range r.Obligations {
		r.Obligations[i].share()
	}
	if r.Versions == nil {
		r.Versions = []string{f.contract.Version}
	}
	if r.Calendars == nil {
		r.Calendars = []string{f.contract.Calendar.Version()}
	}
	return r
}

// add puts a name into a sorted set.
func add(set []string, name string) []string {
	i, found := slices.BinarySearch(set, name)
	if found {
		return set
	}
	return slices.Insert(set, i, name)
}

func cycleKey(issue, obligation, cycle string) enforcer.StepKey {
	return enforcer.StepKey{Issue: issue, Obligation: obligation, Cycle: cycle}
}

func (o *obligationReport) count(c cycleReport) {
	switch enforcer.CycleState(c.State) {
	case enforcer.Met:
		o.Met++
	case enforcer.Breached:
		o.Breached++
		switch {
		case c.CarriedOut != nil: // nothing is left to excuse
			o.CarriedOut++
		case len(c.Excused) > 0:
			o.Excused++
		}
	case enforcer.Cancelled:
		o.Cancelled++
	default:
		o.Running++
	}
	o.Cycles = append(o.Cycles, c)
}

// share works out what was kept, rounded down to a tenth: 100 only when all was.
func (o *obligationReport) share() {
	percent := func(kept, of int) *float64 {
		if of == 0 {
			return nil
		}
		p := math.Floor(float64(kept)*1000/float64(of)) / 10
		return &p
	}
	kept := o.Met + o.CarriedOut
	o.Kept, o.KeptExcused = percent(kept, o.Met+o.Breached), percent(kept, o.Met+o.Breached-o.Excused)
}

// cycle tells of a verdict.
func (f *reportFacts) cycle(v *ledger.Verdict) cycleReport {
	loc := f.contract.Calendar.Location()
	c := cycleReport{
		Issue: v.IssueKey, Subject: v.Subject, Severity: v.Severity, Source: v.Source, Cycle: v.Cycle, Ordinal: v.Ordinal,
		State: string(v.State), Started: in(v.StartedAt, loc), Due: in(v.Due, loc), Ended: in(v.EndedAt, loc),
		ElapsedS: int64(v.Elapsed / time.Second), EndedBy: v.EndBy, EndedByRole: string(v.EndByRole), EndedWhy: v.EndWhy,
		Moves: v.Moves, Version: v.Facts.Version, Calendar: v.Facts.Calendar, Provisional: v.Facts.Provisional,
		Earlier: v.Number - 1, whole: v.Issue == "",
	}
	if v.State == enforcer.Breached && !v.Due.IsZero() {
		until := v.EndedAt
		if until.IsZero() {
			until = f.now
		}
		c.LateS = int64(max(0, until.Sub(v.Due)) / time.Second)
		for _, w := range f.waivers {
			if w.Of(v) {
				c.Excused = append(c.Excused, excuseInfo{w.By, w.At.In(loc), w.Reason})
			}
		}
		key := enforcer.StepKey{Connection: v.Connection, Issue: v.Issue, Contract: v.Contract, Obligation: v.Obligation, Cycle: v.Cycle, Step: dueStep}
		done := f.done[key]
		if done.IsZero() && v.EndByRole == enforcer.Bot && ours(f.contract.Obligation(v.Obligation)) {
			done = v.EndedAt
		}
		if !done.IsZero() && !done.After(v.Due.Add(carriedOutWithin)) {
			c.CarriedOut = in(done, loc)
		}
	}
	return c
}

// ours reports whether the contract leaves it to slabridge to keep the promise: a comment of ours stops the cycle, as the
// confirmation that work has begun. Whom we assign once a promise is broken mends nothing.
func ours(o *enforcer.Obligation) bool {
	return o != nil && slices.ContainsFunc(o.Stop, func(c enforcer.Condition) bool { return slices.Contains(c.By, enforcer.Bot) })
}

// asRunning is the cycle as it stood before its verdict.
func (c cycleReport) asRunning() cycleReport {
	c.State, c.Ended, c.EndedBy, c.EndedByRole, c.EndedWhy = string(enforcer.Running), nil, "", "", ""
	c.LateS, c.ElapsedS, c.Excused, c.CarriedOut = 0, 0, nil, nil
	return c
}

// going tells of a cycle that has had no verdict.
func (f *reportFacts) going(it ledger.Item, c ledger.Cycle) cycleReport {
	loc := f.contract.Calendar.Location()
	out := cycleReport{
		Issue: cmp.Or(c.IssueKey, it.IssueKey), Subject: it.Subject, Severity: it.Severity, Cycle: c.ID, Ordinal: c.Ordinal, State: string(enforcer.Running), whole: it.Issue == "",
		Started: in(c.StartedAt, loc), Due: in(c.Due, loc), Version: f.contract.Version, Calendar: f.contract.Calendar.Version(),
	}
	if o := f.contract.Obligation(c.Obligation); o != nil {
		out.Source = o.Source
	}
	return out
}

// requests counts the requests that were created in the period, by the severity known last. Each has a cycle that its
// creation started, judged or going on.
func (f *reportFacts) requests() []severityCount {
	severity := map[string]string{}
	judged := map[string]time.Time{}
	created := func(cycle string, started time.Time) bool {
		return cycle == "created" && !started.Before(f.period.start) && started.Before(f.period.end) && !started.After(f.now)
	}
	for _, v := range f.verdicts {
		if created(v.Cycle, v.StartedAt) && !v.JudgedAt.Before(judged[v.Issue]) {
			severity[v.Issue], judged[v.Issue] = v.Severity, v.JudgedAt
		}
	}
	for _, it := range f.running {
		_, known := severity[it.Issue]
		if known || slices.ContainsFunc(it.Cycles, func(c ledger.Cycle) bool { return created(c.ID, c.StartedAt) }) {
			severity[it.Issue] = it.Severity
		}
	}
	count := map[string]int{}
	for _, s := range severity {
		count[s]++
	}
	for s, n := range f.received { // the ledger has no verdict on requests that are promised nothing
		count[s] = max(count[s], n)
	}
	out := []severityCount{}
	for s, n := range count {
		out = append(out, severityCount{s, n})
	}
	slices.SortFunc(out, func(x, y severityCount) int {
		return cmp.Or(f.contract.SeverityRank(x.Severity)-f.contract.SeverityRank(y.Severity), cmp.Compare(x.Severity, y.Severity))
	})
	return out
}
