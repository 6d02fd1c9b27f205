package report

import (
	"cmp"
	"slices"
	"time"

	"slabridge/enforcer"
)

// Report tells what a contract promised in a period and what was kept. Moments are in the contract's zone.
type Report struct {
	Contract    string          `json:"contract"`
	Title       string          `json:"title"`
	Versions    []string        `json:"versions"`  // of the text, by which the period's verdicts were reached
	Calendars   []string        `json:"calendars"` // versions of the calendar data, likewise
	From        string          `json:"from"`
	To          string          `json:"to"` // included
	Made        time.Time       `json:"made"`
	Watched     *time.Time      `json:"watched"` // since when slabridge watches the contract; null while it does not
	Obligations []Obligation    `json:"obligations"`
	Accounts    []Account       `json:"accounts"`
	Requests    []SeverityCount `json:"requests"` // created in the period, gravest first
	Exceptions  []Exception     `json:"exceptions"`
	Ledger      Head            `json:"ledger"`
}

// Head is the end of the ledger's chain when the report was made: whoever keeps it can tell later whether anything up
// to it was changed, the end cut off or the chain computed anew.
type Head struct {
	Records int64  `json:"records"`
	Head    string `json:"head"` // SHA-256, base64url; "" where nothing is recorded
}

// Obligation counts the cycles of one obligation whose verdict was reached in the period.
type Obligation struct {
	ID     string `json:"id"`
	Source string `json:"source"` // the clause
	Title  string `json:"title"`
	Met    int    `json:"met"` // kept in time, by whomever the contract leaves it to
	// Escalated are those whose promise is what slabridge itself did at the deadline, whole and in time.
	Escalated  int `json:"escalated"`
	Breached   int `json:"breached"`
	Excused    int `json:"excused"` // of the breached: they are breaches all the same
	NotJudged  int `json:"not_judged"`
	CarriedOut int `json:"carried_out"` // Escalated, by its former name
	Cancelled  int `json:"cancelled"`
	Running    int `json:"running"` // at the end of the period, or now when that is earlier
	// Kept is the share of Met and Escalated among those and Breached, in percent; nil where there are none. KeptExcused
	// leaves out the excused.
	Kept        *float64 `json:"kept_percent"`
	KeptExcused *float64 `json:"kept_percent_without_excused"`
	Cycles      []Cycle  `json:"cycles"`
}

// Cycle is one cycle with its verdict, and the evidence that the verdict rests on. With state running it is one that
// goes on at the end of the period.
type Cycle struct {
	Issue          string              `json:"issue"`
	Subject        string              `json:"subject"`
	Severity       string              `json:"severity"`
	Source         string              `json:"source"`
	ID             string              `json:"cycle"`
	Ordinal        int                 `json:"ordinal"`
	State          enforcer.CycleState `json:"state"`
	Started        *time.Time          `json:"started"`
	Due            *time.Time          `json:"due"`
	Ended          *time.Time          `json:"ended"` // of a breach: when the promise was kept after all, nil until then
	LateSeconds    int64               `json:"late_s"`
	ElapsedSeconds int64               `json:"elapsed_s"`
	EndedBy        string              `json:"ended_by,omitempty"`
	EndedByRole    enforcer.Role       `json:"ended_by_role,omitempty"`
	EndedWhy       string              `json:"ended_why,omitempty"` // enforcer.Cycle.EndWhy
	Moves          int                 `json:"moves,omitempty"`     // of a due date
	Version        string              `json:"version"`
	Calendar       string              `json:"calendar"`
	Zones          string              `json:"zones,omitempty"`       // release of the zone database that it was judged by
	Provisional    bool                `json:"provisional,omitempty"` // the deadline rests on provisional calendar data
	EarlierRecords int                 `json:"earlier_records"`
	CarriedOut     *time.Time          `json:"carried_out,omitempty"` // of an escalated one
	Excused        []Excuse            `json:"excused,omitempty"`     // oldest first
	OfContract     bool                `json:"-"`                     // of the contract as a whole: the cycle is a period
}

// Excuse says who excused a breach, when and why.
type Excuse struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Make works out the report, its titles in the language given.
func Make(f Facts, lang string) Report {
	r := Report{
		Contract: f.Contract.ID, Title: f.Contract.Title.In(lang), From: f.Period.From.String(), To: f.Period.To.String(),
		Made: f.Now.In(f.zone()), Watched: In(f.Survey.Watched, f.zone()), Obligations: []Obligation{},
		Accounts: f.Survey.accounts(f.Contract),
		Ledger:   Head{f.Chain.Records, f.Chain.Head},
		Requests: f.requests(), Exceptions: append([]Exception{}, f.Survey.Exceptions...),
	}
	for i := range f.Contract.Obligations {
		if o := &f.Contract.Obligations[i]; o.Kind != enforcer.Account && o.Active() && !o.NoVerdict {
			of := r.obligation(o.ID)
			of.Source, of.Title = o.Source, o.Title.In(lang)
		}
	}
	judged := r.countVerdicts(&f)
	r.countRunning(&f, judged)
	for i := range r.Obligations {
		r.Obligations[i].share()
	}
	if r.Versions == nil {
		r.Versions = []string{f.Contract.Version}
	}
	if r.Calendars == nil {
		r.Calendars = []string{f.Contract.Calendar.Version()}
	}
	return r
}

// obligation finds the line of an obligation, or adds one: the text of today may lack what was promised then.
func (r *Report) obligation(id string) *Obligation {
	i := r.indexOf(id)
	if i < 0 {
		i = len(r.Obligations)
		r.Obligations = append(r.Obligations, Obligation{ID: id, Cycles: []Cycle{}})
	}
	return &r.Obligations[i]
}

func (r *Report) indexOf(id string) int {
	return slices.IndexFunc(r.Obligations, func(o Obligation) bool { return o.ID == id })
}

// countVerdicts counts the cycles that have a verdict and belong to the period. A cycle belongs to the period in which
// its verdict was reached; one whose verdict came later ran at the period's end, if it had begun by then. It returns
// the cycles that it counted.
func (r *Report) countVerdicts(f *Facts) map[enforcer.StepKey]bool {
	end, counted := f.end(), map[enforcer.StepKey]bool{}
	verdicts := f.verdicts()
	for i := range verdicts {
		v := &verdicts[i]
		c := f.cycle(v)
		switch reached := v.Reached(); {
		case v.State == enforcer.Running, !reached.Before(end):
			if !v.StartedAt.Before(end) {
				continue
			}
			c = c.asRunning()
		case reached.Before(f.Period.Start):
			continue
		default:
			r.Versions, r.Calendars = insert(r.Versions, v.Facts.Version), insert(r.Calendars, v.Facts.Calendar)
		}
		counted[cycleKey(v.Issue, v.Obligation, v.Cycle)] = true
		o := r.obligation(v.Obligation)
		o.Source, o.Title = cmp.Or(o.Source, v.Source), cmp.Or(o.Title, v.Facts.Rule)
		o.count(c)
	}
	return counted
}

// countRunning counts the cycles that go on at the end of the period and have no verdict.
func (r *Report) countRunning(f *Facts, judged map[enforcer.StepKey]bool) {
	for _, it := range f.running() {
		for _, c := range it.Cycles {
			i := r.indexOf(c.Obligation)
			goesOn := c.State == enforcer.Running || c.State == enforcer.Paused
			if goesOn && i >= 0 && c.StartedAt.Before(f.end()) && !judged[cycleKey(it.Issue, c.Obligation, c.ID)] {
				r.Obligations[i].count(f.runningCycle(it, c))
			}
		}
	}
}

// insert puts a name into a sorted set.
func insert(set []string, name string) []string {
	i, found := slices.BinarySearch(set, name)
	if found {
		return set
	}
	return slices.Insert(set, i, name)
}

func cycleKey(issue, obligation, cycle string) enforcer.StepKey {
	return enforcer.StepKey{Issue: issue, Obligation: obligation, Cycle: cycle}
}

// cycle tells of a verdict, with what excuses a breach.
func (f *Facts) cycle(v *enforcer.Verdict) Cycle {
	zone := f.zone()
	c := Cycle{
		Issue: v.IssueKey, Subject: v.Subject, Severity: v.Severity, Source: v.Source, ID: v.Cycle, Ordinal: v.Ordinal,
		State: v.State, Started: In(v.StartedAt, zone), Due: In(v.Due, zone), Ended: In(v.EndedAt, zone),
		ElapsedSeconds: int64(v.Elapsed / time.Second), EndedBy: v.EndBy, EndedByRole: v.EndByRole, EndedWhy: v.EndWhy,
		Moves: v.Moves, Version: v.Facts.Version, Calendar: v.Facts.Calendar, Zones: v.Facts.Zones,
		Provisional:    v.Facts.Provisional,
		EarlierRecords: v.Number - 1, OfContract: v.Issue == "",
	}
	if v.State == enforcer.Escalated {
		c.CarriedOut = c.Ended
	}
	c.Excused = f.Excuses(v)
	if v.State == enforcer.Breached && !v.Due.IsZero() {
		c.LateSeconds = int64(Lateness(v, f.Now) / time.Second)
	}
	return c
}

// Excuses are what excuses a breach, oldest first.
func (f *Facts) Excuses(v *enforcer.Verdict) (out []Excuse) {
	if v.State != enforcer.Breached || v.Due.IsZero() {
		return nil
	}
	for _, w := range f.Waivers {
		if w.Of(v) {
			out = append(out, Excuse{w.By, w.At.In(f.zone()), w.Reason})
		}
	}
	return out
}

// runningCycle tells of a cycle that has had no verdict.
func (f *Facts) runningCycle(it enforcer.AgendaItem, c enforcer.AgendaCycle) Cycle {
	out := Cycle{
		Issue: cmp.Or(c.IssueKey, it.IssueKey), Subject: it.Subject, Severity: it.Severity, ID: c.ID, Ordinal: c.Ordinal,
		State: enforcer.Running, Started: In(c.StartedAt, f.zone()), Due: In(c.Due, f.zone()), Version: f.Contract.Version,
		Calendar: f.Contract.Calendar.Version(), OfContract: it.Issue == "",
	}
	if o := f.Contract.Obligation(c.Obligation); o != nil {
		out.Source = o.Source
	}
	return out
}

// asRunning is the cycle as it stood before its verdict.
func (c Cycle) asRunning() Cycle {
	c.State, c.Ended, c.EndedBy, c.EndedByRole, c.EndedWhy = enforcer.Running, nil, "", "", ""
	c.LateSeconds, c.ElapsedSeconds, c.Excused, c.CarriedOut = 0, 0, nil, nil
	return c
}

// In is a moment in a zone; nil for none.
func In(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(zone)
	return &t
}
