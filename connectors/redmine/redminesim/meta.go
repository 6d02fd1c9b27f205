package redminesim

import (
	"net/http"
	"strconv"
)

// emptyOf answers with an empty list of something that no project here has.
func emptyOf(what string) handler {
	return func(c *call, args []string) reply {
		p, rep, found := c.visibleProject(args[0])
		if !found {
			return rep
		}
		// Who may see categories differed: 5.0 and 6.0 wanted manage_categories, 6.1 did not.
		if what == "issue_categories" && c.s.before(V61) && !c.st.can(c.user, p, "manage_categories") {
			return c.denied()
		}
		return ok(map[string]any{what: []any{}, "total_count": 0})
	}
}

type statusJSON struct {
	ID          int      `json:"id"`
	Name        string   `json:"name"`
	IsClosed    bool     `json:"is_closed"`
	Description *nothing `json:"description,omitempty"`
}

// nothing is a field that is present with the value null; a nil pointer to it is an absent field.
type nothing struct{}

// MarshalJSON writes null.
func (nothing) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func (c *call) listStatuses([]string) reply {
	out := []statusJSON{}
	for _, s := range c.st.statuses {
		r := statusJSON{ID: s.id, Name: s.name, IsClosed: s.closed}
		if !c.s.before(V60) {
			r.Description = &nothing{}
		}
		out = append(out, r)
	}
	return ok(map[string]any{"issue_statuses": out})
}

type trackerJSON struct {
	ID            int      `json:"id"`
	Name          string   `json:"name"`
	DefaultStatus Ref      `json:"default_status"`
	Description   *string  `json:"description"`
	Enabled       []string `json:"enabled_standard_fields"`
}

// standardFields are those a tracker can switch off; priority_id joined them in 6.0.
var standardFields = []string{
	"assigned_to_id", "category_id", "fixed_version_id", "parent_issue_id", "start_date", "due_date",
	"estimated_hours", "done_ratio", "description", "priority_id",
}

func (c *call) listTrackers([]string) reply {
	out := []trackerJSON{}
	for _, t := range c.st.trackers {
		r := trackerJSON{ID: t.id, Name: t.name, DefaultStatus: Ref{t.defaultStatus, c.st.status(t.defaultStatus).name}}
		for _, f := range standardFields {
			if !t.disabled[f] && (f != "priority_id" || !c.s.before(V60)) {
				r.Enabled = append(r.Enabled, f)
			}
		}
		out = append(out, r)
	}
	return ok(map[string]any{"trackers": out})
}

type enumerationJSON struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	IsDefault bool   `json:"is_default"`
	Active    bool   `json:"active"`
}

func (c *call) listPriorities([]string) reply {
	out := []enumerationJSON{}
	for _, p := range c.st.priorities {
		out = append(out, enumerationJSON{p.id, p.name, p.isDefault, p.active})
	}
	return ok(map[string]any{"issue_priorities": out})
}

func (c *call) listActivities([]string) reply {
	out := []enumerationJSON{}
	for _, a := range c.st.activities {
		if a.project == 0 {
			out = append(out, enumerationJSON{a.id, a.name, false, true})
		}
	}
	return ok(map[string]any{"time_entry_activities": out})
}

func (c *call) listRoles([]string) reply {
	if c.user == nil {
		return c.denied()
	}
	out := []Ref{}
	for _, r := range c.st.roles {
		out = append(out, Ref{r.id, r.name})
	}
	return ok(map[string]any{"roles": out})
}

type roleJSON struct {
	ID          int      `json:"id"`
	Name        string   `json:"name"`
	Assignable  bool     `json:"assignable"`
	Issues      string   `json:"issues_visibility"`
	TimeEntries string   `json:"time_entries_visibility"`
	Users       string   `json:"users_visibility"`
	Permissions []string `json:"permissions"`
}

func (c *call) showRole(args []string) reply {
	if c.user == nil {
		return c.denied()
	}
	id, err := strconv.Atoi(args[0])
	r := c.st.role(id)
	if err != nil || r == nil {
		return empty(http.StatusNotFound)
	}
	users := r.users
	if c.s.before(V60) {
		users = "all"
	}
	return ok(map[string]any{"role": roleJSON{r.id, r.name, r.assignable, r.sees, r.times, users, r.perms}})
}

type fieldJSON struct {
	ID             int             `json:"id"`
	Name           string          `json:"name"`
	Description    *nothing        `json:"description,omitempty"`
	CustomizedType string          `json:"customized_type"`
	FieldFormat    string          `json:"field_format"`
	Regexp         string          `json:"regexp"`
	MinLength      *int            `json:"min_length"`
	MaxLength      *int            `json:"max_length"`
	IsRequired     bool            `json:"is_required"`
	IsFilter       bool            `json:"is_filter"`
	Searchable     bool            `json:"searchable"`
	Multiple       bool            `json:"multiple"`
	DefaultValue   *string         `json:"default_value"`
	Visible        bool            `json:"visible"`
	Editable       *bool           `json:"editable,omitempty"`
	PossibleValues []possibleValue `json:"possible_values,omitempty"`
	Trackers       *[]Ref          `json:"trackers,omitempty"`
	Roles          *[]Ref          `json:"roles,omitempty"`
}

type possibleValue struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func (c *call) listCustomFields([]string) reply {
	out := []fieldJSON{}
	for _, f := range c.st.fields {
		r := fieldJSON{
			ID: f.id, Name: f.name, CustomizedType: f.kind, FieldFormat: f.format,
			IsRequired: f.required, IsFilter: f.filter, Visible: f.visible,
		}
		if !c.s.before(V60) {
			r.Description, r.Editable = &nothing{}, ptr(true)
		}
		for _, v := range f.values {
			r.PossibleValues = append(r.PossibleValues, possibleValue{v, v})
		}
		if f.kind == "issue" {
			trackers, roles := []Ref{}, []Ref{}
			for _, t := range c.st.trackers {
				trackers = append(trackers, Ref{t.id, t.name})
			}
			for _, id := range f.roles {
				roles = append(roles, Ref{id, c.st.role(id).name})
			}
			r.Trackers, r.Roles = &trackers, &roles
		}
		out = append(out, r)
	}
	return ok(map[string]any{"custom_fields": out})
}
