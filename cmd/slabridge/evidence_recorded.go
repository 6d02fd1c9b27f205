package main

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// String names the cycle for people.
func (k cycleRecord) String() string { return k.issue + " " + k.obligation + " " + k.cycle }

// decidedCycles are the cycles of a report that something became of.
func decidedCycles(obligations []report.Obligation) iter.Seq2[cycleRecord, *report.Cycle] {
	return func(yield func(cycleRecord, *report.Cycle) bool) {
		for i := range obligations {
			o := &obligations[i]
			for j := range o.Cycles {
				c := &o.Cycles[j]
				if c.State != enforcer.Running && !yield(cycleRecord{c.Issue, o.ID, c.ID}, c) {
					return
				}
			}
		}
	}
}

// recordedVerdicts is what records say of cycles.
type recordedVerdicts struct {
	last    map[cycleRecord]*ledger.Record   // the last verdict on each cycle, by its request's key
	excuses map[cycleRecord][]*ledger.Record // by the tracker's id of the request, oldest first
}

func verdictsIn(records []ledger.Record) recordedVerdicts {
	out := recordedVerdicts{map[cycleRecord]*ledger.Record{}, map[cycleRecord][]*ledger.Record{}}
	for i := range records {
		switch x := &records[i]; x.Kind {
		case "verdict":
			out.last[cycleRecord{x.Text("issue_key"), x.Text("obligation"), x.Text("cycle")}] = x
		case "waiver":
			key := cycleRecord{x.Text("issue"), x.Text("obligation"), x.Text("cycle")}
			out.excuses[key] = append(out.excuses[key], x)
		}
	}
	return out
}

// recordedness compares a report with the recorded verdicts; each list names cycles.
type recordedness struct {
	otherwise  []string // the report says otherwise than the record
	leftOut    []string // by the report, though there is a verdict of the period
	unrecorded []string // the report says what became of them, no record does
}

// compare holds what a report made at a moment says of its cycles against the records. ofPeriod reports whether what
// was reached at a moment belongs to it.
func (r recordedVerdicts) compare(
	obligations []report.Obligation, made time.Time, customer bool, ofPeriod func(reached time.Time) bool,
) (out recordedness) {
	said := maps.Collect(decidedCycles(obligations))
	for key, x := range r.last {
		c := said[key]
		delete(said, key)
		decided := x.Text("state") != string(enforcer.Running) && ofPeriod(x.Moment("reached_at"))
		switch {
		case decided && c == nil:
			out.leftOut = append(out.leftOut, key.String())
		case c != nil && (!decided || !r.says(x, c, made, customer)):
			out.otherwise = append(out.otherwise, key.String())
		}
	}
	for key := range said {
		out.unrecorded = append(out.unrecorded, key.String())
	}
	for _, list := range [][]string{out.otherwise, out.leftOut, out.unrecorded} {
		slices.Sort(list)
	}
	return out
}

// says reports whether a verdict's record says what a report made at a moment does. The customer's report has no names
// of staff and none of their reasons.
func (r recordedVerdicts) says(x *ledger.Record, c *report.Cycle, made time.Time, customer bool) bool {
	number := func(column string) int64 {
		n, _ := x.Value(column).(json.Number)
		i, _ := n.Int64()
		return i
	}
	var facts struct{ Version, Calendar string }
	if json.Unmarshal([]byte(x.Text("facts")), &facts) != nil {
		return false
	}
	due, ended := x.Moment("due"), x.Moment("ended_at")
	late, excuses := int64(0), []*ledger.Record(nil)
	if c.State == enforcer.Breached && !due.IsZero() {
		late = int64(report.Lateness(&enforcer.Verdict{Due: due, EndedAt: ended}, made) / time.Second)
		excuses = r.excuses[cycleRecord{x.Text("issue"), x.Text("obligation"), x.Text("cycle")}]
	}
	return x.Text("state") == string(c.State) && sameMoment(c.Started, x.Moment("started_at")) && sameMoment(c.Due, due) &&
		sameMoment(c.Ended, ended) && c.LateSeconds == late && c.ElapsedSeconds == number("elapsed_ms")/1000 &&
		x.Text("severity") == c.Severity && x.Text("source") == c.Source && x.Text("end_why") == c.EndedWhy &&
		x.Text("end_by_role") == string(c.EndedByRole) && (customer || x.Text("end_by") == c.EndedBy) &&
		(customer && c.Subject == "" || x.Text("subject") == c.Subject) && number("moves") == int64(c.Moves) &&
		number("number") == int64(c.EarlierRecords+1) && facts.Version == c.Version && facts.Calendar == c.Calendar &&
		slices.EqualFunc(c.Excused, excuses, func(e report.Excuse, w *ledger.Record) bool {
			return sameMoment(&e.At, w.Moment("at")) &&
				(customer && e.Reason == "" || !customer && e.By == w.Text("who") && e.Reason == w.Text("reason"))
		})
}

// sameMoment reports whether a moment of a report is one of the ledger, which counts milliseconds.
func sameMoment(said *time.Time, recorded time.Time) bool {
	if said == nil || recorded.IsZero() {
		return said == nil && recorded.IsZero()
	}
	return said.UnixMilli() == recorded.UnixMilli()
}

// reachedBy is when a cycle came to what the report says of it, as enforcer.Verdict.Reached.
func reachedBy(c *report.Cycle) time.Time {
	v := enforcer.Verdict{State: c.State}
	if c.Due != nil {
		v.Due = *c.Due
	}
	if c.Ended != nil {
		v.EndedAt = *c.Ended
	}
	return v.Reached()
}

// moments of the records, by kind: which column says when it was recorded.
var moments = map[string]string{
	"history": "at", "write": "began_at", "answer": "at", "verdict": "judged_at", "waiver": "at", "agreement": "at",
	"hold": "at",
}

// knownBy leaves out the records that were not there at a moment, or beyond a number of the chain.
func knownBy(records []ledger.Record, head report.Head, q *report.Question) []ledger.Record {
	return slices.DeleteFunc(records, func(r ledger.Record) bool {
		return r.Number > head.Records || !q.Knows(r.Moment(moments[r.Kind]))
	})
}

// everything reads what the ledger had on a contract when a report was made, and all that it has by now.
func everything(
	ctx context.Context, l *ledger.Ledger, q *report.Question, head report.Head,
) (then, now recordedVerdicts, err error) {
	records, err := l.Extract(ctx, q.Connection, q.Contract.ID, func(_, _, _ string) bool { return true })
	now = verdictsIn(slices.Clone(records))
	return verdictsIn(knownBy(records, head, q)), now, err
}

// unjudged are the cycles without a record that came to their end since slabridge judges the contract, and when. What
// cannot be judged for a fault is none of them: no pass records it.
func (r *recordedness) unjudged(obligations []report.Obligation, l *ledger.Cutover) map[cycleRecord]time.Time {
	out, unrecorded := map[cycleRecord]time.Time{}, setOf(r.unrecorded)
	for key, c := range decidedCycles(obligations) {
		at := reachedBy(c)
		if c.State != enforcer.NotJudged && !l.FirstPassAt.IsZero() && !at.Before(l.FirstPassAt) && unrecorded[key.String()] {
			out[key] = at
		}
	}
	return out
}

func setOf(names []string) map[string]bool {
	out := make(map[string]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out
}

// cutoverOf is since when slabridge judges a contract, and when it did so last; zero while it has not.
func cutoverOf(ctx context.Context, l *ledger.Ledger, c *config.Contract) (ledger.Cutover, error) {
	known, err := l.Contracts(ctx)
	i := slices.IndexFunc(known, func(x ledger.Cutover) bool { return x.Connection == c.Connection && x.Contract == c.ID })
	if err != nil || i < 0 {
		return ledger.Cutover{}, err
	}
	if !c.EnforceFrom.IsZero() {
		known[i].FirstPassAt = c.EnforceFrom
	}
	return known[i], nil
}

// recorded holds the report, and the pack's records, against the ledger as it was when the pack was made.
func (v *packVerifier) recorded(ctx context.Context, w *workspace) error {
	m := &v.manifest
	c := w.cfg.Contract(cmp.Or(w.ledger.Former(m.Contract), m.Contract))
	if c == nil {
		return usage("the pack is of contract %q, which is not in the configuration", m.Contract)
	}
	if c.Connection != m.Connection {
		v.fault("%s: it is of another contract, period or ledger than the manifest", packJSON)
	}
	p, err := periodOf(m.From, m.To, c.Zone())
	if err != nil {
		return err
	}
	facts := report.Facts{Question: report.Question{
		Connection: c.Connection, Contract: c.Contract, Period: p, Now: m.Made, Past: true,
	}}
	all, now, err := everything(ctx, w.ledger, &facts.Question, m.Ledger)
	if err != nil {
		return err
	}
	cutover, err := cutoverOf(ctx, w.ledger, c)
	if err != nil {
		return err
	}
	compared := all.compare(v.said.Obligations, m.Made, m.For == forCustomer, facts.Holds)
	for _, name := range compared.leftOut {
		v.fault("%s: it leaves out %s, on which the ledger has a verdict", packJSON, name)
	}
	for _, name := range compared.otherwise {
		v.fault("%s: it says otherwise of %s than the ledger", packJSON, name)
	}
	told := setOf(m.Unrecorded)
	for _, name := range compared.unrecorded {
		if !told[name] {
			v.fault("%s: the ledger has no verdict on %s", packJSON, name)
		}
	}
	for key, reached := range compared.unjudged(v.said.Obligations, &cutover) {
		if now.last[key] == nil && reached.Before(cutover.PassedAt) { // what comes to an end between passes is judged later
			v.fault("%s: the ledger has no verdict on %s, though slabridge was judging by then", packJSON, key)
		}
	}
	return v.complete(ctx, w, &facts.Question, all)
}

// complete looks for records that the report rests on and the pack lacks.
func (v *packVerifier) complete(
	ctx context.Context, w *workspace, q *report.Question, all recordedVerdicts,
) error {
	rests := map[cycleRecord]bool{}
	for key := range decidedCycles(v.said.Obligations) {
		if x := all.last[key]; x != nil {
			rests[cycleRecord{x.Text("issue"), key.obligation, key.cycle}] = true
		}
	}
	records, err := w.ledger.Extract(ctx, q.Connection, q.Contract.ID,
		func(issue, obligation, cycle string) bool { return rests[cycleRecord{issue, obligation, cycle}] })
	if err != nil {
		return err
	}
	there := map[int64]bool{}
	for i := range v.records {
		there[v.records[i].Number] = true
	}
	missing := 0
	for _, r := range knownBy(records, v.manifest.Ledger, q) {
		if !there[r.Number] {
			missing++
		}
	}
	if missing > 0 {
		v.fault("%s: it lacks records that the ledger has of these cycles: %d", packRecords, missing)
	}
	return nil
}
