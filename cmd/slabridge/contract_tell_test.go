package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// written tells every write of a pass, as the tracker shows it afterwards.
func (p *play) written(act int, r engine.Report) {
	p.t.Helper()
	var at int
	for at < len(r.Written) {
		first := r.Written[at]
		end := at + 1
		for end < len(r.Written) && written(r.Written[end]) == written(first) &&
			r.Written[end].Receipt.Event == first.Receipt.Event {
			end++
		}
		p.tellWrite(act, r.Written[at:end])
		at = end
	}
}

// tellWrite tells one write: its steps, and what the tracker has of it.
func (p *play) tellWrite(act int, entries []ledger.Entry) {
	p.t.Helper()
	issue := written(entries[0])
	if issue == "" {
		p.t.Fatalf("a write to no issue: %+v", entries[0])
	}
	audience := "tells staff"
	switch {
	case entries[0].Receipt.Issue != "":
		p.made++
		p.ids[fmt.Sprintf("#D%d", p.made)] = issue
		audience = "is made"
	case entries[0].Audience == "public":
		audience = "tells the customer"
	}
	var steps []string
	for _, e := range slices.SortedStableFunc(slices.Values(entries), earlier) { // one write has no order within
		steps = append(steps, p.step(e))
	}
	p.tell(act, "%s  %s %s: %s", p.stamp(p.now), p.name(issue), audience, strings.Join(steps, "; "))
	if entries[0].Receipt.Issue != "" {
		p.tellMade(act, issue)
	}
	p.tellNotes(act, issue, entries[0].Receipt.Event)
	if w := entries[0].Write; w != nil && len(w.Watchers) > 0 {
		p.tell(act, "%swatched by %s", storyIndent, strings.Join(p.watching(issue, w), ", "))
	}
}

// earlier orders steps by their moments.
func earlier(a, b ledger.Entry) int { return a.Moment.Compare(b.Moment) }

// tellNotes tells the notes of ours that have not been told, up to the one of an event.
func (p *play) tellNotes(act int, issue, event string) {
	p.t.Helper()
	for _, n := range p.untold(issue) {
		p.tellNote(act, issue, n)
		if slices.Contains(n.events, event) {
			break
		}
	}
}

// written is the issue that a write went to.
func written(e ledger.Entry) string {
	if e.Receipt.Issue != "" || e.Write == nil {
		return cmp.Or(e.Receipt.Issue, e.Key.Issue)
	}
	return e.Write.Issue
}

// tellMade tells an issue that slabridge made.
func (p *play) tellMade(act int, issue string) {
	p.t.Helper()
	made, _ := p.w.page(p.t, "admin", issue)
	p.tell(act, "%s%s, %s, assignee=%s, due=%s", storyIndent, made.subject, made.tracker, made.assignee, made.due)
	p.tellText(act, made.text, "~")
}

// step names a step with its clause and due.
func (p *play) step(e ledger.Entry) string {
	due := ""
	if !e.Due.IsZero() {
		due = ", due " + p.stamp(e.Due)
	}
	return fmt.Sprintf("%s/%s (%s%s)", e.Key.Obligation, e.Key.Step, e.Source, due)
}

// untold are the notes of ours on a page that have not been told.
func (p *play) untold(issue string) []storyNote {
	p.t.Helper()
	var out []storyNote
	for _, n := range p.notes(issue) {
		if n.ours && !p.told[n.events[0]] {
			out = append(out, n)
		}
	}
	return out
}

// tellNote tells a note of ours as it stands on the page. One of another second is a fault.
func (p *play) tellNote(act int, issue string, n storyNote) {
	p.t.Helper()
	p.told[n.events[0]] = true
	if !n.at.Equal(p.now) {
		p.t.Errorf("%s: a note of ours of %s, written at %s", p.name(issue), p.stamp(n.at), p.stamp(p.now))
	}
	for _, c := range n.changes {
		p.tell(act, "%s%s", storyIndent, c)
	}
	if n.text == "" {
		return
	}
	if !n.private {
		p.public[issue] += n.text + "\n"
	}
	p.tellText(act, n.text, map[bool]string{true: "~", false: "|"}[n.private])
}

// tellText tells the words of ours, but for our mark and the list of what comes next: a story shows that when it comes.
func (p *play) tellText(act int, text, before string) {
	for line := range strings.Lines(p.renamed(ownMark.ReplaceAllString(text, ""))) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "— ") && !strings.HasSuffix(line, ":") {
			p.tell(act, "%s%s %s", storyIndent, before, line)
		}
	}
}

var (
	ownMark   = regexp.MustCompile(`(?m)^(?:Исх\. №|Ref\.) .*\n?`)
	ownNumber = regexp.MustCompile(`(№ |#)(\d+)\b|(№ |\b)([A-Z][A-Z0-9]*-\d+)\b`)
	noteEvent = regexp.MustCompile(`\b[a-z]+:\d+\b`)
)

// renamed is a text with the story's numbers of requests.
func (p *play) renamed(text string) string {
	return ownNumber.ReplaceAllStringFunc(text, func(m string) string {
		found := ownNumber.FindStringSubmatch(m)
		if found[2] != "" {
			return found[1] + strings.TrimPrefix(p.name(found[2]), "#")
		}
		issue, ours := p.keys[found[4]]
		switch {
		case !ours: // not a key: UTC-5
			return m
		case found[3] == "":
			return p.name(issue)
		}
		return found[3] + strings.TrimPrefix(p.name(issue), "#")
	})
}

// key is what people type for an issue; of a deleted one what they typed last.
func (p *play) key(issue string) string {
	p.t.Helper()
	if found, there := p.w.page(p.t, "admin", issue); there {
		p.keys[found.key] = issue
		return found.key
	}
	for key, id := range p.keys {
		if id == issue {
			return key
		}
	}
	return issue
}

// watching are those of a write's watchers who do watch.
func (p *play) watching(issue string, w *connectors.Write) []string {
	var out []string
	now, _ := p.w.page(p.t, "admin", issue)
	for _, x := range now.watchers {
		if slices.Contains(w.Watchers, x.id) {
			out = append(out, x.name)
		}
	}
	return out
}

// notes are all notes of a request, as staff read them on its page; of a deleted one those that were seen last.
func (p *play) notes(issue string) []storyNote {
	p.t.Helper()
	if found, there := p.w.page(p.t, p.s.person(p.t, "Support engineer"), issue); there {
		p.known[issue] = found.notes
	}
	return p.known[issue]
}

// name is the story's name of an issue: "#1"; of the contract as a whole it is "the contract".
func (p *play) name(issue string) string {
	if issue == "" {
		return "the contract"
	}
	for name, id := range p.ids {
		if id == issue {
			return name
		}
	}
	p.t.Errorf("the story has no issue %s", issue)
	return "#?"
}

func (p *play) stamp(t time.Time) string { return t.In(p.s.zone).Format(storyMoment) }

// tell notes what was seen after an act, and whether that was to be expected.
func (p *play) tell(act int, format string, args ...any) {
	line := storyIndent + fmt.Sprintf(format, args...)
	n := len(p.seen[act])
	p.seen[act] = append(p.seen[act], line)
	if want := p.s.acts[act].expects; p.hasty && p.wrong == "" && (n >= len(want) || want[n] != line) {
		p.wrong = line
	}
}
