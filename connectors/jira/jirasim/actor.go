package jirasim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors/sim"
)

// Person acts in the tracker as one user at the web pages would, at the clock's now or at a fixed moment. What the page
// would not offer is an error.
type Person struct {
	s     *Server
	login string
	when  time.Time // zero: the clock's now
}

// As returns the person who acts as a user. It panics when there is no such login.
func (s *Server) As(login string) Person {
	with(s, func() *user { return s.st.user(login) })
	return Person{s: s, login: login}
}

// At returns the same person acting at another moment.
func (p Person) At(t time.Time) Person {
	p.when = t.UTC().Truncate(time.Millisecond)
	return p
}

// NewIssue describes an issue to be made. Empty fields take the defaults: type Bug, priority Normal, nobody.
type NewIssue struct {
	Project                               string // key or name
	Subject, Description                  string
	Type, Priority, Assignee, RequestType string
	Due                                   string // YYYY-MM-DD
	Labels                                []string
	// custom fields by name or id; of several values with | between
	Fields map[string]string
}

// Change describes an edit; empty fields stay as they are, "-" empties.
type Change struct {
	Note, Subject, Description            string
	Internal                              bool   // the note: for the service desk's agents alone
	Role                                  string // the note: for a role alone
	Status, Priority, Assignee, Type, Due string
	Project                               string // to move to
	Labels                                *[]string
	Fields                                map[string]string
}

// do runs f as the person; a name that does not exist is an error.
func (p Person) do(f func(c *call) error) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return sim.Named(func() error {
		c := &call{Server: p.s, user: p.s.st.user(p.login), now: p.s.Now()}
		if !p.when.IsZero() {
			c.now = p.when
		}
		return f(c)
	})
}

func (c *call) on(id int) (*issue, error) {
	i := c.st.issues[id]
	if i == nil || !c.may(c.user, i.project, "BROWSE_PROJECTS") {
		return nil, fmt.Errorf("jirasim: %s sees no issue %d", c.user.login, id)
	}
	return i, nil
}

// Create makes an issue and gives its id.
func (p Person) Create(n NewIssue) (id int, err error) {
	err = p.do(func(c *call) error {
		at := c.st.projectRef(n.Project)
		if at == nil || !c.may(c.user, at, "CREATE_ISSUES") {
			return fmt.Errorf("jirasim: %s may make no issue in %s", p.login, n.Project)
		}
		i := &issue{
			project: at, kind: c.st.types[0].id, summary: n.Subject, description: n.Description, status: c.st.statuses[0].id,
			priority: "4",
			reporter: c.user, creator: c.user, due: n.Due, labels: n.Labels, fields: map[string][]string{},
			properties: map[string]any{},
		}
		if n.RequestType != "" {
			r, known := byRef(c.st.requests, n.RequestType)
			must(known, "request type", n.RequestType)
			i.fields[c.st.fieldBy("Request Type").id] = []string{r.name}
		}
		c.fill(i, Change{Type: n.Type, Priority: n.Priority, Assignee: n.Assignee, Fields: n.Fields})
		c.add(i, c.now)
		id = i.id
		return nil
	})
	return id, err
}

// fill puts the fields that a change names into the body of a request, names turned into ids.
func (c *call) fill(i *issue, ch Change) {
	set := func(to *string, v string) {
		if v != "" {
			*to = strings.TrimPrefix(v, "-")
		}
	}
	set(&i.summary, ch.Subject)
	set(&i.description, ch.Description)
	set(&i.due, ch.Due)
	if ch.Type != "" {
		t, known := byRef(c.st.types, ch.Type)
		must(known, "issue type", ch.Type)
		i.kind = t.id
	}
	if ch.Priority != "" {
		x, known := byRef(c.st.priorities, ch.Priority)
		must(known, "priority", ch.Priority)
		i.priority = x.id
	}
	switch ch.Assignee {
	case "":
	case "-":
		i.assignee = nil
	default:
		i.assignee = c.st.user(ch.Assignee)
	}
	if ch.Labels != nil {
		i.labels = slices.Clone(*ch.Labels)
	}
	for name, v := range ch.Fields {
		f := c.st.fieldBy(name)
		must(f != nil, "field", name)
		i.fields[f.id] = nil
		if v != "" && v != "-" {
			i.fields[f.id] = strings.Split(v, "|")
		}
	}
}

// Update does all of a change at once, the note last.
func (p Person) Update(id int, ch Change) error {
	return p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		after := *i
		after.fields = map[string][]string{}
		for k, v := range i.fields {
			after.fields[k] = v
		}
		c.fill(&after, ch)
		if ch.Project != "" {
			to := c.st.projectRef(ch.Project)
			must(to != nil, "project", ch.Project)
			after.project, after.key = to, fmt.Sprintf("%s-%d", to.key, c.st.next("issues of "+to.key)-10000)
		}
		edits := len(c.differences(i, &after)) > 0
		if ch.Project != "" && !c.may(c.user, i.project, "MOVE_ISSUES") {
			return fmt.Errorf("jirasim: %s may not move issue %d", p.login, id)
		}
		if edits && !c.may(c.user, i.project, "EDIT_ISSUES") {
			return fmt.Errorf("jirasim: %s may not edit issue %d", p.login, id)
		}
		if ch.Status != "" {
			s := c.st.statusBy(ch.Status)
			if !slices.Contains(c.leads(i), s) && s.id != i.status {
				return fmt.Errorf("jirasim: %s finds no way from %s to %s", p.login, c.st.statusBy(i.status).name, s.name)
			}
			after.status, after.resolution = s.id, ""
			if s.category == "done" {
				after.resolution = "Done"
			}
		}
		if ch.Note != "" && !c.may(c.user, i.project, "ADD_COMMENTS") {
			return fmt.Errorf("jirasim: %s may not comment on issue %d", p.login, id)
		}
		if ch.Role != "" && !slices.Contains(i.project.rolesOf(c.user), ch.Role) {
			return fmt.Errorf("jirasim: %s is no %s and may not write to them alone", p.login, ch.Role)
		}
		if ch.Internal && !c.may(c.user, i.project, "SERVICEDESK_AGENT") {
			return fmt.Errorf("jirasim: %s is no agent on issue %d and may write no internal comment", p.login, id)
		}
		c.save(i, &after, c.user, c.now)
		if ch.Note == "" {
			return nil
		}
		x := &comment{author: c.user, body: ch.Note, properties: map[string]any{}}
		if ch.Internal {
			x.properties["sd.public.comment"] = obj{"internal": true}
		}
		if ch.Role != "" {
			x.visibility = &visibility{"role", ch.Role}
		}
		c.say(i, x, c.now)
		return nil
	})
}

// commentToChange finds a comment that the person may change in a way: EDIT or DELETE.
func (c *call) commentToChange(id int, what string) (*issue, int, error) {
	for _, i := range c.st.issues {
		if n := slices.IndexFunc(i.comments, func(x *comment) bool { return x.id == id }); n >= 0 {
			if !c.mine(i, i.comments[n], what) {
				return nil, 0, fmt.Errorf("jirasim: %s may not %s comment %d", c.user.login, strings.ToLower(what), id)
			}
			return i, n, nil
		}
	}
	return nil, 0, fmt.Errorf("jirasim: no comment %d", id)
}

// EditComment rewrites a comment.
func (p Person) EditComment(id int, text string) error {
	return p.do(func(c *call) error {
		i, n, err := c.commentToChange(id, "EDIT")
		if err != nil {
			return err
		}
		x := i.comments[n]
		x.body, x.updated = text, c.now
		c.touch(i, c.now)
		return nil
	})
}

// Delete removes an issue for good.
func (p Person) Delete(id int) error {
	return p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		if !c.may(c.user, i.project, "DELETE_ISSUES") {
			return fmt.Errorf("jirasim: %s may not delete issue %d", p.login, id)
		}
		for _, l := range i.links {
			l.other.links = slices.DeleteFunc(l.other.links, func(back link) bool { return back.number == l.number })
		}
		delete(c.st.issues, id)
		c.st.worklogs = slices.DeleteFunc(c.st.worklogs, func(w *worklog) bool {
			if w.issue.id == id {
				c.st.unbooked = append(c.st.unbooked, stamp{w.id, c.now})
			}
			return w.issue.id == id
		})
		return nil
	})
}

// DeleteComment removes a comment for good.
func (p Person) DeleteComment(id int) error {
	return p.do(func(c *call) error {
		i, n, err := c.commentToChange(id, "DELETE")
		if err == nil {
			i.comments = slices.Delete(i.comments, n, n+1)
			c.touch(i, c.now)
		}
		return err
	})
}

// Duplicate links an issue to the one that it duplicates.
func (p Person) Duplicate(id, of int) error {
	return p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		other, err := c.on(of)
		if err != nil {
			return err
		}
		n := c.st.next("links")
		i.links = append(i.links, link{duplicate, true, other, n})
		other.links = append(other.links, link{duplicate, false, i, n})
		for _, end := range []struct {
			at, to *issue
			does   string
		}{{i, other, duplicate.outward}, {other, i, duplicate.inward}} {
			end.at.history = append(end.at.history, &entry{id: c.st.next("events"), author: c.user, at: c.now, items: []item{{
				field: "Link", kind: "jira", to: end.to.key, toText: "This issue " + end.does + " " + end.to.key,
			}}})
			c.touch(end.at, c.now)
		}
		return nil
	})
}

// Attach adds a file to an issue.
func (p Person) Attach(id int, name string) error {
	return p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		i.files = append(i.files, name)
		i.history = append(i.history, &entry{id: c.st.next("events"), author: c.user, at: c.now, items: []item{{
			field: "Attachment", kind: "jira", to: strconv.Itoa(c.st.next("files")), toText: name,
		}}})
		c.touch(i, c.now)
		return nil
	})
}

// Book logs time on an issue for a day, and gives the entry's id.
func (p Person) Book(id int, spent time.Duration, day string) (entry int, err error) {
	err = p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		started, err := noonOf(day)
		if err != nil {
			return err
		}
		w := &worklog{
			id: c.st.next("worklogs"), issue: i, author: c.user, seconds: int(spent / time.Second),
			started: started, created: c.now, updated: c.now,
		}
		c.st.worklogs = append(c.st.worklogs, w)
		entry = w.id
		c.touch(i, c.now)
		return nil
	})
	return entry, err
}

// noonOf returns noon of a day: a moment that falls on that day in the time zone of every person of the stand-in.
func noonOf(day string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, day)
	return at.Add(12 * time.Hour), err
}

// EditWork changes an entry of booked time.
func (p Person) EditWork(entry int, spent time.Duration, day string) error {
	return p.do(func(c *call) error {
		w, known := find(c.st.worklogs, func(w *worklog) bool { return w.id == entry })
		if !known {
			return fmt.Errorf("jirasim: no booked time %d", entry)
		}
		started, err := noonOf(day)
		w.seconds, w.started, w.updated = int(spent/time.Second), started, c.now
		c.touch(w.issue, c.now)
		return err
	})
}

// DeleteWork deletes an entry of booked time.
func (p Person) DeleteWork(entry int) error {
	return p.do(func(c *call) error {
		n := slices.IndexFunc(c.st.worklogs, func(w *worklog) bool { return w.id == entry })
		if n < 0 {
			return fmt.Errorf("jirasim: no booked time %d", entry)
		}
		c.touch(c.st.worklogs[n].issue, c.now)
		c.st.worklogs = slices.Delete(c.st.worklogs, n, n+1)
		c.st.unbooked = append(c.st.unbooked, stamp{entry, c.now})
		return nil
	})
}

// Unwatch removes a watcher from an issue.
func (p Person) Unwatch(id int, login string) error {
	return p.do(func(c *call) error {
		i, err := c.on(id)
		if err == nil {
			u := c.st.user(login)
			i.watchers = slices.DeleteFunc(i.watchers, func(w *user) bool { return w == u })
		}
		return err
	})
}
