package enforcer

import (
	"fmt"
	"iter"
	"time"

	"slabridge/config/message"
)

// Verdict is what was found about a cycle at some moment: one record of possibly several, the later ones beside the
// earlier ones (ARCHITECTURE, "What must always hold", 8). All times are UTC with milliseconds.
type Verdict struct {
	Connection string
	Issue      string // the tracker's immutable id; "" for a duty of the contract, whose cycle is a period
	IssueKey   string // what people type, when judged
	Subject    string // when judged
	Contract   string
	Obligation string
	Cycle      string
	Ordinal    int // of the cycle, for people
	Number     int // of the record within its cycle, from 1

	// State is Met, Breached, Escalated or Cancelled, or NotJudged of an escalation; Running says that the record
	// before was taken back: staff reopened the request within the hour, or the deadline was moved by agreement.
	State     CycleState
	Severity  string
	Source    string // the clause
	StartedAt time.Time
	Due       time.Time // zero when the cycle has none
	EndedAt   time.Time // zero while a breach, or a cycle that was taken back, goes on
	EndEvent  string    // the tracker's id of the event that ended it
	EndBy     string    // the name of who ended it
	EndByRole Role
	EndWhy    string        // Cycle.EndWhy
	Elapsed   time.Duration // counting time from start to end, or to JudgedAt
	Facts     Facts
	LastEvent string // of the request, when judged: by it the tracker's facts are told from ours
	Moves     int    // moves of a due date on which the deadline rests
	JudgedAt  time.Time
	RevivedAt time.Time // Cycle.RevivedAt, of a judgement; no record has it
	Why       string    // WhyEnded or WhyFacts; "" for a cycle's first record
}

// Why a record stands beside an earlier one.
const (
	WhyEnded = "ended" // a breach got its late end
	WhyFacts = "facts" // what the tracker says of the request changed
)

// Reached is when the verdict was reached: a breach at its deadline, however late the end came, so that it belongs to
// one period for ever, and so is what became of an escalation; a check that was broken at once, and every other
// verdict, at its end. A record that takes one back belongs to the moment it was made.
func (v *Verdict) Reached() time.Time {
	switch {
	case v.State == Running:
		return v.JudgedAt
	case v.ofDue() && !v.Due.IsZero():
		return v.Due
	}
	return v.EndedAt
}

// ofDue reports whether the verdict is what became of the deadline, whatever came after it.
func (v *Verdict) ofDue() bool {
	return v.State == Breached || v.State == Escalated || v.State == NotJudged
}

// SameCycle reports whether both are records of one cycle.
func (v *Verdict) SameCycle(other *Verdict) bool { return v.SameCycleKey() == other.SameCycleKey() }

// SameCycleKey is the key that the records of one cycle share. It names no step.
func (v *Verdict) SameCycleKey() StepKey {
	return StepKey{
		Connection: v.Connection, Issue: v.Issue, Contract: v.Contract, Obligation: v.Obligation,
		Cycle: v.Cycle,
	}
}

// String names the verdict's cycle in errors.
func (v *Verdict) String() string {
	return fmt.Sprintf("%s %s/%s of issue %s", v.Contract, v.Obligation, v.Cycle, v.Issue)
}

// Valid reports what is missing of a verdict that is to be recorded.
func (v *Verdict) Valid() error {
	if v.Connection == "" || v.Contract == "" || v.Obligation == "" || v.Cycle == "" {
		return message.Errorf("the cycle %+v is incomplete", v.SameCycleKey())
	}
	switch v.State {
	case Met, Cancelled, Escalated:
		if v.EndedAt.IsZero() {
			return message.Errorf("%s without an end", v.State)
		}
	case Breached, NotJudged:
		if v.Reached().IsZero() {
			return message.Errorf("%s without a due and without an end", v.State)
		}
	case Running:
	default:
		return message.Errorf("%q is no verdict", v.State)
	}
	return nil
}

// sameText reports whether both were judged by the same contract, mapping and calendar data.
func (v *Verdict) sameText(other *Verdict) bool {
	return v.Facts.Fingerprint == other.Facts.Fingerprint && v.Facts.Calendar == other.Facts.Calendar
}

// Supersedes decides what a judgement made now adds to the last record of its cycle (nil when there is none): the
// record to make, or false when the last one stands.
//
// What the tracker says may change a verdict, what we or the admin change beside it may not: without a new event (or
// the deletion of the issue) nothing is recorded. When an event came and the text was edited as well, nobody can tell
// which of the two changed the verdict. Then the earlier verdict stands, with two exceptions that only events can
// cause: a breach gets its late end, and a cycle may be running again.
func (v Verdict) Supersedes(last *Verdict) (Verdict, bool) {
	switch {
	case last == nil:
		v.Why = ""
		return v, v.State != Running
	case last.State == Running: // taken back: no verdict stands, and the next may come without an event
		v.Why = WhyFacts
		return v, v.State != Running
	case v.says(last):
		return Verdict{}, false
	}
	open := last.State == Breached || last.State == NotJudged
	late := open && last.EndedAt.IsZero() && !v.EndedAt.IsZero()
	event := v.LastEvent != last.LastEvent || (v.EndWhy == "gone" && last.EndWhy != "gone")
	v.Why = WhyFacts
	if v.sameText(last) {
		if late && v.State == last.State && v.Due.Equal(last.Due) {
			v.Why = WhyEnded
			return v, true
		}
		return v, event
	}
	switch takenBack := !last.EndedAt.IsZero() && v.RevivedAt.After(last.EndedAt); {
	case !event:
		return Verdict{}, false
	case takenBack && last.State == Breached:
		out := last.ended(v)
		out.Why = WhyFacts
		return out, true
	case takenBack:
		return v, true
	case late:
		return last.ended(v), true
	case last.State != Breached && v.State == Running:
		return v, true
	}
	return Verdict{}, false
}

// says reports whether the judgement and the record have the same outcome for the cycle.
func (v *Verdict) says(last *Verdict) bool {
	return v.State == last.State && v.Due.Equal(last.Due) && v.EndEvent == last.EndEvent &&
		v.EndedAt.IsZero() == last.EndedAt.IsZero()
}

// AddsNothing reports whether it is certain, without regard to the Facts, that the judgement makes no record beside the
// last one of its cycle, nil for none: Supersedes would say so whatever they are.
func (v *Verdict) AddsNothing(last *Verdict) bool {
	if v.State == Running || v.State == Paused {
		return last == nil || last.State == Running
	}
	return last != nil && last.State != Running && v.says(last)
}

// ended is a breach, judged by the text of its time, with the end that came later under another text.
func (v *Verdict) ended(now Verdict) Verdict {
	out := *v
	out.IssueKey, out.Subject, out.LastEvent, out.Why = now.IssueKey, now.Subject, now.LastEvent, WhyEnded
	out.EndedAt, out.EndEvent, out.EndBy, out.EndByRole, out.EndWhy = now.EndedAt, now.EndEvent, now.EndBy, now.EndByRole,
		now.EndWhy
	out.Elapsed = now.Elapsed
	return out
}

// Latest keeps the last record of each cycle of a listing by Verdicts: what holds now. Its Number says how many
// records stand before it.
func Latest(verdicts iter.Seq2[Verdict, error]) iter.Seq2[Verdict, error] {
	return func(yield func(Verdict, error) bool) {
		var last *Verdict
		for v, err := range verdicts {
			if err != nil {
				yield(Verdict{}, err)
				return
			}
			if last != nil && !last.SameCycle(&v) && !yield(*last, nil) {
				return
			}
			last = &v
		}
		if last != nil {
			yield(*last, nil)
		}
	}
}
