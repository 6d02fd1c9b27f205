package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// play is a story being played: people act, and slabridge, run as a new user would run it, passes after each act and at
// every moment that its agenda names.
type play struct {
	t      testing.TB
	s      *contractStory
	w      world
	use    string // the contract's text: the preset, or a file
	open   *workspace
	app    *app
	now    time.Time
	seen   [][]string // by act: what was written until the next one
	census time.Time  // when to look for what leaves no trace; zero: there is nothing
	hasty  bool       // end at the first line that is not as expected
	wrong  string     // that line

	projects map[string]string
	ids      map[string]string      // the tracker's by the story's: "#1"
	keys     map[string]string      // ids by what people type for them, or once did
	made     int                    // issues that slabridge made itself
	told     map[string]bool        // by their first event: notes of ours that have been told
	known    map[string][]storyNote // by issue: its notes, as last seen
	public   map[string]string      // by issue: everything that slabridge has told the customer
}

// storyConfig is what an admin writes: the tracker's words, and the contract. The story's own lines come on top.
const storyConfig = `state: slabridge.db
language: %s
listen: "off"
connections:
  - {id: helpdesk, kind: %s, url: "%s", auth: %s}
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
    internal: {kind: %s}
%scontracts:
  - id: %s
    mapping: helpdesk
    projects: [%s]
%s`

// newPlay sets the stage: the tracker with its people, and an installation of slabridge that has made its first pass.
// text is the contract's YAML; "" takes the preset as it stands.
func newPlay(t testing.TB, s *contractStory, w world, text string) *play {
	t.Helper()
	p := &play{
		t: t, s: s, w: w, use: s.contract, now: s.starts, seen: make([][]string, len(s.acts)),
		projects: map[string]string{"desk": fresh("desk"), "elsewhere": fresh("elsewhere")},
		ids:      map[string]string{}, keys: map[string]string{}, told: map[string]bool{}, known: map[string][]storyNote{},
		public: map[string]string{},
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
	p.ids["#0"] = w.past(t, s.person(t, "Customer"), p.projects["desk"])
	w.set(t, p.now)
	folder := t.TempDir()
	if text != "" {
		p.use = "own.yaml"
		p.write(folder, p.use, text)
	}
	kind, auth, key, internal := w.connection()
	url, transport := w.way()
	p.write(folder, "key", key+"\n")
	terms := s.terms
	if !slices.ContainsFunc(terms, func(line string) bool { return strings.Contains(line, "use: USE") }) {
		terms = append([]string{"    use: USE"}, terms...)
	}
	if s.beside != nil {
		terms = append(terms, "  - mapping: helpdesk", "    projects: [DESK]")
		terms = append(terms, s.beside...)
	}
	p.write(folder, "slabridge.yaml",
		strings.NewReplacer("USE", p.use, "DESK", p.projects["desk"], "#0", p.key(p.ids["#0"])).Replace(
			fmt.Sprintf(storyConfig, s.language, kind, url, auth, internal, block(s.mapping), s.contract, p.projects["desk"],
				block(terms))))
	p.app = newApp(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func() time.Time { return p.now })
	p.app.transport, p.app.lang, p.app.config = transport, "en", filepath.Join(folder, "slabridge.yaml")
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
		_, a.transport = p.w.way()
		if code := a.run(append(args, "--lang", "en", "--config", p.app.config)); code != exitOK {
			p.t.Fatalf("slabridge %s: exit code %d:\n%s", strings.Join(args, " "), code, out.String())
		}
	}
}

// command runs the program beside the one that passes, as an admin would.
func (p *play) command(args ...string) {
	p.t.Helper()
	var out strings.Builder
	a := newApp(strings.NewReader(""), &out, &out, p.app.clock)
	_, a.transport = p.w.way()
	if code := a.run(append(args, "--lang", "en", "--config", p.app.config)); code != exitOK {
		p.t.Fatalf("slabridge %s: exit code %d:\n%s", strings.Join(args, " "), code, out.String())
	}
}

// run plays every act, and gives what was seen under each.
func (p *play) run() [][]string {
	p.t.Helper()
	for n, a := range p.s.acts {
		before := max(n-1, 0)
		p.wake(before, a.at)
		p.at(a.at)
		switch {
		case a.does.end:
			p.pass(before)
			p.settle(before)
			p.end(n)
			return p.seen
		case n > 0:
			p.settle(before)
		}
		if p.wrong != "" {
			return p.seen
		}
		if a.does.records != "" {
			p.command("ledger", "agree", p.key(p.ids[a.issue]), "--by", a.who, "--reason", a.does.records)
		} else if a.does.creates {
			p.ids[a.issue] = p.w.create(p.t, a, p.projects)
			p.key(p.ids[a.issue])
		} else {
			p.w.act(p.t, a, p.ids, p.projects)
		}
		p.at(a.at.Add(time.Second))
		p.pass(n)
		if traceless(a.does) {
			p.census = a.at.Add(censusOf)
		}
	}
	return p.seen
}

// settle finds, when nothing more can come after an act, that something expected did not.
func (p *play) settle(act int) {
	if want := p.s.acts[act].expects; p.hasty && p.wrong == "" && len(p.seen[act]) < len(want) {
		p.wrong = "nothing of: " + want[len(p.seen[act])]
	}
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

// wake passes at every moment of the agenda before t, and when what leaves no trace must have been noticed.
func (p *play) wake(act int, t time.Time) {
	p.t.Helper()
	for range 10_000 {
		next, err := p.open.ledger.NextMoment(p.t.Context(), "helpdesk", p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		if !p.census.IsZero() && (next.IsZero() || p.census.Before(next)) {
			next, p.census = p.census, time.Time{}
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
				if e.Receipt != nil && e.Receipt.Event != "" { // a part of it was done
					p.tellNotes(act, e.Key.Issue, e.Receipt.Event)
				}
			}
		}
		r.Written = slices.DeleteFunc(r.Written, func(e ledger.Entry) bool { return e.State == enforcer.Refused }) // told
		p.written(act, r)
	}
}

// person is the first of the story's people with a role in the tracker.
func (s *contractStory) person(t testing.TB, role string) string {
	t.Helper()
	for _, x := range s.people {
		if x.role == role {
			return x.login
		}
	}
	t.Fatalf("the story has no %s", role)
	return ""
}
