package enforcer

import (
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer/calendar"
)

// Segment is a stretch of time of one name, [From, To). Neighbours differ in name, cause or holder, and leave no gap.
type Segment struct {
	From, To time.Time
	// Kind is a code: one of the kinds below, or a calendar's own kind ("outside-hours", "day-off").
	Kind string
	// Name says it in words: "paused: waiting for the customer", "day off: Nauryz", "cut-off п. 8".
	Name Text
	// Cause is the event that began it, or the clause; "" where the calendar alone is the cause.
	Cause string
	// Holder is who had the request then: HeldByUs and so on; "" in the segments of a cycle.
	Holder string
}

// The kinds of segments beside the calendar's.
const (
	SegmentCounting = string(calendar.Counting)
	SegmentPaused   = "paused"
	SegmentCutoff   = "cut-off" // working time that a cut-off leaves out: the deadline is a time of day
	SegmentWaiting  = "waiting" // of a request: somebody else's turn
	SegmentStopped  = "stopped"
	SegmentNoData   = "no-data" // the calendar has no data for it
)

// Who holds a request.
const (
	HeldByUs         = "us"
	HeldByCustomer   = "customer"
	HeldByThirdParty = "third-party"
	HeldByNobody     = "nobody" // resolved or closed
)

var segmentNames = map[string]Text{
	SegmentCounting:           say("counting"),
	SegmentStopped:            say("stopped"),
	SegmentNoData:             say("a year without calendar data"),
	string(WaitingCustomer):   say("waiting for the customer"),
	string(WaitingThirdParty): say("waiting for a third party"),
	string(New):               say("new"),
	string(Working):           say("being worked on"),
	string(Resolved):          say("resolved"),
	string(Closed):            say("closed"),
}

// Segments names every second from the cycle's start to now on the cycle's own clock.
func (ev *Evaluation) Segments(c *Cycle) []Segment {
	end := ev.Now
	if !c.EndedAt.IsZero() && c.EndedAt.Before(end) {
		end = c.EndedAt
	}
	list := ev.clockSegments(c, end)
	for _, p := range c.Pauses {
		to := p.To
		if to.IsZero() || to.After(end) {
			to = end
		}
		list = over(list, Segment{
			From: p.From, To: to, Kind: SegmentPaused, Cause: p.Event,
			Name: say("paused: %s", segmentNames[string(p.Class)]),
		})
	}
	if end.Before(ev.Now) {
		list = append(list,
			Segment{From: end, To: ev.Now, Kind: SegmentStopped, Name: segmentNames[SegmentStopped], Cause: c.EndEvent})
	}
	return list
}

// clockSegments tells the time to the end by the clock that the cycle counts on.
func (ev *Evaluation) clockSegments(c *Cycle, end time.Time) []Segment {
	if !end.After(c.StartedAt) {
		return nil
	}
	counting := Segment{Kind: SegmentCounting, Name: segmentNames[SegmentCounting], Cause: c.startEvent()}
	if c.always() {
		counting.From, counting.To = c.StartedAt, end
		return []Segment{counting}
	}
	list := calendarSegments(c.Calendar(), c.StartedAt, end)
	cut := slices.ContainsFunc(c.DueWhy(), func(r calendar.Reason) bool {
		return r.Code == calendar.ReasonCutoff || r.Code == calendar.ReasonCutoffHours
	})
	for i := range list {
		s := &list[i]
		switch {
		case s.Kind != SegmentCounting:
		case cut && s.From.Before(c.Due):
			s.Kind, s.Cause = SegmentCutoff, c.Obligation.Source
			s.Name = say("cut-off %s", c.Obligation.Source)
		default:
			s.Cause = c.startEvent()
		}
	}
	for _, s := range c.agreedHours {
		if s.To.IsZero() || s.To.After(end) {
			s.To = end
		}
		counting.From, counting.To = later(s.From, c.StartedAt), s.To
		list = over(list, counting)
	}
	return list
}

func calendarSegments(cal *calendar.Calendar, from, to time.Time) []Segment {
	parts, err := cal.Segments(from, to)
	if err != nil { // nothing is guessed of what lies beyond the data
		if ends := cal.DataEnds(from); ends.After(from) && ends.Before(to) {
			return append(calendarSegments(cal, from, ends), calendarSegments(cal, ends, to)...)
		}
		return []Segment{{From: from, To: to, Kind: SegmentNoData, Name: segmentNames[SegmentNoData]}}
	}
	out := make([]Segment, len(parts))
	for i, p := range parts {
		name := make(Text, len(message.Languages))
		for _, lang := range message.Languages {
			name[lang] = p.Text(lang)
		}
		out[i] = Segment{From: p.From, To: p.To, Kind: string(p.Kind), Name: name}
	}
	return out
}

// startEvent is the tracker's event that started the cycle, without the count of repetitions.
func (c *Cycle) startEvent() string {
	for i, r := range c.ID {
		if r == '~' {
			return c.ID[:i]
		}
	}
	return c.ID
}

// over inserts a segment into others, cutting those that it overlaps.
func over(list []Segment, top Segment) []Segment {
	if !top.To.After(top.From) {
		return list
	}
	out := make([]Segment, 0, len(list)+2)
	laid := false
	for _, s := range list {
		if s.From.Before(top.From) {
			left := s
			left.To = earlier(s.To, top.From)
			out = append(out, left)
		}
		if s.To.After(top.From) && !laid {
			out, laid = append(out, top), true
		}
		if s.To.After(top.To) {
			right := s
			right.From = later(s.From, top.To)
			out = append(out, right)
		}
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Timeline names every second of the request from its receipt to now, and who held it: by the status class that
// people gave it, and by the contract's working hours while it was the provider's turn.
func (ev *Evaluation) Timeline() []Segment {
	r := ev.Request
	if len(r.Moments) == 0 {
		return nil
	}
	from := receivedAt(r, 0, r.Moments[0])
	if !ev.Now.After(from) {
		return nil
	}
	parts := calendarSegments(ev.Contract.Calendar, from, ev.Now)
	var out []Segment
	for _, s := range statusSegments(r, from, ev.Now) {
		if s.Holder != HeldByUs {
			out = append(out, s)
			continue
		}
		for _, p := range parts {
			p.From, p.To = later(p.From, s.From), earlier(p.To, s.To)
			if p.From.Before(p.To) {
				p.Holder, p.Cause = s.Holder, s.Cause
				out = append(out, p)
			}
		}
	}
	return out
}

// Held is the timeline while the contract had the request, up to a moment: what comes of it elsewhere is none of the
// contract's business.
func (ev *Evaluation) Held(until time.Time) []Segment {
	var out []Segment
	timeline, moments := ev.Timeline(), ev.Request.Moments
	moments, _, _ = rejoin(moments)
	last := time.Time{} // the end of the stay before
	keep := func(in int, to time.Time) {
		from := last
		if in > 0 {
			from = later(last, moments[in].At)
		}
		for _, s := range timeline {
			if s.From, s.To = later(s.From, from), earlier(s.To, to); s.From.Before(s.To) {
				out = append(out, s)
			}
		}
		last = to
	}
	in, place := -1, 0 // as a stay begins, see coveragePeriods
	for i := range moments {
		m := &moments[i]
		if i > 0 && !samePlace(moments, i) {
			place = i
		}
		switch {
		case in < 0 && m.State.Covered:
			if in = i; i > 0 && samePlace(moments, i) && m.By.Role.Staff() {
				in = place
			}
		case in >= 0 && !m.State.Covered:
			keep(in, earlier(m.At, until))
			in = -1
		}
	}
	if in >= 0 {
		keep(in, until)
	}
	return out
}

// statusSegments divides the time by the status classes that the request had.
func statusSegments(r *Request, from, to time.Time) []Segment {
	var out []Segment
	for i := range r.Moments {
		m := &r.Moments[i]
		class := m.State.Status
		at := later(m.At, from)
		if i == 0 {
			at = from
		}
		if n := len(out); n > 0 && out[n-1].Kind != string(class) && !at.After(out[n-1].From) {
			out = out[:n-1] // set, and set otherwise in the same second
		}
		n := len(out)
		if n > 0 && out[n-1].Kind == string(class) {
			continue
		}
		if n > 0 {
			out[n-1].To = at
		}
		out = append(out,
			Segment{From: at, Kind: string(class), Name: segmentNames[string(class)], Cause: m.Event, Holder: holder(class)})
	}
	if n := len(out); n > 0 && !to.After(out[n-1].From) {
		out = out[:n-1]
	}
	if n := len(out); n > 0 {
		out[n-1].To = to
	}
	for i := range out {
		switch out[i].Holder {
		case HeldByCustomer, HeldByThirdParty:
			out[i].Kind = SegmentWaiting
		case HeldByNobody:
			out[i].Kind, out[i].Name = SegmentStopped, segmentNames[SegmentStopped]
		}
	}
	return out
}

func holder(class StatusClass) string {
	switch class {
	case WaitingCustomer:
		return HeldByCustomer
	case WaitingThirdParty:
		return HeldByThirdParty
	case Resolved, Closed:
		return HeldByNobody
	}
	return HeldByUs
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
