package main

import (
	"fmt"
	"slices"
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

func (a *app) segmentsOf(list []enforcer.Segment, loc *time.Location) []segmentInfo {
	out := make([]segmentInfo, len(list))
	for i, s := range list {
		out[i] = segmentInfo{From: s.From.In(loc), To: s.To.In(loc), Segment: s.Name.In(a.lang), Kind: s.Kind, Cause: s.Cause, Holder: s.Holder}
	}
	return out
}

var holderWords = map[string]phrase{
	enforcer.HeldByUs: "with us", enforcer.HeldByCustomer: "with the customer", enforcer.HeldByThirdParty: "with a third party",
	enforcer.HeldByNobody: "with nobody",
}

// maxTimeline is how many lines of a timeline a terminal is given; JSON has them all.
const maxTimeline = 60

// printTimeline shows who held the request when, and how long in all.
func (a *app) printTimeline(list []segmentInfo) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", a.t("who held it"))
	for _, s := range list[:min(len(list), maxTimeline)] {
		cause := ""
		if s.Cause != "" {
			cause = " (" + s.Cause + ")"
		}
		a.wrap("  "+a.stamp(s.From)+"  ", fmt.Sprintf("%-8s %s, %s%s", a.span(s.To.Sub(s.From)), a.t(holderWords[s.Holder]), s.Segment, cause))
	}
	if n := len(list) - maxTimeline; n > 0 {
		a.wrap("  ", a.tf("and %d more; -o json has them all", n))
	}
	for _, h := range held(list) {
		if h.holder == enforcer.HeldByUs {
			a.wrap("  ", a.tf("in all %s: %s in working hours, %s of plain time", a.t(holderWords[h.holder]), a.span(h.worked), a.span(h.plain)))
			continue
		}
		a.wrap("  ", a.tf("in all %s: %s of plain time", a.t(holderWords[h.holder]), a.span(h.plain)))
	}
}

// holding is how long somebody held a request, in working hours and in plain time.
type holding struct {
	holder        string
	worked, plain time.Duration
}

func held(list []segmentInfo) []holding {
	var out []holding
	for _, s := range list {
		i := slices.IndexFunc(out, func(h holding) bool { return h.holder == s.Holder })
		if i < 0 {
			i = len(out)
			out = append(out, holding{holder: s.Holder})
		}
		out[i].plain += s.To.Sub(s.From)
		if s.Kind == enforcer.SegmentCounting {
			out[i].worked += s.To.Sub(s.From)
		}
	}
	return out
}
