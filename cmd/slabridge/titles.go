package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slabridge/enforcer"
	"slabridge/mapping"
)

// A person reads contracts, obligations, steps and clauses by their titles. JSON, CSV, flags and the configuration have
// their ids.

// contractOf finds a contract of the configuration; nil when it has none of this id.
func (p *page) contractOf(id string) *enforcer.Contract {
	for i := range p.contracts {
		if p.contracts[i].ID == id {
			return p.contracts[i].Contract
		}
	}
	return nil
}

// contractTitle is a contract's title; with its id where another has the same title.
func (p *page) contractTitle(id string) string {
	c := p.contractOf(id)
	if c == nil {
		return id
	}
	title := c.Title.In(p.lang)
	for i := range p.contracts {
		if p.contracts[i].ID != id && p.contracts[i].Title.In(p.lang) == title {
			return title + " (" + id + ")"
		}
	}
	return title
}

// ofContract adds to a text which contract it is of, where there are several.
func (p *page) ofContract(text, id string) string {
	if len(p.contracts) == 1 {
		return text
	}
	return p.tf("%s, contract “%s”", text, p.contractTitle(id))
}

// ownTitles are those of what slabridge does beside the contracts' obligations.
var ownTitles = map[string]phrase{
	enforcer.Upkeep: "fields kept up to date", enforcer.Watch: "slabridge about itself",
}

// promise is an obligation's title: of the version in force, or of the latest that has it; else its id.
func (p *page) promise(c *enforcer.Contract, id string) string {
	if own, ok := ownTitles[id]; ok {
		return p.t(own)
	}
	if o := obligationOf(c, id); o != nil {
		if title := o.Title.In(p.lang); title != "" {
			return title
		}
	}
	return id
}

// obligationOf finds an obligation in a contract or in an earlier version of it.
func obligationOf(c *enforcer.Contract, id string) *enforcer.Obligation {
	if c == nil {
		return nil
	}
	if o := c.Obligation(id); o != nil {
		return o
	}
	for _, version := range slices.Backward(c.Earlier) {
		if o := version.Obligation(id); o != nil {
			return o
		}
	}
	return nil
}

// stepTitles are those of the steps that are alike in all obligations.
var stepTitles = map[string]phrase{
	"start": "at the start", "due": "at the deadline", "answered": "on an answer after the closing",
	enforcer.PastDate: "on a date in the past", "exceeded": "above the cap",
	"late": "late", "caught-up": "in time again",
}

// stepTitle is when a step is taken: "at the deadline", "after 50 % of the time"; its id where no contract has it.
func (p *page) stepTitle(o *enforcer.Obligation, id string) string {
	if title, ok := stepTitles[id]; ok {
		return p.t(title)
	}
	if back, ok := strings.CutPrefix(id, "revert-"); ok {
		return p.tf("taking back what was done %s", p.stepTitle(o, back))
	}
	warn, isWarning := strings.CutPrefix(id, "warn-")
	if percent, err := strconv.Atoi(warn); isWarning && err == nil {
		return p.tf("after %d %% of the time", percent)
	}
	if o == nil {
		return id
	}
	for i := range o.Rules {
		for _, s := range o.Rules[i].Steps {
			if s.ID != id {
				continue
			}
			if t := s.Trigger; t.After != nil {
				return p.tf("%s after the start", t.After.Amount())
			} else if t.Before != nil {
				return p.tf("%s before the deadline", t.Before.Amount())
			}
		}
	}
	return id
}

// step names a step of an obligation: "start of work, at the deadline".
func (p *page) step(c *enforcer.Contract, obligation, step string) string {
	if obligation == enforcer.Upkeep {
		return p.t(ownTitles[obligation])
	}
	return p.promise(c, obligation) + ", " + p.stepTitle(obligationOf(c, obligation), step)
}

// stepOf is step by the contract's id.
func (p *page) stepOf(contract, obligation, step string) string {
	return p.step(p.contractOf(contract), obligation, step)
}

var stepID = regexp.MustCompile(`[a-z0-9-]+/[a-z0-9-]+`)

// steps puts the steps that a text names by their ids ("respond/due") into words.
func (p *page) steps(c *enforcer.Contract, text string) string {
	return stepID.ReplaceAllStringFunc(text, func(id string) string {
		obligation, step, _ := strings.Cut(id, "/")
		if obligationOf(c, obligation) == nil {
			return id
		}
		return p.tf("“%s”", p.step(c, obligation, step))
	})
}

// cited is a clause as the reader's language cites it: "п. 8", "clause 8".
func (p *page) cited(source string) string { return mapping.Clause(source, p.lang) }

// eventWords are the kinds of events by what their ids begin with.
var eventWords = map[string]phrase{
	"journal": "journal %s", "history": "change %s", "comment": "comment %s", "worklog": "booked time %s",
	"time": "booked time %s",
}

var eventID = regexp.MustCompile(`\b(journal|history|comment|worklog|time):(\d+)\b`)

// events puts the ids of events in a text into words: "journal:8" is "journal 8".
func (p *page) events(text string) string {
	return eventID.ReplaceAllStringFunc(text, func(id string) string {
		kind, number, _ := strings.Cut(id, ":")
		return p.tf(eventWords[kind], number)
	})
}

// why is the reason of an entry for a person, who reads its obligation and clause beside it.
func (p *page) why(contract, obligation, reason string) string {
	before, after, found := strings.Cut(reason, ", "+obligation+": ")
	if found && !strings.Contains(before, ":") {
		reason = after
	}
	if !strings.Contains(reason, " ") { // a code, where no words were recorded
		reason = p.kept(reason)
	}
	return p.events(p.steps(p.contractOf(contract), reason))
}
