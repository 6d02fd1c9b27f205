package jirasim

import (
	"slices"
	"strings"
)

// OffScreen removes a field from the edit screens, or puts it back; a custom field is given by its name, any other by
// its id. The assignee can still be set by its own request.
func (s *Server) OffScreen(field string, off bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.st.fieldBy(field); f != nil {
		field = f.id
	}
	s.st.offScreen[field] = off
}

// Overrule makes the workflow replace the resolution of every transition, whatever the request asked for, as a post
// function does. "" ends that.
func (s *Server) Overrule(resolution string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.overrules = resolution
}

func (st *store) onScreen(field string) bool { return !st.offScreen[field] }

// editable are the fields of Jira itself that the screens for editing have.
var editable = []string{"summary", "description", "priority", "assignee", "duedate", "labels", "comment"}

// editmeta is what the screen for editing has for the account.
func (c *call) editmeta(i *issue) reply {
	out := obj{}
	if !c.may(c.user, i.project, "EDIT_ISSUES") {
		return ok(obj{"fields": out})
	}
	for _, f := range system {
		if slices.Contains(editable, f[0]) && c.st.onScreen(f[0]) {
			out[f[0]] = formField(f[0], f[1], f[2], "system", f[0])
		}
	}
	if priority, on := out["priority"].(obj); on {
		allowed := []any{}
		for _, id := range c.st.schemes[i.project.scheme] {
			allowed = append(allowed, c.priority(id))
		}
		priority["allowedValues"], priority["hasDefaultValue"] = allowed, true
	}
	for _, f := range c.st.fields {
		if f.screen && c.st.onScreen(f.id) {
			out[f.id] = formField(f.id, f.name, f.kind, "custom", f.custom)
		}
	}
	return ok(obj{"fields": out})
}

// formField is a field of a form; the kind of an array's items has a star.
func formField(id, name, kind, origin, of string) obj {
	kind, many := strings.CutPrefix(kind, "*")
	schema := obj{"type": kind, origin: of}
	if many {
		schema["type"], schema["items"] = "array", kind
	}
	return obj{
		"required": false, "name": name, "key": id, "hasDefaultValue": false, "operations": []string{"set"},
		"schema": schema,
	}
}
