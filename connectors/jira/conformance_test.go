package jira_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jiracontract"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// TestConformance holds the connector and the stand-in to the contract, as each Jira that it can be. Every request of
// the connector and every answer of the stand-in is held against Atlassian's documents besides, where they are at hand.
func TestConformance(t *testing.T) {
	seen := map[string]*contract{"cloud": newContract(t, "cloud"), "dc": newContract(t, "dc")}
	for _, o := range []jirasim.Options{
		{Cloud: true}, {Cloud: true, ServiceDesk: true}, {}, {ServiceDesk: true},
	} {
		t.Run(flavour(o), func(t *testing.T) {
			trackertest.Run(t, func(t *testing.T) *trackertest.World {
				w, _ := newWorld(t, o, seen[dialectOf(o)])
				return w
			})
			w, s := newWorld(t, o, seen[dialectOf(o)])
			assigneeOffScreen(t, w, s)
		})
	}
	for dialect, c := range seen {
		c.wantCovered(t, dialect)
	}
}

// assigneeOffScreen: an assignee that is on no screen is set by a request of its own, together with all the rest; where
// the priority is on none either, nothing is done before that is known.
func assigneeOffScreen(t *testing.T, w *trackertest.World, s *jirasim.Server) {
	t.Helper()
	tr := w.Through(func(next http.RoundTripper) http.RoundTripper { return next })
	issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "on no screen"})
	s.OffScreen("assignee", true)
	s.OffScreen("priority", true)
	high, who := w.Priorities["high"], w.People[trackertest.Engineer]
	write := connectors.Write{
		Issue: issue, Assign: &who, Priority: &high, Comment: &connectors.Comment{Text: "(one)", Mark: "(one)"},
	}
	var e *connectors.Error
	if err := tr.Update(t.Context(), write); !errors.As(err, &e) || len(e.Fields) != 1 ||
		e.Fields[0].Field != connectors.FieldPriority || !e.Fields[0].Unsettable {
		t.Errorf("both on no screen: %v", err)
	}
	h, err := tr.History(t.Context(), issue)
	if err != nil || len(h.Events) > 0 {
		t.Errorf("after a refusal: %+v, %v", h.Events, err)
	}
	if err := tr.Update(t.Context(), write.Without(connectors.FieldPriority)); err != nil {
		t.Error(err)
	}
	if h, err = tr.History(t.Context(), issue); err != nil || h.Issue.Values.One(connectors.FieldAssignee) != who {
		t.Errorf("the assignee is %v, %v", h.Issue.Values[connectors.FieldAssignee], err)
	}
}

func flavour(o jirasim.Options) string {
	name := "data center"
	if o.Cloud {
		name = "cloud"
	}
	if o.ServiceDesk {
		name += " with a service desk"
	}
	return name
}

func dialectOf(o jirasim.Options) string {
	if o.Cloud {
		return "cloud"
	}
	return "dc"
}

// contract is what Atlassian's documents say of one dialect; without them it checks nothing.
type contract struct {
	docs []*jiracontract.Doc

	mu   sync.Mutex
	seen map[string]int
}

func newContract(t testing.TB, dialect string) *contract {
	t.Helper()
	dir, ok := jiracontract.Dir()
	if !ok {
		t.Log("ATLASSIAN'S DOCUMENTS WERE NOT ASKED: set SLABRIDGE_JIRA_DOCS to the directory that holds them in " +
			"jira-openapi/")
		return &contract{}
	}
	load := jiracontract.Cloud
	if dialect == "dc" {
		load = jiracontract.DataCenter
	}
	docs, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{docs: docs, seen: map[string]int{}}
}

// around makes a way to a tracker on which everything is checked.
func (c *contract) around(t testing.TB, next http.RoundTripper) http.RoundTripper {
	if c.docs == nil {
		return next
	}
	told := map[string]bool{}
	checked := &jiracontract.Transport{Docs: c.docs, Base: next, Report: func(err error) {
		text, _, _ := strings.Cut(err.Error(), "Schema:")
		c.mu.Lock()
		defer c.mu.Unlock()
		if !told[text] { // once is enough
			told[text] = true
			t.Errorf("against Atlassian's documents: %s", text)
		}
	}}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for what, n := range checked.Seen {
			c.seen[what] += n
		}
	})
	return checked
}

func (c *contract) wantCovered(t testing.TB, dialect string) {
	t.Helper()
	if c.docs == nil || t.Failed() {
		return
	}
	for _, what := range jiracontract.Uncovered(dialect, c.seen) {
		t.Errorf("%s: %s", dialect, what)
	}
	t.Logf("%s: %d operations and statuses seen", dialect, len(c.seen))
	for what := range maps.Keys(c.seen) {
		if strings.HasSuffix(what, " 501") {
			t.Errorf("%s: the stand-in did not know %s", dialect, what)
		}
	}
}

// newWorld is a fresh stand-in whose clock is ahead of ours and moves on by a third of a second whenever it is looked
// at.
func newWorld(t testing.TB, o jirasim.Options, c *contract) (*trackertest.World, *jirasim.Server) {
	const skew = 90 * time.Second
	var looks atomic.Int64
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return start.Add(time.Duration(looks.Load()) * time.Second / 3) }
	o.Clock = func() time.Time { looks.Add(1); return now().Add(skew) }
	s := jirasim.NewLab(o)
	internal := "role:Support engineer"
	if o.ServiceDesk {
		internal = "jsm-internal"
	} else {
		s.Join("ACME", "sla-bot", "Support engineer") // who alone may write for it
		s.Join("ERP", "sla-bot", "Support engineer")
	}
	next := c.around(t, s.Transport())
	s.Team("developers of acme", "dev1")
	s.JoinTeam("ACME", "developers of acme", "Developer")
	s.BrowseGroups("sla-bot", true)
	connect := func(login string, next http.RoundTripper) connectors.Tracker {
		c := connectors.Settings{ID: "lab", URL: "https://jira.example.org", Transport: next, Now: now, Internal: internal}
		user, secret := "nobody@example.org", nobodysToken
		if login != "" {
			user, secret = s.Email(login), s.Key(login)
		}
		if c.Auth = (connectors.Auth{Way: "pat", Secret: secret}); o.Cloud {
			c.Auth = connectors.Auth{Way: "token", User: user, Secret: secret}
		}
		tr, err := jira.New(c)
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	people := map[trackertest.Actor]string{}
	for actor, login := range logins {
		people[actor] = s.UserID(login)
	}
	w := &trackertest.World{
		Hands: &hands{s, o},
		Through: func(wrap func(http.RoundTripper) http.RoundTripper) connectors.Tracker {
			return connect("sla-bot", wrap(next))
		},
		Customer: connect("customer1", next), Stranger: connect("", next), Now: now, Skew: skew,
		Project: "10002", StaffOnly: "10003", OutOfSight: "10005", People: people, Audience: internal, ListsWork: 2,
		Working: "3", Forbidden: "10004", Type: "10102", Priorities: map[string]string{"low": "5", "high": "2"},
		Field:    connectors.CustomField("customfield_10057"),
		Secrets:  []string{s.Key("sla-bot"), nobodysToken, s.Key("customer1")},
		Declares: declared, Permissions: permissions(o.ServiceDesk),
		Deviations: map[string]string{
			"time that we may not read is refused, not empty": "whoever may read an issue may read the time booked on it",
		},
	}
	w.Refuse = func(_ testing.TB, yes bool) { s.OffScreen("priority", yes) }
	w.Refusals = []trackertest.Refusal{{
		Name: "an internal comment that the site did not keep so", Field: "comment internal", Public: true,
		Write: func(t testing.TB, w *trackertest.World) connectors.Write {
			issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "leaks"})
			s.DropInternal(true)
			mark := fmt.Sprintf("(law %d)", looks.Load())
			return connectors.Write{Issue: issue, Comment: &connectors.Comment{
				Text: mark, Mark: mark, Internal: true,
				Audience: internal,
			}}
		},
	}}
	return w, s
}

const nobodysToken = "0123456789abcdef0123"

var logins = map[trackertest.Actor]string{
	trackertest.Support: "support1", trackertest.Engineer: "dev1", trackertest.Manager: "manager1",
	trackertest.Customer: "customer1", trackertest.Outsider: "outsider",
}

// hands act as people do at the web pages.
type hands struct {
	s *jirasim.Server
	o jirasim.Options
}

func (h *hands) as(by trackertest.Actor) jirasim.Person { return h.s.As(logins[by]) }

func number(t testing.TB, id string) int {
	t.Helper()
	_, digits, _ := strings.Cut(":"+id, ":")
	n, err := strconv.Atoi(digits[strings.LastIndexByte(digits, ':')+1:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person turns an id into the login that hands take; "" stays.
func (h *hands) login(id string) string {
	for _, login := range []string{
		"sla-bot", "support1", "support2", "dev1", "dev2", "manager1", "customer1",
		"outsider",
	} {
		if h.s.UserID(login) == id {
			return login
		}
	}
	return id
}

func fieldNames(values map[string]string) map[string]string {
	out := map[string]string{}
	for name, v := range values {
		if id, ok := connectors.IsCustomField(name); ok {
			out[id] = v
		}
	}
	return out
}

func (h *hands) Create(t testing.TB, by trackertest.Actor, n trackertest.NewIssue) string {
	t.Helper()
	id, err := h.as(by).Create(jirasim.NewIssue{
		Project: n.Project, Subject: n.Subject, Description: n.Description, Priority: n.Priority,
		Assignee: h.login(n.Assignee), Fields: fieldNames(n.Fields),
	})
	check(t, err)
	return strconv.Itoa(id)
}

func (h *hands) Comment(t testing.TB, by trackertest.Actor, issue, text string, internal bool) {
	t.Helper()
	c := jirasim.Change{Note: text}
	if internal && h.o.ServiceDesk {
		c.Internal = true
	} else if internal {
		c.Role = "Support engineer"
	}
	check(t, h.as(by).Update(number(t, issue), c))
}

func (h *hands) Set(t testing.TB, by trackertest.Actor, issue string, values map[string]string) {
	t.Helper()
	empty := func(v string) string {
		if v == "" {
			return "-"
		}
		return v
	}
	c := jirasim.Change{Fields: fieldNames(values)}
	for name, v := range values {
		switch name {
		case connectors.FieldStatus:
			c.Status = v
		case connectors.FieldAssignee:
			c.Assignee = empty(h.login(v))
		case connectors.FieldPriority:
			c.Priority = v
		case connectors.FieldProject:
			c.Project = v
		case connectors.FieldText:
			c.Description = v
		}
	}
	check(t, h.as(by).Update(number(t, issue), c))
}

func (h *hands) EditNote(t testing.TB, by trackertest.Actor, event, text string) {
	t.Helper()
	check(t, h.as(by).EditComment(number(t, event), text))
}

func (h *hands) Delete(t testing.TB, issue string) {
	t.Helper()
	check(t, h.s.As("admin").Delete(number(t, issue)))
}

func (h *hands) Crowd(t testing.TB, project string, at []time.Time) []string {
	t.Helper()
	ids, err := h.s.As("customer1").Crowd(project, at)
	check(t, err)
	var out []string
	for _, id := range ids {
		out = append(out, strconv.Itoa(id))
	}
	return out
}

func spent(t testing.TB, hours string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(hours + "h")
	check(t, err)
	return d
}

func (h *hands) Book(t testing.TB, by trackertest.Actor, issue string, w trackertest.Work) string {
	t.Helper()
	if issue == "" {
		return ""
	}
	id, err := h.as(by).Book(number(t, issue), spent(t, w.Hours), w.On)
	check(t, err)
	return fmt.Sprintf("worklog:%d", id)
}

func (h *hands) EditWork(t testing.TB, by trackertest.Actor, entry string, w trackertest.Work) {
	t.Helper()
	check(t, h.as(by).EditWork(number(t, entry), spent(t, w.Hours), w.On))
}

func (h *hands) DeleteWork(t testing.TB, by trackertest.Actor, entry string) {
	t.Helper()
	check(t, h.as(by).DeleteWork(number(t, entry)))
}

func (h *hands) ServeStrangers(t testing.TB) {
	t.Helper()
	h.s.SetAnonymous(true)
	t.Cleanup(func() { h.s.SetAnonymous(false) })
}
