package jirasim

import (
	"strings"
	"time"
)

// Note is a comment as a person reads it.
type Note struct {
	ID       int
	Login    string
	Text     string
	Internal bool
	At       time.Time
}

// Step is a change of a field as the changelog has it.
type Step struct {
	ID              int
	Login           string
	At              time.Time
	Field, From, To string // as people see them
}

// Page is an issue as a person sees it.
type Page struct {
	ID                                                                                 int
	Key, Project, Subject, Description, Type, Status, Priority, Assignee, Creator, Due string // people by login
	Fields                                                                             map[string]string
	Watchers                                                                           []string // logins
	Notes                                                                              []Note
	Steps                                                                              []Step
}

// See shows an issue.
func (p Person) See(id int) (page Page, err error) {
	err = p.do(func(c *call) error {
		i, err := c.on(id)
		if err != nil {
			return err
		}
		login := func(u *user) string {
			if u == nil {
				return ""
			}
			return u.login
		}
		kind, _ := byRef(c.st.types, i.kind)
		priority, _ := byRef(c.st.priorities, i.priority)
		page = Page{
			ID: i.id, Key: i.key, Project: i.project.key, Subject: i.summary, Description: i.description, Type: kind.name,
			Status:   c.st.statusBy(i.status).name,
			Priority: priority.name, Assignee: login(i.assignee), Creator: login(i.creator), Due: i.due,
			Fields: map[string]string{},
		}
		for _, f := range c.st.fields {
			if v := i.fields[f.id]; len(v) > 0 {
				page.Fields[f.name] = strings.Join(v, "|")
			}
		}
		for _, u := range i.watchers {
			page.Watchers = append(page.Watchers, u.login)
		}
		for _, x := range c.commentsOf(i) {
			page.Notes = append(page.Notes, Note{x.id, x.author.login, x.body, !x.public(i) || x.visibility != nil, x.created})
		}
		for _, e := range i.history {
			for _, x := range e.items {
				page.Steps = append(page.Steps, Step{e.id, login(e.author), e.at, x.field, x.fromText, x.toText})
			}
		}
		return nil
	})
	return page, err
}

// Issues are the ids of all issues that the person sees, in the order in which they were made.
func (p Person) Issues() (ids []int) {
	_ = p.do(func(c *call) error { // a person without issues sees none
		for _, id := range c.st.order {
			if _, err := c.on(id); err == nil {
				ids = append(ids, id)
			}
		}
		return nil
	})
	return ids
}

// NameOf is what people call a person whose id is given.
func (s *Server) NameOf(id string) string {
	return with(s, func() string {
		u, _ := find(s.st.users, func(u *user) bool { return s.id(u) == id })
		if u == nil {
			return ""
		}
		return u.name
	})
}

// Crowd makes an issue for each moment, last changed at that moment.
func (p Person) Crowd(project string, at []time.Time) (ids []int, err error) {
	for _, moment := range at {
		id, err := p.At(moment).Create(NewIssue{Project: project, Subject: "one of a crowd"})
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
