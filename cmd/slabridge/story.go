package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// endWords say in words why a cycle ended; the codes are those of enforcer.Cycle.
var endWords = map[string]phrase{
	"stopped":            "done",
	"resolved":           "the request was resolved",
	"due":                "the due passed",
	"closed-by-customer": "the customer closed the request",
	"closed-by-nobody":   "someone without a role closed the request",
	"closed-by-silence":  "slabridge closed the request for want of an answer",
	"duplicate":          "the request was closed as a duplicate",
	"left-contract":      "the request left the contract",
	enforcer.MovedBack:   "the request was moved back, and the contract it came from has this broken",
	"left-status":        "the status was left",
	"severity":           "the severity changed",
	"gone":               "the request was deleted",
	"again":              "the stopwatch was started anew",
	"reopened":           "the request was reopened",
	"failed":             "the check failed",

	enforcer.EscalatedWhy: "what was promised was carried out",
	enforcer.PastDate:     "the date that was set lies in the past",
}

// stepWords say what became of a step that the ledger knows nothing of.
var stepWords = map[string]phrase{
	report.StepToCome:    "to come",
	report.StepNotNeeded: "not needed",
}

// dueNote says in words what enforcer.Cycle gives as a code.
func dueNote(p *page, c *enforcer.Cycle) string {
	code := c.DueNote
	if other, ok := strings.CutPrefix(code, "as "); ok {
		return p.tf("the same deadline as “%s”", p.promise(c.Contract, other))
	}
	if date, ok := strings.CutPrefix(code, "due-date "); ok {
		return p.tf("the close of the due date, %s; on a day off, of the next working day", date)
	}
	if step, ok := strings.CutPrefix(code, "notice "); ok {
		return p.tf("later than the term, because the notice “%s” comes first", p.stepTitle(c.Obligation, step))
	}
	if code == enforcer.DueNoteContractEnds {
		return p.t("cut short by the end of the contract: the last working day inside it")
	}
	if code == enforcer.NoteMoved {
		return p.t("the deadline under the contract that staff moved it from: nobody gains time by a move")
	}
	if code == enforcer.FieldAfterHours {
		return p.t("work after hours was agreed: the time left ran round the clock from then on")
	}
	if code == enforcer.FieldAgreedDue {
		return p.t("both sides agreed on this moment")
	}
	return code
}

func (s explanation) text(p *page) {
	p.line("", colour(bold, typed(s.Issue))+"  "+s.Subject)
	switch s.State {
	case mirror.Visible:
	case mirror.Gone:
		p.linef("", "deleted in the tracker")
	default:
		p.linef("", "out of our sight in the tracker: frozen until it is seen again")
	}
	if s.Contract == "" {
		p.linef("", "no contract covers it")
		return
	}
	if s.Severity == "" { // an issue of the contract as a whole
		p.linef("", "contract “%s”, as of %s", p.contractTitle(s.Contract), p.moment(s.Now))
	} else {
		p.linef("", "contract “%s”, severity %s, as of %s", p.contractTitle(s.Contract), s.severity, p.moment(s.Now))
	}
	p.labelled("", "on hold: ", s.held.In(p.lang))
	for _, n := range s.Notes {
		p.labelled("", "note: ", n)
	}
	p.heading(p.t("what happened"))
	for _, e := range s.Events {
		what := strings.Join(e.What, ", ")
		if len(e.Ours) > 0 {
			what += ": " + p.steps(s.contract, strings.Join(e.Ours, ", "))
		}
		role := p.role(e.Role)
		p.line("  "+p.stamp(e.At)+"  ", fmt.Sprintf("%s (%s): %s", e.By, role, what))
	}
	p.heading(p.t("what was promised"))
	for i := range s.Cycles {
		s.Cycles[i].tell(p, s.full)
	}
	s.tellTimeline(p)
	if !s.full {
		p.linef("", "shortened: --full shows each night and day off, and how the deadlines that were kept came about")
	}
	s.tellSecondOpinion(p)
	if len(s.Writes) > 0 {
		p.heading(p.t("what slabridge did"))
		for _, i := range s.Writes {
			i.text(p)
		}
	}
}

var holderWords = map[string]phrase{
	enforcer.HeldByUs: "with us", enforcer.HeldByCustomer: "with the customer",
	enforcer.HeldByThirdParty: "with a third party", enforcer.HeldByNobody: "with nobody",
}

// maxTimeline is how many lines of a timeline a terminal is given; JSON has them all.
const maxTimeline = 60

// tellTimeline shows who held the request when, and how long in all.
func (s *explanation) tellTimeline(p *page) {
	if len(s.Timeline) == 0 {
		return
	}
	p.heading(p.t("who held it"))
	if s.full {
		s.tellSegments(p)
	} else {
		s.tellHolders(p)
	}
	for _, h := range s.holdings {
		p.line("  ", holdingText(p, &h))
	}
}

// holdingText says how long somebody had the request in all.
func holdingText(p *page, h *report.Holding) string {
	holder := p.t(holderWords[h.Holder])
	if h.Holder == enforcer.HeldByUs && !h.Unsure {
		return p.tf("in all %s: %s in working hours, %s of plain time", holder, p.span(h.Worked), p.span(h.Plain))
	}
	return p.tf("in all %s: %s of plain time", holder, p.span(h.Plain))
}

// tellSegments shows every segment of the timeline.
func (s *explanation) tellSegments(p *page) {
	for _, x := range s.Timeline[:min(len(s.Timeline), maxTimeline)] {
		what := fmt.Sprintf("%-8s %s, %s", p.span(x.To.Sub(x.From)), p.t(holderWords[x.Holder]), x.name(p))
		if x.Cause != "" && x.Kind != enforcer.SegmentCutoff {
			what += " (" + p.event(x.Cause) + ")"
		}
		p.line("  "+p.stamp(x.From)+"  ", what)
	}
	if n := len(s.Timeline) - maxTimeline; n > 0 {
		p.linef("  ", "and %d more; -o json has them all", n)
	}
}

// tellHolders shows each stretch for which one had the request, with nights and days off folded into it.
func (s *explanation) tellHolders(p *page) {
	for rest := s.Timeline; len(rest) > 0; {
		n, worked, unsure := 0, time.Duration(0), false
		for ; n < len(rest) && rest[n].Holder == rest[0].Holder; n++ {
			unsure = unsure || rest[n].Kind == enforcer.SegmentNoData
			if rest[n].Kind == enforcer.SegmentCounting {
				worked += rest[n].To.Sub(rest[n].From)
			}
		}
		what := p.t(holderWords[rest[0].Holder]) + " " + p.span(rest[n-1].To.Sub(rest[0].From))
		switch {
		case unsure && rest[0].Holder == enforcer.HeldByUs:
			what = p.tf("%s, how much of it was working time is not known: a year without calendar data", what)
		case rest[0].Holder == enforcer.HeldByUs:
			what = p.tf("%s, of these %s of working time", what, p.span(worked))
		}
		p.line("  "+p.stamp(rest[0].From)+"  ", what)
		rest = rest[n:]
	}
}

// tellSecondOpinion shows what the tracker's own clocks say, which decide nothing here.
func (s *explanation) tellSecondOpinion(p *page) {
	if len(s.SecondOpinion) == 0 {
		return
	}
	p.heading(p.t("what the service desk's own clocks say (a second opinion, which decides nothing)"))
	for _, c := range s.SecondOpinion {
		state := phrase("kept")
		switch {
		case c.Breached:
			state = phrase("broken")
		case c.Paused:
			state = phrase("paused")
		case c.Ongoing:
			state = phrase("running")
		}
		line := fmt.Sprintf("%s: %s", c.Name, p.t(state))
		for _, x := range []struct {
			at   *time.Time
			what phrase
		}{{c.Started, "from %s"}, {c.Breach, "due %s"}, {c.Stopped, "ended %s"}} {
			if x.at != nil {
				line += ", " + p.tf(x.what, p.stamp(*x.at))
			}
		}
		p.line("  ", line)
	}
}

// kept reports whether the cycle needs no explanation, because nothing went wrong in it.
func (c *cycleStory) kept() bool {
	state := enforcer.CycleState(c.State)
	return state == enforcer.Met || state == enforcer.Cancelled || state == enforcer.Ended
}

func (c *cycleStory) tell(p *page, full bool) {
	const indent = "            "
	p.line("  "+stateColumn(p, c.State)+" ", colour(bold, cmp.Or(c.Title, c.Obligation))+" ("+p.cited(c.Source)+")")
	if c.Due == nil {
		p.linef(indent, "from %s, no due", p.stamp(c.Started))
	} else {
		p.linef(indent, "from %s, due %s", p.stamp(c.Started), p.stamp(*c.Due))
	}
	switch {
	case c.Ended != nil:
		p.line(indent, p.tf("ended %s", p.stamp(*c.Ended))+": "+c.ending(p))
	case c.Due == nil:
	case c.RemainingS < 0:
		p.linef(indent, "%s of counting time passed, late by %s", p.seconds(c.ElapsedS), p.seconds(-c.RemainingS))
	default:
		p.linef(indent, "%s of counting time passed, %s left", p.seconds(c.ElapsedS), p.seconds(c.RemainingS))
	}
	full = full || !c.kept()
	if full {
		for _, w := range c.Why {
			p.line(indent, w)
		}
	}
	for _, m := range c.Moves {
		what := p.tf("due date %s -> %s, %s", m.From, m.To, m.By)
		p.line(indent, p.stamp(m.At)+" "+what+" ("+m.rests+")")
	}
	p.detail(indent, c.dateNote)
	if !full {
		return
	}
	for _, x := range c.Pauses {
		to := p.t("still")
		if x.To != nil {
			to = p.stamp(*x.To)
		}
		class := p.class(enforcer.StatusClass(x.Class))
		p.linef(indent, "paused %s .. %s: %s (%s)", p.stamp(x.From), to, class, p.event(x.Event))
	}
	for _, s := range c.Steps {
		if s.At != nil {
			p.line(indent+p.stamp(*s.At)+"  ", p.stepTitle(c.obligation, s.Step)+": "+
				cmp.Or(p.t(stepWords[s.State]), stateWord(p, s.State)))
		}
	}
}

// ending says why a cycle ended, by whom and with which event of the tracker.
func (c *cycleStory) ending(p *page) string {
	why := cmp.Or(p.t(endWords[c.EndedWhy]), c.EndedWhy)
	if c.endedName != "" {
		why += ", " + c.endedName
	}
	if c.EndedBy != "" {
		why += " (" + p.event(c.EndedBy) + ")"
	}
	return why
}

// segmentInfo is a stretch of an issue's or a cycle's time with its name.
type segmentInfo struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Segment string    `json:"segment"` // in words: "day off: Nauryz"
	Kind    string    `json:"kind"`    // a code
	Cause   string    `json:"cause,omitempty"`
	Holder  string    `json:"holder,omitempty"` // us, customer, third-party or nobody
}

// name is the segment in words, for a person.
func (s *segmentInfo) name(p *page) string {
	if s.Kind == enforcer.SegmentCutoff {
		return p.tf("cut-off %s", p.cited(s.Cause))
	}
	return s.Segment
}

func segmentsOf(p *page, list []enforcer.Segment, zone *time.Location) []segmentInfo {
	out := make([]segmentInfo, len(list))
	for i, s := range list {
		out[i] = segmentInfo{
			From: s.From.In(zone), To: s.To.In(zone), Segment: s.Name.In(p.lang), Kind: s.Kind, Cause: s.Cause, Holder: s.Holder,
		}
	}
	return out
}
