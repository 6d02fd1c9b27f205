package jirasim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parse reads a value in the shape that a field's type has.
func (c *call) parse(f *field, raw json.RawMessage) ([]string, reply) {
	if string(raw) == "null" {
		return nil, reply{}
	}
	kind, many := strings.CutPrefix(f.kind, "*")
	list := []json.RawMessage{raw}
	if many {
		if json.Unmarshal(raw, &list) != nil {
			return nil, badField(f.id, "data was not an array")
		}
	}
	var out []string
	for _, x := range list {
		v, why := c.parseOne(f, kind, x)
		if why != "" {
			return nil, badField(f.id, why)
		}
		out = append(out, v)
	}
	return out, reply{}
}

func (c *call) parseOne(f *field, kind string, raw json.RawMessage) (v, why string) {
	var o struct {
		Value     string `json:"value"`
		AccountID string `json:"accountId"`
		Name      string `json:"name"`
		Child     *struct {
			Value string `json:"value"`
		} `json:"child"`
	}
	switch kind {
	case "option", "option-with-child":
		if json.Unmarshal(raw, &o) != nil {
			return "", "Specify a valid 'id' or 'name' for " + f.name
		}
		v = o.Value
		if o.Child != nil {
			v += " -> " + o.Child.Value
		}
		if !slices.Contains(f.options, v) {
			return "", "Option value '" + v + "' is not valid"
		}
	case "user":
		if json.Unmarshal(raw, &o) != nil {
			return "", "data was not an object"
		}
		u, known := find(c.st.users, func(u *user) bool {
			return c.opt.Cloud && u.account == o.AccountID || !c.opt.Cloud && u.login == o.Name
		})
		if !known {
			return "", "User does not exist"
		}
		v = u.login
	case "number":
		var n json.Number
		if json.Unmarshal(raw, &n) != nil || strings.HasPrefix(string(raw), `"`) {
			return "", "Operation value must be a number"
		}
		v = n.String()
	case "datetime":
		_ = json.Unmarshal(raw, &v)
		at, err := time.Parse("2006-01-02T15:04:05.000-0700", v)
		if err != nil {
			return "", "Error parsing time: " + v
		}
		v = at.UTC().Format(time.RFC3339)
	case "date":
		_ = json.Unmarshal(raw, &v)
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return "", "Error parsing date string: " + v
		}
	default:
		if json.Unmarshal(raw, &v) != nil {
			return "", "Operation value must be a string"
		}
		if len(v) > 255 {
			return "", "The entered text is too long."
		}
	}
	return v, ""
}

// save stores the new state of an issue and adds an entry to the changelog for the fields that differ.
func (s *Server) save(i, after *issue, by *user, at time.Time) {
	items := s.differences(i, after)
	if len(items) == 0 {
		return
	}
	if after.key != i.key {
		i.formerly = append(i.formerly, i.key)
	}
	i.project, i.key, i.kind = after.project, after.key, after.kind
	i.summary, i.description, i.due, i.labels = after.summary, after.description, after.due, after.labels
	i.status, i.priority, i.assignee, i.resolution = after.status, after.priority, after.assignee, after.resolution
	i.fields = after.fields
	i.history = append(i.history, &entry{id: s.st.next("events"), author: by, at: at, items: items})
	s.touch(i, at)
}

func (s *Server) differences(i, after *issue) []item {
	var out []item
	add := func(field, id, from, fromText, to, toText string) {
		if from != to || fromText != toText {
			out = append(out, item{field: field, kind: "jira", id: id, from: from, fromText: fromText, to: to, toText: toText})
		}
	}
	name := func(u *user) string {
		if u == nil {
			return ""
		}
		return u.name
	}
	add("summary", "summary", "", i.summary, "", after.summary)
	add("description", "description", "", i.description, "", after.description)
	add("status", "status", i.status, s.st.statusBy(i.status).name, after.status, s.st.statusBy(after.status).name)
	add("assignee", "assignee", s.id(i.assignee), name(i.assignee), s.id(after.assignee), name(after.assignee))
	was, _ := byRef(s.st.priorities, i.priority)
	is, _ := byRef(s.st.priorities, after.priority)
	add("priority", "priority", was.id, was.name, is.id, is.name)
	wasType, _ := byRef(s.st.types, i.kind)
	isType, _ := byRef(s.st.types, after.kind)
	add("issuetype", "issuetype", wasType.id, wasType.name, isType.id, isType.name)
	add("duedate", "duedate", i.due, i.due, after.due, after.due)
	add("labels", "labels", "", strings.Join(i.labels, " "), "", strings.Join(after.labels, " "))
	add("resolution", "resolution", idIf(i.resolution), i.resolution, idIf(after.resolution), after.resolution)
	if i.project != after.project {
		add("project", "project", strconv.Itoa(i.project.id), i.project.name, strconv.Itoa(after.project.id),
			after.project.name)
		add("Key", "", "", i.key, "", after.key)
	}
	for _, f := range s.st.fields {
		x := item{field: f.name, kind: "custom", id: f.id}
		x.from, x.fromText = s.logged(f, i.fields[f.id])
		x.to, x.toText = s.logged(f, after.fields[f.id])
		if x.from != x.to || x.fromText != x.toText {
			out = append(out, x)
		}
	}
	return out
}

func idIf(resolution string) string {
	if resolution == "" {
		return ""
	}
	return "10000"
}

// logged returns a value as the changelog has it: the raw one and the one that people read.
func (s *Server) logged(f *field, v []string) (raw, seen string) {
	if len(v) == 0 {
		return "", ""
	}
	switch f.kind {
	case "option":
		return f.optionID(v[0]), v[0]
	case "*option":
		var ids []string
		for _, x := range v {
			ids = append(ids, f.optionID(x))
		}
		return "[" + strings.Join(ids, ", ") + "]", strings.Join(v, ",")
	case "option-with-child":
		parent, child, two := strings.Cut(v[0], " -> ")
		seen = fmt.Sprintf("Parent values: %s(%s)", parent, f.optionID(parent))
		if two {
			seen += fmt.Sprintf("Level 1 values: %s(%s)", child, f.optionID(v[0]))
		}
		return f.optionID(v[0]), seen
	case "user":
		u := s.st.user(v[0])
		return s.id(u), u.name
	case "datetime":
		at, _ := time.Parse(time.RFC3339, v[0])
		return at.Format("2006-01-02T15:04:05.000-0700"), at.Format("02/Jan/06 3:04 PM")
	case "date":
		at, _ := time.Parse(time.DateOnly, v[0])
		return v[0], at.Format("2/Jan/06")
	}
	return "", strings.Join(v, ",")
}
