package main

import (
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/calendar"
)

// working gives the contract's calendar from the first hour of the story to its last: the present and the deadlines to
// come while something runs, else the last thing that happened.
func (s storyTeller) working(r *board.Request) []board.Stretch {
	from, to, runs := s.story.Now, time.Time{}, false
	see := func(t time.Time) {
		if t.IsZero() || t.After(s.story.Now.Add(aheadAtMost)) {
			return
		}
		if t.Before(from) {
			from = t
		}
		if t.After(to) {
			to = t
		}
	}
	for i := range r.Events {
		see(r.Events[i].At)
	}
	for i := range r.Cycles {
		c := &r.Cycles[i]
		see(c.Started)
		if c.Ended != nil {
			see(*c.Ended)
		} else {
			runs = true
			if c.Due != nil {
				see(*c.Due)
			}
		}
	}
	if runs {
		see(s.story.Now)
	}
	from, to = from.Truncate(time.Hour), to.Truncate(time.Hour).Add(time.Hour)
	parts, err := s.found.Contract.Calendar.Segments(from, to)
	if err != nil { // nothing is guessed of what lies beyond the data: plain time is shown
		return []board.Stretch{{From: from, To: to, Kind: board.StretchCounting}}
	}
	var out []board.Stretch
	for _, p := range parts {
		kind := board.StretchRest
		if p.Kind == calendar.Counting {
			kind = board.StretchCounting
		}
		zone := s.story.Now.Location()
		out = append(out, board.Stretch{From: p.From.In(zone), To: p.To.In(zone), Kind: kind, Name: p.Text(s.lang)})
	}
	return out
}

// stretches tell a cycle's time from its start to its end or to now, as in the evidence of a report: nights and days
// off in a row are one, and what lies behind the deadline is one of its own.
func (s storyTeller) stretches(c *cycleStory) []board.Stretch {
	var out []board.Stretch
	sum := time.Duration(0)
	add := func(from, to time.Time, x segmentInfo, names []string, late bool) {
		if !to.After(from) {
			return
		}
		b := board.Stretch{
			From: from, To: to, Kind: board.StretchRest, Late: late, Name: strings.Join(names, ", "),
			When: s.stretch(from, to, s.story.Now), Counted: "–",
		}
		switch x.Kind {
		case enforcer.SegmentCounting:
			sum += to.Sub(from)
			b.Kind, b.Counted = board.StretchCounting, s.span(to.Sub(from))
		case enforcer.SegmentPaused:
			b.Kind, b.Cause = board.StretchPaused, s.event(x.Cause)
		case enforcer.SegmentCutoff:
			b.Kind = board.StretchCutOff
		case enforcer.SegmentNoData:
			b.Kind = board.StretchUnknown
		}
		b.Sum = s.span(sum)
		out = append(out, b)
	}
	for rest := c.Segments; len(rest) > 0 && rest[0].Kind != enforcer.SegmentStopped; {
		n := 1
		for rests(rest[0]) && n < len(rest) && rests(rest[n]) && rest[n].Kind != enforcer.SegmentStopped {
			n++
		}
		var names []string
		for _, x := range rest[:n] {
			if name := x.name(&s.page); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		from, to := rest[0].From, rest[n-1].To
		if c.Due != nil && from.Before(*c.Due) && to.After(*c.Due) {
			add(from, *c.Due, rest[0], names, false)
			from = *c.Due
		}
		add(from, to, rest[0], names, c.Due != nil && !from.Before(*c.Due))
		rest = rest[n:]
	}
	return out
}
