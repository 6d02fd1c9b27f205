package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// play is a story being played: people act, and slabridge, run as a new user would run it, passes after each act and at
// every moment that its agenda names.
type play struct {
	t     testing.TB
	s     *contractStory
	w     *world
	use   string // the contract's text: the preset, or a file
	open  *workspace
	app   *app
	now   time.Time
	seen  [][]string // by act: what was written until the next one
	hasty bool       // end at the first line that is not as expected
	wrong string     // that line

	projects map[string]string
	ids      map[string]int    // the tracker's numbers by the story's: "#1"
	made     int               // issues that slabridge made itself
	told     map[int]bool      // by their ids: notes of ours that have been told
	known    map[int][]journal // by issue: its notes, as last seen
	public   map[int]string    // by issue: everything that slabridge has told the customer
}

// storyConfig is what an admin writes: the tracker's words, and the contract. The story's own lines come on top.
const storyConfig = `state: slabridge.db
language: %s
listen: "off"
connections:
  - {id: helpdesk, kind: redmine, url: "%s", auth: {api_key: {file: key}}}
mappings:
  - id: helpdesk
    connection: helpdesk
    status:
      - {is: new, names: [New, Feedback]}   # customers send back by Feedback
      - {is: working, names: [In Progress]}
      - {is: waiting-customer, names: [Waiting for customer]}
      - {is: waiting-third-party, names: [Frozen]}
      - {is: resolved, names: [Resolved]}
      - {is: closed, names: [Closed, Rejected]}
    roles:
      - {is: support, project_roles: [Support engineer], lead: Sanjay Support, duty: Svetlana Support}
      - {is: developers, project_roles: [Developer], lead: Dora Developer}
      - {is: management, users: [Maria Manager]}
      - {is: customer, project_roles: [Customer]}
    internal: {kind: private-note}
%scontracts:
  - id: %s
    mapping: helpdesk
    projects: [%s]
%s`

// newPlay sets the stage: the tracker with its people, and an installation of slabridge that has made its first pass.
// text is the contract's YAML; "" takes the preset as it stands.
func newPlay(t testing.TB, s *contractStory, w *world, text string) *play {
	t.Helper()
	p := &play{
		t: t, s: s, w: w, use: s.contract, now: s.starts, seen: make([][]string, len(s.acts)),
		projects: map[string]string{"desk": fresh("desk"), "elsewhere": fresh("elsewhere")},
		ids:      map[string]int{}, told: map[int]bool{}, known: map[int][]journal{}, public: map[int]string{},
	}
	w.set(t, p.now.AddDate(0, 0, -1))
	for _, name := range p.projects {
		w.furnish(t, s, name)
	}
	for _, f := range s.fields {
		w.field(t, f, p.projects["desk"])
	}
	for _, r := range s.rights {
		w.grant(t, r[0], r[1])
	}
	for _, name := range s.works {
		w.activity(t, name)
	}
	p.ids["#0"] = w.past(t, p.customer(), p.projects["desk"])
	w.set(t, p.now)
	folder := t.TempDir()
	if text != "" {
		p.use = "own.yaml"
		p.write(folder, p.use, text)
	}
	_, key := w.user(storyBot)
	p.write(folder, "key", key+"\n")
	terms := s.terms
	if !slices.ContainsFunc(terms, func(line string) bool { return strings.Contains(line, "use: USE") }) {
		terms = append([]string{"    use: USE"}, terms...)
	}
	p.write(folder, "slabridge.yaml", strings.NewReplacer("USE", p.use, "DESK", p.projects["desk"], "#0", fmt.Sprint(p.ids["#0"])).Replace(
		fmt.Sprintf(storyConfig, s.language, w.url, block(s.mapping), s.contract, p.projects["desk"], block(terms))))
	p.app = newApp(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func() time.Time { return p.now })
	p.app.transport, p.app.lang, p.app.config = w.transport, "en", filepath.Join(folder, "slabridge.yaml")
	p.check()
	var err error
	if p.open, err = p.app.open(t.Context(), writes); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.open.close)
	p.pass(0) // the line before which nothing is written about
	return p
}

func (p *play) write(folder, name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// block are lines of the configuration; a story indents them as deep as its own.
func block(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// check: a configuration that check finds fault with, or a bot that lacks a right, is no story.
func (p *play) check() {
	p.t.Helper()
	for _, args := range [][]string{{"check"}, {"check", "--live"}} {
		var out strings.Builder
		a := newApp(strings.NewReader(""), &out, &out, p.app.clock)
		a.transport = p.w.transport
		if code := a.run(append(args, "--lang", "en", "--config", p.app.config)); code != exitOK {
			p.t.Fatalf("slabridge %s: exit code %d:\n%s", strings.Join(args, " "), code, out.String())
		}
	}
}

// run plays every act, and gives what was seen under each.
func (p *play) run() [][]string {
	p.t.Helper()
	for n, a := range p.s.acts {
		p.wake(max(n-1, 0), a.at)
		if p.hasty && n > 0 && p.wrong == "" && len(p.seen[n-1]) < len(p.s.acts[n-1].expects) {
			p.wrong = "nothing of: " + p.s.acts[n-1].expects[len(p.seen[n-1])]
		}
		if p.wrong != "" {
			return p.seen
		}
		if a.does.end {
			p.at(a.at)
			p.pass(max(n-1, 0))
			p.end(n)
			return p.seen
		}
		p.at(a.at)
		if a.does.creates {
			p.ids[a.issue] = p.w.create(p.t, a, p.projects)
		} else {
			p.w.act(p.t, a, p.ids, p.projects)
		}
		p.at(a.at.Add(time.Second))
		p.pass(n)
		if traceless(a.does) {
			p.wake(n, a.at.Add(censusOf))
			if n+1 < len(p.s.acts) && p.s.acts[n+1].at.After(a.at.Add(censusOf)) {
				p.at(a.at.Add(censusOf))
				p.pass(n)
			}
		}
	}
	return p.seen
}

// censusOf is how long it takes until slabridge, which looks every minute, has noticed what leaves no trace in a list.
const censusOf = time.Hour + 2*time.Minute

// traceless reports whether an act is of the kind that only the hourly census finds.
func traceless(d deed) bool {
	return d.deletes || d.edits > 0 || slices.ContainsFunc(d.sets, func(s [2]string) bool { return s[0] == "project" })
}

// at moves the clock of tracker and program.
func (p *play) at(now time.Time) {
	p.t.Helper()
	if now.Equal(p.now) {
		return
	}
	p.now = now
	p.w.set(p.t, now)
}

// wake passes at every moment of the agenda before t.
func (p *play) wake(act int, t time.Time) {
	p.t.Helper()
	for range 10_000 {
		next, err := p.open.ledger.NextMoment(p.t.Context(), "helpdesk", p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		if next.IsZero() || !next.Before(t) || p.wrong != "" {
			return
		}
		p.at(next)
		p.pass(act)
	}
	p.t.Fatalf("slabridge wakes again and again at %s", p.stamp(p.now))
}

// pass makes one pass and notes what it did.
func (p *play) pass(act int) {
	p.t.Helper()
	reports, err := p.open.engine.Pass(p.t.Context())
	if err != nil {
		p.t.Fatalf("pass at %s: %v", p.stamp(p.now), err)
	}
	for _, r := range reports {
		for _, problem := range r.Problems {
			p.tell(act, "%s  problem: %s", p.stamp(p.now), problem.Text)
		}
		for _, list := range [][]ledger.Entry{r.Held, r.Refused} {
			for _, e := range list {
				p.tell(act, "%s  %s %s: %s %s", p.stamp(p.now), p.name(e.Key.Issue), e.State, p.step(e), e.Reason.Text.In("en"))
			}
		}
		p.written(act, r)
	}
}

// written tells every write of a pass, as the tracker shows it afterwards.
func (p *play) written(act int, r engine.Report) {
	p.t.Helper()
	var at int
	for at < len(r.Written) {
		first := r.Written[at]
		end := at + 1
		for end < len(r.Written) && written(r.Written[end]) == written(first) && r.Written[end].Receipt.Event == first.Receipt.Event {
			end++
		}
		p.tellWrite(act, r.Written[at:end])
		at = end
	}
}

// tellWrite tells one write: its steps, and what the tracker has of it.
func (p *play) tellWrite(act int, entries []ledger.Entry) {
	p.t.Helper()
	issue, err := strconv.Atoi(written(entries[0]))
	if err != nil {
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
	for _, e := range entries {
		steps = append(steps, p.step(e))
	}
	p.tell(act, "%s  %s %s: %s", p.stamp(p.now), p.name(written(entries[0])), audience, strings.Join(steps, "; "))
	if entries[0].Receipt.Issue != "" {
		p.tellMade(act, issue)
	}
	for _, j := range p.untold(issue) {
		p.tellNote(act, issue, j)
		if "journal:"+fmt.Sprint(j.ID) == entries[0].Receipt.Event {
			break
		}
	}
	if w := entries[0].Write; w != nil && len(w.Watchers) > 0 {
		p.tell(act, "%swatched by %s", storyIndent, strings.Join(p.watching(issue, w), ", "))
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
func (p *play) tellMade(act, issue int) {
	p.t.Helper()
	made, _ := p.w.page(p.t, "admin", issue)
	p.tell(act, "%s%s, %s, assignee=%s, due=%s", storyIndent, made.Subject, made.Tracker.Name,
		p.w.name(p.t, "assignee", strconv.Itoa(made.Assignee.ID)), made.DueDate)
	p.tellText(act, made.Description, "~")
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
func (p *play) untold(issue int) []journal {
	p.t.Helper()
	bot, _ := p.w.user(storyBot)
	var out []journal
	for _, j := range p.notes(issue) {
		if j.User.ID == bot && !p.told[j.ID] {
			out = append(out, j)
		}
	}
	return out
}

// tellNote tells a note of ours as it stands on the page. One of another second is a fault.
func (p *play) tellNote(act, issue int, j journal) {
	p.t.Helper()
	p.told[j.ID] = true
	if !j.CreatedOn.Equal(p.now) {
		p.t.Errorf("%s: a note of ours of %s, written at %s", p.name(fmt.Sprint(issue)), p.stamp(j.CreatedOn), p.stamp(p.now))
	}
	for _, d := range j.Details {
		p.tell(act, "%s%s", storyIndent, p.change(d))
	}
	if j.Notes == "" {
		return
	}
	if !j.Private {
		p.public[issue] += j.Notes + "\n"
	}
	p.tellText(act, j.Notes, map[bool]string{true: "~", false: "|"}[j.Private])
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
	ownMark    = regexp.MustCompile(`(?m)^\[slabridge .*\]\r?$`)
	ownNumber  = regexp.MustCompile(`(№ |#)(\d+)\b`)
	journalRef = regexp.MustCompile(`journal:(\d+)`)
)

// renamed is a text with the story's numbers of requests.
func (p *play) renamed(text string) string {
	return ownNumber.ReplaceAllStringFunc(text, func(m string) string {
		sign := strings.TrimRight(m, "0123456789")
		return sign + strings.TrimPrefix(p.name(strings.TrimPrefix(m, sign)), "#")
	})
}

// change says what a note changed, in the words of acts.
func (p *play) change(d detail) string {
	name := func(kind, id string) string {
		if id == "" {
			return "none"
		}
		return p.w.name(p.t, kind, id)
	}
	if d.Property == "cf" {
		return fmt.Sprintf("%s=%q", name("field", d.Name), d.New)
	}
	for kind, column := range columns {
		if column == d.Name {
			return kind + "=" + name(kind, d.New)
		}
	}
	return d.Name + "=" + d.New
}

// watching are those of a write's watchers who do watch.
func (p *play) watching(issue int, w *connectors.Write) []string {
	var out []string
	now, _ := p.w.page(p.t, "admin", issue)
	for _, x := range now.Watchers {
		if slices.Contains(w.Watchers, fmt.Sprint(x.ID)) {
			out = append(out, x.Name)
		}
	}
	return out
}

// notes are all notes of a request, as they stand on its page; of a deleted one those that were seen last.
func (p *play) notes(issue int) []journal {
	p.t.Helper()
	if found, there := p.w.page(p.t, "admin", issue); there {
		p.known[issue] = found.Journals
	}
	return p.known[issue]
}

// name is the story's name of an issue: "#1"; of the contract as a whole it is "the contract".
func (p *play) name(issue string) string {
	if issue == "" {
		return "the contract"
	}
	for name, id := range p.ids {
		if strconv.Itoa(id) == issue {
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

// end tells the verdicts, and holds the pages to what the customer may read.
func (p *play) end(act int) {
	p.t.Helper()
	for n := 1; p.ids[fmt.Sprintf("#%d", n)] != 0; n++ {
		issue := p.ids[fmt.Sprintf("#%d", n)]
		p.notes(issue)
		found, err := p.open.engine.Explain(p.t.Context(), fmt.Sprint(issue), p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, x := range found {
			story, err := p.app.story(x, p.open.zone())
			if err != nil {
				p.t.Fatal(err)
			}
			p.tell(act, "#%d %s: %s", n, story.Subject, cmp.Or(story.Severity, story.State))
			for _, c := range story.Cycles {
				p.tell(act, "%s", p.verdict(issue, c))
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
		"report", "--contract", p.s.contract, "--from", p.s.starts.Format(time.DateOnly), "--to", p.now.In(p.s.zone).Format(time.DateOnly),
		"--lang", "en", "--config", p.app.config,
	})
	if code != exitOK {
		p.t.Fatalf("slabridge report: exit code %d:\n%s", code, out.String())
	}
	p.tell(act, "the report")
	_, found, _ := strings.Cut(out.String(), "\n\n") // without who made it of what, and when
	for line := range strings.Lines(p.renamed(found)) {
		line = strings.TrimRight(line, " \n")
		if line != "" && !brokenCycle.MatchString(line) {
			p.tell(act, "%s%s", storyIndent, line)
		}
	}
}

// brokenCycle are the lines of a report that go through the broken cycles, which the verdicts above it name, too.
var brokenCycle = regexp.MustCompile(`^ {2}! |^ {6}\S`)

func (p *play) verdict(issue int, c cycleStory) string {
	line := fmt.Sprintf("%s%s %s: %s, from %s", storyIndent, c.Obligation, p.event(issue, c.Cycle), c.State, p.stamp(c.Started))
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

// event names an event of the tracker by what the page shows: "note-3".
func (p *play) event(issue int, id string) string {
	return journalRef.ReplaceAllStringFunc(id, func(m string) string {
		for n, j := range p.known[issue] {
			if fmt.Sprintf("journal:%d", j.ID) == m {
				return fmt.Sprintf("note-%d", n+1)
			}
		}
		return m
	})
}

// pages holds what people read of a request against what was told: staff read each of our comments, the customer those
// that were meant for everybody and no other.
func (p *play) pages(issue int) {
	p.t.Helper()
	bot, _ := p.w.user(storyBot)
	read, there := p.w.page(p.t, p.customer(), issue)
	if !there {
		return // deleted
	}
	theirs := ""
	for _, j := range read.Journals {
		if j.Private {
			p.t.Errorf("the customer reads a private note: %q", j.Notes)
		}
		if j.User.ID == bot && j.Notes != "" {
			theirs += j.Notes + "\n"
		}
	}
	if theirs != p.public[issue] {
		p.t.Errorf("the customer reads\n%s\nand was told\n%s", theirs, p.public[issue])
	}
	if more := p.untold(issue); len(more) > 0 {
		p.t.Errorf("%s has notes of ours that slabridge did not report: %v", p.name(strconv.Itoa(issue)), more)
	}
	for _, j := range p.known[issue] {
		if j.User.ID != bot || j.Notes == "" {
			continue
		}
		if _, steps, ok := mapping.ParseMark(j.Notes); !ok || len(steps) == 0 {
			p.t.Errorf("a comment of ours without a mark: %q", j.Notes)
		}
	}
}

func (p *play) customer() string {
	for _, x := range p.s.people {
		if x.role == "Customer" {
			return x.login
		}
	}
	p.t.Fatal("the story has no customer")
	return ""
}
