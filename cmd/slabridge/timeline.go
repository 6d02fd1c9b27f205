package main

import (
	"fmt"
	"time"

	"slabridge/enforcer"
)

// segmentInfo is a stretch of an issue's or a cycle's time with its name.
type segmentInfo struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Segment string    `json:"segment"` // in words: "day off: Nauryz"
	Kind    string    `json:"kind"`    // a code
	Cause   string    `json:"cause,omitempty"`
	Holder  string    `json:"holder,omitempty"` // us, customer, third-party or nobody
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
	for _, x := range s.Timeline[:min(len(s.Timeline), maxTimeline)] {
		what := fmt.Sprintf("%-8s %s, %s", p.span(x.To.Sub(x.From)), p.t(holderWords[x.Holder]), x.Segment)
		if x.Cause != "" {
			what += " (" + x.Cause + ")"
		}
		p.line("  "+p.stamp(x.From)+"  ", what)
	}
	if n := len(s.Timeline) - maxTimeline; n > 0 {
		p.linef("  ", "and %d more; -o json has them all", n)
	}
	for _, h := range s.holdings {
		holder := p.t(holderWords[h.Holder])
		if h.Holder == enforcer.HeldByUs {
			p.linef("  ", "in all %s: %s in working hours, %s of plain time", holder, p.span(h.Worked), p.span(h.Plain))
		} else {
			p.linef("  ", "in all %s: %s of plain time", holder, p.span(h.Plain))
		}
	}
}
