package enforcer

import (
	"slices"
	"sync"
	"time"

	"slabridge/enforcer/calendar"
)

// Evaluate replays the request under the contract as of now and gives every cycle, running and ended. Each stay
// of the request under the contract is judged by the version of the text that was in force when it began. Where
// the calendar has no data for a year that a cycle needs nothing is guessed: that cycle is not judged, and says why.
func Evaluate(c *Contract, request *Request, now time.Time) Evaluation {
	now = now.Truncate(time.Second)
	r := request.At(now)
	r.Moments = closings(c, r.Moments)
	ev := Evaluation{Request: &r, Contract: c, Now: now, State: r.State()}
	for _, version := range c.versions() {
		part := Evaluation{Request: &r, Contract: version, Now: now, State: ev.State}
		part.play(version == c)
		ev.merge(&part)
	}
	return ev
}

// merge adds what another version of the contract has to say.
func (ev *Evaluation) merge(part *Evaluation) {
	if part.Covered {
		ev.Covered, ev.Contract, ev.Corrections = true, part.Contract, part.Corrections
		ev.Moves = part.Moves
	}
	ev.Outside = ev.Outside || part.Outside
	ev.append(part.Cycles)
	if !part.Next.IsZero() && (ev.Next.IsZero() || part.Next.Before(ev.Next)) {
		ev.Next = part.Next
	}
}

// append adds the cycles of another version of the contract, and numbers them on.
func (ev *Evaluation) append(cycles []Cycle) {
	if len(ev.Cycles) == 0 {
		ev.Cycles = cycles
		return
	}
	count := map[string]int{}
	for i := range ev.Cycles {
		count[ev.Cycles[i].Obligation.ID]++
	}
	for i := range cycles {
		cycles[i].Ordinal += count[cycles[i].Obligation.ID]
	}
	ev.Cycles = append(ev.Cycles, cycles...)
}

// play runs one version of the contract over the request. Only the present one speaks of requests that none of
// the versions covers by its validity.
func (ev *Evaluation) play(present bool) {
	joined, returned, moves := rejoin(ev.Request.Moments)
	moments, revived, corrections, unsure := ev.Contract.correct(joined)
	ev.Corrections, ev.Moves = corrections, moves
	ev.questions = questions(ev.Contract, moments)
	until := ev.Now
	if gone := ev.Request.GoneAt; !gone.IsZero() && gone.Before(ev.Now) {
		until = gone
	}
	if returned == nil {
		returned = revived
	}
	for i, at := range revived {
		returned[i] = later(returned[i], at)
	}
	raw := ev.Contract.coveragePeriods(ev.Request, joined, present)
	room := takeRoom()
	ev.Cycles = *room
	for i, t := range ev.Contract.coveragePeriods(ev.Request, moments, present) {
		ev.stay(t, raw[i].moments, returned, until)
	}
	played := ev.Cycles
	ev.order()
	giveRoom(room, played)
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		ev.finish(c)
		if unsure.why != nil && (c.EndedAt.IsZero() || !c.EndedAt.Before(unsure.since)) {
			c.unjudge(unsure.why)
		}
		for j := range ev.Request.Faults {
			if f := &ev.Request.Faults[j]; f.touches(c) {
				c.unjudge(f)
			}
		}
	}
}

// Escalating reports whether the deadline of an escalation has passed: what became of it is for Escalate to say.
func (ev *Evaluation) Escalating() bool {
	return slices.ContainsFunc(ev.Cycles, func(c Cycle) bool { return escalation{}.awaits(&c) })
}

// Escalate judges the escalations whose deadline has passed (docs/contracts.md, `escalation`). One that slabridge
// carried out in time is Escalated and ends with that; one that a person carried out as soon is Met. One that was due
// before slabridge watched the contract is NotJudged. While there is still time the cycle runs on. All others stay
// breached.
func (ev *Evaluation) Escalate(known Escalations) {
	e := escalation{ev, known}
	for i := range ev.Cycles {
		if c := &ev.Cycles[i]; e.awaits(c) {
			e.judge(c)
		}
	}
}

// unjudge keeps the first reason why the cycle cannot be judged; its outcome is then unknown.
func (c *Cycle) unjudge(why error) {
	if c.Unjudged == nil {
		c.Unjudged = why
	}
	if !c.EndedAt.IsZero() || c.State == Breached {
		c.State = NotJudged
	}
}

// measure works out what has passed of the cycle's time at its end, or now, and what is left of it. Where the calendar
// cannot tell, both are 0; what the cycle came to rests on its deadline, and is known where that is.
func (c *Cycle) measure(end time.Time) {
	if c.clock == nil {
		return
	}
	elapsed, err := c.counted(c.StartedAt, end, c.spans(end))
	if err != nil {
		c.Unmeasured = err
		return
	}
	remaining, err := c.remaining(end)
	if err != nil {
		c.Unmeasured = err
		return
	}
	c.Elapsed, c.Remaining = elapsed, remaining
}

// counted is the time between two moments on the cycle's own clock, pauses left out.
func (c *Cycle) counted(from, to time.Time, pauses []calendar.Span) (time.Duration, error) {
	var sum time.Duration
	add := func(term calendar.Term, a, b time.Time) error {
		if !a.Before(b) {
			return nil
		}
		d, err := c.Calendar().Counted(term, a, b, pauses)
		sum += d
		return err
	}
	for _, s := range c.agreedHours {
		end := to
		if !s.To.IsZero() {
			end = earlier(s.To, to)
		}
		if err := add(*c.clock, from, earlier(s.From, to)); err != nil {
			return 0, err
		}
		from = later(from, s.From)
		if err := add(plainClock, from, end); err != nil {
			return 0, err
		}
		from = later(from, end)
	}
	return sum, add(*c.clock, from, to)
}

// remaining is the counting time from a moment to the cycle's deadline, negative after it.
func (c *Cycle) remaining(now time.Time) (time.Duration, error) {
	if c.Due.Before(now) {
		d, err := c.counted(c.Due, now, nil)
		return -d, err
	}
	return c.counted(now, c.Due, nil)
}

// stay runs every obligation over one stay; those whose deadline is another's come after it. raw are its moments with
// what was taken back in them.
func (ev *Evaluation) stay(t coveragePeriod, raw []Moment, revived map[int]time.Time, until time.Time) {
	ev.Covered, ev.Outside = ev.Covered || !t.outside, ev.Outside || t.outside
	var run stopwatch
	for _, deferred := range []bool{false, true} {
		for i := range ev.Contract.Obligations {
			o := &ev.Contract.Obligations[i]
			if !o.acts() || o.borrows() != deferred || t.outside && !o.StopsWith(WordEntitled) {
				continue
			}
			before := len(ev.Cycles)
			run = stopwatch{ev: ev, o: o, period: t, revived: revived, offset: t.first, first: before}
			if o.Kind == Check { // judged by what is so when it comes
				run.period.moments, run.period.entry, run.offset = t.moments[t.entry:], 0, t.first+t.entry
			} else if o.Start.Word == WordResolved || o.Start.Silent {
				// a cycle that began at the resolution stays, even if the resolution was taken back
				run.period.moments, run.revived = raw, nil
			}
			run.over(until)
			ev.Covered = ev.Covered || len(ev.Cycles) > before
		}
	}
}

// corrects reports whether the moment takes a resolution back.
func (ev *Evaluation) corrects(m *Moment) bool {
	return slices.ContainsFunc(ev.Corrections, func(x Correction) bool { return x.Event == m.Event })
}

// afterCorrection is the moment itself; the reopening where it lies in a stretch in which the request was resolved in
// silence: what repeats breaks at most once for such a stretch.
func (ev *Evaluation) afterCorrection(at time.Time) time.Time {
	for _, x := range ev.Corrections {
		if x.Silent && !at.Before(x.Resolved) && at.Before(x.Reopened) {
			return x.Reopened
		}
	}
	return at
}

// acts reports whether the obligation is watched on requests.
func (o *Obligation) acts() bool {
	return o.Active() && (o.Kind == Timer || o.Kind == Check)
}

// borrows reports whether some rule takes the deadline of another obligation, or gives way to it.
func (o *Obligation) borrows() bool {
	return o.Beside != "" || slices.ContainsFunc(o.Rules, func(r Rule) bool { return r.As != "" })
}

// order sorts the cycles as the contract lists the obligations, each by start, and numbers them. They then have no more
// room than they take.
func (ev *Evaluation) order() {
	type entry struct{ obligation, cycle int }
	entries, count := make([]entry, len(ev.Cycles)), make([]int, len(ev.Contract.Obligations))
	for i := range ev.Cycles {
		entries[i] = entry{ev.Contract.place(ev.Cycles[i].Obligation), i}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		if d := a.obligation - b.obligation; d != 0 {
			return d
		}
		return ev.Cycles[a.cycle].StartedAt.Compare(ev.Cycles[b.cycle].StartedAt)
	})
	out := make([]Cycle, len(entries))
	for i, e := range entries {
		out[i] = ev.Cycles[e.cycle]
		count[e.obligation]++
		out[i].Ordinal = count[e.obligation]
	}
	ev.Cycles = out
}

// rooms are kept for cycles while they are played: an old request has hundreds, and to find that out by doubling costs
// more than to play them.
var rooms = sync.Pool{New: func() any { return new([]Cycle) }}

// mostRoom is what is kept at most.
const mostRoom = 4096

func takeRoom() *[]Cycle { return rooms.Get().(*[]Cycle) }

// giveRoom gives back a room with what was played in it, which lies elsewhere by now.
func giveRoom(room *[]Cycle, played []Cycle) {
	if cap(played) > mostRoom {
		return
	}
	clear(played)
	*room = played[:0]
	rooms.Put(room)
}
