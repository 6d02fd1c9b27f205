package redminesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type projectJSON struct {
	ID             int          `json:"id"`
	Name           string       `json:"name"`
	Identifier     string       `json:"identifier"`
	Description    *string      `json:"description"`
	Homepage       *string      `json:"homepage,omitempty"`
	Parent         *Ref         `json:"parent,omitempty"`
	Status         int          `json:"status"`
	IsPublic       bool         `json:"is_public"`
	InheritMembers bool         `json:"inherit_members"`
	CustomFields   []FieldValue `json:"custom_fields,omitempty"`
	Trackers       *[]Ref       `json:"trackers,omitempty"`
	Categories     *[]Ref       `json:"issue_categories,omitempty"`
	Activities     *[]Ref       `json:"time_entry_activities,omitempty"`
	Modules        *[]Ref       `json:"enabled_modules,omitempty"`
	IssueFields    *[]Ref       `json:"issue_custom_fields,omitempty"`
	CreatedOn      string       `json:"created_on"`
	UpdatedOn      string       `json:"updated_on"`
}

func (c *call) renderProject(p *project, alone bool) projectJSON {
	out := projectJSON{
		ID: p.id, Name: p.name, Identifier: p.identifier, Status: p.status,
		CreatedOn: stamp(p.created), UpdatedOn: stamp(p.updated),
	}
	if alone || !c.s.before(V60) { // the list shows it since 6.0
		out.Homepage = ptr("")
	}
	if up := c.st.project(p.parent); up != nil && c.st.seesProject(c.user, up) {
		out.Parent = &Ref{up.id, up.name}
	}
	for _, f := range c.st.fields {
		if f.kind == "project" {
			out.CustomFields = append(out.CustomFields, fieldValue(f, p.fields))
		}
	}
	c.includeInProject(p, &out)
	return out
}

func (c *call) includeInProject(p *project, out *projectJSON) {
	if c.has("trackers") {
		refs := []Ref{}
		for _, id := range p.trackers {
			refs = append(refs, Ref{id, c.st.tracker(id).name})
		}
		out.Trackers = &refs
	}
	if c.has("issue_categories") {
		out.Categories = &[]Ref{}
	}
	if c.has("time_entry_activities") {
		refs := []Ref{}
		for _, a := range c.st.activitiesOf(p.id) {
			refs = append(refs, Ref{a.id, a.name})
		}
		out.Activities = &refs
	}
	if c.has("enabled_modules") {
		refs := []Ref{}
		for _, m := range p.modules {
			refs = append(refs, Ref{m.id, m.name})
		}
		out.Modules = &refs
	}
	if c.has("issue_custom_fields") {
		refs := []Ref{}
		for _, f := range c.st.issueFields() {
			if !c.s.before(V60) && c.st.seesField(c.user, p.id, f) { // 5.0 leaves out fields "for all projects"
				refs = append(refs, Ref{f.id, f.name})
			}
		}
		out.IssueFields = &refs
	}
}

// listProjects lists projects, parents before children, by name: the active ones, or those of the states asked
// for, "1" active and "5" closed, as "1|5".
func (c *call) listProjects([]string) reply {
	states := []string{"1"}
	if c.query.Has("status") {
		states = strings.Split(c.query.Get("status"), "|")
	}
	for _, state := range states {
		if state != "1" && state != "5" {
			return unmodelled("projects of the status %q", state)
		}
	}
	for _, name := range []string{"f[]", "name", "sort", "parent_id", "id", "identifier"} {
		if c.query.Has(name) {
			return unmodelled("the filter %s of projects", name)
		}
	}
	all := []*project{}
	c.walk(0, func(p *project) {
		if slices.Contains(states, strconv.Itoa(p.status)) && c.st.seesProject(c.user, p) {
			all = append(all, p)
		}
	})
	cut, meta := paged(c, all)
	out := struct {
		Projects []projectJSON `json:"projects"`
		page
	}{Projects: []projectJSON{}, page: meta}
	for _, p := range cut {
		out.Projects = append(out.Projects, c.renderProject(p, false))
	}
	return ok(out)
}

func (c *call) walk(parent int, visit func(*project)) {
	var kids []*project
	for _, p := range c.st.projects {
		if p.parent == parent {
			kids = append(kids, p)
		}
	}
	slices.SortFunc(kids, func(a, b *project) int { return cmp.Compare(a.name, b.name) })
	for _, p := range kids {
		visit(p)
		c.walk(p.id, visit)
	}
}

// visibleProject is 404 for a project that is not there and 403 for one that is out of sight.
func (c *call) visibleProject(arg string) (*project, reply, bool) {
	p := c.st.projectRef(arg)
	switch {
	case p == nil:
		return nil, empty(http.StatusNotFound), false
	case !c.st.seesProject(c.user, p):
		return nil, c.denied(), false
	}
	return p, reply{}, true
}

func (c *call) showProject(args []string) reply {
	p, rep, found := c.visibleProject(args[0])
	if !found {
		return rep
	}
	return ok(map[string]any{"project": c.renderProject(p, true)})
}

// createProject makes a private project with all trackers; modules as sent, else the usual four.
func (c *call) createProject([]string) reply {
	attrs, rep, fine := c.object("project")
	if !fine {
		return rep
	}
	if v, sent := attrs["is_public"]; sent && asBool(v) {
		return unmodelled("public projects")
	}
	for _, name := range []string{"inherit_members", "tracker_ids", "custom_fields", "custom_field_values"} {
		if attrs[name] != nil {
			return unmodelled("%s of a new project", name)
		}
	}
	name, _ := asText(attrs["name"])
	identifier, _ := asText(attrs["identifier"])
	if name == "" || identifier == "" || c.st.projectRef(identifier) != nil {
		return unmodelled("the refusal of a new project (name %q, identifier %q)", name, identifier)
	}
	parent, _ := asInt(attrs["parent_id"])
	p := c.s.newProject(identifier, name, parent, moduleNames(attrs["enabled_module_names"])...)
	return created(map[string]any{"project": c.renderProject(p, true)})
}

func moduleNames(v any) []string {
	list, is := v.([]any)
	if !is {
		return labModules
	}
	var out []string
	for _, m := range list {
		if s, is := m.(string); is {
			out = append(out, s)
		}
	}
	return out
}

// projectState closes, reopens, archives or unarchives.
func projectState(to int) handler {
	return func(c *call, args []string) reply {
		p := c.st.projectRef(args[0])
		if p == nil {
			return empty(http.StatusNotFound)
		}
		p.status, p.updated = to, c.now
		return done()
	}
}

type membershipJSON struct {
	ID      int   `json:"id"`
	Project Ref   `json:"project"`
	User    *Ref  `json:"user,omitempty"`
	Roles   []Ref `json:"roles"`
}

func (c *call) renderMember(m *member, withUser bool) membershipJSON {
	p := c.st.project(m.project)
	out := membershipJSON{ID: m.id, Project: Ref{p.id, p.name}, Roles: []Ref{}}
	if withUser {
		out.User = ptr(c.person(m.user))
	}
	for _, id := range m.roles {
		if r := c.st.role(id); r != nil {
			out.Roles = append(out.Roles, Ref{r.id, r.name})
		}
	}
	return out
}

func (c *call) listMemberships(args []string) reply {
	p, rep, found := c.visibleProject(args[0])
	if !found {
		return rep
	}
	all := []*member{}
	for _, m := range c.st.members {
		if m.project == p.id {
			all = append(all, m)
		}
	}
	cut, meta := paged(c, all)
	out := struct {
		Memberships []membershipJSON `json:"memberships"`
		page
	}{Memberships: []membershipJSON{}, page: meta}
	for _, m := range cut {
		out.Memberships = append(out.Memberships, c.renderMember(m, true))
	}
	return ok(out)
}

func (c *call) findMember(arg string) *member {
	id, err := strconv.Atoi(arg)
	if err != nil {
		return nil
	}
	return find(c.st.members, func(m *member) bool { return m.id == id })
}

func (c *call) showMembership(args []string) reply {
	m := c.findMember(args[0])
	if m == nil {
		return empty(http.StatusNotFound)
	}
	if !c.st.seesProject(c.user, c.st.project(m.project)) {
		return c.denied()
	}
	return ok(map[string]any{"membership": c.renderMember(m, true)})
}

func (c *call) createMembership(args []string) reply {
	p := c.st.projectRef(args[0])
	if p == nil {
		return empty(http.StatusNotFound)
	}
	attrs, rep, fine := c.object("membership")
	if !fine {
		return rep
	}
	id, _ := asInt(attrs["user_id"])
	list, _ := attrs["role_ids"].([]any)
	var roles []int
	for _, v := range list {
		r, _ := asInt(v)
		roles = append(roles, r)
	}
	known := !slices.ContainsFunc(roles, func(r int) bool { return c.st.role(r) == nil })
	if c.st.user(id) == nil || len(roles) == 0 || !known || len(c.st.rolesIn(c.st.user(id), p.id)) > 0 {
		return unmodelled("the refusal of a membership")
	}
	m := c.s.newMember(p.id, id, roles...)
	return created(map[string]any{"membership": c.renderMember(m, true)})
}

func (c *call) deleteMembership(args []string) reply {
	m := c.findMember(args[0])
	if m == nil {
		return empty(http.StatusNotFound)
	}
	c.st.members = slices.DeleteFunc(c.st.members, func(x *member) bool { return x == m })
	return done()
}
