package connectors

import (
	"slices"
	"time"
)

// Directory holds the names behind the ids that issues and events carry.
type Directory struct {
	Statuses   []Status
	Priorities []Priority // lowest rank first
	Types      []Named    // Redmine's trackers, Jira's issue types and, with ids of FieldRequestType, its request types
	Projects   []Project
	Fields     []Field // custom fields the account has seen or may list
	People     []Person
	Groups     []Group // nil where the tracker's groups are among the people
	Roles      []Named
	Activities []Named // kinds of work that time is booked on; nil where the account may not list them
	Self       Account
	ReadAt     time.Time
	Missing    []string // as History's: "projects: 99 of 100"
}

// Named is an id with the name people know it by.
type Named struct{ ID, Name string }

// Status is one workflow status. Closed is the tracker's own idea of it, Category the class that it sorts its statuses
// into: Jira's "new", "indeterminate" and "done"; "" where it has none.
type Status struct {
	ID, Name string
	Closed   bool
	Category string
}

// Priority is one priority; Rank counts from 0, the lowest.
type Priority struct {
	ID, Name string
	Rank     int
	Inactive bool
}

// Project is one project we can see.
type Project struct {
	ID, Key, Name string
	Parent        string
	Closed        bool // readable, but the tracker refuses writes
	// RolesUnseen says what keeps us from knowing who has which role there; "" where we know.
	RolesUnseen string
}

// Field is a custom field, or another that mappings may name: ID is the Values key made by CustomField. Type is what it
// holds, as far as the tracker tells: FieldDateTime, FieldDate, or the tracker's own word; "" is not known.
type Field struct {
	ID, Name string
	Multiple bool
	Type     string
}

// Types of fields whose values have one form in every tracker: a moment is RFC 3339 in UTC with whole seconds, a date
// YYYY-MM-DD. A field of any other type holds what a person would type.
const (
	FieldDateTime = "datetime"
	FieldDate     = "date"
)

// Person is a user, or a group that can be assigned and notified like one. Roles maps project ids to the names of the
// person's roles there. A person who has left stays in old events, but not here: whoever needs old roles must remember
// them.
type Person struct {
	ID     string
	Login  string // "" where the tracker hides it from us
	Name   string
	Group  bool
	Locked bool
	App    bool `json:",omitempty"` // a program of the tracker's, as an automation, and nobody who reads or answers
	Roles  map[string][]string
	Groups []string // ids of the Groups that the person is in, as far as we may read that
}

// Group is a set of people whom the tracker can neither assign nor notify as a whole. Roles are as a Person's: the
// members have them. Unseen says what keeps us from knowing who is in it; "" where every member's Groups has it.
type Group struct {
	ID, Name string
	Roles    map[string][]string
	Unseen   string
}

// NameOf gives the name of a field's value, and of a custom field itself as a value of ""; the id where it is unknown.
func (d Directory) NameOf(field, id string) string {
	switch field {
	case FieldAssignee:
		return nameIn(d.People, id, func(p Person) (string, string) { return p.ID, p.Name })
	case FieldPriority:
		return nameIn(d.Priorities, id, func(p Priority) (string, string) { return p.ID, p.Name })
	case FieldStatus:
		return nameIn(d.Statuses, id, func(s Status) (string, string) { return s.ID, s.Name })
	case FieldType:
		return nameIn(d.Types, id, func(t Named) (string, string) { return t.ID, t.Name })
	case FieldProject:
		return nameIn(d.Projects, id, func(p Project) (string, string) { return p.ID, p.Key })
	case "":
		return nameIn(d.Fields, id, func(f Field) (string, string) { return f.ID, f.Name })
	}
	return id
}

// Renames reports whether an id of the directory's is called otherwise by an issue: d is older than its name. What d
// lacks is for Lacks to say.
func (d Directory) Renames(n Naming) bool {
	other := func(name string) bool { return n.Name != "" && name != n.Name }
	switch n.Field {
	case FieldStatus:
		return slices.ContainsFunc(d.Statuses, func(s Status) bool {
			return s.ID == n.ID && (other(s.Name) || n.Category != "" && s.Category != n.Category)
		})
	case FieldPriority:
		return slices.ContainsFunc(d.Priorities, func(p Priority) bool { return p.ID == n.ID && other(p.Name) })
	case FieldType:
		return slices.ContainsFunc(d.Types, func(t Named) bool { return t.ID == n.ID && other(t.Name) })
	case FieldProject:
		return slices.ContainsFunc(d.Projects, func(p Project) bool { return p.ID == n.ID && other(p.Name) })
	}
	return slices.ContainsFunc(d.Fields, func(f Field) bool { return f.ID == n.Field && other(f.Name) })
}

func nameIn[T any](all []T, id string, of func(T) (id, name string)) string {
	for _, x := range all {
		if known, name := of(x); known == id && name != "" {
			return name
		}
	}
	return id
}

// Lacks reports whether h refers to a status, person, project, priority or custom field that is missing from d: d is
// older than that object.
func (d Directory) Lacks(h History) bool {
	known := make(map[string]bool)
	add := func(kind, id string) { known[kind+id] = true }
	for _, s := range d.Statuses {
		add(FieldStatus, s.ID)
	}
	for _, p := range d.Priorities {
		add(FieldPriority, p.ID)
	}
	for _, p := range d.Projects {
		add(FieldProject, p.ID)
	}
	for _, p := range d.People {
		add(FieldAssignee, p.ID)
	}
	add(FieldAssignee, d.Self.ID)
	for _, f := range d.Fields {
		known[f.ID] = true
	}
	for field := range h.Issue.Values {
		if _, custom := IsCustomField(field); custom && !known[field] {
			return true
		}
	}
	for _, field := range []string{FieldStatus, FieldPriority, FieldProject, FieldAssignee} {
		if v := h.Issue.Values.One(field); v != "" && !known[field+v] {
			return true
		}
	}
	if h.Issue.Author != "" && !known[FieldAssignee+h.Issue.Author] {
		return true
	}
	for _, e := range h.Events {
		if e.Author != "" && !known[FieldAssignee+e.Author] {
			return true
		}
	}
	return false
}
