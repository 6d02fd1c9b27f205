package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jiracontract"
	"slabridge/connectors/jira/jirasim"
)

// jiraWorld is the stand-in of a Jira with a service desk, in virtual time.
type jiraWorld struct {
	url       string
	transport http.RoundTripper
	sim       *jirasim.Server
	cloud     bool
	now       time.Time
	projects  int
	booked    []string // entries of time, in the story's order
}

func cloudWorld(t testing.TB) world {
	return newJiraWorld(t, jirasim.Options{Cloud: true, ServiceDesk: true})
}

func dataCenterWorld(t testing.TB) world { return newJiraWorld(t, jirasim.Options{ServiceDesk: true}) }

func newJiraWorld(t testing.TB, o jirasim.Options) world {
	w := &jiraWorld{url: "http://127.0.0.1", cloud: o.Cloud}
	o.Clock = func() time.Time { return w.now }
	w.sim = jirasim.NewLab(o)
	w.transport = judged(t, w.sim.Transport(), o.Cloud)
	return w
}

// judged holds what goes to and fro against Atlassian's documents, where they are at hand.
func judged(t testing.TB, next http.RoundTripper, cloud bool) http.RoundTripper {
	t.Helper()
	dir, ok := jiracontract.Dir()
	if !ok {
		t.Log("ATLASSIAN'S DOCUMENTS WERE NOT ASKED: set SLABRIDGE_JIRA_DOCS to the directory that holds them in " +
			"jira-openapi/")
		return next
	}
	load := jiracontract.DataCenter
	if cloud {
		load = jiracontract.Cloud
	}
	docs, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &jiracontract.Transport{Docs: docs, Base: next, Report: func(err error) {
		text, _, _ := strings.Cut(err.Error(), "Schema:")
		if !slices.ContainsFunc(probes, func(p string) bool { return strings.Contains(text, p) }) {
			t.Errorf("against Atlassian's documents: %s", text)
		}
	}}
}

// probes are what check --live asks because a site may not have it, or no document tells.
var probes = []string{
	"/rest/pat/latest/tokens", "/changelog/bulkfetch", "/changelog: no document knows",
	"/comment response 501",
}

func (w *jiraWorld) way() (string, http.RoundTripper) { return w.url, w.transport }
func (w *jiraWorld) detour(url string)                { w.url, w.transport = url, nil }

func (w *jiraWorld) connection() (kind, auth, key, internal string) {
	auth = "{pat: {file: key}}"
	if w.cloud {
		auth = fmt.Sprintf("{user: %s, token: {file: key}}", w.sim.Email(storyBot))
	}
	return "jira", auth, w.sim.Key(storyBot), "jsm-internal"
}

func (w *jiraWorld) ours(r *http.Request) bool {
	if w.cloud {
		user, _, _ := r.BasicAuth()
		return user == w.sim.Email(storyBot)
	}
	return r.Header.Get("Authorization") == "Bearer "+w.sim.Key(storyBot)
}

func (w *jiraWorld) changes(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/search") &&
		!strings.HasSuffix(r.URL.Path, "/worklog/list")
}

func (w *jiraWorld) set(_ testing.TB, now time.Time) { w.now = now }

func (w *jiraWorld) furnish(t testing.TB, s *contractStory, project string) {
	t.Helper()
	w.projects++
	key := fmt.Sprintf("STORY%d", w.projects)
	w.sim.AddProject(key, project)
	for _, p := range append([]storyPerson{{storyBot, storyBotRole}}, s.people...) {
		w.sim.Join(key, p.login, p.role)
	}
}

func (w *jiraWorld) field(_ testing.TB, name, _ string) { w.sim.AddField(name) }

// grant knows the rights that stories give, by what Redmine calls them: Jira has none for one's own issues.
func (w *jiraWorld) grant(t testing.TB, role, right string) {
	t.Helper()
	if right != "edit_own_issues" {
		t.Fatalf("what is %q in Jira?", right)
	}
	w.sim.Grant(role, "EDIT_ISSUES")
}

// kinds of work are what Jira does not have.
func (w *jiraWorld) activity(testing.TB, string) {}
func (w *jiraWorld) activities() bool            { return false }

func (w *jiraWorld) past(t testing.TB, customer, project string) string {
	t.Helper()
	id, err := w.sim.As(customer).Create(jirasim.NewIssue{Project: project, Subject: "From before the contract"})
	if err == nil {
		err = w.sim.As("admin").Update(id, jirasim.Change{Status: "Closed"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(id)
}

// change is what an act sets, in Jira's words.
func (w *jiraWorld) change(a storyAct, projects map[string]string) jirasim.Change {
	c := jirasim.Change{Note: a.does.note, Internal: a.does.private, Fields: map[string]string{}}
	for _, s := range a.does.sets {
		value := s[1]
		if value == "none" {
			value = "-"
		}
		switch s[0] {
		case "status":
			c.Status = value
		case "assignee":
			c.Assignee = value
		case "priority":
			c.Priority = value
		case "tracker":
			c.Type = value
		case "due":
			c.Due = value
		case "subject":
			c.Subject = value
		case "text":
			c.Description = value
		case "project":
			c.Project = projects[value]
		default:
			c.Fields[s[0]] = value
		}
	}
	return c
}

func (w *jiraWorld) create(t testing.TB, a storyAct, projects map[string]string) string {
	t.Helper()
	c := w.change(a, projects)
	n := jirasim.NewIssue{
		Project: projects["desk"], Subject: a.does.subject, Description: a.does.subject + ".", Type: c.Type,
		Priority: c.Priority,
		Assignee: c.Assignee, Due: c.Due, Fields: c.Fields,
	}
	if c.Description != "" {
		n.Description = strings.TrimPrefix(c.Description, "-")
	}
	id, err := w.sim.As(a.who).Create(n)
	if err != nil {
		t.Fatalf("%q: %v", a.line, err)
	}
	return strconv.Itoa(id)
}

func (w *jiraWorld) act(t testing.TB, a storyAct, ids, projects map[string]string) {
	t.Helper()
	id, err := strconv.Atoi(ids[a.issue])
	if err != nil {
		t.Fatalf("%q: there is no %s yet", a.line, a.issue)
	}
	d, who := a.does, w.sim.As(a.who)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%q: %v", a.line, err)
		}
	}
	if d.duplicates != "" {
		of, err := strconv.Atoi(ids[d.duplicates])
		do(err)
		do(who.Duplicate(id, of))
	}
	if d.books > 0 {
		entry, err := who.Book(id, d.books, a.at.Format(time.DateOnly))
		do(err)
		w.booked = append(w.booked, fmt.Sprintf("worklog:%d", entry))
	}
	if d.edits > 0 {
		p, _ := w.page(t, "admin", ids[a.issue])
		note := p.notes[d.edits-1]
		n := slices.IndexFunc(note.events, func(e string) bool { return strings.HasPrefix(e, "comment:") })
		comment, err := strconv.Atoi(strings.TrimPrefix(note.events[n], "comment:"))
		do(err)
		do(who.EditComment(comment, d.edited))
	}
	if d.attaches != "" {
		do(who.Attach(id, d.attaches))
	}
	if d.note != "" || len(d.sets) > 0 {
		do(who.Update(id, w.change(a, projects)))
	}
	if d.deletes {
		do(who.Delete(id))
	}
}

func (w *jiraWorld) page(t testing.TB, login, issue string) (storyPage, bool) {
	t.Helper()
	id, err := strconv.Atoi(issue)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.sim.As(login).See(id)
	if err != nil {
		return storyPage{}, false
	}
	p := storyPage{
		key: r.Key, subject: r.Subject, text: r.Description, tracker: r.Type, status: r.Status, assignee: r.Assignee,
		author: r.Creator, due: r.Due,
	}
	for _, login := range r.Watchers {
		id := w.sim.UserID(login)
		p.watchers = append(p.watchers, storyWatcher{id, w.sim.NameOf(id)})
	}
	// what somebody did at one moment is one thing to whoever reads the page, however many requests it took
	type happened struct {
		id    int
		login string
		at    time.Time
		does  func(n *storyNote)
	}
	var all []happened
	for _, x := range r.Steps {
		all = append(all, happened{x.ID, x.Login, x.At, func(n *storyNote) {
			if e := fmt.Sprintf("history:%d", x.ID); !slices.Contains(n.events, e) {
				n.events = append(n.events, e)
			}
			if text := w.told(x); text != "" {
				n.changes = append(n.changes, text)
			}
		}})
	}
	for _, x := range r.Notes {
		all = append(all, happened{x.ID, x.Login, x.At, func(n *storyNote) {
			n.events, n.text, n.private = append(n.events, fmt.Sprintf("comment:%d", x.ID)), x.Text, x.Internal
		}})
	}
	slices.SortStableFunc(all, func(a, b happened) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	for _, x := range all {
		n := len(p.notes) - 1
		if n < 0 || !p.notes[n].at.Equal(x.at) || p.notes[n].author != x.login || p.notes[n].text != "" {
			p.notes = append(p.notes, storyNote{at: x.at, author: x.login, ours: x.login == storyBot})
			n++
		}
		x.does(&p.notes[n])
	}
	return p, true
}

// told says what a step changed, in the words of acts; nothing of what goes with something else.
func (w *jiraWorld) told(s jirasim.Step) string {
	to := s.To
	if to == "" {
		to = "none"
	}
	switch s.Field {
	case "resolution", "Link", "Attachment", "Key":
		return ""
	case "status", "priority":
		return s.Field + "=" + to
	case "assignee":
		for _, login := range []string{"support1", "support2", "dev1", "dev2", "manager1"} {
			if w.sim.NameOf(w.sim.UserID(login)) == s.To {
				to = login
			}
		}
		return "assignee=" + to
	}
	return fmt.Sprintf("%s=%q", s.Field, s.To)
}

func (w *jiraWorld) issues(t testing.TB, project string) []string {
	t.Helper()
	var out []string
	for _, id := range w.sim.As("admin").Issues() {
		p, err := w.sim.As("admin").See(id)
		if err != nil {
			t.Fatal(err)
		}
		if w.sim.ProjectName(p.Project) == project {
			out = append(out, strconv.Itoa(id))
		}
	}
	return out
}

func (w *jiraWorld) work(event string) int { return 1 + slices.Index(w.booked, event) }

// TestContractStoriesOnJira plays the same files on Jira, Cloud and Data Center.
func TestContractStoriesOnJira(t *testing.T) {
	for name, open := range map[string]func(testing.TB) world{"cloud": cloudWorld, "data center": dataCenterWorld} {
		files := storyFiles(t)
		maps.Copy(files, storiesIn(t, "testdata/combinations"))
		for contract, file := range files {
			t.Run(name+"/"+contract, func(t *testing.T) {
				t.Parallel()
				s := readStory(t, file)
				w := open(t)
				s.adapt(w)
				s.compare(t, newPlay(t, s, w, "").run())
			})
		}
	}
}

var (
	workSteps   = regexp.MustCompile(`^ {4}\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  .* phone-consultation/`)
	workVerdict = regexp.MustCompile(`^ {8}(phone-consultation |length of a phone consultation \()`)
)

// adapt takes out of a story what a tracker without kinds of work cannot tell: the one obligation that rests on them.
func (s *contractStory) adapt(w world) {
	if w.activities() {
		return
	}
	s.works = nil
	if n := slices.IndexFunc(s.mapping, func(l string) bool { return strings.TrimSpace(l) == "activities:" }); n >= 0 {
		end := n + 1
		for end < len(s.mapping) && strings.HasPrefix(strings.TrimSpace(s.mapping[end]), "- ") {
			end++
		}
		s.mapping = slices.Delete(slices.Clone(s.mapping), n, end)
	}
	for i := range s.acts {
		var kept []string
		inside := ""
		for _, line := range s.acts[i].expects {
			indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
			if inside != "" && len(indent) > len(inside) {
				continue // what belongs to the line that went
			}
			inside = ""
			if workSteps.MatchString(line) || workVerdict.MatchString(line) {
				inside = indent
				continue
			}
			kept = append(kept, line)
		}
		s.acts[i].expects = kept
	}
}
