package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// end tells the verdicts, and holds the pages to what the customer may read.
func (p *play) end(act int) {
	p.t.Helper()
	for n := 1; p.ids[fmt.Sprintf("#%d", n)] != ""; n++ {
		issue := p.ids[fmt.Sprintf("#%d", n)]
		p.notes(issue)
		found, err := p.open.engine.Explain(p.t.Context(), p.key(issue), p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, x := range found {
			story, err := storyOf(p.t.Context(), p.open, x)
			if err != nil {
				p.t.Fatal(err)
			}
			under := ""
			if p.s.beside != nil {
				under = " under " + story.Contract
			}
			p.tell(act, "#%d %s: %s%s", n, story.Subject, cmp.Or(story.Severity, string(story.State)), under)
			for i, c := range story.Cycles {
				p.tell(act, "%s", p.verdict(issue, c))
				if !x.Evaluation.Cycles[i].Obligation.NoVerdict {
					p.kept(story.Contract, issue, c)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.ids)) {
		p.pages(p.ids[name])
	}
	p.whole(act)
	p.report(act)
}

// whole tells the verdicts about the contract as a whole, as the ledger keeps them.
func (p *play) whole(act int) {
	p.t.Helper()
	p.tell(act, "the contract as a whole")
	for v, err := range p.open.ledger.Verdicts(p.t.Context(), ledger.VerdictFilter{Contract: p.s.contract}) {
		if err != nil {
			p.t.Fatal(err)
		}
		if v.Issue != "" {
			continue
		}
		line := fmt.Sprintf("%s%s %s: %s, from %s", storyIndent, v.Obligation, v.Cycle, v.State, p.stamp(v.StartedAt))
		if !v.Due.IsZero() {
			line += ", due " + p.stamp(v.Due)
		}
		if !v.EndedAt.IsZero() {
			line += ", ended " + p.stamp(v.EndedAt) + ": " + v.EndWhy
		}
		p.tell(act, "%s", line)
	}
}

// report tells what the report of the period says.
func (p *play) report(act int) {
	p.t.Helper()
	var out strings.Builder
	a := newApp(strings.NewReader(""), &out, &out, p.app.clock)
	code := a.run([]string{
		"report", "--contract", p.s.contract, "--from", p.s.starts.Format(time.DateOnly), "--to",
		p.now.In(p.s.zone).Format(time.DateOnly),
		"--lang", "en", "--config", p.app.config,
	})
	if code != exitOK {
		p.t.Fatalf("slabridge report: exit code %d:\n%s", code, out.String())
	}
	p.tell(act, "the report")
	_, found, _ := strings.Cut(out.String(), "\n\n") // without who made it of what, and when
	found, _, _ = strings.Cut(found, "\nledger: records: ")
	issue := ""
	for line := range strings.Lines(foldedException.ReplaceAllString(p.renamed(found), "$1 ")) {
		line = strings.TrimRight(line, " \n")
		if of := exceptionOf.FindStringSubmatch(line); of != nil {
			issue = p.ids[of[1]]
		}
		line = p.event(issue, eventIDs(line))
		if line != "" && !brokenCycle.MatchString(line) {
			p.tell(act, "%s%s", storyIndent, line)
		}
	}
}

// eventsInWords are the events of a tracker as people read them, with what their ids begin with.
var eventsInWords = strings.NewReplacer("journal ", "journal:", "change ", "history:", "comment ", "comment:")

var eventInWords = regexp.MustCompile(`\b(journal|change|comment) \d+\b`)

// eventIDs puts the ids of events in the place of their words.
func eventIDs(line string) string {
	return eventInWords.ReplaceAllStringFunc(line, eventsInWords.Replace)
}

// exceptionOf is the line that begins an exception, with the name of its request.
var exceptionOf = regexp.MustCompile(`^ {2}(#\d+) {2}`)

// foldedException is the first line of an exception that goes on in the next: where depends on the request's name.
var foldedException = regexp.MustCompile(`(?m)^( {2}#\d+ {2}.*)\n {6,}\b`)

// brokenCycle are the lines of a report that go through the broken cycles, which the verdicts above it name, too.
var brokenCycle = regexp.MustCompile(`^ {2}! |^ {6}\S`)

// kept holds the verdict that is explained now against the one that the ledger keeps.
func (p *play) kept(contract, issue string, c cycleStory) {
	p.t.Helper()
	kept := ""
	filter := ledger.VerdictFilter{Contract: contract, Obligation: c.Obligation, Issue: issue}
	for v, err := range p.open.ledger.Verdicts(p.t.Context(), filter) {
		if err != nil {
			p.t.Fatal(err)
		}
		if v.Cycle == c.Cycle {
			kept = string(v.State)
		}
	}
	if kept != c.State && (kept != "" || c.State != "running") {
		p.t.Errorf("%s %s: explained as %q, kept in the ledger as %q", c.Obligation, p.event(issue, c.Cycle), c.State, kept)
	}
}

func (p *play) verdict(issue string, c cycleStory) string {
	line := fmt.Sprintf("%s%s %s: %s, from %s", storyIndent, c.Obligation, p.event(issue, c.Cycle), c.State,
		p.stamp(c.Started))
	if c.Due != nil {
		line += ", due " + p.stamp(*c.Due)
	}
	if c.Ended != nil {
		line += ", ended " + p.stamp(*c.Ended) + ": " + c.EndedWhy
		if c.EndedBy != "" {
			line += " by " + p.event(issue, c.EndedBy)
		}
	}
	for _, x := range c.Pauses {
		line += ", paused " + p.stamp(x.From)
		if x.To != nil {
			line += " to " + p.stamp(*x.To)
		}
	}
	return line
}

// event names an event of the tracker by what the page shows: "note-3"; booked time is numbered through the story. What
// somebody did at one moment is one note, though a tracker may keep it in several pieces.
func (p *play) event(issue, id string) string {
	if n := p.w.work(id); n > 0 {
		return fmt.Sprintf("work-%d", n)
	}
	return noteEvent.ReplaceAllStringFunc(id, func(m string) string {
		n, last := 0, storyNote{}
		for _, note := range p.known[issue] {
			if n == 0 || !note.at.Equal(last.at) || note.author != last.author {
				n, last = n+1, note
			}
			if slices.Contains(note.events, m) {
				return fmt.Sprintf("note-%d", n)
			}
		}
		return m
	})
}

// pages holds what people read of a request against what was told: staff read each of our comments, the customer those
// that were meant for everybody and no other.
func (p *play) pages(issue string) {
	p.t.Helper()
	read, there := p.w.page(p.t, p.s.person(p.t, "Customer"), issue)
	if !there {
		return // deleted
	}
	theirs := ""
	for _, n := range read.notes {
		if n.private {
			p.t.Errorf("the customer reads a private note: %q", n.text)
		}
		if n.ours && n.text != "" {
			theirs += n.text + "\n"
		}
	}
	if theirs != p.public[issue] {
		p.t.Errorf("the customer reads\n%s\nand was told\n%s", theirs, p.public[issue])
	}
	if more := p.untold(issue); len(more) > 0 {
		p.t.Errorf("%s has notes of ours that slabridge did not report: %v", p.name(issue), more)
	}
	for _, n := range p.known[issue] {
		if !n.ours || n.text == "" {
			continue
		}
		if _, steps, ok := mapping.ParseMark(n.text); !ok || len(steps) == 0 {
			p.t.Errorf("a comment of ours without a mark: %q", n.text)
		}
	}
}
